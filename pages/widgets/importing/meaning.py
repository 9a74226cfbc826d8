"""What each value of a column of grades means: known, or said here; nothing is taken before it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.stages import importing
from labelcore.stages.importing import GivenMeanings, Mapping, SignalPreview
from labelcore.stages.importing.meanings import Limits, polarity, within
from pages.widgets import shell
from pages.widgets.importing.source import is_of_tool

_PAGE, _MOST_LEVELS, _SHOWN = 8, 60, 70
_KINDS = ("grade", "verdict", "feedback")
_FIELDS = {"pass": "passes", "fail": "fails", "unsure": "unsure", "": "no_grade"}
_COLOURS: dict[str, Literal["green", "red", "orange", "gray"]] = {
    "pass": "green",
    "fail": "red",
    "unsure": "orange",
    "": "gray",
}


class ValueMeanings(NamedTuple):
    """What a column's values count as. ``open``: how many have no meaning yet."""

    seen: SignalPreview
    meanings: dict[str, str | None]
    limits: Limits = (None, None)

    @property
    def open(self) -> int:
        """How many values have no meaning."""
        if self.seen.kind == "feedback":  # what nobody knows is kept without a meaning
            return 0
        return sum(self.meanings[value["value"]] is None for value in self.seen.values)

    def rows(self, meaning: str) -> int:
        """How many rows count as this."""
        return sum(value["rows"] for value in self.seen.values if self.meanings[value["value"]] == meaning)


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


def ask(seen: importing.Preview, mapping: Mapping, key: str) -> list[ValueMeanings]:
    """The step of meanings: each taken column, then those that are only offered."""
    taken, offered = _sorted(seen, mapping, key)
    taken.sort(key=lambda told: _KINDS.index(told.kind))
    meant = [_ask_one(told, seen, mapping.grade, f"{key}-{told.kind}-{told.name}") for told in taken]
    if not taken:
        st.subheader(say("2 What does each value mean?"))
        if not offered:
            st.write(say("No grades are taken from this file."))
    for told in offered:
        _offer(told, seen, mapping, key)
    return meant


def said(meant: Sequence[ValueMeanings]) -> GivenMeanings:
    """The same in the words of an import: every value by its column."""
    told: dict[str, list[str]] = {}
    for one in meant:
        name = one.seen.name or "overall"
        for field, limit in zip(("passes_from", "passes_to"), one.limits, strict=True):
            if limit is not None:
                told.setdefault(field, []).append(f"{name}={limit:.12g}")
        for value in one.seen.values:
            word, meaning = value["value"], one.meanings[value["value"]]
            if one.seen.kind == "feedback" and not meaning and value["meaning"] is None:
                continue
            if meaning is not None and meaning != _by_number(value, one.limits):
                told.setdefault(_FIELDS[meaning], []).append(f"{name}={word}")
    return GivenMeanings(**{field: tuple(values) for field, values in told.items()})


def _sorted(
    seen: importing.Preview, mapping: Mapping, key: str
) -> tuple[list[SignalPreview], list[SignalPreview]]:
    """What is taken, and what is offered; of a tool's format what is known is taken."""
    if is_of_tool(seen):
        known = seen.seen
        wanted = {told.name for told in known if st.session_state.get(f"{key}-take-{told.kind}-{told.name}")}
        wanted |= {grading.criterion for grading in mapping.all_gradings()}
        taken = [told for told in known if told.taken or told.name in wanted]
        return taken, [told for told in known if told not in taken]
    asked = {("grade", grading.criterion) for grading in mapping.all_gradings()}
    asked |= {("verdict", name) for name in mapping.verdicts}
    asked |= {("feedback", name) for name in mapping.feedback}
    offered = [told for told in seen.seen if (told.kind, told.name) not in asked and told.kind == "grade"]
    return [told for told in seen.seen if (told.kind, told.name) in asked], offered


def _offer(told: SignalPreview, seen: importing.Preview, mapping: Mapping, key: str) -> None:
    some = ", ".join(f"{value['value'][:20]} ({value['rows']:,})" for value in told.values[:5])
    with st.container(horizontal=True, vertical_alignment="center"):
        of_tool = is_of_tool(seen) and not told.name.startswith("details.")
        signal = importing.is_signal(told.name) and not is_of_tool(seen)
        looks = (
            say("“{name}” looks like user feedback: {values}", name=told.name, values=some)
            if signal
            else say("“{name}” is another tool's verdict: {values}", name=told.name, values=some)
            if told.kind == "verdict"
            else say("“{name}” looks like grades: {values}", name=told.name, values=some)
        )
        st.text(looks, width="content")
        take = f"{key}-take-{told.kind}-{told.name}"
        if of_tool:
            st.toggle(say("Take it"), key=take)
        elif signal:
            args = (f"{key}-feedback", told.name)
            st.button(say("Take it as feedback"), key=take, on_click=_take_too, args=args)
        elif mapping.grade:
            st.caption(say("Take it under “More columns”."), width="content")
        else:
            st.button(say("Take it as the grade"), key=take, on_click=_take, args=(f"{key}-grade", told.name))


def _take(key: str, column: str) -> None:
    st.session_state[key] = column


def _take_too(key: str, column: str) -> None:
    st.session_state[key] = [*st.session_state.get(key, ()), column]


