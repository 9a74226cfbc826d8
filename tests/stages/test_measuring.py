"""Alignment on bad and unusual input: every figure has its basis, its interval, or its reason."""

from __future__ import annotations

import random

import pytest

from labelcore.errors import BadInput, NotFound
from labelcore.messages import sentence, sentences
from labelcore.models import Decision, Output, Pick, Sample, Verdict, now
from labelcore.stages import aligning, grading
from labelcore.stages.aligning import choosing_set
from labelcore.stats.prevalence import ASSUMPTIONS
from labelcore.store import (
    confusion,
    judges as judge_table,
    outputs as output_table,
    samples as sample_table,
    splits as split_table,
    verdicts,
)
from labelcore.workspace import Workspace
from tests.stages.measured import accepted, grade, grade_all, judge, made

SCALE = ("bad", "good", "great")


@pytest.fixture
def world(workspace: Workspace) -> list[Output]:
    """Sixty outputs, every fourth failed; two judges of different kinds of failure."""
    outputs = made(workspace, 60)
    chance = random.Random(1)
    grade_all(workspace, outputs, ("fail" if i % 4 == 0 else "pass" for i in range(len(outputs))))
    judge(
        workspace,
        "eights",
        {
            output.id: "fail" if i % 8 == 0 or chance.random() < 0.05 else "pass"
            for i, output in enumerate(outputs)
        },
    )
    judge(
        workspace,
        "fours",
        {
            output.id: "fail" if i % 8 == 4 or chance.random() < 0.05 else "pass"
            for i, output in enumerate(outputs)
        },
    )
    return outputs


def test_the_matrix_holds_every_verdict_once(workspace: Workspace) -> None:
    outputs = made(workspace, 4)
    ids = [output.id for output in outputs]
    version = judge(workspace, "one", {ids[0]: "pass", ids[1]: "fail", ids[2]: "abstain"})
    found = confusion.matrix(workspace.db, ids[::-1], [version.id, "jv_nobody"])
    assert found[::-1, 0].tolist()[:3] == [1.0, 0.0, confusion.ABSTAINED]
    assert str(found[0, 0]) == "nan" and str(found[:, 1].tolist()[0]) == "nan"
    assert confusion.matrix(workspace.db, [], [version.id]).shape == (0, 1)
    # A key that is said twice is stored once, with what was said first.
    judge(workspace, "one", {ids[0]: "fail"})
    assert confusion.matrix(workspace.db, ids, [version.id])[0, 0] == 1.0


def test_a_set_passes_only_where_all_its_judges_have_spoken(workspace: Workspace) -> None:
    a, b, c, d = (output.id for output in made(workspace, 4))
    version = judge(workspace, "one", {a: "pass", b: "fail", c: "abstain", d: "pass"})
    two = judge(workspace, "two", {a: "pass", b: "pass", c: "pass"})
    assert confusion.pool_of_set(workspace.db, [version.id, two.id]) == (2, 1, 0)
    assert confusion.pool_of_set(workspace.db, [version.id]) == (2, 1, 1)


@pytest.mark.whole
def test_choose_reaches_the_coverage_that_is_asked_for(workspace: Workspace, world: list[Output]) -> None:
    report = choosing_set.choose(workspace, min_coverage=0.9, max_ffr=0.25)
    assert set(report.judges) == {"eights", "fours"}
    assert report.in_sample["coverage"] >= 0.9
    assert report.gap == 0
    assert report.min_coverage == 0.9


@pytest.mark.whole
def test_choose_says_by_how_much_a_wish_is_missed(workspace: Workspace, world: list[Output]) -> None:
    report = choosing_set.choose(workspace, min_coverage=1.0, max_ffr=0.01)
    assert "A coverage of 100% cannot be met" in " ".join(sentences(report.warnings))
    assert report.in_sample["coverage"] < 1


@pytest.mark.whole
def test_judges_that_must_be_in_are_in_or_refused(workspace: Workspace, world: list[Output]) -> None:
    assert "fours" in choosing_set.choose(workspace, must_include=["fours"]).judges
    with pytest.raises(NotFound, match="nobody"):
        choosing_set.choose(workspace, must_include=["nobody"])
    judge(workspace, "silent", {})
    with pytest.raises(BadInput, match="no verdict on a graded output"):
        choosing_set.choose(workspace, must_include=["silent"])


