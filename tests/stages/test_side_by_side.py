"""The table of judges: figures against the judge's criterion, what is shown, and where nothing holds up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from labelcore.messages import lines_of, speaking
from labelcore.messages.lines.aligning import unheld_words
from labelcore.models import Output
from labelcore.operations import find_operation
from labelcore.stages.aligning.side_by_side import judge_table
from labelcore.stages.deriving import editing
from labelcore.store import judges as judge_rows
from labelcore.workspace import Workspace
from tests.stages.measured import decides, tool

Give = Callable[..., object]


def judge(workspace: Workspace, name: str, outputs: Sequence[Output], values: Sequence[str]) -> str:
    """A judge of the whole output with these verdicts; its version's id."""
    version = tool(workspace, f"overall · {name}", id=f"v-{name}", judge_id=name, spec={})
    decides(
        workspace,
        version.id,
        ((output.id, value) for output, value in zip(outputs, values, strict=True)),
        reason="because",
    )
    return version.id


@pytest.fixture
def graded(workspace: Workspace, add_outputs: Callable[..., list[Output]], give: Give) -> list[Output]:
    """Twenty good outputs, then twenty bad ones."""
    made = add_outputs(*(f"text {n}" for n in range(40)))
    for n, output in enumerate(made):
        give(output, "pass" if n < 20 else "fail")
    return made


def test_what_is_in_use_comes_first_then_what_is_best(workspace: Workspace, graded: list[Output]) -> None:
    good = judge(workspace, "good", graded, ["pass"] * 20 + ["fail"] * 20)
    fair = judge(workspace, "fair", graded, ["pass"] * 15 + ["fail"] * 25)
    used = judge(workspace, "used", graded, ["pass"] * 18 + ["fail"] * 12 + ["pass"] * 10)
    constant = judge(workspace, "constant", graded, ["fail"] * 40)
    judge_rows.save_choice(workspace.db, workspace.project.id, [used], {}, {})
    found = judge_table(workspace)
    assert [row.judge_version_id for row in found.rows] == [used, good, fair, constant]
    assert [row.state for row in found.rows] == ["in the set", "candidate", "candidate", "weak"]
    assert [row.judge_version_id for row in found.shown] == [used, good]
    assert not found.unheld


def test_a_judge_that_was_just_made_is_shown_and_not_called_weak(
    workspace: Workspace, graded: list[Output]
) -> None:
    judge(workspace, "good", graded, ["pass"] * 20 + ["fail"] * 20)
    new = judge(workspace, "new", [], [])
    found = judge_table(workspace)
    assert {row.judge_version_id: row.state for row in found.shown}[new] == "not run yet"


def test_a_judge_stays_in_use_when_a_newer_version_of_it_is_made(
    workspace: Workspace, graded: list[Output]
) -> None:
    used = judge(workspace, "used", graded[:30], ["pass"] * 18 + ["fail"] * 12)
    judge_rows.save_choice(workspace.db, workspace.project.id, [used], {}, {"held_out": {}})
    tool(workspace, "overall · used", id="v-newer", judge_id="used", spec={}, version=2)
    found = judge_table(workspace)
    states = {row.judge_version_id: (row.state, row.version, row.replaced) for row in found.rows}
    assert states == {used: ("in the set", 1, True), "v-newer": ("not run yet", 2, False)}
    assert found.in_use == 1
    lines = list(lines_of(find_operation("judge table"), workspace, found))
    assert lines[0].startswith("1 in use") and "used, version 1 (in the set)" in lines[1]


def test_the_figures_are_counts_with_intervals(workspace: Workspace, graded: list[Output]) -> None:
    judge(workspace, "fair", graded, [*["pass"] * 15, *["fail"] * 22, *["abstain"] * 3])
    (row,) = judge_table(workspace).rows
    assert (row.catches.value, row.catches.n) == (1.0, 17)
    assert (row.false_alarms.value, row.false_alarms.n) == (0.25, 20)
    for rate in (row.catches, row.false_alarms):
        assert rate.low is not None and rate.high is not None and rate.low < rate.high
    assert row.n == 37


def test_where_nothing_holds_up_the_table_says_what_would_help(
    workspace: Workspace, graded: list[Output]
) -> None:
    judge(workspace, "constant", graded, ["fail"] * 40)
    found = judge_table(workspace)
    assert not found.shown
    assert [(gap.criterion, gap.fails, gap.helps.code) for gap in found.unheld] == [
        ("overall", 20, "helps_model")
    ]
    assert any(
        "No judge holds up for “overall”" in line
        for line in lines_of(find_operation("judge table"), workspace, found)
    )


def test_few_failing_grades_ask_for_more(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give: Give
) -> None:
    made = add_outputs("a", "b", "c", "d")
    for output, value in zip(made, ("pass", "pass", "pass", "fail"), strict=True):
        give(output, value)
    judge(workspace, "lucky", made, ["pass", "pass", "pass", "fail"])
    found = judge_table(workspace)
    (gap,) = found.unheld
    assert (gap.helps.code, gap.helps.values) == ("helps_fails", {"n": 9})


def test_a_judge_without_verdicts_is_not_measurable_and_says_why(
    workspace: Workspace, graded: list[Output]
) -> None:
    judge(workspace, "new", [], [])
    found = judge_table(workspace)
    (row,) = found.rows
    assert row.catches.value is None and row.catches.why_not == "not run yet"
    assert row.false_alarms.value is None and row.false_alarms.why_not == "not run yet"
    assert row.weak and row.shown and not row.ran
    assert found.unheld[0].helps.code == "helps_run"


def test_its_json_has_a_row_for_each_judge(workspace: Workspace, graded: list[Output]) -> None:
    judge(workspace, "good", graded, ["pass"] * 20 + ["fail"] * 20)
    document = judge_table(workspace).document()
    assert {
        "judge",
        "criterion",
        "catches",
        "catches_low",
        "catches_high",
        "false_alarms",
        "n",
        "state",
    } <= set(document["judges"][0])
    assert document["set"] is None and document["n"] == 40


def test_criteria_without_a_judge_are_among_those_where_nothing_holds_up_and_told_together(
    workspace: Workspace, graded: list[Output]
) -> None:
    judge(workspace, "constant", graded, ["fail"] * 40)
    for name in ("Too long", "Wrong tone", "Vague"):
        editing.add_criterion(workspace, name, statement=f"It is not {name}.")
    gaps = judge_table(workspace).unheld
    assert [(gap.criterion, gap.fails, gap.helps.code) for gap in gaps] == [
        ("overall", 20, "helps_model"),
        *((name, 0, "helps_fails") for name in ("Too long", "Wrong tone", "Vague")),
    ]
    assert list(unheld_words(gaps))[1] == (
        "No judge holds up yet for “Too long”, “Wrong tone”, “Vague”. "
        "What would help each: 10 more failing grades."
    )
    with speaking("zh"):
        assert list(unheld_words(gaps))[1].startswith(
            "以下各项还没有站得住脚的评判器：“太长”、“语气不对”、“空泛”。"
        )


def test_where_passing_grades_are_few_they_are_what_would_help(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give: Give
) -> None:
    made = add_outputs(*(f"answer {number}" for number in range(15)))
    for number, output in enumerate(made):
        give(output, "fail" if number < 11 else "pass")
    judge(workspace, "constant", made, ["fail"] * 15)
    (gap,) = judge_table(workspace).unheld
    assert (gap.helps.code, gap.helps.values) == ("helps_passes", {"n": 6})
