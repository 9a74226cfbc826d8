"""The outputs of a queue in their order, kept in memory."""

from __future__ import annotations

import bisect
import itertools
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from labelcore.store import comparisons
from labelcore.store.connection import Database
from labelcore.store.live import changed_here

_IN_IMPORT_ORDER = (
    "SELECT output_id, 'in the order of import' AS reason, "
    "row_number() OVER (ORDER BY first, place) AS position FROM ("
    "SELECT output_id, min(made_at) AS first, min(row_number) AS place "
    "FROM output WHERE project_id = ? GROUP BY output_id) ORDER BY position"
)
_IN_SAMPLE = "SELECT output_id, reason, position FROM sample_pick WHERE sample_id = ? ORDER BY position"
_MOST_KEPT = 16
Made = TypeVar("Made")


@dataclass
class _Look:
    """What was ``open`` of the places before ``end``, in a state."""

    state: object
    end: int
    open: list[int] = field(default_factory=list)


Place = tuple[str, str, int]
"""(output id, reason for the pick, position from 1)."""


_marking = threading.Lock()


@dataclass(frozen=True)
class Pool:
    """The places in order, and where each output stands among them.

    ``fronts``: up to where everything is done, for each way of counting it (see `front`).
    ``looks``: which were open to each person (see `open_places`).
    ``marks``: the places that each person has graded (see `places_of`). ``variants``: the newest
    other order of the same places (see `variant`). ``dealt``: the newest parts of it (see `parts`).
    """

    places: tuple[Place, ...]
    at: dict[str, int]
    fronts: dict[object, tuple[object, int]] = field(default_factory=dict, compare=False)
    looks: dict[object, _Look] = field(default_factory=dict, compare=False)
    marks: dict[str, tuple[object, int, list[int]]] = field(default_factory=dict, compare=False)
    variants: dict[object, Pool] = field(default_factory=dict, compare=False)
    dealt: dict[object, Mapping[str, Pool]] = field(default_factory=dict, compare=False)
    dealing: threading.RLock = field(default_factory=threading.RLock, compare=False, repr=False)

    @classmethod
    def of(cls, places: Iterable[Place]) -> Pool:
        """Index the places."""
        # A reason with values is one object already, and cannot be interned.
        indexed = tuple(
            (key, sys.intern(reason) if type(reason) is str else reason, at) for key, reason, at in places
        )
        return cls(indexed, {place[0]: at for at, place in enumerate(indexed)})

    def front(self, way: object, since: object, is_done: Callable[[str], bool], least: int = 0) -> int:
        """The first place, from ``least`` on, that is not done. Only what came since the last call
        is looked at, unless something may be open again (``since`` changed): a queue must not be
        walked from its beginning at every press.
        """
        state, start = self.fronts.get(way, (since, least))
        start = max(start if state == since else 0, least)
        while start < len(self.places) and is_done(self.places[start][0]):
            start += 1
        self.fronts[way] = (since, start)
        return start

    def open_places(
        self, who: object, since: object, is_closed: Callable[[str], bool], least: int = 0
    ) -> Iterator[Place]:
        """The places, from ``least`` on, that are not closed. What was closed is so until ``since`` changes:
        two hundred people hold thousands of places, which are not all looked at again at every press.
        """
        look = self.looks.get(who)
        if look is None or look.state != since:
            look = self.looks[who] = _Look(since, least)
        for at in list(look.open):
            if is_closed(self.places[at][0]):
                look.open.remove(at)
            else:
                yield self.places[at]
        look.end = max(look.end, least)
        while look.end < len(self.places):
            at = look.end
            look.end += 1
            if not is_closed(self.places[at][0]):
                look.open.append(at)
                yield self.places[at]

    def places_of(self, who: str, since: object, graded: Mapping[str, object]) -> list[int]:
        """The places of what a person has graded, ascending. Only what came since the last call is
        looked at, unless ``graded`` has not only grown (``since`` changed).
        """
        with _marking:
            state, count, at = self.marks.get(who, (since, 0, []))
            if state != since:
                count, at = 0, []
            fresh = list(itertools.islice(graded, count, None))
            for output_id in fresh:
                if output_id in self.at:
                    bisect.insort(at, self.at[output_id])
            self.marks[who] = (since, count + len(fresh), at)
            return at

    def variant(self, key: object, make: Callable[[Pool], Pool]) -> Pool:
        """Another order of the places, made once for a key; only the newest one is kept."""
        return _newest(self.variants, key, lambda: make(self))

    def parts(self, key: object, make: Callable[[Pool], Mapping[str, Pool]]) -> Mapping[str, Pool]:
        """Parts of the places by name, made once for a key; only the newest are kept.

        A second person waits for them: two hundred who ask at once must not each deal.
        """
        with self.dealing:
            return _newest(self.dealt, key, lambda: make(self))


def _newest(memory: dict[object, Made], key: object, make: Callable[[], Made]) -> Made:
    """What is kept for the key, or is made now and kept in the place of all others."""
    value = memory.get(key)
    if value is None:
        value = make()
        memory.clear()
        memory[key] = value
    return value


_keeping = threading.Lock()


def pairs(db: Database, project_id: str, versions: tuple[str, str]) -> Pool:
    """Every pair of outputs of two versions on the same input, as (pair id, reason, position)."""

    def read() -> list[Place]:
        rows = comparisons.pairs(db, project_id, *versions)
        return [(f"{a}~{b}", "", at) for at, (a, b) in enumerate(rows, 1)]

    return _kept(db, project_id, (project_id, versions, *_state(db, project_id)), read)


def pool(db: Database, project_id: str, sample_id: str | None) -> Pool:
    """Every output of the sample, or of the project in the order of import; kept in memory, so that a hundred
    people do not sort 100,000 rows at each press.
    """
    key: tuple[object, ...] = (project_id, sample_id)
    if sample_id is None:
        key += _state(db, project_id)
    query, owner = (_IN_SAMPLE, sample_id) if sample_id else (_IN_IMPORT_ORDER, project_id)
    return _kept(db, project_id, key, lambda: db.rows(query, [owner]))


def _state(db: Database, project_id: str) -> tuple[object, ...]:
    """What changes when outputs come in."""
    sql = "SELECT count(*), max(made_at) FROM output WHERE project_id = ?"
    return db.rows(sql, [project_id])[0]


def _kept(db: Database, project_id: str, key: tuple[object, ...], read: Callable[[], list[Any]]) -> Pool:
    """A pool that is in memory; a transaction marks what it has graded in one for itself."""
    shared = _shared(db, key, read)
    if db.here and changed_here(db, project_id):
        inside: Pool = db.here.memory.setdefault((Pool, key), Pool(shared.places, shared.at))
        return inside
    return shared


def _shared(db: Database, key: tuple[object, ...], read: Callable[[], list[Any]]) -> Pool:
    memory: OrderedDict[tuple[object, ...], Pool] = db.memory.setdefault((Pool,), OrderedDict())
    with _keeping:
        if key in memory:
            memory.move_to_end(key)
            return memory[key]
    pool = Pool.of(read())

    def keep() -> None:
        with _keeping:
            memory[key] = pool
            while len(memory) > _MOST_KEPT:
                memory.popitem(last=False)

    db.after_commit(keep)
    return pool
