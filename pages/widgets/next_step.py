"""The one thing to do next as a button, an answer's badge and reasons, and what a model would add: alike
wherever they are shown.
"""

from typing import Literal

import streamlit as st

from labelcore.messages import say, sentence
from labelcore.messages.trusting import action_words, answer_words
from labelcore.models import Role
from labelcore.settings import settings
from labelcore.stages.aligning import evidence
from labelcore.stages.reporting.reasons import Action, ActionKind, Reason
from labelcore.stages.reporting.trust import Trust, trust
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.shell import plain

_RESULTS = "6_results.py"
_PAGES: dict[ActionKind, str] = {
    "import": "1_importing.py",
    "draw": "3_grading.py",
    "grade": "3_grading.py",
    "second person": "3_team.py",
    "settle": "3_team.py",
    "derive": "4_deriving.py",
    "propose": "5_judging.py",
    "run": "5_judging.py",
    "remake": "5_judging.py",
    "choose": _RESULTS,
    "refine": "5_judging.py",
    "look again": _RESULTS,
    "fresh test": _RESULTS,
    "sharpen": "4_deriving.py",
    "share": _RESULTS,
}
_PARTS: dict[ActionKind, str] = {"choose": "judges", "look again": "each", "fresh test": "test"}
"""Where the step is taken on a part of the Results page, that part."""
_ICONS = {
    "good": ":green[:material/check:]",
    "care": ":orange[:material/warning:]",
    "bad": ":red[:material/close:]",
}
_BADGES: dict[str, tuple[Literal["green", "orange", "red"], str]] = {
    "yes": ("green", "check"),
    "with care": ("orange", "warning"),
    "no": ("red", "close"),
}


def show_headline(workspace: Workspace, trust: Trust) -> None:
    """The answer in a sentence, and the one thing to do next."""
    show_badge(trust)
    st.subheader(plain(sentence(trust.headline)))
    offer(workspace, trust.action)


def show_badge(trust: Trust) -> None:
    """Whether the number can be used, if there is one."""
    if trust.rate.value is None:
        return
    colour, icon = _BADGES[trust.answer]
    st.badge(answer_words(trust.answer), color=colour, icon=f":material/{icon}:")


def show_reasons(reasons: tuple[Reason, ...]) -> None:
    """Each in a line."""
    for reason in reasons:
        show_line(reason, sentence(reason.says))


def show_line(reason: Reason, words: str) -> None:
    """Its sign has a shape for each weight, so that nothing rests on colour."""
    st.markdown(f"{_ICONS[reason.weight]} {plain(words)}")


def work_out(workspace: Workspace) -> Trust:
    """How good the outputs are, and what is next."""
    with st.spinner(say("Working out how good the outputs are …")):
        return trust(workspace)


def taken(kind: ActionKind) -> bool:
    """Whether this step was pressed on the page before, so that nobody presses the same words twice; once."""
    return st.session_state.get(keys.NEXT_STEP) == kind and bool(st.session_state.pop(keys.NEXT_STEP))


def offer_next(workspace: Workspace) -> Action:
    """What Home, too, offers as the next step."""
    action = work_out(workspace).action
    offer(workspace, action)
    return action


def offer(workspace: Workspace, action: Action) -> None:
    """The button: it makes the draw where there is one to make, and opens the page where the work is done.

    Where that is not for their role to do, they read what is next for the team.
    """
    page = _PAGES[action.kind]
    is_read = shell.role(workspace.role) is Role.MANAGER and page != _RESULTS
    is_engineers = action.kind == "draw" and not workspace.role.includes(Role.ENGINEER)
    if is_read or is_engineers or not shell.opens(page):
        st.write(plain(say("Next for the team: {step}", step=action_words(action))))
        return
    if st.button(plain(action_words(action)), type="primary", key="next-step"):
        with shell.guard():
            if action.kind == "draw":
                evidence.ask_next(workspace, action.n)
        st.session_state[keys.NEXT_STEP] = action.kind
        shell.open_at(page, view=_PARTS.get(action.kind, ""))


def offer_model(adds: str) -> None:
    """What a model would add here, where none is configured and an engineer looks at it."""
    if settings().has_model or shell.role() is not Role.ENGINEER:
        return
    view = st.query_params.get(keys.JUDGE_VIEW, "")  # another one, closed, beside what it opened
    with st.popover(say("No model is connected"), icon=":material/power_off:", key=f"connect-{view}"):
        st.write(plain(adds))
        shell.go_to("5_judging.py", say("Connect one in a minute"), {keys.JUDGE_VIEW: "models"})
