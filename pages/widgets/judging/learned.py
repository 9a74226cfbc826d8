"""Learned judges and cascades: made again, what they look at, who decides and with which error; judges that
are stale, and those that are not worth their place.
"""

import streamlit as st

from labelcore.judges.kinds import kind_named, kind_of
from labelcore.messages import say, sentence
from labelcore.messages.catalogue import counted, judge_words
from labelcore.messages.lines.judging import cascade
from labelcore.messages.telling import clauses
from labelcore.models import NOTHING, JudgeVersion, Output
from labelcore.stages import judging
from labelcore.stages.aligning.side_by_side import JudgeTable
from labelcore.stages.judging.proposing import cascades, retraining
from labelcore.stages.judging.testing import suspecting
from labelcore.workspace import Workspace
from pages.widgets import charts, keys, shell
from pages.widgets.shell import plain


def stale_judges(workspace: Workspace) -> list[retraining.Freshness]:
    """The learned judges that grades or notes have come for since they were made."""
    states = retraining.freshness(workspace, judging.active_judges(workspace))
    return [freshness for freshness in states if freshness.changed and not freshness.why_not]


def offer_to_retrain(workspace: Workspace, stale: list[retraining.Freshness]) -> None:
    """How many grades came since the learned judges were made, with one button."""
    more = say("({n} more like it)", n=len(stale) - 1) if len(stale) > 1 else ""
    shell.aside(f"{sentence(stale[0].says)} {more}".strip())
    if st.button(say("Make learned judges again"), key="retrain"):
        with shell.guard(), st.spinner(say("Fitting to the grades …")):
            retrained = retraining.retrain(workspace)
            new = sum(freshness.new for freshness in retrained)
            st.success(say("New versions: {n}. Run them next.", n=new))


def show_learned(workspace: Workspace, version: JudgeVersion) -> None:
    """What a learned judge looks at, and how far its probabilities can be believed."""
    report = retraining.explain(workspace, version)
    st.write(plain(sentence(report.fresh.says)))
    st.write(plain(sentence(report.reliability.says)))
    weights = [(say(weight.what), weight.weight) for weight in report.weights]
    charts.weights(say("What it looks at (log odds of a fail)"), weights, key=f"weights-{version.id}")
    if points := [(point.predicted, point.observed) for point in report.reliability.bins]:
        title = say("Stated and observed, n = {n}", n=report.reliability.n)
        charts.reliability(title, points, key=f"reliability-{version.id}")


def show_why(workspace: Workspace, version: JudgeVersion, output: Output) -> None:
    """What tells in one output, on demand."""
    if not st.button(say("What decided here"), key=f"why-{version.id}-{output.id}"):
        return
    with shell.guard(), st.spinner(say("Leaving out one sentence after the other …")):
        explanation = retraining.explain_output(workspace.db, version, output)
        for feature in explanation.tells:
            st.text(f"{feature.weight:+.2f}  {say(feature.what)}")
        for part in explanation.parts:
            st.text(f"{part.pull:+.2f}  “{part.text}”")


def show_cascade(workspace: Workspace, version: JudgeVersion) -> None:
    """Who decides how much, with which error, and the curve that the threshold was chosen on."""
    report = cascades.report(workspace, version)
    _say(report)
    charts.risk(say("Error against the share that the first judge decides"), report, key=f"risk-{version.id}")
    if report.ungraded and st.button(
        say("Put up to 50 of the {n:,} left to people first on the Grade page", n=len(report.ungraded)),
        key=f"people-{version.id}",
    ):
        with shell.guard():
            sample = cascades.hand_to_people(workspace, version, limit=50)
            st.success(say("{n} outputs come first on the Grade page.", n=len(sample.output_ids)))


def _say(report: cascades.CascadeReport) -> None:
    for line in cascade(report):
        st.write(plain(line.strip()))


def make_cascade(workspace: Workspace, version: JudgeVersion) -> None:
    """A cascade that begins with this judge: where it is not sure another one decides, else a person."""
    st.write(say("This judge decides first; where it is not sure, another one; else a person."))
    others = {
        other.id: other
        for other in judging.active_judges(workspace)
        if other.criterion_id == version.criterion_id
        and other.judge_id != version.judge_id
        and not kind_of(other).composed
    }
    if not others:
        st.write(say("No other judge decides this criterion: propose one."))
        return
    names = {version_id: judge_words(other.name) for version_id, other in others.items()}
    second_id = shell.choose(say("Then"), names, key="cascade-then")
    error = st.number_input(say("At most wrong at each step, in %"), 1, 50, 10, key="cascade-error")
    if st.button(say("Set the cascade from the grades"), key="cascade-make"):
        with shell.guard(), st.spinner(say("Both judges decide on graded outputs …")):
            criterion, pair = version.criterion_id, (version, others[second_id])
            report = cascades.make(workspace, *pair, criterion=criterion, error=error / 100)
            st.session_state.pop(keys.JUDGE_TABLE_KEPT, None)
            _say(report)
            st.write(say("Run the judges, then open its row in the table to see its verdicts."))


def show_stale(workspace: Workspace, table: JudgeTable) -> None:
    """Say how many judges are stale, and offer to make those that a prompt makes anew."""
    stale = [row for row in table.rows if row.stale_because]
    if not stale:
        return
    with_prompt = [row for row in stale if kind_named(row.kind).needs_model]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        reasons = dict.fromkeys(say(reason) for row in stale for reason in row.stale_because)
        words = counted(
            "One judge is stale: {why}.", "{n} judges are stale: {why}.", n=len(stale), why=clauses(reasons)
        )
        st.write(plain(words))
        if len(with_prompt) < len(stale):
            st.write(say("Propose judges again where they hold no prompt."))
        if with_prompt and st.button(say("Make {n} again with the present wording", n=len(with_prompt))):
            judging.refresh_judges(workspace)
            st.rerun()


def show_suspects(workspace: Workspace) -> None:
    """Duplicates, constants, inverted and erroring judges; inverted ones can be flipped."""
    st.subheader(say("Judges you can do without"))
    with st.spinner(say("Judges that have not run are tried …")):
        suspects = suspecting.suspicious(workspace)
    if not suspects:
        st.write(say("None of them looks wrong."))
        return
    suspects.sort(key=lambda suspect: (suspect.fault != "inverted", suspect.fault, suspect.advice.code))
    advice = NOTHING
    for suspect in shell.page_of(suspects, 10, "suspects"):
        if suspect.advice != advice:
            advice = suspect.advice
            st.write(f"**{plain(say(suspect.fault).capitalize())}.** {plain(sentence(advice))}")
        st.text(sentence(suspect.says))
        if suspect.fault == "inverted" and st.button(say("Flip it"), key=f"flip-{suspect.judge_version_id}"):
            with shell.guard():
                version = judging.find_judge(workspace, suspect.judge_version_id)
                judge = suspecting.flip(workspace, version)
                st.session_state.pop(keys.JUDGE_TABLE_KEPT, None)
                st.success(plain(say("{judge} is a judge now.", judge=judge_words(judge.name))))
