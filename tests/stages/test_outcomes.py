"""What became of rulings, and the examples that a judge could be shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.messages.results import document_of, lines_of
from labelcore.models import Criterion, Decision, Grade, JudgeVersion, Output, Verdict, VerdictValue
from labelcore.operations import find_operation
from labelcore.stages import refining
from labelcore.stages.grading import human_labels
from labelcore.stages.refining.examples import find_examples, splits_of
from labelcore.stages.refining.outcomes import outcomes, to_mend
from labelcore.store import criteria as criterion_table, verdicts
from labelcore.workspace import Workspace
from tests.stages.measured import tool

Add = Callable[..., list[Output]]
Give = Callable[..., Grade]


def judge_of(workspace: Workspace, version: int = 1, criterion: Criterion | None = None) -> JudgeVersion:
    return tool(
        workspace,
        "tone",
        id=f"j{version}",
        judge_id="judge",
        version=version,
        criterion_id=criterion.id if criterion else None,
        criterion_version=criterion.version if criterion else None,
        spec={},
    )


def say(workspace: Workspace, judge: JudgeVersion, output: Output, value: VerdictValue) -> None:
    decision = Decision(value=value, reason="because")
    told = Verdict(
        output_id=output.id,
        judge_version_id=judge.id,
        project_id=workspace.project.id,
        run_id="r",
        decision=decision,
    )
    verdicts.record(workspace.db, [told])


@pytest.fixture
def ruled(workspace: Workspace, add_outputs: Add, give: Give) -> Output:
    """An output that people fail and the first version of the judge passes, which was ruled wrong."""
    (output,) = add_outputs("a rude reply")
    give(output, "fail", "rude")
    say(workspace, judge_of(workspace), output, "pass")
    refining.decide(workspace.by("ann"), output.id, "judge_wrong", judge=judge_of(workspace))
    return output


def state(workspace: Workspace) -> str:
    (outcome,) = outcomes(workspace).rulings
    return outcome.state


def test_a_wrong_judge_stays_on_its_list_until_a_version_decides_as_people_do(
    workspace: Workspace, ruled: Output
) -> None:
    assert state(workspace) == "differs"
    second = judge_of(workspace, 2)
    assert state(workspace) == "undecided"
    assert to_mend(workspace, second) == [ruled.id]
    say(workspace, second, ruled, "fail")
    assert state(workspace) == "mended"
    assert to_mend(workspace, second) == []


def test_a_version_that_errs_again_mends_nothing(workspace: Workspace, ruled: Output) -> None:
    second = judge_of(workspace, 2)
    say(workspace, second, ruled, "pass")
    assert state(workspace) == "differs"


def test_a_grade_that_changed_settles_it(workspace: Workspace, ruled: Output, give: Give) -> None:
    give(ruled, "pass")
    assert state(workspace) == "grade changed"


def test_an_edited_criterion_is_said(workspace: Workspace, add_outputs: Add, give: Give) -> None:
    (output,) = add_outputs("short")
    give(output, "pass")
    criterion = Criterion(
        id="c", project_id=workspace.project.id, version=1, name="Tone", statement="Kind.", status="accepted"
    )
    criterion_table.save(workspace.db, [criterion])
    judge = judge_of(workspace, 1, criterion)
    say(workspace, judge, output, "fail")
    refining.decide(workspace.by("ann"), output.id, "criterion_unclear", judge=judge)
    assert state(workspace) == "waiting"
    later = Criterion.model_validate(
        criterion.model_dump(exclude={"at"}) | {"version": 2, "statement": "Kind words."}
    )
    criterion_table.save(workspace.db, [later])
    assert state(workspace) == "criterion edited"


def test_missing_context_is_named_and_an_abstention_settles_it(
    workspace: Workspace, add_outputs: Add, give: Give
) -> None:
    (output,) = add_outputs("as the policy says")
    give(output, "pass")
    say(workspace, judge_of(workspace), output, "fail")
    refining.decide(workspace.by("ann"), output.id, "context_missing", judge=judge_of(workspace))
    found = outcomes(workspace)
    assert "context" in found.rulings[0].missing
    told = lines_of(find_operation("refine rulings"), workspace, found)
    assert "came without" in told[0]
    assert "context" in told[0]
    say(workspace, judge_of(workspace, 2), output, "abstain")
    assert state(workspace) == "mended"


@pytest.fixture
def graded(workspace: Workspace, add_outputs: Add, give: Give) -> list[Output]:
    """Enough graded outputs that some are in train, dev and test."""
    texts = [
        f"refund promised to customer {i}" if i % 2 else f"the policy was named to customer {i}"
        for i in range(150)
    ]
    made = add_outputs(*texts)
    for i, output in enumerate(made):
        give(output, "fail" if i % 2 else "pass", "promises money" if i % 2 else "")
    return made


@pytest.mark.whole
def test_only_outputs_of_train_are_offered_each_beside_its_opposite(
    workspace: Workspace, graded: list[Output]
) -> None:
    found = find_examples(workspace, judge_of(workspace), search="refund", limit=50)
    ids = [pair.example.output_id for pair in found.pairs]
    assert ids
    assert set(splits_of(workspace, ids).values()) == {"train"}
    for pair in found.pairs:
        assert (pair.example.verdict, pair.example.note) == ("fail", "promises money")
        assert pair.beside is not None
        assert pair.beside.verdict == "pass"
        assert splits_of(workspace, [pair.beside.output_id]) == {pair.beside.output_id: "train"}
    more = find_examples(workspace, judge_of(workspace), search="refund", limit=1)
    assert len(more.pairs) == 1
    labels = human_labels(workspace)
    elsewhere = [key for key in labels.fails if splits_of(workspace, [key])[key] != "train"]
    assert found.elsewhere == len(elsewhere) > 0


@pytest.mark.whole
def test_the_list_to_mend_is_offered_first(workspace: Workspace, graded: list[Output]) -> None:
    judge = judge_of(workspace)
    passed = [output for output in graded[::2] if splits_of(workspace, [output.id])[output.id] == "train"]
    say(workspace, judge, passed[0], "fail")
    refining.decide(workspace.by("ann"), passed[0].id, "judge_wrong", judge=judge)
    first, second, *_ = find_examples(workspace, judge).pairs
    assert (first.example.output_id, first.why) == (passed[0].id, "to mend")
    assert first.beside is not None
    assert first.beside.verdict == "fail"
    assert (second.example.verdict, second.why) == ("fail", "differs from the others")
    document = document_of(find_operation("judge prompt examples"), find_examples(workspace, judge))
    assert {"judge", "version", "examples", "shown", "elsewhere"} == document.keys()
    assert {"output_id", "verdict", "text", "note", "why", "beside"} <= document["examples"][0].keys()
