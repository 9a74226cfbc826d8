"""Probes: real outputs with a planted defect, confirmed by experts, and judges tested on them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from labelcore.operations.probes import overall_line
from labelcore.operations.sentences import rate_words
from labelcore.stages import deriving
from labelcore.stages.judging import probing
from pages.widgets import shell
from pages.widgets.shell import Place, plain

_AT_ONCE = 10


def show_probes(place: Place) -> None:
    """Make probes of a criterion, say what they are, and see which judges catch them."""
    criteria = deriving.list_criteria(place.db, place.project, status="accepted")
    if not criteria:
        st.info("There are no accepted criteria yet.")
        return
    st.write("A probe is an output that experts passed, with one defect planted into it. Confirm those that break the criterion; judges are then tested on them.")  # fmt: skip
    chosen = st.selectbox("Criterion", criteria, format_func=lambda own: own.name, key="probed")
    left, right = st.columns(2)
    if left.button("Make probes", width="stretch"):
        with shell.guard():
            made = probing.make_probes(place.db, place.project, chosen.id, author=place.annotator)
        st.success(f"{len(made.new)} new probes; {made.known} were there.")
        for defect, why in made.too_few.items():
            st.write(plain(f"{defect}: {why}."))
    if right.button("Test the judges on them", width="stretch"):
        _test(place, chosen.id)
    found = probing.list_probes(place.db, place.project, chosen.id)
    waiting = [own for own in found if own.state == "open" and not own.left_out]
    st.write(f"{len(found)} probes, {len(waiting)} wait for an opinion.")
    for own in waiting[:_AT_ONCE]:
        _ask(place, own)


def _test(place: Place, criterion_id: str) -> None:
    with shell.guard(), st.spinner("The judges decide …"):
        found = probing.test_judges_on_probes(place.db, place.project, criterion_id)
    shell.warn(list(found.warnings))
    rows = [
        {"judge": own.judge, "defect": own.defect, "caught": rate_words(own.rate), "of": own.of}
        for own in found.detections
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True)
        for own in found.overall:
            st.write(plain(overall_line(own)))
    else:
        st.info("There are no probes or no judges of this criterion yet.")


def _ask(place: Place, own: probing.Probe) -> None:
    with st.container(border=True):
        st.write(plain(f"{own.case.defect}: {own.case.where}"))
        st.code(own.case.text, language=None, wrap_lines=True)
        with st.expander("The output that it was made from"):
            st.code(own.source.text, language=None, wrap_lines=True)
        with st.container(horizontal=True):
            for label, value in (("It breaks the criterion", "confirmed"), ("It does not", "rejected")):  # fmt: skip
                if st.button(label, key=f"{value}-{own.case.id}"):
                    with shell.guard():
                        probing.say_of_probe(
                            place.db, place.project, own.case.id, value, place.annotator
                        )
                    st.rerun()
