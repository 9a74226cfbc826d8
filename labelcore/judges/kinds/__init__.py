"""The kinds of judges, one file each: whoever adds a kind adds a file here, and its test.

Every module of this package is read at the first question, and its classes register themselves.
Nothing else tells kinds apart: who wants to know asks the kind (:class:`labelcore.judges.kinds.base.Kind`).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from labelcore.errors import NotFound
from labelcore.judges.kinds.base import RESERVED, Kind, registered
from labelcore.models import JudgeVersion

__all__ = [
    "RESERVED",
    "Kind",
    "every_kind",
    "fault",
    "judge_of",
    "kind_named",
    "kind_of",
    "known_word",
    "of_kind",
    "words",
]


@cache
def every_kind() -> tuple[type[Kind], ...]:
    """All kinds, in the order in which people are told of them."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(sorted(registered(), key=lambda kind: (kind.place, kind.mark)))


def words() -> tuple[str, ...]:
    """The words for kinds in the store, in files and on the command line."""
    return tuple(dict.fromkeys(kind.stored for kind in every_kind()))


def kind_named(word: str, spec: Mapping[str, Any] | None = None) -> type[Kind]:
    """The kind of a judge from its stored word and specification; without one, what all of it share.

    Raises:
        NotFound: this version of labelcore knows no such kind.
    """
    kinds = [
        kind for kind in every_kind() if kind.stored == word and (not kind.mark or kind.mark in (spec or ()))
    ]
    if not kinds:
        raise NotFound(
            f"There is no kind of judges called '{word}'.",
            next_step=f"This version of labelcore knows {', '.join(words())}.",
        )
    return kinds[-1]  # a marked one comes after what it is told from


def known_word(word: str) -> str:
    """A word for a kind, as it came, where a kind has it (see :func:`kind_named`)."""
    return kind_named(word).stored


def judge_of(word: str, spec: Mapping[str, Any]) -> Kind:
    """A judge from its stored word and specification."""
    return kind_named(word, spec)(spec)


def kind_of(version: JudgeVersion) -> Kind:
    """A judge version as an object of its kind; its specification is read when it is asked for."""
    return judge_of(version.kind, version.spec)


def of_kind(versions: Iterable[JudgeVersion], word: str | None) -> list[JudgeVersion]:
    """Those that the store calls so; all for None.

    Raises:
        NotFound: this version of labelcore knows no such kind.
    """
    wanted = None if word is None else known_word(word)
    return [version for version in versions if wanted in {None, version.kind}]


def fault(word: str, spec: Mapping[str, Any]) -> str | None:
    """Why a judge that came by file cannot be used here, as the end of a sentence; None if it can."""
    kind = kind_named(word, spec) if word in words() else None
    return kind.fault(spec) if kind and kind.travels else f"its kind '{word}' is not known here"
