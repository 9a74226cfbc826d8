"""The week of a project in counts: graded, settled, derived, judged. It quotes nobody and no output;
who is reminded of what is left, and who hears that a batch is graded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.models import Criterion, Frozen, Role, name_key, now
from labelcore.operations import Effect, operation
from labelcore.stages.grading import assignments, completion
from labelcore.stages.notifying import mailbox_of, tell
from labelcore.store import (
    batches as batch_table,
    criteria as criterion_table,
    golds,
    grade_counts,
    judges as judge_table,
    notices as table,
    people as people_table,
    samples as sample_table,
    verdicts as verdict_table,
)
from labelcore.store.settling import court, rulings
from labelcore.workspace import Workspace


class Digest(Frozen):
    """What happened in ``since`` to ``until``. ``people``: (person, outputs graded), the most first;
    ``settled``: rulings on conflicts; ``court``: rulings between judges and people; names of criteria and
    judges as they are now; ``complete`` of ``outputs``: as many as are graded often enough by now.
    """

    project: str
    since: datetime
    until: datetime
    graded: int
    notes: int
    people: tuple[tuple[str, int], ...]
    settled: int
    court: int
    criteria_new: tuple[str, ...]
    criteria_changed: tuple[str, ...]
    criteria_dropped: tuple[str, ...]
    judges: tuple[str, ...]
    verdicts: int
    imported: int
    complete: int
    outputs: int
    out: Path | None = None


@operation("team digest", role=Role.EXPERT)
def digest(
    workspace: Workspace,
    *,
    days: Annotated[int, Field(ge=1, le=366, description="So many days back.")] = 7,
    out: Annotated[Path | None, Field(description="A Markdown file to write it to.")] = None,
) -> Digest:
    """Say what the last days brought: what was graded, settled, derived and judged, in counts."""
    place, until = (workspace.db, workspace.project.id), now()
    since = until - timedelta(days=days)
    shares = grade_counts.since(*place, since)
    new, others, dropped = _criteria(workspace, since)
    versions = (version for version in judge_table.current(*place) if version.at >= since)
    whole, gold = completion(workspace)[0], golds.ever(*place)  # experts are not told of gold
    return Digest(
        project=workspace.project.name,
        since=since,
        until=until,
        graded=sum(share.outputs for share in shares),
        notes=sum(share.notes for share in shares),
        people=tuple((share.annotator, share.outputs) for share in shares),
        settled=sum(
            ruling.at >= since and ruling.output_id not in gold for ruling in rulings.current(*place)
        ),
        court=sum(ruling.at >= since for ruling in court.current(*place)),
        criteria_new=new,
        criteria_changed=others,
        criteria_dropped=dropped,
        judges=tuple(sorted(version.name for version in versions)),
        verdicts=verdict_table.since(*place, since),
        imported=sum(batch.outputs_new for batch in batch_table.all_of(*place) if batch.at >= since),
        complete=whole.complete,
        outputs=whole.outputs,
        out=out,
    )


def _criteria(workspace: Workspace, since: datetime) -> tuple[tuple[str, ...], ...]:
    """The names of criteria accepted, changed and dropped since a moment."""
    new: list[str] = []
    others: list[str] = []
    dropped: list[str] = []
    for criterion in criterion_table.current(workspace.db, workspace.project.id):
        if criterion.at < since:
            continue
        before = _accepted(criterion_table.history(workspace.db, criterion.id), since)
        if criterion.status == "accepted":
            (others if before else new).append(criterion.name)
        elif before:
            dropped.append(criterion.name)
    return tuple(map(tuple, map(sorted, (new, others, dropped))))


def _accepted(versions: Sequence[Criterion], moment: datetime) -> bool:
    """Whether a criterion was accepted at a moment."""
    earlier = [version for version in versions if version.at < moment]
    return bool(earlier) and earlier[-1].status == "accepted"


_DAYS_BEFORE = 2
"""So many days before the deadline who has something left is reminded by itself."""


class Reminder(Frozen):
    """Somebody, and what came of it: ``told``; ``nothing`` is left; ``already``: told today."""

    person: str
    left: int
    did: Literal["told", "nothing", "already"]


@operation("notices remind", role=Role.LEAD, effect=Effect.APPENDS, listed_as="reminded")
def remind(workspace: Workspace, people: Sequence[str] = ()) -> list[Reminder]:
    """Remind people, or everybody who has graded or is assigned something, of what they have left.

    Nobody is reminded twice in a day.

    Raises:
        BadInput: somebody who is named has neither graded lately nor been assigned anything.
    """
    load_of = {name_key(load.name): load for load in assignments(workspace).people}
    if unknown := [name for name in people if name_key(name) not in load_of]:
        raise BadInput(
            "'{name}' has graded nothing lately and is assigned nothing.",
            next_step="`labelcore team assignments` names everybody who is asked for something.",
            name=unknown[0],
        )
    loads = [load_of[name_key(name)] for name in people] or list(load_of.values())
    return [_remind(workspace, load.name, load.left, f"{now():%Y-%m-%d}") for load in loads]


def _remind(workspace: Workspace, person: str, left: int, key: str) -> Reminder:
    if not left:
        return Reminder(person=person, left=0, did="nothing")
    deadline = workspace.project.rules.deadline
    figures = {"n": left} | ({"day": str(deadline)} if deadline else {})
    notice = tell(
        workspace.by(""), "reminder", person, key=f"reminder {key} {name_key(person)}", figures=figures
    )
    return Reminder(person=person, left=left, did="told" if notice else "already")


def tell_what_is_due(workspace: Workspace) -> None:
    """What is told without anybody's asking: of a deadline that comes, and that everything is graded. Nothing
    where notices are handed over as links.
    """
    rules = table.rules(workspace.db, workspace.project.id)
    if rules.channel == "link":
        return
    deadline = workspace.project.rules.deadline
    if deadline and 0 <= (deadline - now().date()).days <= _DAYS_BEFORE:
        for load in assignments(workspace).people:
            _remind(workspace, load.name, load.left, f"before {deadline}")
    whole = completion(workspace)[0]
    if whole.outputs and whole.complete == whole.outputs:
        batch = sample_table.newest_id(workspace.db, workspace.project.id) or "all"
        leads = _leads(workspace, rules.made_by) if rules.channel == "email" else [""]
        for lead in leads:
            key = f"batch {batch} {whole.outputs} {name_key(lead)}"
            tell(workspace, "batch", lead, key=key, figures={"n": whole.outputs})


def _leads(workspace: Workspace, otherwise: str) -> list[str]:
    """Who leads the project and can be written to; else whoever set the channel."""
    register = people_table.register(workspace.db)
    roles = {person.name: register.roles.get(person.person_id, {}) for person in register.present}
    leads = [
        name
        for name, roles_here in roles.items()
        if roles_here.get(workspace.project.id) in {Role.LEAD, Role.ADMIN}
    ]
    return [name for name in leads if mailbox_of(workspace, name)] or [otherwise]
