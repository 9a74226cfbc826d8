"""Two versions of the pipeline: which is better, and what can be said of that in public."""

from __future__ import annotations

import pytest

from labelcore.messages.versions import version_sentence, versions_in_short
from labelcore.models import Output
from labelcore.stages.reporting.comparing import compare_versions, newest_versions
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace
from tests.stages.measured import grade_all


@pytest.mark.parametrize(
    ("models", "says", "claim"),
    [
        (
            ("small", "large"),
            True,
            "You can say this in public, of these 20 inputs, if you add that the model",
        ),
        (
            ("small", "small"),
            False,
            "You can say this in public, of these 20 inputs. It rests on people's grades, not on judges.",
        ),
    ],
)
def test_two_versions_are_compared_on_the_same_inputs_and_another_model_is_said(
    workspace: Workspace, models: tuple[str, str], says: bool, claim: str
) -> None:
    outputs = [
        Output(
            id=f"{version} {n}",
            project_id=workspace.project.id,
            text=f"answer {n} of {version}",
            input=f"question {n}",
            prompt_version=version,
            model=model,
        )
        for version, model in zip(("v1", "v2"), models, strict=True)
        for n in range(20)
    ]
    output_table.add(workspace.db, outputs)
    grade_all(workspace, outputs, ["fail"] * 15 + ["pass"] * 5 + ["pass"] * 20)
    found = compare_versions(workspace, "v1", "v2")
    short = versions_in_short(found)
    assert "20 good against 5 on the same 20 inputs" in short.says
    assert "Of all graded outputs" in short.rates
    assert ("another model" in short.beside) is says
    assert short.claim.startswith(claim)
    assert version_sentence(short).endswith(short.claim)


@pytest.mark.parametrize(
    ("inputs", "passed", "claim"),
    [
        (("question", "question"), 5, "Do not say yet that one is better"),
        (
            ("question", "another question"),
            20,
            "Say this in public only with care: the two answered different",
        ),
    ],
)
def test_what_can_be_said_of_two_versions_in_public_rests_on_what_was_compared(
    workspace: Workspace, inputs: tuple[str, str], passed: int, claim: str
) -> None:
    outputs = [
        Output(
            id=f"{version} {n}",
            project_id=workspace.project.id,
            text=f"answer {n} of {version}",
            input=f"{asked} {n}",
            prompt_version=version,
            metadata={"created_at": f"2026-11-{day:02d}T10:00:00"},
        )
        for version, asked, day in zip(("v1", "v2"), inputs, (1, 20), strict=True)
        for n in range(20)
    ]
    output_table.add(workspace.db, outputs)
    grade_all(workspace, outputs, ["fail"] * 15 + ["pass"] * 5 + ["fail"] * (20 - passed) + ["pass"] * passed)
    found = newest_versions(workspace)
    assert found is not None
    assert versions_in_short(found).claim.startswith(claim)
