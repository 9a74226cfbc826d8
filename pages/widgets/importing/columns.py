"""What is what in a file: four choices, and the rest behind "More columns"."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary, Sequence
from itertools import chain
from typing import Any

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import person_words
from labelcore.stages import importing
from labelcore.stages.importing import Grading, Mapping
from labelcore.stages.importing.mapping import REPLY, has
from labelcore.stages.importing.names import note_beside
from labelcore.stages.importing.nested import beside, paths, value_at
from labelcore.text.showing import shortened
from pages.widgets.importing import tree
from pages.widgets.importing.source import is_of_tool

_SHOWN = 34
_FIRST = ("output", "input", "grade", "note")
_OF_JUDGED = {"note", "annotator"}
_MORE = ("context", "conversation", "id", "group", "model", "prompt_version", "at", "annotator")


def labels() -> dict[str, str]:
    """What a column may be, as people call it."""
    return {
        "output": say("Output"),
        "input": say("Input"),
        "grade": say("Grade"),
        "note": say("Note"),
        "context": say("Context"),
        "conversation": say("Conversation"),
        "id": say("Id"),
        "group": say("Group: rows of one source"),
        "model": say("Model"),
        "prompt_version": say("Prompt version"),
        "at": say("Time"),
        "annotator": say("Who graded, or which user"),
    }


def choose(preview: importing.Preview, key: str) -> Mapping:
    """The mapping that the page shows, changed by select boxes; of a tool's format it is known."""
    st.subheader(say("1 Which column is what"))
    if is_of_tool(preview):
        st.write(say("The format says it: nothing has to be chosen."))
        return _beside(_graded_beside(preview, key), preview, key, [])
    options = _options(preview)
    columns: dict[str, str | None] = {}
    for field in _FIRST:
        subject = judged(columns.get("grade"), key)
        columns[field] = _row(field, preview, options, f"{key}-{field}", subject)
    subject = judged(columns["grade"], key)
    offered = {field: words for field, words in labels().items() if subject or field not in _OF_JUDGED}
    tree.offer(preview, offered, lambda field: box_key(f"{key}-{field}", field, subject), key)
    others = [column for column in preview.columns if column not in columns.values()]
    with st.expander(say("More columns ({n:,})", n=len(others))):
        for column, fields in zip(st.columns(2), (_MORE[::2], _MORE[1::2]), strict=True):
            for field in fields:
                with column:
                    columns[field] = _select(field, preview, options, f"{key}-{field}", subject)
        st.caption(say("What is not chosen comes along as details of its output."))
        free = [place for place in options if place not in columns.values()]
        return _beside(_mapped(preview, columns, key), preview, key, free)


def _graded_beside(preview: importing.Preview, key: str) -> Mapping:
    """Grades that stand in a tool's records, which are not the tool's: in the details of their output."""
    places = [
        signal.name for signal in preview.seen if not signal.taken and signal.name.startswith("details.")
    ]
    if not places:
        return preview.guessed
    grade = st.selectbox(
        labels()["grade"], places, index=None, placeholder=say("(none)"), key=f"{key}-grade", width=300
    )
    return preview.guessed.model_copy(
        update={"grade": grade, **(beside(grade, paths(preview.rows)) if grade else {})}
    )


def _options(preview: importing.Preview) -> list[str]:
    """The columns, and the places within their JSON."""
    signals = [signal.name for signal in preview.seen if not signal.taken]
    places = [*paths(preview.rows), *signals]
    return list(
        dict.fromkeys([*preview.columns, *(place for place in places if has(place, preview.columns))])
    )


def _mapped(preview: importing.Preview, columns: Dictionary[str, str | None], key: str) -> Mapping:
    is_guess = columns["id"] == preview.guessed.id and preview.guessed.id_is_guess
    if not judged(columns["grade"], key):
        columns = {**columns, "note": None, "annotator": None}
    return preview.guessed.model_copy(update={**columns, "id_is_guess": is_guess, "grade_is_guess": False})


