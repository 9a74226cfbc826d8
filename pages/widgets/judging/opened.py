"""The open judge: what it does, how well, its errors, how it decides, its tools; or a tool of all judges."""

from __future__ import annotations

import re
from collections.abc import Callable

import streamlit as st

from labelcore.judges.kinds import kind_of
from labelcore.messages import say, sentence
from labelcore.messages.lines.aligning import finds_words
from labelcore.messages.verdicts import description_words
from labelcore.models import JudgeVersion
from labelcore.stages import judging, refining
from labelcore.stages.aligning.side_by_side import JudgeRow
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.judging import bringing, checks, deciding, errors, hardness, learned, models, table
from pages.widgets.shell import plain

_CLAUSE = re.compile(r"[;；。]|\. ")
_OF_ALL: dict[str, Callable[[Workspace], None]] = {
    "check": checks.write_check,
    "bring": bringing.show,
    "rulings": errors.show_rulings,
    "suspects": learned.show_suspects,
    "schema": checks.show_schema,
    "models": models.show,
}
_TOOLS: dict[str, Callable[[Workspace, JudgeVersion], None]] = {
    "how": deciding.show,
    "verdicts": deciding.show_verdicts,
    "race": hardness.show_race,
    "hardness": hardness.show_hardness,
    "flips": hardness.show_flips,
    "cascade": learned.make_cascade,
}


def wanted() -> bool:
    """Whether the address asks for a tool that concerns no single judge."""
    return st.query_params.get(keys.JUDGE_VIEW, "") in _OF_ALL


@st.fragment
def show(workspace: Workspace, row: JudgeRow | None) -> None:
    """What the address asks for; what is done in it leaves the table as it is."""
    shell.speak_as(workspace)  # a fragment runs without its page
    for key in (keys.CHECK_SOURCE, keys.CHECK_NAME, keys.BRING_TEXT):
        if key in st.session_state:  # else it would be lost while something else is open
            st.session_state[key] = st.session_state[key]
    with shell.guard():
        _show(workspace, row)


def _show(workspace: Workspace, row: JudgeRow | None) -> None:
    view = st.query_params.get(keys.JUDGE_VIEW, "errors")
    if view in _OF_ALL:
        st.query_params[keys.JUDGE_VIEW] = view  # a link from this page leaves the address as it was
        if row and st.button(say("Back to the judge"), icon=":material/arrow_back:", type="tertiary"):
            _go("errors")
        _OF_ALL[view](workspace)
        return
    if row is None:
        st.write(say("Open a judge to see it here, with its errors."))
        return
    version = judging.find_judge(workspace, row.judge_version_id)
    docket = refining.docket(workspace, judge=version)
    _show_head(row, description_words(version))
    _choose(version, view, docket.open if row.ran else None)
    if view in _TOOLS:
        _TOOLS[view](workspace, version)
    elif row.ran:  # of one that has decided nothing, nothing is wrong or right yet
        errors.show(workspace, version, docket)


def _show_head(row: JudgeRow, description: str) -> None:
    st.markdown(f"#### {plain(say(row.criterion))} · {plain(table.row_words(row))}")
    if row.replaced:
        st.write(say("Another version has taken its place; this one decides until the set is chosen again."))
    st.text(_CLAUSE.split(description, maxsplit=1)[0].rstrip("."))  # the rest stands under "How it decides"
    for why in row.stale_because:
        st.write(f":orange[:material/warning:] {plain(say('Stale: {why}.', why=say(why)))}")
    if not row.ran:
        st.write(say("Not run yet."))
        return
    if row.renamed:
        st.write(f":orange[:material/warning:] {plain(sentence(row.renamed))}")
    st.write(plain(finds_words(row)))
    shell.aside(say("Measured against {against}.", against=sentence(row.against)))


def _choose(version: JudgeVersion, view: str, n: int | None) -> None:
    """Its three views at hand, its tools behind a button; ``n``: its errors, None where it has not run."""
    views = {} if n is None else {"errors": say("Disagrees with people ({n})", n=n)}
    views |= {"how": say("How it decides"), "verdicts": say("Verdicts")}
    kind = kind_of(version)
    tools = {"race": say("Compare the judges of this criterion")}
    if kind.runs:
        tools["hardness"] = say("Test its hardness")
    if kind.needs_model:
        tools["flips"] = say("Ask it again: does it change its mind?")
    if kind.gives_probabilities and not kind.composed:
        tools["cascade"] = say("Let another judge decide where it is not sure")
    with st.container(horizontal=True):
        for name, words in views.items():
            if st.button(words, key=f"view-{name}", type="primary" if name == view else "secondary"):
                _go(name)
        with st.popover(tools.get(view) or say("More")):
            for name, words in tools.items():
                if st.button(words, key=f"view-{name}", width="stretch"):
                    _go(name)


def _go(view: str) -> None:
    st.query_params[keys.JUDGE_VIEW] = view
    shell.again()
