"""Who grades what next: the coming outputs of a person, held for them so that nobody does them twice.

Order: a calibration round, outputs picked by hand for review, then the newest sample, or the order of import;
what the person skipped comes back behind them. A reservation runs out, so a closed laptop frees its outputs.
"""

from __future__ import annotations

import bisect
import itertools
import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from labelcore.models import Frozen, Grade, GradingRules, Output, Relook, Role, name_key, now
from labelcore.operations import Effect, operation
from labelcore.stages.grading.dealing import one_of_each, part_of, quota_of, reads_of
from labelcore.stages.grading.mixing import Training, due_gold, due_repeat, training_of
from labelcore.stages.grading.relooking import due_for
from labelcore.stages.grading.rounds import REASON, asked_of, done_in, ending_of, open_round
from labelcore.store import (
    grades as grade_table,
    outputs as output_table,
    queues,
    reservations,
    samples as sample_table,
)
from labelcore.store.connection import utc
from labelcore.store.live import live
from labelcore.store.live_grades import LiveGrades
from labelcore.wording import Wording
from labelcore.workspace import Workspace

FROM_REVIEW = Wording("picked by hand for review")
FOR_TRAINING = Wording("training: before you grade others")
SKIPPED_BEFORE = Wording("you skipped it before")
AGAIN = "~2"
"""A silent repeat is another card to the browser: its id carries this ending."""
_LOOK_AGAIN = Wording("you are asked to look at it again")
_SOON, _SOON_OF_ONE = 200, 20  # what is one person's alone is read ahead for nobody else
_HELD_ALONG = 5
_COUNTED = 500
"""So many places at the end of a queue are counted one by one; a longer rest is told about."""
_PART = 60 / 20
"""Seconds for each minute of a reservation after which one that ran out is noticed at the latest."""
_handing_out = threading.Lock()
"""One process owns the database, so one lock keeps two people from being handed the same output."""


class QueueItem(Frozen):
    """One output in a person's queue, with its place in what they do and the reason why it is there.

    ``ending``: of its card's id, where what is said of it is kept apart from the grades that count.
    """

    output: Output
    position: int
    reason: Wording | str
    current: Grade | None = None
    ending: str = ""
    relook: Relook | None = None

    @property
    def unannounced(self) -> bool:
        """Whether it is a silent repeat or gold, which looks like the item that it takes the place of."""
        return self.ending.startswith(AGAIN)


class Wait(Frozen):
    """Why nothing is handed to a person now. ``n``: so many outputs; ``minutes``: until the first is free.

    ``empty``: there are none. ``unassigned``: none are this person's. ``held``: others hold them;
    ``packed``: in packs, which nobody takes over.
    ``skipped``: the person skipped them twice.
    ``quota``: so many were asked for. ``shared``: others have graded them. ``done``: all are done.
    ``training``: other outputs come first for who is new.
    """

    kind: Literal["empty", "unassigned", "held", "packed", "skipped", "quota", "shared", "done", "training"]
    n: int = 0
    minutes: int | None = None


class Queue(Frozen):
    """What a person grades next: the coming items, and how many of how many are done.

    ``soon``: ids of outputs that may come after them. ``left``: about how many may still be handed out;
    ``total``: those and what is done. ``waiting``: where there are no items. ``assigned``: all this is the
    person's part, in what they read; ``a_day``: so many are asked for each day. ``training``: the person is
    new, and gets other outputs once this share of these is right; ``fell_short``: so many were the last time.
    """

    items: tuple[QueueItem, ...]
    done: int
    total: int
    sample_id: str | None
    soon: tuple[str, ...] = ()
    left: int = 0
    waiting: Wait | None = None
    assigned: bool = False
    a_day: int | None = None
    reads: tuple[str, ...] = ()
    training: float | None = None
    fell_short: int | None = None


class Handout(NamedTuple):
    """The next places of a person, each with its number in what they do; ``end``: behind them in the pool."""

    places: list[queues.Place]
    end: int
    done: int
    left: int
    waiting: Wait | None


