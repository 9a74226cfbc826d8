"""Who graded what, and who holds what, of one project in memory; a comparison stands under its pair's id."""

from __future__ import annotations

import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from labelcore.models import GradeSource, name_key, tidy_name

JUDGED = {"pass", "fail"}
_RESTS_AFTER = 2
"""Skips of one output by one person in a row, after which it no longer comes back by itself."""
_serials = itertools.count(1)
_Key = tuple[str, str]  # output id, annotator


class _Act(NamedTuple):
    """One overall grade, and the one that the same person gave the same output before it."""

    output_id: str
    annotator: str
    value: str
    before: str | None


class Uncounted(NamedTuple):
    """A grade that counts in no label: a silent repeat, one of a calibration round, or on a gold output."""

    output_id: str
    value: str
    source: str
    sample_id: str | None


class LiveGrades:
    """One project's overall grades, comparisons and reservations; ``graded`` keeps the order of arrival.

    No list or set for each grade: a busy hour brings 72,000. ``serial`` tells a state that was read anew
    from the one before; ``moved`` counts, for each person, the grades that were replaced or taken back,
    after which ``graded`` has not only grown. ``cursor``: where the events stood when it last read on.
    """

    def __init__(self) -> None:
        self._acts: dict[str, _Act] = {}
        self._undone: set[str] = set()
        self._newest_undone: dict[_Key, str] = {}
        self._graded: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        self._graders: dict[str, tuple[str, ...]] = {}
        self.serial = next(_serials)
        self.cursor = 0
        # Grow when fewer people have, or have graded, an output than before.
        self.reopened = self.withdrawn = 0
        self.moved: Counter[str] = Counter()
        self._judged: Counter[str] = Counter()
        self._done: Counter[str] = Counter()
        self._skipped: dict[str, dict[str, None]] = defaultdict(dict)
        self._apart: dict[str, dict[str, Uncounted]] = defaultdict(dict)
        self._parts: dict[str, set[str]] = defaultdict(set)
        self._held: dict[str, dict[str, datetime]] = {}
        self._busy: dict[str, tuple[int, datetime]] = {}
        self._spelled: dict[str, str] = {}

    def follow(
        self, grade_id: str, output_id: str, annotator: str, value: str, supersedes: str | None
    ) -> None:
        """Take in one event on an overall grade; the same event twice counts once."""
        if value == "undone":
            self._undone.add(str(supersedes))
            if act := self._acts.get(str(supersedes)):
                key = (act.output_id, act.annotator)
                self._settle(key, self._newest(key))
        elif grade_id not in self._acts:
            # Every event brings copies of these words; one of each is enough for an hour's 72,000.
            annotator, value = sys.intern(annotator), sys.intern(value)
            if not self._graded[annotator]:
                self._spelled.setdefault(name_key(annotator), annotator)
            key = (output_id, annotator)
            self._acts[grade_id] = _Act(output_id, annotator, value, self._newest(key))
            self._settle(key, grade_id)

    def spelling_of(self, name: str) -> str:
        """A name as whoever has it wrote it when they graded first; tidied where nobody did."""
        return self._spelled.get(name_key(name), tidy_name(name))

    def has_graded(self, name: str) -> bool:
        """Whether somebody of that name, however it is written, graded here."""
        return name_key(name) in self._spelled

    def knows(self, grade_id: str) -> bool:
        """Whether an overall grade was taken in."""
        return grade_id in self._acts

    def _newest(self, key: _Key) -> str | None:
        """A person's newest act on an output, whether it counts or was taken back."""
        counts = self._graded[key[1]].get(key[0])
        return self._newest_undone.get(key) or (counts[0] if counts else None)

    def _settle(self, key: _Key, newest: str | None) -> None:
        counts = newest
        while counts in self._undone:
            counts = self._acts[counts].before
        if newest and counts != newest:
            self._newest_undone[key] = newest
        else:
            self._newest_undone.pop(key, None)
        had = self._take_out(*key)
        if counts:
            self._put_in(*key, counts, self._acts[counts].value)
        lost = had and key[1] not in self._graders.get(key[0], ())
        self.reopened, self.withdrawn = self.reopened + lost, self.withdrawn + lost

    def _take_out(self, output_id: str, annotator: str) -> bool:
        """Returns whether the person counted among the output's graders."""
        before = self._graded[annotator].pop(output_id, None)
        self._busy.pop(output_id, None)
        if before is None:
            return False
        self.moved[annotator] += 1
        self._judged[annotator] -= before[1] in JUDGED
        if before[1] == "skipped":
            self._skipped[annotator].pop(output_id, None)
            return False
        self._done[annotator] -= 1
        self._graders[output_id] = tuple(grader for grader in self._graders[output_id] if grader != annotator)
        return True

    def _put_in(self, output_id: str, annotator: str, grade_id: str, value: str) -> None:
        self._graded[annotator][output_id] = (grade_id, value)
        self._judged[annotator] += value in JUDGED
        if value == "skipped":
            self._skipped[annotator][output_id] = None
        else:
            self._graders[output_id] = (*self._graders.get(output_id, ()), annotator)
            self._done[annotator] += 1
        holders = self._held.get(output_id)  # who has graded an output counts without holding it
        if holders and holders.pop(annotator, None):
            self.reopened += value == "skipped"
            if not holders:
                self._held.pop(output_id, None)

    def follow_part(self, output_id: str, annotator: str) -> None:
        """Take in that a person graded a criterion or a field of an output."""
        self._parts[annotator].add(output_id)

    @property
    def has_parts(self) -> bool:
        """Whether anybody ever graded a criterion or a field."""
        return any(self._parts.values())

    def with_parts(self, annotator: str, output_ids: Iterable[str]) -> list[str]:
        """Those of the outputs of which a person ever graded a criterion or a field."""
        parts = self._parts[annotator]
        return [key for key in output_ids if key in parts]

    def follow_apart(self, grade_id: str, annotator: str, supersedes: str | None, apart: Uncounted) -> None:
        """Take in one event that counts in no label."""
        if apart.value == "undone":
            self._apart[annotator].pop(str(supersedes), None)
        else:
            self._spelled.setdefault(name_key(annotator), annotator)
            self._apart[annotator][grade_id] = apart

    def apart(self, annotator: str, source: GradeSource, sample_id: str | None = None) -> list[Uncounted]:
        """A person's grades of one kind that count in no label, the oldest first."""
        kind = (source, sample_id)
        return [grade for grade in list(self._apart[annotator].values()) if grade[2:] == kind]

    def judged(self, annotator: str) -> int:
        """How many outputs a person has passed or failed."""
        return self._judged[annotator]

    def graded(self, annotator: str) -> dict[str, tuple[str, str]]:
        """A person's current grades, oldest first: output id -> (grade id, value)."""
        return self._graded[annotator]

    def skipped(self, annotator: str) -> list[str]:
        """What a person skipped and has not graded since, the longest ago first."""
        return list(self._skipped.get(annotator, ()))

    def rests(self, output_id: str, annotator: str) -> bool:
        """Whether a person skipped an output so often in a row that it no longer comes back by itself."""
        times, act_id = 0, self._graded[annotator].get(output_id, (None, ""))[0]
        while act_id:
            act = self._acts[act_id]
            if act_id not in self._undone:
                if act.value != "skipped":
                    break
                times += 1
            act_id = act.before
        return times >= _RESTS_AFTER

    def counts(self) -> dict[str, int]:
        """How many outputs and pairs each person has done, skips left out."""
        return {who: n for who, n in list(self._done.items()) if n}

    def graders(self, output_id: str) -> tuple[str, ...]:
        """Who has graded an output, the first first."""
        return self._graders.get(output_id, ())

    def is_full(self, output_id: str, people: float) -> bool:
        """Whether so many people have graded an output."""
        return len(self.graders(output_id)) >= people

    def taken(self, output_id: str, annotator: str, moment: datetime) -> int:
        """How many other people have graded an output, or hold it at this moment."""
        graders = self._graders.get(output_id, ())
        holders = self._held.get(output_id)
        if not holders:
            return len(graders) - (annotator in graders)
        # Copied at once: another thread may change it meanwhile.
        holding = {who for who, until in list(holders.items()) if until > moment}
        return len(holding.union(graders) - {annotator})

    def is_open(self, output_id: str, annotator: str, most: int, moment: datetime) -> bool:
        """Whether fewer than ``most`` others have graded or hold an output.

        A hundred people hold a thousand outputs, and each press looks over all of them: what is
        taken is known to be so until the first who holds it loses it.
        """
        people, until = self._busy.get(output_id, (0, moment))
        holders = self._held.get(output_id, {})
        among = annotator in holders or annotator in self._graders.get(output_id, ())
        if people == most and until > moment and not among:
            return False
        if self.taken(output_id, annotator, moment) < most:
            return True
        if not among:
            still = [held_until for held_until in list(holders.values()) if held_until > moment]
            self._busy[output_id] = (most, min(still, default=moment))
        return False

    def hold(self, annotator: str, output_ids: Iterable[str], until: datetime) -> None:
        """Take in a reservation; one that has run out gives the outputs back."""
        for output_id in output_ids:
            holders = self._held.setdefault(output_id, {})
            self.reopened += holders.get(annotator, until) > until
            holders[annotator] = until
            self._busy.pop(output_id, None)

    def holders(self, output_id: str, moment: datetime) -> dict[str, datetime]:
        """Who holds an output at this moment, and until when."""
        return {who: until for who, until in list(self._held.get(output_id, {}).items()) if until > moment}

    def all_held(self, moment: datetime) -> list[_Key]:
        """Every output that is held at this moment, with who holds it."""
        return [(key, who) for key in list(self._held) for who in self.holders(key, moment)]

    def held_by(self, annotator: str, output_ids: Sequence[str]) -> dict[str, datetime]:
        """Until when a person holds those of the outputs that they hold."""
        holds = {key: self._held.get(key, {}).get(annotator) for key in output_ids}
        return {key: until for key, until in holds.items() if until}
