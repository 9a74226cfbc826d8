"""The page list in the order of the loop; run by the server for every visit."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from pages.widgets.icon import ICON
from pages.widgets.language import language, say

PAGES = Path(__file__).parent.parent
LOOP = (
    ("0_home.py", "Home", "home", ":material/home:"),
    ("1_importing.py", "Import", "importing", ":material/upload_file:"),
    ("2_sampling.py", "Sample", "sampling", ":material/casino:"),
    ("3_grading.py", "Grade", "grading", ":material/rate_review:"),
    ("3_together.py", "Team", "team", ":material/groups:"),
    ("4_deriving.py", "Criteria", "deriving", ":material/checklist:"),
    ("5_judging.py", "Judges", "judging", ":material/gavel:"),
    ("6_aligning.py", "Alignment", "aligning", ":material/monitoring:"),
    ("6_trusting.py", "Trust", "trusting", ":material/verified:"),
    ("7_refining.py", "Refine", "refining", ":material/balance:"),
    ("9_exporting.py", "Export", "exporting", ":material/download:"),
)


def _pages() -> list[Page]:
    """Made once for each visit and language: making them reads the file system for each."""
    key = f"pages-{language()}"
    if key not in st.session_state:
        st.session_state[key] = [
            st.Page(PAGES / file, title=say(title), url_path=path, icon=icon, default=path == "home")
            for file, title, path, icon in LOOP
        ]
    made: list[Page] = st.session_state[key]
    return made


if __name__ == "__main__":
    # Before the pages are named: the browser would fetch their icons for the tab from elsewhere.
    st.set_page_config(page_icon=ICON)
    st.navigation(_pages()).run()
