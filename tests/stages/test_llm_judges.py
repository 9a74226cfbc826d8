"""LLM judges in a project: examples of the train split only, panels, flips, refusals kept apart."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput
from labelcore.judges import prompts
from labelcore.judges.judge_prompt import AskingOptions
from labelcore.models import Criterion, Evidence, Output, Project
from labelcore.stages import aligning, judging, projects
from labelcore.stages.judging.proposing import panels, teaching
from labelcore.stages.judging.proposing.subjects import Subject
from labelcore.stages.judging.testing import repeating
from labelcore.stats.splits import split_of
from labelcore.store import (
    Database,
    criteria as criterion_table,
    open_database,
    outputs as output_table,
    verdicts,
)
from labelcore.text.reading import language_of
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint, configured

Add = Callable[..., list[Output]]
Give = Callable[..., object]
WORDS = ("river", "bridge", "order", "parcel", "price", "garden", "music", "winter")


def text(n: int) -> str:
    if n % 3 == 0:
        return f"第{n}号包裹已经从仓库发出，预计{n % 9 + 1}天内送达。"
    return f"The {WORDS[n % 8]} and the {WORDS[n * 5 % 8]} number {n} are described here for you."


CRITERION = Criterion(
    id="c1",
    project_id="p",
    version=1,
    name="Prices",
    statement="No invented price.",
    status="accepted",
    pass_examples=("from a dev output",),
    fail_examples=("from a test output",),
)


@pytest.fixture(scope="module")
def full() -> Iterator[tuple[Database, Project, list[Output]]]:
    db = open_database(None)
    project = projects.open_project(db, "full")
    made = [
        Output(id=f"o{n}", project_id=project.id, text=text(n), group_key=f"g{n // 2}") for n in range(80)
    ]
    output_table.add(db, made)
    yield db, project, made
    db.close()


@pytest.mark.whole
@given(fails=st.dictionaries(st.integers(0, 79), st.booleans(), max_size=40))
@hypothesis_settings(max_examples=25, deadline=None)
def test_examples_are_train_outputs_of_different_groups_and_of_their_verdict(
    full: tuple[Database, Project, list[Output]], fails: dict[int, bool]
) -> None:
    db, project, made = full
    graded = {f"o{n}": failed for n, failed in fails.items()}
    notes = {key: (f"note on {key}",) for key, failed in graded.items() if failed}
    spec = teaching.specify(Workspace(db, project), Subject(CRITERION, graded), notes, AskingOptions("m"))
    groups = {output.id: output.group for output in made}
    examples = spec.get("examples", [])
    for example in examples:
        assert split_of(project.id, groups[example["output_id"]]) == "train"
        assert example["group"] == groups[example["output_id"]]
        assert (example["verdict"] == "fail") is graded[example["output_id"]]
        assert example["note"] == (f"note on {example['output_id']}" if example["verdict"] == "fail" else "")
    for verdict in ("pass", "fail"):
        group_ids = [example["group"] for example in examples if example["verdict"] == verdict]
        assert len(group_ids) == len(set(group_ids)) <= 4
    train = [key for key in graded if split_of(project.id, groups[key]) == "train"]
    assert bool(examples) is bool(train)
    assert spec["pass_examples"] == spec["fail_examples"] == []


@pytest.mark.whole
def test_both_languages_are_shown_and_a_pass_stands_beside_a_fail_of_its_language(
    full: tuple[Database, Project, list[Output]],
) -> None:
    db, project, _ = full
    graded = {f"o{n}": n % 2 == 0 for n in range(80)}
    notes = {key: ("wrong",) for key, failed in graded.items() if failed}
    spec = teaching.specify(Workspace(db, project), Subject(CRITERION, graded), notes, AskingOptions("m"))
    for verdict in ("pass", "fail"):
        shown = [example["text"] for example in spec["examples"] if example["verdict"] == verdict]
        assert {language_of(text) for text in shown[: spec["shown"]]} == {"en", "zh"}
    passed, failed = spec["examples"][:4], spec["examples"][4:]
    for example, other in zip(passed, failed, strict=True):
        assert language_of(example["text"]) == language_of(other["text"])


@pytest.mark.whole
def test_the_quote_that_made_the_criterion_is_the_note(full: tuple[Database, Project, list[Output]]) -> None:
    db, project, made = full
    groups = {output.id: output.group for output in made}
    quoted = next(key for key in groups if split_of(project.id, groups[key]) == "train")
    cited = CRITERION.model_copy(
        update={"evidence": (Evidence(grade_id="g", output_id=quoted, quote="price invented"),)}
    )
    (example,) = teaching.teaching_examples(
        Workspace(db, project), Subject(cited, {quoted: True}), {quoted: ("a long note",)}
    )
    assert example.note == "price invented"


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockEndpoint]:
    with configured(monkeypatch, CONCURRENCY="1") as endpoint:
        yield endpoint


@pytest.fixture
def judge(workspace: Workspace, add_outputs: Add, give: Give, mock: MockEndpoint) -> judging.JudgeSummary:
    made = add_outputs(*(f"{'bad' if n % 2 else 'fine'} text {n}" for n in range(20)))
    for n, output in enumerate(made[:10]):
        give(output, "fail" if n % 2 else "pass", "the price is invented" if n % 2 else "")
    criterion_table.save(workspace.db, [CRITERION.model_copy(update={"project_id": workspace.project.id})])
    judging.propose(workspace, judging.ProposalOrder(kind="llm", criterion="Prices"))
    return judging.list_judges(workspace)[0]


def says(*verdicts_: str) -> Callable[[str], str]:
    turns = itertools.cycle(verdicts_)
    return lambda prompt: json.dumps({"reason": "r", "verdict": next(turns)})


def test_flips_are_counted_by_outputs_and_listed(
    workspace: Workspace, judge: judging.JudgeSummary, mock: MockEndpoint
) -> None:
    version = judging.find_judge(workspace, judge.judge)
    steady = repeating.repeat(workspace, version, times=2, limit=4)
    assert (steady.verdicts_new, steady.state) == (8, "finished")
    (found,) = repeating.flips(workspace, version)
    assert (found.rate.value, found.rate.n, found.times, found.flipped) == (0.0, 4, 2, ())
    mock.answer = says("fail", "abstain", "abstain", "abstain")
    assert repeating.repeat(workspace, version, times=3, limit=4).verdicts_new == 4
    (found,) = repeating.flips(workspace)
    assert found.times == 3 and found.rate.n == 4 and found.rate.value in {0.75, 1.0}
    assert all(flipped.values[:2] in {("pass", "pass"), ("fail", "fail")} for flipped in found.flipped)
    assert repeating.repeat(workspace, version, times=3, limit=4).verdicts_new == 0
    shown = repeating.outputs_of(workspace.db, found)
    assert [answers.output_id for _, answers in shown] == [output.id for output, _ in shown]
    first = verdicts.values(workspace.db, [version.id], repeat=0)
    assert len(first) == 4


def test_a_judge_that_was_asked_once_has_no_flip_rate(
    workspace: Workspace, judge: judging.JudgeSummary
) -> None:
    judging.run_judges(workspace, judge=judge.judge)
    assert repeating.flips(workspace) == []
    with pytest.raises(BadInput, match="2 to 20"):
        repeating.repeat(workspace, judging.find_judge(workspace, judge.judge), times=1)


def test_refusals_and_abstentions_are_values_of_their_own(
    workspace: Workspace, judge: judging.JudgeSummary, mock: MockEndpoint
) -> None:
    def mixed(prompt: str) -> str:
        text = prompt.rsplit("<<DATA output", 1)[1]
        if "text 1\n" in text:
            return "I'm sorry, but I can't assist with that."
        if "text 3\n" in text:
            return json.dumps({"reason": "抱歉，我无法协助处理。", "verdict": "fail"})
        verdict = "abstain" if "text 5\n" in text else "fail" if "bad" in text else "pass"
        return json.dumps({"reason": "r", "verdict": verdict})

    mock.answer = mixed
    run = judging.run_judges(workspace, judge=judge.judge)
    assert (run.verdicts_new, run.errors) == (18, 2)
    assert "2 × refusal" in run.message
    assert run.requests == 20, "a refusal is not asked for again"
    summary = judging.list_judges(workspace)[0]
    assert (summary.passes, summary.fails, summary.abstains, summary.errors) == (10, 7, 1, 2)
    assert summary.refusals == 2
    (alignment,) = aligning.align(workspace).judges
    counts = alignment.counts
    assert counts.abstained == 1
    assert counts.n == 7, "of ten grades two were refused and one was abstained from"
    assert counts.true_pass + counts.true_fail == 7


def test_panels_are_judges_like_others(
    workspace: Workspace, judge: judging.JudgeSummary, mock: MockEndpoint
) -> None:
    version = judging.find_judge(workspace, judge.judge)
    made = panels.make_panel(workspace, [version])
    assert len(made.spec["panel"]) == len(prompts.VARIANTS)
    assert panels.make_panel(workspace, [version]).id == made.id
    run = judging.run_judges(workspace, judge=made.id, limit=5)
    assert (run.verdicts_new, run.requests) == (5, 15)
    assert any(prompts.VARIANTS["strict"] in prompt for prompt in mock.prompts)
    (verdict, *_) = verdicts.of_outputs(
        workspace.db, output_table.ids(workspace.db, workspace.project.id), [made.id]
    )
    assert verdict.decision.reason.startswith("3 ")
    with pytest.raises(BadInput, match="cannot be in a panel"):
        panels.make_panel(workspace, [version, made])
    with pytest.raises(BadInput, match="different"):
        panels.make_panel(workspace, [version, version])


def test_the_operations_on_panels_and_repeats(workspace: Workspace, judge: judging.JudgeSummary) -> None:
    def run(name: str, **arguments: object) -> tuple[dict[str, object], tuple[str, ...]]:
        outcome = execute(workspace.db, Request(operation=name, project="test", arguments=arguments))
        json.dumps(outcome.document, allow_nan=False)
        return outcome.document, outcome.lines

    made, lines = run("judge panel", judges=[judge.judge], rule="unanimous")
    assert made["kind"] == "llm" and "What all members say" in lines[0]
    found, lines = run("judge repeat", judge=judge.judge, times=2, limit=3)
    assert found["verdicts_new"] == 6 and "differs on 0%" in lines[1]
    assert run("judge flips")[0]["flips"] == found["flips"]
