"""What users' signals are worth, measured against grades, and draws that favour complaints stay honest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labelcore.errors import BadInput
from labelcore.messages import catalogue, telling
from labelcore.models import Grade, Output
from labelcore.stages import aligning, importing, sampling
from labelcore.stages.aligning import choosing_set
from labelcore.stages.importing import Description
from labelcore.stages.judging.testing import suspecting
from labelcore.stats import prevalence
from labelcore.stats.prevalence import Graded
from labelcore.store import grades as grade_table, outputs as output_table
from labelcore.workspace import Workspace

pytestmark = pytest.mark.whole


def fill(workspace: Workspace, folder: Path, thumbs: dict[int, str], n: int) -> None:
    project = workspace.project.id
    texts = [
        Output(id=f"o{i}", project_id=project, text=f"answer {i}", external_id=f"t{i}") for i in range(n)
    ]
    output_table.add(workspace.db, texts)
    file = folder / "thumbs.csv"
    file.write_text(
        "id,thumb\n" + "".join(f"t{i},{thumb}\n" for i, thumb in thumbs.items()), encoding="utf-8"
    )
    importing.import_file(workspace, str(file), described=Description(feedback={"thumbs": "thumb"}))


def grade(workspace: Workspace, passes: dict[str, bool]) -> None:
    given = [
        Grade(
            id=f"g{key}",
            project_id=workspace.project.id,
            output_id=key,
            annotator="ann",
            value="pass" if passed else "fail",
        )
        for key, passed in passes.items()
    ]
    grade_table.record(workspace.db, given)


def test_the_alarms_of_users_are_measured_on_all_that_was_graded(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Of 10 bad outputs users complained of 4, and of 4 good ones as well."""
    thumbs = {**dict.fromkeys([*range(4), *range(10, 14)], "👎"), **dict.fromkeys(range(14, 20), "👍")}
    fill(workspace, tmp_path, thumbs, 40)
    grade(workspace, {f"o{i}": i >= 10 for i in range(40)})
    (judge,) = aligning.align(workspace).judges
    alarms, counts = judge.alarms, judge.counts
    assert alarms is not None and (judge.judge, judge.kind) == ("thumbs", "feedback")
    assert (counts.true_fail, counts.false_fail, counts.true_pass, counts.abstained) == (4, 4, 6, 26)
    assert (alarms.finds.value, alarms.finds.n, alarms.false.value, alarms.false.n) == (0.4, 10, 0.5, 8)
    assert (alarms.finds.low, alarms.finds.high) == pytest.approx((0.168, 0.687), abs=0.001)  # Wilson
    assert (alarms.false.low, alarms.false.high) == pytest.approx((0.215, 0.785), abs=0.001)
    assert (alarms.spoken, alarms.n) == (14, 40)
    assert telling.sentences(judge.warnings)[:2] == (
        "thumbs finds 40% (17% to 69%, n = 10) of the bad outputs, and 50% (22% to 78%, n = 8) of its alarms "
        "are false.",
        "Users gave feedback on 14 of 40 graded outputs, and they chose which: that is not a random draw, "
        "so TPR and TNR say nothing about outputs without feedback.",
    )
    with catalogue.speaking("zh"):
        words = telling.sentence(judge.warnings[0])
        assert words.startswith("赞或踩") and "40%" in words and "finds" not in words
    assert judge.document()["alarms"]["finds"]["n"] == 10


def test_without_bad_answers_nothing_is_found(workspace: Workspace, tmp_path: Path) -> None:
    fill(workspace, tmp_path, {1: "👎"}, 20)
    grade(workspace, {f"o{i}": True for i in range(20)})
    (judge,) = aligning.align(workspace).judges
    assert judge.alarms and judge.alarms.finds.value is None and judge.alarms.false.value == 1.0
    assert "not measurable" in telling.sentence(judge.warnings[0])


