"""The experts' pages speak both languages completely."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.settings import settings
from labelcore.store import close_database
from pages.widgets import keys
from pages.widgets.language import chinese
from pages.widgets.navigation import LOOP

ROOT = Path(__file__).parents[2]
SPOKEN = {"say": 0, "say_in": 1, "open_page": 0, "go": 1}


def words_of_the_pages() -> set[str]:
    """Every text that a page gives to the functions that translate."""
    found = {title for _, title, _, _ in LOOP}
    for path in [*(ROOT / "pages").glob("*.py"), *(ROOT / "pages" / "widgets").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(
                getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", "")
            )
            if isinstance(node, ast.Call) and name in SPOKEN:
                texts = node.args[:2] if name == "open_page" else node.args[SPOKEN[name] :][:1]
                found |= {str(own.value) for own in texts if isinstance(own, ast.Constant)}
    return found


def test_every_text_is_there_in_chinese_with_the_same_places_to_fill() -> None:
    known = chinese()
    missing = sorted(words_of_the_pages() - known.keys())
    assert not missing, missing
    for english, own in known.items():
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", own))


def test_the_switch_changes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABELCORE_DB", str(tmp_path / "app.duckdb"))
    settings.cache_clear()
    app = AppTest.from_file(ROOT / "pages" / "0_home.py", default_timeout=20).run()
    app.selectbox(key=keys.LANGUAGE).set_value("zh").run()
    assert not app.exception
    assert "下一步" in app.subheader[0].value
    app.selectbox(key=keys.LANGUAGE).set_value("en").run()
    assert app.subheader[0].value.startswith("Next")
    close_database(tmp_path / "app.duckdb")
    settings.cache_clear()
