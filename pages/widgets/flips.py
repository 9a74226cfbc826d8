"""How often LLM judges change their mind when they are asked again, and on which outputs."""

from __future__ import annotations

import streamlit as st

from labelcore.judges.kinds import kind_of
from labelcore.messages import rate_words
from labelcore.stages import judging
from labelcore.stages.judging.testing import repeating
from labelcore.workspace import Workspace
from pages.widgets import charts, keys, shell
from pages.widgets.outputs import show_output
from pages.widgets.shell import plain


def show_flips(workspace: Workspace) -> None:
    """Ask a judge again, and see the share of outputs on which it differs."""
    judges = [judge for judge in judging.active_judges(workspace) if kind_of(judge).needs_model]
    if not judges:
        st.info("Only LLM judges can change their mind, and there are none yet.")
        return
    left, times_at, limit_at = st.columns([3, 1, 1], vertical_alignment="bottom")
    version = left.selectbox("LLM judge", judges, format_func=lambda judge: judge.name, key=keys.REPEATED)
    times = int(times_at.number_input("Times", 2, repeating.MOST_TIMES, 3, key=f"{keys.REPEATED}-times"))
    limit = int(limit_at.number_input("Outputs", 1, repeating.MOST_OUTPUTS, 50, key=f"{keys.REPEATED}-limit"))
    if st.button("Ask again", key=f"{keys.REPEATED}-go"):
        bar = st.progress(0.0)

        def show(made: int, total: int, words: str) -> None:
            bar.progress(made / total if total else 1.0, words)

        with shell.guard():
            done = repeating.repeat(workspace.telling(show), version, times=times, limit=limit)
        bar.empty()
        st.write(plain(f"{done.verdicts_new} new verdicts, {done.errors} errors. {done.message}"))
    found = repeating.flips(workspace)
    if not found:
        st.info("No judge was asked twice yet.")
        return
    charts.intervals(
        "Outputs on which a judge differs when it is asked again (low is good)",
        [flips.judge for flips in found],
        {"share": [flips.rate for flips in found]},
        key="flips",
    )
    for flips in found:
        st.write(
            plain(f"{flips.judge}: {rate_words(flips.rate)} of outputs, asked up to {flips.times} times.")
        )
        if flips.flipped and st.toggle(
            f"Show the {len(flips.flipped)} outputs", key=f"flips-{flips.judge_version_id}"
        ):
            _show(workspace, flips)


def _show(workspace: Workspace, flips: repeating.Flips) -> None:
    for output, answers in repeating.outputs_of(workspace.db, flips):
        with st.container(border=True):
            for value, reason in zip(answers.values, answers.reasons, strict=True):
                st.text(f"{value}: {reason}")
            show_output(output)
