"""Tables to look at and to choose from, choices by name, and text from outside that nothing formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from labelcore.messages.digest import marked_off
from labelcore.stages.deriving.versions import WordingPiece
from labelcore.text.showing import clock, columns_of

Choice = TypeVar("Choice")
_ONE_LINE = 60
"""Of a cell of a table, in characters."""
_BESIDE, _BETWEEN, _FEW = 95, 3, 20
"""So many characters stand beside each other on a small screen, so many of them between two columns; longer
tables are scrolled."""
_MARKS = {"gone": ":red[~~{}~~]", "new": ":green[**{}**]"}
_APART = ":red[]"
"""Nothing at all, in red: Streamlit shows HTML's comments."""


def plain(text: str) -> str:
    """Text from outside for places that read Markdown: nothing in it is formatted or loaded."""
    return marked_off(text.replace("\n", " "), _APART)


def marked(piece: WordingPiece, around: int | None = None) -> str:
    """A piece of a changed wording with its mark; of a long one that stayed, so much on both sides."""
    text = " ".join(piece.text.split())
    if piece.kind != "same":
        return f" {_MARKS[piece.kind].format(plain(text))} " if text else " "
    if around and len(text) > 2 * around:
        head, tail = text[:around], text[-around:]
        text = f"{head.rpartition(' ')[0] or head} … {tail.partition(' ')[2] or tail}"
    return plain(text)


def table(rows: Sequence[Mapping[str, Any]], *, narrow: bool = False) -> None:
    """Rows to look at; sentences among them, and everything where it is ``narrow``, over several lines."""
    rows = list(map(_told, rows))
    if not narrow and _fits(rows):
        st.dataframe(_frame(rows), hide_index=True)
        return
    texts = [{plain(name): plain(str(cell)) for name, cell in row.items()} for row in rows]
    st.table(pd.DataFrame(texts), border="horizontal", hide_index=True)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """With moments to the minute."""
    moments = {name: clock(cell) for name, cell in row.items() if isinstance(cell, datetime)}
    return {**row, **moments}


def _frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Where some cells of a column are numbers and others words, all are words: it is sent as one type."""
    frame = pd.DataFrame(rows)
    for name in frame.columns:
        if len({type(cell) for cell in frame[name] if cell is not None}) > 1:
            frame[name] = frame[name].map(str)
    return frame


def _fits(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether every cell stands on one line, and of few rows all columns beside each other."""
    names = dict.fromkeys(name for row in rows for name in row)
    widest = [
        max(columns_of(str(cell)) for cell in (name, *(row.get(name, "") for row in rows))) for name in names
    ]
    return max(widest, default=0) <= _ONE_LINE and (
        len(rows) > _FEW or sum(widest) + _BETWEEN * len(widest) <= _BESIDE
    )


def choose_rows(
    rows: Sequence[Mapping[str, Any]],
    key: str,
    *,
    several: bool = False,
    widths: Mapping[str, int] | None = None,
) -> list[int]:
    """Rows of which people choose one or several; the places of the chosen ones.

    ``widths``: of columns, in pixels; without one a column is as wide as its longest text.
    """
    table = st.dataframe(
        _frame(list(map(_told, rows))),
        column_config={name: st.column_config.Column(width=width) for name, width in (widths or {}).items()},
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row" if several else "single-row",
        key=key,
    )
    return list(table.selection.rows)


def choose(
    label: str,
    words: Mapping[Choice, str],
    widget: Callable[..., Any] = st.selectbox,
    *places: Any,
    **options: Any,
) -> Any:
    """One of these, or several, in a box or another widget of Streamlit's; ``words``: what each is called."""
    return widget(label, list(words), *places, format_func=words.__getitem__, **options)


def switch(label: str, words: Mapping[Choice, str], **options: Any) -> Choice:
    """One of a few that stand beside each other; always one is chosen, and the label is only read aloud."""
    options |= {"required": True, "label_visibility": "collapsed"}
    chosen: Choice = choose(label, words, st.segmented_control, **options)
    return chosen
