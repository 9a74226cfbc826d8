"""How the open judge decides: its prompt, code, weights or steps; how it is changed, its limit among that;
and its verdicts.
"""

from __future__ import annotations

import streamlit as st

from labelcore.judges.kinds import Limit, kind_of
from labelcore.judges.kinds.check import CheckKind
from labelcore.messages import say
from labelcore.messages.verdicts import description_words
from labelcore.models import JudgeVersion
from labelcore.stages import judging
from labelcore.stages.judging import RunOrder
from labelcore.stages.refining import prompts
from labelcore.stages.refining.keeping import KeptVersion
from labelcore.stages.refining.limits import set_limit, try_limit
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.judging import learned, preview, running, trying, versions
from pages.widgets.outputs import show_output, why_words
from pages.widgets.shell import plain

_PAGE = 3


def show(workspace: Workspace, version: JudgeVersion) -> None:
    """What it holds, in its form, with what can be changed, and its history."""
    kind, source = kind_of(version), source_of(version)
    versions.show_kept()
    st.text(description_words(version))
    if kind.learns:
        learned.show_learned(workspace, version)
    elif kind.composed:
        learned.show_cascade(workspace, version)
    elif kind.prompts:
        _show_prompts(workspace, version)
    elif source:
        st.code(source, language="python", wrap_lines=True)
    show_limit(workspace, version)
    _offer_to_edit(version, source)
    n = len(judge_table.history(workspace.db, version.judge_id))  # one may be stored beside that in use
    with st.expander(say("Versions ({n})", n=n), expanded=n > 1):
        versions.show_all(workspace, version)


def _show_prompts(workspace: Workspace, version: JudgeVersion) -> None:
    """What its models are asked about an output of the project, whole, with its length and cost."""
    output = preview.pick_output(workspace, version)
    n = len(kind_of(version).prompts)
    for number in range(1, n + 1):
        prompt = prompts.show(workspace, version, output=output, member=number if n > 1 else 0)
        if n > 1:
            st.markdown(f"**{plain(say('Asks {model}:', model=prompt.model))}**")
        preview.show_messages(prompt.size, prompt.rendered)


def _offer_to_edit(version: JudgeVersion, source: str) -> None:
    with st.container(horizontal=True):
        if has_prompt(version) and st.button(say("Edit prompt"), key="edit-prompt", type="primary"):
            open_editor(version)
        if has_prompt(version) and st.button(say("Move to another model"), key="move-judge"):
            st.query_params.update({keys.JUDGE: version.id, keys.JUDGE_VIEW: "prompt-move"})
            st.rerun()
        if source and st.button(say("Edit this check"), key="edit-check"):
            copy_check(version, source)
        if source:
            return
        if version.criterion_id and st.button(
            say("Change what it is asked: open the criterion"), key="edit-criterion"
        ):
            shell.open_at("4_deriving.py", criterion=version.criterion_id)
        if st.button(say("Write a check instead"), key="edit-instead"):
            copy_check(version, source)


def show_verdicts(workspace: Workspace, version: JudgeVersion) -> None:
    """What it says about outputs, value by value."""
    (judge,) = judging.list_judges(workspace, [version])
    counts = {"fail": judge.fails, "pass": judge.passes, "abstain": judge.abstains}
    values = [value for value in counts if counts[value]]
    if judge.errors:
        shell.aside(
            say(
                "{n} outputs have no verdict, {refused} of them refused by the model.",
                n=judge.errors,
                refused=judge.refusals,
            )
        )
    if not values:
        st.write(say("It has decided nothing yet: run the judges."))
        return
    key = f"verdicts-{version.id}"
    words = {value: f"{say(value)} ({counts[value]:,})" for value in values}
    label = say("Outputs with the verdict")
    value = shell.choose(label, words, st.segmented_control, default=values[0], key=key)
    if not value:
        return
    start = shell.page_of(range(counts[value]), _PAGE, f"{key}-{value}")[0]
    for output, decision in judging.judged(workspace.db, version.id, value, limit=_PAGE, start=start):
        with st.container(border=True):
            st.text(why_words(workspace, version, output, decision))
            show_output(output, height=160)
            if kind_of(version).learns:
                learned.show_why(workspace, version, output)


