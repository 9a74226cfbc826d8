"""What a change of meaning did to the grades before it; how well judges follow; which came from which."""

import streamlit as st

from labelcore.messages import say, sentence
from labelcore.messages.catalogue import judge_words
from labelcore.models import Criterion
from labelcore.stages.aligning.by_version import by_version, outputs_of
from labelcore.stages.deriving import drift, versions
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.outputs import CELLS, show_outputs
from pages.widgets.shell import plain


def show_all_drift(workspace: Workspace) -> None:
    """Every criterion whose change of meaning left answers stale."""
    st.write(
        say(
            "An edit that is more than wording makes earlier grades on that criterion stale. "
            "Only as many are graded again as it takes to settle it."
        )
    )
    ledgers = [ledger for ledger in drift.ledgers(workspace) if ledger.stale]
    for ledger in ledgers:
        with st.container(border=True):
            st.markdown(f"#### {plain(say(ledger.criterion.name))}")
            _show_stale(workspace, ledger)
    if not ledgers:
        st.success(say("Every accepted criterion has kept its meaning: no grade is stale."))
        return
    measured = [ledger for ledger in ledgers if ledger.flips.value is not None]
    if measured:
        charts.intervals(
            say("Share of answers that flip under the new wording, 95% intervals"),
            [say(ledger.criterion.name) for ledger in measured],
            {say("answers that flip"): [ledger.flips for ledger in measured]},
            key="flips",
        )


def show_drift(workspace: Workspace, criterion: Criterion) -> None:
    """One criterion's stale answers, what to grade next, and its judges version by version."""
    (ledger,) = drift.ledgers(workspace, criterion)
    if ledger.stale:
        _show_stale(workspace, ledger)
    else:
        st.success(say("It has kept its meaning: no grade is stale."))
    _show_timeline(workspace, criterion)


def _show_stale(workspace: Workspace, ledger: drift.Ledger) -> None:
    """How far it is graded anew, and what to grade next."""
    st.write(plain(sentence(ledger.says)))
    values = {"n": ledger.changed_in, "who": ledger.changed_by or "labelcore"}
    why = ledger.why or say("no reason given")
    st.write(plain(say("Changed in version {n} by {who}: {why}.", **values, why=why)))
    words = say("{n} of {all} graded again", n=len(ledger.again), all=len(ledger.stale))
    st.progress(len(ledger.again) / len(ledger.stale), words)
    flipped = [key for key in ledger.random if key in ledger.again and ledger.again[key] != ledger.stale[key]]
    key = f"ledger-{ledger.criterion.id}"
    show_outputs(workspace, say("Show the stale answers"), ledger.stale, f"{key}-stale")
    show_outputs(workspace, say("Show those graded again"), ledger.again, f"{key}-again")
    show_outputs(workspace, say("Show those drawn by chance"), ledger.random, f"{key}-random")
    show_outputs(workspace, say("Show those that flipped"), flipped, f"{key}-flipped")
    if not ledger.next:
        return
    if ledger.criterion.id in workspace.project.rules.regrade:
        shell.go("3_grading.py", "Grade")
    elif st.button(say("Ask for them on the Grade page"), key=f"again-{ledger.criterion.id}"):
        drift.queue_regrade(workspace, ledger.criterion)
        st.rerun()


def _show_timeline(workspace: Workspace, criterion: Criterion) -> None:
    """How well judges follow people, version by version."""
    alignments = by_version(workspace, criterion)
    if not alignments:
        st.write(say("No judge of this criterion has decided a graded output yet."))
        return
    mark = say(" (meaning changed)")
    rows = [
        f"v{alignment.criterion_version}{mark if alignment.changed else ''} · "
        f"{judge_words(alignment.judge.rpartition(' · ')[2])}"
        for alignment in alignments
    ]
    if any(alignment.in_sample for alignment in alignments):
        st.write(
            say("In-sample: some judges were fitted on grades of these outputs, so their figures flatter.")
        )
    series = {
        "TPR": [alignment.tpr for alignment in alignments],
        "TNR": [alignment.tnr for alignment in alignments],
    }
    charts.intervals(
        say("Each version's judges, the sealed test left out, 95% intervals"),
        rows,
        series,
        key="versions-of-criterion",
    )
    if not st.toggle(say("Show the outputs behind these figures"), key="timeline-behind"):
        return
    at = st.selectbox(
        say("Judge"), range(len(alignments)), format_func=rows.__getitem__, key="timeline-judge"
    )
    version_id = alignments[at].judge_version_id
    behind = outputs_of(workspace, version_id)
    for cell, words in CELLS.items():
        show_outputs(workspace, say(words).capitalize(), behind[cell], f"timeline-{version_id}-{cell}")


def show_lineage(workspace: Workspace) -> None:
    """Which criterion was made from which, as a small graph."""
    criteria = versions.lineage(workspace)
    if not criteria:
        st.info(say("There are no criteria yet."))
        return
    ids = {name for child in criteria if child.parents for name in (child.id, *child.parents)}
    if not ids:
        st.info(say("No criterion was merged or split yet: each stands for itself."))
        return
    criteria = [criterion for criterion in criteria if criterion.id in ids]
    names = {criterion.id: f"n{at}" for at, criterion in enumerate(criteria)}
    colours = {"accepted": "#009E73", "proposed": "#0072B2", "rejected": "#888888", "dropped": "#888888"}
    ink = "#e6e6e6" if st.context.theme.type == "dark" else "#31333f"
    lines = [
        f'digraph {{ rankdir=LR; bgcolor="transparent"; edge [color="{ink}"]; '
        f'node [shape=box, style=rounded, fontname="sans-serif", fontcolor="{ink}"];'
    ]
    for criterion in criteria:
        counts = say("{n} versions", n=criterion.versions)
        label = f"{say(criterion.name)[:40]}\n{say(criterion.status)}, {counts}"
        label = label.replace("\\", "＼").replace('"', "”").replace("\n", "\\n")  # names are hostile
        lines.append(f'{names[criterion.id]} [label="{label}", color="{colours[criterion.status]}"];')
        lines += [f"{names[p]} -> {names[criterion.id]};" for p in criterion.parents if p in names]
    st.graphviz_chart("\n".join([*lines, "}"]))