@operation(role=Role.EXPERT, effect=Effect.ONE_APPEND)
def grading_queue(workspace: Workspace, *, sample_id: str | None = None, ahead: int = 10) -> Queue:
    """The next outputs for this person: of the named sample, else the newest, else by import order."""
    rules = workspace.project.rules
    sample = _sample_of(workspace, sample_id)
    whole = _pool(workspace, sample, rules)
    pool = part_of(workspace, whole)
    if training := training_of(workspace):
        return _training(workspace, training, sample)
    quota, a_day = quota_of(workspace)
    handed, endings = _calibrated(workspace, pool, hand_out(workspace, pool, rules, ahead, quota))
    waiting = handed.waiting
    if not handed.places and not pool.places and whole.places:
        waiting = Wait(kind="unassigned")
    relooks = due_for(workspace)
    again = _unannounced(workspace) if handed.places and not endings and not relooks else None
    soon_end = handed.end + (_SOON if pool is whole else _SOON_OF_ONE)
    soon = tuple(output_id for output_id, _, _ in pool.places[handed.end : soon_end])
    ids = [output_id for output_id, _, _ in handed.places] + ([again[0]] if again else [])
    ids += [row.output_id for row in relooks]
    outputs = output_table.many(workspace.db, ids, soon)
    items = [
        QueueItem(
            output=outputs[output_id], position=position, reason=reason, ending=endings.get(position, "")
        )
        for output_id, reason, position in handed.places
    ]
    if again and again[0] in outputs:
        items.insert(0, items[0].model_copy(update={"output": outputs[again[0]], "ending": again[1]}))
    items, left = [*_relooks(relooks, outputs, handed.done + 1), *items], handed.left + len(relooks)
    return Queue(
        items=tuple(items),
        done=handed.done,
        total=handed.done + left,
        sample_id=sample,
        soon=soon,
        left=left,
        waiting=None if items else waiting,
        assigned=pool is not whole,
        a_day=a_day,
        reads=tuple(sorted(reads_of(workspace).get(name_key(workspace.person), ()))),
    )


def _training(workspace: Workspace, training: Training, sample: str | None) -> Queue:
    """A newcomer's queue."""
    outputs = output_table.many(workspace.db, [key for key, _ in training.left])
    done = training.n - len(training.left)
    items = [
        QueueItem(output=outputs[key], position=at, reason=FOR_TRAINING, ending=ending)
        for at, (key, ending) in enumerate(training.left, done + 1)
    ]
    counts = {"done": done, "total": training.n, "left": len(items)}
    standing = {"training": training.needed, "fell_short": training.fell_short}
    return Queue(items=tuple(items), sample_id=sample, **standing, **counts)


def _calibrated(workspace: Workspace, pool: queues.Pool, handed: Handout) -> tuple[Handout, dict[int, str]]:
    """With what the person still has to grade in a calibration round first; and by its place the ending of
    each card of the round.
    """
    calibration = open_round(workspace)
    if calibration is None:
        return handed, {}
    done = done_in(workspace, calibration)
    first = [output_id for output_id in asked_of(workspace, calibration) if output_id not in done]
    ending = ending_of(calibration)
    elsewhere = sum(bool(ending) or output_id not in pool.at for output_id in done)
    rest = [place for place in handed.places if ending or place[0] not in first]
    further = len(first) if ending else sum(output_id not in pool.at for output_id in first)
    begun = handed.done + elsewhere
    places = [(output_id, REASON, 0) for output_id in first] + rest
    numbered = [(output_id, why, at) for at, (output_id, why, _) in enumerate(places, begun + 1)]
    renumbered = handed._replace(
        places=numbered,
        done=begun,
        left=max(handed.left + further, len(places)),
        waiting=None if places else handed.waiting,
    )
    return renumbered, {begun + at: ending for at in range(1, len(first) + 1)}


def _relooks(due: Sequence[Relook], outputs: Mapping[str, Output], position: int) -> Iterator[QueueItem]:
    """What a person is to look at again; it comes first, whatever else is left."""
    for row in (row for row in due if row.output_id in outputs):
        why = Wording("you are asked to look at it again: {why}", why=row.reason)
        place = {"output": outputs[row.output_id], "position": position, "ending": f"~{row.id}"}
        yield QueueItem(reason=why if row.reason else _LOOK_AGAIN, relook=row, **place)


def persons_pool(workspace: Workspace) -> queues.Pool:
    """Everything that a person may be handed: of the newest sample, else by import order."""
    return part_of(workspace, whole_pool(workspace))


