"""How far a team is: people, kinds of failure, and what the judges still need."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from labelcore.models import Frozen, Role
from labelcore.operations import operation
from labelcore.stages.grading.stopping import Budget, Saturation, label_budget, saturation
from labelcore.stages.grading.suggesting import Anchoring, anchoring
from labelcore.stages.grading.together import Contribution, contributions
from labelcore.workspace import Workspace


class TeamProgress(Frozen):
    """Who did how much, the most first; the rest says whether it is enough."""

    people: tuple[Contribution, ...]
    saturation: Saturation
    anchoring: Anchoring
    budget: tuple[Budget, ...]


@operation("team progress", role=Role.MANAGER)
def team_progress(
    workspace: Workspace,
    *,
    within: Annotated[
        float, Field(gt=0, lt=0.5, description="Wanted half width of a judge's interval.")
    ] = 0.08,
) -> TeamProgress:
    """Say who did how much, whether new kinds of failure still turn up, what judges still need."""
    return TeamProgress(
        people=tuple(contributions(workspace)),
        saturation=saturation(workspace),
        anchoring=anchoring(workspace),
        budget=tuple(label_budget(workspace, within=within)),
    )