def pool(n: int = 400) -> tuple[np.ndarray, dict[int, str]]:
    """A quarter is bad; users complain of 40 % of the bad and of 5 % of the good."""
    random = np.random.default_rng(5)
    passes = random.random(n) > 0.25
    down = random.random(n) < np.where(passes, 0.05, 0.4)
    return passes, {int(i): "👎" for i in np.flatnonzero(down)}


def test_estimates_from_a_draw_of_complaints_are_unbiased(workspace: Workspace, tmp_path: Path) -> None:
    passes, thumbs = pool()
    fill(workspace, tmp_path, thumbs, len(passes))
    down = np.isin(np.arange(len(passes)), list(thumbs))
    ids = [f"o{i}" for i in range(len(passes))]
    totals, rates, found, raw = [], [], [], []
    for seed in range(120):
        picks, _ = sampling.RULES["feedback"](workspace, ids, 80, seed, None)
        rows = np.array([int(pick.output_id[1:]) for pick in picks])
        weights = 1 / np.array([pick.probability for pick in picks], dtype=float)
        totals.append(float((weights * passes[rows]).sum() / len(passes)))
        rates.append(float(np.average(passes[rows], weights=weights)))
        bad = ~passes[rows]
        found.append(float(np.average(down[rows][bad], weights=weights[bad])))
        raw.append(float(down[rows][bad].mean()))
    error = 4 * np.std(totals) / np.sqrt(len(totals))
    assert np.mean(totals) == pytest.approx(passes.mean(), abs=error)
    assert np.mean(rates) == pytest.approx(passes.mean(), abs=0.01)
    graded = Graded(passes[rows], np.full(80, np.nan), weights)
    assert prevalence.people_only(graded).value == pytest.approx(rates[-1])
    truth = float(down[~passes].mean())
    assert np.mean(found) == pytest.approx(truth, abs=0.02)
    assert np.mean(raw) > truth + 0.1  # what the draw favours is over-represented, and has to be weighed


def test_alarms_are_weighed_by_the_draw(workspace: Workspace, tmp_path: Path) -> None:
    passes, thumbs = pool()
    fill(workspace, tmp_path, thumbs, len(passes))
    sample = sampling.draw_sample(workspace, rule="feedback", n=120, seed=1)
    assert {pick.reason for pick in sample.picks} == {"uniform", "users complained"}
    assert sum(int(pick.output_id[1:]) in thumbs for pick in sample.picks) > 50
    grade(workspace, {pick.output_id: bool(passes[int(pick.output_id[1:])]) for pick in sample.picks})
    report = aligning.align(workspace)
    alarms = report.judges[0].alarms
    truth = np.mean([int(i) in thumbs for i in np.flatnonzero(~passes)])
    assert alarms and alarms.finds.low is not None and alarms.finds.high is not None
    assert alarms.finds.method.startswith("weighted") and alarms.finds.low < truth < alarms.finds.high
    human = report.pass_rate.human
    assert human.low is not None and human.high is not None and human.low < passes.mean() < human.high


def test_without_complaints_nothing_can_be_favoured(workspace: Workspace, tmp_path: Path) -> None:
    fill(workspace, tmp_path, {1: "👍"}, 5)
    with pytest.raises(BadInput, match="Users complained about none"):
        sampling.draw_sample(workspace, rule="feedback", n=3)


def test_a_set_with_feedback_says_how_little_it_covers(workspace: Workspace, tmp_path: Path) -> None:
    thumbs = {**dict.fromkeys(range(12), "👎"), **dict.fromkeys(range(30, 36), "👍")}
    fill(workspace, tmp_path, thumbs, 80)
    grade(workspace, {f"o{i}": i >= 15 for i in range(80)})
    report = choosing_set.choose(workspace)
    assert report.judges == ("thumbs",)
    told = telling.sentences(report.warnings)
    assert any("abstained on" in words and "until users of the product react" in words for words in told)
    assert suspecting.suspicious(workspace) == []
    output_table.add(workspace.db, [Output(id="new", project_id=workspace.project.id, text="not drawn")])
    corrected = aligning.align(workspace).pass_rate.corrected
    assert corrected.value is None and corrected.why_not == "users chose which outputs have feedback"
