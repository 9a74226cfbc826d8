"""The Team page shows what people did, settles what they disagree on, and takes acts back."""

from __future__ import annotations

import ast
import inspect
import json
from dataclasses import replace
from datetime import date
from types import ModuleType

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.errors import BadInput
from labelcore.models import Output
from labelcore.stages import grading, projects
from labelcore.stages.people import PersonRow
from labelcore.store import audit, outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import assigning, calibrating, gold, guidelines, keys, notices, people, team as widget
from pages.widgets.conflicts import act_on
from pages.widgets.shell import plain
from pages.widgets.side_by_side import ConflictAct
from tests.pages.opening import ROOT, SECONDS, press, shown

PAGE = ROOT / "pages" / "3_team.py"


@pytest.fixture
def team(place: Workspace) -> Workspace:
    """Two versions of four outputs, graded by ann and bo, who differ on one."""
    made = [
        Output(
            id=f"{version}{n}",
            project_id=place.project.id,
            text=f"{version} says {n}",
            input=f"Q{n}",
            prompt_version=version,
        )
        for version in ("v1", "v2")
        for n in range(4)
    ]
    output_table.add(place.db, made)
    place = replace(place, project=grading.set_rules(place, compare=("v1", "v2"), deadline="2030-01-31"))
    for n in range(4):
        grading.grade(place, f"v1{n}", "pass")
        grading.grade(place.by("bo"), f"v1{n}", "fail" if n == 0 else "pass", note="no")
        grading.prefer(place, f"v1{n}", f"v2{n}", "second")
    return place


def page(tab: str, who: str = "ann", language: str = "en") -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=SECONDS)
    app.session_state[f"{keys.TEAM}-{language}"] = tab
    app.session_state[keys.LANGUAGE] = language
    app.run()
    return app.text_input(key=keys.ANNOTATOR).set_value(who).run()


def test_everything_that_a_team_did_is_there_in_both_languages(team: Workspace) -> None:
    app = page("Versions")
    assert not app.exception
    assert "v2 is better than v1: 100% (51% to 100%, n = 4)" in shown(app)
    app.selectbox(key=keys.LANGUAGE).set_value("zh").run()
    assert not app.exception
    for tab, words in {
        "版本": "v2 优于 v1",
        "进度": "各类问题都见过了吗",
        "历史": "选择一行",
        "一致程度": "全体",
        "离线": "离线包",
        "规则": "分配方式",
    }.items():
        app = page(tab, language="zh")
        assert not app.exception
        assert words in shown(app)


def test_how_the_kinds_of_failure_grew_is_drawn_when_it_is_asked_for(worked: Workspace) -> None:
    app = page("Progress")
    assert not app.get("plotly_chart")
    app.toggle(key="kinds-grown").set_value(True).run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1


def test_what_people_compared_stays_to_be_read_once_they_compare_no_more(team: Workspace) -> None:
    grading.set_rules(team, compare=None)
    app = page("Versions")
    assert not app.exception
    assert "v2 is better than v1: 100% (51% to 100%, n = 4)" in shown(app)


def test_what_nothing_is_known_of_yet_has_no_tab_no_heading_and_no_column(place: Workspace) -> None:
    output_table.add(place.db, [Output(id="only", project_id=place.project.id, text="a text")])
    grading.grade(place, "only", "pass")
    app = page("Progress")
    assert not app.exception and "Versions" not in [tab.label for tab in app.tabs]
    assert list(app.dataframe[0].value) == ["person", "graded", "pass", "fail", "unsure", "notes"]
    mine = AppTest.from_file(ROOT / "pages" / "3_progress.py", default_timeout=SECONDS).run()
    assert not mine.exception and "not measurable" not in shown(mine)
    assert "How steady you are" not in [head.value for head in mine.subheader]


