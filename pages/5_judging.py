"""Judges: all of them in one table, one open beside it with its errors, and what runs them."""

import streamlit as st

from pages.widgets import shell
from pages.widgets.judging import bar, editor, opened, running, table

MENU = ("Judges", ":material/gavel:")

place = shell.open_page("Judges")
with shell.guard():
    found = table.read(place)
    if editor.wanted():
        editor.show(place, table.open_row(found))
        st.stop()
    table.show_in_use(found)
    estimate = bar.show(place, found)
    if not found.rows:
        table.show_none(place)
    if found.rows or opened.wanted():
        left, right = st.columns([7, 5])
        with left:
            row = table.show(found)
        with right.container(border=True):
            opened.show(place, row)
    with estimate:  # the last: a few outputs are really decided for it
        running.show_estimate(place)
