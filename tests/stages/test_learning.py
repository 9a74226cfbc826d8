"""Learned judges as grades arrive, cascades, suspicious judges and schemas, through the store."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from labelcore.errors import BadInput
from labelcore.judges import explaining
from labelcore.judges.kinds.learned import LearnedKind
from labelcore.messages import sentence
from labelcore.models import Decision, Grade, JudgeVersion, Output, Run, Verdict
from labelcore.stages import grading, judging, projects
from labelcore.stages.deriving import derivation, editing
from labelcore.stages.judging.keeping import schemas
from labelcore.stages.judging.proposing import retraining
from labelcore.stages.judging.running import orders
from labelcore.stages.judging.testing import suspecting
from labelcore.stages.judging.testing.suspecting import propose_judges
from labelcore.store import judges as judge_table, outputs as output_table, verdicts as verdict_table
from labelcore.workspace import Workspace
from tests.stages.lengths import WORDS, learned

pytestmark = pytest.mark.usefixtures("no_embeddings")


@pytest.mark.whole
def test_three_kinds_of_candidates_and_scorers_where_there_are_references(
    workspace: Workspace, plant: Callable[..., list[Output]]
) -> None:
    plant(0, 40, 40)
    derivation.derive(workspace, offline=True, accept_all=True)
    found = judging.propose(workspace, judging.ProposalOrder(offline=True))
    for criterion in {judge.criterion_id for judge in found}:
        mine = [judge for judge in found if judge.criterion_id == criterion]
        assert 2 <= len(mine) <= 3
        assert {judge.kind for judge in mine} == {"code", "learned"}
    of_all = next(judge for judge in found if judge.kind == "learned" and judge.criterion_id is None)
    seen = {column[0] for column in of_all.spec["columns"]}
    assert {"BLEU", "chrF", "ROUGE-L"} <= seen


@pytest.mark.whole
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


@pytest.mark.whole
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


@pytest.mark.whole
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
        score, limit = (judge.spec[name][verdict.output_id] for name in ("cross_fitted", "cuts"))
        assert (verdict.decision.value == "fail") == (score > limit)
        assert f"limit is {cut:.0%}" in verdict.decision.reason


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


@pytest.mark.whole
def test_candidates_that_have_not_run_are_tried_on_graded_outputs(
    workspace: Workspace, plant: Callable[..., list[Output]]
) -> None:
    plant(0, 40, 40)
    (code,) = [
        judge
        for judge in judging.propose(workspace, judging.ProposalOrder(kind="code", limit=1, offline=True))
        if judge.kind == "code"
    ]
    flipped = suspecting.flip(workspace, code)
    found = suspecting.suspicious(workspace, [code, flipped])
    assert [(suspect.name, suspect.fault) for suspect in found] == [(flipped.name, "inverted")]
    assert verdict_table.counts(workspace.db, workspace.project.id) == {}
    with pytest.raises(BadInput, match="not flipped"):
        suspecting.flip(workspace, code.model_copy(update={"kind": "llm"}))


@pytest.mark.whole
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
    run = Run(id="a", judge_version_ids=("x",), total=3, error_kinds={"timeout": 1}, **whole)
    two = Run(id="b", judge_version_ids=("y",), total=4, error_kinds={"timeout": 2, "key": 1}, **whole)
    both = orders.together([run, two])
    assert (both.total, both.error_kinds) == (7, {"timeout": 3, "key": 1})


@pytest.mark.whole
def test_a_topic_that_a_person_renames_or_merges_is_learned_again(
    workspace: Workspace, plant: Callable[..., list[Output]]
) -> None:
    plant(0, 40, 40)
    derivation.derive(workspace, offline=True, accept_all=True)
    judging.propose(workspace, judging.ProposalOrder(criterion="overall", kind="learned", offline=True))
    before = learned(workspace)
    assert not retraining.freshness(workspace, [before])[0].changed
    topic = editing.list_criteria(workspace, status="accepted")[0]
    assert topic.name in [part["name"] for part in before.spec["topics"]]
    editing.edit(workspace, topic.id, name="Wordy")
    assert retraining.freshness(workspace, [before])[0].changed
    (again,) = retraining.retrain(workspace)
    assert again.new and "Wordy" in [part["name"] for part in again.version.spec["topics"]]
    assert "“Wordy”, learned from 10 notes" in again.version.description


@pytest.mark.whole
def test_a_wish_replaces_the_cut_and_stays_when_grades_come(
    workspace: Workspace, plant: Callable[..., list[Output]]
) -> None:
    plant(0, 60, 40, longest_good=60)
    order = judging.ProposalOrder(criterion="overall", kind="learned", offline=True)
    (usual,) = judging.propose(workspace, order)
    (eager,) = judging.propose(workspace, order.model_copy(update={"min_coverage": 0.99}))
    assert eager.version == 2 and eager.spec["cut"] < usual.spec["cut"]
    assert "it finds at least 99% of the bad outputs" in eager.description
    plant(60, 10, 10)
    (again,) = retraining.retrain(workspace)
    assert again.version.spec["aim"] == eager.spec["aim"]
    risky = projects.update_project(workspace, risk="high")
    (careful,) = judging.propose(workspace.with_project(risky), order)
    assert careful.spec["aim"] == {"min_coverage": 0.9, "max_ffr": 0.15}


@pytest.mark.whole
def test_what_is_proposed_beats_a_constant_answer_on_held_out_grades(
    workspace: Workspace, plant: Callable[..., list[Output]]
) -> None:
    plant(0, 60, 60)
    derivation.derive(workspace, offline=True, accept_all=True)
    found = propose_judges(workspace, order=judging.ProposalOrder(offline=True), examined=False)
    assert all(told.values["n"] < 3 for told in found.nothing)
    for judge in found.document()["judges"]:
        caught, fails, wrong, passes = judge["held_out"].values()
        assert caught / fails - wrong / passes > 0.3
        words = f"it catches {caught} of {fails} bad outputs and wrongly fails {wrong} of {passes} good ones"
        assert words in judge["description"]
    of_criterion = next(judge for judge in found.judges if judge.kind == "learned" and judge.criterion_id)
    assert "notes such as “far too long”." in of_criterion.description


@pytest.mark.whole
def test_where_nothing_holds_up_it_is_said_what_would_help(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., list[Grade]]
) -> None:
    chance = np.random.default_rng(4)
    texts = [" ".join(chance.choice(WORDS, size=20)) + "." for _ in range(60)]
    made = add_outputs(*texts)
    grades = chance.permutation(["fail"] * 8 + ["pass"] * 52)
    give_all(made, grades, ["the order is wrong" if value == "fail" else "" for value in grades])
    derivation.derive(workspace, offline=True, accept_all=True)
    found = propose_judges(workspace, order=judging.ProposalOrder(offline=True), examined=False)
    assert len(found.judges) <= 1, "a lucky one of many"
    assert "about 4 more failing grades with a note, or a model" in sentence(found.nothing)
    assert not any(judge.name.endswith("phrase:order") for judge in found.judges)
