"""Criteria: what the notes on failed outputs say, as things that make an output good."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import streamlit as st

from labelcore.models import Criterion
from labelcore.settings import settings
from labelcore.stages import deriving, projects
from pages.widgets import shell
from pages.widgets.outputs import show_output

_QUOTES = 8


def act(label: str, function: object, criterion: Criterion, key: str) -> None:
    """A button that changes a criterion and shows the page again."""
    if st.button(label, key=f"{key}-{criterion.id}"):
        function(place.db, place.project, criterion.id, author=place.annotator)  # type: ignore[operator]
        st.rerun()


def show(criterion: Criterion) -> None:
    """One criterion with its evidence and what can be done with it."""
    with st.container(border=True):
        st.subheader(shell.plain(criterion.name))
        st.text(criterion.statement)
        people = len({item.grade_id for item in criterion.evidence})
        st.write(f"{criterion.status}, {criterion.severity}, version {criterion.version}: {people} notes, {len(criterion.evidence)} quotes.")  # fmt: skip
        with st.expander("Evidence"):
            for item in criterion.evidence[:_QUOTES]:
                st.text(f"“{item.quote}”")
            shown = st.selectbox(
                "Open the output behind a quote", range(len(criterion.evidence)), index=None,
                format_func=lambda at: criterion.evidence[at].quote[:80], key=f"open-{criterion.id}",
            )  # fmt: skip
            if shown is not None and (
                found := projects.find_output(place.db, criterion.evidence[shown].output_id)
            ):
                show_output(found)
        with st.expander("Edit"), st.form(f"edit-{criterion.id}"):
            name = st.text_input("Name", criterion.name)
            statement = st.text_area("Statement", criterion.statement)
            severity = st.selectbox(
                "Severity", ["must", "should"], index=int(criterion.severity == "should")
            )
            same = st.checkbox("Wording only: the meaning is the same, earlier grades stay valid")
            why = st.text_input("Why")
            if st.form_submit_button("Save a new version"):
                with shell.guard():
                    deriving.edit(
                        place.db, place.project, criterion.id, name=name, statement=statement,
                        severity=severity, wording_only=same, why=why, author=place.annotator,
                    )  # fmt: skip
                st.rerun()
        with st.container(horizontal=True):
            if criterion.status == "proposed":
                act("Accept", deriving.accept, criterion, "accept")
                act("Reject", deriving.reject, criterion, "reject")
            elif criterion.status == "accepted":
                act("Drop", deriving.drop, criterion, "drop")
            else:
                act("Restore", deriving.restore, criterion, "restore")


place = shell.open_page(
    "Criteria", "Notes become criteria; each one shows the notes it comes from."
)
seen = projects.overview(place.db, place.project)
with shell.guard():
    modes = ["Without a model"] + (["With the model"] if settings().has_model else [])
    mode = st.radio("How", modes, horizontal=True, key="derive-mode")
    if st.button("Derive criteria from the notes", type="primary"):
        with st.spinner("Reading the notes …"):
            found = deriving.derive(
                place.db, place.project, offline=mode == modes[0], author=place.annotator
            )
        shell.warn(found.warnings)
    criteria = deriving.list_criteria(place.db, place.project)
    if not criteria:
        st.info(f"There are no criteria yet. {seen.fails:,} outputs are failed; their notes are what criteria come from.")  # fmt: skip
    else:
        open_fails = deriving.uncovered_fails(place.db, place.project)
        st.write(f"{len(open_fails)} failed outputs are not explained by any criterion yet.")
    order = {"proposed": 0, "accepted": 1, "rejected": 2, "dropped": 3}
    for criterion in sorted(criteria, key=lambda own: (order[own.status], -len(own.evidence))):
        show(criterion)
    if any(own.status == "accepted" for own in criteria):
        shell.go("5_judging.py", "Next: judges")
