"""The referee: race the judges of a criterion, and see where two of them differ."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from labelcore.dispatch import Outcome, operation
from labelcore.messages import rate_words
from labelcore.stages import aligning
from labelcore.stages.aligning import Contender
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
    head = (
        f"{found.criterion}: {len(found.contenders)} judges on the same {found.n} graded outputs, "
        f"against {found.against}."
    )
    lines = (head, found.says, *map(contender_words, found.contenders), *found.left_out)
    return Outcome(document=found.model_dump(mode="json"), lines=lines)


@operation("judge differences")
def differences(workspace: Workspace, *, first: str, second: str) -> Outcome:
    """List the graded outputs on which two judges differ."""
    paired, found, against = aligning.differences(workspace, first, second)
    head = (
        f"They differ on {len(found)} of {paired.n} graded outputs: only {first} is right on "
        f"{paired.only_first}, only {second} on {paired.only_second}. {second}: {paired.says}. "
        f"Right is what agrees with {against}."
    )
    lines = [
        (
            f"  {difference.output.id}: {difference.first} / {difference.second}, people "
            f"{'passed' if difference.human_pass else 'failed'} it"
        )
        for difference in found
    ]
    document = {
        "paired": paired.model_dump(mode="json"),
        "against": against,
        "differences": [
            difference.model_dump(mode="json", exclude={"output"}) | {"output_id": difference.output.id}
            for difference in found
        ],
    }
    return Outcome(document=document, lines=(head, *lines))


def contender_words(contender: Contender) -> str:
    """One candidate as a line."""
    beaten = f"; {contender.beaten_by} is no worse in anything" if contender.beaten_by else ""
    return (
        f"  {contender.judge} ({contender.kind}, {contender.how}): TPR {rate_words(contender.tpr)}, "
        f"TNR {rate_words(contender.tnr)}, {aligning.cost_words(contender)}; good enough: "
        f"{contender.good}{beaten}"
    )
