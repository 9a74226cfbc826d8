"""The drift ledger and the family tree of criteria."""

from __future__ import annotations

import streamlit as st

from labelcore.stages import deriving, grading
from pages.widgets import charts, shell
from pages.widgets.shell import Place, plain


def show_drift(place: Place) -> None:
    """What each change of meaning did to the grades before it, and what to grade next."""
    found = deriving.ledgers(place.db, place.project)
    if not found:
        st.info("There are no accepted criteria yet.")
        return
    st.write("An edit that is more than wording makes earlier answers on that criterion stale. The smallest part is graded anew that settles it.")  # fmt: skip
    changed = [own for own in found if own.stale]
    for own in changed:
        with st.container(border=True):
            st.subheader(plain(own.criterion.name))
            st.write(plain(own.says))
            who = own.changed_by or "labelcore"
            st.write(plain(f"Changed in version {own.changed_in} by {who}: {own.why or 'no reason given'}."))  # fmt: skip
            st.progress(len(own.again) / len(own.stale), f"{len(own.again)} of {len(own.stale)} graded anew")  # fmt: skip
            queued = own.criterion.id in grading.rules_of(place.project).regrade
            if (
                own.next
                and not queued
                and st.button("Ask for them on the Grade page", key=f"again-{own.criterion.id}")
            ):
                deriving.queue_regrade(place.db, place.project, own.criterion.id)
                st.rerun()
            if own.next and queued:
                shell.go("3_grading.py", "Grade")
    if not changed:
        st.success("Every accepted criterion has kept its meaning: no grade is stale.")
        return
    measured = [own for own in changed if own.flips.value is not None]
    if measured:
        names = [own.criterion.name for own in measured]
        series = {"answers that flip": [own.flips for own in measured]}
        charts.intervals("Share of answers that flip under the new wording, 95 % intervals", names, series, key="flips")  # fmt: skip


def show_lineage(place: Place) -> None:
    """Which criterion was made from which, as a small graph."""
    found = deriving.lineage(place.db, place.project)
    if not found:
        st.info("There are no criteria yet.")
        return
    names = {own.id: f"n{at}" for at, own in enumerate(found)}
    colours = {"accepted": "#009E73", "proposed": "#0072B2", "rejected": "#888888", "dropped": "#888888"}  # fmt: skip
    lines = ['digraph { rankdir=LR; node [shape=box, style=rounded, fontname="sans-serif"];']
    for own in found:
        label = _quoted(f"{own.name[:40]}\n{own.status}, {own.versions} versions")
        lines.append(f'{names[own.id]} [label={label}, color="{colours[own.status]}"];')
        lines += [f"{names[p]} -> {names[own.id]};" for p in own.parents if p in names]
    st.graphviz_chart("\n".join([*lines, "}"]))


def _quoted(text: str) -> str:
    """A DOT string: names are hostile."""
    inner = text.replace("\\", "＼").replace('"', "”").replace("\n", "\\n")
    return f'"{inner}"'
