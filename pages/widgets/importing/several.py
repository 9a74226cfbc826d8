"""Several grades of one output by one person: who graded, or what, is asked before anything is stored."""

from __future__ import annotations

import streamlit as st

from labelcore.messages import say
from labelcore.models import Fact
from labelcore.stages import importing
from labelcore.stages.importing import Grading, Mapping
from pages.widgets import shell
from pages.widgets.importing.columns import box_key, judged

_MOST = 4


def facts(preview: importing.Preview) -> list[Fact]:
    """What the file has several grades of."""
    return [told for told in preview.warnings if told.code == "several_grades"]


def by_criterion(mapping: Mapping, key: str) -> Mapping:
    """The mapping with the column that says what each row grades, and which grade counts, where chosen."""
    counts = st.session_state.get(f"{key}-counts")
    mapping = mapping.model_copy(update={"several": counts or mapping.several})
    column = st.session_state.get(f"{key}-criterion")
    if not column or not mapping.grade:
        return mapping
    grading = Grading(
        column=mapping.grade, criterion=f"{{{column}}}", note=mapping.note, annotator=mapping.annotator
    )
    return mapping.model_copy(update={"grade": None, "note": None, "gradings": (*mapping.gradings, grading)})


def ask(preview: importing.Preview, mapping: Mapping, key: str) -> None:
    """What tells the grades apart, one press for each column that does."""
    for told in facts(preview):
        st.warning(
            say(
                "{n:,} outputs have several different grades by “{who}”. Who graded, or what?",
                n=told.values["n"],
                who=shell.plain(str(told.values["who"])),
            ),
            icon=":material/group:",
        )
    apart = list(dict.fromkeys(column for told in facts(preview) for column in told.values["apart"]))
    with st.container(horizontal=True):
        for column in apart[:_MOST]:
            _offer(column, mapping, key)
    if facts(preview):
        words = {"last": say("the last one in the file"), "worst": say("the worst one")}
        label = say("If one person graded it several times, what counts is")
        shell.choose(label, words, st.segmented_control, key=f"{key}-counts")
    if column := st.session_state.get(f"{key}-criterion"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(say("“{column}” says what each row grades.", column=column), width="content")
            st.button(
                say("Not so"), key=f"{key}-no-criterion", on_click=_set, args=(f"{key}-criterion", None)
            )


def _offer(column: str, mapping: Mapping, key: str) -> None:
    name = shell.plain(column)
    if mapping.grade and not st.session_state.get(f"{key}-criterion"):
        st.button(
            say("“{column}” says what was graded", column=name),
            key=f"{key}-what-{column}",
            on_click=_set,
            args=(f"{key}-criterion", column),
        )
    if not mapping.annotator:
        st.button(
            say("“{column}” says who graded", column=name),
            key=f"{key}-who-{column}",
            on_click=_set,
            args=(box_key(f"{key}-annotator", "annotator", judged(mapping.grade, key)), column),
        )


def _set(key: str, column: str | None) -> None:
    st.session_state[key] = column
