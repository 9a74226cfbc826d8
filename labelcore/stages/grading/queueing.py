"""Who grades what next: the coming outputs of a person, held for them so that nobody does them twice.

Order: outputs picked by hand for review, then the newest sample, or the order of import. A reservation runs
out after a while, so a closed laptop frees its outputs.
"""

from __future__ import annotations

import bisect
import itertools
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from labelcore.models import Frozen, Grade, GradingRules, Output, Role, now
from labelcore.operations import Effect, operation
from labelcore.store import (
    grades as grade_table,
    outputs as output_table,
    queues,
    reservations,
    samples as sample_table,
)
from labelcore.store.connection import utc
from labelcore.store.live import JUDGED, Live, live
from labelcore.wording import Wording
from labelcore.workspace import Workspace

FROM_REVIEW = Wording("picked by hand for review")
_REPEAT_AFTER = 10
"""An output comes back only after so many others."""
_SOON = 200
_HELD_ALONG = 5
_PART = 60 / 20
"""Seconds for each minute of a reservation after which one that ran out is noticed at the latest."""
_handing_out = threading.Lock()
"""One process owns the database, so one lock keeps two people from being handed the same output."""


class QueueItem(Frozen):
    """One output in a person's queue, with its place and the reason why it is there."""

    output: Output
    position: int
    reason: str
    current: Grade | None = None
    repeat: bool = False


class Queue(Frozen):
    """What a person grades next: the coming items, and how many of how many are done.

    ``soon``: ids of outputs that may come after them. ``left``: about how many may still be handed out.
    """

    items: tuple[QueueItem, ...]
    done: int
    total: int
    sample_id: str | None
    soon: tuple[str, ...] = ()
    left: int = 0


@operation(role=Role.EXPERT, effect=Effect.ONE_APPEND)
def grading_queue(workspace: Workspace, *, sample_id: str | None = None, ahead: int = 10) -> Queue:
    """The next outputs for this person: of the named sample, else the newest, else by import order."""
    rules, annotator = workspace.project.rules, workspace.person
    sample = sample_table.newest_id(workspace.db, workspace.project.id) if sample_id is None else sample_id
    pool = _pool(workspace, sample, rules)
    places = hand_out(workspace, pool, rules, ahead)
    again = _repeat(workspace, rules) if places else None
    after = pool.at[places[-1][0]] + 1 if places else 0
    soon = tuple(output_id for output_id, _, _ in pool.places[after : after + _SOON])
    wanted = [output_id for output_id, _, _ in places] + ([again] if again else [])
    found = output_table.many(workspace.db, wanted, soon)
    items = [
        QueueItem(output=found[output_id], position=position, reason=reason)
        for output_id, reason, position in places
    ]
    if again and again in found:
        first = items[0]
        items.insert(0, first.model_copy(update={"output": found[again], "repeat": True}))
    state = live(workspace.db, workspace.project.id)
    since = (state.serial, state.moved[annotator])
    at = pool.places_of(annotator, since, state.graded(annotator))
    start = _front(workspace, pool, rules)
    after_start = len(at) - bisect.bisect_left(at, start)
    left = len(pool.places) - start - after_start if places else 0
    return Queue(
        items=tuple(items), done=len(at), total=len(pool.places), sample_id=sample, soon=soon, left=left
    )


def _pool(workspace: Workspace, sample_id: str | None, rules: GradingRules) -> queues.Pool:
    """The outputs picked by hand before all others."""

    def moved(plain: queues.Pool) -> queues.Pool:
        picked = dict.fromkeys(rules.review, FROM_REVIEW)
        rest = [(output_id, why) for output_id, why, _ in plain.places if output_id not in picked]
        return queues.Pool.of([(*place, at) for at, place in enumerate([*picked.items(), *rest], 1)])

    pool = queues.pool(workspace.db, workspace.project.id, sample_id)
    return pool.variant(rules.review, moved) if rules.review else pool


