"""The page of the docs for a person's role, in their language, without leaving the page that they are on."""

import re

import streamlit as st

from labelcore.messages import say
from labelcore.models import Role
from pages.widgets.menu import PAGES

DOCS = PAGES.parent / "docs"
_NAMES = {Role.EXPERT: "experts", Role.LEAD: "experts", Role.MANAGER: "managers"}
_PICTURE = re.compile(r"^!\[.*\]\(.*\)\n+", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def offer_help(role: Role, language: str) -> None:
    """A button in the menu that opens it; nothing where the docs are not beside the app."""
    file = DOCS / ("zh" if language == "zh" else "") / f"{_NAMES.get(role, 'engineers')}.md"
    if not file.exists() or not st.sidebar.button(say("Help"), icon=":material/help:", type="tertiary"):
        return
    title, _, text = _PICTURE.sub("", file.read_text("utf-8")).partition("\n")

    @st.dialog(title.removeprefix("# "), width="large")
    def show() -> None:
        st.markdown(_LINK.sub(r"\1", text))

    show()
