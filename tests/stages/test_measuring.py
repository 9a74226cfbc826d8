"""Alignment on bad and unusual input: every figure has its basis, its interval, or its reason."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from labelcore.errors import BadInput, NotFound
from labelcore.models import (
    Criterion,
    Decision,
    Grade,
    JudgeVersion,
    Output,
    Pick,
    Project,
    Sample,
    Verdict,
    new_id,
    now,
)
from labelcore.stages import aligning, grading
from labelcore.store import Database, confusion, verdicts
from labelcore.store import criteria as criterion_table
from labelcore.store import judges as judge_table
from labelcore.store import outputs as output_table
from labelcore.store import samples as sample_table
from labelcore.store import splits as split_table

Say = Callable[[Output, bool], str | None]


def made(db: Database, project: Project, n: int, per_source: int = 1) -> list[Output]:
    found = []
    for i in range(n):
        text = f"answer {i}"
        found.append(
            Output(
                id=output_table.content_id(project.id, text),
                project_id=project.id,
                text=text,
                group_key=f"source {i // per_source}" if per_source > 1 else None,
            )
        )
    output_table.add(db, found)
    return found


def grade(
    db: Database, project: Project, output: Output, value: str, who: str = "ann", **more: object
) -> None:
    grading.record(
        db,
        project,
        [
            Grade(
                id=new_id("g"),
                project_id=project.id,
                output_id=output.id,
                annotator=who,
                value=value,
                **more,  # type: ignore[arg-type]  # test data
            )
        ],
    )


def judge(
    db: Database, project: Project, name: str, values: dict[str, str], criterion: Criterion | None = None
) -> JudgeVersion:
    """A judge that came with its verdicts, as from another tool."""
    version = JudgeVersion(
        id=f"jv_{name}",
        judge_id=f"j_{name}",
        project_id=project.id,
        name=name,
        kind="llm",
        version=1,
        criterion_id=criterion.id if criterion else None,
        criterion_version=criterion.version if criterion else None,
        spec={"tool": name},
    )
    judge_table.save(db, [version])
    verdicts.record(
        db,
        [
            Verdict(
                output_id=output_id,
                judge_version_id=version.id,
                project_id=project.id,
                run_id="r",
                decision=Decision(value=value),
            )  # type: ignore[arg-type]  # test data
            for output_id, value in values.items()
        ],
    )
    return version


@pytest.fixture
def world(db: Database, project: Project) -> list[Output]:
    """Sixty outputs, every fourth failed; two judges of different kinds of failure."""
    outputs = made(db, project, 60)
    chance = random.Random(1)
    for i, output in enumerate(outputs):
        grade(db, project, output, "fail" if i % 4 == 0 else "pass")
    judge(
        db,
        project,
        "eights",
        {
            output.id: "fail" if i % 8 == 0 or chance.random() < 0.05 else "pass"
            for i, output in enumerate(outputs)
        },
    )
    judge(
        db,
        project,
        "fours",
        {
            output.id: "fail" if i % 8 == 4 or chance.random() < 0.05 else "pass"
            for i, output in enumerate(outputs)
        },
    )
    return outputs


def test_the_matrix_holds_every_verdict_once(db: Database, project: Project) -> None:
    outputs = made(db, project, 4)
    ids = [output.id for output in outputs]
    version = judge(db, project, "one", {ids[0]: "pass", ids[1]: "fail", ids[2]: "abstain"})
    found = confusion.matrix(db, ids[::-1], [version.id, "jv_nobody"])
    assert found[::-1, 0].tolist()[:3] == [1.0, 0.0, confusion.ABSTAINED]
    assert str(found[0, 0]) == "nan" and str(found[:, 1].tolist()[0]) == "nan"
    assert confusion.matrix(db, [], [version.id]).shape == (0, 1)
    # A key that was stored twice counts once, with what was said first.
    db.run(
        "INSERT INTO verdict SELECT * REPLACE ('fail' AS value, made_at + INTERVAL 1 HOUR AS made_at) "
        "FROM verdict WHERE output_id = ?",
        [ids[0]],
    )
    assert confusion.matrix(db, ids, [version.id])[0, 0] == 1.0


def test_a_set_passes_only_where_all_its_judges_have_spoken(db: Database, project: Project) -> None:
    a, b, c, d = (output.id for output in made(db, project, 4))
    version = judge(db, project, "one", {a: "pass", b: "fail", c: "abstain", d: "pass"})
    two = judge(db, project, "two", {a: "pass", b: "pass", c: "pass"})
    assert confusion.pool_of_set(db, [version.id, two.id]) == (2, 1, 0)
    assert confusion.pool_of_set(db, [version.id]) == (2, 1, 1)


def test_choose_reaches_the_coverage_that_is_asked_for(
    db: Database, project: Project, world: list[Output]
) -> None:
    report = aligning.choose(db, project, min_coverage=0.9, max_ffr=0.25)
    assert set(report.judges) == {"eights", "fours"}
    assert report.in_sample["coverage"] >= 0.9
    assert report.gap == 0
    assert report.min_coverage == 0.9


def test_choose_says_by_how_much_a_wish_is_missed(
    db: Database, project: Project, world: list[Output]
) -> None:
    report = aligning.choose(db, project, min_coverage=1.0, max_ffr=0.01)
    assert "A coverage of 100% cannot be met" in " ".join(report.warnings)
    assert report.in_sample["coverage"] < 1


def test_judges_that_must_be_in_are_in_or_refused(
    db: Database, project: Project, world: list[Output]
) -> None:
    assert "fours" in aligning.choose(db, project, must_include=["fours"]).judges
    with pytest.raises(NotFound, match="nobody"):
        aligning.choose(db, project, must_include=["nobody"])
    judge(db, project, "silent", {})
    with pytest.raises(BadInput, match="no verdict on a graded output"):
        aligning.choose(db, project, must_include=["silent"])


def test_a_judge_that_abstains_always_has_reasons_for_figures(
    db: Database, project: Project, world: list[Output]
) -> None:
    judge(db, project, "shy", {output.id: "abstain" for output in world})
    found = aligning.align(db, project, judge="shy").judges[0]
    assert (found.counts.n, found.counts.abstained) == (0, 60)
    assert found.tpr.value is None and found.tnr.value is None and found.kappa is None
    assert found.ac1 is None and found.baseline is None
    assert found.intervals["kappa"].value is None and found.intervals["kappa"].why_not
    document = found.document()
    assert document["kappa_low"] is None and document["warnings"]
    report = aligning.choose(db, project, must_include=["shy"], min_coverage=0.3)
    assert any("shy abstained on 60" in warning for warning in report.warnings)


def by_source(db: Database, project: Project) -> list[Output]:
    """Thirty sources of four outputs, each wholly good or bad, judged alike within a source."""
    chance, outputs, verdicts = random.Random(2), made(db, project, 120, per_source=4), {}
    for source in range(30):
        bad, right = chance.random() < 0.4, chance.random() < 0.75
        for output in outputs[4 * source : 4 * source + 4]:
            grade(db, project, output, "fail" if bad else "pass")
            verdicts[output.id] = "fail" if bad == right else "pass"
    judge(db, project, "by source", verdicts)
    return outputs


def test_outputs_of_one_source_widen_the_interval(db: Database, project: Project) -> None:
    by_source(db, project)
    found = aligning.align(db, project).judges[0]
    from labelcore.stats.counts import tpr

    plain = tpr(found.counts)
    assert found.tpr.value == plain.value
    assert (found.tpr.high or 0) - (found.tpr.low or 0) > 1.3 * ((plain.high or 0) - (plain.low or 0))


def test_a_judge_of_a_criterion_is_measured_by_that_criterions_grades(
    db: Database, project: Project, world: list[Output]
) -> None:
    criterion = Criterion(
        id="c1", project_id=project.id, version=1, name="Kind", statement="It is kind.", status="accepted"
    )
    criterion_table.save(db, [criterion])
    judge(db, project, "kind", {o.id: "fail" if i < 5 else "pass" for i, o in enumerate(world)}, criterion)
    assert aligning.align(db, project, judge="kind").judges[0].against == "overall"
    for i, output in enumerate(world[:20]):
        grade(db, project, output, "fail" if i < 5 else "pass", criterion_id="c1", criterion_version=1)
    found = aligning.align(db, project, judge="kind").judges[0]
    assert found.against == "Kind"
    assert (found.counts.n, found.counts.true_fail, found.mcc) == (20, 5, 1.0)
    other = aligning.align(db, project, judge="fours").judges[0]
    assert (other.against, other.counts.n) == ("overall", 60)


def test_uneven_draws_are_weighed_and_every_correction_is_offered_or_refused(
    db: Database, project: Project, world: list[Output]
) -> None:
    picks = tuple(
        Pick(output_id=output.id, reason="uniform", probability=0.8 if i % 4 == 0 else 0.2, position=i)
        for i, output in enumerate(world)
    )
    sample_table.save(db, Sample(id="s1", project_id=project.id, rule="mixture", seed=1, picks=picks))
    aligning.choose(db, project, min_coverage=0.9)
    report = aligning.align(db, project)
    rates = report.pass_rate
    assert rates.human.value == pytest.approx(225 / (225 + 15 / 0.8), abs=1e-9)
    assert rates.effective is not None and rates.effective < 60
    assert rates.corrected.method == "post-stratified"
    assert rates.methods["PPI++"].value is None and rates.methods["PPI++"].why_not
    assert set(report.judges[0].weighted) == {"tpr", "tnr"}
    assert report.document()["pass_rate"]["methods"]["Rogan-Gladen"]["method"]


def test_people_are_the_ceiling_and_the_constant_answer_the_floor(
    db: Database, project: Project, world: list[Output]
) -> None:
    found = aligning.align(db, project).ceiling
    assert found is not None and found.constant == 0.75
    assert found.between_people.why_not == "no output was graded by two people"
    assert found.with_themselves.why_not == "there are no silent repeats"
    for i, output in enumerate(world[:20]):
        grade(db, project, output, "fail" if i % 4 == 0 or i == 1 else "pass", who="bo")
        grade(db, project, output, "fail" if i % 4 == 0 else "pass", source="repeat")
    found = aligning.align(db, project).ceiling
    assert found is not None
    assert found.between_people.value == 0.95
    assert found.with_themselves.value == 1.0


def test_a_hundred_people_on_one_output_are_no_agreement(db: Database, project: Project) -> None:
    (output,) = made(db, project, 1)
    for i in range(123):
        grade(db, project, output, "fail" if i % 3 == 0 else "pass", who=f"person {i}")
    report = aligning.align(db, project)
    assert report.agreement.alpha is None
    assert "only one output" in (report.agreement.why_not or "")
    assert report.ceiling is not None and report.ceiling.between_people.value is None


def test_all_passed_says_what_cannot_be_known(db: Database, project: Project) -> None:
    outputs = made(db, project, 12)
    for output in outputs:
        grade(db, project, output, "pass")
    judge(db, project, "one", {output.id: "pass" for output in outputs})
    report = aligning.align(db, project)
    assert any("failed none" in warning for warning in report.warnings)
    alignment = report.judges[0]
    assert alignment.tnr.value is None and alignment.mcc is None and alignment.balanced_accuracy is None
    with pytest.raises(BadInput, match="failed yet"):
        aligning.choose(db, project, min_coverage=0.5)


def test_verdicts_on_other_outputs_than_grades_say_so(db: Database, project: Project) -> None:
    outputs = made(db, project, 20)
    for i, output in enumerate(outputs[:10]):
        grade(db, project, output, "fail" if i < 3 else "pass")
    judge(db, project, "elsewhere", {output.id: "pass" for output in outputs[10:]})
    alignment = aligning.align(db, project).judges[0]
    assert (alignment.counts.n, alignment.missing, alignment.tpr.value) == (0, 10, None)
    with pytest.raises(BadInput, match="No judge has a verdict on a graded output"):
        aligning.choose(db, project)


def test_an_earlier_moment_has_its_own_figures(db: Database, project: Project, world: list[Output]) -> None:
    then = now()
    before = aligning.align(db, project)
    judge(db, project, "later", {output.id: "pass" for output in world})
    for output in world[:10]:
        grade(db, project, output, "pass")
    assert len(aligning.align(db, project).judges) == 3
    again = aligning.align(db, project, as_of=then)
    assert again.judges == before.judges
    assert again.ceiling == before.ceiling


def test_a_criterions_counts_open_the_outputs_that_were_counted(
    db: Database, project: Project, world: list[Output]
) -> None:
    criterion = Criterion(
        id="c1", project_id=project.id, version=1, name="Kind", statement="It is kind.", status="accepted"
    )
    criterion_table.save(db, [criterion])
    kind = judge(
        db, project, "kind", {o.id: "fail" if i < 5 else "pass" for i, o in enumerate(world)}, criterion
    )
    for i, output in enumerate(world[:20]):
        grade(db, project, output, "fail" if i < 5 else "pass", criterion_id="c1", criterion_version=1)
    counts = aligning.align(db, project, judge="kind").judges[0].counts
    for cell in ("true_pass", "false_pass", "true_fail", "false_fail"):
        assert len(aligning.behind(db, project, kind.id, cell)) == getattr(counts, cell)


def test_asking_again_adds_nothing_to_counts(db: Database, project: Project, world: list[Output]) -> None:
    verdicts.record(
        db,
        [
            Verdict(
                output_id=output.id,
                judge_version_id="jv_fours",
                project_id=project.id,
                run_id="r2",
                repeat=1,
                decision=Decision(value="fail"),
            )
            for output in world
        ],
    )
    assert sum(verdicts.counts(db, project.id)["jv_fours"].values()) == 60
    found = aligning.align(db, project, judge="fours").judges[0]
    assert len(aligning.behind(db, project, "jv_fours", "true_fail")) == found.counts.true_fail
    assert len(verdicts.of_outputs(db, [world[0].id], ["jv_fours"])) == 1


def test_what_a_judge_was_fitted_on_is_in_sample_on_the_test_too(db: Database, project: Project) -> None:
    outputs = made(db, project, 200)
    for i, output in enumerate(outputs):
        grade(db, project, output, "fail" if i % 3 == 0 else "pass")
    verdicts = {output.id: "fail" if i % 3 == 0 else "pass" for i, output in enumerate(outputs)}
    early = judge(db, project, "early", verdicts)
    for name, kind, splits in (
        ("early", "code", ("train", "dev", "test")),
        ("late", "code", ("train", "dev")),
        ("steps", "cascade", ("train", "dev", "test")),
    ):
        judge(db, project, f"{name} 2", verdicts)
        judge_table.save(
            db,
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
    found = aligning.align(db, project, split="test", author="ann").judges
    shaped = {judge.judge for judge in found if any("In-sample" in warning for warning in judge.warnings)}
    assert shaped == {"early 3", "steps 3"}


def test_too_few_sources_give_no_interval(db: Database, project: Project) -> None:
    outputs = made(db, project, 60, per_source=6)
    for i, output in enumerate(outputs):
        grade(db, project, output, "fail" if i % 4 == 0 else "pass")
    judge(
        db, project, "one", {output.id: "fail" if i % 5 == 0 else "pass" for i, output in enumerate(outputs)}
    )
    found = aligning.align(db, project).judges[0].tpr
    assert found.value is not None and found.low is None and "sources" in (found.why_not or "")


def test_where_a_whole_set_abstains_it_passes_nothing(db: Database, project: Project) -> None:
    outputs = made(db, project, 40)
    for i, output in enumerate(outputs):
        grade(db, project, output, "fail" if i % 4 == 0 else "pass")
    version = judge(
        db,
        project,
        "shy",
        {o.id: ("fail" if i % 8 == 0 else "abstain" if i < 20 else "pass") for i, o in enumerate(outputs)},
    )
    judge_table.save_choice(db, project.id, [version.id], {}, {"held_out": None}, "ann")
    report = aligning.align(db, project)
    assert report.pass_rate.judge.n == 3 + 20, "seventeen of the first twenty are abstained from"
    assert report.chosen is not None and report.chosen.counts.n == 40


def test_a_split_has_its_own_ceiling(db: Database, project: Project) -> None:
    project = grading.set_rules(db, project, scale=("bad", "good", "great"), passing_from=2)
    outputs = made(db, project, 60)
    dealt = {
        output.id: split_table.dealt(db, project.id).of(output.group_key or output.id) for output in outputs
    }
    for i, output in enumerate(outputs):
        level = 1 + i % 3
        other = level if dealt[output.id] == "dev" else 1 + (i + 1) % 3  # they agree on dev alone
        for who, given in (("ann", level), ("bo", other)):
            grade(db, project, output, "fail" if given == 1 else "pass", who=who, level=given)
    found = {split: aligning.align(db, project, split=split) for split in ("dev", "train", "all")}  # type: ignore[arg-type]  # literals
    kappas = {split: report.ceiling.level_kappa for split, report in found.items() if report.ceiling}
    assert kappas["dev"] == pytest.approx(1.0)
    assert (kappas["train"] or 0) < (kappas["all"] or 0) < 1
    assert found["train"].ceiling is not None and (found["train"].ceiling.between_people.value or 0) < 1
    assert any("as many passes as fails" in warning for warning in found["train"].warnings)


def test_chances_that_are_missing_for_some_are_counted(
    db: Database, project: Project, world: list[Output]
) -> None:
    picks = tuple(
        Pick(output_id=output.id, reason="uniform", probability=0.5, position=i)
        for i, output in enumerate(world[:50])
    )
    sample_table.save(db, Sample(id="s1", project_id=project.id, rule="random", seed=1, picks=picks))
    output_table.add(db, [Output(id="more", project_id=project.id, text="ungraded")])
    aligning.choose(db, project, min_coverage=0.5)
    rates = aligning.align(db, project).pass_rate
    assert "not drawn with known probabilities in 10 of 60 cases" in rates.human_sampling
    assert rates.methods["post-stratified"].value is None
    assert rates.corrected.method == "Rogan-Gladen"
