"""Criteria: all of them in one list, one open beside it with the notes it rests on."""

import streamlit as st

from pages.widgets import shell
from pages.widgets.deriving import bar, codes, opened, table

MENU = ("Criteria", ":material/checklist:")

workspace = shell.open_page("Criteria")
with shell.guard():
    if bar.is_tool_open():
        bar.show_tool(workspace)
        st.stop()
    listed = table.read(workspace)
    bar.show(workspace, listed)
    left, right = st.columns(2)
    if listed.open:
        with right.container(border=True):
            opened.show(workspace, listed.open)
    with left:
        table.show(listed)
        codes.ask_name_of_group(workspace)
    table.measure(workspace)