def _ask_one(told: SignalPreview, seen: importing.Preview, column: str | None, key: str) -> ValueMeanings:
    name = told.name if told.name not in {"", "overall"} else _whole(told, column)
    st.subheader(say("2 What does each value of “{name}” mean?", name=shell.plain(name)))
    if told.why == "many":
        st.error(say("It has more than 10,000 different values: nobody could say what each means."))
        return ValueMeanings(told, {value["value"]: None for value in told.values})
    limits = _limits(told, name, key)
    meant = ValueMeanings(told, {value["value"]: _meaning(value, limits) for value in told.values}, limits)
    summary = st.container(horizontal=True, vertical_alignment="center")
    changed = _table(meant, f"{key}-{limits}")
    with summary:
        _show_counts(changed, seen)
    return changed


def _whole(told: SignalPreview, column: str | None) -> str:
    """What a signal of the output as a whole is called."""
    return column or (say("the verdict") if told.kind == "verdict" else say("the grade"))


def _limits(told: SignalPreview, name: str, key: str) -> Limits:
    """Between which numbers a value passes; none where it goes by words, or nobody has said yet."""
    numbers = sorted({value["number"] for value in told.values if value["number"] is not None})
    by_numbers = told.why in {"numbers", "scale", "threshold", "mixed", "said"}
    if told.kind == "feedback":
        by_numbers = any(value["number"] is not None and not value["meaning"] for value in told.values)
    good, bad = (
        [v["number"] for v in told.values if v["meaning"] == meaning and v["number"] is not None]
        for meaning in ("pass", "fail")
    )
    if not by_numbers or len(numbers) < 2 or (told.why == "said" and not good):
        return None, None
    downwards = max(good) < min(bad) if good and bad else polarity(name) < 0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.container(width=160)
        less = st.toggle(say("Less is better"), value=downwards, key=f"{key}-less")
    now = (max if less else min)(good) if good and less == downwards and told.why != "said" else None
    with chosen:
        limit = _limit(say("Good up to") if less else say("Good from"), numbers, now, f"{key}-limit-{less}")
    return (None, limit) if less else (limit, None)


def _limit(label: str, numbers: Sequence[float], now: float | None, key: str) -> float | None:
    """The number that somebody sets: one of the few that there are, or any."""
    if len(numbers) > _MOST_LEVELS:
        typed: float | None = st.number_input(label, value=now, placeholder="?", key=key)
        return typed
    chosen: float | None = st.selectbox(
        label,
        numbers,
        index=numbers.index(now) if now in numbers else None,
        format_func=lambda number: f"{number:g}",
        placeholder="?",
        key=key,
    )
    return chosen


def _by_number(value: dict[str, Any], limits: Limits) -> str | None:
    unsaid = limits == (None, None) or value["number"] is None
    return None if unsaid else within(value["number"], limits)


def _meaning(value: dict[str, Any], limits: Limits) -> str | None:
    """By its number, else as it is known."""
    by_number = _by_number(value, limits)
    known: str | None = value["meaning"]
    return by_number if by_number is not None else known


def _table(meant: ValueMeanings, key: str) -> ValueMeanings:
    """Each value with its rows and examples, and what it counts as, which may be changed."""
    chosen: dict[str, str | None] = st.session_state.setdefault(f"{key}-chosen", {})
    feedback = meant.seen.kind == "feedback"
    numeric = all(value["number"] is not None for value in meant.seen.values)
    values = sorted(meant.seen.values, key=lambda v: -v["number"] if numeric else -v["rows"])
    for place, value in enumerate(shell.page_of(values, _PAGE, key)):
        row = st.container(horizontal=True, vertical_alignment="center")
        row.text(
            f"{value['value'][:_SHOWN]}  ·  {counted('One row', '{n:,} rows', n=value['rows'])}", width=140
        )
        now = chosen.get(value["value"], meant.meanings[value["value"]])
        options = list(words(meant.seen.kind))
        with row:
            chosen[value["value"]] = st.selectbox(
                say("“{value}” counts as", value=shell.plain(value["value"][:_SHOWN])),
                options,
                index=options.index(now or "") if now is not None or feedback else None,
                format_func=words(meant.seen.kind).__getitem__,
                placeholder="?",
                label_visibility="collapsed",
                width=130,
                key=shell.key_of(f"{key}-value-{place}", [value["value"]]),
            )
        if examples := [f"“{text.strip()[:_SHOWN]}”".replace("\n", " ") for text in value["examples"]]:
            row.text("\n".join(examples), width="stretch", wrap=False)
    return meant._replace(meanings=meant.meanings | chosen)


def _show_counts(meant: ValueMeanings, seen: importing.Preview) -> None:
    for meaning, word in words(meant.seen.kind).items():
        rows = meant.rows(meaning)
        if meaning == "" and meant.seen.kind != "feedback":
            rows += max(0, seen.rows_read - sum(value["rows"] for value in meant.seen.values))
        if rows or meaning in {"pass", "fail"}:
            st.badge(f"{rows:,} {word}", color=_COLOURS[meaning])
    if meant.open:
        st.badge(say("{n:,} values without a meaning", n=meant.open), color="orange", icon=":material/help:")
