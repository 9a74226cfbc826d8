"""What a criterion says is changed: edited, split, merged; and every version that it had."""

from typing import get_args

import streamlit as st

from labelcore.messages import say
from labelcore.messages.lines.deriving import risk_words
from labelcore.models import Criterion, Risk, Role
from labelcore.stages.deriving import editing
from labelcore.stages.deriving.same import keep_apart, likest
from labelcore.stages.deriving.versions import SplitPart, difference, split as split_criterion
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.deriving import table
from pages.widgets.shell import plain
from pages.widgets.tables import marked

_AT_ONCE = 6


def show_versions(workspace: Workspace, criterion: Criterion) -> None:
    """Every version with who, when, why, and what became of the words, the newest first."""
    versions = editing.history(workspace, criterion)
    pairs = [*zip([None, *versions], versions, strict=False)][::-1]
    for before, after in shell.page_of(pairs, _AT_ONCE, f"versions-{criterion.id}"):
        effect = say("wording only") if after.wording_only else say("the meaning may have changed")
        values = {
            "n": after.version,
            "when": f"{after.at:%Y-%m-%d %H:%M}",
            "who": after.author or "labelcore",
        }
        why = say(after.why) or say("no reason given")
        head = say("Version {n}, {when}, {who}: {state}; {why}", **values, state=say(after.status), why=why)
        st.write(plain(f"{head}{f' ({effect})' if before else ''}"))
        if before and _stakes(before) != _stakes(after):
            st.write(plain(f"{_stakes(before)} → {_stakes(after)}"))
        if before and before.statement != after.statement:
            pieces = difference(before.statement, after.statement)
            st.markdown("".join(map(marked, pieces)))


def _stakes(criterion: Criterion) -> str:
    why = f" ({criterion.risk_why})" if criterion.risk_why else ""
    return say(
        "{severity}, risk {risk}{why}, limit {limit:.0%}",
        severity=say(criterion.severity),
        risk=say(criterion.risk) if criterion.risk else say("as the project"),
        why=why,
        limit=criterion.max_false_failure_rate,
    )


def edit(workspace: Workspace, criterion: Criterion) -> None:
    """The words first; how much is at stake in a fold."""
    with st.form(f"edit-{criterion.id}", border=False):
        name = st.text_input(say("Name"), criterion.name)
        statement = st.text_area(say("What makes an output fail and pass"), criterion.statement, height=120)
        same = st.checkbox(say("Wording only: the meaning is the same, earlier grades stay valid"))
        why = st.text_input(say("Why"))
        with st.expander(say("How important it is, and its risk")):
            stakes = _ask_stakes(workspace, criterion)
        if st.form_submit_button(say("Save a new version")):
            with shell.guard():
                changes = {"name": name, "statement": statement} | stakes
                change = editing.CriterionEdit.model_validate(changes)
                editing.edit(workspace, criterion, edited=change, wording_only=same, why=why)
            st.rerun()


def _ask_stakes(workspace: Workspace, criterion: Criterion) -> dict[str, object]:
    """Severity, risk, and the limit where it is not what the risk proposes."""
    st.write(plain(risk_words(workspace, criterion)))
    at = int(criterion.severity == "should")
    severity = st.selectbox(say("Severity"), ["must", "should"], index=at, format_func=say)
    percent = round(100 * criterion.max_false_failure_rate)
    limit = st.number_input(
        say("Highest share of good outputs it may wrongly fail, in percent"), 0, 100, percent
    )
    risks: list[Risk | None] = [None, *get_args(Risk)]
    project = say("as the project ({risk})", risk=say(workspace.project.risk))
    risk = st.selectbox(
        say("Risk of the use case behind it"),
        risks,
        index=risks.index(criterion.risk),
        format_func=lambda level: say(level) if level else project,
    )
    risk_why = st.text_input(say("What happens if it fails"), criterion.risk_why, max_chars=500)
    stakes: dict[str, object] = {"severity": severity, "risk": risk, "risk_why": risk_why.strip()}
    return stakes if limit == percent else stakes | {"max_ffr": limit / 100}  # else it follows the risk


def split(workspace: Workspace, criterion: Criterion) -> None:
    """Into two, each with its quotes."""
    with st.form(f"split-{criterion.id}", border=False):
        names = [
            st.text_input(words) for words in (say("Name of the first part"), say("Name of the second part"))
        ]
        labels = (say("Statement of the first part"), say("Statement of the second part"))
        statements = [st.text_area(words, height=80) for words in labels]
        quotes = st.multiselect(
            say("Quotes of the second part"),
            range(len(criterion.evidence)),
            format_func=lambda at: criterion.evidence[at].quote[:60],
            placeholder=say("Choose"),
        )
        if st.form_submit_button(say("Split")):
            parts = [
                SplitPart(name=name, statement=statement, quotes=numbers)
                for name, statement, numbers in zip(names, statements, ((), tuple(quotes)), strict=True)
            ]
            with shell.guard():
                halves = split_criterion(workspace, criterion, parts=parts)
            table.go(halves[0])
            st.rerun()


def ask_whether_same(workspace: Workspace, criterion: Criterion) -> None:
    """Where another one's notes mean much the same, as in two languages: one press makes them one."""
    if not workspace.role.includes(Role.ENGINEER):
        return
    pair = likest(workspace, criterion)
    if pair is None:
        return
    live = {other.id: other for other in editing.live_criteria(workspace)}
    both = [live[key] for key in (pair.first_id, pair.second_id)]
    name = pair.second if pair.first_id == criterion.id else pair.first
    quotes = {"one": pair.quotes[0], "other": pair.quotes[1]}
    with st.container(border=True):
        st.write(plain(say("Same as “{name}”? “{one}” – “{other}”", name=say(name), **quotes)))
        with st.container(horizontal=True):
            if st.button(say("Merge the two"), key=f"same-{criterion.id}"):
                with shell.guard():
                    table.go(editing.merge(workspace, both, name=pair.first))
                st.rerun()
            if st.button(say("Keep both"), key=f"apart-{criterion.id}"):
                with shell.guard():
                    keep_apart(workspace, both)
                st.rerun()


def merge(workspace: Workspace, criterion: Criterion) -> None:
    """With another one, under a name for both."""
    others = {other.id: other for other in editing.live_criteria(workspace) if other.id != criterion.id}
    if not others:
        st.write(say("There is no other criterion."))
        return
    with st.form(f"merge-{criterion.id}", border=False):
        other = st.selectbox(say("Merge it with"), list(others), format_func=lambda key: others[key].name)
        name = st.text_input(say("Name of both"), criterion.name)
        if st.form_submit_button(say("Merge")):
            with shell.guard():
                merged = editing.merge(workspace, [criterion, others[other]], name=name)
            table.go(merged)
            st.rerun()
