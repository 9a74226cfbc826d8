"""The Criteria page: the list, the open criterion in the address, its views, and the tools of all."""

from __future__ import annotations

from datetime import datetime

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.messages import say
from labelcore.models import Evidence, Output
from labelcore.stages import finding, grading, projects
from labelcore.stages.deriving import coding, derivation, drift, editing, glossary, same
from labelcore.store import codes as code_table, criteria as criterion_table, outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from tests.pages.opening import SECONDS, healthy, opened, press, shown

NOTES = ["too long", "far too long", "太长了", "the year is wrong", "wrong year", "rude tone"]


@pytest.fixture
def rubric(place: Workspace) -> Workspace:
    """Twelve graded outputs, six with a note, and the criteria of the notes."""
    texts = (f"text {n} of a few words" for n in range(12))
    made = [Output(id=f"o{n}", project_id=place.project.id, text=text) for n, text in enumerate(texts)]
    output_table.add(place.db, made)
    for n in range(12):
        note = NOTES[n] if n < len(NOTES) else ""
        grading.grade(place, f"o{n}", "fail" if note else "pass", note=note)
    derivation.derive(place, offline=True, accept_all=True)
    return place


def view(show: str = "", criterion: str = "") -> AppTest:
    named = {keys.CRITERIA_VIEW: show, keys.CRITERION: criterion}
    return opened("4_deriving.py", **{key: value for key, value in named.items() if value})


def test_numbers_open_the_outputs_and_grades_behind_them(rubric: Workspace) -> None:
    app = view("lint")
    (switch,) = [toggle for toggle in app.toggle if toggle.label.startswith("Show the explained fails")]
    switch.set_value(True).run()
    assert not app.exception
    notes = [element.value for element in app.text if element.value.startswith("ann, ")]
    assert notes and all(", fail: " in note for note in notes)


def test_the_results_show_an_earlier_moment(rubric: Workspace) -> None:
    app = opened("6_results.py", view="judges")
    assert "It rests on 12 grades" in shown(app)
    app.session_state["align-as-of"] = datetime(2020, 1, 1, 12)
    app.run()
    assert not app.exception
    assert "There was no project" in " ".join(element.value for element in app.error)


def test_every_tool_shows_what_it_is_about(rubric: Workspace) -> None:
    assert "The least sure come first" in shown(view("codes"))
    assert "Every failed output fits a criterion" in shown(view("unexplained"))
    assert "has kept its meaning" in shown(view("drift"))
    assert "no grade is stale" in shown(view("changes"))
    assert "fails are explained" in shown(view("lint")).replace("\\", "")
    assert view("weak").success or view("weak").markdown
    assert "No criterion was merged or split yet" in view("lineage").info[0].value
    assert "came by file" in shown(view("library"))
    app = view("glossary")
    next(field for field in app.text_input if field.label == "Term").set_value("SKU")
    next(field for field in app.text_input if field.label == "Meaning").set_value("a product")
    press(app, "Keep it")
    assert [term.term for term in glossary.terms(projects.open_project(rubric.db, "shop"))] == ["SKU"]
    app = press(view("probes"), "Make test cases")
    assert "wait for an opinion" in shown(app)
    press(app, "It breaks the criterion")
    app = view("prompt")
    app.text_area[0].set_value("Use at most 2 words. Never be rude to anybody.")
    press(app, "Propose its rules as criteria")
    assert "their grades contradict it" in shown(app)


def test_the_address_opens_a_criterion_and_a_quote_opens_its_output(rubric: Workspace) -> None:
    last = editing.list_criteria(rubric)[-1]
    app = view(criterion=last.id)
    assert last.statement in [element.value for element in app.text]
    assert f"“{last.evidence[0].quote}”" in [element.value for element in app.text] and not app.code
    press(app, "Open its output")
    output = output_table.get(rubric.db, last.evidence[0].output_id, rubric.project.id)
    assert output and output.text in [element.value for element in app.code]


def test_proposed_criteria_come_first_and_are_accepted_together(rubric: Workspace) -> None:
    for criterion in editing.list_criteria(rubric)[-2:]:
        editing.restore(rubric, criterion)
    proposed = {criterion.name for criterion in editing.list_criteria(rubric, status="proposed")}
    app = view()
    assert {f"#### {shell.plain(name)}" for name in proposed} & {told.value for told in app.markdown}
    criteria = tuple(editing.live_criteria(rubric))
    app.session_state[keys.DERIVED] = derivation.Derivation(criteria=criteria, uncovered_fails=0, new=2)
    assert "2 proposed" in shown(app.run()) and "criteria are proposed" not in shown(app), "once is enough"
    press(app, "Accept all 2")
    assert "2 proposed" not in shown(app)
    assert not editing.list_criteria(rubric, status="proposed")