@pytest.mark.whole
def test_a_judge_that_abstains_always_has_reasons_for_figures(
    workspace: Workspace, world: list[Output]
) -> None:
    judge(workspace, "shy", {output.id: "abstain" for output in world})
    found = aligning.align(workspace, judge="shy").judges[0]
    assert (found.counts.n, found.counts.abstained) == (0, 60)
    assert found.tpr.value is None and found.tnr.value is None and found.kappa is None
    assert found.ac1 is None and found.baseline is None
    assert found.intervals["kappa"].value is None and found.intervals["kappa"].why_not
    document = found.document()
    assert document["kappa_low"] is None and document["warnings"]
    report = choosing_set.choose(workspace, must_include=["shy"], min_coverage=0.3)
    assert any("shy abstained on 60" in warning for warning in sentences(report.warnings))


def by_source(workspace: Workspace) -> list[Output]:
    """Thirty sources of four outputs, each wholly good or bad, judged alike within a source."""
    chance, outputs, verdicts = random.Random(2), made(workspace, 120, per_source=4), {}
    for source in range(30):
        bad, right = chance.random() < 0.4, chance.random() < 0.75
        for output in outputs[4 * source : 4 * source + 4]:
            grade(workspace, output, "fail" if bad else "pass")
            verdicts[output.id] = "fail" if bad == right else "pass"
    judge(workspace, "by source", verdicts)
    return outputs


@pytest.mark.whole
def test_outputs_of_one_source_widen_the_interval(workspace: Workspace) -> None:
    by_source(workspace)
    found = aligning.align(workspace).judges[0]
    from labelcore.stats.counts import tpr

    plain = tpr(found.counts)
    assert found.tpr.value == plain.value
    assert (found.tpr.high or 0) - (found.tpr.low or 0) > 1.3 * ((plain.high or 0) - (plain.low or 0))


@pytest.mark.whole
def test_a_judge_of_a_criterion_is_measured_by_that_criterions_grades(
    workspace: Workspace, world: list[Output]
) -> None:
    criterion = accepted(workspace, "Kind", "It is kind.")
    judge(workspace, "kind", {o.id: "fail" if i < 5 else "pass" for i, o in enumerate(world)}, criterion)
    assert aligning.align(workspace, judge="kind").judges[0].against == "overall"
    for i, output in enumerate(world[:20]):
        grade(workspace, output, "fail" if i < 5 else "pass", criterion_id="c1", criterion_version=1)
    found = aligning.align(workspace, judge="kind").judges[0]
    assert found.against == "Kind"
    assert (found.counts.n, found.counts.true_fail, found.mcc) == (20, 5, 1.0)
    other = aligning.align(workspace, judge="fours").judges[0]
    assert (other.against, other.counts.n) == ("overall", 60)


@pytest.mark.whole
def test_uneven_draws_are_weighed_and_every_correction_is_offered_or_refused(
    workspace: Workspace, world: list[Output]
) -> None:
    picks = tuple(
        Pick(output_id=output.id, reason="uniform", probability=0.8 if i % 4 == 0 else 0.2, position=i)
        for i, output in enumerate(world)
    )
    sample_table.save(
        workspace.db, Sample(id="s1", project_id=workspace.project.id, rule="mixture", seed=1, picks=picks)
    )
    choosing_set.choose(workspace, min_coverage=0.9)
    report = aligning.align(workspace)
    rates = report.pass_rate
    assert rates.human.value == pytest.approx(225 / (225 + 15 / 0.8), abs=1e-9)
    assert rates.effective is not None and rates.effective < 60
    assert rates.corrected.method == "post-stratified"
    assert rates.methods["PPI++"].value is None and rates.methods["PPI++"].why_not
    assert set(report.judges[0].weighted) == {"tpr", "tnr"}
    assert report.document()["pass_rate"]["methods"]["Rogan-Gladen"]["method"]


@pytest.mark.whole
def test_people_are_the_ceiling_and_the_constant_answer_the_floor(
    workspace: Workspace, world: list[Output]
) -> None:
    found = aligning.align(workspace).ceiling
    assert found is not None and found.constant == 0.75
    assert found.between_people.why_not == "no output was graded by two people"
    assert found.with_themselves.why_not == "there are no silent repeats"
    for i, output in enumerate(world[:20]):
        grade(workspace, output, "fail" if i % 4 == 0 or i == 1 else "pass", who="bo")
        grade(workspace, output, "fail" if i % 4 == 0 else "pass", source="repeat")
    found = aligning.align(workspace).ceiling
    assert found is not None
    assert found.between_people.value == 0.95
    assert found.with_themselves.value == 1.0


@pytest.mark.whole
def test_a_hundred_people_on_one_output_are_no_agreement(workspace: Workspace) -> None:
    (output,) = made(workspace, 1)
    for i in range(123):
        grade(workspace, output, "fail" if i % 3 == 0 else "pass", who=f"person {i}")
    report = aligning.align(workspace)
    assert report.agreement.alpha is None
    assert "only one output" in (report.agreement.why_not or "")
    assert report.ceiling is not None and report.ceiling.between_people.value is None