def test_home_tells_a_lead_where_people_differ(team: Workspace) -> None:
    app = AppTest.from_file(ROOT / "pages" / "0_home.py", default_timeout=SECONDS)
    app.session_state[keys.ROLE] = "lead"
    assert "People differ in one place, and nobody has settled it." in shown(app.run())
    conflict = grading.conflicts(team)[0]
    grading.rule(team, conflict.output.id, "pass", reason="it says so")
    assert "nobody has settled" not in shown(app.run())


def test_the_open_tab_stands_in_the_address_in_both_languages(team: Workspace) -> None:
    for language, name, words in (("en", "Rules", "Who gets what"), ("zh", "规则", "分配方式")):
        app = AppTest.from_file(PAGE, default_timeout=SECONDS)
        app.query_params[keys.LANGUAGE] = language
        app.query_params[keys.ANNOTATOR] = "ann"
        app.query_params[f"{keys.TEAM}-{language}"] = name
        app.run()
        assert not app.exception
        assert words in shown(app)
        assert app.session_state[f"{keys.TEAM}-{language}"] == name
    app.query_params[f"{keys.TEAM}-zh"] = "Rules"
    assert not app.run().exception


def test_a_press_on_a_conflict_settles_it_or_sends_it_back_and_every_grade_stays(team: Workspace) -> None:
    lea = team.by("lea")
    (conflict,) = grading.conflicts(team)

    def act(kind: str, words: str = "") -> grading.Conflict:
        act_on(lea, ConflictAct(id="act", conflict=conflict.key, kind=kind, words=words))
        return grading.conflicts(lea)[0]

    assert act("comment", "what does @bo say?").comments[0].mentions == ("bo",)
    assert act("blind", "count them").due == ("ann", "bo")
    settled = act("fail", "40 words")
    assert settled.ruling is not None and (settled.ruling.author, settled.ruling.value) == ("lea", "fail")
    assert len(settled.grades) == 2
    assert act("withdrawn", "too soon").ruling is None
    with pytest.raises(BadInput, match="a name and a reason"):
        act("pass")


def test_the_last_conflict_that_is_settled_leaves_no_buttons(team: Workspace) -> None:
    app = page("Conflicts", "lea")
    assert not app.exception and "open (1)" in str(app.get("button_group"))
    (conflict,) = grading.conflicts(team)
    act_on(team.by("lea"), ConflictAct(id="act", conflict=conflict.key, kind="fail", words="40 words"))
    app.run()
    assert not app.exception and "Everything is settled." in shown(app)
    assert not [button for button in app.button if button.label in {"Pass", "Fail", "Settle"}]


def test_what_was_sent_back_is_not_called_settled(team: Workspace) -> None:
    grading.send_back(team, "v10")
    app = page("Conflicts")
    app.session_state["conflicts-state-en"] = "open"
    assert "Nothing is open; 1 was sent back" in shown(app.run())
    grading.rule(team, "v10", "fail", reason="no price")
    assert "Everything is settled." in shown(app.run())


def test_what_was_said_last_goes_once_somebody_turns_to_other_conflicts(team: Workspace) -> None:
    app = page("Conflicts", "lea")
    assert "On the whole" in shown(app)
    app.session_state[keys.CONFLICT_LAST] = ("v10/overall", "comment")
    assert "Your comment is shown beside the output." in shown(app.run())
    app.session_state["conflicts-state-en"] = "all"
    assert "Your comment is shown beside the output." not in shown(app.run())


def test_a_mention_stands_where_the_person_looks_next(team: Workspace) -> None:
    grading.comment(team, "v10", "what do you mean, @bo?")
    app = AppTest.from_file(ROOT / "pages" / "3_progress.py", default_timeout=SECONDS).run()
    app.text_input(key=keys.ANNOTATOR).set_value("bo").run()
    assert not app.exception and "ann, " in shown(app) and "what do you mean, @bo?" in shown(app)
    app.text_area[0].set_value("no price, @ann")
    press(app, "Send")
    home = AppTest.from_file(ROOT / "pages" / "0_home.py", default_timeout=SECONDS).run()
    home.text_input(key=keys.ANNOTATOR).set_value("ann").run()
    assert not home.exception and "A comment mentions you." in shown(home)
    grading.grade(team.by("cy"), "v20", "pass")
    grading.comment(team, "v11", "and you, @cy?")
    told = AppTest.from_file(ROOT / "pages" / "3_progress.py", default_timeout=SECONDS).run()
    told.text_input(key=keys.ANNOTATOR).set_value("cy").run()
    assert "you have not graded it" in shown(told) and "and you, @cy?" not in shown(told)


