"""Addresses of pages: choices that stand in them by their names, whatever language the labels are in, and
addresses as texts, to send to somebody and for what is no link of Streamlit's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from labelcore.messages import say
from labelcore.models import Role
from labelcore.workspace import Workspace
from pages.widgets import keys, shell


def choose(
    where: Any,
    label: str,
    options: Sequence[str],
    key: str,
    *,
    words: Callable[[str], str] = str,
    empty: str | None = None,
) -> str | None:
    """A select box; ``empty``: the words where nothing is chosen, without them the first option is."""
    asked = st.query_params.get(key)
    if key not in st.session_state and asked in options:
        st.session_state[key] = asked
    chosen: str | None = where.selectbox(
        label,
        options,
        index=None if empty is not None else 0,
        format_func=words,
        placeholder=empty or "",
        key=key,
    )
    _write(key, [chosen] if chosen and (empty is not None or chosen != options[0]) else [])
    return chosen


def choose_beside(label: str, options: Sequence[str], key: str, *, words: Callable[[str], str]) -> str:
    """One of a few that stand beside each other; the first where none is chosen."""
    asked = st.query_params.get(key)
    if key not in st.session_state:
        st.session_state[key] = asked if asked in options else options[0]
    chosen: str | None = st.segmented_control(
        label, options, key=key, label_visibility="collapsed", format_func=words, wrap=True
    )
    _write(key, [chosen] if chosen and chosen != options[0] else [])
    return chosen or options[0]


def choose_several(
    where: Any, label: str, options: Sequence[str], key: str, *, words: Callable[[str], str] = str
) -> list[str]:
    """A box of which several are chosen."""
    if key not in st.session_state:
        st.session_state[key] = [asked for asked in st.query_params.get_all(key) if asked in options]
    chosen: list[str] = where.multiselect(
        label, options, format_func=words, placeholder=say("Choose"), key=key
    )
    _write(key, chosen)
    return chosen


def _write(key: str, values: Sequence[str]) -> None:
    """Let the address say so, if it does not yet: each change is a step of the browser's way back."""
    if st.query_params.get_all(key) != [*values]:
        if values:
            st.query_params[key] = [*values]
        else:
            del st.query_params[key]


def here(workspace: Workspace) -> str:
    """The address of this page for whoever it is sent to: the project, nobody's name; the browser of whoever
    opens it says in which language.
    """
    query = {keys.PROJECT: workspace.project.name}
    return f"{(st.context.url or '').partition('?')[0]}?{urlencode(query)}"


def address_of(page: str, parameters: Mapping[str, str]) -> str:
    """A page with its filters, where the person is: for what is no link of Streamlit's."""
    return f"{page}?{urlencode(shell.place() | dict(parameters))}"


def is_only_here() -> bool:
    """Whether the address that this page was reached by means nothing on another machine."""
    return urlsplit(str(st.context.url or "")).hostname in {"localhost", "127.0.0.1", "::1"}


def invitation(page: str, person: str, face: Role) -> str:
    """The address that opens a page of this project for somebody, in the language of their browser."""
    place = shell.place() | {keys.ANNOTATOR: person.strip(), keys.ROLE: face}
    url = urlsplit(str(st.context.url or ""))
    query = urlencode({key: value for key, value in place.items() if value and key != keys.LANGUAGE})
    return urlunsplit((url.scheme, url.netloc, f"/{page}", query, ""))
