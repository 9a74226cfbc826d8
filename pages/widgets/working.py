"""Long work of a page in a thread: how far it is, for how long, a way to stop it; then what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from threading import Thread
from typing import Any, TypeVar

import streamlit as st

from labelcore.errors import LabelcoreError
from labelcore.messages import say, speak, trouble_words
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.shell import plain

Answer = TypeVar("Answer")
_log = logging.getLogger("labelcore.pages")


@dataclass
class Work:
    """One piece of work: its ``result``, or as ``trouble`` the sentence of what ended it instead."""

    done: int = 0
    total: int = 0
    words: str = ""
    over: bool = False
    stopping: bool = False
    result: Any = None
    trouble: str = ""

    def tell(self, done: int, total: int, words: str) -> None:
        """Take in how far it is."""
        self.done, self.total, self.words = done, total, words


def attempt(act: Callable[[], object], failed: str) -> tuple[Any, str]:
    """What came of work in a thread, and what ended it; ``failed``: the sentence for what nobody expected."""
    try:
        return act(), ""
    except LabelcoreError as trouble:
        return None, trouble_words(trouble, on_page=True)
    except Exception:  # noqa: BLE001 - a thread has nobody above it; the page shows a sentence
        _log.exception("work of a page failed")
        return None, failed


def begin(key: str, workspace: Workspace, act: Callable[[Workspace], object]) -> None:
    """Begin it, in this visitor's session; ``act`` is given a workspace that tells how far it is."""
    work = st.session_state[key] = Work()
    failed = say("It failed; the log says why. What was stored is kept.")

    def whole() -> None:
        work.result, work.trouble = attempt(lambda: act(workspace.telling(work.tell)), failed)
        work.over = True

    Thread(target=copy_context().run, args=(whole,), daemon=True).start()


def is_under_way(key: str) -> bool:
    """Whether this visitor's work goes on."""
    work = st.session_state.get(key)
    return work is not None and not work.over


def take(key: str) -> Any:
    """The result of work that has ended, once; None where it has none, and what ended it is shown."""
    if key not in st.session_state or is_under_way(key):
        return None
    work: Work = st.session_state.pop(key)
    if work.trouble:
        st.error(plain(work.trouble), icon=":material/error:")
    return work.result


def worked_out(key: str, question: object, answer: Callable[[], Answer]) -> Answer:
    """What takes a while, worked out once for each visitor and anew when the question is another one."""
    memory: tuple[object, Answer] | None = st.session_state.get(key)
    if memory is None or memory[0] != question:
        memory = st.session_state[key] = (question, answer())
    return memory[1]


def refreshed(part: Callable[..., None], *arguments: Any, every: float, going: bool) -> None:
    """A part of the page that is drawn anew every so many seconds, but only while something goes on.

    Else it would cut off what somebody does beside it, and Streamlit leaves the old words of that standing.
    """
    st.fragment(part, run_every=every if going else None)(*arguments)


@st.fragment(run_every=0.5)
def watch(key: str, stop: Callable[[], object] | None = None) -> None:
    """A bar while it goes on; the whole page again once it has ended."""
    speak(shell.language())  # a fragment runs without its page
    work: Work | None = st.session_state.get(key)
    if work is None or work.over:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        words = say(work.words) if work.words else say("Reading the notes …")
        st.progress(work.done / work.total if work.total else 0.0, text=plain(words))
        if stop and st.button(say("Stop"), key=f"{key}-stop", icon=":material/stop:", disabled=work.stopping):
            work.stopping = True
            stop()
