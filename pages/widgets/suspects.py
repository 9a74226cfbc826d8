"""Judges that are not worth their place, and the flip of an inverted one."""

from __future__ import annotations

import streamlit as st

from labelcore.stages import judging
from labelcore.stages.judging.testing import suspecting
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.shell import plain


def show_suspects(workspace: Workspace) -> None:
    """What is wrong with judges, with counts; inverted ones can be flipped. Only when asked for:
    judges that have not run are tried, which takes seconds.
    """
    if not st.toggle("Look for duplicates, constants, inverted and erroring judges", key="look-for-suspects"):
        return
    found = suspecting.suspicious(workspace)
    if not found:
        st.write("None of them looks wrong.")
        return
    with st.expander(
        f"{len(found)} judges to look at: duplicates, constants, inverted, erroring", expanded=True
    ):
        advice = ""
        for suspect in sorted(
            found, key=lambda suspect: (suspect.fault != "inverted", suspect.fault, suspect.advice)
        ):
            if suspect.advice != advice:
                advice = suspect.advice
                st.write(f"**{suspect.fault.capitalize()}.** {plain(advice)}")
            st.text(suspect.says)
            if suspect.fault == "inverted" and st.button("Flip it", key=f"flip-{suspect.judge_version_id}"):
                with shell.guard():
                    version = judging.find_judge(workspace, suspect.judge_version_id)
                    made = suspecting.flip(workspace, version)
                    st.success(plain(f"{made.name} is a judge now."))
