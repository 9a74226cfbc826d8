"""A prompt as the model sees it: the output that it is shown with, its messages, their length and cost."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from labelcore.llm import Message
from labelcore.messages import say, sentence
from labelcore.models import JudgeVersion, Output
from labelcore.stages import refining
from labelcore.stages.grading import fitting_labels
from labelcore.stages.refining.prompts import Size
from labelcore.store import outputs as output_table
from labelcore.text.showing import shortened
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.outputs import show_text

_PICKED = 60
_BEGINNING = 70
_SEEN = 1_500


def pick_output(workspace: Workspace, version: JudgeVersion) -> Output | None:
    """A graded output of train or dev; first those on which the judge and people differ. None without any."""
    differing = [conflict.output.id for conflict in refining.docket(workspace, judge=version).conflicts]
    labels = fitting_labels(workspace).about(version.criterion_id)
    ids = list(dict.fromkeys((*differing, *labels.value)))[:_PICKED]
    outputs = output_table.many(workspace.db, ids)
    linked_id = st.query_params.get(keys.PROMPT_OUTPUT, "")
    opened = output_table.get(workspace.db, linked_id, workspace.project.id)
    if opened:
        outputs = {opened.id: opened} | outputs
    if not outputs:
        return None

    def words(output_id: str) -> str:
        grade = {True: say("pass"), False: say("fail"), None: ""}[labels.value.get(output_id)]
        differs = say("the judge differs") if output_id in differing else ""
        text = shortened(outputs[output_id].text, _BEGINNING)
        return " · ".join(filter(None, (grade, differs, text)))

    key = f"{keys.PROMPT_SHOWN}-{version.judge_id}-{opened.id if opened else ''}"
    return outputs[st.selectbox(say("With this output"), list(outputs), format_func=words, key=key)]


def show_messages(size: Size, rendered: Sequence[Message | dict[str, str]]) -> None:
    """What is asked, message by message."""
    shell.aside(sentence(size.says))
    for message in rendered:
        shell.aside(say(message["role"]))
        show_text(message["content"], _SEEN, say("Whole message"))
