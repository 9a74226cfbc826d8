"""Addresses of pages as texts: to send to somebody, and for what is no link of Streamlit's."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from labelcore.models import Role
from labelcore.workspace import Workspace
from pages.widgets import keys, shell


def address(workspace: Workspace) -> str:
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
