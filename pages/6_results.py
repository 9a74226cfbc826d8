"""Results: how good the outputs are, whether that is sure, where they are better or worse, what fails."""

import streamlit as st

from labelcore.messages import say
from labelcore.stages.reporting.comparing import newest_versions
from labelcore.stages.reporting.trend import trend
from labelcore.stages.reporting.trust import trust
from pages.widgets import next_step, shell
from pages.widgets.results import answer, measured

MENU = ("Results", ":material/verified:")

workspace = shell.open_page("How good are the outputs?", page="Results")
with shell.guard():
    if measured.is_open():
        measured.show(workspace)
        st.stop()
    with st.spinner(say("Working out how good the outputs are …")):
        result = trust(workspace)
    if not result.outputs:
        next_step.show_headline(workspace, result)
        st.stop()
    over_time = trend(workspace)
    answer.show(workspace, result, newest_versions(workspace))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        measured.offer()
        if result.action.kind != "share":  # then it stands in the answer itself
            answer.offer_to_share(workspace)
    answer.show_pictures(workspace, result, over_time)
