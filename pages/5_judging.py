"""Judges: candidates for each criterion, run over the outputs, compared and tested."""

import streamlit as st

from pages.widgets import keys, shell
from pages.widgets.checks import show_schema, write_check
from pages.widgets.hardness import show_flips, show_hardness
from pages.widgets.judges import show_judges
from pages.widgets.learned import show_cascades
from pages.widgets.referee import show_race

MENU = ("Judges", ":material/gavel:")

place = shell.open_page("Judges", "Automatic checks, each deciding one criterion on every output.")
shown = {
    "Judges": show_judges,
    "Race": show_race,
    "Write a check": write_check,
    "Cascade": show_cascades,
    "Hardness": show_hardness,
    "Flips": show_flips,
    "Schema": show_schema,
}
for written in (keys.CHECK_SOURCE, keys.CHECK_NAME):
    if written in st.session_state:  # else it would be lost while another tab is open
        st.session_state[written] = st.session_state[written]
shell.show_tabs(shown, place, keys.JUDGES)
