"""Runs and derivations from the app: what is chosen is what is run, how it went is said, nothing blocks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.errors import BadInput
from labelcore.models import Criterion, Evidence, Grade, JudgeVersion, Output, new_id
from labelcore.stages import grading, judging, projects
from labelcore.stages.deriving import editing
from labelcore.store import (
    close_database,
    criteria as criterion_table,
    judges as judge_table,
    open_database,
    outputs as output_table,
)
from labelcore.workspace import Workspace
from pages.widgets import keys
from pages.widgets.judging import running, table
from tests.databases import empty_file
from tests.mock_endpoint import MockEndpoint, configured
from tests.pages.opening import ROOT, SECONDS, healthy, opened


@pytest.fixture
def mock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MockEndpoint]:
    monkeypatch.setattr("labelcore.llm.client.waiting", lambda *_: 0.0)
    prices = {"PRICE_IN": "1", "PRICE_OUT": "1"}
    place = {"DB": str(tmp_path / "app.duckdb"), "PROJECT": "shop", "ANNOTATOR": "ann"}
    with configured(monkeypatch, **prices, **place) as endpoint:
        yield endpoint
        close_database(tmp_path / "app.duckdb")


@pytest.fixture
def place(mock: MockEndpoint, tmp_path: Path) -> Workspace:
    """Eight outputs, four of them graded, one LLM judge of an accepted criterion."""
    db = open_database(empty_file(tmp_path / "app.duckdb"))
    project = projects.open_project(db, "shop")
    outputs = [
        Output(id=output_table.content_id(project.id, text), project_id=project.id, text=text)
        for text in (f"{'bad' if n % 2 else 'fine'} text {n}" for n in range(8))
    ]
    output_table.add(db, outputs)
    found = Workspace(db, project, "ann")
    grades = [
        Grade(
            id=new_id("grade"),
            project_id=project.id,
            output_id=output.id,
            annotator="ann",
            value="fail" if n % 2 else "pass",
            note="the price is invented" if n % 2 else "",
        )
        for n, output in enumerate(outputs[:4])
    ]
    grading.record(found, grades)
    return found


@pytest.fixture
def judge(place: Workspace) -> JudgeVersion:
    cited = Evidence(grade_id="g", output_id="o", quote="invented")
    criterion = Criterion(
        id="c1",
        project_id=place.project.id,
        version=1,
        name="Prices",
        statement="No invented price.",
        status="accepted",
        evidence=(cited,),
    )
    criterion_table.save(place.db, [criterion])
    (made,) = judging.propose(place, judging.ProposalOrder(kind="llm", criterion="Prices"))
    return judge_table.many(place.db, [made.id])[made.id]


def press(app: AppTest, key: str) -> AppTest:
    return healthy(app.button(key=key).click().run())


def until(over: Callable[[], bool]) -> None:
    for _ in range(4_800):
        if over():
            return
        time.sleep(0.05)
    raise AssertionError("it never ended")


def shown(app: AppTest) -> str:
    parts = (*app.markdown, *app.text, *app.info, *app.warning, *app.code)
    return " ".join(element.value.replace("\\", "") for element in parts)


def test_a_run_of_what_is_chosen_keeps_to_it_and_says_why_decisions_did_not_come(
    place: Workspace, judge: JudgeVersion, mock: MockEndpoint
) -> None:
    mock.faults = ["400 length"]
    app = opened("5_judging.py")
    app.selectbox(key=keys.RUN_WHO).select(judge.judge_id)
    app.checkbox(key=keys.RUN_GRADED).check()
    app = healthy(app.run())
    assert "4 decisions with 4 model calls" in shown(app)
    app.number_input(key=keys.RUN_OUTPUTS).set_value(2)
    assert "2 decisions with 2 model calls" in shown(healthy(app.run()))
    app.number_input(key=keys.RUN_OUTPUTS).set_value(None)
    app.number_input(key=keys.RUN_LIMIT).set_value(5.0)
    press(app, "run-some")
    until(lambda: bool(judging.runs(place)) and judging.runs(place)[0].state != "running")
    run = judging.runs(place)[0]
    assert (run.verdicts_new, run.errors, run.error_kinds) == (3, 1, {"context length": 1})
    text = shown(healthy(app.run()))
    assert "1 × context length: " in text and "maximum context length is 8192 tokens" in text
    assert "ask a model that takes longer prompts" in text


def test_a_run_is_watched_and_can_be_stopped_from_the_press_that_begins_it(
    place: Workspace, judge: JudgeVersion, mock: MockEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = running.start

    def started(*of: Any) -> bool:
        began = start(*of)
        until(lambda: bool(judging.runs(place)))  # else the watch has it a second later
        return began

    monkeypatch.setattr(running, "start", started)
    app = opened("5_judging.py")
    with mock.held():
        app = press(app, "run-some")
        assert app.button(key="stop-run")
        assert app.get("progress")
        press(app, "stop-run")
    until(lambda: app.session_state[keys.RUN_OVER].is_set())


def test_what_a_run_is_about_can_be_chosen_where_the_page_fails_below(
    place: Workspace, judge: JudgeVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise BadInput("The table cannot be drawn.", next_step="Look again.")

    monkeypatch.setattr(table, "show", fails)
    app = AppTest.from_file(ROOT / "pages" / "5_judging.py", default_timeout=SECONDS).run()
    assert [element.value for element in app.error] and not app.exception
    assert app.selectbox(key=keys.RUN_WHO)


def test_a_run_that_meets_its_limit_says_so(
    place: Workspace, judge: JudgeVersion, mock: MockEndpoint
) -> None:
    app = opened("5_judging.py")
    app.number_input(key=keys.RUN_LIMIT).set_value(0.000_1)
    press(healthy(app.run()), "run-some")
    until(lambda: bool(judging.runs(place)) and judging.runs(place)[0].state != "running")
    assert judging.runs(place)[0].ended_by == "cost limit" and not mock.prompts
    text = shown(healthy(app.run()))
    assert "It stopped: spending limit." in text and "the next call may cost" in text


def test_criteria_are_derived_beside_the_page_and_the_models_words_can_be_seen(
    place: Workspace, mock: MockEndpoint
) -> None:
    evidence = [{"note": 0, "quote": "price is invented"}, {"note": 0, "quote": "nobody said this"}]
    made = {"name": "Prices", "statement": "No invented price.", "severity": "must", "evidence": evidence}
    mock.answer = {"criteria": [made]}
    with mock.held():
        app = press(opened("4_deriving.py"), "derive-0")
        assert app.button(key="derive-0").disabled, "one at a time"
        assert app.button(key=f"{keys.DERIVING}-stop")
    until(lambda: app.session_state[keys.DERIVING].over)
    app = healthy(app.run())
    text = shown(app)
    assert "One criterion is proposed." in text and "nobody said this" in text
    assert [criterion.name for criterion in editing.list_criteria(place)] == ["Prices"]
    app = press(app, "derived-close")
    assert "nobody said this" not in shown(app)


def test_the_model_writes_checks_from_the_app(
    place: Workspace, judge: JudgeVersion, mock: MockEndpoint
) -> None:
    source = "def check(output, input, context, metadata):\n    return 'bad' not in output\n"
    mock.answer = {"checks": [{"name": "No bad", "source": source}]}
    with mock.held():
        app = press(opened("5_judging.py", show="check"), "write-by-model")
        assert app.button(key="write-by-model").disabled, "one at a time"
    until(lambda: app.session_state[keys.CHECKS_WRITTEN].over)
    text = shown(healthy(app.run()))
    assert "The model wrote one check that works." in text and "'bad' not in output" in text
    assert "Prices · No bad" in {version.name for version in judging.active_judges(place)}
