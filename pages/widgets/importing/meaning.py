"""What each value of a column of grades means: known, or said here; nothing is taken before it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import streamlit as st

from labelcore.messages import listed, say
from labelcore.messages.catalogue import counted
from labelcore.stages import importing
from labelcore.stages.importing import GivenMeanings, Mapping, SignalPreview
from labelcore.stages.importing.meanings import EMPTY_CELL, Limits, polarity, within
from labelcore.stages.importing.previewing import SIGNALS
from pages.widgets import shell
from pages.widgets.importing.source import is_of_tool

_PAGE, _MOST_LEVELS, _SHOWN = 8, 60, 70
_FIELDS = {"pass": "passes", "fail": "fails", "unsure": "unsure", "": "no_grade"}
_COLOURS: dict[str, Literal["green", "red", "orange", "gray"]] = {
    "pass": "green",
    "fail": "red",
    "unsure": "orange",
    "": "gray",
}


class ValueMeanings(NamedTuple):
    """What a column's values count as. ``open``: how many have no meaning yet."""

    signal: SignalPreview
    meanings: dict[str, str | None]
    limits: Limits = (None, None)

    @property
    def open(self) -> int:
        """How many values have no meaning."""
        if self.signal.kind == "feedback":  # what nobody knows is kept without a meaning
            return 0
        return sum(self.meanings[value["value"]] is None for value in self.signal.values)

    def rows(self, meaning: str) -> int:
        """How many rows count as this."""
        return sum(value["rows"] for value in self.signal.values if self.meanings[value["value"]] == meaning)


def words(kind: str = "grade") -> dict[str, str]:
    """What a value may count as."""
    if kind == "feedback":
        return {
            "pass": say("praise"),
            "fail": say("complaint"),
            "unsure": say("says nothing"),
            "": say("without a meaning"),
        }
    return {"pass": say("pass"), "fail": say("fail"), "unsure": say("unsure"), "": say("no grade")}


def ask(preview: importing.Preview, mapping: Mapping, key: str) -> list[ValueMeanings]:
    """The step of meanings: each taken column, then those that are only offered."""
    chosen, offered = _sorted(preview, mapping, key)
    chosen.sort(key=lambda signal: [*SIGNALS].index(signal.kind))
    meanings = [
        _ask_one(signal, preview, mapping.grade, f"{key}-{signal.kind}-{signal.name}") for signal in chosen
    ]
    if not chosen:
        st.subheader(say("2 What does each value mean?"))
        if not offered:
            st.write(say("No grades are taken from this file."))
    for signal in offered:
        _offer(signal, preview, mapping, key)
    return meanings


def given_meanings(columns: Sequence[ValueMeanings]) -> GivenMeanings:
    """The same in the words of an import: every value by its column."""
    texts: dict[str, list[str]] = {}
    for column in columns:
        name = column.signal.name or "overall"
        for field, limit in zip(("passes_from", "passes_to"), column.limits, strict=True):
            if limit is not None:
                texts.setdefault(field, []).append(f"{name}={limit:.12g}")
        for value in column.signal.values:
            word, meaning = value["value"], column.meanings[value["value"]]
            if column.signal.kind == "feedback" and not meaning and value["meaning"] is None:
                continue
            if meaning is not None and meaning != _by_number(value, column.limits):
                texts.setdefault(_FIELDS[meaning], []).append(f"{name}={word}")
    return GivenMeanings(**{field: tuple(values) for field, values in texts.items()})


def _sorted(
    preview: importing.Preview, mapping: Mapping, key: str
) -> tuple[list[SignalPreview], list[SignalPreview]]:
    """What is taken, and what is offered; of a tool's format what is known is taken."""
    if is_of_tool(preview):
        signals = preview.seen
        names = {
            signal.name
            for signal in signals
            if st.session_state.get(f"{key}-take-{signal.kind}-{signal.name}")
        }
        names |= {grading.criterion for grading in mapping.all_gradings()}
        chosen = [signal for signal in signals if signal.taken or signal.name in names]
        return chosen, [signal for signal in signals if signal not in chosen]
    kinds = {("grade", grading.criterion) for grading in mapping.all_gradings()}
    kinds |= {("verdict", name) for name in mapping.verdicts}
    kinds |= {("feedback", name) for name in mapping.feedback}
    offered = [
        signal
        for signal in preview.seen
        if (signal.kind, signal.name) not in kinds and signal.kind == "grade"
    ]
    return [signal for signal in preview.seen if (signal.kind, signal.name) in kinds], offered


def _offer(signal: SignalPreview, preview: importing.Preview, mapping: Mapping, key: str) -> None:
    values = listed(f"{_word(value, 20)} ({value['rows']:,})" for value in signal.values[:5])
    with st.container(horizontal=True, vertical_alignment="center"):
        of_tool = is_of_tool(preview) and not signal.name.startswith("details.")
        is_feedback = importing.is_signal(signal.name) and not is_of_tool(preview)
        words = (
            say("“{name}” looks like user feedback: {values}", name=signal.name, values=values)
            if is_feedback
            else say("“{name}” is another tool's verdict: {values}", name=signal.name, values=values)
            if signal.kind == "verdict"
            else say("“{name}” looks like grades: {values}", name=signal.name, values=values)
        )
        st.text(words, width="content")
        widget_key = f"{key}-take-{signal.kind}-{signal.name}"
        if of_tool:
            st.toggle(say("Take it"), key=widget_key)
        elif is_feedback:
            args = (f"{key}-feedback", signal.name)
            st.button(say("Take it as feedback"), key=widget_key, on_click=_take_too, args=args)
        elif mapping.grade:
            st.caption(say("Take it under “More columns”."), width="content")
        else:
            st.button(
                say("Take it as the grade"),
                key=widget_key,
                on_click=_take,
                args=(f"{key}-grade", signal.name),
            )


