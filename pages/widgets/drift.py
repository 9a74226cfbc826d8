"""The drift ledger and the family tree of criteria."""

import streamlit as st

from labelcore.messages import sentence
from labelcore.stages.aligning.by_version import by_version, outputs_of
from labelcore.stages.deriving import drift, editing, versions
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.outputs import CELLS, show_outputs
from pages.widgets.shell import plain


def show_drift(workspace: Workspace) -> None:
    """What each change of meaning did to the grades before it, and what to grade next."""
    found = drift.ledgers(workspace)
    if not found:
        st.info("There are no accepted criteria yet.")
        return
    st.write(
        "An edit that is more than wording makes earlier answers on that criterion stale. The "
        "smallest part is graded anew that settles it."
    )
    _timeline(workspace)
    st.subheader("Stale answers")
    changed = [ledger for ledger in found if ledger.stale]
    for ledger in changed:
        with st.container(border=True):
            _stale(workspace, ledger)
    if not changed:
        st.success("Every accepted criterion has kept its meaning: no grade is stale.")
        return
    measured = [ledger for ledger in changed if ledger.flips.value is not None]
    if measured:
        charts.intervals(
            "Share of answers that flip under the new wording, 95 % intervals",
            [ledger.criterion.name for ledger in measured],
            {"answers that flip": [ledger.flips for ledger in measured]},
            key="flips",
        )


def _stale(workspace: Workspace, ledger: drift.Ledger) -> None:
    """One criterion whose meaning changed: how far it is graded anew, and what to grade next."""
    st.subheader(plain(ledger.criterion.name))
    st.write(plain(sentence(ledger.says)))
    who = ledger.changed_by or "labelcore"
    st.write(plain(f"Changed in version {ledger.changed_in} by {who}: {ledger.why or 'no reason given'}."))
    done = f"{len(ledger.again)} of {len(ledger.stale)} graded anew"
    st.progress(len(ledger.again) / len(ledger.stale), done)
    flipped = [key for key in ledger.random if key in ledger.again and ledger.again[key] != ledger.stale[key]]
    key = f"ledger-{ledger.criterion.id}"
    show_outputs(workspace, "Show the stale answers", ledger.stale, f"{key}-stale")
    show_outputs(workspace, "Show those graded anew", ledger.again, f"{key}-again")
    show_outputs(workspace, "Show those drawn by chance", ledger.random, f"{key}-random")
    show_outputs(workspace, "Show those that flipped", flipped, f"{key}-flipped")
    if not ledger.next:
        return
    if ledger.criterion.id in workspace.project.rules.regrade:
        shell.go("3_grading.py", "Grade")
    elif st.button("Ask for them on the Grade page", key=f"again-{ledger.criterion.id}"):
        drift.queue_regrade(workspace, ledger.criterion)
        st.rerun()


def _timeline(workspace: Workspace) -> None:
    """How well judges follow people, version by version of one criterion."""
    names = {criterion.name: criterion for criterion in editing.list_criteria(workspace, status="accepted")}
    st.subheader("Alignment along the versions of a criterion")
    chosen = st.selectbox("Criterion", list(names), key="timeline")
    found = by_version(workspace, names[chosen]) if chosen else []
    if not found:
        st.write("No judge of this criterion has decided a graded output yet.")
        return
    rows = [
        f"v{alignment.criterion_version}{' (meaning changed)' if alignment.changed else ''} · "
        f"{alignment.judge.split(' · ')[-1]}"
        for alignment in found
    ]
    if any(alignment.in_sample for alignment in found):
        st.write("In-sample: some judges were fitted on grades of these outputs, so their figures flatter.")
    series = {"TPR": [alignment.tpr for alignment in found], "TNR": [alignment.tnr for alignment in found]}
    charts.intervals(
        "Each version's judges, the sealed test left out, 95 % intervals",
        rows,
        series,
        key="versions-of-criterion",
    )
    if not st.toggle("Show the outputs behind these figures", key="timeline-behind"):
        return
    at = st.selectbox(
        "Judge", range(len(found)), format_func=lambda at: plain(rows[at]), key="timeline-judge"
    )
    version_id = found[at].judge_version_id
    behind = outputs_of(workspace, version_id)
    for cell, words in CELLS.items():
        show_outputs(workspace, words.capitalize(), behind[cell], f"timeline-{version_id}-{cell}")


def show_lineage(workspace: Workspace) -> None:
    """Which criterion was made from which, as a small graph."""
    found = versions.lineage(workspace)
    if not found:
        st.info("There are no criteria yet.")
        return
    related = {name for child in found if child.parents for name in (child.id, *child.parents)}
    if not related:
        st.info("No criterion was merged or split yet: each stands for itself.")
        return
    found = [criterion for criterion in found if criterion.id in related]
    names = {criterion.id: f"n{at}" for at, criterion in enumerate(found)}
    colours = {"accepted": "#009E73", "proposed": "#0072B2", "rejected": "#888888", "dropped": "#888888"}
    ink = "#e6e6e6" if st.context.theme.type == "dark" else "#31333f"
    lines = [
        f'digraph {{ rankdir=LR; bgcolor="transparent"; edge [color="{ink}"]; '
        f'node [shape=box, style=rounded, fontname="sans-serif", fontcolor="{ink}"];'
    ]
    for criterion in found:
        label = f"{criterion.name[:40]}\n{criterion.status}, {criterion.versions} versions"
        label = label.replace("\\", "＼").replace('"', "”").replace("\n", "\\n")  # names are hostile
        lines.append(f'{names[criterion.id]} [label="{label}", color="{colours[criterion.status]}"];')
        lines += [f"{names[p]} -> {names[criterion.id]};" for p in criterion.parents if p in names]
    st.graphviz_chart("\n".join([*lines, "}"]))
