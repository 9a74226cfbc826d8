"""The menu: every file of ``pages/``, in the order of the loop; run by the server for every visit.

A page's file name gives its place and its address (``9_exporting.py`` is ``/exporting``), and its
constant ``MENU = (title, icon)`` what the menu shows.
"""

import ast
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from labelcore.messages import say_in
from pages.widgets.shell import ICON, PAGES, language


def address(file: Path) -> str:
    """The word under which a page is reached."""
    return file.stem.partition("_")[2]


@cache
def menu() -> tuple[tuple[Path, str, str], ...]:
    """(file, title, icon) of every page; the files are read, not run.

    Raises:
        ValueError: a page has no MENU.
    """
    return tuple((file, *_shown(file)) for file in sorted(PAGES.glob("[0-9]_*.py")))


def _shown(file: Path) -> tuple[str, str]:
    for part in ast.parse(file.read_text(encoding="utf-8")).body:
        match part:
            case ast.Assign(targets=[ast.Name(id="MENU")], value=value):
                title, icon = ast.literal_eval(value)
                return title, icon
    raise ValueError(f"{file.name} says nothing for the menu: MENU = (title, icon)")


def _pages() -> list[Page]:
    """Made once for each visit and language: making them reads the file system for each."""
    spoken = language()
    made: list[Page] | None = st.session_state.get(f"pages-{spoken}")
    if made is None:
        made = st.session_state[f"pages-{spoken}"] = [
            st.Page(file, title=say_in(spoken, title), url_path=address(file), icon=icon, default=at == 0)
            for at, (file, title, icon) in enumerate(menu())
        ]
    return made


if __name__ == "__main__":
    # Before the pages are named: the browser would fetch their icons for the tab from elsewhere.
    st.set_page_config(page_icon=ICON)
    st.navigation(_pages()).run()
