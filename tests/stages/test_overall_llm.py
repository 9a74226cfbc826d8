"""LLM judges of the overall grade, and what a judge says where its examples are one-sided."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.dispatch import Request, execute
from labelcore.models import Criterion, Evidence, Output
from labelcore.stages import aligning, judging
from labelcore.stages.aligning.side_by_side import judge_table
from labelcore.stages.judging.keeping import versions
from labelcore.stages.judging.proposing import proposals, teaching
from labelcore.stages.judging.proposing.subjects import Subject
from labelcore.stats.splits import split_of
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint
from tests.stages.measured import accepted

Add = Callable[..., list[Output]]
Give = Callable[..., object]


@pytest.fixture
def graded(workspace: Workspace, add_outputs: Add, give: Give) -> list[Output]:
    made = add_outputs(*(f"{'bad' if n % 2 else 'fine'} text {n}" for n in range(24)))
    for n, output in enumerate(made):
        give(output, "fail" if n % 2 else "pass", "the price is invented" if n % 2 else "")
    return made


def accept(workspace: Workspace, evidence: list[Output]) -> Criterion:
    cited = tuple(Evidence(grade_id=o.id, output_id=o.id, quote="invented") for o in evidence)
    return accepted(workspace, "Prices", "No invented price.", evidence=cited)


def test_the_overall_grade_has_an_llm_judge_that_is_run_and_aligned(
    workspace: Workspace, graded: list[Output], mock: MockEndpoint
) -> None:
    accept(workspace, graded[1::2])
    asked = {"kind": "llm", "criterion": "overall"}
    found = execute(workspace.db, Request(operation="judge propose", project="test", arguments=asked))
    (document,) = found.document["judges"]
    assert (document["criterion_id"], document["name"]) == (None, "overall · mock")
    for kind, n in (("llm", 1), ("learned", 0)):
        listed = execute(workspace.db, Request(operation="judge list", arguments={"kind": kind})).document
        assert len(listed["judges"]) == n
    run = execute(workspace.db, Request(operation="judge run", project="test", arguments={"kind": "llm"}))
    assert (run.exit_code, run.document["verdicts_new"]) == (0, 24)
    prompt = mock.prompts[0]
    assert "pass it as a whole" in prompt and "- Prices: No invented price." in prompt
    assert "the price is invented" in prompt, "it is shown what experts noted"
    (alignment,) = aligning.align(workspace).judges
    assert (alignment.criterion, alignment.counts.n) == ("overall", 24)
    assert (alignment.tpr.value, alignment.tnr.value) == (1.0, 1.0)
    (row,) = judge_table(workspace).rows
    assert row.criterion == "overall" and row.catches.value == 1.0
    assert versions.refresh_judges(workspace) == []


def test_without_criteria_the_whole_is_asked_about_all_the_same(
    workspace: Workspace, graded: list[Output], mock: MockEndpoint
) -> None:
    (version,) = judging.propose(workspace, judging.ProposalOrder(kind="llm"))
    assert version.criterion_id is None and "break one of these" not in version.spec["statement"]


def splits(workspace: Workspace, outputs: list[Output]) -> dict[str, list[Output]]:
    found: dict[str, list[Output]] = {"train": [], "dev": [], "test": []}
    for output in outputs:
        found[split_of(workspace.project.id, output.group)].append(output)
    return found


def test_a_judge_whose_examples_are_passes_only_says_why(
    workspace: Workspace, graded: list[Output], mock: MockEndpoint
) -> None:
    elsewhere = splits(workspace, graded[1::2])["dev"]
    assert elsewhere
    accept(workspace, elsewhere)
    order = judging.ProposalOrder(kind="llm", criterion="Prices")
    found = proposals.propose_all(workspace, order)
    (version,) = found.versions
    assert {example["verdict"] for example in version.spec["examples"]} == {"pass"}
    (remark,) = found.remarks
    assert f"of the {len(elsewhere)} outputs that fail it none is in the train split" in remark
    assert "passed outputs only" in version.description
    told = execute(
        workspace.db, Request(operation="judge propose", project="test", arguments=order.model_dump())
    )
    assert remark in told.lines and remark in told.document["warnings"]


def test_a_judge_with_both_kinds_of_examples_has_nothing_to_say(
    workspace: Workspace, graded: list[Output], mock: MockEndpoint
) -> None:
    accept(workspace, graded[1::2])
    found = proposals.propose_all(workspace, judging.ProposalOrder(kind="llm", criterion="Prices"))
    assert found.remarks == []
    assert {example["verdict"] for example in found.versions[0].spec["examples"]} == {"pass", "fail"}


def test_no_example_at_all_is_said_too(workspace: Workspace) -> None:
    bare = {"name": "Overall", "statement": "It is good."}
    assert "no examples" in str(teaching.one_sided(Subject(None, {"o": True}), bare))
