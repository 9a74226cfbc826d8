"""Results: how good the outputs are, whether that is sure, where they are better or worse, what fails."""

import streamlit as st

from labelcore.messages import say
from labelcore.stages.reporting.comparing import newest_versions
from labelcore.stages.reporting.trend import trend
from labelcore.stages.reporting.trust import trust
from pages.widgets import shell
from pages.widgets.results import answer, measured, pictures

MENU = ("Results", ":material/verified:")

place = shell.open_page("How good are the outputs?", page="Results")
with shell.guard():
    if measured.is_open():
        measured.show(place)
        st.stop()
    with st.spinner(say("Working out how good the outputs are …")):
        whole = trust(place)
    if not whole.outputs:
        st.info(say("It is too early to say: no output has been passed or failed. Grade some first."))
        shell.go("3_grading.py", "Grade")
        st.stop()
    found = trend(place)
    answer.show(place, whole, newest_versions(place, found))
    pictures.show(place, whole, found)
    left, right = st.columns([3, 1])
    with left:
        measured.offer()
    if whole.action.kind != "share":  # then it stands in the answer itself
        with right:
            answer.offer_to_share(place)
