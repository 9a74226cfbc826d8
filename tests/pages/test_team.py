"""The Team page shows what people did, settles what they disagree on, and takes acts back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.models import Output
from labelcore.stages import grading, projects
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import keys
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
        "分歧": "1 处未决",
        "进度": "各类问题都见过了吗",
        "历史": "选择一行",
        "一致程度": "全体",
        "离线": "离线包",
        "规则": "分配方式",
    }.items():
        app = page(tab, language="zh")
        assert not app.exception
        assert words in shown(app)


def test_a_conflict_is_settled_and_every_grade_stays(team: Workspace) -> None:
    app = page("Conflicts", "lea")
    app.radio[0].set_value("fail")
    next(field for field in app.text_input if field.label == "Why").set_value("40 words")
    press(app, "Settle")
    (conflict,) = grading.conflicts(team)
    assert conflict.ruling is not None and (conflict.ruling.author, conflict.ruling.value) == ("lea", "fail")
    assert len(conflict.grades) == 2


def test_the_rules_are_kept_as_they_are_written(team: Workspace) -> None:
    app = page("Rules")
    scale = next(field for field in app.text_area if field.label.startswith("Levels"))
    scale.set_value("bad\n\ngood\ngreat")
    press(app, "Save")
    rules = projects.open_project(team.db, "shop").rules
    assert rules.scale == ("bad", "good", "great")
    assert (rules.compare, str(rules.deadline)) == (("v1", "v2"), "2030-01-31")


def test_acts_say_what_became_of_them(team: Workspace) -> None:
    again = grading.grade(team, "v10", "fail")
    grading.undo(team, again.id)
    grading.grade(team, "v11", "unsure")
    acts = grading.latest_acts(team, annotator="ann")
    states = [act.state for act in acts]
    assert states == ["counts", "takes back", "taken back", "counts", "counts", "replaced", "counts"]
    assert len(grading.latest_acts(team, limit=3)) == 3
