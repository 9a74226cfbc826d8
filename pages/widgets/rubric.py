"""The rubric's weaknesses, and the rules of the pipeline's own prompt."""

from __future__ import annotations

import streamlit as st

from labelcore.stages import deriving
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.outputs import show_outputs
from pages.widgets.shell import plain


def show_lint(workspace: Workspace) -> None:
    """Each finding with the outputs that show it."""
    found = deriving.lint(workspace)
    if not deriving.list_criteria(workspace):
        st.info("There are no criteria yet.")
        return
    names = {criterion.id: criterion.name for criterion in deriving.list_criteria(workspace)}
    if found.covering:
        words = ", ".join(names[criterion_id] for criterion_id in found.covering)
        st.write(
            plain(
                f"{found.explained} of {found.fails} fails are explained. The fewest criteria that "
                f"explain them: {words}."
            )
        )
    show_outputs(workspace, "Show the explained fails", found.explained_outputs, "lint-explained")
    show_outputs(workspace, "Show the fails without a criterion", found.open_outputs, "lint-open")
    if not found.findings:
        st.success("Nothing to point out.")
    for at, finding in enumerate(found.findings):
        with st.container(border=True):
            st.badge(finding.kind)
            st.write(plain(finding.says))
            show_outputs(workspace, "Show the outputs behind it", finding.outputs, f"lint-{at}")


def show_prompt(workspace: Workspace) -> None:
    """The prompt's rules beside what experts did."""
    with st.form("prompt"):
        text = st.text_area("The pipeline's prompt", workspace.project.prompt_template, height=200)
        if st.form_submit_button("Propose its rules as criteria"):
            with shell.guard():
                made = deriving.propose_from_prompt(workspace, prompt=text)
            st.success(f"{len(made.proposed)} rules are proposed; accept them under Criteria.")
    rules = deriving.prompt_rules(workspace)
    for rule in rules:
        (st.error if rule.contradicted else st.write)(plain(rule.says))
        key = f"rule-{rule.criterion.id}"
        show_outputs(workspace, "Show what experts failed for it", rule.failing, f"{key}-failing")
        show_outputs(
            workspace, "Show what experts passed and it would fail", rule.breaking, f"{key}-breaking"
        )
    measured = [rule for rule in rules if rule.breaks.value is not None]
    if measured:
        names = [rule.criterion.name for rule in measured]
        series = {"good outputs that break it": [rule.breaks for rule in measured]}
        charts.intervals(
            "Outputs that experts passed and the prompt's rule would fail, 95 % intervals",
            names,
            series,
            key="rules",
        )
