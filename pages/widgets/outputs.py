"""Show outputs safely: as text only, so nothing in them loads, links or runs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from labelcore.models import Output
from labelcore.stages.aligning import Disagreement
from pages.widgets.language import say
from pages.widgets.shell import plain

_PAGE = 10


def show_output(output: Output) -> None:
    """One output with what it answers."""
    for title, text in (("Input", output.input), ("Context", output.context)):
        if text:
            with st.expander(say(title)):
                st.code(text, language=None, wrap_lines=True)
    for turn in output.conversation:
        st.text(f"{turn.role}: {turn.content}")
        for call in turn.tool_calls:
            st.code(f"{call.name}({call.arguments})", language=None, wrap_lines=True)
    st.code(output.text, language=None, wrap_lines=True)


def show_behind(found: Sequence[Disagreement], key: str) -> None:
    """The outputs behind a number, ten at a time, each with people's notes and the judge's reason."""
    if not found:
        st.write("No output is behind this number.")
        return
    pages = (len(found) + _PAGE - 1) // _PAGE
    page = st.number_input(f"Page of {pages}", 1, pages, 1, key=f"{key}-page") if pages > 1 else 1
    start = (int(page) - 1) * _PAGE
    for disagreement in found[start : start + _PAGE]:
        with st.container(border=True):
            people = "passed" if disagreement.human_pass else "failed"
            st.write(
                f"People {people} it; the judge says {disagreement.verdict}: {plain(disagreement.reason)}"
            )
            for note in disagreement.notes:
                st.text(f"Note: {note}")
            show_output(disagreement.output)
