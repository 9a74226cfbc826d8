"""The Team page shows what people did, settles what they disagree on, and takes acts back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.errors import BadInput
from labelcore.models import Output
from labelcore.stages import grading, projects
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import keys
from pages.widgets.conflicts import act_on
from pages.widgets.side_by_side import ConflictAct
from tests.pages.opening import ROOT, press, shown

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
    app = AppTest.from_file(PAGE, default_timeout=20)
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


def test_a_mention_stands_where_the_person_looks_next(team: Workspace) -> None:
    grading.comment(team, "v10", "what do you mean, @bo?")
    app = AppTest.from_file(ROOT / "pages" / "3_progress.py", default_timeout=20).run()
    app.text_input(key=keys.ANNOTATOR).set_value("bo").run()
    assert not app.exception and "ann, " in shown(app) and "what do you mean, @bo?" in shown(app)
    app.text_area[0].set_value("no price, @ann")
    press(app, "Send")
    home = AppTest.from_file(ROOT / "pages" / "0_home.py", default_timeout=20).run()
    home.text_input(key=keys.ANNOTATOR).set_value("ann").run()
    assert not home.exception and "A comment mentions you." in shown(home)
    grading.grade(team.by("cy"), "v20", "pass")
    grading.comment(team, "v11", "and you, @cy?")
    told = AppTest.from_file(ROOT / "pages" / "3_progress.py", default_timeout=20).run()
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
