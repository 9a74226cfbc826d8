"""Probes: real outputs with a planted defect, confirmed by experts, and judges tested on them."""

import streamlit as st

from labelcore.messages import rate_words, sentences
from labelcore.models import ProbeValue
from labelcore.stages.deriving import editing
from labelcore.stages.judging.testing import probe_cases, probing
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.shell import plain

_AT_ONCE = 10
_OPINIONS: dict[str, ProbeValue] = {"It breaks the criterion": "confirmed", "It does not": "rejected"}


def show_probes(workspace: Workspace) -> None:
    """Make probes of a criterion, say what they are, and see which judges catch them."""
    criteria = editing.list_criteria(workspace, status="accepted")
    if not criteria:
        st.info("There are no accepted criteria yet.")
        return
    st.write(
        "A probe is an output that experts passed, with one defect planted into it. Confirm those "
        "that break the criterion; judges are then tested on them."
    )
    chosen = st.selectbox("Criterion", criteria, format_func=lambda criterion: criterion.name, key="probed")
    left, right = st.columns(2)
    if left.button("Make probes", width="stretch"):
        with shell.guard():
            made = probe_cases.make_probes(workspace, chosen)
        st.success(f"{len(made.new)} new probes; {made.known} were there.")
        for defect, why in made.too_few.items():
            st.write(plain(f"{defect}: {why}."))
    kept = shell.key_of("probe-test", [workspace.project.id, chosen.id])
    if right.button("Test the judges on them", width="stretch"):
        with shell.guard(), st.spinner("The judges decide …"):
            st.session_state[kept] = probing.try_judges_on_probes(workspace, chosen)
    if kept in st.session_state:
        _show_test(workspace, st.session_state[kept])
    found = probe_cases.list_probes(workspace, chosen)
    waiting = [probe for probe in found if probe.state == "open" and not probe.left_out]
    st.write(f"{len(found)} probes, {len(waiting)} wait for an opinion.")
    for probe in waiting[:_AT_ONCE]:
        _ask(workspace, probe)


def _show_test(workspace: Workspace, found: probing.ProbeTest) -> None:
    """The rates; a chosen row opens the probes behind it."""
    shell.warn(sentences(found.warnings))
    rows = [
        {"judge": row.judge, "defect": row.defect, "caught": rate_words(row.rate), "of": row.of}
        for row in found.detections
    ]
    if not rows:
        st.info("There are no probes or no judges of this criterion yet.")
        return
    st.write("Choose a row to see the probes behind its rate.")
    for row in shell.choose_rows(rows, f"probe-rates-{found.criterion.id}"):
        _show_probes(workspace, found.detections[row])
    st.write(
        "Over all defects, on confirmed probes. These are planted defects, each as frequent as "
        "somebody made it: the rate says nothing of failures that occur by themselves."
    )
    shell.table(
        [
            {"judge": detection.judge, "caught": rate_words(detection.rate), "confirmed": detection.confirmed}
            for detection in found.overall
        ]
    )


def _show_probes(workspace: Workspace, detection: probing.Detection) -> None:
    cases = {probe.case.id: probe for probe in probe_cases.list_probes(workspace)}
    for words, ids in (("It misses", detection.missed), ("It catches", detection.caught)):
        for probe in (cases[case_id] for case_id in ids if case_id in cases):
            with st.container(border=True):
                st.write(plain(f"{words} “{probe.case.where}” ({probe.state})."))
                st.code(probe.case.text, language=None, wrap_lines=True)


def _ask(workspace: Workspace, probe: probe_cases.Probe) -> None:
    with st.container(border=True):
        st.write(plain(f"{probe.case.defect}: {probe.case.where}"))
        st.code(probe.case.text, language=None, wrap_lines=True)
        with st.expander("The output that it was made from"):
            st.code(probe.source.text, language=None, wrap_lines=True)
        with st.container(horizontal=True):
            for label, value in _OPINIONS.items():
                if st.button(label, key=f"{value}-{probe.case.id}"):
                    with shell.guard():
                        probe_cases.say_of_probe(workspace, probe.case, value)
                    st.rerun()
