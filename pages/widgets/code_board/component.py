"""Mounting the board: registration of its files, data down, acts up."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from pages.widgets.code_board.contract import BoardAct, BoardCode, read_acts

_TRIGGER = "acted"


def asset_folder() -> Path:
    """The folder with the board's script and style sheet."""
    return Path(__file__).parent / "frontend"


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
        "codes": [own.model_dump(mode="json") for own in codes],
        "undo": None if undo is None else {"id": undo[0], "says": undo[1]},
        "done": list(done),
        "refused": dict(refused),
        "run": run,
    }
    _component()(key=key, data=data, on_acted_change=lambda: None)


@cache
def _component_name() -> str:
    """A name that changes with the files, so that no browser mixes old ones with new ones."""
    files = sorted(asset_folder().iterdir())
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return f"board-{digest[:12]}"


def _component() -> Any:
    """The mounting command; files, so that a policy of ``script-src 'self'`` is satisfied."""
    name = f"labelcore.{_component_name()}"
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(name) is None:
        config = ComponentConfig(name=_component_name(), asset_dir=asset_folder().name)
        manifest = ComponentManifest(name="labelcore", version="1", components=[config])
        manager.register_from_manifest(manifest, asset_folder().parent)
    return st.components.v2.component(name, js="board.js", css="board.css")
