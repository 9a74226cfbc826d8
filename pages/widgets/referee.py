"""The referee's table: candidates of one criterion on the same graded outputs."""

import pandas as pd
import streamlit as st

from labelcore.messages import rate_words, say, sentence, sentences
from labelcore.models import OVERALL
from labelcore.stages import judging
from labelcore.stages.aligning import refereeing
from labelcore.stages.deriving.editing import list_criteria
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.outputs import show_output

_CHARTED = 12


def show_race(workspace: Workspace) -> None:
    """Choose a criterion and limits, race its judges, open where two of them differ."""
    names = [OVERALL, *(criterion.name for criterion in list_criteria(workspace, status="accepted"))]
    left, right = st.columns([2, 1])
    criterion = left.selectbox("Race the judges of", names, key="race-criterion")
    least = right.number_input("Least TNR, in percent", 0, 100, 60, 5, key="race-tnr")
    if not st.toggle("Race them", key="race-now"):
        st.write("Each judge is measured on outputs that it was not fitted to; this takes some seconds.")
        return
    with st.spinner("Fitting and comparing …"):
        found = refereeing.race(workspace, criterion=criterion, min_tnr=least / 100)
    measured = say("Measured against {against}.", against=sentence(found.against))
    st.write(shell.plain(f"{sentence(found.says)} {measured}"))
    title = f"TPR and TNR on the same {found.n} graded outputs, 95 % intervals"
    charts.judge_rates(title, found.contenders[:_CHARTED], key="race")
    rows = [
        {
            "judge": contender.judge,
            "kind": contender.kind,
            "measured": contender.how,
            "good enough": contender.good,
            "TPR": rate_words(contender.tpr),
            "TNR": rate_words(contender.tnr),
            "US$ for 1,000": contender.cost_per_thousand,
            "ms": contender.latency_ms,
            "flips": rate_words(contender.flip_rate),
            "beaten by": contender.beaten_by,
        }
        for contender in found.contenders
    ]
    beaten = ["color: #8a8a8a" if row["beaten by"] else "" for row in rows]
    st.dataframe(pd.DataFrame(rows).style.apply(lambda _: beaten), hide_index=True)
    shell.warn(sentences(found.left_out))
    _differences(workspace, found)


def _differences(workspace: Workspace, found: refereeing.Race) -> None:
    if len(found.contenders) < 2:
        return
    names = {contender.judge_version_id: contender.judge for contender in found.contenders}
    left, right = st.columns(2)
    first = left.selectbox("Where does", list(names), format_func=names.__getitem__, key="race-one")
    rest = [version_id for version_id in names if version_id != first]
    other = right.selectbox("differ from", rest, format_func=names.__getitem__, key="race-other")
    versions = [judging.find_judge(workspace, version_id) for version_id in (first, other)]
    compared = refereeing.differences(workspace, *versions)
    st.write(
        f"On {len(compared.differences)} of {compared.paired.n} graded outputs; only the first is right on "
        f"{compared.paired.only_first}, only the second on {compared.paired.only_second} (verdicts "
        "as stored)."
    )
    for difference in compared.differences[:10]:
        with st.container(border=True):
            st.write(f"People {'passed' if difference.human_pass else 'failed'} it.")
            st.text(f"{names[first]}: {difference.first}. {difference.first_reason}")
            st.text(f"{names[other]}: {difference.second}. {difference.second_reason}")
            show_output(difference.output)
