"""Weak points of the criteria, the rules of the pipeline's prompt, criteria as files, and the glossary."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from labelcore.messages import listed, say, sentence
from labelcore.messages.catalogue import judge_words
from labelcore.models import Criterion
from labelcore.stages import sharing
from labelcore.stages.deriving import editing, glossary, linting, prompting
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.outputs import show_outputs, show_outputs_of_judges
from pages.widgets.shell import plain

_AT_ONCE = 8


def show_lint(workspace: Workspace) -> None:
    """Each finding with the outputs that show it."""
    names = {criterion.id: say(criterion.name) for criterion in editing.list_criteria(workspace)}
    if not names:
        st.info(say("There are no criteria yet."))
        return
    lint = _lint(workspace)
    if lint.covering:
        values = {"n": lint.explained, "all": lint.fails, "names": [names[key] for key in lint.covering]}
        words = say(
            "{n} of {all} fails are explained. The fewest criteria that explain them: {names}.", **values
        )
        st.write(plain(words))
    show_outputs(workspace, say("Show the explained fails"), lint.explained_outputs, "lint-explained")
    show_outputs(workspace, say("Show the fails without a criterion"), lint.open_outputs, "lint-open")
    _show_findings(workspace, lint.findings)


def show_weak_points(workspace: Workspace, criterion: Criterion) -> None:
    """What is weak in one criterion."""
    lint = _lint(workspace)
    _show_findings(workspace, [finding for finding in lint.findings if criterion.id in finding.criteria])


def _lint(workspace: Workspace) -> linting.Lint:
    with st.spinner(say("Comparing the criteria …")):
        return linting.lint(workspace)


def _show_findings(workspace: Workspace, findings: Sequence[linting.Finding]) -> None:
    if not findings:
        st.success(say("Nothing to point out."))
    for at, finding in enumerate(shell.page_of(findings, _AT_ONCE, "findings")):
        with st.container(border=True):
            st.badge(say(finding.kind))
            st.write(plain(sentence(finding.says)))
            show_outputs(workspace, say("Show the outputs behind it"), finding.outputs, f"lint-{at}")


def show_prompt(workspace: Workspace) -> None:
    """The prompt's rules beside what experts did."""
    with st.form("prompt"):
        text = st.text_area(say("The pipeline's prompt"), workspace.project.prompt_template, height=200)
        if st.form_submit_button(say("Propose its rules as criteria")):
            with shell.guard():
                report = prompting.propose_from_prompt(workspace, prompt=text)
                st.success(say("{n} rules are proposed; accept them in the list.", n=len(report.proposed)))
                _show_left_out(report)
    rules = prompting.prompt_rules(workspace)
    for rule in rules:
        (st.error if rule.contradicted else st.write)(plain(sentence(rule.says)))
        key = f"rule-{rule.criterion.id}"
        show_outputs(workspace, say("Show what experts failed for it"), rule.failing, f"{key}-failing")
        label = say("Show what experts passed and it would fail")
        show_outputs(workspace, label, rule.breaking, f"{key}-breaking")
    measured = [rule for rule in rules if rule.breaks.value is not None]
    if measured:
        charts.intervals(
            say("Outputs that experts passed and the prompt's rule would fail, 95% intervals"),
            [say(rule.criterion.name) for rule in measured],
            {say("good outputs that break it"): [rule.breaks for rule in measured]},
            key="rules",
        )


def _show_left_out(report: prompting.PromptRules) -> None:
    """What of the prompt became no criterion, and why."""
    if report.left_out:
        with st.expander(say("What was left out ({n})", n=len(report.left_out))):
            shell.table([{say("words"): rule.text, say("why"): say(rule.why)} for rule in report.left_out])


def show_library(workspace: Workspace) -> None:
    """Save the rubric, take one in, and compare its figures there and here."""
    names = [criterion.name for criterion in editing.list_criteria(workspace, status="accepted")]
    criteria = st.multiselect(
        say("Criteria to save (none: all accepted ones, and the judges of the overall grade)"),
        names,
        placeholder=say("Choose"),
    )
    examples = st.checkbox(say("With examples from outputs"), value=True)
    key = f"rubric-file-{workspace.project.id}"
    if names and st.button(say("Write the file")):
        with shell.guard(), tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rubric.yaml"
            export = sharing.save_rubric(workspace, out=file, criteria=criteria, with_examples=examples)
            _not_portable(export.not_portable)
            st.session_state[key] = file.read_text("utf-8")
    if text := st.session_state.get(key):
        st.download_button(say("Download rubric.yaml"), text, "rubric.yaml", "application/yaml")
    upload = st.file_uploader(say("Rubric file to load"), type=["yaml", "yml"])
    if upload is not None and st.button(say("Load it")):
        with shell.guard(), shell.file_of(upload) as file:
            report = sharing.load_rubric(workspace, file)
        st.success(
            say(
                "{criteria} criteria and {judges} judges came; {known} were known; {refused} judges were "
                "left out.",
                criteria=len(report.criteria),
                judges=len(report.judges),
                known=len(report.known),
                refused=len(report.refused),
            )
        )
        for refusal in report.refused:
            st.text(
                say(
                    "{name}: {told}",
                    name=f"{judge_words(refusal.judge)} · {say(refusal.criterion)}",
                    told=say(refusal.reason),
                )
            )
        _not_portable(report.not_portable)
    _transfers(workspace)


