"""Learned judges as grades arrive, cascades, suspicious judges and schemas, through the store."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import numpy as np
import pytest

from labelcore.errors import BadInput
from labelcore.judges import explaining
from labelcore.judges.kinds.learned import LearnedKind
from labelcore.messages import sentence, sentences
from labelcore.messages.lines.judging import cascade
from labelcore.models import Decision, Grade, JudgeVersion, Output, Run, Verdict
from labelcore.stages import grading, judging, projects
from labelcore.stages.aligning import refereeing
from labelcore.stages.deriving import derivation, editing
from labelcore.stages.judging.keeping import schemas
from labelcore.stages.judging.proposing import cascades, retraining
from labelcore.stages.judging.running import orders
from labelcore.stages.judging.testing import hardness, repeating, suspecting
from labelcore.store import judges as judge_table
from labelcore.store import outputs as output_table
from labelcore.store import verdicts as verdict_table
from labelcore.workspace import Workspace

WORDS = "order parcel window colour shop street paper garden bottle light".split()


@pytest.fixture(autouse=True)
def no_embeddings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder takes 50 ms a text, and none of these tests is about it."""
    monkeypatch.setattr("labelcore.stages.judging.proposing.subjects.MOST_EMBEDDED", 0)


@pytest.fixture
def plant(workspace: Workspace) -> Callable[..., list[Output]]:
    """Outputs of which every fourth is too long and failed for it; ``graded`` of them get a grade."""
    chance = random.Random(7)

    def make(start: int, count: int, graded: int, longest_good: int = 30) -> list[Output]:
        made, grades = [], []
        for i in range(start, start + count):
            long = i % 4 == 3
            size = chance.randint(45, 80) if long else chance.randint(8, longest_good)
            text = " ".join(chance.choice(WORDS) for _ in range(size)) + "."
            output = Output(
                id=output_table.content_id(workspace.project.id, text, input=f"q{i}"),
                project_id=workspace.project.id,
                text=text,
                input=f"q{i}",
                metadata={"reference": "order parcel."},
            )
            made.append(output)
            grades.append(
                Grade(
                    id=f"g{i}",
                    project_id=workspace.project.id,
                    output_id=output.id,
                    annotator="ann",
                    value="fail" if long else "pass",
                    note="far too long" if long else "",
                )
            )
        output_table.add(workspace.db, made)
        grading.record(workspace, grades[:graded])
        return made

    return make


def learned(workspace: Workspace) -> JudgeVersion:
    return next(
        judge for judge in judge_table.current(workspace.db, workspace.project.id) if judge.kind == "learned"
    )


def test_three_kinds_of_candidates_and_scorers_where_there_are_references(
    workspace: Workspace, plant: Callable[..., list[Output]]
) -> None:
    plant(0, 40, 40)
    derivation.derive(workspace, offline=True, accept_all=True)
    found = judging.propose(workspace, judging.ProposalOrder(limit=40, offline=True))
    for criterion in {judge.criterion_id for judge in found}:
        mine = [judge for judge in found if judge.criterion_id == criterion]
        assert len(mine) >= 3
        assert {judge.kind for judge in mine} == {"code", "learned"}
    seen = {column[0] for column in learned(workspace).spec["columns"]}
    assert {"BLEU", "chrF", "ROUGE-L"} <= seen


def test_a_learned_judge_is_made_again_only_when_grades_changed(
    workspace: Workspace, plant: Callable[..., list[Output]]
) -> None:
    plant(0, 60, 40)
    judging.propose(workspace, judging.ProposalOrder(kind="learned", offline=True))
    first = learned(workspace)
    (same,) = retraining.retrain(workspace)
    assert not same.new and same.version.id == first.id
    assert sentence(same.says).endswith("made from 40 grades; none came since.")
    early = first.model_copy(
        update={
            "spec": {name: value for name, value in first.spec.items() if name not in {"failed", "digest"}}
        }
    )
    (unsure,) = retraining.freshness(workspace, [early])
    assert unsure.since == 0 and unsure.changed  # made before grades were kept with the judge
    for i, output_id in enumerate(output_table.ids(workspace.db, workspace.project.id)):
        if output_id not in first.spec["cross_fitted"] and i % 2:
            grading.record(
                workspace,
                [
                    Grade(
                        id=f"late{i}",
                        project_id=workspace.project.id,
                        output_id=output_id,
                        annotator="ann",
                        value="pass",
                    )
                ],
            )
    (before,) = retraining.freshness(workspace, [first])
    assert before.since > 0 and before.changed
    assert f"made from 40 grades; {before.since} came since." in sentence(before.says)
    (made,) = retraining.retrain(workspace)
    assert made.new and made.version.version == 2
    assert len(made.version.spec["cross_fitted"]) == 40 + before.since
    assert (
        judging.propose(workspace, judging.ProposalOrder(kind="learned", offline=True))[0].id
        == made.version.id
    )
    (code,) = judging.propose(workspace, judging.ProposalOrder(limit=1, kind="code", offline=True))
    with pytest.raises(BadInput, match="is a code judge"):
        retraining.retrain(workspace, judge=code)


