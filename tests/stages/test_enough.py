"""Good enough yet? Counted on unseen outputs, at what sources and draws are worth, with what comes next."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from labelcore.errors import BadInput
from labelcore.messages import sentence
from labelcore.messages.lines.aligning import alignment_lines
from labelcore.models import Output
from labelcore.stages import aligning, grading
from labelcore.stages.aligning import choosing_set, evidence, report
from labelcore.stages.aligning.evidence import HeldOutJudge, LabelledOutputs, worth
from labelcore.store import samples
from labelcore.workspace import Workspace
from tests.stages.measured import decides, tool


def _evidence(
    passes: list[bool], groups: list[int] | None = None, weights: list[float] | None = None
) -> LabelledOutputs:
    return LabelledOutputs(
        ids=[str(i) for i in range(len(passes))],
        passes=np.array(passes, dtype=bool),
        groups=None if groups is None else np.array(groups, dtype=np.int64),
        weights=None if weights is None else np.array(weights, dtype=np.float64),
    )


def test_fails_are_worth_what_their_sources_and_chances_make_them() -> None:
    caught = np.array([True] * 6 + [False] * 6, dtype=bool)
    fails = [False] * 12
    assert worth(_evidence(fails), caught) == (6, 12)
    assert worth(_evidence(fails, [i // 3 for i in range(12)]), caught) == (2, 4)
    uneven = _evidence(fails, weights=[1.0] * 6 + [4.0] * 6)
    assert worth(uneven, caught) == (1, 8)  # share 1/5; (6 + 24)² / (6 + 96) = 8.8
    assert worth(_evidence([True] * 3), np.zeros(3, dtype=bool)) == (0, 0)


@pytest.fixture
def chosen(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., object]
) -> report.AlignmentReport:
    """A judge from elsewhere that catches seven of eight; 100 outputs graded, 60 not."""
    made = add_outputs(*(f"answer {i} on order {i * 7}" for i in range(160)))
    chance = random.Random(3)
    give_all(made[:100], ["fail"] * 40 + ["pass"] * 60)
    tool(workspace, "checker", id="j1", judge_id="j1", spec={"tool": "x"})
    decides(
        workspace,
        "j1",
        (
            (output.id, "fail" if (i < 40 and i % 8) or (i >= 100 and chance.random() < 0.4) else "pass")
            for i, output in enumerate(made)
        ),
    )
    choosing_set.choose(workspace)
    return aligning.align(workspace)


@pytest.mark.whole
def test_each_judge_of_the_set_says_what_is_missing(
    workspace: Workspace, chosen: report.AlignmentReport
) -> None:
    assert chosen.chosen is not None
    (member,) = chosen.chosen.members
    assert (member.caught, member.fails, member.wanted) == (35, 40, 0.7)
    assert member.more is not None and member.more > 0
    assert "Not yet: 35 of 40 failed outputs were found so far" in sentence(member.says)
    assert f"about {member.more} more failed outputs" in sentence(member.says)
    assert member.to_grade == pytest.approx(member.more / 0.4, abs=1)
    lines = "\n".join(alignment_lines(chosen))
    assert "Good enough yet? checker" in lines and f"--n {member.to_grade}" in lines
    document = chosen.document()["set"]["good_enough"][0]
    assert (document["more"], document["caught"]) == (member.more, 35)


@pytest.mark.whole
def test_what_helps_most_comes_first_in_the_queue_with_known_chances(
    workspace: Workspace, chosen: report.AlignmentReport
) -> None:
    assert evidence.ask_next(workspace.by("ann"), 20) == 20
    first = grading.grading_queue(workspace.by("ann"), ahead=20).items
    known = samples.probabilities(workspace.db, workspace.project.id)
    assert len(first) == 20
    assert all(item.output.id in known for item in first)
    assert "judge fails it" in {item.reason for item in first}
    graded = grading.human_labels(workspace).value
    assert not {item.output.id for item in first} & set(graded)
    evidence.ask_next(workspace.by("ann"), 500)


def test_a_rate_that_is_too_low_asks_for_no_grades() -> None:
    judge = HeldOutJudge(
        judge="j", judge_version_id="v", against="x", caught=5, fails=40, wanted=0.7, share=0.3
    )
    assert (judge.more, judge.to_grade) == (None, 0)
    assert "More grades alone will not get there" in sentence(judge.says)
    near = judge.model_copy(update={"caught": 5, "fails": 7})
    assert (near.more or 0) > 2_000 and near.to_grade == 0 and "thousands more" in sentence(near.says)
    assert "12 failed outputs" not in sentence(near.says)
    assert "12 failed outputs tell as much as 7" in sentence(near.model_copy(update={"counted": 12}).says)
    none = judge.model_copy(update={"caught": 0, "fails": 0, "share": 0.0})
    assert none.to_grade == 0 and "Not measurable" in sentence(none.says)


@pytest.mark.whole
def test_where_everything_is_graded_that_is_said(
    workspace: Workspace, chosen: report.AlignmentReport, give: Callable[..., object]
) -> None:
    evidence.ask_next(workspace, 100)
    for item in grading.grading_queue(workspace.by("ann"), ahead=100).items:
        give(item.output, "pass")
    with pytest.raises(BadInput, match="outputs are graded"):
        evidence.ask_next(workspace, 5)
