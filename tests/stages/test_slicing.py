"""Slices of a project: weights of the draw, sources, and the chosen set's verdicts on the rest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from labelcore.dispatch import Request, execute
from labelcore.messages import sentence, slicing
from labelcore.messages.report import write_report
from labelcore.models import NOTHING, Fact, Output, Pick, Sample
from labelcore.stages import aligning
from labelcore.stages.reporting import gathering
from labelcore.stages.reporting.html import to_html
from labelcore.stages.reporting.slicing import SliceReport, slices
from labelcore.stats import prevalence
from labelcore.stats.prevalence import Graded, PoolVerdicts
from labelcore.stats.rate import Rate, difference, not_measurable, proportion
from labelcore.stats.slices import SliceRate
from labelcore.store import confusion, judges as judge_table, samples
from labelcore.workspace import Workspace
from tests.stages.measured import decides, tool

Plant = Callable[..., list[Output]]
FIGURES: dict[str, object] = {"held_out": {"alignment": None}}


@pytest.fixture
def plant(
    workspace: Workspace, add_outputs: Plant, give: Callable[..., object]
) -> Callable[..., list[Output]]:
    """``plant(city, pool, passes, fails, chance)``: outputs of a city of which the first are graded,
    drawn with this chance (None: picked by hand).
    """

    def do(city: str, pool: int, passes: int, fails: int, chance: float | None) -> list[Output]:
        made = add_outputs(*(f"{city} {k}" for k in range(pool)), metadata={"city": city})
        graded = made[: passes + fails]
        for at, output in enumerate(graded):
            give(output, "pass" if at < passes else "fail")
        if chance is not None:
            picks = tuple(
                Pick(output_id=output.id, reason="uniform", probability=chance, position=at)
                for at, output in enumerate(graded)
            )
            samples.save(
                workspace.db,
                Sample(id=f"s {city}", project_id=workspace.project.id, rule="random", seed=0, picks=picks),
            )
        return made

    return do


def _judge(workspace: Workspace, name: str, answers: dict[str, str]) -> None:
    tool(workspace, name)
    decides(workspace, name, answers.items())


def _report(workspace: Workspace) -> SliceReport:
    (found,) = slices(workspace, by=["city"])
    return found


def test_a_slice_is_corrected_by_the_verdicts_on_all_its_outputs(workspace: Workspace, plant: Plant) -> None:
    ulm, bonn = plant("Ulm", 60, 20, 10, 0.5), plant("Bonn", 100, 10, 15, 0.25)
    answers = {output.id: "fail" if k % 3 == 0 or 22 < k < 30 else "pass" for k, output in enumerate(ulm)}
    answers |= {output.id: "pass" if k < 12 or k % 5 == 0 else "fail" for k, output in enumerate(bonn)}
    _judge(workspace, "j1", answers)
    judge_table.save_choice(workspace.db, workspace.project.id, ["j1"], {}, FIGURES, "ann")
    found = _report(workspace)
    rows = {row.name: row for row in found.rows}
    assert (rows["Ulm"].size, rows["Bonn"].size, found.left_out, found.doubt) == (60, 100, 0, NOTHING)
    assert found.assumption == prevalence.ASSUMPTIONS["post-stratified"]
    for outputs, name, passes, fails in ((ulm, "Ulm", 20, 10), (bonn, "Bonn", 10, 15)):
        row, n = rows[name], passes + fails
        passed = np.array([float(answers[output.id] == "pass") for output in outputs])
        graded = Graded(np.arange(n) < passes, passed[:n])
        pool = PoolVerdicts(int(passed.sum()), int((1 - passed).sum()))
        expected = prevalence.corrected(graded, pool)
        assert row.corrected is not None and row.corrected_together is not None
        assert row.corrected.value == pytest.approx(expected.value, abs=1e-9)
        assert row.corrected.low == pytest.approx(expected.low, abs=1e-9)
        assert row.rate.value == passes / n and row.rate.method == "Wilson"
        assert row.corrected_together.value == row.corrected.value
        assert (row.corrected_together.low or 0) < (row.corrected.low or 0)
        assert (row.corrected_together.high or 0) > (row.corrected.high or 0)


@pytest.mark.whole
def test_slices_together_are_what_the_whole_project_is(workspace: Workspace, plant: Plant) -> None:
    """Weighted by what their graded outputs stand for, the slices' rates are the project's."""
    plant("Ulm", 60, 20, 10, 0.5)
    plant("Bonn", 100, 10, 15, 0.25)
    found, report = _report(workspace), aligning.align(workspace)
    share = sum((row.rate.value or 0) * (row.size or 0) for row in found.rows) / 160
    assert report.pass_rate.human.value == pytest.approx(share)
    assert all(row.corrected is None for row in found.rows) and found.assumption == ""


def test_a_correction_of_a_slice_is_refused_with_its_reason(workspace: Workspace, plant: Plant) -> None:
    ulm, bonn = plant("Ulm", 60, 30, 0, 0.5), plant("Bonn", 100, 10, 15, 0.25)
    _judge(workspace, "j1", {output.id: "pass" for output in ulm + bonn})
    judge_table.save_choice(workspace.db, workspace.project.id, ["j1"], {}, FIGURES, "ann")
    rows = {row.name: row for row in _report(workspace).rows}
    assert rows["Ulm"].corrected is not None and rows["Bonn"].corrected is not None
    assert rows["Ulm"].corrected.why_not == "there are no outputs that people failed"
    assert "no better than a coin" in (rows["Bonn"].corrected.why_not or "")
    assert rows["Bonn"].corrected_together == rows["Bonn"].corrected


def test_hand_picked_grades_and_unseen_outputs_are_said(workspace: Workspace, plant: Plant) -> None:
    ulm, bonn = plant("Ulm", 60, 20, 10, None), plant("Bonn", 100, 10, 15, 0.25)
    _judge(
        workspace, "j1", {output.id: "pass" if k % 3 else "fail" for k, output in enumerate(ulm[:35] + bonn)}
    )
    judge_table.save_choice(workspace.db, workspace.project.id, ["j1"], {}, FIGURES, "ann")
    found = _report(workspace)
    assert "not drawn with known probabilities in 30 of 55 cases" in sentence(found.doubt)
    assert "seen 135 of the 160 outputs" in sentence(found.doubt)
    assert found.assumption == prevalence.ASSUMPTIONS["Rogan-Gladen"]


def test_pools_of_slices_add_up_to_the_pool_of_the_set(workspace: Workspace, add_outputs: Plant) -> None:
    made = [
        output
        for k, city in enumerate(("Ulm", "Bonn", "Kiel\"'; --", ""))
        for output in add_outputs(*(f"{city} {n}" for n in range(5 + k)), metadata={"city": city})
    ]
    made += add_outputs("without any city", model="gpt")
    words = ("pass", "fail", "abstain", "pass", "abstain")
    for shift in (0, 1):
        seen = made[2:] if shift else made
        _judge(
            workspace, f"j{shift}", {output.id: words[(k * (1 + shift)) % 5] for k, output in enumerate(seen)}
        )
    for members in (["j0"], ["j0", "j1"], []):
        pools = confusion.pools_of_slices(workspace.db, workspace.project.id, "city", members)
        assert {k: v[0] for k, v in pools.items()} == {"Ulm": 5, "Bonn": 6, "Kiel\"'; --": 7, "": 9}
        sums = tuple(sum(pool[at] for pool in pools.values()) for at in (1, 2, 3))
        assert sums == (confusion.pool_of_set(workspace.db, members) if members else (0, 0, 0))
    assert confusion.pools_of_slices(workspace.db, workspace.project.id, "model", [])["gpt"] == (1, 0, 0, 0)


@pytest.mark.whole
def test_one_document_and_one_line_for_each_slice(workspace: Workspace, plant: Plant) -> None:
    ulm, bonn = plant("Ulm", 60, 28, 2, 0.5), plant("Bonn", 100, 10, 15, 0.25)
    _judge(workspace, "j1", {output.id: "pass" if k < 20 else "fail" for k, output in enumerate(ulm + bonn)})
    judge_table.save_choice(workspace.db, workspace.project.id, ["j1"], {}, FIGURES, "ann")
    found = execute(
        workspace.db, Request(operation="slices", project=workspace.project.name, arguments={"by": ["city"]})
    )
    (document,) = found.document["slices"]
    assert [row["name"] for row in document["rows"]] == ["Bonn", "Ulm"]
    assert document["rows"][0]["size"] == 100 and document["rows"][0]["corrected"]["why_not"]
    assert found.lines[0].startswith("city = Bonn (100 outputs): 40% (")
    assert "worse than the rest: -53 points (" in found.lines[0] and "p < 0.001" in found.lines[0]
    assert found.lines[1].startswith("city = Ulm (60 outputs): 93% (") and "; corrected 85%" in found.lines[1]
    assert any("known-probability sample" in line for line in found.lines)
    assert any(line.startswith("  Not corrected: Bonn (") for line in found.lines)
    html = to_html(write_report(gathering.gather(workspace, by=("city",))))
    assert "Bonn: worse than the rest" in html and "points from the others" in html


def _row(name: str, rate: Rate, corrected: Rate | None, p: float | None, says: str) -> SliceRate:
    return SliceRate(
        name=name,
        rate=rate,
        together=rate,
        against_rest=difference(rate, proportion(50, 100)),
        p=p,
        says=says,
        size=1_000,
        corrected=corrected,
        corrected_together=corrected,
    )


def test_slices_in_words_say_what_is_not_known() -> None:
    few = Rate(
        value=0.5, low=None, high=None, n=8, why_not="no interval: the outputs come from 2 sources only"
    )
    wide = Rate(value=0.4, low=0.0, high=1.0, n=10, method="Rogan-Gladen")
    report = SliceReport(
        field="city",
        left_out=3,
        assumption="it holds",
        doubt=Fact.model_validate("They were picked."),
        rows=(
            _row("A", proportion(20, 100), proportion(30, 100), 0.00001, "worse than the rest"),
            _row("B", proportion(6, 10), wide, 0.4, "no difference that is more than chance"),
            _row("C", few, not_measurable("all pass"), None, "too few sources to tell (2)"),
        ),
    )
    assert slicing.telling(report) == ["A: worse than the rest: -30 points (-42 to -17), p < 0.001"]
    drawn = slicing.series(report, 3)["corrected"]
    assert [rate.value for rate in drawn] == [0.3, None, None]
    table = slicing.slice_table(report, 3)
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert table.rows[2][1:] == ("1,000", "8", "50% (no interval)", "not measurable", "not measurable", "")
    assert list(slicing.notes(report)) == [
        "Corrected for the judges' errors, if it holds.",
        "Not compared: C (too few sources to tell (2)).",
        "Not corrected: C (all pass).",
        "They were picked.",
        "Left out: 3 graded outputs without city.",
    ]
    unjudged = report.model_copy(update={"rows": (_row("A", proportion(1, 9), None, None, "x"),)})
    assert list(slicing.series(unjudged, 3)) == ["by people"]
    assert "corrected" not in slicing.slice_table(unjudged, 3).columns


def test_a_slice_has_one_interval_wherever_it_is_read() -> None:
    alone, wide = proportion(30, 100), proportion(30, 100, z=3.0)
    row = _row("A", alone, alone, 0.4, "x").model_copy(update={"together": wide, "corrected_together": wide})
    report = SliceReport(field="city", left_out=0, rows=(row,))
    assert slicing.series(report, 1) == {"by people": (alone,), "corrected": (alone,)}
    shown = f"({alone.low:.0%} to {alone.high:.0%}"
    assert shown in slicing.slice_table(report, 1).rows[0][3]
    assert slicing.slice_line("city", row).count(shown) == 2
