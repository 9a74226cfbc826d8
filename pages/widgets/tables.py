"""Tables to look at and to choose from, and text from outside that nothing formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

import pandas as pd
import streamlit as st

_ONE_LINE = 60
"""Of a cell of a table, in characters."""


def plain(text: str) -> str:
    """Text from outside for places that read Markdown: nothing in it is formatted or loaded."""
    marks = "\\`*_{}[]()<>#+-.!|$:~&"
    return "".join(f"\\{c}" if c in marks else c for c in text.replace("\n", " "))


def table(rows: Sequence[Mapping[str, Any]], *, narrow: bool = False) -> None:
    """Rows to look at; sentences among them, and everything where it is ``narrow``, over several lines."""
    if not narrow and all(_width(str(cell)) <= _ONE_LINE for row in rows for cell in row.values()):
        st.dataframe(pd.DataFrame(rows), hide_index=True)
        return
    told = [{plain(name): plain(str(cell)) for name, cell in row.items()} for row in rows]
    st.table(pd.DataFrame(told), border="horizontal", hide_index=True)


def _width(text: str) -> int:
    """In characters; wide ones count double."""
    return len(text) + sum(east_asian_width(char) in "WF" for char in text)


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
    picked = st.dataframe(
        pd.DataFrame(rows),
        column_config={name: st.column_config.Column(width=width) for name, width in (widths or {}).items()},
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row" if several else "single-row",
        key=key,
    )
    return list(picked.selection.rows)
