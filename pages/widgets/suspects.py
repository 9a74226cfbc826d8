"""Judges that are not worth their place, and the flip of an inverted one."""

from __future__ import annotations

import streamlit as st

from labelcore.stages import judging
from labelcore.stages.judging import suspecting
from pages.widgets import shell
from pages.widgets.shell import Place, plain


def show_suspects(place: Place) -> None:
    """What is wrong with judges, with counts; inverted ones can be flipped."""
    found = suspecting.suspicious(place.db, place.project)
    if not found:
        return
    with st.expander(f"{len(found)} judges to look at: duplicates, constants, inverted, erroring"):
        said = ""
        for own in sorted(found, key=lambda own: (own.fault != "inverted", own.fault, own.advice)):
            if own.advice != said:
                said = own.advice
                st.write(f"**{own.fault.capitalize()}.** {plain(said)}")
            st.text(own.says)
            if own.fault == "inverted" and st.button("Flip it", key=f"flip-{own.judge_version_id}"):
                with shell.guard():
                    version = judging.find_judge(place.db, place.project, own.judge_version_id)
                    made = suspecting.flip(place.db, place.project, version, place.annotator)
                    st.success(plain(f"{made.name} is a judge now."))
