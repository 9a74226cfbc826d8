"""The Criteria page's tabs: codes corrected, drift shown and asked anew, weaknesses and rules named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.models import Output, Project
from labelcore.settings import settings
from labelcore.stages import finding, grading, projects
from labelcore.stages.deriving import derivation, drift, editing, glossary
from labelcore.store import Database, close_database, open_database, outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import keys

PAGES = Path(__file__).parents[2] / "pages"
NOTES = ["too long", "far too long", "太长了", "the year is wrong", "wrong year", "rude tone"]


@pytest.fixture
def rubric(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Database, Project]]:
    monkeypatch.setenv("LABELCORE_DB", str(tmp_path / "app.duckdb"))
    settings.cache_clear()
    db = open_database(tmp_path / "app.duckdb")
    project = projects.open_project(db, settings().project)
    made = [Output(id=f"o{n}", project_id=project.id, text=f"text {n} of a few words") for n in range(12)]
    output_table.add(db, made)
    for n in range(12):
        note = NOTES[n] if n < len(NOTES) else ""
        grading.grade(Workspace(db, project, "ann"), f"o{n}", "fail" if note else "pass", note=note)
    derivation.derive(Workspace(db, project), offline=True, accept_all=True)
    yield db, project
    close_database(tmp_path / "app.duckdb")
    settings.cache_clear()


def tab(name: str) -> AppTest:
    app = AppTest.from_file(PAGES / "4_deriving.py", default_timeout=30)
    app.session_state[keys.RUBRIC] = name
    app.session_state[keys.ANNOTATOR] = "ann"
    app.run()
    assert not app.exception
    return app


def shown_text(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.subheader, *app.error, *app.success])


def test_numbers_open_the_outputs_and_grades_behind_them(rubric: tuple[Database, Project]) -> None:
    app = tab("Lint")
    (shown,) = [toggle for toggle in app.toggle if toggle.label.startswith("Show the explained fails")]
    shown.set_value(True).run()
    assert not app.exception
    notes = [element.value for element in app.text if element.value.startswith("ann, ")]
    assert notes and all(", fail: " in note for note in notes)


def test_the_results_show_an_earlier_moment(rubric: tuple[Database, Project]) -> None:
    app = AppTest.from_file(PAGES / "6_results.py", default_timeout=30)
    app.query_params["view"] = "judges"
    app.session_state[keys.ANNOTATOR] = "ann"
    app.run()
    assert "It rests on 12 grades" in shown_text(app)
    app.session_state["align-as-of"] = datetime(2020, 1, 1, 12)
    app.run()
    assert not app.exception
    assert "There was no project" in " ".join(element.value for element in app.error)


def test_every_tab_shows_what_it_is_about(rubric: tuple[Database, Project]) -> None:
    assert "failed outputs are not explained" in shown_text(tab("Criteria"))
    assert "The least sure come first" in shown_text(tab("Codes"))
    assert "has kept its meaning" in shown_text(tab("Drift"))
    assert "fails are explained" in shown_text(tab("Lint"))
    assert "No criterion was merged or split yet" in tab("Family tree").info[0].value
    assert "came by file" in shown_text(tab("Library"))
    app = tab("Glossary")
    next(field for field in app.text_input if field.label == "Term").set_value("SKU")
    next(field for field in app.text_input if field.label == "Meaning").set_value("a product")
    next(button for button in app.button if button.label == "Keep it").click().run()
    assert not app.exception
    db, project = rubric
    assert [term.term for term in glossary.terms(projects.open_project(db, project.name))] == ["SKU"]
    app = tab("Probes")
    next(button for button in app.button if button.label == "Make probes").click().run()
    assert "wait for an opinion" in shown_text(app)
    next(button for button in app.button if button.label == "It breaks the criterion").click().run()
    assert not app.exception
    app = tab("From the prompt")
    app.text_area[0].set_value("Use at most 2 words. Never be rude to anybody.")
    app.button[0].click().run()
    assert "their grades contradict it" in shown_text(app)


def test_a_change_of_meaning_is_asked_anew_on_the_grade_page(rubric: tuple[Database, Project]) -> None:
    db, project = rubric
    criterion = editing.list_criteria(Workspace(db, project), status="accepted")[0]
    editing.edit(Workspace(db, project).by("ann"), criterion.id, statement="Something else entirely.")
    app = tab("Drift")
    assert "are from before its meaning changed" in shown_text(app).replace("\\", "")
    app.button(key=f"again-{criterion.id}").click().run()
    assert not app.exception
    project = projects.open_project(db, project.name)
    assert project.rules.regrade == (criterion.id,)
    grade = AppTest.from_file(PAGES / "3_grading.py", default_timeout=30)
    grade.session_state[keys.ANNOTATOR] = "ann"
    grade.run()
    assert not grade.exception
    grade.session_state[keys.WAY] = criterion.id
    grade.run()
    assert not grade.exception
    assert grade.info[0].value.replace("\\", "") == "Something else entirely."
    _, before = drift.regrade_items(Workspace(db, project), criterion.id, "ann")
    newest = finding.find_criterion(Workspace(db, project), criterion.id)
    grading.grade(Workspace(db, project, "ann"), before[0].id, "pass", criterion=newest)
    _, after = drift.regrade_items(Workspace(db, project), criterion.id, "ann")
    assert len(after) == len(before) - 1