def _not_portable(judges: tuple[sharing.NotPortable, ...]) -> None:
    for judge in judges:
        values = {"judge": judge_words(judge.judge), "criterion": say(judge.criterion)}
        values |= {"reason": say(judge.reason)}
        st.text(say("Cannot be taken along: {judge} of {criterion}: {reason}", **values))


def _transfers(workspace: Workspace) -> None:
    transfers = sharing.transfer(workspace)
    if not transfers:
        st.write(say("No criterion of this project came by file."))
    for transfer in transfers:
        with st.container(border=True):
            st.badge(say(transfer.state))
            for says in (transfer.says, *(judge.says for judge in transfer.judges)):
                st.write(plain(sentence(says)))
            judges = [(judge.judge_version_id, judge_words(judge.judge)) for judge in transfer.judges]
            show_outputs_of_judges(workspace, judges, f"transfer-{transfer.criterion_id or 'overall'}")
    measured = [judge for transfer in transfers for judge in transfer.judges]
    if measured:
        charts.intervals(
            say("Bad outputs caught, there and here, 95% intervals"),
            [judge_words(judge.judge) for judge in measured],
            {
                say("TNR there"): [judge.there.tnr for judge in measured],
                say("TNR here"): [judge.tnr for judge in measured],
            },
            key="transfer",
        )


def show_glossary(workspace: Workspace) -> None:
    """The terms, a form to add one, and what looks like a term in notes and outputs."""
    st.write(
        say(
            "Terms and abbreviations are explained on the grading card, and judges are told them where they "
            "occur."
        )
    )
    if terms := glossary.list_terms(workspace):
        rows = [
            {
                say("term"): term.term,
                say("meaning"): term.meaning,
                say("only where"): listed(f"{name}={value}" for name, value in term.scope.items()),
                say("by"): term.author,
            }
            for term in terms
        ]
        key = shell.key_of("terms", [f"{term.term} {term.scope}" for term in terms])
        for term in (terms[row] for row in shell.choose_rows(rows, key)):
            if st.button(
                plain(say("Drop {term}", term=term.term)),
                key=shell.key_of("drop", [term.term, str(term.scope)]),
            ):
                glossary.drop_term(workspace, term.term, scope=term.scope)
                st.rerun()
    with st.form("term", clear_on_submit=True):
        word, meaning = st.text_input(say("Term")), st.text_input(say("Meaning"))
        scope = st.text_input(say("Only where (field=value, or empty for everywhere)"))
        if st.form_submit_button(say("Keep it")):
            with shell.guard():
                where = dict([scope.split("=", 1)]) if "=" in scope else None
                glossary.set_term(workspace, word, meaning, scope=where)
            st.rerun()
    state_key = f"found-terms-{workspace.project.id}"
    if st.button(say("Look for terms in notes and outputs")):
        st.session_state[state_key] = glossary.find_terms(workspace)
    for at, candidate in enumerate(st.session_state.get(state_key, [])):
        with st.container(border=True):
            _candidate(workspace, candidate, at)


def _candidate(workspace: Workspace, candidate: glossary.TermCandidate, at: int) -> None:
    st.text(say("{term} ({n} outputs)", term=candidate.term, n=candidate.count))
    for quote in candidate.quotes:
        st.text(f"“{quote.text}”")
    show_outputs(
        workspace, say("Show the outputs"), candidate.outputs, shell.key_of("term", [candidate.term])
    )
    with st.form(f"candidate-{at}", border=False):
        meaning = st.text_input(say("Meaning"), candidate.meaning)
        if st.form_submit_button(say("Keep it")):
            with shell.guard():
                glossary.set_term(workspace, candidate.term, meaning, from_notes=True)
            st.rerun()