def test_what_it_looks_at(workspace: Workspace, plant: Callable[..., list[Output]]) -> None:
    outputs = plant(0, 60, 60)
    judging.propose(workspace, judging.ProposalOrder(kind="learned", offline=True))
    report = retraining.explain(workspace, learned(workspace))
    assert any("words" in weight.what and weight.weight > 0 for weight in report.weights)
    assert report.reliability.n == 60 and report.reliability.brier is not None
    assert report.reliability.baseline is not None
    assert report.reliability.brier < report.reliability.baseline
    long = next(output for output in outputs if len(output.text.split()) > 44)
    two = long.model_copy(update={"text": "Yes. " + long.text})
    told = explaining.explain(
        LearnedKind(learned(workspace).spec), two, lambda texts: np.zeros((len(texts), 512), dtype=np.float32)
    )
    assert told.tells[0].weight > 0
    assert told.parts[0].text == long.text.rstrip(".") and told.parts[0].pull > 0


def test_a_verdict_says_its_calibrated_probability(
    workspace: Workspace, plant: Callable[..., list[Output]]
) -> None:
    plant(0, 60, 60)
    judging.propose(workspace, judging.ProposalOrder(kind="learned", offline=True))
    judging.run_judges(workspace)
    judge = learned(workspace)
    for verdict in verdict_table.of_outputs(workspace.db, list(judge.spec["calibrated"]), [judge.id]):
        fail, cut = judge.spec["calibrated"][verdict.output_id]
        assert verdict.decision.probability == pytest.approx(1 - fail, abs=1e-4)
        assert (verdict.decision.value == "fail") == (judge.spec["cross_fitted"][verdict.output_id] > 0.5)
        assert f"the limit is {cut:.0%}" in verdict.decision.reason


