"""Work with a judge's prompt that takes a while: begun once, watched as it goes, stopped by a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from labelcore.messages import say
from labelcore.messages.figures import so_far_words
from labelcore.messages.lines.refining.comparing import troubles
from labelcore.messages.running import again_words
from labelcore.stages.refining.ongoing import Ongoing, limit_cost, stop_trial
from labelcore.stages.refining.trials import ModelWork
from labelcore.workspace import Workspace
from pages.widgets import shell, working
from pages.widgets.judging.running import in_thread
from pages.widgets.shell import plain

_EVERY = 0.25
"""Seconds between two looks: the first result should stand half a second after it came."""
Heard = TypeVar("Heard", bound=Ongoing)
Found = TypeVar("Found")


@dataclass(kw_only=True)
class VersionWork(Generic[Heard, Found]):
    """Work of this visitor's on one version of a judge, under way or over. ``asks``: it asks models, so that
    it costs and can be stopped; what only reads gives way to what begins.
    """

    version_id: str
    ongoing: Heard
    over: Event | None = None
    found: Found | None = None
    asks: bool = True

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return self.over is not None and not self.over.is_set()

    @property
    def busy(self) -> bool:
        """Whether models are being asked."""
        return self.asks and self.running


def begin(key: str, work: VersionWork[Any, Found], do: Callable[[], Found], name: str) -> None:
    """Begin it, unless work under this key asks models now."""
    last: VersionWork[Any, Found] | None = st.session_state.get(key)
    if last and last.busy:
        return
    if last and last.running:
        last.ongoing.stop.set()

    def whole(_: Event) -> None:
        work.found = do()

    work.over = in_thread(whole, name, _failed(key))
    st.session_state[key] = work


def watch(
    workspace: Workspace, key: str, words: Callable[[Any], str], below: Callable[[Any], None] | None = None
) -> None:
    """The work as it goes, in ``words``, with its cost and a way to stop it; then what stands ``below``."""
    work: VersionWork[Ongoing, object] | None = st.session_state.get(key)
    going = bool(work and work.running)
    working.refreshed(_watch, workspace, key, words, below, every=_EVERY, going=going)


def _watch(
    workspace: Workspace, key: str, words: Callable[[Any], str], below: Callable[[Any], None] | None
) -> None:
    shell.speak_as(workspace)  # a fragment runs without its page
    for failure in st.session_state.get(_failed(key), []):
        st.error(plain(failure))
    work: VersionWork[Ongoing, object] | None = st.session_state.get(key)
    running = bool(work and work.running)
    before = st.session_state.get(f"{key}-was", False)
    st.session_state[f"{key}-was"] = running
    if work and running:
        if work.asks:
            _show(workspace, work.ongoing, key, words(work.ongoing))
        else:
            shell.aside(words(work.ongoing))
        if below:
            below(work.ongoing)
    elif before:
        st.rerun()


def place_of(
    workspace: Workspace, key: str, words: Callable[[Any], str], below: Callable[[Any], None] | None = None
) -> DeltaGenerator | None:
    """Where what was found is shown; None while it is under way, which `watch` shows. What stood there goes
    at once: a page that is drawn again by parts would leave the last results below the next work.
    """
    watch(workspace, key, words, below)
    place = st.empty()
    return None if st.session_state[key].running else place.container()


def ask_limit(workspace: Workspace, key: str) -> float | None:
    """US dollars that it may spend, None without a limit; the project remembers it."""
    limit: float | None = st.number_input(
        say("Spend at most (US$)"),
        min_value=0.0,
        value=workspace.project.settings.most_cost,
        step=1.0,
        placeholder=say("no limit"),
        help=say("What a call may cost is set aside before it is sent, so the limit holds."),
        key=key,
        on_change=_remember,
        args=(workspace, key),
        width=240,
    )
    return limit or None


def _remember(workspace: Workspace, key: str) -> None:
    with shell.guard():
        limit_cost(shell.as_now(workspace), st.session_state[key] or None)


def limit_of(workspace: Workspace, key: str) -> float | None:
    """The limit that stands in the field, if it was shown, else the project's."""
    return st.session_state.get(key, workspace.project.settings.most_cost) or None


def _show(workspace: Workspace, ongoing: Ongoing, key: str, words: str) -> None:
    cost = so_far_words(ongoing.cost_usd, unpriced=ongoing.unpriced)
    with st.container(horizontal=True, vertical_alignment="center"):
        share = min(1.0, ongoing.done / ongoing.total) if ongoing.total else 0.0
        st.progress(share, text=plain(" · ".join(filter(None, (words, cost)))))
        st.button(
            say("Stop"),
            key=f"{key}-stop",
            icon=":material/stop:",
            disabled=ongoing.stop.is_set(),
            on_click=_stop,
            args=(workspace, ongoing),
        )
    for line in again_words(dict(ongoing.asked_again)):
        shell.aside(line)


def _stop(workspace: Workspace, ongoing: Ongoing) -> None:
    with shell.guard():
        stop_trial(shell.as_now(workspace), ongoing)


def show_troubles(work: ModelWork) -> None:
    """What went wrong, and what kept it from its end."""
    if lines := list(troubles(work)):
        st.warning("  \n".join(map(plain, lines)))


def _failed(key: str) -> str:
    return f"{key}-failed"
