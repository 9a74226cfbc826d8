"""Assignment: who is to grade which outputs, how far each person is, and who will be late."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import Assignment, Expertise, Frozen, Role, name_key, new_id, now, tidy_name
from labelcore.operations import Effect, Metavar, Options, operation
from labelcore.stages import signing
from labelcore.stages.grading.dealing import (
    UNASSIGNED,
    PlannedPair,
    deal_of,
    pairs_in,
    part_of,
    parts,
    quota_of,
)
from labelcore.stages.grading.progress import is_complete
from labelcore.stages.grading.queueing import counts_in, whole_pool
from labelcore.stages.selecting import Filters, resolved
from labelcore.store import assignments as table, grade_counts, reservations
from labelcore.store.connection import utc
from labelcore.store.live import live
from labelcore.store.people import register
from labelcore.workspace import Workspace

_LOOKED_BACK = 7
"""Days from which a person's pace is taken."""


class AssignedPart(Options):
    """Which outputs, and how many; what is not given leaves nothing out."""

    where: Annotated[tuple[str, ...], Metavar("FIELD=VALUE")] = Field(
        default=(), description="Outputs with this value of a field or metadata key; repeat for others."
    )
    batch: str | None = Field(default=None, description="The outputs of an import: its id or file.")
    knows: str = Field(default="", description="To everybody who knows this, in the place of a name.")
    share: Annotated[float, Field(gt=0, le=100)] | None = Field(
        default=None, description="Divided in proportion among all who have a share: percent, or parts."
    )
    quota: Annotated[int, Field(ge=1)] | None = Field(default=None, description="So many at most.")
    a_day: Annotated[int, Field(ge=1)] | None = Field(default=None, description="So many each day.")


EVERYTHING = AssignedPart()


class Load(Frozen):
    """One person's part. ``a_day``: asked for each day, or needed for the deadline; ``today``: graded today;
    ``ready_on``: at the pace of the last seven days; None: they graded nothing in these.
    """

    name: str
    total: int
    done: int
    left: int
    a_day: int | None
    today: int
    ready_on: date | None
    late: bool
    reads: tuple[str, ...]
    knows: tuple[str, ...]


class Assigned(Frozen):
    """The assignments in force and what they come to. ``nobodys``: outputs that nobody may grade;
    ``nobodys_left``: those of them that lack grades. ``pairs``: where they are planned; ``alone``: outputs
    that one person may grade, so that no pair does.
    """

    assignments: tuple[Assignment, ...]
    people: tuple[Load, ...]
    outputs: int
    nobodys: int
    nobodys_left: int = 0
    pairs: tuple[PlannedPair, ...] = ()
    alone: int = 0


class EndedAssignments(Frozen):
    """Which assignments ended."""

    ended: tuple[str, ...]


@operation("team assign", role=Role.LEAD, effect=Effect.WRITES)
def assign(workspace: Workspace, name: str = "", *, part: AssignedPart = EVERYTHING) -> Assignment:
    """Have somebody grade the outputs that match; once a project assigns, people get only what is theirs.

    Without a share, any of the people may take an output; with one the outputs are divided.

    Raises:
        BadInput: neither a person nor a subject is named, or both are; or a field is not known.
    """
    if bool(name.strip()) == bool(part.knows.strip()):
        raise BadInput("Name a person, or what people know.", next_step="Such as: labelcore team assign anna")
    part_filter = resolved(workspace, Filters(where=part.where, batch=part.batch))
    assignment = Assignment(
        id=new_id("assignment"),
        project_id=workspace.project.id,
        person=signing.known_as(workspace.db, workspace.project, name) if name.strip() else "",
        knows=part.knows.strip(),
        fields=dict(part_filter.fields),
        batch=part_filter.batch,
        made_by=workspace.person,
        **part.model_dump(include={"share", "quota", "a_day"}),
    )
    table.save(workspace.db, assignment)
    _give_back(workspace)
    return assignment


@operation("team unassign", role=Role.LEAD, effect=Effect.WRITES)
def unassign(
    workspace: Workspace,
    which: Annotated[str, Field(description="A person's name, an assignment's id, or all.")],
) -> EndedAssignments:
    """End assignments; when none is left, everybody may grade everything again.

    Raises:
        NotFound: there is no such assignment.
    """
    ended = [
        row
        for row in table.current(workspace.db, workspace.project.id)
        if which in {row.id, "all"} or (row.person and name_key(row.person) == name_key(which))
    ]
    if not ended:
        raise NotFound(
            "Nothing is assigned to '{which}'.", next_step="`labelcore team assignments`", which=which
        )
    over = {"ended": True, "made_by": workspace.person, "at": now()}
    table.save(workspace.db, *(row.model_copy(update=over) for row in ended))
    _give_back(workspace)
    return EndedAssignments(ended=tuple(row.id for row in ended))