def test_the_rules_are_kept_as_they_are_written(team: Workspace) -> None:
    app = page("Rules")
    scale = next(field for field in app.text_area if field.label.startswith("Levels"))
    scale.set_value("bad\n\ngood\ngreat")
    press(app, "Save")
    rules = projects.open_project(team.db, "shop").rules
    assert rules.scale == ("bad", "good", "great")
    assert (rules.compare, str(rules.deadline)) == (("v1", "v2"), "2030-01-31")


def test_saving_the_rules_leaves_what_was_picked_by_hand(team: Workspace) -> None:
    app = page("Rules")
    grading.review(team, ["v10", "v11"])  # by somebody else, while the rules are open
    press(app, "Save")
    assert projects.open_project(team.db, "shop").rules.review == ("v10", "v11")
    app = page("Rules")
    assert "2 outputs picked by hand come first." in shown(app)
    press(app, "Return to the usual order")
    assert projects.open_project(team.db, "shop").rules.review == ()


@pytest.mark.parametrize("module", [assigning, calibrating, gold, guidelines, notices, people, widget])
def test_whoever_acts_is_told_on_the_page_as_it_is_drawn_next(module: ModuleType) -> None:
    """What has the page drawn anew says before what became of the press: else only the page is another."""
    for function in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(function, ast.FunctionDef):
            names = [call.func for call in ast.walk(function) if isinstance(call, ast.Call)]
            called = {ast.unparse(name) for name in names}
            assert not called & {"st.rerun", "shell.again", "telling.tell_next"}, function.name


def test_acts_say_what_became_of_them(team: Workspace) -> None:
    again = grading.grade(team, "v10", "fail")
    grading.undo(team, again.id)
    grading.grade(team, "v11", "unsure")
    acts = grading.latest_acts(team, annotator="ann")
    states = [act.state for act in acts]
    assert states == ["counts", "takes back", "taken back", "counts", "counts", "replaced", "counts"]
    assert len(grading.latest_acts(team, limit=3)) == 3


def test_a_lead_plans_pairs_and_sees_how_often_two_people_meet(team: Workspace) -> None:
    for who in ("ann", "bo", "cy"):
        grading.assign(team, who)
    app = page("Rules")
    app.number_input[0].set_value(2)
    next(box for box in app.checkbox if box.label.startswith("Plan which two")).check()
    press(app, "Save")
    assert not app.error
    assert "any two people meet on" in shown(page("Assignment"))


def test_a_lead_makes_the_output_gold_that_a_conflict_shows(team: Workspace) -> None:
    app = page("Conflicts", who="lead")
    next(radio for radio in app.radio if radio.label == "It counts as").set_value("fail")
    next(field for field in app.text_input if field.label == "Why").set_value("it names no price")
    press(app, "Save")
    assert not app.error, [error.value for error in app.error]
    (gold,) = grading.show_gold(team).outputs
    assert (gold.output.id, gold.ruling and gold.ruling.value) == ("v10", "fail")


def test_a_lead_assigns_to_several_people_at_once(team: Workspace) -> None:
    app = page("Assignment", who="lead")
    who = next(field for field in app.multiselect if field.label == "Who")
    assert who.options == ["ann", "bo"]
    who.set_value(["ann", "bo"])
    press(app, "Assign")
    assert [told.value for told in app.toast] == ["Saved"]  # the form stands in an expander, which may close
    assert not app.run().toast
    people = next(field for field in app.multiselect if field.label == "People")
    people.set_value(["ann", "bo"])
    next(field for field in app.multiselect if field.label.startswith("Languages")).set_value(["zh"])
    press(app, "Save")
    assert not app.error
    found = grading.assignments(team)
    assert sorted(row.person for row in found.assignments) == ["ann", "bo"]
    assert {load.name: load.reads for load in found.people} == {"ann": ("zh",), "bo": ("zh",)}


