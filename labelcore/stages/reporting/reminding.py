"""Who is reminded of what is left, and who hears that a batch is graded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from labelcore.errors import BadInput
from labelcore.models import Frozen, Role, name_key, now
from labelcore.operations import Effect, operation
from labelcore.stages.grading import assignments, completion
from labelcore.stages.notifying import mailbox_of, tell
from labelcore.store import notices as table, people as people_table, samples as sample_table
from labelcore.workspace import Workspace

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
