"""The judges of every criterion: proposed, run, what each says about outputs, and what is wrong with some."""

import streamlit as st

from labelcore.judges.kinds import kind_named
from labelcore.messages import say, sentence
from labelcore.models import NOTHING
from labelcore.settings import settings
from labelcore.stages import judging
from labelcore.stages.judging.proposing.proposals import ProposalOrder
from labelcore.stages.judging.testing import suspecting
from labelcore.stages.judging.testing.overview import propose_judges
from labelcore.workspace import Workspace
from pages.widgets import keys, learned, running, shell
from pages.widgets.outputs import show_output
from pages.widgets.shell import plain

_PAGE = 5
_COLUMNS = ("name", "kind", "passes", "fails", "abstains", "errors", "description")


def show_judges(workspace: Workspace) -> None:
    """Propose and run judges, then every judge by criterion; a row opens its verdicts."""
    if not settings().has_model:
        st.write("No model is configured: code checks and learned judges are fitted to the grades.")
    running.offer_local_model(workspace)
    running.show_estimate(workspace)
    _propose_or_run(workspace)
    running.watch(workspace)
    judges = judging.list_judges(workspace)
    if not judges:
        st.info("There are no judges yet: accept criteria, then propose judges.")
        return
    _refreshing(workspace, judges)
    learned.show_freshness(workspace)
    _show_suspects(workspace)
    st.write("Choose a row to see what a judge says about outputs.")
    for criterion in dict.fromkeys(judge.criterion for judge in judges):
        st.subheader(plain(criterion))
        shown = [judge for judge in judges if judge.criterion == criterion]
        rows = [
            {name: getattr(judge, name) for name in _COLUMNS} | {"stale": "; ".join(judge.stale_because)}
            for judge in shown
        ]
        for row in shell.choose_rows(rows, f"judges-{criterion}"):
            _show_verdicts(workspace, shown[row])
    shell.go_to("6_results.py", say("Next: choose the judges"), {keys.RESULTS_VIEW: "judges"})


def _propose_or_run(workspace: Workspace) -> None:
    left, right = st.columns(2)
    if left.button("Propose judges", type="primary", width="stretch"):
        with st.spinner("Fitting candidates to the grades …"):
            order = ProposalOrder(offline=not settings().has_model)
            found = propose_judges(workspace, order=order, examined=False).judges
        if found:
            st.success(f"{len(found)} candidates are proposed.")
        else:
            st.info("Nothing can be fitted yet: it takes some passed and some failed outputs.")
    if right.button("Run judges on all outputs", width="stretch"):
        running.start(workspace)


def _show_verdicts(workspace: Workspace, judge: judging.JudgeSummary) -> None:
    """What a judge says about outputs, value by value."""
    st.text(judge.description)
    kind = kind_named(judge.kind)
    if kind.learns:
        learned.show_learned(workspace, judge)
    if kind.composed:
        learned.show_cascade(workspace, judge)
    counts = {"fail": judge.fails, "pass": judge.passes, "abstain": judge.abstains}
    key = f"verdicts-{judge.judge_version_id}"
    value = st.segmented_control(
        "Show outputs with the verdict",
        [value for value in counts if counts[value]],
        format_func=lambda value: f"{value} ({counts[value]:,})",
        key=key,
    )
    if not value:
        return
    start = shell.page_of(range(counts[value]), _PAGE, f"{key}-{value}")[0]
    found = judging.judged(workspace.db, judge.judge_version_id, value, limit=_PAGE, start=start)
    for output, decision in found:
        with st.container(border=True):
            st.text(decision.reason)
            show_output(output)
            if kind.learns:
                learned.show_why(workspace, judge, output)


def _refreshing(workspace: Workspace, judges: list[judging.JudgeSummary]) -> None:
    """Say which judges are stale, and offer to make those that a prompt makes anew."""
    stale = [judge for judge in judges if judge.stale]
    if not stale:
        return
    asked = [judge for judge in stale if kind_named(judge.kind).needs_model]
    with st.container(border=True):
        for reason in dict.fromkeys(reason for judge in stale for reason in judge.stale_because):
            names = [judge.name for judge in stale if reason in judge.stale_because]
            shown = ", ".join(names[:_PAGE]) + (" and others" if len(names) > _PAGE else "")
            st.text(f"{len(names)} stale because {reason}: {shown}.")
        if fitted := len(stale) - len(asked):
            st.write(f"{fitted} of them hold no prompt: propose them again, or write them anew.")
        if asked and st.button(f"Make {len(asked)} of them anew with the present glossary and wording"):
            judging.refresh_judges(workspace)
            st.rerun()


def _show_suspects(workspace: Workspace) -> None:
    """Judges that are not worth their place; inverted ones can be flipped. Only when asked for: judges
    that have not run are tried, which takes seconds.
    """
    if not st.toggle("Look for duplicates, constants, inverted and erroring judges", key="look-for-suspects"):
        return
    found = suspecting.suspicious(workspace)
    if not found:
        st.write("None of them looks wrong.")
        return
    head = f"{len(found)} judges to look at: duplicates, constants, inverted, erroring"
    with st.expander(head, expanded=True):
        advice = NOTHING
        found.sort(key=lambda suspect: (suspect.fault != "inverted", suspect.fault, suspect.advice.code))
        for suspect in found:
            if suspect.advice != advice:
                advice = suspect.advice
                st.write(f"**{suspect.fault.capitalize()}.** {plain(sentence(advice))}")
            st.text(sentence(suspect.says))
            if suspect.fault == "inverted" and st.button("Flip it", key=f"flip-{suspect.judge_version_id}"):
                with shell.guard():
                    version = judging.find_judge(workspace, suspect.judge_version_id)
                    made = suspecting.flip(workspace, version)
                    st.success(plain(f"{made.name} is a judge now."))
