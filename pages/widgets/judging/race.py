"""The referee's table: candidates of one criterion on the same graded outputs."""

import pandas as pd
import streamlit as st

from labelcore.messages import rate_words, say, sentence, sentences
from labelcore.messages.catalogue import judge_words
from labelcore.models import JudgeVersion
from labelcore.stages import judging
from labelcore.stages.aligning import refereeing
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.outputs import show_output

_CHARTED = 12


def show_race(workspace: Workspace, version: JudgeVersion) -> None:
    """Race the judges of this one's criterion, and open where it differs from another."""
    least = st.number_input(say("Least TNR, in percent"), 0, 100, 60, 5, key="race-tnr")
    if not st.toggle(say("Compare them"), key="race-now"):
        st.write(say("Each judge is measured on outputs that it was not fitted to; this takes some seconds."))
        return
    with st.spinner(say("Fitting and comparing …")):
        race = refereeing.race(workspace, criterion=version.criterion_id, min_tnr=least / 100)
    basis = say("Measured against {against}.", against=sentence(race.against))
    st.write(shell.plain(f"{sentence(race.says)} {basis}"))
    title = say("TPR and TNR on the same {n} graded outputs, 95% intervals", n=race.n)
    charts.judge_rates(title, race.contenders[:_CHARTED], key="race")
    with st.expander(say("All figures")):
        _show_table(race)
    shell.warn(sentences((*race.left_out, *race.renamed)))
    _differences(workspace, race, version)


def _show_table(race: refereeing.Race) -> None:
    rows = [
        {
            say("judge"): contender.judge,
            say("measured"): say(contender.how),
            say("good enough"): say(contender.good),
            "TPR": rate_words(contender.tpr),
            "TNR": rate_words(contender.tnr),
            say("US$ for 1,000"): _cost(contender),
            "ms": contender.latency_ms,
            say("flips"): rate_words(contender.flip_rate),
            say("beaten by"): contender.beaten_by,
        }
        for contender in race.contenders
    ]
    colours = ["color: #8a8a8a" if row[say("beaten by")] else "" for row in rows]
    st.dataframe(pd.DataFrame(rows).style.apply(lambda _: colours), hide_index=True)


def _cost(contender: refereeing.Contender) -> str:
    """As text, for a column of figures and words has no type."""
    cost = contender.cost_per_thousand
    return f"{cost:,.2f}" if cost is not None else say("no price") if contender.unpriced else "–"


def _differences(workspace: Workspace, race: refereeing.Race, version: JudgeVersion) -> None:
    names = {
        contender.judge_version_id: contender.judge
        for contender in race.contenders
        if contender.judge_version_id != version.id
    }
    if not names:
        return
    label = say("Compare it with")
    other = shell.choose(label, names, key="race-other")
    comparison = refereeing.differences(workspace, version, judging.find_judge(workspace, other))
    words = say(
        "On {n} of {of} graded outputs; only this judge is right on {first}, only the other on {second} "
        "(verdicts as stored).",
        n=len(comparison.differences),
        of=comparison.paired.n,
        first=comparison.paired.only_first,
        second=comparison.paired.only_second,
    )
    st.write(words)
    for difference in shell.page_of(comparison.differences, 3, "race-differences"):
        with st.container(border=True):
            st.write(say("People passed it.") if difference.human_pass else say("People failed it."))
            st.text(f"{judge_words(version.name)}: {say(difference.first)}. {difference.first_reason}")
            st.text(f"{names[other]}: {say(difference.second)}. {difference.second_reason}")
            show_output(difference.output, height=160)