def whole_pool(workspace: Workspace) -> queues.Pool:
    """What is to be graded, whoever does it."""
    return _pool(workspace, _sample_of(workspace, None), workspace.project.rules)


def _sample_of(workspace: Workspace, sample_id: str | None) -> str | None:
    return sample_table.newest_id(workspace.db, workspace.project.id) if sample_id is None else sample_id


def _pool(workspace: Workspace, sample_id: str | None, rules: GradingRules) -> queues.Pool:
    """The outputs picked by hand before all others."""

    def moved(plain: queues.Pool) -> queues.Pool:
        picked = dict.fromkeys(rules.review, FROM_REVIEW)
        rest = [(output_id, why) for output_id, why, _ in plain.places if output_id not in picked]
        return queues.Pool.of([(*place, at) for at, place in enumerate([*picked.items(), *rest], 1)])

    pool = queues.pool(workspace.db, workspace.project.id, sample_id)
    return pool.variant(rules.review, moved) if rules.review else pool


def hand_out(
    workspace: Workspace, pool: queues.Pool, rules: GradingRules, ahead: int, quota: int | None = None
) -> Handout:
    """The next places of a pool for this person; reserved, where so many people see each."""
    done, left = counts_in(workspace, pool)
    if quota is not None:
        left = min(left, max(0, quota - done))
        if done >= quota:
            return Handout([], 0, done, 0, Wait(kind="quota", n=done))
        ahead = min(ahead, quota - done)
    places = _next_places(workspace, pool, rules, ahead)
    end = max((pool.at[place[0]] for place in places if place[1] != SKIPPED_BEFORE), default=-1) + 1
    numbered = [(output_id, why, at) for at, (output_id, why, _) in enumerate(places, done + 1)]
    return Handout(numbered, end, done, left, None if places else _waiting(workspace, pool, rules, done))


def _next_places(
    workspace: Workspace, pool: queues.Pool, rules: GradingRules, ahead: int
) -> list[queues.Place]:
    annotator, most = workspace.person, rules.per_output
    state = live(workspace.db, workspace.project.id)
    mine = state.graded(annotator)
    start = _front(workspace, pool, rules)
    if most is None:
        rest = itertools.islice(pool.places, start, None)
        fresh = (place for place in rest if place[0] not in mine)
        every = itertools.chain(fresh, _skipped(state, pool, annotator))
        return list(itertools.islice(one_of_each(workspace, every), ahead))
    with _handing_out:
        moment = utc(now())

        def is_closed(output_id: str) -> bool:
            return output_id in mine or not state.is_open(output_id, annotator, most, moment)

        part = int(moment.timestamp() / (rules.reserve_minutes * _PART))
        since = (state.reopened, state.moved[annotator], part)
        free = one_of_each(workspace, pool.open_places((most, annotator), since, is_closed, start))
        places = list(itertools.islice(free, ahead))
        if len(places) < ahead:
            again = one_of_each(workspace, _skipped(state, pool, annotator))
            still = (place for place in again if state.is_open(place[0], annotator, most, moment))
            places += itertools.islice(still, ahead - len(places))
        until = now() + timedelta(minutes=rules.reserve_minutes)
        fresh_holds = _reserve(state, annotator, [output_id for output_id, _, _ in places], free, until)
    # Stored outside: the others need not wait for the disk, and nobody is shown anything before it.
    reservations.keep(workspace.db, workspace.project.id, annotator, fresh_holds, until)
    return places


def _skipped(state: LiveGrades, pool: queues.Pool, annotator: str) -> Iterator[queues.Place]:
    """What the person skipped and gets another time, the longest ago first."""
    for output_id in state.skipped(annotator):
        if output_id in pool.at and not state.rests(output_id, annotator):
            yield output_id, SKIPPED_BEFORE, 0


