"""Every page in Chinese, on an empty and a worked project: no English is left that people can see."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.messages import speaking
from labelcore.stages import projects
from labelcore.store import open_database
from labelcore.store.formats import every_tool
from labelcore.workspace import Workspace
from pages.widgets import keys
from tests.pages.opening import PAGES, ROOT, SECONDS

NAMES = set(
    "labelcore json jsonl lines yaml csv tsv parquet excel arrow html pdf tpr tnr ppv npv mcc llm id ids utc "
    "rogan gladen ppi alpha kappa language english shop ann pass fail open document trace "
    "span run observation".split()
)
"""Names of things, of formats and of figures; what people call their project."""
_NO_WORDS = re.compile(
    r"\w+_\w+|:\w+(?:-badge)?\[|\w+…|:material/\w+:|`[^`]*`|https?://\S+|--[\w-]+|\.\w{2,5}\b|"
    r"\{\{?[^}]*\}|LABELCORE_\w+"
)
_WORD = re.compile(r"(?<![0-9A-Za-z])(?:[A-Za-z][a-z]+(?:'[a-z]+)?|[A-Z]{2,})(?!\d)")
_SEEN = {"label", "body", "help", "placeholder", "options", "caption", "text", "content", "delta", "legend"}


@pytest.fixture(params=["empty", "worked"])
def filled(request: pytest.FixtureRequest, database: Path) -> Path:
    """A database that the pages open: an empty one, or a worked one."""
    if request.param == "worked":
        request.getfixturevalue("worked")
    return database


def in_chinese(page: str, view: str = "") -> AppTest:
    app = AppTest.from_file(ROOT / "pages" / page, default_timeout=SECONDS)
    app.session_state[keys.LANGUAGE] = "zh"
    if view:
        app.query_params[keys.RESULTS_VIEW] = view
    return app.run()


def visible(app: AppTest) -> Iterator[str]:
    """All texts that a page shows, but for what is in its components."""
    for block in (app.main, app.sidebar):
        for element in block:
            proto = getattr(element, "proto", None)
            if proto is not None:
                yield from texts(proto)
            if element.type in {"dataframe", "table"}:
                table = element.value
                yield from map(str, table.columns)
                yield from (cell for cell in table.to_numpy().ravel() if isinstance(cell, str))
            if element.type == "plotly_chart":
                yield from titles(json.loads(element.proto.spec or "{}"))


def texts(told: Any, name: str = "") -> Iterator[str]:
    """Of an element as it travels to the browser: what stands in its fields for people."""
    if isinstance(told, str):
        yield from [told] if name in _SEEN else []
    elif hasattr(told, "ListFields"):
        for field, value in told.ListFields():
            yield from texts(value, field.name)
    elif hasattr(told, "__iter__"):
        for part in told:
            yield from texts(part, name)


def titles(spec: Any) -> Iterator[str]:
    """What stands in a chart: of its axes, its legend and its marks."""
    if isinstance(spec, dict):
        yield from (part for key, part in spec.items() if key in {"text", "name"} and isinstance(part, str))
    for part in spec.values() if isinstance(spec, dict) else spec if isinstance(spec, list) else ():
        yield from titles(part)


def data_of(path: Path) -> set[str]:
    """The words that people, pipelines and criteria brought in; they are nobody's to translate."""
    db = open_database(path)
    if not projects.list_projects(db):
        return set()
    rows = [
        *db.rows("SELECT text, input FROM output"),
        *db.rows("SELECT note, annotator FROM grade"),
        *db.rows("SELECT name, statement FROM criteria"),
    ]
    names = [(tool.title, tool.name) for tool in every_tool().values()]
    rows += [
        *db.rows("SELECT name || ' ' || kind, description FROM judge_version"),
        *db.rows("SELECT reason, '' FROM verdict"),
        *db.rows("SELECT file_name, '' FROM import_batch"),
        *names,
    ]
    return {word.lower() for row in rows for text in row for word in _WORD.findall(str(text or ""))}


def english(app: AppTest, allowed: set[str]) -> list[str]:
    """The texts with words that are neither names nor data."""
    found = []
    for text in visible(app):
        words = {word.lower() for word in _WORD.findall(_NO_WORDS.sub(" ", text.replace("\\", "")))}
        if words - NAMES - allowed:
            found.append(text)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_in_chinese_shows_no_english(filled: Path, page: str) -> None:
    app = in_chinese(page)
    assert not app.exception
    assert english(app, data_of(filled)) == []


@pytest.mark.parametrize("view", ["why", "rates", "judges", "each", "parts", "test", "history"])
def test_how_it_was_measured_shows_no_english_in_chinese(
    worked: Workspace, database: Path, view: str
) -> None:
    app = in_chinese("6_results.py", view)
    assert not app.exception and worked.project
    assert english(app, data_of(database)) == []


def test_a_refusal_in_chinese_is_chinese(database: Path) -> None:
    app = in_chinese("2_sampling.py")
    with speaking("zh"):  # the options of a choice are formatted here as well
        app.button[0].click().run()
    assert [element.value.replace("\\", "") for element in app.error] == ["还没有输出。请先导入文件。"]


def test_english_is_found_where_there_is_some() -> None:
    script = 'import streamlit as st\nst.button("Draw")\nst.info("抽取 CSV")'
    app = AppTest.from_string(script, default_timeout=SECONDS).run()
    assert english(app, set()) == ["Draw"]