def test_a_criterion_is_edited_merged_and_the_merge_taken_back(rubric: Workspace) -> None:
    first, other, *_ = editing.list_criteria(rubric, status="accepted")
    app = view("edit", first.id)
    next(area for area in app.text_area if area.value == first.statement).set_value("It is short.")
    press(app, "Save a new version")
    assert "It is short." in [element.value for element in app.text]
    app = view("merge", first.id)
    next(box for box in app.selectbox if box.label == "Merge it with").set_value(other.id)
    next(field for field in app.text_input if field.label == "Name of both").set_value("Both")
    press(app, "Merge")
    (merged,) = [found for found in editing.list_criteria(rubric, status="accepted") if found.parents]
    assert merged.name == "Both" and app.query_params[keys.CRITERION] == merged.id
    press(app, "Undo the last change")
    live = {found.id for found in editing.live_criteria(rubric)}
    assert {first.id, other.id} <= live and merged.id not in live


def test_an_act_of_the_list_merges_once(rubric: Workspace) -> None:
    target, source, *_ = editing.list_criteria(rubric, status="accepted")
    merging = {"target": target.id, "source": source.id}
    app = AppTest.from_function(merge_twice, default_timeout=SECONDS, kwargs=merging).run()
    assert not app.exception
    (merged,) = [found for found in editing.list_criteria(rubric) if found.parents]
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


def test_notes_without_a_name_become_a_criterion_by_one(rubric: Workspace) -> None:
    for criterion in editing.list_criteria(rubric):
        editing.drop(rubric, criterion)
    codes = coding.list_codes(rubric)
    code_table.save(rubric.db, [coded.code.model_copy(update={"criterion_id": None}) for coded in codes])
    assert derivation.unnamed_codes(rubric)
    app = view()
    assert "what do they have in common" in shown(app)
    next(field for field in app.text_input if field.label == "What they have in common").set_value(
        "Far too long"
    )
    press(app, "Make it a criterion")
    (made,) = editing.live_criteria(rubric)
    assert made.name == "Far too long" and app.query_params[keys.CRITERION] == made.id


def test_a_change_of_meaning_is_asked_anew_on_the_grade_page(rubric: Workspace) -> None:
    criterion = editing.list_criteria(rubric, status="accepted")[0]
    editing.edit(rubric, criterion.id, statement="Something else entirely.")
    app = view("drift", criterion.id)
    assert "are from before its meaning changed" in shown(app).replace("\\", "")
    app.button(key=f"again-{criterion.id}").click().run()
    healthy(app)
    project = projects.open_project(rubric.db, "shop")
    assert project.rules.regrade == (criterion.id,)
    grade = opened("3_grading.py")
    grade.session_state[keys.WAY] = criterion.id
    grade.run()
    assert not grade.exception
    assert grade.info[0].value.replace("\\", "") == "Something else entirely."
    _, before = drift.regrade_items(rubric, criterion.id, "ann")
    newest = finding.find_criterion(rubric, criterion.id)
    grading.grade(rubric, before[0].id, "pass", criterion=newest)
    _, after = drift.regrade_items(rubric, criterion.id, "ann")
    assert len(after) == len(before) - 1


@pytest.mark.parametrize("is_one", [True, False])
def test_criteria_that_may_be_one_are_merged_by_a_press_or_kept_apart(place: Workspace, is_one: bool) -> None:
    said = {"Cold": ["no apology", "does not say sorry"], "语气不对": ["没有道歉", "一句抱歉都没有"]}
    for name, notes in said.items():
        evidence = tuple(Evidence(grade_id=note, output_id=note, quote=note) for note in notes)
        made = editing.new_criterion(place, name, "It sounds cold.", evidence=evidence, status="accepted")
        criterion_table.save(place.db, [made])
    first = same.alike_criteria(place)[0].first_id
    app = view(criterion=first)
    (asked,) = [told.value for told in app.markdown if told.value.startswith("Same as")]
    assert any(say(name) in asked for name in said)
    if not is_one:
        for shown in (press(app, "Keep both"), view(criterion=first)):  # of nobody again
            assert not [told for told in shown.markdown if told.value.startswith("Same as")]
        return
    press(app, "Merge the two")
    (both,) = editing.live_criteria(place)
    assert both.name in said and {item.quote for item in both.evidence} == {*said["Cold"], *said["语气不对"]}