def show_limit(workspace: Workspace, version: JudgeVersion) -> None:
    """The limit with a trial of another one, what it mends and breaks, and a way to keep it."""
    limit = kind_of(version).limit
    if limit is None:
        return
    with st.form("limit", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        value = _ask_limit(version, limit)
        pressed = st.form_submit_button(say("Try it"), key="limit-try")
    if pressed:
        with shell.guard(), st.spinner(say("Both limits decide on graded outputs …")):
            found = try_limit(workspace, version, value)
            st.session_state[keys.LIMIT_TRIED] = (version.id, value, found)
    version_id, trial_value, trial = st.session_state.get(keys.LIMIT_TRIED, ("", 0.0, None))
    if version_id != version.id or trial_value != value:
        return
    trying.show_answer(trial)

    def make(why: str) -> KeptVersion:
        kept = set_limit(workspace, version, value, why=why)
        running.start(workspace, RunOrder(judge=kept.judge_version_id))  # it asks no model
        return kept

    versions.offer_to_keep(workspace, make)
    trying.show_figures(trial)
    moved = version.model_copy(update={"spec": kind_of(version).limited(value)})
    trying.show_lists(workspace, trial, (version, moved))


def _ask_limit(version: JudgeVersion, limit: Limit) -> float:
    """In the detector's unit; shares are shown as percent."""
    scale = 100 if limit.percent else 1
    label = say("Its limit: {quantity}", quantity=say(limit.quantity))
    label = say("{label}, in percent", label=label) if limit.percent else label
    current = round(limit.value * scale, 2)
    number = st.number_input(label, value=current, step=1.0, format="%g", key=f"limit-{version.id}")
    return limit.value if number == current else round(float(number) / scale, 6)


_COPY_BEGINS = """# Instead of this judge: {description}
# Return False, and why, where an output fails.
def check(output, input, context, metadata):
    words = len(output.split())
    return True, f"{{words}} words"
"""


def has_prompt(version: JudgeVersion) -> bool:
    """Whether it asks a prompt, or several, which can be edited."""
    return bool(kind_of(version).prompts)


def is_code(version: JudgeVersion) -> bool:
    """Whether a check in Python takes its place, or is what it is."""
    kind = kind_of(version)
    return not has_prompt(version) and kind.decides_here and not kind.learns


def open_editor(version: JudgeVersion, output_id: str = "") -> None:
    """Where this judge is changed; ``output_id`` is the output on which it errs."""
    if kind_of(version).limit:
        st.query_params.update({keys.JUDGE: version.id, keys.JUDGE_VIEW: "how"})
        shell.again()
    if is_code(version):
        copy_check(version, source_of(version))
        return
    st.query_params.update({keys.JUDGE: version.id, keys.JUDGE_VIEW: "prompt"})
    if output_id:
        st.query_params[keys.PROMPT_OUTPUT] = output_id
    st.rerun()


def source_of(version: JudgeVersion) -> str:
    """The Python of a written check, else ""."""
    kind = kind_of(version)
    return kind.spec.source if isinstance(kind, CheckKind) else ""


def copy_check(version: JudgeVersion, source: str) -> None:
    """A copy of a check in the editor of checks; of a detector, a check that begins with what it does.

    What was written of the same judge before stands there still.
    """
    if st.session_state.get(keys.CHECK_OF) != version.id:
        text = source or _COPY_BEGINS.format(description=" ".join(version.description.split()))
        name = version.name.rpartition(" · ")[2] if is_code(version) else ""
        st.session_state.update({keys.CHECK_SOURCE: text, keys.CHECK_NAME: name, keys.CHECK_OF: version.id})
        st.session_state.pop(keys.CHECK_CRITERION, None)
    st.query_params[keys.JUDGE_VIEW] = "check"
    st.rerun()


def show_ways(workspace: Workspace, version: JudgeVersion) -> None:
    """The ways to change a judge that has no prompt."""
    kind = kind_of(version)
    if kind.learns:
        st.write(say("It is learned from grades and notes: more of them change it, no prompt does."))
        learned.show_learned(workspace, version)
        with st.container(horizontal=True):
            if stale := learned.stale_judges(workspace):
                learned.offer_to_retrain(workspace, stale)
            shell.go("3_grading.py", "Grade")
    elif kind.composed:
        st.write(
            say("It hands outputs from judge to judge: change one of them, then make the cascade again.")
        )
    elif kind.decides_here:
        st.write(say("It is code. A copy of it opens as a check that you can write on."))
        if st.button(say("Write on a copy"), key="copy-check"):
            copy_check(version, source_of(version))
    else:
        st.write(say("Its verdicts came by file: it is changed where they are made, then imported again."))
