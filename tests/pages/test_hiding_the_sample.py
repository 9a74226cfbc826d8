"""On Home the sample project is one press from being out of the way, and one from coming back."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.settings import settings
from labelcore.stages import projects
from labelcore.store import open_database
from labelcore.workspace import Workspace
from tests.pages.opening import opened, press

HIDE, SHOW = "Hide the sample project", "Show the sample project"


@pytest.fixture(autouse=True)
def sample(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project that is opened where none is named."""
    monkeypatch.setenv("LABELCORE_PROJECT", "sample")
    settings.cache_clear()
    db = open_database(database)
    projects.update_project(Workspace(db, projects.open_project(db, "sample")), settings={"sample": True})


def home(**query: str) -> AppTest:
    return opened("0_home.py", **query)


def labels(app: AppTest) -> list[str]:
    assert not app.exception, app.exception
    return [button.label for button in app.main.button]


def test_alone_the_sample_cannot_be_hidden(database: Path) -> None:
    assert HIDE not in labels(home())


def test_hidden_from_within_the_person_goes_on_in_another_project(database: Path) -> None:
    projects.open_project(open_database(database), "mine")
    app = press(home(), HIDE)
    assert {"Import outputs", SHOW} <= set(labels(app)) and app.sidebar.selectbox[0].value == "mine"
    assert home().sidebar.selectbox[0].options == ["mine"]
    assert press(app, SHOW).sidebar.selectbox[0].options == ["mine", "sample"]


def test_a_link_into_the_hidden_sample_still_opens_it(database: Path) -> None:
    projects.open_project(open_database(database), "mine")
    press(home(labelcore_project="mine"), HIDE)
    assert home(labelcore_project="sample").sidebar.selectbox[0].value == "sample"
    assert home().sidebar.selectbox[0].value == "mine"


def begin(app: AppTest, name: str, noun: str = "") -> AppTest:
    field = {box.label: box for box in app.text_input}
    field["Project name"].set_value(name)
    field["What one output is called"].set_value(noun)
    return press(app, "Begin")


def test_another_project_is_begun_from_home_with_its_word_for_an_output(database: Path) -> None:
    app = begin(home(), "mine", "reply")
    assert app.sidebar.selectbox[0].value == "mine"
    assert "Import replies" in labels(app)
    assert "What one output is called" in [box.label for box in app.text_input]


def test_a_name_that_is_taken_or_no_name_is_said_on_home(database: Path) -> None:
    app = begin(home(), "sample")
    assert "already" in app.error[0].value and app.sidebar.selectbox[0].value == "sample"
    assert begin(home(), "").error


def test_a_project_named_with_hostile_text_stays_text(database: Path) -> None:
    app = begin(home(), "mine", "<img src=x> {n}")
    assert "img" in app.error[0].value and "Import outputs" in labels(app)
