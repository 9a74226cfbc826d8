"""What is what in a file: four choices, and the rest behind "More columns"."""

from __future__ import annotations

import itertools
from bisect import bisect
from collections.abc import Mapping as Dictionary, Sequence
from typing import Any

import streamlit as st

from labelcore.messages import say
from labelcore.stages import importing
from labelcore.stages.importing import Grading, Mapping
from labelcore.stages.importing.mapping import REPLY, has
from labelcore.stages.importing.nested import beside, paths, value_at
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


def choose(seen: importing.Preview, key: str) -> Mapping:
    """The mapping that the page shows, changed by select boxes; of a tool's format it is known."""
    st.subheader(say("1 Which column is what"))
    if is_of_tool(seen):
        st.write(say("The format says it: nothing has to be chosen."))
        return _beside(_graded_beside(seen, key), seen, key, [])
    options = _options(seen)
    picked: dict[str, str | None] = {}
    signals = st.session_state.get(f"{key}-feedback", ())
    for field in _FIRST:
        judged = picked.get("grade") or "".join(signals[:1])
        picked[field] = _row(field, seen, options, f"{key}-{field}", judged)
    judged = picked["grade"] or "".join(signals[:1])
    offered = {field: words for field, words in labels().items() if judged or field not in _OF_JUDGED}
    tree.offer(seen, offered, lambda field: _place(f"{key}-{field}", field, judged), key)
    rest = [column for column in seen.columns if column not in picked.values()]
    with st.expander(say("More columns ({n:,})", n=len(rest))):
        for column, fields in zip(st.columns(2), (_MORE[::2], _MORE[1::2]), strict=True):
            for field in fields:
                with column:
                    picked[field] = _select(field, seen, options, f"{key}-{field}", judged)
        st.caption(say("What is not chosen comes along as details of its output."))
        free = [place for place in options if place not in picked.values()]
        return _beside(_mapped(seen, picked, key), seen, key, free)


def _graded_beside(seen: importing.Preview, key: str) -> Mapping:
    """Grades that stand in a tool's records, which are not the tool's: in the details of their output."""
    places = [told.name for told in seen.seen if not told.taken and told.name.startswith("details.")]
    if not places:
        return seen.guessed
    grade = st.selectbox(
        labels()["grade"], places, index=None, placeholder=say("(none)"), key=f"{key}-grade", width=300
    )
    return seen.guessed.model_copy(
        update={"grade": grade, **(beside(grade, paths(seen.rows)) if grade else {})}
    )


def _options(seen: importing.Preview) -> list[str]:
    """The columns, and the places within their JSON."""
    offered = [told.name for told in seen.seen if not told.taken]
    places = [*paths(seen.rows), *offered]
    return list(dict.fromkeys([*seen.columns, *(place for place in places if has(place, seen.columns))]))


def _mapped(seen: importing.Preview, picked: Dictionary[str, str | None], key: str) -> Mapping:
    sure = picked["id"] == seen.guessed.id and seen.guessed.id_is_guess
    if not picked["grade"] and not st.session_state.get(f"{key}-feedback"):
        picked = {**picked, "note": None, "annotator": None}
    return seen.guessed.model_copy(update={**picked, "id_is_guess": sure, "grade_is_guess": False})


def _row(field: str, seen: importing.Preview, options: Sequence[str], key: str, judged: str) -> str | None:
    """One of the four: its name, the column, and what the first row has there.

    ``judged``: the column that a note and a person belong to, "" where there is none.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(labels()[field], width=64)
        column = _select(field, seen, options, key, judged, width=200)
        value = "" if column in {None, REPLY} else str(value_at(next(iter(seen.rows), {}), str(column)))
        if value:
            st.text(_short(value), width="stretch", wrap=False)
    return column


def _short(text: str) -> str:
    """The beginning of a text, as wide as the place for it; Chinese is twice as wide."""
    line = text[:_SHOWN].replace("\n", " ")
    ends = list(itertools.accumulate(2 if ord(letter) > 0x2E7F else 1 for letter in line))
    return text if len(text) < _SHOWN and ends[-1] <= _SHOWN else f"{line[: bisect(ends, _SHOWN - 1)]}…"


def _select(
    field: str,
    seen: importing.Preview,
    options: Sequence[str],
    key: str,
    judged: str,
    *,
    width: int | None = None,
) -> str | None:
    now = getattr(seen.guessed, field)
    if field in _OF_JUDGED and judged:
        now = now or beside(judged, options).get(field) or seen.named.get(field)
    names = list(dict.fromkeys([*([REPLY] if now == REPLY else []), *options, *([now] if now else [])]))
    chosen: str | None = st.selectbox(
        labels()[field],
        names,
        index=names.index(now) if now else None,
        format_func=lambda name: say("the last answer of the chat") if name == REPLY else name,
        placeholder=say("(none)"),
        key=_place(key, field, judged),
        width=width or "stretch",
        label_visibility="collapsed" if width else "visible",
        disabled=field in _OF_JUDGED and not judged,
    )
    return chosen


def _place(key: str, field: str, judged: str) -> str:
    """Where the session keeps what was chosen: a note and a person belong to what they stand beside."""
    return f"{key}-{judged}" if field in _OF_JUDGED and judged else key


def _beside(mapping: Mapping, seen: importing.Preview, key: str, free: Sequence[str]) -> Mapping:
    """Further columns of grades, verdicts and feedback, and how chats and near duplicates are read.

    ``free``: the columns and places that mean nothing yet.
    """
    changes: dict[str, Any] = {}
    if not is_of_tool(seen):
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
        gradings = [Grading(column=name, criterion=name) for name in criteria]
        gradings += [Grading(column=name, annotator=name) for name in raters]
        changes = {
            "gradings": (*mapping.gradings, *gradings),
            "verdicts": mapping.verdicts | {name: name for name in verdicts},
            "feedback": mapping.feedback | {name: name for name in feedback},
        }
        if mapping.grade and not mapping.annotator:
            who = st.text_input(say("The grades are by"), placeholder="import", key=f"{key}-who")
            changes["annotator_name"] = who.strip() or mapping.annotator_name
        if mapping.conversation:
            each = st.toggle(say("Each answer of a chat is an output, not only the last"), key=f"{key}-each")
            changes["replies"] = "each" if each else "last"
        if st.toggle(say("Leave out near duplicates"), key=f"{key}-near"):
            changes["near_duplicates"] = "leave out"
    return mapping.model_copy(update=changes)
