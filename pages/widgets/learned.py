"""Learned judges and cascades: made again, what they look at, who decides and with which error."""

from collections.abc import Sequence

import streamlit as st

from labelcore.judges.kinds import kind_named
from labelcore.messages import sentence
from labelcore.messages.lines.judging import cascade
from labelcore.models import Output
from labelcore.stages import judging
from labelcore.stages.judging.proposing import cascades, retraining
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.shell import plain


def show_freshness(workspace: Workspace) -> None:
    """How many grades came since the learned judges were made, with one button."""
    active = judging.active_judges(workspace)
    known = retraining.freshness(workspace, active)
    stale = [freshness for freshness in known if freshness.changed and not freshness.why_not]
    if not stale:
        return
    st.info(
        plain(sentence(stale[0].says))
        + (f" {len(stale) - 1} more are behind, too." if len(stale) > 1 else "")
    )
    if st.button("Make learned judges again", key="retrain"):
        with shell.guard(), st.spinner("Fitting to the grades …"):
            found = retraining.retrain(workspace)
            st.success(f"{sum(freshness.new for freshness in found)} new versions; run them next.")


def show_learned(workspace: Workspace, judge: judging.JudgeSummary) -> None:
    """What a learned judge looks at, and how far its probabilities can be believed."""
    version = judging.find_judge(workspace, judge.judge_version_id)
    report = retraining.explain(workspace, version)
    st.write(plain(sentence(report.fresh.says)))
    st.write(plain(sentence(report.reliability.says)))
    left, right = st.columns(2)
    with left:
        weights = [(weight.what, weight.weight) for weight in report.weights]
        charts.weights("What it looks at (log odds of a fail)", weights, key=f"weights-{version.id}")
    with right:
        if points := [(point.predicted, point.observed) for point in report.reliability.bins]:
            title = f"Stated and found, n = {report.reliability.n}"
            charts.reliability(title, points, key=f"reliability-{version.id}")


def show_why(workspace: Workspace, judge: judging.JudgeSummary, output: Output) -> None:
    """What tells in one output, on demand."""
    if not st.button("What told here", key=f"why-{judge.judge_version_id}-{output.id}"):
        return
    version = judging.find_judge(workspace, judge.judge_version_id)
    with shell.guard(), st.spinner("Leaving out one sentence after the other …"):
        told = retraining.explain_output(workspace.db, version, output)
        for tell in told.tells:
            st.text(f"{tell.weight:+.2f}  {tell.what}")
        for part in told.parts:
            st.text(f"{part.pull:+.2f}  “{part.text}”")


def show_cascade(workspace: Workspace, judge: judging.JudgeSummary) -> None:
    """Who decides how much, with which error, and the curve that the threshold was chosen on."""
    version = judging.find_judge(workspace, judge.judge_version_id)
    report = cascades.report(workspace, version)
    _say(report)
    charts.risk("Error against the share that the first judge decides", report, key=f"risk-{version.id}")
    if report.ungraded and st.button(
        f"Put up to 50 of the {len(report.ungraded):,} left to people first in the queue",
        key=f"people-{version.id}",
    ):
        with shell.guard():
            handed = cascades.hand_to_people(workspace, version, limit=50)
            st.success(f"{len(handed.output_ids)} outputs come first in the queue.")


def _say(report: cascades.CascadeReport) -> None:
    for line in cascade(report):
        st.write(plain(line.strip()))


def show_cascades(workspace: Workspace) -> None:
    """Set a cascade of two judges of one criterion, and see the ones there are."""
    st.write("A cheap judge decides first; where it is not sure, another one; else a person.")
    judges = judging.list_judges(workspace)
    _make_cascade(workspace, judges)
    for judge in judges:
        if kind_named(judge.kind).composed:
            with st.container(border=True):
                st.text(judge.name)
                show_cascade(workspace, judge)


def _make_cascade(workspace: Workspace, judges: Sequence[judging.JudgeSummary]) -> None:
    firsts = [judge for judge in judges if kind_named(judge.kind).gives_probabilities]
    if not firsts:
        st.write("A cascade begins with a judge that gives probabilities: propose a learned one.")
        return
    first = st.selectbox("First", firsts, format_func=lambda judge: judge.name, key="cascade-first")
    same = [judge for judge in judges if judge.criterion_id == first.criterion_id]
    others = [judge for judge in same if judge.judge != first.judge and not kind_named(judge.kind).composed]
    then = st.selectbox("Then", others, format_func=lambda judge: judge.name, key="cascade-then")
    error = st.number_input("At most wrong at each step, in %", 1, 50, 10, key="cascade-error")
    if then and st.button("Set the cascade from the grades", key="cascade-make"):
        with shell.guard(), st.spinner("Both judges decide on graded outputs …"):
            both = [judging.find_judge(workspace, judge.judge_version_id) for judge in (first, then)]
            report = cascades.make(workspace, *both, criterion=first.criterion_id, error=error / 100)
            _say(report)
            st.write("Run the judges, then choose its row under Judges to see its verdicts.")