def test_all_passed_says_what_cannot_be_known(workspace: Workspace) -> None:
    outputs = made(workspace, 12)
    grade_all(workspace, outputs, ["pass"] * len(outputs))
    judge(workspace, "one", {output.id: "pass" for output in outputs})
    report = aligning.align(workspace)
    assert any("failed none" in warning for warning in sentences(report.warnings))
    alignment = report.judges[0]
    assert alignment.tnr.value is None and alignment.mcc is None and alignment.balanced_accuracy is None
    with pytest.raises(BadInput, match="failed yet"):
        choosing_set.choose(workspace, min_coverage=0.5)


def test_verdicts_on_other_outputs_than_grades_say_so(workspace: Workspace) -> None:
    outputs = made(workspace, 20)
    for i, output in enumerate(outputs[:10]):
        grade(workspace, output, "fail" if i < 3 else "pass")
    judge(workspace, "elsewhere", {output.id: "pass" for output in outputs[10:]})
    alignment = aligning.align(workspace).judges[0]
    assert (alignment.counts.n, alignment.missing, alignment.tpr.value) == (0, 10, None)
    with pytest.raises(BadInput, match="No judge has a verdict on a graded output"):
        choosing_set.choose(workspace)


@pytest.mark.whole
def test_an_earlier_moment_has_its_own_figures(workspace: Workspace, world: list[Output]) -> None:
    then = now()
    before = aligning.align(workspace)
    judge(workspace, "later", {output.id: "pass" for output in world})
    for output in world[:10]:
        grade(workspace, output, "pass")
    assert len(aligning.align(workspace).judges) == 3
    again = aligning.align(workspace, as_of=then)
    assert again.judges == before.judges
    assert again.ceiling == before.ceiling


@pytest.mark.whole
def test_a_criterions_counts_open_the_outputs_that_were_counted(
    workspace: Workspace, world: list[Output]
) -> None:
    criterion = accepted(workspace, "Kind", "It is kind.")
    kind = judge(
        workspace, "kind", {o.id: "fail" if i < 5 else "pass" for i, o in enumerate(world)}, criterion
    )
    for i, output in enumerate(world[:20]):
        grade(workspace, output, "fail" if i < 5 else "pass", criterion_id="c1", criterion_version=1)
    counts = aligning.align(workspace, judge="kind").judges[0].counts
    for cell in ("true_pass", "false_pass", "true_fail", "false_fail"):
        assert len(aligning.behind(workspace, kind.id, cell)) == getattr(counts, cell)


def test_asking_again_adds_nothing_to_counts(workspace: Workspace, world: list[Output]) -> None:
    verdicts.record(
        workspace.db,
        [
            Verdict(
                output_id=output.id,
                judge_version_id="jv_fours",
                project_id=workspace.project.id,
                run_id="r2",
                repeat=1,
                decision=Decision(value="fail"),
            )
            for output in world
        ],
    )
    assert sum(verdicts.counts(workspace.db, workspace.project.id)["jv_fours"].values()) == 60
    found = aligning.align(workspace, judge="fours").judges[0]
    assert len(aligning.behind(workspace, "jv_fours", "true_fail")) == found.counts.true_fail
    assert len(verdicts.of_outputs(workspace.db, [world[0].id], ["jv_fours"])) == 1


@pytest.mark.whole
def test_what_a_judge_was_fitted_on_is_in_sample_on_the_test_too(workspace: Workspace) -> None:
    outputs = made(workspace, 200)
    grade_all(workspace, outputs, ("fail" if i % 3 == 0 else "pass" for i in range(len(outputs))))
    verdicts = {output.id: "fail" if i % 3 == 0 else "pass" for i, output in enumerate(outputs)}
    early = judge(workspace, "early", verdicts)
    for name, kind, splits in (
        ("early", "code", ("train", "dev", "test")),
        ("late", "code", ("train", "dev")),
        ("steps", "cascade", ("train", "dev", "test")),
    ):
        judge(workspace, f"{name} 2", verdicts)
        judge_table.save(
            workspace.db,
            [
                early.model_copy(
                    update={
                        "id": f"jv_{name} 3",
                        "judge_id": f"j_{name} 3",
                        "name": f"{name} 3",
                        "kind": kind,
                        "fitted_on": splits,
                    }
                )
            ],
        )
    found = aligning.align(workspace.by("ann"), split="test").judges
    shaped = {
        judge.judge
        for judge in found
        if judge.in_sample and any("In-sample" in warning for warning in sentences(judge.warnings))
    }
    assert shaped == {"early 3", "steps 3"}


