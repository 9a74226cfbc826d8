"""A chosen set's figures over sources and for the pool, and what a choice stores of them."""

from __future__ import annotations

import pytest

from labelcore.messages import sentences
from labelcore.messages.lines.aligning import alignment_lines, choice_lines
from labelcore.models import Pick, Sample, new_id
from labelcore.stages import aligning
from labelcore.stages.aligning import choosing_set
from labelcore.stages.aligning.report import SetAlignment
from labelcore.stats.counts import coverage, false_failure_rate
from labelcore.store import judges as judge_table, samples as sample_table
from labelcore.workspace import Workspace
from tests.stages.measured import grade, judge, made
from tests.stages.test_measuring import by_source


def chosen(workspace: Workspace, version_id: str) -> SetAlignment:
    judge_table.save_choice(workspace.db, workspace.project.id, [version_id], {}, {"held_out": None}, "ann")
    found = aligning.align(workspace).chosen
    assert found is not None
    return found


def drawn_unevenly(workspace: Workspace) -> None:
    """Sixty outputs; those that the judge fails had four times the chance of the others."""
    outputs = made(workspace, 60)
    verdicts = {output.id: "fail" if i % 3 == 0 else "pass" for i, output in enumerate(outputs)}
    for i, output in enumerate(outputs):
        grade(workspace, output, "fail" if (i % 3 == 0 and i % 4) or i % 10 == 1 else "pass")
    judge(workspace, "j", verdicts)
    made(workspace, 200)  # not all are graded, so that chances matter
    picks = [
        Pick(
            output_id=output.id,
            reason="x",
            probability=0.8 if verdicts[output.id] == "fail" else 0.2,
            position=i,
        )
        for i, output in enumerate(outputs)
    ]
    sample_table.save(
        workspace.db,
        Sample(
            id=new_id("s"),
            project_id=workspace.project.id,
            rule="mixture",
            seed=0,
            parameters={},
            picks=tuple(picks),
        ),
    )


@pytest.mark.whole
def test_a_sets_intervals_are_over_sources(workspace: Workspace) -> None:
    by_source(workspace)
    found = chosen(workspace, "jv_by source")
    for rate, plain in (
        (found.coverage, coverage(found.counts)),
        (found.false_failure_rate, false_failure_rate(found.counts)),
    ):
        assert rate.value == pytest.approx(plain.value)
        assert None not in (rate.low, rate.high, plain.low, plain.high)
        assert rate.high - rate.low > 1.3 * (plain.high - plain.low)


@pytest.mark.whole
def test_a_set_on_too_few_sources_has_no_interval(workspace: Workspace) -> None:
    outputs = made(workspace, 60, per_source=6)
    for i, output in enumerate(outputs):
        grade(workspace, output, "fail" if i % 4 == 0 else "pass")
    judge(workspace, "one", {output.id: "fail" if i % 5 == 0 else "pass" for i, output in enumerate(outputs)})
    found = chosen(workspace, "jv_one")
    for rate in (found.coverage, found.false_failure_rate):
        assert rate.value is not None and rate.low is None and "10 sources only" in str(rate.why_not)


@pytest.mark.whole
def test_an_uneven_draw_gives_the_pools_figures_too(workspace: Workspace) -> None:
    drawn_unevenly(workspace)
    found = chosen(workspace, "jv_j")
    caught, missed = found.counts.true_fail / 0.8, found.counts.false_pass / 0.2
    wrong, kept = found.counts.false_fail / 0.8, found.counts.true_pass / 0.2
    assert found.coverage.value == pytest.approx(coverage(found.counts).value)
    assert found.weighted["coverage"].value == pytest.approx(caught / (caught + missed))
    pool = found.weighted["false_failure_rate"]
    assert pool.value == pytest.approx(wrong / (wrong + kept))
    assert pool.low < pool.value < pool.high
    document = found.document()["weighted"]
    assert document["alignment"] == pytest.approx(found.weighted_alignment)
    assert any("undoing the draw: coverage" in line for line in alignment_lines(aligning.align(workspace)))


@pytest.mark.whole
def test_an_even_draw_has_nothing_to_undo(workspace: Workspace) -> None:
    by_source(workspace)
    assert chosen(workspace, "jv_by source").weighted == {}


@pytest.mark.whole
def test_a_choice_keeps_the_held_out_figures_of_the_pool(workspace: Workspace) -> None:
    drawn_unevenly(workspace)
    report = choosing_set.choose(workspace, seconds=60)
    held = report.held_out
    assert held["outputs"] == held["n"] == 60 and held["repeats"] == 2
    assert held["coverage_low"] < held["coverage"] < held["coverage_high"]
    assert held["low"] < held["alignment"] < held["high"]
    assert held["weighted"]["coverage"]["value"] < held["coverage"], "what it misses was drawn less"
    assert held["interval_of"] == "what this set does on fresh outputs"
    assert report.in_sample["weighted"]["coverage"]["value"] < report.in_sample["coverage"]
    assert any("undoing the draw, held out" in line for line in choice_lines(report))


@pytest.mark.whole
def test_a_choice_without_time_says_so_and_measures_nothing(workspace: Workspace) -> None:
    drawn_unevenly(workspace)
    report = choosing_set.choose(workspace, seconds=1e-6)
    assert any("too short" in warning for warning in sentences(report.warnings))


@pytest.mark.whole
def test_each_front_end_says_how_it_chooses_a_set(workspace: Workspace) -> None:
    by_source(workspace)
    report = aligning.align(workspace)
    assert aligning.NO_SET in report.warnings
    assert "No set is chosen yet: `labelcore choose` picks one." in alignment_lines(report)
