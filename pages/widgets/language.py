"""Which language a person's pages speak; the words themselves are in `labelcore.messages`."""

from __future__ import annotations

from typing import cast

import streamlit as st

from labelcore import messages
from labelcore.messages import NAMES, Language
from pages.widgets import keys


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
    return messages.say_in(language(), words, **values)
