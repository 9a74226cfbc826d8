"""A search that can be interrupted: the outputs of a filter in the order of import, part by part.

How far it came is kept in memory for everybody who asks the same, until outputs, grades or verdicts change.
"""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from labelcore.models import Output
from labelcore.store import listings
from labelcore.store.connection import Database
from labelcore.store.filters import Condition, Filter, condition, kept
from labelcore.store.listings import ListingPart

_LARGEST_PART = 65_536
"""Rows that are read before the time is looked at: a third of a second where every text is searched."""


class SearchReach(NamedTuple):
    """How far a search came: outputs found among the first so many of all."""

    found: int
    searched: int
    of: int

    @property
    def whole(self) -> bool:
        """Whether everything was searched."""
        return self.searched >= self.of


@dataclass
class _Progress:
    """A search under way: the row ids that were found so far, and the parts that are left."""

    meant: Condition
    backwards: bool
    left: Iterator[ListingPart]
    of: int
    places: array[int] = field(default_factory=lambda: array("q"))
    searched: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def go_on(self, db: Database, enough: int | None, until: float) -> SearchReach:
        """Search until so many are found, everything was searched, or it is time."""
        with self.lock:
            while self.searched < self.of and (enough is None or len(self.places) < enough):
                part = next(self.left, None)
                if part is None:
                    self.searched = self.of
                    break
                self.places.extend(listings.places_in(db, self.meant, part, backwards=self.backwards))
                self.searched = min(self.of, self.searched + listings.rows_in(db, self.meant, part))
                if time.monotonic() >= until:
                    break
            return SearchReach(len(self.places), self.searched, self.of)


def page(
    db: Database, project_id: str, selection: Filter, sort: str, *, part: tuple[int, int], seconds: float
) -> tuple[list[tuple[Output, str]], SearchReach]:
    """Some of the outputs with their splits, and how far they were searched for in that time.

    ``sort``: imported or -imported. ``part``: how many to leave out, and how many are wanted.
    """
    progress = _progress(db, project_id, selection, sort)
    start, limit = part
    came = progress.go_on(db, start + limit, time.monotonic() + seconds)
    return listings.outputs_at(db, project_id, list(progress.places[start : start + limit])), came


def go_on(db: Database, project_id: str, selection: Filter, sort: str, *, seconds: float) -> SearchReach:
    """Search further for so long."""
    return _progress(db, project_id, selection, sort).go_on(db, None, time.monotonic() + seconds)


def _progress(db: Database, project_id: str, selection: Filter, sort: str) -> _Progress:
    backwards = sort.startswith("-")

    def begin() -> _Progress:
        where = condition(db, project_id, selection)
        parts = listings.parts(db, project_id, backwards=backwards, largest=_LARGEST_PART)
        return _Progress(where, backwards, parts, listings.size(db, project_id))

    state = listings.state(db, project_id)
    return kept(db, project_id, f"search {backwards} {selection.model_dump_json()} {state}", begin)
