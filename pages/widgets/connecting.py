"""Without a model: what one would add on a page, and the way to connect one."""

import streamlit as st

from labelcore.messages import say
from labelcore.models import Role
from labelcore.settings import settings
from pages.widgets import keys, shell
from pages.widgets.shell import plain


def offer(adds: str) -> None:
    """What a model would add here, where none is configured and an engineer looks at it."""
    if settings().has_model or shell.role() is not Role.ENGINEER:
        return
    view = st.query_params.get(keys.JUDGE_VIEW, "")  # another one, closed, beside what it opened
    with st.popover(say("No model is connected"), icon=":material/power_off:", key=f"connect-{view}"):
        st.write(plain(adds))
        shell.go_to("5_judging.py", say("Connect one in a minute"), {keys.JUDGE_VIEW: "models"})
