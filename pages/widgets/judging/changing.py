"""How a judge that has no prompt is changed: its check, its threshold, its grades, its parts."""

from __future__ import annotations

import streamlit as st

from labelcore.judges.kinds import kind_of
from labelcore.judges.kinds.check import CheckKind
from labelcore.messages import say
from labelcore.models import JudgeVersion
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.judging import learned

_BEGINNING = """# Instead of this judge: {description}
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
        text = source or _BEGINNING.format(description=" ".join(version.description.split()))
        name = version.name.rpartition(" · ")[2] if is_code(version) else ""
        st.session_state.update({keys.CHECK_SOURCE: text, keys.CHECK_NAME: name, keys.CHECK_OF: version.id})
        st.session_state.pop(keys.CHECK_CRITERION, None)
    st.query_params[keys.JUDGE_VIEW] = "check"
    st.rerun()


def show(workspace: Workspace, version: JudgeVersion) -> None:
    """What changes it, with a way there."""
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
