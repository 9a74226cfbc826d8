"""The words of the experts' pages in their language, from a gettext catalogue (pages/locale)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, cast

import streamlit as st
from babel.messages.pofile import read_po

from pages.widgets import keys

Language = Literal["en", "zh"]
NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}
CATALOGUE = Path(__file__).parent.parent / "locale" / "zh.po"


def language() -> Language:
    """What the person has chosen, else what the browser asks for."""
    chosen = st.session_state.get(keys.LANGUAGE)
    if chosen in NAMES:
        return cast("Language", chosen)
    return "zh" if str(st.context.locale or "").startswith("zh") else "en"


def choose_language() -> None:
    """The switch, kept in the page's address."""
    st.sidebar.selectbox(
        "Language · 语言",
        list(NAMES),
        format_func=NAMES.__getitem__,
        key=keys.LANGUAGE,
        index=list(NAMES).index(language()),
        bind="query-params",
    )


def say(words: str, **values: object) -> str:
    """The words in the person's language, with names in braces filled in."""
    return say_in(language(), words, **values)


def say_in(spoken: Language, words: str, **values: object) -> str:
    """The words in a language, for where no page is running."""
    found = chinese().get(words, words) if spoken == "zh" else words
    return found.format(**values) if values else found


@cache
def chinese() -> dict[str, str]:
    """English words and what they are in Chinese."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh")
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string}
