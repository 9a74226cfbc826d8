"""Mounting the board: registration of its files, data down, acts up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.widgets.code_board.contract import BoardAct, BoardCode, read_acts
from pages.widgets.mounting import mounting

_TRIGGER = "acted"


def received(key: str) -> tuple[BoardAct, ...]:
    """The acts that came with this run; store them before the board is drawn."""
    state = st.session_state.get(key)
    return read_acts(state.get(_TRIGGER) if isinstance(state, Mapping) else None)


def code_board(
    codes: Sequence[BoardCode],
    *,
    undo: tuple[str, str] | None,
    done: Sequence[str],
    refused: Mapping[str, str],
    key: str,
) -> None:
    """Draw the board.

    Args:
        codes: those to show, in order.
        undo: id and words of the newest act that can be taken back.
        done: ids of acts that are stored; the browser forgets them.
        refused: act id -> sentence, for acts that can never be stored.
        key: of the component; must not contain two underscores in a row.
    """
    run = st.session_state.get(f"code-board/{key}", 0) + 1
    st.session_state[f"code-board/{key}"] = run
    data = {
        "codes": [code.model_dump(mode="json") for code in codes],
        "undo": None if undo is None else {"id": undo[0], "says": undo[1]},
        "done": list(done),
        "refused": dict(refused),
        "run": run,
    }
    mounting("board")(key=key, data=data, on_acted_change=lambda: None)
