"""Mounting the card: registration of its files, data down, events up."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from labelcore.models import Frozen
from pages.widgets.grading_card.contract import CardEvents, read_events
from pages.widgets.grading_card.news import CardNews, held_by_browser

_TRIGGER = "graded"


class Seat(Frozen):
    """Where a card may send presses by itself: a path on this server, and who it may speak for."""

    path: str
    token: str


def asset_folder() -> Path:
    """The folder with the card's JavaScript modules and style sheet."""
    return Path(__file__).parent / "frontend"


def received(key: str) -> CardEvents:
    """The presses that came with this run, before the card is drawn; () when there are none.

    Store them, then hand their ids to `grading_card` as ``acknowledged``.
    """
    events, _ = read_events(_sent(key))
    st.session_state[_name(key, "handed_out")] = {event.client_id for event in events}
    return events


def grading_card(news: CardNews, *, seat: Seat | None = None, key: str) -> CardEvents:
    """Draw the card and return the presses that `received` has not handed out in this run.

    Args:
        news: what the card is told.
        seat: where the card may send presses by itself; without one each press runs the page.
        key: of the component; must not contain two underscores in a row.
    """
    mount = _component()
    _, malformed = read_events(_sent(key))
    own = {"session": _session(key), "run": _count_run(key), "seat": seat.model_dump() if seat else None}
    data = news.as_data(held_by_browser(_sent(key)))
    data["refused"] |= malformed
    result = mount(key=key, data=data | own, on_graded_change=lambda: None)
    events, _ = read_events(result.get(_TRIGGER))
    handed_out = st.session_state.pop(_name(key, "handed_out"), set())
    return tuple(event for event in events if event.client_id not in handed_out)


@cache
def _component_name() -> str:
    """A name that changes with the files, so that no browser mixes old modules with new ones."""
    files = sorted(asset_folder().iterdir())
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return f"card-{digest[:12]}"


def _component() -> Any:
    """The mounting command, its files registered with the runtime that executes this script.

    Files rather than strings: a string travels to the browser again with every run, and modules
    served from their own address satisfy a content security policy of ``script-src 'self'``.
    """
    name = f"labelcore.{_component_name()}"
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(name) is None:
        config = ComponentConfig(name=_component_name(), asset_dir=asset_folder().name)
        manifest = ComponentManifest(name="labelcore", version="1", components=[config])
        manager.register_from_manifest(manifest, asset_folder().parent)
    return _mounting(name)


@cache
def _mounting(name: str) -> Any:
    """Once for each process: declaring it reads the file system, a twelfth of a press's time."""
    return st.components.v2.component(name, js="card.js", css="card.css")


def _sent(key: str) -> object:
    """What the browser sent with this run, before the card is drawn; None when nothing."""
    state = st.session_state.get(key)
    return state.get(_TRIGGER) if isinstance(state, Mapping) else None


def _session(key: str) -> str:
    """Tells the browser that a new server session has begun, and that it should send again."""
    name: str = st.session_state.setdefault(_name(key, "session"), uuid.uuid4().hex)
    return name


def _count_run(key: str) -> int:
    """Makes the data of each run differ, so that the browser hears of every one."""
    count: int = st.session_state.get(_name(key, "run"), 0) + 1
    st.session_state[_name(key, "run")] = count
    return count


def _name(key: str, what: str) -> str:
    return f"grading_card/{key}/{what}"