def counts_in(workspace: Workspace, pool: queues.Pool) -> tuple[int, int]:
    """How many of a pool a person has done, and about how many may still be handed to them."""
    rules, annotator = workspace.project.rules, workspace.person
    state, most = live(workspace.db, workspace.project.id), rules.per_output
    mine = state.graded(annotator)

    def is_full(output_id: str) -> bool:
        return most is not None and state.is_full(output_id, most)

    at = pool.places_of(annotator, (state.serial, state.moved[annotator]), mine)
    skipped = sum(output_id in pool.at for output_id in state.skipped(annotator))
    again = sum(not is_full(output_id) for output_id, _, _ in _skipped(state, pool, annotator))
    start = _front(workspace, pool, rules)
    if len(pool.places) - start <= _COUNTED:
        rest = itertools.islice(pool.places, start, None)
        fresh = sum(place[0] not in mine and not is_full(place[0]) for place in rest)
    else:
        fresh = len(pool.places) - start - (len(at) - bisect.bisect_left(at, start))
    return len(at) - skipped, fresh + again


def _waiting(workspace: Workspace, pool: queues.Pool, rules: GradingRules, done: int) -> Wait:
    """Why a pool has nothing for a person now."""
    if not pool.places:
        return Wait(kind="empty")
    state, annotator, moment = live(workspace.db, workspace.project.id), workspace.person, utc(now())
    mine, most = state.graded(annotator), rules.per_output or math.inf
    open_ = [
        output_id
        for output_id, _, _ in pool.places
        if mine.get(output_id, ("", "skipped"))[1] == "skipped" and not state.is_full(output_id, most)
    ]
    resting = sum(output_id in mine and state.rests(output_id, annotator) for output_id in open_)
    if len(open_) > resting:
        holds = [until for output_id in open_ for until in state.holders(output_id, moment).values()]
        minutes = max(1, math.ceil((min(holds, default=moment) - moment).total_seconds() / 60))
        is_long = minutes > math.ceil(rules.reserve_minutes)
        return Wait(kind="packed" if is_long else "held", n=len(open_) - resting, minutes=minutes)
    if resting:
        return Wait(kind="skipped", n=resting)
    return Wait(kind="done" if done == len(pool.places) else "shared", n=done)


def _front(workspace: Workspace, pool: queues.Pool, rules: GradingRules) -> int:
    """The first place that can still be handed to this person (see `queues.Pool.front`)."""
    state, most, annotator = live(workspace.db, workspace.project.id), rules.per_output, workspace.person
    if most is None:
        since = state.moved[annotator]
        return pool.front(annotator, since, state.graded(annotator).__contains__)
    return pool.front(most, state.reopened, lambda output_id: state.is_full(output_id, most))


def _reserve(
    state: LiveGrades, annotator: str, ids: Sequence[str], further: Iterator[queues.Place], until: datetime
) -> list[str]:
    """Hold what is handed out and a few ``further`` ones, renew what is half run out. To be stored."""
    mine = state.held_by(annotator, ids)
    fresh_enough = utc(now() + (until - now()) / 2)
    renew = [output_id for output_id in ids if output_id not in mine or mine[output_id] < fresh_enough]
    if renew and len(renew) < len(ids):
        renew += [output_id for output_id, _, _ in itertools.islice(further, _HELD_ALONG)]
    state.hold(annotator, renew, utc(until))
    return renew


def _unannounced(workspace: Workspace) -> tuple[str, str] | None:
    """A gold output or a silent repeat, when one is due, with the ending of its card."""
    if gold := due_gold(workspace):
        return gold
    again = due_repeat(workspace)
    return (again, AGAIN) if again else None


def recent(workspace: Workspace, queue: Queue, limit: int) -> list[QueueItem]:
    """The outputs that this person graded last, in the order in which they did, for looking back."""
    mine = live(workspace.db, workspace.project.id).graded(workspace.person)
    pool = part_of(workspace, _pool(workspace, queue.sample_id, workspace.project.rules))
    counting = (
        (output_id, grade_id)
        for output_id, (grade_id, value) in reversed(list(mine.items()))
        if value != "skipped" and output_id in pool.at
    )
    last = dict(itertools.islice(counting, limit))
    grades = {grade.output_id: grade for grade in grade_table.some(workspace.db, list(last.values()))}
    outputs = output_table.many(workspace.db, list(last))
    items = [
        QueueItem(
            output=outputs[output_id],
            position=position,
            reason=pool.places[pool.at[output_id]][1],
            current=grades[output_id],
        )
        for output_id, position in zip(last, range(queue.done, 0, -1), strict=False)
        if output_id in outputs and output_id in grades
    ]
    return items[::-1]
