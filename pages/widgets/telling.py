"""What was done is said on the page that is drawn next: words that stand where somebody saved go with the
drawing, or are shut in an expander that closes.
"""

from typing import NoReturn

import streamlit as st

from pages.widgets import keys
from pages.widgets.tables import plain


def tell_next(words: str) -> None:
    """Keep words for the page as it is drawn next; whoever calls has it drawn anew."""
    st.session_state[keys.TOLD] = words


def tell_anew(words: str) -> NoReturn:
    """Draw the page anew, with these words on it."""
    tell_next(words)
    st.rerun()


def tell_kept() -> None:
    """Say what was kept, once."""
    if words := st.session_state.pop(keys.TOLD, ""):
        st.toast(plain(words), icon=":material/check:", duration="long")
