"""What is held is given back, and what was skipped is looked at again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from labelcore.models import Frozen, Grade, Role, name_key, new_id, now
from labelcore.operations import Effect, operation
from labelcore.stages import signing
from labelcore.stages.grading.acts import plan_anew, undo
from labelcore.stages.grading.dealing import is_divided
from labelcore.stages.grading.queueing import persons_pool
from labelcore.store import audit, grades as grade_table, queues, reservations
from labelcore.store.connection import utc
from labelcore.store.live import live
from labelcore.workspace import Workspace


class ReleaseReport(Frozen):
    """How many outputs are free again, and who held them."""

    n: int
    people: tuple[str, ...]


class Skip(Frozen):
    """An output that a person skipped and has not graded since; one that ``rests`` comes back on demand.
    ``waits``: it is planned for them, so that others get it only once it rests.
    """

    output_id: str
    annotator: str
    why: str
    at: datetime
    rests: bool
    waits: bool


@operation("team release", role=Role.LEAD, effect=Effect.APPENDS)
def release(
    workspace: Workspace,
    name: Annotated[str, Field(description="Whose; nobody named: everybody's.")] = "",
    *,
    skipped: Annotated[
        bool, Field(description="What they skipped once, in place of what they hold.")
    ] = False,
) -> ReleaseReport:
    """Give back the outputs that somebody holds, or that anybody holds; others are offered them at once.

    What was skipped once comes back to whoever skipped it, unless it is given to others here.
    """
    who = name_key(signing.known_as(workspace.db, workspace.project, name))
    if skipped:
        return _give_back(workspace, _hand_on(workspace, who))
    holds = live(workspace.db, workspace.project.id).all_held(utc(now()))
    return _give_back(workspace, [key for key in holds if who in {"", name_key(key[1])}])


def _hand_on(workspace: Workspace, who: str) -> list[tuple[str, str]]:
    """What was skipped once, by somebody or by anybody, is skipped for good; with who skipped it."""
    state = live(workspace.db, workspace.project.id)
    skips = [grade for grade in _skipped(workspace) if who in {"", name_key(grade.annotator)}]
    once = [grade for grade in skips if not state.rests(grade.output_id, grade.annotator)]
    again = [
        grade.model_copy(update={"id": new_id("grade"), "source": "released", "at": now()}) for grade in once
    ]
    grade_table.record(workspace.db, again)
    plan_anew(workspace, again)
    return [(grade.output_id, grade.annotator) for grade in again]


@operation("team take-over", role=Role.EXPERT, effect=Effect.APPENDS, signed=True)
def take_over(workspace: Workspace) -> ReleaseReport:
    """Take over the outputs that others hold and have not graded, where nothing else is left to grade.

    What is out in a pack stays with whom it was made for.
    """
    pool, moment = persons_pool(workspace), utc(now())
    places = [pool]
    if pair := workspace.project.rules.compare:
        places.append(queues.pairs(workspace.db, workspace.project.id, pair))
    state = live(workspace.db, workspace.project.id)
    soon = moment + timedelta(minutes=workspace.project.rules.reserve_minutes)
    theirs = [
        (output_id, who)
        for output_id, who in state.all_held(moment)
        if who != workspace.person and any(output_id in some.at for some in places)
        if state.holders(output_id, moment).get(who, soon) <= soon
    ]
    return _give_back(workspace, theirs)


def _give_back(workspace: Workspace, holds: list[tuple[str, str]]) -> ReleaseReport:
    people = tuple(sorted({who for _, who in holds}))
    audit.note(
        workspace.db, workspace.project.id, workspace.person, "team release", "", n=len(holds), people=people
    )
    reservations.release(workspace.db, workspace.project.id, holds)
    return ReleaseReport(n=len(holds), people=people)


@operation("team skips", role=Role.LEAD, listed_as="skips")
def skips(workspace: Workspace) -> list[Skip]:
    """Show who skipped what and why, as far as they have not graded it since; the newest first."""
    state, divided = live(workspace.db, workspace.project.id), is_divided(workspace)
    return [
        Skip(
            output_id=grade.output_id,
            annotator=grade.annotator,
            why=grade.note,
            at=grade.at,
            rests=(rests := state.rests(grade.output_id, grade.annotator)),
            waits=divided and not rests,
        )
        for grade in _skipped(workspace)
    ]


@operation(role=Role.EXPERT, effect=Effect.APPENDS)
def look_again(workspace: Workspace) -> int:
    """Have what this person skipped twice come back once more; returns how many outputs."""
    state = live(workspace.db, workspace.project.id)
    person, graded = workspace.person, state.graded(workspace.person)
    resting = [output_id for output_id in state.skipped(person) if state.rests(output_id, person)]
    for grade_id in [graded[output_id][0] for output_id in reversed(resting)]:
        undo(workspace, grade_id)
    return len(resting)


def _skipped(workspace: Workspace) -> list[Grade]:
    grades = grade_table.current(workspace.db, workspace.project.id, overall_only=True)
    return [grade for grade in reversed(grades) if grade.value == "skipped"]
