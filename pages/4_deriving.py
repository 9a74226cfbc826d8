"""Criteria: all of them in one list, one open beside it with the notes it rests on."""

import streamlit as st

from pages.widgets import shell
from pages.widgets.deriving import bar, opened, table, tools, unnamed

MENU = ("Criteria", ":material/checklist:")

place = shell.open_page("Criteria")
with shell.guard():
    if tools.is_open():
        tools.show(place)
        st.stop()
    found = table.read(place)
    bar.show(place, found)
    left, right = st.columns(2)
    if found.open:
        with right.container(border=True):
            opened.show(place, found.open)
    with left:
        table.show(found)
        unnamed.ask(place)
    table.measure(place)
