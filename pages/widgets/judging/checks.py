"""Checks written in Python, by a person or the model, tried and kept as judges; the schema of structured
outputs.
"""

from __future__ import annotations

import json

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted, judge_words
from labelcore.models import Criterion
from labelcore.sandbox.limits import LONGEST_SOURCE
from labelcore.sandbox.subset import CONTRACT
from labelcore.settings import settings
from labelcore.stages import judging
from labelcore.stages.deriving import editing
from labelcore.stages.judging.keeping import schemas
from labelcore.stages.judging.proposing import checks
from labelcore.stages.judging.proposing.checks import CheckTrial
from labelcore.stages.judging.proposing.proposals import ProposalOrder
from labelcore.stages.judging.testing.suspecting import ProposedJudges, propose_judges
from labelcore.workspace import Workspace
from pages.widgets import keys, shell, working
from pages.widgets.judging import deciding, running
from pages.widgets.shell import plain

_START = """# Fails an output that is longer than 120 words.
def check(output, input, context, metadata):
    words = len(output.split())
    if words > 120:
        return False, f"{words} words"
    return True, f"{words} words"
"""
_SHOWN = 200


def write_check(workspace: Workspace) -> None:
    """An editor with what a check may use, a trial, and a way to keep it."""
    criteria = editing.list_criteria(workspace, status="accepted")
    if not criteria:
        st.info(say("There are no accepted criteria yet: a check decides one of them."))
        return
    with st.expander(say("What a check may use")):
        st.code(CONTRACT, language=None, wrap_lines=True)
    source = st.text_area(
        say("The check"), _START, height=260, max_chars=LONGEST_SOURCE, key=keys.CHECK_SOURCE
    )
    grid = st.grid(2, min_column_width=160)
    copied_criterion = _criterion_of_copied(workspace)
    chosen = grid.cell().selectbox(
        say("It decides"),
        criteria,
        index=next((at for at, one in enumerate(criteria) if one.id == copied_criterion), 0),
        format_func=lambda criterion: say(criterion.name),
        key=keys.CHECK_CRITERION,
    )
    name = grid.cell().text_input(say("Name"), max_chars=60, key=keys.CHECK_NAME)
    offer_to_write(workspace, chosen)
    limit = int(st.number_input(say("Outputs to try it on"), 5, 200, 20, 5, key=keys.CHECK_LIMIT))
    left_button, right_button = st.columns(2)
    if left_button.button(say("Try it"), width="stretch", key=keys.CHECK_TRY):
        with shell.guard():
            _show(checks.try_check(workspace, source, limit=limit, criterion=chosen))
    if right_button.button(
        say("Keep it as a judge"),
        type="primary",
        width="stretch",
        disabled=not name.strip(),
        help=None if name.strip() else say("Give it a name first."),
        key=keys.CHECK_KEEP,
    ):
        with shell.guard():
            kept, trial = checks.add_check(workspace, source, criterion=chosen, name=name, limit=limit)
        words = say("Kept as {name}, version {version}.", kept, name=judge_words(kept.name))
        st.session_state[keys.JUDGES_PROPOSED] = shell.plain(f"{words} {trial.summary}")
        st.session_state.pop(keys.JUDGE_TABLE_KEPT, None)
        st.query_params.update({keys.JUDGE: kept.id, keys.JUDGE_VIEW: "errors"})
        running.start(workspace, judging.RunOrder(judge=kept.id))  # it asks no model
        st.rerun()


def _criterion_of_copied(workspace: Workspace) -> str | None:
    """The criterion of the judge that the check was begun from."""
    version_id = st.session_state.get(keys.CHECK_OF)
    matches = (judge for judge in judging.active_judges(workspace) if judge.id == version_id)
    return next((judge.criterion_id for judge in matches), None)


def _show(trial: CheckTrial) -> None:
    st.text(trial.summary)
    graded = {True: "pass", False: "fail", None: ""}
    shell.table(
        [
            {
                say("check says"): row.decision.value if row.decision else "error",
                say("people say"): graded[row.graded],
                say("why"): row.decision.reason if row.decision else row.error,
                say("output"): row.output.text[:_SHOWN],
            }
            for row in sorted(trial.tried, key=lambda row: row.decision is not None)
        ]
    )


def show_schema(workspace: Workspace) -> None:
    """Give, see and clear the schema; say which field a criterion is about."""
    schema = workspace.project.settings.json_schema
    text = st.text_area(
        say("JSON Schema, as JSON or YAML"),
        json.dumps(schema, ensure_ascii=False, indent=2) if schema else "",
        key=f"schema-{workspace.project.id}",
        height=180,
    )
    with st.container(horizontal=True):
        if st.button(say("Check outputs against it"), key="schema-set") and text.strip():
            with shell.guard():
                report = schemas.set_schema(workspace, text)
                st.success(say("{fits:,} of {tried:,} outputs fit; its judge is proposed.", report))
        if schema and st.button(say("Clear it"), key="schema-clear"):
            schemas.clear_schema(workspace)
            st.rerun()
    criteria = editing.list_criteria(workspace, status="accepted")
    if not criteria:
        return
    names = {criterion.id: say(criterion.name) for criterion in editing.list_criteria(workspace)}
    for key, pointer in workspace.project.settings.fields.items():
        about = {"criterion": names.get(key, key), "field": pointer}
        st.write(shell.plain(say("{criterion} is about the field {field}.", **about)))
    grid = st.grid(2, min_column_width=160)
    chosen = grid.cell().selectbox(
        say("Criterion"), criteria, format_func=lambda criterion: say(criterion.name), key="field-of"
    )
    pointer = grid.cell().text_input(
        say("is about the field (empty: all)"), placeholder="/price", key="field"
    )
    if st.button(say("Remember this"), key="field-set"):
        with shell.guard():
            schemas.set_field(workspace, chosen, pointer.strip() or None)
            st.rerun()


def offer_to_write(workspace: Workspace, criterion: Criterion) -> None:
    """One button to have checks of a criterion written, where a model is configured."""
    if not settings().has_model:
        shell.aside(say("With a model, the model can write checks too."))
        return
    busy = working.is_under_way(keys.CHECKS_WRITTEN)
    if st.button(say("Have the model write checks"), key="write-by-model", disabled=busy):
        order = ProposalOrder(kind="code", criterion=criterion.id)
        working.begin(
            keys.CHECKS_WRITTEN, workspace, lambda place: propose_judges(place, order=order, examined=False)
        )
        shell.again()
    if busy:
        working.watch(keys.CHECKS_WRITTEN)
    if proposed := working.take(keys.CHECKS_WRITTEN):
        _show_written(proposed)


def _show_written(report: ProposedJudges) -> None:
    """The checks that work, and why others were dropped."""
    st.session_state.pop(keys.JUDGE_TABLE_KEPT, None)
    checks = [judge for judge in report.judges if deciding.source_of(judge)]
    words = counted(
        "The model wrote one check that works.", "The model wrote {n} checks that work.", n=len(checks)
    )
    st.write(words)
    for judge in checks:
        with st.expander(plain(judge_words(judge.name))):
            st.code(deciding.source_of(judge), language="python", wrap_lines=True)
    for warning in report.warnings:
        st.info(plain(say(warning)))
    if checks:
        st.write(say("They are candidate judges now: run them next."))
