"""Judges: candidates for each criterion, run over the outputs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import pandas as pd
import streamlit as st

from labelcore.settings import settings
from labelcore.stages import judging
from pages.widgets import learned, running, shell, structure, suspects
from pages.widgets.check_editor import write_check
from pages.widgets.flips import show_flips
from pages.widgets.hardness import show_hardness
from pages.widgets.local_model import offer_local_model
from pages.widgets.outputs import show_output
from pages.widgets.referee import show_race

_PAGE = 5


def show_verdicts(judge: judging.JudgeSummary) -> None:
    """What a judge says about outputs, value by value."""
    st.text(judge.description)
    if judge.kind == "learned":
        learned.show_learned(place, judge)
    if judge.kind == "cascade":
        learned.show_cascade(place, judge)
    counts = {"fail": judge.fails, "pass": judge.passes, "abstain": judge.abstains}
    value = st.segmented_control(
        "Show outputs with the verdict", [own for own in counts if counts[own]],
        format_func=lambda own: f"{own} ({counts[own]:,})", key=f"verdicts-{judge.judge_version_id}",
    )  # fmt: skip
    if not value:
        return
    pages = (counts[value] + _PAGE - 1) // _PAGE
    page = st.number_input(f"Page of {pages:,}", 1, pages, 1) if pages > 1 else 1
    start = (int(page) - 1) * _PAGE
    for own in judging.judged(place.db, judge.judge_version_id, value, limit=_PAGE, start=start):
        with st.container(border=True):
            st.text(own.decision.reason)
            show_output(own.output)
            if judge.kind == "learned":
                learned.show_why(place, judge, own.output)


def refreshing(judges: list[judging.JudgeSummary]) -> None:
    """Say which judges are stale, and offer to make those that a prompt makes anew."""
    stale = [own for own in judges if own.stale]
    if not stale:
        return
    asked = [own for own in stale if own.kind == "llm"]
    fitted = len(stale) - len(asked)
    with st.container(border=True):
        for reason in dict.fromkeys(said for own in stale for said in own.stale_because):
            names = [own.name for own in stale if reason in own.stale_because]
            shown = ", ".join(names[:_PAGE]) + (" and others" if len(names) > _PAGE else "")
            st.text(f"{len(names)} stale because {reason}: {shown}.")
        if fitted:
            st.write(f"{fitted} of them hold no prompt: propose them again, or write them anew.")
        if asked and st.button(f"Make {len(asked)} of them anew with the present glossary and wording"):  # fmt: skip
            judging.refresh_judges(place.db, place.project, author=place.annotator)
            st.rerun()


place = shell.open_page("Judges", "Automatic checks, each deciding one criterion on every output.")
with shell.guard():
    if not settings().has_model:
        st.write("No model is configured: code checks and learned judges are fitted to the grades.")
    offer_local_model()
    running.show_estimate(place.db, place.project)
    left, right = st.columns(2)
    if left.button("Propose judges", type="primary", width="stretch"):
        with st.spinner("Fitting candidates to the grades …"):
            found = judging.propose(place.db, place.project, offline=not settings().has_model)
        if found:
            st.success(f"{len(found)} candidates are proposed.")
        else:
            st.info("Nothing can be fitted yet: it takes some passed and some failed outputs.")
    if right.button("Run judges on all outputs", width="stretch"):
        running.start(place.db, place.project, None)
    running.watch(place.db, place.project)
    with st.expander("Schema of JSON or YAML outputs"):
        structure.show_schema(place)
    with st.expander("Write a check"):
        write_check(place)
    judges = judging.list_judges(place.db, place.project)
    if not judges:
        st.info("There are no judges yet: accept criteria, then propose judges.")
        st.stop()
    refreshing(judges)
    learned.show_freshness(place)
    suspects.show_suspects(place)
    with st.expander("Cascade: a cheap judge first, another where it is not sure, else a person"):
        learned.make_cascade(place, judges)
    st.write("Choose a row to see what a judge says about outputs.")
    for criterion in dict.fromkeys(own.criterion for own in judges):
        st.subheader(shell.plain(criterion))
        own = [judge for judge in judges if judge.criterion == criterion]
        names = ("name", "kind", "passes", "fails", "abstains", "errors", "description")
        table = pd.DataFrame([
            {name: getattr(judge, name) for name in names} | {"stale": "; ".join(judge.stale_because)}
            for judge in own
        ])  # fmt: skip
        picked = st.dataframe(
            table, hide_index=True, width="stretch", on_select="rerun",
            selection_mode="single-row", key=f"judges-{criterion}",
        )  # fmt: skip
        for row in picked.selection.rows:
            show_verdicts(own[row])
    st.subheader("Race them")
    show_race(place)
    st.subheader("How hard they are to move")
    for title, show in (("Hardness tests", show_hardness), ("Asked again: flips", show_flips)):
        if st.toggle(title, key=f"show-{title}"):
            show(place)
    shell.go("6_aligning.py", "Next: alignment")
