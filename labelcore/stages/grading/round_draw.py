"""What a calibration round is drawn from: outputs that at least two of those who are asked can read.

Where there are enough that all of them read, only these; else each language has its part of the round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from labelcore.errors import BadInput
from labelcore.models import Frozen, name_key
from labelcore.stages.grading.assigning import graders_to_be
from labelcore.stages.grading.dealing import reads_of
from labelcore.stages.grading.queueing import whole_pool
from labelcore.stats.drawing import draw_random
from labelcore.store import assignments, grades as grade_table
from labelcore.workspace import Workspace

USUAL = 8
"""Outputs of a round, where nobody says how many."""
_Parts = dict[tuple[str, ...], dict[str, list[str]]]  # who reads it -> language -> outputs


class LanguagePart(Frozen):
    """Who reads the outputs of a round that are in these ``languages``; "": it is not known, so all do."""

    languages: tuple[str, ...]
    people: tuple[str, ...]


class LanguageParts(Frozen):
    """How a round would be put together. ``parts``: languages that it is drawn from, () where languages make
    no difference; ``nobody_else``: who reads nothing together with anybody.
    """

    parts: tuple[LanguagePart, ...] = ()
    nobody_else: tuple[str, ...] = ()


def language_parts(workspace: Workspace) -> LanguageParts:
    """How a round of everybody, of the usual size, would be put together."""
    asked = tuple(graders_to_be(workspace))
    if not reads_of(workspace) or len(asked) < 2:
        return LanguageParts()
    every, drawn = _drawn_from(workspace, USUAL, asked)
    reached = {who for people in drawn for who in people}
    parts = tuple(LanguagePart(languages=tuple(sorted(found)), people=who) for who, found in drawn.items())
    alike = drawn == {asked: every}
    return LanguageParts(
        parts=() if alike else parts, nobody_else=tuple(who for who in asked if who not in reached)
    )


def drawn_for(workspace: Workspace, n: int, seed: int, people: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """So many outputs by chance, and among how many; all of them ungraded where there are so many.

    Raises:
        BadInput: there are too few that two people read.
    """
    _, drawn = _drawn_from(workspace, n, tuple(people or graders_to_be(workspace)))
    parts = [[key for outputs in part.values() for key in outputs] for part in drawn.values()]
    if (among := sum(map(len, parts))) < 2:
        raise BadInput(
            "There are too few outputs to draw that two people read.",
            next_step="Import some, or say what people read: labelcore team member",
        )
    shares = _equal([len(part) for part in parts], n)
    picked = [
        pick for part, share in zip(parts, shares, strict=True) for pick in draw_random(part, share, seed)
    ]
    return tuple(pick.output_id for pick in picked), among


def _drawn_from(workspace: Workspace, n: int, asked: tuple[str, ...]) -> tuple[dict[str, list[str]], _Parts]:
    """What is to be graded, by language, and of it what two people read, or all do where that is enough: the
    ungraded alone, where they are enough.
    """
    everything = [output_id for output_id, _, _ in whole_pool(workspace).places]
    place = workspace.db, workspace.project.id
    graded = grade_table.graded_ids(*place)
    known = assignments.languages(*place, everything) if reads_of(workspace) else {}
    for ids in ([key for key in everything if key not in graded], everything):
        found: dict[str, list[str]] = defaultdict(list)
        for key in ids:
            found[known.get(key, "")].append(key)
        parts: _Parts = defaultdict(dict)
        for language in sorted(found):
            parts[_readers(workspace, language, asked)][language] = found[language]
        shared = {who: part for who, part in parts.items() if len(who) > 1 or len(asked) < 2}
        if _size(shared) >= n:
            break
    common = {asked: shared[asked]} if asked in shared else {}
    return found, common if _size(common) >= n else shared


def _size(parts: _Parts) -> int:
    return sum(len(outputs) for part in parts.values() for outputs in part.values())


def _readers(workspace: Workspace, language: str, asked: Sequence[str]) -> tuple[str, ...]:
    reads = reads_of(workspace)
    return tuple(who for who in asked if not language or language in (reads.get(name_key(who)) or {language}))


def _equal(sizes: Sequence[int], n: int) -> list[int]:
    """Equal parts, as far as each has so many."""
    parts = [0] * len(sizes)
    for _ in range(min(n, sum(sizes))):
        parts[min((at for at, size in enumerate(sizes) if parts[at] < size), key=parts.__getitem__)] += 1
    return parts
