"""Judges: all of them in one table, one open beside it with its errors, and what runs them."""

import streamlit as st

from pages.widgets import shell
from pages.widgets.judging import bar, editor, opened, table

MENU = ("Judges", ":material/gavel:")

workspace = shell.open_page("Judges")
with shell.guard():
    judges = table.read(workspace)
    if editor.wanted():
        editor.show(workspace, table.open_row(judges))
        st.stop()
    table.show_in_use(judges)
    show_estimates = bar.show(workspace, judges)
    if not judges.rows:
        table.show_none(workspace)
    if judges.rows or opened.wanted():
        left, right = st.columns([7, 5])
        with left:
            row = table.show(judges)
        with right.container(border=True):
            opened.show(workspace, row)
    show_estimates()
