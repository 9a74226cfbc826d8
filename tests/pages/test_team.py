"""The Team page shows what people did, settles what they disagree on, and takes acts back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.models import Output, Project
from labelcore.settings import settings
from labelcore.stages import grading, projects
from labelcore.store import Database, close_database, open_database, outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import keys

PAGE = Path(__file__).parents[2] / "pages" / "3_team.py"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("LABELCORE_DB", str(tmp_path / "app.duckdb"))
    settings.cache_clear()
    yield tmp_path / "app.duckdb"
    close_database(tmp_path / "app.duckdb")
    settings.cache_clear()


@pytest.fixture
def team(file: Path) -> tuple[Database, Project]:
    db = open_database(file)
    project = projects.open_project(db, settings().project)
    made = [
        Output(
            id=f"{version}{n}",
            project_id=project.id,
            text=f"{version} says {n}",
            input=f"Q{n}",
            prompt_version=version,
        )
        for version in ("v1", "v2")
        for n in range(4)
    ]
    output_table.add(db, made)
    project = grading.set_rules(Workspace(db, project), compare=("v1", "v2"), deadline="2030-01-31")
    for n in range(4):
        grading.grade(Workspace(db, project, "ann"), f"v1{n}", "pass")
        grading.grade(Workspace(db, project, "bo"), f"v1{n}", "fail" if n == 0 else "pass", note="no")
        grading.prefer(Workspace(db, project, "ann"), f"v1{n}", f"v2{n}", "second")
    return db, project


def page(tab: str, who: str = "ann", language: str = "en") -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=20)
    app.session_state[f"{keys.TEAM}-{language}"] = tab
    app.session_state[keys.LANGUAGE] = language
    app.run()
    return app.text_input(key=keys.ANNOTATOR).set_value(who).run()


def test_everything_that_a_team_did_is_there_in_both_languages(team: tuple[Database, Project]) -> None:
    app = page("Versions")
    assert not app.exception
    shown = " ".join(element.value for element in [*app.markdown, *app.subheader])
    assert "v2 is better than v1\\: 100% \\(51% to 100%, n = 4\\)" in shown
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
        shown = " ".join(element.value for element in [*app.markdown, *app.subheader])
        assert words in shown


def test_a_conflict_is_settled_and_every_grade_stays(team: tuple[Database, Project]) -> None:
    db, project = team
    app = page("Conflicts", "lea")
    app.radio[0].set_value("fail")
    next(field for field in app.text_input if field.label == "Why").set_value("40 words")
    next(button for button in app.button if button.label == "Settle").click().run()
    assert not app.exception
    (conflict,) = grading.conflicts(Workspace(db, project))
    assert conflict.ruling is not None and (conflict.ruling.author, conflict.ruling.value) == ("lea", "fail")
    assert len(conflict.grades) == 2


def test_the_rules_are_kept_as_they_are_written(team: tuple[Database, Project]) -> None:
    db, project = team
    app = page("Rules")
    scale = next(field for field in app.text_area if field.label.startswith("Levels"))
    scale.set_value("bad\n\ngood\ngreat")
    next(button for button in app.button if button.label == "Save").click().run()
    assert not app.exception
    rules = projects.open_project(db, project.name).rules
    assert rules.scale == ("bad", "good", "great")
    assert (rules.compare, str(rules.deadline)) == (("v1", "v2"), "2030-01-31")


def test_acts_say_what_became_of_them(team: tuple[Database, Project]) -> None:
    db, project = team
    again = grading.grade(Workspace(db, project, "ann"), "v10", "fail")
    grading.undo(Workspace(db, project, "ann"), again.id)
    grading.grade(Workspace(db, project, "ann"), "v11", "unsure")
    acts = grading.latest_acts(Workspace(db, project), annotator="ann")
    states = [act.state for act in acts]
    assert states == ["counts", "takes back", "taken back", "counts", "counts", "replaced", "counts"]
    assert len(grading.latest_acts(Workspace(db, project), limit=3)) == 3
