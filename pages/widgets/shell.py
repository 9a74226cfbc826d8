"""What every page does first: open the database, know the project and who is here.

A page can be reached without app.py having run, so nothing that must hold may live only there.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

ROOT = Path(__file__).parent.parent.parent
if str(ROOT) not in sys.path:  # a page that is opened directly must find its widgets
    sys.path.insert(0, str(ROOT))

from labelcore.errors import LabelcoreError
from labelcore.messages import speak
from labelcore.models import Project
from labelcore.settings import settings
from labelcore.stages import projects
from labelcore.store import Database, open_database
from labelcore.workspace import Workspace
from pages.widgets import keys
from pages.widgets.icon import ICON
from pages.widgets.language import choose_language, language, say

_log = logging.getLogger("labelcore.pages")


def open_page(title: str, explain: str = "", **values: str) -> Workspace:
    """Title, database, project and person; stops with a clear sentence where one is missing.

    ``values`` fill the names in braces in ``explain``.
    """
    speak(language())
    title, explain = say(title), say(explain, **values) if explain else ""
    in_tab = " · ".join(dict.fromkeys((title, "labelcore")))
    st.set_page_config(page_title=in_tab, page_icon=ICON, layout="wide")
    with guard():
        db = open_database(settings().db)
        project = _project(db)
    annotator = _person()
    choose_language()
    st.title(title)
    if explain:
        st.write(explain)
    return Workspace(db, project, annotator)


@contextmanager
def guard() -> Iterator[None]:
    """Show what went wrong as a sentence with the next step; no traceback reaches a person."""
    try:
        yield
    except LabelcoreError as trouble:
        st.error(plain(str(trouble)), icon=":material/error:")
        st.stop()
    except Exception as trouble:
        if type(trouble).__module__.startswith("streamlit"):
            raise  # reruns and stops travel as exceptions
        _log.exception("a page failed")
        st.error("Something went wrong here; nothing that was saved is lost. The log says more.")
        st.stop()


def plain(text: str) -> str:
    """Text from outside for places that read Markdown: nothing in it is formatted or loaded."""
    marks = "\\`*_{}[]()<>#+-.!|$:~&"
    return "".join(f"\\{c}" if c in marks else c for c in text.replace("\n", " "))


def key_of(name: str, ids: Sequence[str]) -> str:
    """A widget's name that changes with the rows it shows: a choice or an edit belongs to its rows,
    and must not stay with their places when other rows stand there.
    """
    return f"{name}-{hashlib.sha256(chr(30).join(ids).encode()).hexdigest()[:16]}"


def _project(db: Database) -> Project:
    known = {project.name: project for project in projects.list_projects(db)}
    names = list(known)
    wanted = settings().project
    if wanted not in names:
        projects.open_project(db, wanted)
        names = sorted([*names, wanted])
    chosen = st.sidebar.selectbox(
        say("Project"), names, index=names.index(wanted), key=keys.PROJECT, bind="query-params"
    )
    return known.get(chosen or wanted) or projects.open_project(db, chosen or wanted)


def _person() -> str:
    name = st.sidebar.text_input(
        say("Your name"),
        value=settings().annotator,
        key=keys.ANNOTATOR,
        bind="query-params",
        help=say("Your grades carry it."),
    )
    return str(name or "").strip()


def go(file: str, label: str) -> None:
    """A link to another page; without the navigation around it, the words alone."""
    try:
        st.page_link(ROOT / "pages" / file, label=say(label), icon=":material/arrow_forward:")
    except StreamlitPageNotFoundError:
        st.write(f"{label} (in the menu of the app)")


def warn(sentences: tuple[str, ...] | list[str]) -> None:
    """Warnings as sentences, each on its own."""
    for sentence in sentences:
        st.warning(plain(sentence), icon=":material/info:")