@pytest.fixture
def pair(workspace: Workspace, plant: Callable[..., list[Output]]) -> tuple[JudgeVersion, JudgeVersion]:
    """A learned judge that is unsure about middling lengths, and another tool that is always right."""
    outputs = plant(0, 260, 200, longest_good=60)
    (first,) = judging.propose(workspace, judging.ProposalOrder(kind="learned", offline=True))
    then = JudgeVersion(
        id="j_tool",
        judge_id="judge_tool",
        project_id=workspace.project.id,
        name="their tool",
        version=1,
        kind="imported",
        criterion_id=None,
        criterion_version=None,
        spec={"column": "x"},
    )
    judge_table.save(workspace.db, [then])
    verdict_table.record(
        workspace.db,
        [
            Verdict(
                output_id=output.id,
                judge_version_id=then.id,
                project_id=workspace.project.id,
                run_id="r",
                decision=Decision(value="fail" if i % 4 == 3 else "pass", reason="it knows"),
            )
            for i, output in enumerate(outputs)
        ],
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
    model = tool.model_copy(update={"id": "j_llm", "judge_id": "judge_llm", "name": "a model", "kind": "llm"})
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


def test_the_second_judge_is_not_run_where_the_first_is_sure(
    workspace: Workspace, pair: tuple[JudgeVersion, JudgeVersion]
) -> None:
    first, _ = pair
    code = next(
        judge
        for judge in judging.propose(workspace, judging.ProposalOrder(limit=1, offline=True))
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


def test_an_inverted_import_is_found_and_flipped(
    workspace: Workspace, plant: Callable[..., list[Output]]
) -> None:
    outputs = plant(0, 40, 40)
    other = JudgeVersion(
        id="j_import",
        judge_id="judge_import",
        project_id=workspace.project.id,
        name="their tool",
        kind="imported",
        version=1,
        criterion_id=None,
        criterion_version=None,
        spec={"column": "x"},
    )
    judge_table.save(workspace.db, [other])
    verdict_table.record(
        workspace.db,
        [
            Verdict(
                output_id=output.id,
                judge_version_id=other.id,
                project_id=workspace.project.id,
                run_id="r",
                decision=Decision(
                    value="pass" if i % 4 == 3 else "fail", probability=0.9 if i % 4 == 3 else 0.2
                ),
            )
            for i, output in enumerate(outputs)
        ],
    )
    (suspect,) = suspecting.suspicious(workspace)
    assert suspect.fault == "inverted" and "flip" in sentence(suspect.advice)
    assert suspect.evidence == {"fails_of_passed": 30, "passed": 30, "fails_of_failed": 0, "failed": 10}
    flipped = suspecting.flip(workspace, other)
    assert suspecting.flip(workspace, other).id == flipped.id
    assert verdict_table.counts(workspace.db, workspace.project.id)[flipped.id] == {"pass": 30, "fail": 10}
    (verdict,) = verdict_table.of_outputs(workspace.db, [outputs[0].id], [flipped.id])
    assert verdict.decision.probability == pytest.approx(0.8)
    assert [suspect.name for suspect in suspecting.suspicious(workspace)] == ["their tool"]


def test_candidates_that_have_not_run_are_tried_on_graded_outputs(
    workspace: Workspace, plant: Callable[..., list[Output]]
) -> None:
    plant(0, 40, 40)
    (code,) = [
        judge
        for judge in judging.propose(workspace, judging.ProposalOrder(limit=1, offline=True))
        if judge.kind == "code"
    ]
    flipped = suspecting.flip(workspace, code)
    found = suspecting.suspicious(workspace, [code, flipped])
    assert [(suspect.name, suspect.fault) for suspect in found] == [(flipped.name, "inverted")]
    assert verdict_table.counts(workspace.db, workspace.project.id) == {}
    with pytest.raises(BadInput, match="not flipped"):
        suspecting.flip(workspace, code.model_copy(update={"kind": "llm"}))


def test_a_schema_makes_a_judge_and_a_field_narrows_a_criterion(
    workspace: Workspace, give_all: Callable[..., list[Grade]]
) -> None:
    made = []
    for i in range(40):
        note = " ".join(["word"] * (60 if i % 4 == 3 else 10 + i % 7))
        data = {"note": note, "price": -i if i == 5 else i, "other": " ".join(["x"] * (i * 7 % 90))}
        made.append(
            Output(id=f"o{i}", project_id=workspace.project.id, text=json.dumps(data) if i else "no data")
        )
    output_table.add(workspace.db, made)
    give_all(made, ["pass", "pass", "pass", "fail"] * 10, ["", "", "", "the note is too long"] * 10)
    state = schemas.set_schema(workspace, "properties: {price: {minimum: 0}}\nrequired: [price]")
    assert (state.tried, state.fits) == (40, 38)
    derivation.derive(workspace, offline=True, accept_all=True)
    criterion = editing.list_criteria(workspace, status="accepted")[0]
    with pytest.raises(BadInput, match="has a field /nothing"):
        schemas.set_field(workspace, criterion.id, "/nothing")
    schemas.set_field(workspace, criterion.id, "/note")
    workspace = workspace.with_project(projects.open_project(workspace.db, workspace.project.name))
    found = judging.propose(workspace)
    assert "overall · matches the schema" in {judge.name for judge in found}
    narrowed = [judge for judge in found if judge.criterion_id == criterion.id]
    assert {judge.spec.get("field") or judge.spec["parameters"]["field"] for judge in narrowed} == {"/note"}
    fresh = retraining.freshness(workspace, found)
    assert fresh and not any(state.changed for state in fresh), "o0 has no such field"
    judging.run_judges(workspace)
    verdicts = verdict_table.of_outputs(workspace.db, ["o0", "o5", "o7"], [judge.id for judge in found])
    decisions = {(v.output_id, v.judge_version_id): v.decision for v in verdicts}
    for judge in narrowed:
        assert decisions["o0", judge.id].value == "abstain"
        assert decisions["o7", judge.id].value == "fail"
    schema_judge = next(judge for judge in found if "schema" in judge.name)
    assert decisions["o5", schema_judge.id].reason == "At /price: -5 is less than the minimum of 0."
    schemas.clear_schema(workspace)
    workspace = workspace.with_project(projects.open_project(workspace.db, workspace.project.name))
    assert schema_judge.id not in {judge.id for judge in judging.active_judges(workspace)}


def test_several_runs_are_told_as_one_with_all_their_counts() -> None:
    whole = {"project_id": "p", "n_outputs": 3}
    run = Run(id="a", judge_version_ids=("x",), total=3, error_kinds={"timeout": 1}, **whole)  # type: ignore[arg-type]  # test data
    two = Run(id="b", judge_version_ids=("y",), total=4, error_kinds={"timeout": 2, "key": 1}, **whole)  # type: ignore[arg-type]  # test data
    both = orders.together([run, two])
    assert (both.total, both.error_kinds) == (7, {"timeout": 3, "key": 1})
