"""Which criteria the card asks for beside the whole: in which order, and which are required."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.models import Criterion, Frozen, Role
from labelcore.operations import Effect, Flags, operation
from labelcore.stages import projects
from labelcore.stages.grading.rules import set_rules
from labelcore.store import criteria as criterion_table
from labelcore.workspace import Workspace


class AskedCriterion(Frozen):
    """A criterion that the card asks for; where it is required, no grade of the whole is taken before it."""

    criterion_id: str
    name: str
    required: bool


def in_order(workspace: Workspace) -> list[Criterion]:
    """The accepted criteria as they are asked: those with a place, then must before should."""
    places = {criterion_id: at for at, criterion_id in enumerate(workspace.project.rules.criteria_order)}
    current = criterion_table.current(workspace.db, workspace.project.id)
    accepted = [criterion for criterion in current if criterion.status == "accepted"]
    return sorted(
        accepted,
        key=lambda criterion: (
            places.get(criterion.id, len(places)),
            criterion.severity != "must",
            criterion.name,
        ),
    )


@operation("team ask", role=Role.LEAD, effect=Effect.WRITES, listed_as="asked")
def ask(
    workspace: Workspace,
    criteria: Sequence[Criterion] = (),
    *,
    required: Annotated[
        bool | None,
        Flags(("--required/--optional",)),
        Field(description="No grade of the whole before these are answered, or else."),
    ] = None,
) -> list[AskedCriterion]:
    """Show which criteria the card asks for, or ask for some first, in the order that is given.

    Raises:
        BadInput: one of them is not accepted.
    """
    if criteria:
        workspace = _put_first(workspace, criteria, required=required)
    needed = workspace.project.rules.required
    return [
        AskedCriterion(criterion_id=criterion.id, name=criterion.name, required=criterion.id in needed)
        for criterion in (in_order(workspace) if workspace.project.rules.ask_criteria else ())
    ]


def _put_first(workspace: Workspace, criteria: Sequence[Criterion], *, required: bool | None) -> Workspace:
    for criterion in criteria:
        if criterion.status != "accepted":
            raise BadInput(
                "'{name}' is not accepted, so it is not asked.",
                next_step="Accept it first.",
                name=criterion.name,
            )
    project = projects.open_project(workspace.db, workspace.project.name)
    workspace = workspace.with_project(project)
    first = list(dict.fromkeys(criterion.id for criterion in criteria))
    before = set(workspace.project.rules.required)
    required_now = before if required is None else before | set(first) if required else before - set(first)
    order = [*first, *(other.id for other in in_order(workspace) if other.id not in first)]
    return workspace.with_project(
        set_rules(workspace, ask_criteria=True, criteria_order=order, required=sorted(required_now))
    )
