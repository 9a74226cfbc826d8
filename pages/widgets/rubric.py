"""The rubric's weaknesses, the rules of the pipeline's own prompt, the glossary, and rubrics as files."""

import tempfile
from pathlib import Path

import streamlit as st

from labelcore.messages import sentence
from labelcore.stages import sharing
from labelcore.stages.deriving import editing, glossary, linting, prompting
from labelcore.workspace import Workspace
from pages.widgets import charts, shell
from pages.widgets.outputs import show_outputs, show_outputs_of_judges
from pages.widgets.shell import plain


def show_lint(workspace: Workspace) -> None:
    """Each finding with the outputs that show it."""
    names = {criterion.id: criterion.name for criterion in editing.list_criteria(workspace)}
    if not names:
        st.info("There are no criteria yet.")
        return
    found = linting.lint(workspace)
    if found.covering:
        words = ", ".join(names[criterion_id] for criterion_id in found.covering)
        explained = f"{found.explained} of {found.fails} fails are explained."
        st.write(plain(f"{explained} The fewest criteria that explain them: {words}."))
    show_outputs(workspace, "Show the explained fails", found.explained_outputs, "lint-explained")
    show_outputs(workspace, "Show the fails without a criterion", found.open_outputs, "lint-open")
    if not found.findings:
        st.success("Nothing to point out.")
    for at, finding in enumerate(found.findings):
        with st.container(border=True):
            st.badge(finding.kind)
            st.write(plain(sentence(finding.says)))
            show_outputs(workspace, "Show the outputs behind it", finding.outputs, f"lint-{at}")


def show_prompt(workspace: Workspace) -> None:
    """The prompt's rules beside what experts did."""
    with st.form("prompt"):
        text = st.text_area("The pipeline's prompt", workspace.project.prompt_template, height=200)
        if st.form_submit_button("Propose its rules as criteria"):
            with shell.guard():
                made = prompting.propose_from_prompt(workspace, prompt=text)
            st.success(f"{len(made.proposed)} rules are proposed; accept them under Criteria.")
    rules = prompting.prompt_rules(workspace)
    for rule in rules:
        (st.error if rule.contradicted else st.write)(plain(sentence(rule.says)))
        key = f"rule-{rule.criterion.id}"
        show_outputs(workspace, "Show what experts failed for it", rule.failing, f"{key}-failing")
        passed = "Show what experts passed and it would fail"
        show_outputs(workspace, passed, rule.breaking, f"{key}-breaking")
    measured = [rule for rule in rules if rule.breaks.value is not None]
    if measured:
        charts.intervals(
            "Outputs that experts passed and the prompt's rule would fail, 95 % intervals",
            [rule.criterion.name for rule in measured],
            {"good outputs that break it": [rule.breaks for rule in measured]},
            key="rules",
        )


def show_glossary(workspace: Workspace) -> None:
    """The terms, a form to add one, and what looks like a term in notes and outputs."""
    st.write(
        "Terms and abbreviations are explained on the grading card, and judges are told them where "
        "they occur."
    )
    if known := glossary.list_terms(workspace):
        rows = [
            {
                "term": term.term,
                "meaning": term.meaning,
                "only where": ", ".join(f"{name}={value}" for name, value in term.scope.items()),
                "by": term.author,
            }
            for term in known
        ]
        key = shell.key_of("terms", [f"{term.term} {term.scope}" for term in known])
        for term in (known[row] for row in shell.choose_rows(rows, key)):
            if st.button(f"Drop {plain(term.term)}", key=shell.key_of("drop", [term.term, str(term.scope)])):
                glossary.drop_term(workspace, term.term, scope=term.scope)
                st.rerun()
    with st.form("term", clear_on_submit=True):
        word, meaning = st.text_input("Term"), st.text_input("Meaning")
        scope = st.text_input("Only where (field=value, or empty for everywhere)")
        if st.form_submit_button("Keep it"):
            with shell.guard():
                where = dict([scope.split("=", 1)]) if "=" in scope else None
                glossary.set_term(workspace, word, meaning, scope=where)
            st.rerun()
    found = f"found-terms-{workspace.project.id}"
    if st.button("Look for terms in notes and outputs"):
        st.session_state[found] = glossary.find_terms(workspace)
    for at, candidate in enumerate(st.session_state.get(found, [])):
        with st.container(border=True):
            _candidate(workspace, candidate, at)


def _candidate(workspace: Workspace, candidate: glossary.Candidate, at: int) -> None:
    st.text(f"{candidate.term} ({candidate.count} outputs)")
    for quote in candidate.quotes:
        st.text(f"“{quote.text}”")
    show_outputs(workspace, "Show the outputs", candidate.outputs, shell.key_of("term", [candidate.term]))
    with st.form(f"candidate-{at}", border=False):
        meaning = st.text_input("Meaning", candidate.meaning)
        if st.form_submit_button("Keep it"):
            with shell.guard():
                glossary.set_term(workspace, candidate.term, meaning, from_notes=True)
            st.rerun()


def show_library(workspace: Workspace) -> None:
    """Save the rubric, take one in, and compare its figures there and here."""
    names = [criterion.name for criterion in editing.list_criteria(workspace, status="accepted")]
    chosen = st.multiselect(
        "Criteria to save (none: all accepted ones, and the judges of the overall grade)", names
    )
    examples = st.checkbox("With examples from outputs", value=True)
    kept = f"rubric-file-{workspace.project.id}"
    if names and st.button("Write the file"):
        with shell.guard(), tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rubric.yaml"
            saved = sharing.save_rubric(workspace, out=file, criteria=chosen, with_examples=examples)
            _not_portable(saved.not_portable)
            st.session_state[kept] = file.read_text("utf-8")
    if text := st.session_state.get(kept):
        st.download_button("Download rubric.yaml", text, "rubric.yaml", "application/yaml")
    came = st.file_uploader("A rubric to take in", type=["yaml", "yml"])
    if came is not None and st.button("Take it in"):
        with shell.guard(), shell.file_of(came) as file:
            found = sharing.load_rubric(workspace, file)
        st.success(
            f"{len(found.criteria)} criteria and {len(found.judges)} judges came; "
            f"{len(found.known)} were known; {len(found.refused)} judges were left out."
        )
        for refusal in found.refused:
            st.text(f"{refusal.judge} of {refusal.criterion}: {refusal.reason}")
        _not_portable(found.not_portable)
    _transfers(workspace)


def _not_portable(judges: tuple[sharing.NotPortable, ...]) -> None:
    for staying in judges:
        st.text(f"Not portable: {staying.judge} of {staying.criterion}: {staying.reason}")


def _transfers(workspace: Workspace) -> None:
    found = sharing.transfer(workspace)
    if not found:
        st.write("No criterion of this project came by file.")
    for transfer in found:
        with st.container(border=True):
            st.badge(transfer.state)
            for says in (transfer.says, *(judge.says for judge in transfer.judges)):
                st.write(plain(sentence(says)))
            judges = [(judge.judge_version_id, judge.judge) for judge in transfer.judges]
            show_outputs_of_judges(workspace, judges, f"transfer-{transfer.criterion_id or 'overall'}")
    measured = [judge for transfer in found for judge in transfer.judges]
    if measured:
        charts.intervals(
            "Bad outputs caught, there and here, 95 % intervals",
            [judge.judge for judge in measured],
            {
                "TNR there": [judge.there.tnr for judge in measured],
                "TNR here": [judge.tnr for judge in measured],
            },
            key="transfer",
        )
