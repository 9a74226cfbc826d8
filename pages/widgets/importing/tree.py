"""The first row as a tree, where a file's cells hold JSON: a click on a value says what stands there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping as Dictionary

import streamlit as st

from labelcore.messages import say
from labelcore.stages import importing
from labelcore.stages.importing.nested import leaf, paths, value_at
from labelcore.text.showing import shortened
from pages.widgets import shell

_PAGE, _SHOWN = 30, 60


def offer(
    preview: importing.Preview, labels: Dictionary[str, str], widget: Callable[[str], str], key: str
) -> None:
    """The places in the first row that holds them; nothing of a file without JSON.

    ``widget``: where the session keeps the column of a field.
    """
    places = paths(preview.rows)
    if not places:
        return
    is_open = not preview.guessed.output  # of the file as it is, whatever was chosen since
    with st.expander(say("Choose in the first row"), expanded=is_open), st.container(gap="xxsmall"):
        field = shell.choose(say("What is it?"), labels, key=f"{key}-tree-field", width=220)
        above = ""
        for at, path in enumerate(shell.page_of(places, _PAGE, f"{key}-tree")):
            if (steps := _above(path)) != above:
                st.caption(shell.plain(steps))
            above = steps
            st.button(
                shell.plain(f"{leaf(path) or path}: {_short(preview, path)}"),
                key=shell.key_of(f"{key}-tree-{at}", [path]),
                type="tertiary",
                on_click=_choose,
                args=(widget(field), path),
            )


def _above(path: str) -> str:
    """The steps that lead to a value, without its last name."""
    return " › ".join(re.findall(r"[^.\[\]]+|\[\d+\]", path)[:-1])


def _short(preview: importing.Preview, path: str) -> str:
    value = next((cell for row in preview.rows if (cell := value_at(row, path)) != ""), "")
    return shortened(str(value), _SHOWN)


def _choose(widget: str, path: str) -> None:
    st.session_state[widget] = path
