"""Outputs: all of a project in one table, one of them open beside it; filters stand in the address."""

import streamlit as st

from labelcore.messages import say
from labelcore.stages import selecting
from pages.widgets import listing, shell

MENU = ("Outputs", ":material/table_rows:")

place = shell.open_page(
    "Outputs", "Every output of the project: find some, open one, have them graded or export them."
)
with shell.guard():
    if not selecting.count_outputs(place):
        st.info(say("There are no outputs yet. Import a file first."))
        shell.go("1_importing.py", "Import a file")
        st.stop()
    filters = listing.ask(place)
    paging = listing.ask_paging(place)
    with st.spinner(say("Searching …")):
        found = selecting.list_outputs(place, filters=filters, paging=paging)
    above = st.container()
    table, beside = st.columns([3, 2])
    with table:
        opened = listing.show_table(found)
    with beside:
        listing.show_one(place, opened)
    with above:
        n = listing.show_count(place, filters, paging, found)
    if n:
        listing.offer(place, filters, n)