def _take(key: str, column: str) -> None:
    st.session_state[key] = column


def _take_too(key: str, column: str) -> None:
    st.session_state[key] = [*st.session_state.get(key, ()), column]


def _ask_one(
    signal: SignalPreview, preview: importing.Preview, column: str | None, key: str
) -> ValueMeanings:
    name = signal.name if signal.name not in {"", "overall"} else _whole(signal, column)
    st.subheader(say("2 What does each value of “{name}” mean?", name=shell.plain(name)))
    if signal.why == "many":
        st.error(say("It has more than 10,000 different values: nobody could say what each means."))
        return ValueMeanings(signal, {value["value"]: None for value in signal.values})
    limits = _limits(signal, name, key)
    meanings = ValueMeanings(
        signal, {value["value"]: _meaning(value, limits) for value in signal.values}, limits
    )
    summary = st.container(horizontal=True, vertical_alignment="center")
    changed = _table(meanings, f"{key}-{limits}")
    with summary:
        _show_counts(changed, preview)
    return changed


def _whole(signal: SignalPreview, column: str | None) -> str:
    """What a signal of the output as a whole is called."""
    return column or (say("the verdict") if signal.kind == "verdict" else say("the grade"))


def _limits(signal: SignalPreview, name: str, key: str) -> Limits:
    """Between which numbers a value passes; none where it goes by words, or nobody has said yet."""
    numbers = sorted({value["number"] for value in signal.values if value["number"] is not None})
    by_numbers = signal.why in {"numbers", "scale", "threshold", "mixed", "said"}
    if signal.kind == "feedback":
        by_numbers = any(value["number"] is not None and not value["meaning"] for value in signal.values)
    good, bad = (
        [v["number"] for v in signal.values if v["meaning"] == meaning and v["number"] is not None]
        for meaning in ("pass", "fail")
    )
    if not by_numbers or len(numbers) < 2 or (signal.why == "said" and not good):
        return None, None
    downwards = max(good) < min(bad) if good and bad else polarity(name) < 0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.container(width=160)
        less = st.toggle(say("Less is better"), value=downwards, key=f"{key}-less")
    now = (max if less else min)(good) if good and less == downwards and signal.why != "said" else None
    with chosen:
        limit = _limit(say("Good up to") if less else say("Good from"), numbers, now, f"{key}-limit-{less}")
    return (None, limit) if less else (limit, None)


def _limit(label: str, numbers: Sequence[float], now: float | None, key: str) -> float | None:
    """The number that somebody sets: one of the few that there are, or any."""
    if len(numbers) > _MOST_LEVELS:
        limit: float | None = st.number_input(label, value=now, placeholder="?", key=key)
        return limit
    level: float | None = st.selectbox(
        label,
        numbers,
        index=numbers.index(now) if now in numbers else None,
        format_func=lambda number: f"{number:g}",
        placeholder="?",
        key=key,
    )
    return level


def _by_number(value: dict[str, Any], limits: Limits) -> str | None:
    unknown = limits == (None, None) or value["number"] is None
    return None if unknown else within(value["number"], limits)


def _meaning(value: dict[str, Any], limits: Limits) -> str | None:
    """By its number, else as it is known."""
    meaning = _by_number(value, limits)
    default: str | None = value["meaning"]
    return meaning if meaning is not None else default


def _table(column: ValueMeanings, key: str) -> ValueMeanings:
    """Each value with its rows and examples, and what it counts as, which may be changed."""
    chosen: dict[str, str | None] = st.session_state.setdefault(f"{key}-chosen", {})
    feedback = column.signal.kind == "feedback"
    numeric = all(value["number"] is not None for value in column.signal.values)
    values = sorted(column.signal.values, key=lambda v: -v["number"] if numeric else -v["rows"])
    for place, value in enumerate(shell.page_of(values, _PAGE, key)):
        row = st.container(horizontal=True, vertical_alignment="center")
        row.text(f"{_word(value, _SHOWN)}  ·  {counted('One row', '{n:,} rows', n=value['rows'])}", width=140)
        now = chosen.get(value["value"], column.meanings[value["value"]])
        options = list(words(column.signal.kind))
        with row:
            chosen[value["value"]] = st.selectbox(
                say("“{value}” counts as", value=_word(value, _SHOWN)),  # read aloud, never drawn
                options,
                index=options.index(now or "") if now is not None or feedback else None,
                format_func=words(column.signal.kind).__getitem__,
                placeholder="?",
                label_visibility="collapsed",
                width=130,
                key=shell.key_of(f"{key}-value-{place}", [value["value"]]),
            )
        if examples := [f"“{text.strip()[:_SHOWN]}”".replace("\n", " ") for text in value["examples"]]:
            row.text("\n".join(examples), width="stretch", wrap=False)
    return column._replace(meanings=column.meanings | chosen)


def _word(value: dict[str, Any], most: int) -> str:
    """A value as it is shown."""
    return say("(empty)") if value["value"] == EMPTY_CELL else str(value["value"])[:most]


def _show_counts(column: ValueMeanings, preview: importing.Preview) -> None:
    for meaning, word in words(column.signal.kind).items():
        rows = column.rows(meaning)
        if meaning == "" and column.signal.kind != "feedback":
            rows += max(0, preview.rows_read - sum(value["rows"] for value in column.signal.values))
        if rows or meaning in {"pass", "fail"}:
            st.badge(f"{rows:,} {word}", color=_COLOURS[meaning])
    if column.open:
        st.badge(say("{n:,} values without a meaning", n=column.open), color="orange", icon=":material/help:")
