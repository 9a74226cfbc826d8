"""Which criteria may be one: those whose notes mean much the same, in one language or in two.

Grouping joins only what surely says the same (`grouping.sayings`); here people are asked.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from labelcore.arrays import Bools, Floats, Ints
from labelcore.errors import BadInput
from labelcore.models import Criterion, Frozen, Role
from labelcore.operations import Effect, operation
from labelcore.stages.deriving.editing import live_criteria
from labelcore.stages.deriving.families import FAMILIES
from labelcore.stages.deriving.grouping import denies, meanings
from labelcore.stages.deriving.naming import family_of
from labelcore.store import criteria as criterion_table, vectors
from labelcore.text.embedding import SentenceEncoder
from labelcore.workspace import Workspace

LEAST = 0.5
"""Mean cosine of each note with the nearest of the other criterion from which it is asked: that meets 29 of
40 topics noted in two languages, and 2 of 1,560 pairs of different ones (tests/stages/test_two_languages.py).
"""
_NOTES = 30
_LENGTHS = {
    at for at, family in enumerate(FAMILIES) if family.name.english in {"Too long", "Too short or thin"}
}


class AlikeCriteria(Frozen):
    """Two criteria by id and name, the first with more evidence, and the two notes that are most alike.

    ``likeness``: the mean cosine of each one's notes with the nearest of the other's, 0 to 1.
    """

    first_id: str
    first: str
    second_id: str
    second: str
    likeness: float
    quotes: tuple[str, str]


@operation("criteria alike", role=Role.EXPERT, listed_as="pairs")
def alike_criteria(workspace: Workspace) -> list[AlikeCriteria]:
    """List pairs of criteria that may be one, by what their notes mean, the most alike first."""
    criteria = live_criteria(workspace)
    texts = [text for criterion in criteria for text in _notes(criterion)]
    meaning = meanings(workspace.db, texts, workspace.progress) if texts else ()
    sides = _sides(criteria, dict(zip(texts, meaning, strict=True)))
    pairs = (_pair(*pair) for pair in itertools.combinations(sides, 2))
    return sorted(_unasked(workspace, pairs), key=lambda pair: -pair.likeness)


class ApartCriteria(Frozen):
    """Two criteria by name that stay two."""

    first: str
    second: str


@operation("criteria apart", role=Role.ENGINEER, effect=Effect.WRITES)
def keep_apart(workspace: Workspace, criteria: Sequence[Criterion]) -> ApartCriteria:
    """Say that two criteria whose notes mean much the same stay two: nobody is asked again.

    Raises:
        BadInput: other than two different criteria are named.
    """
    two = list({criterion.id: criterion for criterion in criteria}.values())
    if len(two) != 2:
        raise BadInput("Two criteria are kept apart.", next_step="Name two different ones.")
    first, second = two
    criterion_table.keep_apart(
        workspace.db, workspace.project.id, pair=(first.id, second.id), by=workspace.person
    )
    return ApartCriteria(first=first.name, second=second.name)


def _unasked(workspace: Workspace, pairs: Iterable[AlikeCriteria | None]) -> Iterator[AlikeCriteria]:
    """Those of the pairs that nobody has kept apart."""
    apart = criterion_table.apart(workspace.db, workspace.project.id)
    return (pair for pair in pairs if pair and frozenset({pair.first_id, pair.second_id}) not in apart)


def likest(workspace: Workspace, criterion: Criterion) -> AlikeCriteria | None:
    """The pair of this criterion with the one that is most like it, None where it is like none.

    Only notes whose meaning is known from deriving are looked at, so that a page does not wait for it.
    """
    criteria = live_criteria(workspace)
    texts = [text for other in criteria for text in _notes(other)]
    known = vectors.known(workspace.db, texts, SentenceEncoder().name)
    sides = _sides(criteria, {text: np.asarray(vector, dtype=float) for text, vector in known.items()})
    mine = [side for side in sides if side.criterion.id == criterion.id]
    pairs = (_pair(side, other) for side in mine for other in sides if other is not side)
    return max(_unasked(workspace, pairs), key=lambda pair: pair.likeness, default=None)


@dataclass(frozen=True)
class _Side:
    """A criterion's notes: what they mean (n, d), whether they deny (n,), which length they blame (n,)."""

    criterion: Criterion
    notes: list[str]
    meaning: Floats
    denying: Bools
    length: Ints


def _notes(criterion: Criterion) -> list[str]:
    return list(dict.fromkeys(evidence.quote for evidence in criterion.evidence))[:_NOTES]


def _sides(criteria: Sequence[Criterion], meaning: Mapping[str, Floats]) -> list[_Side]:
    """The criteria with a note whose meaning is known."""
    sides = []
    for criterion in criteria:
        if notes := [text for text in _notes(criterion) if text in meaning]:
            marks = [_marks_of(text) for text in notes]
            sides.append(
                _Side(
                    criterion,
                    notes,
                    np.array([meaning[text] for text in notes]),
                    np.array([denying for denying, _ in marks]),
                    np.array([length for _, length in marks]),
                )
            )
    return sides


@lru_cache(maxsize=10_000)
def _marks_of(text: str) -> tuple[bool, int]:
    """Whether a note denies, and the number of the length that it blames, -1 where it blames none."""
    family = family_of(text)
    return denies(text), family if family in _LENGTHS else -1


def _pair(one: _Side, other: _Side) -> AlikeCriteria | None:
    """The two where they are alike enough; no note is like its opposite, nor "too long" like "too short"."""
    if len(one.criterion.evidence) < len(other.criterion.evidence):
        one, other = other, one
    lengths = one.length[:, None], other.length
    fits = one.denying[:, None] == other.denying
    fits &= (lengths[0] < 0) | (lengths[1] < 0) | (lengths[0] == lengths[1])
    cosines = np.where(fits, one.meaning @ other.meaning.T, 0.0)
    likeness = float(cosines.max(axis=1).mean() + cosines.max(axis=0).mean()) / 2
    if likeness < LEAST:
        return None
    at, beside = np.unravel_index(cosines.argmax(), cosines.shape)
    return AlikeCriteria(
        first_id=one.criterion.id,
        first=one.criterion.name,
        second_id=other.criterion.id,
        second=other.criterion.name,
        likeness=likeness,
        quotes=(one.notes[at], other.notes[beside]),
    )
