"""What a queue must know at every press, kept in memory: who graded what, and who holds what.

A comparison stands here under its pair's id, like a grade under its output's.

One process owns the database, so the tables' events can be followed as they are stored instead of
being read again for each of a hundred people. Everything here can be rebuilt from the tables, and
is, when a project is first asked for or an import has written many grades at once.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from labelcore.models import Comparison, Grade, now
from labelcore.store.connection import Database, utc

_EVENTS = (
    "SELECT grade_id, output_id, annotator, value, supersedes, source = 'repeat', stored_at FROM grade_event "
    "WHERE project_id = $project AND criterion_id IS NULL AND field IS NULL "
    "UNION ALL SELECT comparison_id, first_id || '~' || second_id, annotator, value, supersedes, "
    "false, stored_at FROM comparison_event WHERE project_id = $project ORDER BY stored_at, grade_id"
)
_HELD = (
    "SELECT output_id, annotator, until FROM reservation_current WHERE project_id = ? AND until > ?"
)
_Key = tuple[str, str]  # output id, annotator


class Live:
    """One project's overall grades, comparisons and reservations; ``graded`` keeps the order of arrival."""

    def __init__(self) -> None:
        self._acts: dict[_Key, list[tuple[str, str]]] = defaultdict(list)
        self._key_of: dict[str, _Key] = {}
        self._undone: set[str] = set()
        self._graded: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        self._graders: dict[str, set[str]] = defaultdict(set)
        self.reopened = 0  # grows when a grade was taken back or given anew
        self._done: Counter[str] = Counter()
        self._repeats: dict[str, dict[str, str]] = defaultdict(dict)
        self._held: dict[str, dict[str, datetime]] = defaultdict(dict)

    def follow(
        self, grade_id: str, output_id: str, annotator: str, value: str, supersedes: str | None
    ) -> None:
        """Take in one event on an overall grade; the same event twice counts once."""
        if value == "undone":
            self._undone.add(str(supersedes))
            if key := self._key_of.get(str(supersedes)):
                self._settle(key)
        elif grade_id not in self._key_of:
            key = (output_id, annotator)
            self._key_of[grade_id] = key
            self._acts[key].append((grade_id, value))
            self._settle(key)

    def _settle(self, key: _Key) -> None:
        output_id, annotator = key
        before = self._graded[annotator].pop(output_id, None)
        self.reopened += before is not None
        self._done[annotator] -= before is not None and before[1] != "skipped"
        self._graders[output_id].discard(annotator)
        for grade_id, value in reversed(self._acts[key]):
            if grade_id not in self._undone:
                self._graded[annotator][output_id] = (grade_id, value)
                if value != "skipped":
                    self._graders[output_id].add(annotator)
                    self._done[annotator] += 1
                return

    def follow_repeat(
        self, grade_id: str, output_id: str, annotator: str, value: str, supersedes: str | None
    ) -> None:
        """Take in one event on an output that came back unannounced."""
        own = self._repeats[annotator]
        if value == "undone":
            own.pop(str(supersedes), None)
        else:
            own[grade_id] = output_id

    def repeated(self, annotator: str) -> set[str]:
        """The outputs that came back to a person and were graded again."""
        return set(self._repeats[annotator].values())

    def graded(self, annotator: str) -> dict[str, tuple[str, str]]:
        """A person's current grades, oldest first: output id -> (grade id, value)."""
        return self._graded[annotator]

    def counts(self) -> dict[str, int]:
        """How many outputs and pairs each person has done, skips left out."""
        return {who: n for who, n in list(self._done.items()) if n}

    def is_full(self, output_id: str, people: int) -> bool:
        """Whether so many people have graded an output."""
        return len(self._graders.get(output_id, ())) >= people

    def taken(self, output_id: str, annotator: str, moment: datetime) -> int:
        """How many other people have graded an output, or hold it at this moment."""
        others = self._graders.get(output_id, set()) | {
            who for who, until in self._held.get(output_id, {}).items() if until > moment
        }
        return len(others - {annotator})

    def hold(self, annotator: str, output_ids: Iterable[str], until: datetime) -> None:
        """Take in a reservation; one that has run out gives the outputs back."""
        for own in output_ids:
            self._held[own][annotator] = until

    def held_by(self, annotator: str, output_ids: Sequence[str]) -> dict[str, datetime]:
        """Until when a person holds those of the outputs that they hold."""
        own = {key: self._held.get(key, {}).get(annotator) for key in output_ids}
        return {key: until for key, until in own.items() if until}


_loading = threading.RLock()


def live(db: Database, project_id: str) -> Live:
    """The project's state, read from the tables when it is asked for first."""
    with _loading:
        known: Live | None = db.memory.get((Live, project_id))
        if known is None:
            known = Live()
            for row in db.rows(_EVENTS, {"project": project_id}):
                take_in = known.follow_repeat if row[-2] else known.follow
                take_in(*row[:-2])
            for output_id, who, until in db.rows(_HELD, [project_id, utc(now())]):
                known.hold(who, [output_id], until)
            db.memory[Live, project_id] = known
        return known


def follow(db: Database, events: Iterable[Grade | Comparison]) -> None:
    """Tell the loaded projects of events that are stored now."""
    with _loading:
        for event in events:
            known = db.memory.get((Live, event.project_id))
            if known is None:
                continue
            if isinstance(event, Comparison):
                what, take_in = event.pair, known.follow
            elif event.is_overall:
                again = event.source == "repeat"
                what, take_in = event.output_id, known.follow_repeat if again else known.follow
            else:
                continue
            take_in(event.id, what, event.annotator, event.value, event.supersedes)


def forget(db: Database) -> None:
    """Read everything again when it is asked for next: many rows were written at once."""
    with _loading:
        for key in [key for key in db.memory if key[0] is Live]:
            del db.memory[key]
