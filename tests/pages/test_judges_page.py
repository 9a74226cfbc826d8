"""The Judges page: the table, the open judge in the address, rulings where they are seen, its tools."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from labelcore.messages import rate_words
from labelcore.models import Grade, Output, Run, RunState
from labelcore.stages import grading, importing, judging, projects, refining
from labelcore.stages.aligning.side_by_side import JudgeRow, JudgeTable, judge_table
from labelcore.stages.deriving import editing
from labelcore.store import outputs as output_table, runs as run_table
from labelcore.workspace import Workspace
from pages.widgets import keys, routes, shell
from pages.widgets.judging import table
from tests.pages.opening import SECONDS, healthy, opened, press, shown
from tests.stages.lengths import WORDS

PAGE = "5_judging.py"


@pytest.fixture
def disputed(worked: Workspace) -> Workspace:
    """Six outputs that people passed are failed now, so that judges differ from people."""
    labels = grading.human_labels(worked)
    passed = [output_id for output_id, good in labels.value.items() if good][:6]
    late = [
        Grade(
            id=f"late{output_id}",
            project_id=worked.project.id,
            output_id=output_id,
            annotator="ann",
            value="fail",
            note="not what I asked",
        )
        for output_id in passed
    ]
    grading.record(worked, late)
    return worked


def with_conflicts(workspace: Workspace) -> tuple[str, int]:
    """A judge that differs from people, and on how many outputs."""
    counts = {
        judge.id: refining.docket(workspace, judge=judge).open for judge in judging.active_judges(workspace)
    }
    judge = max(counts, key=lambda version_id: counts[version_id])
    assert counts[judge] > 1
    return judge, counts[judge]


def test_without_judges_the_page_says_what_comes_first(database: Path) -> None:
    app = opened(PAGE)
    assert "There are no judges yet" in app.info[0].value
    assert [button.label for button in app.button if button.label == "Propose judges"]


def test_without_a_criterion_the_way_leads_to_criteria_once_something_is_graded(place: Workspace) -> None:
    """What Home has as the next step, such as more grades, brings no judge nearer."""
    output_table.add(place.db, [Output(id="only", project_id=place.project.id, text="a text")])
    assert "Grade 1 output" in [button.label for button in opened(PAGE).button]
    grading.grade(place, "only", "pass")
    app = opened(PAGE)
    assert "none is accepted" in app.info[0].value
    assert "Criteria (in the menu of the app)" in shown(app)


def test_the_open_judge_stands_in_the_address_and_is_told_with_its_figures(worked: Workspace) -> None:
    found = judge_table(worked)
    row = found.rows[-1]
    app = opened(PAGE, judge=row.judge_version_id)
    assert f"{row.criterion} · {row.name}" in shown(app)
    assert rate_words(row.catches) in shown(app) and rate_words(row.false_alarms) in shown(app)
    other = opened(PAGE)
    assert f"{found.shown[0].criterion} · {found.shown[0].name}" in shown(other)


@dataclass
class Drawing:
    """What the table draws: the words of its heads, its rows, the notes below it."""

    words: dict[str, str]
    rows: list[dict[str, Any]]
    notes: list[str]


Draw = Callable[[JudgeTable, JudgeRow], Drawing]


@pytest.fixture
def draw(monkeypatch: pytest.MonkeyPatch) -> Draw:
    """The table with the best judges, and one that an address opens."""
    drawing = Drawing({}, [], [])

    def drawn(_name: str, _key: str, data: dict[str, Any], *_triggers: str) -> None:
        drawing.words, drawing.rows = (
            data["words"],
            [row for group in data["groups"] for row in group["rows"]],
        )

    def draw(found: JudgeTable, opened: JudgeRow) -> Drawing:
        monkeypatch.setattr(st, "query_params", {keys.JUDGE: opened.judge_version_id})
        assert table.show(found) == opened
        return drawing

    monkeypatch.setattr(table, "draw", drawn)
    monkeypatch.setattr(shell, "aside", drawing.notes.append)
    monkeypatch.setattr(st, "toggle", lambda *_, **__: False)
    return draw


def test_the_table_shows_the_open_judge_and_the_best_only(worked: Workspace, draw: Draw) -> None:
    found = judge_table(worked)
    hidden = next(row for row in found.rows if not row.shown)
    rows = draw(found, hidden).rows
    assert [row["id"] for row in rows if row["open"]] == [hidden.judge_version_id]
    assert len(rows) == len(found.shown) + 1 <= len(found.rows)


@pytest.mark.parametrize(
    ("costs", "cells"), [((0.0, 0.0), None), ((0.0, 1.5), ["0", "1.50"]), ((0.0, None), ["0", "?"])]
)
def test_the_column_of_costs_and_the_note_on_fitted_judges_count_the_open_judge(
    worked: Workspace, draw: Draw, costs: tuple[float, float | None], cells: list[str] | None
) -> None:
    found = judge_table(worked)
    best, other = found.rows[0], found.rows[-1]
    plain, fitted = (
        row.model_copy(
            update={"shown": row is best, "seen": row is other, "ran": True, "cost_per_thousand": cost}
        )
        for row, cost in zip((best, other), costs, strict=True)
    )
    drawing = draw(found.model_copy(update={"rows": (plain, fitted)}), fitted)
    assert ("cost" in drawing.words) == bool(cells)
    assert not cells or [row["cost"] for row in drawing.rows] == cells
    assert any(note.startswith("* Fitted to these grades") for note in drawing.notes)


def test_the_judges_are_run_only_while_something_is_left_to_decide(worked: Workspace) -> None:
    labels = [button.label for button in opened(PAGE).button]
    assert "Run the judges" not in labels and "Propose judges" in labels
    importing.import_bytes(worked, "late.csv", b"output\nA late answer.\n")
    assert "Run the judges" in [button.label for button in opened(PAGE).button]


@pytest.mark.parametrize(("state", "every"), [("finished", None), ("running", 1.0)])
def test_the_run_is_drawn_anew_by_itself_only_while_it_goes_on(
    worked: Workspace, monkeypatch: pytest.MonkeyPatch, state: RunState, every: float | None
) -> None:
    intervals: list[float | None] = []
    fragment = st.fragment

    def watched(part: Any, *, run_every: float | None = None) -> Any:
        intervals.append(run_every)
        return fragment(part)

    run = Run(id="run_zz", project_id=worked.project.id, judge_version_ids=(), n_outputs=1, state=state)
    run_table.save(worked.db, run)
    opened(PAGE)  # modules that mark their parts when they are loaded have done so
    monkeypatch.setattr(st, "fragment", watched)
    opened(PAGE)
    assert intervals == [every]


def test_a_ruling_takes_one_press_and_leads_on_and_can_be_taken_back(disputed: Workspace) -> None:
    judge, waiting = with_conflicts(disputed)
    app = opened(PAGE, judge=judge)
    assert f"1 of {waiting} to rule on" in shown(app)
    first = refining.docket(disputed, judge=judging.find_judge(disputed, judge)).conflicts[0]
    assert first.decision.reason in shown(app) and all(note in shown(app) for note in first.notes)
    rules = [button for button in app.button if str(button.key).startswith("rule-")]
    assert [button.label for button in rules] == [
        "Judge wrong",
        "Expert wrong",
        "Criterion unclear",
        "Context missing",
    ]
    assert [button.proto.shortcut for button in rules] == ["1", "2", "3", "4"]
    healthy(rules[0].click().run())
    version = judging.find_judge(disputed, judge)
    found = refining.docket(disputed, judge=version)
    assert found.open == waiting - 1
    (ruling,) = [conflict.ruling for conflict in found.conflicts if conflict.ruling]
    assert (ruling.value, ruling.reason, ruling.author) == ("judge_wrong", "", "ann")
    leading = [button.label for button in app.button if str(button.key).startswith(("next-", "back-"))]
    assert leading in (
        [way, "Take it back"] for way in ("Write a check instead", "How this judge is changed")
    )
    press(app, "Take it back")
    assert refining.docket(disputed, judge=version).open == waiting


def test_a_reason_is_kept_where_one_is_given_and_the_expert_is_asked_again(disputed: Workspace) -> None:
    judge, _ = with_conflicts(disputed)
    app = opened(PAGE, judge=judge)
    next(field for field in app.text_input if field.label.startswith("Why")).set_value("read the note")
    press(app, "Expert wrong")
    found = refining.docket(disputed, judge=judging.find_judge(disputed, judge))
    (conflict,) = [conflict for conflict in found.conflicts if conflict.ruling]
    assert conflict.ruling and conflict.ruling.reason == "read the note"
    assert conflict.output.id in projects.open_project(disputed.db, "shop").rules.review
    assert [button.label for button in app.button if str(button.key).startswith("next-")] == [
        "Ask this expert again"
    ]


def test_rulings_so_far_show_the_gap_in_the_specification(disputed: Workspace) -> None:
    found = refining.docket(disputed)
    if not found.conflicts:
        pytest.skip("the set agrees with people here")
    conflict = found.conflicts[0]
    refining.decide(disputed, conflict.output.id, "criterion_unclear", judge=conflict.judge)
    app = opened(PAGE, show="rulings")
    assert "Specification gap: 100%" in shown(app)
    assert [button.label for button in app.button if str(button.key).startswith("next-")] == [
        "Open this criterion"
    ]


@pytest.mark.parametrize(
    "view", ["how", "verdicts", "race", "hardness", "check", "schema", "suspects", "prompt", "prompt-try"]
)
def test_every_tool_opens_by_its_address(worked: Workspace, view: str) -> None:
    for kind in {judge.kind: judge.id for judge in judging.active_judges(worked)}.values():
        opened(PAGE, show=view, judge=kind)


def test_a_press_on_a_row_computes_no_figure_anew(worked: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[JudgeTable] = []

    def counted(workspace: Workspace) -> JudgeTable:
        made.append(judge_table(workspace))
        return made[-1]

    monkeypatch.setattr(table, "judge_table", counted)
    monkeypatch.setattr(table, "judge_opened", lambda _: None)
    app = opened(PAGE)
    pressed = made[0].rows[-1].judge_version_id
    monkeypatch.setattr(table, "judge_opened", lambda _: pressed)
    healthy(app.run())
    assert len(made) == 1
    assert app.query_params[keys.JUDGE] in (pressed, [pressed])


def test_old_addresses_lead_here_with_project_and_person() -> None:
    client = TestClient(Starlette(routes=routes.routes))
    answer = client.get("/refining?labelcore-project=shop&labelcore-annotator=ann", follow_redirects=False)
    assert answer.headers["location"] == "/judging?labelcore-project=shop&labelcore-annotator=ann"
    answer = client.get("/aligning", follow_redirects=False)
    assert answer.headers["location"] == "/results?view=judges"


def test_a_written_check_is_asked_for_its_name(worked: Workspace) -> None:
    app = opened(PAGE, show="check")
    assert app.text_input(key=keys.CHECK_NAME).label == "Name"


def test_a_check_that_is_written_instead_of_a_judge_begins_with_it(worked: Workspace) -> None:
    row = next(row for row in judge_table(worked).rows[::-1] if row.kind == "code" and row.criterion_id)
    app = press(opened(PAGE, judge=row.judge_version_id, show="how"), "Write a check instead")
    assert app.text_area(key=keys.CHECK_SOURCE).value.startswith("# Instead of this judge: Fails an output")
    assert app.text_input(key=keys.CHECK_NAME).value == row.name
    assert app.selectbox(key=keys.CHECK_CRITERION).value.id == row.criterion_id
    app.text_area(key=keys.CHECK_SOURCE).set_value("def check(output, input, context, metadata): ...").run()
    press(press(app, "Back to the judge"), "How it decides")
    press(app, "Write a check instead")
    assert app.text_area(key=keys.CHECK_SOURCE).value.startswith("def check"), "what was written is lost"


def test_a_check_that_is_kept_is_run_and_an_address_of_the_judge_before_leads_to_it(
    worked: Workspace,
) -> None:
    row = next(row for row in judge_table(worked).rows[::-1] if row.kind == "code" and row.criterion_id)
    app = press(opened(PAGE, judge=row.judge_version_id, show="how"), "Write a check instead")
    source = "def check(output, input, context, metadata):\n    return False, 'never'\n"
    app.text_area(key=keys.CHECK_SOURCE).set_value(source).run()
    app = press(app, "Keep it as a judge")
    assert f"Kept as {row.judge}, version 2" in app.success[0].value
    app.session_state[keys.RUN_OVER].wait(SECONDS)
    kept = next(judge for judge in judge_table(worked).rows if judge.judge == row.judge)
    assert (kept.version, kept.ran, kept.catches.value) == (2, True, 1.0)
    assert "A check in Python" in shown(opened(PAGE, judge=row.judge_version_id))


def test_only_new_candidates_count_as_proposed(worked: Workspace) -> None:
    app = press(opened(PAGE), "Propose judges")
    assert "Nothing new to propose" in app.success[0].value


def test_what_few_grades_cannot_tell_is_said_with_what_would_help(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labelcore.stages.judging.proposing.subjects.MOST_EMBEDDED", 0)
    shared = {"project_id": place.project.id}
    texts = [f"The {word} is {'very ' * (at % 4)}fine today" for at, word in enumerate(WORDS)]
    made = [Output(id=f"o{at}", text=text, **shared) for at, text in enumerate(texts)]
    output_table.add(place.db, made)
    pairs = [(output.id, "fail" if at % 2 else "pass") for at, output in enumerate(made)]
    grades = [Grade(id=key, output_id=key, annotator="ann", value=value, **shared) for key, value in pairs]
    grading.record(place, grades)
    editing.add_criterion(place, "Vague", statement="It says what to do.")
    said = shown(press(opened(PAGE), "Propose judges"))
    assert "fewer than three failed outputs speak of it: “Vague”" in said


def test_a_judge_that_looks_for_words_is_called_by_them() -> None:
    row = JudgeRow.model_construct(judge="Tone · phrase:sorry", criterion="Tone", replaced=False)
    assert table.row_words(row) == "the word “sorry”"
