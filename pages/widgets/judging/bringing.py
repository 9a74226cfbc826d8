"""A prompt that judges elsewhere, pasted or as a file: how it is read, what is asked, kept as a judge."""

from __future__ import annotations

import streamlit as st

from labelcore.messages import paragraph, say, sentence
from labelcore.models import OVERALL
from labelcore.settings import settings
from labelcore.stages import judging
from labelcore.stages.deriving import editing
from labelcore.stages.judging.bringing.asked import BringingOrder
from labelcore.stages.judging.bringing.prompts import BroughtPrompt, bring, look
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.judging import bringing_form
from pages.widgets.shell import plain

_LONGEST = 100_000


def show(workspace: Workspace) -> None:
    """Paste, see how it is read, say what is asked, keep."""
    st.markdown(f"#### {say('Bring a prompt')}")
    text = _text()
    if not text.strip():
        st.write(
            say(
                "Paste a prompt that you judge with elsewhere: a text with variables, messages as JSON or "
                "YAML, or the source that holds it. Its words stay as they are."
            )
        )
        _show_kept(workspace)
        return
    criterion_id = _criterion(workspace)
    guess = look(workspace, text, criterion=criterion_id)
    if guess.family:
        shell.aside(say("A prompt as {family} has them.", family=guess.family))
    answers = bringing_form.variables(guess, text) | bringing_form.answers(guess, text)
    order = BringingOrder.model_validate(answers | bringing_form.whom())
    prompt = look(workspace, text, criterion=criterion_id, order=order)
    _tell(prompt)
    _keep(workspace, text, criterion_id, prompt, order)
    _show_kept(workspace)


def _text() -> str:
    """What is pasted, or what a file holds."""
    file = st.file_uploader(say("The prompt as a file"), key=keys.BRING_FILE, max_upload_size=1)
    if file is not None:
        return file.getvalue().decode("utf-8-sig", "replace")
    return st.text_area(
        say("or pasted"),
        key=keys.BRING_TEXT,
        height=180,
        max_chars=_LONGEST,
        placeholder="{question} {answer}",
    )


def _criterion(workspace: Workspace) -> str:
    """The id of a criterion, or overall."""
    names = {OVERALL: say(OVERALL)}
    names |= {item.id: say(item.name) for item in editing.list_criteria(workspace, status="accepted")}
    return st.selectbox(
        say("It decides"), list(names), format_func=names.__getitem__, key=keys.BRING_CRITERION
    )


def _tell(prompt: BroughtPrompt) -> None:
    """What is known of its threshold, what is not taken over, and the whole of it about one output."""
    if prompt.threshold.says:
        st.write(plain(sentence(prompt.threshold.says)))
    for notice in prompt.notices:
        icon = ":orange[:material/warning:] " if notice.code != "foreign_own_form" else ""
        st.write(f"{icon}{plain(sentence(notice))}")
    if prompt.rendered:
        with st.expander(say("As the model sees it, about the first output"), expanded=not prompt.questions):
            for message in prompt.rendered:
                shell.aside(message["role"])
                st.code(message["content"], language=None, wrap_lines=True)


def _keep(
    workspace: Workspace, text: str, criterion_id: str, prompt: BroughtPrompt, order: BringingOrder
) -> None:
    for question in prompt.questions:
        if question.code not in bringing_form.CHOSEN:
            st.write(plain(sentence(question)))
    if any(question.code in bringing_form.CHOSEN for question in prompt.questions):
        st.write(say("A choice above is still open."))
    no_model = not settings().all_endpoints
    if no_model:
        st.info(say("No model is connected: the prompt can be looked at, and kept once there is one."))
    label = say("Keep it and fit its threshold") if _fits(prompt) else say("Keep it as a judge")
    disabled = bool(prompt.questions) or no_model
    if st.button(label, type="primary", key=keys.BRING_KEEP, disabled=disabled):
        with shell.guard(), st.spinner(say("Asking the model for scores of graded outputs …")):
            kept = bring(workspace, text, criterion=criterion_id, order=order)
        st.session_state.pop(keys.JUDGE_TABLE_KEPT, None)
        st.session_state[keys.BROUGHT] = kept
        st.rerun()


def _fits(prompt: BroughtPrompt) -> bool:
    return prompt.threshold.says.code == "threshold_to_fit"


def _show_kept(workspace: Workspace) -> None:
    """What was kept last, and the test that it needs."""
    kept: BroughtPrompt | None = st.session_state.get(keys.BROUGHT)
    if kept is None or not kept.judge:
        return
    lines = [say("Kept as “{judge}”, version {version}.", kept)]
    lines += [sentence(kept.threshold.says)] if kept.threshold.says else []
    st.success(plain(paragraph(*lines)))
    version = judging.find_judge(workspace, kept.judge)
    with st.container(horizontal=True):
        for view, words in (("how", say("Open the judge")), ("hardness", say("Test its hardness"))):
            if st.button(words, key=f"brought-{view}"):
                del st.session_state[keys.BROUGHT]
                st.query_params[keys.JUDGE], st.query_params[keys.JUDGE_VIEW] = version.id, view
                st.rerun()
