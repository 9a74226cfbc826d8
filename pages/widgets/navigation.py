"""What the server runs for every visit: the pages by address. The menu itself is drawn by the page
(`pages.widgets.shell`), once project, person, role and language are known: its links carry them.
"""

import streamlit as st
from streamlit.navigation.page import Page

from labelcore.messages import say_in
from pages.widgets.menu import address, menu
from pages.widgets.shell import ICON, keep_place, language


def _pages() -> list[Page]:
    """Made once for each visit and language: making them reads the file system for each."""
    keep_place()
    code = language()
    pages: list[Page] | None = st.session_state.get(f"pages-{code}")
    if pages is None:
        pages = st.session_state[f"pages-{code}"] = [
            st.Page(file, title=say_in(code, title), url_path=address(file), icon=icon, default=at == 0)
            for at, (file, title, icon) in enumerate(menu())
        ]
    return pages


if __name__ == "__main__":
    # Before the pages are named: the browser would fetch their icons for the tab from elsewhere.
    st.set_page_config(page_icon=ICON)
    st.navigation(_pages(), position="hidden").run()