def test_a_lead_gives_what_was_skipped_to_others(team: Workspace) -> None:
    for who in ("ann", "bo"):
        grading.assign(team, who, part=grading.AssignedPart(share=50))
    theirs = {
        who: [item.output.id for item in grading.grading_queue(team.by(who)).items] for who in ("ann", "bo")
    }
    who, other = ("ann", "bo") if theirs["ann"] else ("bo", "ann")
    grading.grade(team.by(who), theirs[who][0], "skipped")
    press(page("Progress", who="lead"), "Give what was skipped once to others now")
    assert theirs[who][0] in [item.output.id for item in grading.grading_queue(team.by(other)).items]
    assert [skip.rests for skip in grading.skips(team)] == [True]


def _acts(place: object) -> None:
    from labelcore.workspace import Workspace as Place
    from pages.widgets import people

    assert isinstance(place, Place)
    people.show_audit(place)


def test_acts_are_filtered_by_what_was_done_and_when(team: Workspace) -> None:
    grading.review(team.by("lea"), ["v10"])
    audit.note(team.db, team.project.id, "bo", "choose", "a set")
    app = AppTest.from_function(_acts, default_timeout=SECONDS, kwargs={"place": team}).run()
    assert not app.exception and len(app.dataframe[0].value) > 1
    app.selectbox(key=keys.AUDITED_ACT).set_value("team review").run()
    assert not app.exception and set(app.dataframe[0].value["act"]) == {"team review"}
    app.date_input(key=keys.AUDITED_UNTIL).set_value(date(2020, 1, 1)).run()
    assert not app.exception and not [table for table in app.dataframe if len(table.value)]


def _person(place: object, row: object) -> None:
    from labelcore.stages.people import PersonRow
    from labelcore.workspace import Workspace as Place
    from pages.widgets import people

    assert isinstance(place, Place) and isinstance(row, PersonRow)
    people._change(place, row)


@pytest.mark.parametrize(
    ("role", "everywhere", "words"),
    [
        ("expert", "engineer", "Expert"),
        (None, "engineer", "Engineer, in every project"),
        (None, None, "nothing here"),
    ],
)
def test_the_box_of_a_persons_role_begins_with_what_they_are(
    place: Workspace, role: str | None, everywhere: str | None, words: str
) -> None:
    fields = {"name": "Ada", "email": "", "role": role, "everywhere": everywhere, "sessions": 0}
    row = PersonRow.model_validate(fields | {"can_sign_in": True, "invited_until": None})
    box = AppTest.from_function(_person, kwargs={"place": place, "row": row}).run().selectbox[0]
    assert box.format_func(box.value) == words


def test_what_came_back_from_a_pack_is_said_and_a_name_in_it_is_no_link(team: Workspace) -> None:
    pack = grading.make_pack(team, "[Ben](http://x)", n=2)
    press_of = {"client_id": "press-0001", "output_id": pack.items[0]["output_id"], "value": "pass"}
    refused = press_of | {"client_id": "press-0002", "output_id": "of another pack"}
    document = {"manifest": pack.manifest.model_dump(mode="json"), "events": [press_of, refused]}
    file = json.dumps(document | {"signature": pack.signature}).encode()
    for language, tab, words in (("en", "Offline", "act of"), ("zh", "离线", "离线包里没有它的输出")):
        app = page(tab, language=language)
        app.get("file_uploader")[0].set_value(("grades.json", file, "application/json"))
        assert not app.run().exception and words in shown(app)
        assert plain("[Ben](http://x)") in app.success[0].value
        assert not app.get("file_uploader")[0].value  # another run would take it in again
