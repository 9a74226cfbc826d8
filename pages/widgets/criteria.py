"""Criteria with their evidence, their history, and what can be done with them."""

from collections.abc import Callable
from typing import get_args

import streamlit as st

from labelcore.messages.lines.deriving import risk_words
from labelcore.models import Criterion, Grade, Risk
from labelcore.settings import settings
from labelcore.stages import grading, projects
from labelcore.stages.deriving import coding, derivation, editing
from labelcore.stages.deriving.versions import SplitPart, difference, split, undo_change
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.outputs import show_output, show_outputs
from pages.widgets.shell import plain

_QUOTES = 200
_SEEN = 3
_MARKS = {"same": "{}", "gone": ":red[~~{}~~]", "new": ":green[**{}**]"}
_ORIGINS = {
    "prompt": "from the prompt",
    "person": "by a person",
    "model": "by a model",
    "library": "from a library",
}
_ORDER = {"proposed": 0, "accepted": 1, "rejected": 2, "dropped": 3}


def show_criteria(workspace: Workspace) -> None:
    """Derive, then one box for each criterion, and the fails that none explains."""
    modes = ["Without a model"] + (["With the model"] if settings().has_model else [])
    mode = st.radio("How", modes, horizontal=True, key="derive-mode")
    if st.button("Derive criteria from the notes", type="primary"):
        with st.spinner("Reading the notes …"):
            found = derivation.derive(workspace, offline=mode == modes[0])
        shell.warn(found.warnings)
    criteria = editing.list_criteria(workspace)
    if not criteria:
        fails = projects.overview(workspace).fails
        st.info(
            f"There are no criteria yet. {fails:,} outputs are failed; their notes are what "
            "criteria come from."
        )
        return
    _unexplained(workspace)
    who = {grade.id: grade for grade in grading.current_grades(workspace)}
    criteria.sort(key=lambda criterion: (_ORDER[criterion.status], -len(criterion.evidence)))
    for criterion in criteria:
        _box(workspace, criterion, who)
    if any(criterion.status == "accepted" for criterion in criteria):
        shell.go("5_judging.py", "Next: judges")


def _unexplained(workspace: Workspace) -> None:
    """The failed outputs that no criterion explains, and a code that would explain most of them."""
    left = derivation.uncovered_fails(workspace)
    st.write(f"{len(left)} failed outputs are not explained by any criterion yet.")
    if not left:
        return
    show_outputs(workspace, "Show them", left, "unexplained")
    missing = set(left)
    gains = [
        (coded.code, sorted({quote.output_id for quote in coded.quotes} & missing))
        for coded in coding.list_codes(workspace)
    ]
    code, explained = max(gains, key=lambda gain: len(gain[1]), default=(None, []))
    if code and explained:
        st.write(plain(f"The code “{code.label}” would explain {len(explained)} of them."))
        show_outputs(workspace, "Show what it would explain", explained, "next-explains")
        if st.button("Make it a criterion", key="next-criterion"):
            coding.criterion_from_codes(workspace, [code], name=code.label)
            st.rerun()
    else:
        st.write(
            "No code explains any of them yet: give codes to what people said of them (Codes), or "
            "ask for a note."
        )


def _box(workspace: Workspace, criterion: Criterion, who: dict[str, Grade]) -> None:
    with st.container(border=True):
        st.subheader(plain(criterion.name))
        st.text(criterion.statement)
        grades = {item.grade_id for item in criterion.evidence}
        given = [who[key] for key in grades if key in who]
        people = {grade.annotator for grade in given}
        since = f", since {min(grade.at for grade in given):%Y-%m-%d}" if given else ""
        origin = _ORIGINS.get(criterion.origin, "from notes")
        st.write(
            plain(
                f"{criterion.status}, {criterion.severity}, {origin}, version {criterion.version} "
                f"of {criterion.at:%Y-%m-%d}: {len(criterion.evidence)} quotes from {len(grades)} "
                f"grades of {len(people)} {'person' if len(people) == 1 else 'people'}{since}."
            )
        )
        st.write(plain(risk_words(workspace, criterion)))
        for item in criterion.evidence[:_SEEN]:
            st.text(f"“{item.quote[:200]}”{' (marked words)' if item.marked else ''}")
        parts: dict[str, Callable[[], None]] = {
            f"Evidence ({len(criterion.evidence)})": lambda: _evidence(workspace, criterion, who),
            "Versions": lambda: _versions(workspace, criterion),
            "Edit": lambda: _edit(workspace, criterion),
            "Split": lambda: _split(workspace, criterion),
        }
        for name, show in parts.items():  # only what is open is computed
            box = st.expander(name, on_change="rerun", key=f"{name.split()[0]}-{criterion.id}")
            if box.open:
                with box:
                    show()
        with st.container(horizontal=True):
            _acts(workspace, criterion)