def hand_out(workspace: Workspace, pool: queues.Pool, rules: GradingRules, ahead: int) -> list[queues.Place]:
    """The next places of a pool for this person; reserved, where so many people see each."""
    annotator, most = workspace.person, rules.per_output
    state = live(workspace.db, workspace.project.id)
    mine = state.graded(annotator)
    start = _front(workspace, pool, rules)
    if most is None:
        rest = itertools.islice(pool.places, start, None)
        return list(itertools.islice((place for place in rest if place[0] not in mine), ahead))
    with _handing_out:
        moment = utc(now())

        def is_closed(output_id: str) -> bool:
            return output_id in mine or not state.is_open(output_id, annotator, most, moment)

        part = int(moment.timestamp() / (rules.reserve_minutes * _PART))
        since = (state.reopened, state.moved[annotator], part)
        start = pool.front((most, annotator), since, is_closed, start)
        rest = itertools.islice(pool.places, start, None)
        free = (place for place in rest if not is_closed(place[0]))
        places = list(itertools.islice(free, ahead))
        until = now() + timedelta(minutes=rules.reserve_minutes)
        fresh = _reserve(state, annotator, [output_id for output_id, _, _ in places], free, until)
    # Stored outside: the others need not wait for the disk, and nobody is shown anything before it.
    reservations.keep(workspace.db, workspace.project.id, annotator, fresh, until)
    return places


def _front(workspace: Workspace, pool: queues.Pool, rules: GradingRules) -> int:
    """The first place that can still be handed to this person (see `queues.Pool.front`)."""
    state, most, annotator = live(workspace.db, workspace.project.id), rules.per_output, workspace.person
    if most is None:
        since = state.moved[annotator]
        return pool.front(annotator, since, state.graded(annotator).__contains__)
    return pool.front(most, state.reopened, lambda output_id: state.is_full(output_id, most))


def _reserve(
    state: Live, annotator: str, wanted: Sequence[str], further: Iterator[queues.Place], until: datetime
) -> list[str]:
    """Hold what is handed out and a few ``further`` ones, renew what is half run out. To be stored."""
    mine = state.held_by(annotator, wanted)
    fresh_enough = utc(now() + (until - now()) / 2)
    renew = [output_id for output_id in wanted if output_id not in mine or mine[output_id] < fresh_enough]
    if renew and len(renew) < len(wanted):
        renew += [output_id for output_id, _, _ in itertools.islice(further, _HELD_ALONG)]
    state.hold(annotator, renew, utc(until))
    return renew


def _repeat(workspace: Workspace, rules: GradingRules) -> str | None:
    """The output to show again, when one is due."""
    if not rules.repeat_share:
        return None
    state, annotator = live(workspace.db, workspace.project.id), workspace.person
    repeated = state.repeated(annotator)
    if len(repeated) >= int(rules.repeat_share * state.judged(annotator)):
        return None
    judged = [output_id for output_id, (_, value) in list(state.graded(annotator).items()) if value in JUDGED]
    return next((output_id for output_id in judged[:-_REPEAT_AFTER] if output_id not in repeated), None)


def recent(workspace: Workspace, sample_id: str | None, limit: int) -> list[QueueItem]:
    """The outputs that this person graded last, in queue order, for looking back."""
    last = dict(list(live(workspace.db, workspace.project.id).graded(workspace.person).items())[-limit:])
    grades = grade_table.some(workspace.db, [grade_id for grade_id, _ in last.values()])
    given = {grade.output_id: grade for grade in grades}
    pool = _pool(workspace, sample_id, workspace.project.rules)
    places = sorted(pool.at[output_id] for output_id in last if output_id in pool.at)
    found = output_table.many(workspace.db, list(last))
    return [
        QueueItem(output=found[output_id], position=position, reason=reason, current=given[output_id])
        for output_id, reason, position in (pool.places[at] for at in places)
        if output_id in found and output_id in given
    ]