@operation("team member", role=Role.LEAD, effect=Effect.WRITES)
def describe_member(
    workspace: Workspace,
    name: str,
    *,
    reads: Annotated[tuple[str, ...], Field(description="A language, such as zh; repeat. '': all.")] = (),
    knows: Annotated[tuple[str, ...], Field(description="A subject; repeat for others.")] = (),
) -> Expertise:
    """Say which languages somebody reads, and what they know; they get no output in another language.

    Raises:
        BadInput: there is no name.
    """
    if not tidy_name(name):
        raise BadInput("A member needs a name.", next_step="Give one.")
    members = table.experts(workspace.db, workspace.project.id)
    before = members.get(name_key(name))
    person = signing.known_as(workspace.db, workspace.project, name)
    expertise = Expertise(
        project_id=workspace.project.id,
        person=person,
        reads=_words(reads) if reads else before.reads if before else (),
        knows=_words(knows) if knows else before.knows if before else (),
        made_by=workspace.person,
    )
    table.save(workspace.db, expertise)
    _give_back(workspace)
    return expertise


def _words(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def _give_back(workspace: Workspace) -> None:
    """What people hold may be somebody else's now."""
    holds = live(workspace.db, workspace.project.id).all_held(utc(now()))
    reservations.release(workspace.db, workspace.project.id, holds)


@operation("team assignments", role=Role.LEAD)
def assignments(workspace: Workspace) -> Assigned:
    """Show who is to grade what, how far each is, and who will be late."""
    db, project_id = workspace.db, workspace.project.id
    whole, gone = whole_pool(workspace), register(db).is_removed
    rows = table.current(db, project_id)
    dealt = parts(workspace, whole)
    moments = grade_counts.recent_days(db, project_id, now() - timedelta(days=_LOOKED_BACK))
    known = (*graders_to_be(workspace), *moments)
    names = {name_key(who): who for who in known if not gone(who)}
    nobodys = [place[0] for place in dealt[UNASSIGNED].places] if UNASSIGNED in dealt else []
    loads = [_load(workspace.by(who), moments.get(who, [])) for _, who in sorted(names.items())]
    in_pairs = workspace.project.rules.pairs and rows
    pairs, alone = pairs_in(workspace, dealt, deal_of(workspace, whole), names) if in_pairs else ((), 0)
    return Assigned(
        pairs=pairs,
        alone=alone,
        assignments=rows,
        people=tuple(loads),
        outputs=len(whole.places),
        nobodys=len(nobodys),
        nobodys_left=sum(not is_complete(workspace, output_id) for output_id in nobodys),
    )


@operation(role=Role.LEAD)
def team_names(workspace: Workspace) -> list[str]:
    """Everybody who has a role in this project, has graded here, or is named by what is assigned."""
    return _known(workspace, tuple(Role))


def graders_to_be(workspace: Workspace) -> list[str]:
    """Everybody who is to grade here: experts, who has graded, and who is named by what is assigned."""
    return _known(workspace, (Role.EXPERT,))


def _known(workspace: Workspace, roles: Collection[Role]) -> list[str]:
    """Those who have one of these roles, and whoever grades or is to."""
    db, here = workspace.db, workspace.project.id
    known = register(db)
    members = [who.name for who in known.present if known.roles.get(who.person_id, {}).get(here) in roles]
    names = {name_key(who): who for who in (*live(db, here).counts(), *_names(workspace), *members)}
    return [who for key, who in sorted(names.items()) if not known.is_removed(who)]


def _names(workspace: Workspace) -> list[str]:
    """Everybody whom an assignment or a description names."""
    db, project_id = workspace.db, workspace.project.id
    assigned = (row.person for row in table.current(db, project_id) if row.person)
    described = (row.person for row in table.experts(db, project_id).values())
    return [signing.known_as(db, workspace.project, who) for who in (*assigned, *described)]


def _load(workspace: Workspace, moments: list[datetime]) -> Load:
    db, project_id, today = workspace.db, workspace.project.id, now().date()
    done, left = counts_in(workspace, part_of(workspace, whole_pool(workspace)))
    quota, a_day = quota_of(workspace)
    if quota is not None:
        left = min(left, max(0, quota - done))
    described = table.experts(db, project_id).get(name_key(workspace.person))
    deadline = workspace.project.rules.deadline
    if a_day is None and deadline is not None:
        a_day = math.ceil(left / max(1, (deadline - today).days + 1))
    ready_on = _ready_on(left, moments, today)
    return Load(
        name=workspace.person,
        total=done + left,
        done=done,
        left=left,
        a_day=a_day,
        today=sum(moment.date() == today for moment in moments),
        ready_on=ready_on,
        late=bool(deadline and left and (ready_on or today) > deadline),
        reads=described.reads if described else (),
        knows=described.knows if described else (),
    )


def _ready_on(left: int, moments: list[datetime], today: date) -> date | None:
    """The day on which so many are graded, at the pace since the first of the moments."""
    if not moments or not left:
        return None
    days = (today - moments[0].date()).days + 1
    return today + timedelta(days=min(3_650, math.ceil(left * days / len(moments))))