def _evidence(workspace: Workspace, criterion: Criterion, who: dict[str, Grade]) -> None:
    """Every quote with the grade that it comes from; choosing one opens its output."""
    if not criterion.evidence:
        st.write("No quote supports it yet.")
        return
    if len(criterion.evidence) > _QUOTES:
        st.write(f"The first {_QUOTES} of {len(criterion.evidence):,} quotes.")
    cited = criterion.evidence[:_QUOTES]
    grades = [who.get(item.grade_id) for item in cited]
    rows = [
        {
            "quote": item.quote,
            "from": "marked words" if item.marked else "note",
            "by": grade.annotator if grade else "(taken back)",
            "on": f"{grade.at:%Y-%m-%d}" if grade else "",
            "grade": item.grade_id,
        }
        for item, grade in zip(cited, grades, strict=True)
    ]
    key = shell.key_of("open", [criterion.id, *(item.grade_id for item in cited)])
    for at in shell.choose_rows(rows, key):
        if found := output_table.get(workspace.db, cited[at].output_id):
            show_output(found)


def _versions(workspace: Workspace, criterion: Criterion) -> None:
    """Every version with who, when, why, and what became of the words."""
    versions = editing.history(workspace, criterion)
    for before, after in zip([None, *versions], versions, strict=False):
        kept = "wording only" if after.wording_only else "the meaning may have changed"
        who, why = after.author or "labelcore", after.why or "no reason given"
        head = f"Version {after.version}, {after.at:%Y-%m-%d %H:%M}, {who}: {after.status}; {why}"
        st.write(plain(f"{head}{f' ({kept})' if before else ''}"))
        if before and _stakes(before) != _stakes(after):
            st.write(plain(f"{_stakes(before)} → {_stakes(after)}"))
        if before and before.statement != after.statement:
            pieces = difference(before.statement, after.statement)
            marked = (
                _MARKS[piece.kind].format(plain(piece.text)) if piece.text.strip() else " "
                for piece in pieces
            )
            st.markdown("".join(marked))


def _stakes(criterion: Criterion) -> str:
    why = f" ({criterion.risk_why})" if criterion.risk_why else ""
    return (
        f"{criterion.severity}, risk {criterion.risk or 'as the project'}{why}, limit "
        f"{criterion.max_false_failure_rate:.0%}"
    )


def _edit(workspace: Workspace, criterion: Criterion) -> None:
    with st.form(f"edit-{criterion.id}", border=False):
        name = st.text_input("Name", criterion.name)
        statement = st.text_area("Statement", criterion.statement)
        severity = st.selectbox("Severity", ["must", "should"], index=int(criterion.severity == "should"))
        present = round(100 * criterion.max_false_failure_rate)
        limit = st.number_input("Most good outputs it may wrongly fail, in percent", 0, 100, present)
        risks: list[Risk | None] = [None, *get_args(Risk)]
        risk = st.selectbox(
            "Risk of the use case behind it",
            risks,
            index=risks.index(criterion.risk),
            format_func=lambda level: level or f"as the project ({workspace.project.risk})",
        )
        risk_why = st.text_input("What happens if it fails", criterion.risk_why, max_chars=500)
        same = st.checkbox("Wording only: the meaning is the same, earlier grades stay valid")
        why = st.text_input("Why")
        if st.form_submit_button("Save a new version"):
            changes: dict[str, object] = {"name": name, "statement": statement, "severity": severity}
            changes |= {"risk": risk, "risk_why": risk_why.strip()}
            if limit != present:  # else it follows the risk
                changes["max_ffr"] = limit / 100
            with shell.guard():
                edited = editing.CriterionEdit.model_validate(changes)
                editing.edit(workspace, criterion, edited=edited, wording_only=same, why=why)
            st.rerun()


def _split(workspace: Workspace, criterion: Criterion) -> None:
    with st.form(f"split-{criterion.id}", border=False):
        names = [st.text_input(f"Name of the {word} part") for word in ("first", "second")]
        statements = [st.text_area(f"Statement of the {word} part") for word in ("first", "second")]
        quotes = st.multiselect(
            "Quotes of the second part",
            range(len(criterion.evidence)),
            format_func=lambda at: criterion.evidence[at].quote[:60],
        )
        if st.form_submit_button("Split"):
            parts = [
                SplitPart(name=name, statement=statement, quotes=numbers)
                for name, statement, numbers in zip(names, statements, ((), tuple(quotes)), strict=True)
            ]
            with shell.guard():
                split(workspace, criterion, parts=parts)
            st.rerun()


def _acts(workspace: Workspace, criterion: Criterion) -> None:
    acts: dict[str, dict[str, Callable[..., object]]] = {
        "proposed": {"Accept": editing.accept, "Reject": editing.reject},
        "accepted": {"Drop": editing.drop},
    }
    possible = acts.get(criterion.status, {"Restore": editing.restore})
    for label, act in {**possible, "Undo the last change": undo_change}.items():
        if st.button(label, key=f"{act.__name__}-{criterion.id}"):
            with shell.guard():
                act(workspace, criterion)
            st.rerun()
