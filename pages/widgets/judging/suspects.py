"""Judges that are stale, and those that are not worth their place: made anew, or flipped."""

import streamlit as st

from labelcore.judges.kinds import kind_named
from labelcore.messages import say, sentence
from labelcore.messages.catalogue import counted
from labelcore.models import NOTHING
from labelcore.stages import judging
from labelcore.stages.aligning.side_by_side import JudgeTable
from labelcore.stages.judging.testing import suspecting
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.shell import plain


def show_stale(workspace: Workspace, table: JudgeTable) -> None:
    """Say how many judges are stale, and offer to make those that a prompt makes anew."""
    stale = [row for row in table.rows if row.stale_because]
    if not stale:
        return
    with_prompt = [row for row in stale if kind_named(row.kind).needs_model]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        reasons = dict.fromkeys(say(reason) for row in stale for reason in row.stale_because)
        words = counted(
            "One judge is stale: {why}.", "{n} judges are stale: {why}.", n=len(stale), why="; ".join(reasons)
        )
        st.write(plain(words))
        if len(with_prompt) < len(stale):
            st.write(say("Propose judges again where they hold no prompt."))
        if with_prompt and st.button(say("Make {n} again with the present wording", n=len(with_prompt))):
            judging.refresh_judges(workspace)
            st.rerun()


def show(workspace: Workspace) -> None:
    """Duplicates, constants, inverted and erroring judges; inverted ones can be flipped."""
    st.subheader(say("Judges you can do without"))
    with st.spinner(say("Judges that have not run are tried …")):
        suspects = suspecting.suspicious(workspace)
    if not suspects:
        st.write(say("None of them looks wrong."))
        return
    suspects.sort(key=lambda suspect: (suspect.fault != "inverted", suspect.fault, suspect.advice.code))
    advice = NOTHING
    for suspect in shell.page_of(suspects, 10, "suspects"):
        if suspect.advice != advice:
            advice = suspect.advice
            st.write(f"**{plain(say(suspect.fault).capitalize())}.** {plain(sentence(advice))}")
        st.text(sentence(suspect.says))
        if suspect.fault == "inverted" and st.button(say("Flip it"), key=f"flip-{suspect.judge_version_id}"):
            with shell.guard():
                version = judging.find_judge(workspace, suspect.judge_version_id)
                judge = suspecting.flip(workspace, version)
                st.session_state.pop(keys.JUDGE_TABLE_KEPT, None)
                st.success(plain(say("{judge} is a judge now.", judge=judge.name)))
