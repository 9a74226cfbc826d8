"""The library: rubrics as files, and how well one that came by file does here."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from labelcore.stages import deriving, sharing
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.outputs import show_outputs_of_judges
from pages.widgets.shell import plain


def show_library(workspace: Workspace) -> None:
    """Save the rubric, take one in, and compare its figures there and here."""
    names = [criterion.name for criterion in deriving.list_criteria(workspace, status="accepted")]
    chosen = st.multiselect(
        "Criteria to save (none: all accepted ones, and the judges of the overall grade)", names
    )
    examples = st.checkbox("With examples from outputs", value=True)
    kept = f"rubric-file-{workspace.project.id}"
    if names and st.button("Write the file"):
        with shell.guard(), tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rubric.yaml"
            saved = sharing.save_rubric(workspace, out=file, criteria=chosen, with_examples=examples)
            for staying in saved.not_portable:
                st.text(f"Not portable: {staying.judge} of {staying.criterion}: {staying.reason}")
            st.session_state[kept] = file.read_text("utf-8")
    if text := st.session_state.get(kept):
        st.download_button("Download rubric.yaml", text, "rubric.yaml", "application/yaml")
    came = st.file_uploader("A rubric to take in", type=["yaml", "yml"])
    if came is not None and st.button("Take it in"):
        with shell.guard(), tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / Path(came.name).name
            file.write_bytes(came.getvalue())
            found = sharing.load_rubric(workspace, file)
        st.success(
            f"{len(found.criteria)} criteria and {len(found.judges)} judges came; "
            f"{len(found.known)} were known; {len(found.refused)} judges were left out."
        )
        for refusal in found.refused:
            st.text(f"{refusal.judge} of {refusal.criterion}: {refusal.reason}")
        for staying in found.not_portable:
            st.text(f"Not portable: {staying.judge} of {staying.criterion}: {staying.reason}")
    _transfers(workspace)


def _transfers(workspace: Workspace) -> None:
    found = sharing.transfer(workspace)
    if not found:
        st.write("No criterion of this project came by file.")
    for transfer in found:
        with st.container(border=True):
            st.badge(transfer.state)
            st.write(plain(transfer.says))
            for judge in transfer.judges:
                st.write(plain(judge.says))
            show_outputs_of_judges(
                workspace,
                [(judge.judge_version_id, judge.judge) for judge in transfer.judges],
                f"transfer-{transfer.criterion_id or 'overall'}",
            )
    judges = [judge for transfer in found for judge in transfer.judges]
    if judges:
        charts.intervals(
            "Bad outputs caught, there and here, 95 % intervals",
            [judge.judge for judge in judges],
            {"TNR there": [judge.there.tnr for judge in judges], "TNR here": [judge.tnr for judge in judges]},
            key="transfer",
        )