def test_too_few_sources_give_no_interval(workspace: Workspace) -> None:
    outputs = made(workspace, 60, per_source=6)
    grade_all(workspace, outputs, ("fail" if i % 4 == 0 else "pass" for i in range(len(outputs))))
    judge(workspace, "one", {output.id: "fail" if i % 5 == 0 else "pass" for i, output in enumerate(outputs)})
    found = aligning.align(workspace).judges[0].tpr
    assert found.value is not None and found.low is None and "sources" in (found.why_not or "")


def test_where_a_whole_set_abstains_it_passes_nothing(workspace: Workspace) -> None:
    outputs = made(workspace, 40)
    grade_all(workspace, outputs, ("fail" if i % 4 == 0 else "pass" for i in range(len(outputs))))
    version = judge(
        workspace,
        "shy",
        {o.id: ("fail" if i % 8 == 0 else "abstain" if i < 20 else "pass") for i, o in enumerate(outputs)},
    )
    judge_table.save_choice(workspace.db, workspace.project.id, [version.id], {}, {"held_out": None}, "ann")
    report = aligning.align(workspace)
    assert report.pass_rate.judge.n == 3 + 20, "seventeen of the first twenty are abstained from"
    assert report.chosen is not None and report.chosen.counts.n == 40


@pytest.mark.whole
def test_a_split_has_its_own_ceiling(workspace: Workspace) -> None:
    workspace = workspace.with_project(grading.set_rules(workspace, scale=SCALE, passing_from=2))
    outputs = made(workspace, 60)
    dealt = {
        output.id: split_table.dealt(workspace.db, workspace.project.id).of(output.group_key or output.id)
        for output in outputs
    }
    for i, output in enumerate(outputs):
        level = 1 + i % 3
        other = level if dealt[output.id] == "dev" else 1 + (i + 1) % 3  # they agree on dev alone
        for who, given in (("ann", level), ("bo", other)):
            grade(workspace, output, "fail" if given == 1 else "pass", who=who, level=given)
    found = {split: aligning.align(workspace, split=split) for split in ("dev", "train", "all")}
    kappas = {split: report.ceiling.level_kappa for split, report in found.items() if report.ceiling}
    assert kappas["dev"] == pytest.approx(1.0)
    assert (kappas["train"] or 0) < (kappas["all"] or 0) < 1
    assert found["train"].ceiling is not None and (found["train"].ceiling.between_people.value or 0) < 1
    assert any("as many passes as fails" in warning for warning in sentences(found["train"].warnings))


@pytest.mark.whole
@pytest.mark.parametrize("then", ["relook", "person"])
def test_another_look_tells_nothing_of_how_far_people_agree(workspace: Workspace, then: str) -> None:
    workspace = workspace.with_project(grading.set_rules(workspace, scale=SCALE, passing_from=2))
    outputs = made(workspace, 12)

    def give(who: str, shift: int, **more: object) -> None:
        for at, output in enumerate(outputs):
            level = 1 + (at + shift) % 3
            grade(workspace, output, "fail" if level == 1 else "pass", who, level=level, **more)

    give("ann", 0)
    give("bo", 1)
    before = aligning.align(workspace).ceiling
    for output in outputs:
        grading.send_back(workspace, output.id, people=("bo",))
    give("bo", 0, source="relook")
    give("bo", 0, source=then)
    after = aligning.align(workspace).ceiling
    assert before and after
    assert (after.between_people, after.level_kappa) == (before.between_people, before.level_kappa)


@pytest.mark.whole
def test_chances_that_are_missing_for_some_are_counted(workspace: Workspace, world: list[Output]) -> None:
    picks = tuple(
        Pick(output_id=output.id, reason="uniform", probability=0.5, position=i)
        for i, output in enumerate(world[:50])
    )
    sample_table.save(
        workspace.db, Sample(id="s1", project_id=workspace.project.id, rule="random", seed=1, picks=picks)
    )
    output_table.add(workspace.db, [Output(id="more", project_id=workspace.project.id, text="ungraded")])
    choosing_set.choose(workspace, min_coverage=0.5)
    rates = aligning.align(workspace).pass_rate
    assert "not drawn with known probabilities in 10 of 60 cases" in sentence(rates.human_sampling)
    assert rates.methods["post-stratified"].value is None
    assert rates.assumption == ASSUMPTIONS["Rogan-Gladen"]
    assert rates.corrected.value is None and "runs into 0 or 1" in (rates.corrected.why_not or "")
    assert (rates.of, rates.first) == ("graded", rates.human)
