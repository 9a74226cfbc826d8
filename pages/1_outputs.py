"""Outputs: all of a project in one table, one of them open beside it; filters stand in the address."""

import streamlit as st

from labelcore.messages import say
from labelcore.stages import selecting
from pages.widgets import listing, opened_output, shell

MENU = ("Outputs", ":material/table_rows:")

workspace = shell.open_page(
    "Outputs", "Every output of the project: find some, open one, have them graded or export them."
)
with shell.guard():
    if not selecting.count_outputs(workspace):
        st.info(say("There are no outputs yet. Import a file first."))
        shell.go("1_importing.py", "Import a file")
        st.stop()
    filters = listing.ask(workspace)
    paging = listing.ask_paging(workspace)
    with st.spinner(say("Searching …")):
        listed = selecting.list_outputs(workspace, filters=filters, paging=paging)
    head = st.container()
    left, right = st.columns([3, 2])
    with left:
        opened = listing.show_table(listed)
    with right:
        opened_output.show(workspace, opened)
    with head:
        n = listing.show_count(workspace, filters, paging, listed)
    if n:
        listing.offer(workspace, filters, n)
