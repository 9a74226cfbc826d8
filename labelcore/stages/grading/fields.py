"""The fields of a structured output, so that each can be graded: JSON pointers (RFC 6901)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from labelcore.models import Frozen

MOST_FIELDS = 40
_LONGEST = 100_000


class OutputField(Frozen):
    """One leaf of a JSON output. ``pointer`` names it, ``value`` is how it is written."""

    pointer: str
    value: str


def fields_of(text: str) -> tuple[OutputField, ...]:
    """The leaves of a JSON object or array in their order, at most forty; () for any other text."""
    if len(text) > _LONGEST or not text.lstrip().startswith(("{", "[")):
        return ()
    try:
        found = _leaves(json.loads(text), "")
        return tuple(field for field, _ in zip(found, range(MOST_FIELDS), strict=False))
    except (ValueError, RecursionError):
        return ()


def _leaves(value: Any, pointer: str) -> Iterator[OutputField]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _leaves(item, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list) and value:
        for at, item in enumerate(value):
            yield from _leaves(item, f"{pointer}/{at}")
    elif pointer:
        yield OutputField(pointer=pointer, value=json.dumps(value, ensure_ascii=False))
