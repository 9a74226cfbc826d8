"""The referee: race the judges of a criterion, and see where two of them differ."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from labelcore.dispatch import Outcome, operation
from labelcore.messages import document
from labelcore.messages.racing import difference_lines, race_lines
from labelcore.stages import aligning
from labelcore.workspace import Workspace

Share = Annotated[float, Field(ge=0, le=1)]


@operation("judge race")
def race(
    workspace: Workspace,
    *,
    criterion: str | None = None,
    min_tnr: Share | None = None,
    max_ffr: Share | None = None,
    seed: int = 0,
) -> Outcome:
    """Race the judges of a criterion on the same graded outputs."""
    found = aligning.race(
        workspace,
        criterion=criterion,
        least_tnr=min_tnr,
        max_ffr=max_ffr,
        seed=seed,
        progress=workspace.progress,
    )
    return Outcome(document=document(found), lines=race_lines(found))


@operation("judge differences")
def differences(workspace: Workspace, *, first: str, second: str) -> Outcome:
    """List the graded outputs on which two judges differ."""
    paired, found, against = aligning.differences(workspace, first, second)
    lines = difference_lines(paired, found, against, (first, second))
    differing = [
        difference.model_dump(mode="json", exclude={"output"}) | {"output_id": difference.output.id}
        for difference in found
    ]
    return Outcome(
        document=document({"paired": paired, "against": against, "differences": differing}), lines=lines
    )
