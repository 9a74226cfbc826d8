"""Outputs as they were before redaction, for who has the key; nothing of it is stored."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.models import Output
from labelcore.stages.importing import keys as redaction, redacting
from labelcore.workspace import Workspace
from pages.widgets import keys, shell


def offer(workspace: Workspace, output: Output) -> None:
    """Where an output holds stand-ins: show it, or all, as it was."""
    if not redacting.stand_ins(output):
        return
    with st.expander(say("As it was before redaction")), shell.guard(), _key(workspace) as key:
        if key is None:
            return
        left, right = st.columns(2)
        if left.button(say("Show this output"), key=f"{keys.RESTORE}-one", width="stretch"):
            _show(redacting.restore(workspace, (output.id,), key=key))
        if right.button(say("All outputs as a file"), key=f"{keys.RESTORE}-all", width="stretch"):
            _offer_file(workspace, key)


@contextmanager
def _key(workspace: Workspace) -> Iterator[Path | None]:
    """The key that somebody brings; who sits at this machine has the one beside the database."""
    known = redaction.place(workspace, None) if workspace.here and workspace.db.path else None
    if known and known.exists():
        st.caption(say("With the key {path}.", path=shell.plain(str(known))))
        yield known
        return
    upload = st.file_uploader(say("The key that the import wrote"), type="key", key=f"{keys.RESTORE}-key")
    if upload is None:
        yield None
        return
    with shell.file_of(upload) as file:
        yield file


def _show(report: redacting.RestoreReport) -> None:
    for row in report.outputs:
        for title, name in ((say("Input"), "input"), (say("Context"), "context"), (say("Output"), "text")):
            if row[name]:
                st.caption(title)
                st.code(row[name], language=None, wrap_lines=True)
        for turn in row["conversation"]:
            st.text(f"{turn['role']}: {turn.get('content', '')}")
    if report.unknown:
        st.warning(
            counted(
                "One stand-in is not in this key.", "{n:,} stand-ins are not in this key.", n=report.unknown
            )
        )


def _offer_file(workspace: Workspace, key: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "restored.jsonl"
        redacting.restore(workspace, key=key, out=target)
        st.download_button(
            say("Download {name}", name=target.name), target.read_bytes(), file_name=target.name
        )