def _row(
    field: str, preview: importing.Preview, options: Sequence[str], key: str, subject: str
) -> str | None:
    """One of the four: its name, the column, and what the first row has there.

    ``subject``: the column that a note and a person belong to, "" where there is none.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(labels()[field], width=64)
        column = _select(field, preview, options, key, subject, width=200)
        value = "" if column in {None, REPLY} else str(value_at(next(iter(preview.rows), {}), str(column)))
        if value:
            st.text(shortened(value, _SHOWN), width="stretch", wrap=False)
    return column


def _select(
    field: str,
    preview: importing.Preview,
    options: Sequence[str],
    key: str,
    subject: str,
    *,
    width: int | None = None,
) -> str | None:
    column = getattr(preview.guessed, field)
    if field in _OF_JUDGED and subject:
        near = note_beside(subject, preview.columns) if field == "note" else None
        column = column or beside(subject, options).get(field) or near or preview.named.get(field)
    names = list(
        dict.fromkeys([*([REPLY] if column == REPLY else []), *options, *([column] if column else [])])
    )
    chosen: str | None = st.selectbox(
        labels()[field],
        names,
        index=names.index(column) if column else None,
        format_func=lambda name: say("the last answer of the chat") if name == REPLY else name,
        placeholder=say("(none)"),
        key=box_key(key, field, subject),
        width=width or "stretch",
        label_visibility="collapsed" if width else "visible",
        disabled=field in _OF_JUDGED and not subject,
    )
    return chosen


def judged(grade: str | None, key: str) -> str:
    """The column that a note and a person belong to, "" where nothing says how good an output is."""
    chosen = (st.session_state.get(f"{key}-{field}", ()) for field in ("feedback", "criteria"))
    return grade or next(chain.from_iterable(chosen), "")


def box_key(key: str, field: str, subject: str) -> str:
    """Where the session keeps what was chosen: a note and a person belong to what they stand beside."""
    return f"{key}-{subject}" if field in _OF_JUDGED and subject else key


def _beside(mapping: Mapping, preview: importing.Preview, key: str, free: Sequence[str]) -> Mapping:
    """Further columns of grades, verdicts and feedback, and how chats and near duplicates are read.

    ``free``: the columns and places that mean nothing yet.
    """
    changes: dict[str, Any] = {}
    if not is_of_tool(preview):
        empty = say("Choose")
        criteria = st.multiselect(
            say("Grades on one criterion each"), free, placeholder=empty, key=f"{key}-criteria"
        )
        raters = st.multiselect(
            say("Grades of one person each"), free, placeholder=empty, key=f"{key}-raters"
        )
        verdicts = st.multiselect(
            say("Verdicts of another tool's judges"), free, placeholder=empty, key=f"{key}-verdicts"
        )
        feedback = st.multiselect(
            say("Feedback from the product's users"), free, placeholder=empty, key=f"{key}-feedback"
        )
        noted = {name: _note_of(name, mapping, preview) for name in (*criteria, *raters)}
        gradings = [Grading(column=name, criterion=name, note=noted[name]) for name in criteria]
        gradings += [Grading(column=name, annotator=name, note=noted[name]) for name in raters]
        changes = {
            "gradings": (*mapping.gradings, *gradings),
            "verdicts": mapping.verdicts | {name: name for name in verdicts},
            "feedback": mapping.feedback | {name: name for name in feedback},
        }
        if (mapping.grade or criteria) and not mapping.annotator:
            grader = st.text_input(
                say("The grades are by"), placeholder=person_words("import"), key=f"{key}-who"
            )
            changes["annotator_name"] = grader.strip() or mapping.annotator_name
        of_list = any(told.code == "lists_kept" for told in preview.warnings)
        if mapping.conversation or of_list:
            words = (
                say("Each answer of a list is an output")
                if of_list
                else say("Each answer of a chat is an output, not only the last")
            )
            changes["replies"] = "each" if st.toggle(words, key=f"{key}-each") else "last"
        if st.toggle(say("Leave out near duplicates"), key=f"{key}-near"):
            changes["near_duplicates"] = "leave out"
    return mapping.model_copy(update=changes)


def _note_of(name: str, mapping: Mapping, preview: importing.Preview) -> str | None:
    """The notes on a grade: in the column that bears its name, else the file's only one."""
    return note_beside(name, preview.columns) or mapping.note or preview.named.get("note")
