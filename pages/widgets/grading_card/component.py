"""Mounting the card: registration of its files, data down, events up."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import streamlit as st

from labelcore.messages.card import card_words
from labelcore.models import Frozen
from labelcore.stages.grading.card import CardEvents, CardNews, held_by_browser, read_events
from pages.widgets.mounting import mounting

_TRIGGER = "graded"


class PressRoute(Frozen):
    """Where a card may send presses by itself: a path on this server, and who it may speak for."""

    path: str
    token: str


def received(key: str) -> CardEvents:
    """The presses that came with this run, before the card is drawn; () when there are none.

    Store them, then hand their ids to `grading_card` as ``acknowledged``.
    """
    events, _ = read_events(_sent(key))
    st.session_state[_name(key, "handed_out")] = {event.client_id for event in events}
    return events


def grading_card(news: CardNews, *, route: PressRoute | None = None, key: str) -> CardEvents:
    """Draw the card and return the presses that `received` has not handed out in this run.

    Args:
        news: what the card is told.
        route: where the card may send presses by itself; without one each press runs the page.
        key: of the component; must not contain two underscores in a row.
    """
    _, malformed = read_events(_sent(key))
    run = {"session": _session(key), "run": _count_run(key), "route": route.model_dump() if route else None}
    data = news.as_data(card_words(news.setting.language), held_by_browser(_sent(key)))
    data["refused"] |= malformed
    result = mounting("card")(key=key, data=data | run, on_graded_change=lambda: None)
    events, _ = read_events(result.get(_TRIGGER))
    handed_out = st.session_state.pop(_name(key, "handed_out"), set())
    return tuple(event for event in events if event.client_id not in handed_out)


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
