"""A cheap judge that decides where it is sure, and leaves the rest to another or to people."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.errors import BadInput
from labelcore.messages import sentence, sentences
from labelcore.messages.lines.judging import cascade
from labelcore.models import JudgeVersion, Output
from labelcore.stages import grading, judging, projects
from labelcore.stages.aligning import refereeing
from labelcore.stages.judging.proposing import cascades
from labelcore.stages.judging.testing import hardness, repeating
from labelcore.store import judges as judge_table, outputs as output_table, verdicts as verdict_table
from labelcore.workspace import Workspace
from tests.stages.measured import decides, tool

pytestmark = pytest.mark.usefixtures("no_embeddings")


@pytest.fixture
def pair(workspace: Workspace, plant: Callable[..., list[Output]]) -> tuple[JudgeVersion, JudgeVersion]:
    """A learned judge that is unsure about middling lengths, and another tool that is always right."""
    outputs = plant(0, 260, 200, longest_good=60)
    (first,) = judging.propose(workspace, judging.ProposalOrder(kind="learned", offline=True))
    then = tool(workspace, "their tool", id="j_tool", judge_id="judge_tool", spec={"column": "x"})
    decides(
        workspace,
        then.id,
        ((output.id, "fail" if i % 4 == 3 else "pass") for i, output in enumerate(outputs)),
        reason="it knows",
    )
    return first, then


@pytest.mark.slow
def test_a_cascade_runs_step_by_step_and_is_recorded_once(
    workspace: Workspace, pair: tuple[JudgeVersion, JudgeVersion]
) -> None:
    first, then = pair
    made = cascades.make(workspace, first, then, error=0.15)
    judge = judging.find_judge(workspace, made.name)
    ran = judging.run_judges(workspace, judge=judge.id)
    n = len(output_table.ids(workspace.db, workspace.project.id))
    assert (ran.verdicts_new, ran.errors, ran.state) == (n, 0, "finished")
    again = judging.run_judges(workspace, judge=judge.id)
    assert (again.verdicts_new, again.verdicts_cached) == (0, n)
    report = cascades.report(workspace, judge)
    first_step, two = report.steps
    assert report.outputs == first_step.outputs + two.outputs + report.people == n
    assert 29 <= first_step.outputs < n and two.outputs > 0
    assert (report.asked, report.saved_calls) == (n - first_step.outputs, first_step.outputs)
    assert first_step.error.high is not None and two.error.value == 0
    assert (
        verdict_table.counts(workspace.db, workspace.project.id)[judge.id].get("abstain", 0) == report.people
    )
    reasons = {
        verdict.decision.reason.split(":")[0]
        for value in ("pass", "fail")
        for verdict in verdict_table.page(workspace.db, judge.id, value, n, 0)
    }
    assert reasons == {first.name, then.name}
    same = cascades.make(workspace, first, then, error=0.15)
    assert same.judge_version_id == made.judge_version_id
    (contender,) = [
        contender for contender in refereeing.race(workspace).contenders if contender.kind == "cascade"
    ]
    assert contender.how == "in-sample", "its threshold was set from these grades"
    assert contender.cost_per_thousand is None, "nobody knows what the tool that it asks costs"


@pytest.mark.slow
def test_a_model_that_a_cascade_asks_in_doubt_is_not_asked_everywhere(
    workspace: Workspace, pair: tuple[JudgeVersion, JudgeVersion]
) -> None:
    first, tool = pair
    asks = {"prompt_version": "judge-v2", "name": "Facts", "statement": "Every fact is true.", "model": "m"}
    known_as = {"id": "j_llm", "judge_id": "judge_llm", "name": "a model"}
    model = tool.model_copy(update=known_as | {"kind": "llm", "spec": asks})
    judge_table.save(workspace.db, [model])
    known = verdict_table.of_outputs(
        workspace.db, output_table.ids(workspace.db, workspace.project.id), [tool.id]
    )
    verdict_table.record(
        workspace.db, [verdict.model_copy(update={"judge_version_id": model.id}) for verdict in known]
    )
    made = cascades.make(workspace, first, model, error=0.15)
    everything = judging.run_judges(workspace)
    assert model.id not in everything.judge_version_ids
    assert {first.id, made.judge_version_id} <= set(everything.judge_version_ids)
    assert judging.run_judges(workspace, kind="llm").judge_version_ids == (model.id,)


@pytest.mark.slow
def test_a_cascade_with_imported_verdicts_has_an_estimate_and_is_not_hardened_or_repeated(
    workspace: Workspace, pair: tuple[JudgeVersion, JudgeVersion], add_outputs: Callable[..., list[Output]]
) -> None:
    first, then = pair
    made = cascades.make(workspace, first, then, error=0.15)
    add_outputs("an output that the other tool has never seen")
    found = judging.estimate_run(workspace, judge=made.judge)
    assert (found.trouble, found.calls) == ("", 0)
    judge = judging.find_judge(workspace, made.judge)
    with pytest.raises(BadInput, match="'their tool' were imported"):
        hardness.harden(workspace, judge)
    with pytest.raises(BadInput, match="a cascade changes its mind where"):
        repeating.repeat(workspace, judge)


@pytest.mark.whole
def test_the_second_judge_is_not_run_where_the_first_is_sure(
    workspace: Workspace, pair: tuple[JudgeVersion, JudgeVersion]
) -> None:
    first, _ = pair
    code = next(
        judge
        for judge in judging.propose(workspace, judging.ProposalOrder(kind="code", limit=1, offline=True))
        if judge.kind == "code"
    )
    made = cascades.make(workspace, first, code, error=0.1)
    judging.run_judges(workspace, judge=made.judge)
    table = verdict_table.counts(workspace.db, workspace.project.id)
    assert 0 < sum(table[code.id].values()) <= made.outputs - made.steps[0].outputs + 60


@pytest.mark.slow
def test_what_a_cascade_leaves_to_people_comes_first_in_the_queue(
    workspace: Workspace, pair: tuple[JudgeVersion, JudgeVersion]
) -> None:
    first, then = pair
    made = cascades.make(workspace, first, then, error=0.001)  # no 200 grades can show that
    assert made.steps[0].outputs == 0 and sentence(made.warnings[0]).startswith("Grade more")
    lines = "\n".join(cascade(made))
    assert lines.count(made.steps[0].rule) == 1 and "decides nothing" not in "".join(sentences(made.warnings))
    judge = judging.find_judge(workspace, made.name)
    judging.run_judges(workspace, judge=judge.id)
    ids = list(cascades.hand_to_people(workspace, judge, limit=5).output_ids)
    fresh = projects.open_project(workspace.db, workspace.project.name)
    assert list(fresh.rules.review) == ids and len(ids) == 5
    assert not set(ids) & set(grading.human_labels(workspace).value)


@pytest.mark.slow
def test_pairs_that_make_no_cascade(workspace: Workspace, pair: tuple[JudgeVersion, JudgeVersion]) -> None:
    first, then = pair
    for opener, two, error, reason in (
        (first, first, 0.1, "two different"),
        (then, first, 0.1, "no probabilities"),
        (first, then, 1.5, "between 0 and 1"),
        (first, then.model_copy(update={"criterion_id": "x"}), 0.1, "does not decide"),
    ):
        with pytest.raises(BadInput, match=reason):
            cascades.make(workspace, opener, two, error=error)
