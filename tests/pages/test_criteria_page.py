"""The Criteria page: the list, the open criterion in the address, its views, and the tools of all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.models import Output, Project
from labelcore.settings import settings
from labelcore.stages import finding, grading, projects
from labelcore.stages.deriving import coding, derivation, drift, editing, glossary
from labelcore.store import (
    Database,
    close_database,
    codes as code_table,
    open_database,
    outputs as output_table,
)
from labelcore.workspace import Workspace
from pages.widgets import keys, shell

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


def view(show: str = "", criterion: str = "") -> AppTest:
    app = AppTest.from_file(PAGES / "4_deriving.py", default_timeout=30)
    for key, value in ((keys.CRITERIA_VIEW, show), (keys.CRITERION, criterion)):
        if value:
            app.query_params[key] = value
    app.session_state[keys.ANNOTATOR] = "ann"
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, words: str) -> AppTest:
    next(button for button in app.button if button.label == words).click().run()
    assert not app.exception
    return app


def shown_text(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.subheader, *app.error, *app.success])


def test_numbers_open_the_outputs_and_grades_behind_them(rubric: tuple[Database, Project]) -> None:
    app = view("lint")
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


def test_every_tool_shows_what_it_is_about(rubric: tuple[Database, Project]) -> None:
    db, project = rubric
    assert "The least sure come first" in shown_text(view("codes"))
    assert "Every failed output fits a criterion" in shown_text(view("unexplained"))
    assert "has kept its meaning" in shown_text(view("drift"))
    assert "no grade is stale" in shown_text(view("changes"))
    assert "fails are explained" in shown_text(view("lint")).replace("\\", "")
    assert view("weak").success or view("weak").markdown
    assert "No criterion was merged or split yet" in view("lineage").info[0].value
    assert "came by file" in shown_text(view("library"))
    app = view("glossary")
    next(field for field in app.text_input if field.label == "Term").set_value("SKU")
    next(field for field in app.text_input if field.label == "Meaning").set_value("a product")
    press(app, "Keep it")
    assert [term.term for term in glossary.terms(projects.open_project(db, project.name))] == ["SKU"]
    app = press(view("probes"), "Make test cases")
    assert "wait for an opinion" in shown_text(app)
    press(app, "It breaks the criterion")
    app = view("prompt")
    app.text_area[0].set_value("Use at most 2 words. Never be rude to anybody.")
    press(app, "Propose its rules as criteria")
    assert "their grades contradict it" in shown_text(app)


def test_the_address_opens_a_criterion_and_a_quote_opens_its_output(rubric: tuple[Database, Project]) -> None:
    workspace = Workspace(*rubric)
    last = editing.list_criteria(workspace)[-1]
    app = view(criterion=last.id)
    assert last.statement in [element.value for element in app.text]
    assert f"“{last.evidence[0].quote}”" in [element.value for element in app.text] and not app.code
    press(app, "Open its output")
    output = output_table.get(workspace.db, last.evidence[0].output_id)
    assert output and output.text in [element.value for element in app.code]


def test_proposed_criteria_come_first_and_are_accepted_together(rubric: tuple[Database, Project]) -> None:
    workspace = Workspace(*rubric)
    for criterion in editing.list_criteria(workspace)[-2:]:
        editing.restore(workspace, criterion)
    proposed = {criterion.name for criterion in editing.list_criteria(workspace, status="proposed")}
    app = view()
    assert {f"#### {shell.plain(name)}" for name in proposed} & {told.value for told in app.markdown}
    press(app, "Accept all 2")
    assert not editing.list_criteria(workspace, status="proposed")


def test_a_criterion_is_edited_merged_and_the_merge_taken_back(rubric: tuple[Database, Project]) -> None:
    workspace = Workspace(*rubric)
    first, other, *_ = editing.list_criteria(workspace, status="accepted")
    app = view("edit", first.id)
    app.text_area[0].set_value("It is short.")
    press(app, "Save a new version")
    assert "It is short." in [element.value for element in app.text]
    app = view("merge", first.id)
    next(box for box in app.selectbox if box.label == "Merge it with").set_value(other.id)
    next(field for field in app.text_input if field.label == "Name of both").set_value("Both")
    press(app, "Merge")
    (merged,) = [found for found in editing.list_criteria(workspace, status="accepted") if found.parents]
    assert merged.name == "Both" and app.query_params[keys.CRITERION] == merged.id
    press(app, "Undo the last change")
    live = {found.id for found in editing.live_criteria(workspace)}
    assert {first.id, other.id} <= live and merged.id not in live


def test_an_act_of_the_list_merges_once(rubric: tuple[Database, Project]) -> None:
    workspace = Workspace(*rubric)
    target, source, *_ = editing.list_criteria(workspace, status="accepted")
    app = AppTest.from_function(merge_twice, kwargs={"target": target.id, "source": source.id}).run()
    assert not app.exception
    (merged,) = [found for found in editing.list_criteria(workspace) if found.parents]
    assert merged.name == target.name and merged.status == "accepted"


def merge_twice(target: str, source: str) -> None:
    from labelcore.settings import settings
    from labelcore.stages import projects
    from labelcore.store import open_database
    from labelcore.workspace import Workspace
    from pages.widgets.components import CriteriaAct
    from pages.widgets.deriving import table

    db = open_database(settings().db)
    workspace = Workspace(db, projects.open_project(db, settings().project), "ann")
    for _ in range(2):
        table.do(workspace, CriteriaAct(kind="merge", target=target, source=source))


def test_notes_without_a_name_become_a_criterion_by_one(rubric: tuple[Database, Project]) -> None:
    workspace = Workspace(*rubric)
    for criterion in editing.list_criteria(workspace):
        editing.drop(workspace, criterion)
    codes = coding.list_codes(workspace)
    code_table.save(workspace.db, [coded.code.model_copy(update={"criterion_id": None}) for coded in codes])
    assert derivation.unnamed_codes(workspace)
    app = view()
    assert "what do they have in common" in shown_text(app)
    next(field for field in app.text_input if field.label == "They have in common").set_value("Far too long")
    press(app, "Make it a criterion")
    (made,) = editing.live_criteria(workspace)
    assert made.name == "Far too long" and app.query_params[keys.CRITERION] == made.id


def test_a_change_of_meaning_is_asked_anew_on_the_grade_page(rubric: tuple[Database, Project]) -> None:
    db, project = rubric
    criterion = editing.list_criteria(Workspace(db, project), status="accepted")[0]
    editing.edit(Workspace(db, project).by("ann"), criterion.id, statement="Something else entirely.")
    app = view("drift", criterion.id)
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
