"""The Outputs page: a table in the database's pages, one output beside it, and what becomes of a filter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.models import Output, Project
from labelcore.settings import settings
from labelcore.stages import grading, projects, sampling
from labelcore.store import Database, close_database, open_database, outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import keys

PAGE = Path(__file__).parents[2] / "pages" / "1_outputs.py"
HOSTILE = "<script>alert(1)</script> **refund** ![x](http://example.org/x.png)"


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Database, Project]]:
    monkeypatch.setenv("LABELCORE_DB", str(tmp_path / "app.duckdb"))
    settings.cache_clear()
    db = open_database(tmp_path / "app.duckdb")
    yield db, projects.open_project(db, settings().project)
    close_database(tmp_path / "app.duckdb")
    settings.cache_clear()


@pytest.fixture
def forty(opened: tuple[Database, Project]) -> Workspace:
    db, project = opened
    made = [
        Output(
            id=f"o{n:02}",
            project_id=project.id,
            text=HOSTILE if n == 7 else f"answer {n}",
            model=f"m{n % 2}",
            metadata={"city": "Rome" if n < 10 else "Oslo"},
        )
        for n in range(40)
    ]
    output_table.add(db, made)
    workspace = Workspace(db, project, "ann")
    grading.grade(workspace, "o07", "fail", note="rude <b>")
    return workspace


def run(**address: str) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=20)
    for name, value in address.items():
        app.query_params[name.replace("_", "-")] = value
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return "\n".join(str(element.value) for element in [*app.markdown, *app.text, *app.info, *app.success])


def test_an_empty_project_says_what_to_do(opened: tuple[Database, Project]) -> None:
    app = run()
    assert "Import a file that has some" in app.info[0].value
    for language in ("zh", "中文"):
        app = run(labelcore_language=language)
        assert "还没有输出" in app.info[0].value
        assert app.title[0].value == "输出"


def test_filters_come_from_the_address_and_one_output_is_open(forty: Workspace) -> None:
    app = run()
    assert len(app.dataframe[0].value) == 25
    assert "40 outputs match" in said(app)
    app.number_input(key=keys.OUTPUTS_PAGE).set_value(2).run()
    assert len(app.dataframe[0].value) == 15
    app = run(outputs_search="REFUND")
    assert "1 outputs match" in said(app)
    assert HOSTILE in [code.value for code in app.code]
    assert "ann: fail — rude <b>" in [text.value for text in app.text]
    assert not any("<script>" in element.value for element in app.markdown)
    app.selectbox(key=keys.OUTPUTS_GRADE).set_value("pass").run()
    assert "0 outputs match" in said(app)
    assert "change the filters" in said(app)


def test_a_field_is_filtered_by_its_values_with_their_counts(forty: Workspace) -> None:
    app = run()
    app.selectbox(key=keys.OUTPUTS_FIELD).set_value("city").run()
    values = app.multiselect(key=f"{keys.OUTPUTS_FIELD}-city")
    assert values.options == ["Oslo · 30", "Rome · 10"]
    values.set_value(["Rome"]).run()
    assert not app.exception
    assert "10 outputs match" in said(app)


def test_what_is_filtered_becomes_a_review_list_a_sample_and_a_file(forty: Workspace) -> None:
    app = press(run(outputs_search="answer 1"), "Put them on the review list")
    rules = projects.open_project(forty.db, forty.project.name).rules
    assert rules.review == ("o01", *(f"o{n}" for n in range(10, 20)))
    press(app, "Draw a sample of them")
    sample = sampling.samples(forty)[0]
    assert sample.parameters["filter"] == {"search": "answer 1"}
    assert len(sample.picks) == 11
    press(app, "Prepare the file")
    assert not app.error
