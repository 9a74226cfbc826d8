"""The referee's table: candidates of one criterion on the same graded outputs."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from labelcore.models import OVERALL
from labelcore.operations.sentences import rate_words
from labelcore.stages import aligning
from labelcore.stages.deriving import list_criteria
from pages.widgets import charts, shell
from pages.widgets.outputs import show_output
from pages.widgets.shell import Place

_CHARTED = 12


def show_race(place: Place) -> None:
    """Choose a criterion and limits, race its judges, open where two of them differ."""
    names = [OVERALL, *(own.name for own in list_criteria(place.db, place.project, status="accepted"))]
    left, right = st.columns([2, 1])
    criterion = left.selectbox("Race the judges of", names, key="race-criterion")
    least = right.number_input("Least TNR, in percent", 0, 100, 60, 5, key="race-tnr")
    if not st.toggle("Race them", key="race-now"):
        st.write("Each judge is measured on outputs that it was not fitted to; this takes some seconds.")
        return
    with st.spinner("Fitting and comparing …"):
        found = aligning.race(place.db, place.project, criterion=criterion, least_tnr=least / 100)
    st.write(shell.plain(f"{found.says} Measured against {found.against}."))
    shown = found.contenders[:_CHARTED]
    charts.intervals(
        f"TPR and TNR on the same {found.n} graded outputs, 95 % intervals",
        [own.judge for own in shown],
        {
            "TPR (good ones passed)": [own.tpr for own in shown],
            "TNR (bad ones caught)": [own.tnr for own in shown],
        },
        key="race",
    )
    _table(found)
    shell.warn(found.left_out)
    _differences(place, found)


def _table(found: aligning.Race) -> None:
    rows = pd.DataFrame(
        [
            {
                "judge": own.judge,
                "kind": own.kind,
                "measured": own.how,
                "good enough": own.good,
                "TPR": rate_words(own.tpr),
                "TNR": rate_words(own.tnr),
                "US$ for 1,000": own.cost_per_thousand,
                "ms": own.latency_ms,
                "flips": rate_words(own.flip_rate),
                "beaten by": own.beaten_by,
            }
            for own in found.contenders
        ]
    )
    grey = rows.style.apply(lambda row: ["color: #8a8a8a" if row["beaten by"] else ""] * len(row), axis=1)
    st.dataframe(grey, hide_index=True, width="stretch")


def _differences(place: Place, found: aligning.Race) -> None:
    if len(found.contenders) < 2:
        return
    names = {own.judge_version_id: own.judge for own in found.contenders}
    left, right = st.columns(2)
    one = left.selectbox("Where does", list(names), format_func=names.__getitem__, key="race-one")
    rest = [own for own in names if own != one]
    other = right.selectbox("differ from", rest, format_func=names.__getitem__, key="race-other")
    paired, differ, _ = aligning.differences(place.db, place.project, one, other)
    st.write(
        f"On {len(differ)} of {paired.n} graded outputs; only the first is right on "
        f"{paired.only_first}, only the second on {paired.only_second} (verdicts as stored)."
    )
    for own in differ[:10]:
        with st.container(border=True):
            st.write(f"People {'passed' if own.human_pass else 'failed'} it.")
            st.text(f"{names[one]}: {own.first}. {own.first_reason}")
            st.text(f"{names[other]}: {own.second}. {own.second_reason}")
            show_output(own.output)
