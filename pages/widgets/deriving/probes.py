"""Test cases: real outputs with a planted defect, confirmed by experts, and judges tested on them."""

import streamlit as st

from labelcore.messages import rate_words, say, sentences
from labelcore.messages.catalogue import judge_words
from labelcore.models import Criterion, ProbeValue
from labelcore.stages.judging.testing import probe_cases, probing
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.outputs import show_text
from pages.widgets.shell import plain

_AT_ONCE = 3
_MOST = 320  # characters before the fold


def show_probes(workspace: Workspace, criterion: Criterion) -> None:
    """Make probes of a criterion, say what they are, and see which judges catch them."""
    st.write(
        say(
            "A test case is an output that experts passed, with one defect planted into it. Confirm those "
            "that break the criterion; judges are then tested on them."
        )
    )
    with st.container(horizontal=True):
        make = st.button(say("Make test cases"))
        test = st.button(say("Test the judges on them"))
    if make:
        with shell.guard():
            report = probe_cases.make_probes(workspace, criterion)
        st.success(say("{n} new test cases; {known} were there.", n=len(report.new), known=report.known))
        for defect, why in report.too_few.items():
            st.write(plain(say("{name}: {told}", name=say(defect), told=say(why))))
    key = shell.key_of("probe-test", [workspace.project.id, criterion.id])
    if test:
        with shell.guard(), st.spinner(say("The judges decide …")):
            st.session_state[key] = probing.try_judges_on_probes(workspace, criterion)
    if key in st.session_state:
        _show_test(workspace, st.session_state[key])
    probes = probe_cases.list_probes(workspace, criterion)
    waiting = [probe for probe in probes if probe.state == "open" and not probe.left_out]
    st.write(say("{n} test cases, {waiting} wait for an opinion.", n=len(probes), waiting=len(waiting)))
    for probe in shell.page_of(waiting, _AT_ONCE, f"waiting-{criterion.id}"):
        _ask(workspace, probe)


def _show_test(workspace: Workspace, test: probing.ProbeTest) -> None:
    """The rates; a chosen row opens the probes behind it."""
    shell.warn(sentences(test.warnings))
    rows = [
        {
            say("judge"): judge_words(row.judge),
            say("defect"): say(row.defect),
            say("caught"): rate_words(row.rate),
            say("of"): say(row.of),
        }
        for row in test.detections
    ]
    if not rows:
        st.info(say("There are no test cases or no judges of this criterion yet."))
        return
    st.write(say("Choose a row to see the test cases behind its rate."))
    for row in shell.choose_rows(rows, f"probe-rates-{test.criterion.id}"):
        _show_probes(workspace, test.detections[row])
    st.write(
        say(
            "Over all defects, on confirmed test cases. These are planted defects, each as frequent as "
            "somebody made it: the rate says nothing of failures that occur by themselves."
        )
    )
    shell.table(
        [
            {
                say("judge"): judge_words(detection.judge),
                say("caught"): rate_words(detection.rate),
                say("confirmed"): detection.confirmed,
            }
            for detection in test.overall
        ]
    )


def _show_probes(workspace: Workspace, detection: probing.Detection) -> None:
    cases = {probe.case.id: probe for probe in probe_cases.list_probes(workspace)}
    for words, ids in ((say("It misses"), detection.missed), (say("It catches"), detection.caught)):
        for probe in (cases[case_id] for case_id in ids if case_id in cases):
            with st.container(border=True):
                st.write(plain(f"{words} “{probe.case.where}” ({say(probe.state)})"))
                st.code(probe.case.text, language=None, wrap_lines=True)


def _ask(workspace: Workspace, probe: probe_cases.Probe) -> None:
    with st.container(border=True):
        st.write(plain(say("{name}: {told}", name=say(probe.case.defect), told=probe.case.where)))
        show_text(probe.case.text, _MOST, say("Whole output"))
        with st.expander(say("The output that it was made from")):
            st.code(probe.source.text, language=None, wrap_lines=True)
        with st.container(horizontal=True):
            opinions: dict[str, ProbeValue] = {
                say("It breaks the criterion"): "confirmed",
                say("It does not"): "rejected",
            }
            for label, value in opinions.items():
                if st.button(label, key=f"{value}-{probe.case.id}"):
                    with shell.guard():
                        probe_cases.say_of_probe(workspace, probe.case, value)
                    st.rerun()
