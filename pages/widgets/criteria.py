"""Criteria with their evidence, their history, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from labelcore.models import Criterion
from labelcore.settings import settings
from labelcore.stages import deriving, grading, projects
from pages.widgets import shell
from pages.widgets.behind import outputs_behind
from pages.widgets.shell import Place, plain

_QUOTES = 8
_ORDER = {"proposed": 0, "accepted": 1, "rejected": 2, "dropped": 3}


def show_criteria(place: Place) -> None:
    """Derive, then one box for each criterion, and the fails that none explains."""
    modes = ["Without a model"] + (["With the model"] if settings().has_model else [])
    mode = st.radio("How", modes, horizontal=True, key="derive-mode")
    if st.button("Derive criteria from the notes", type="primary"):
        with st.spinner("Reading the notes …"):
            found = deriving.derive(
                place.db, place.project, offline=mode == modes[0], author=place.annotator
            )
        shell.warn(found.warnings)
    criteria = deriving.list_criteria(place.db, place.project)
    if not criteria:
        fails = projects.overview(place.db, place.project).fails
        st.info(f"There are no criteria yet. {fails:,} outputs are failed; their notes are what criteria come from.")  # fmt: skip
        return
    _unexplained(place)
    who = {own.id: own.annotator for own in grading.current_grades(place.db, place.project)}
    for criterion in sorted(criteria, key=lambda own: (_ORDER[own.status], -len(own.evidence))):
        _box(place, criterion, who)
    if any(own.status == "accepted" for own in criteria):
        shell.go("5_judging.py", "Next: judges")


def _unexplained(place: Place) -> None:
    """The failed outputs that no criterion explains, and a code that would explain most of them."""
    left = deriving.uncovered_fails(place.db, place.project)
    st.write(f"{len(left)} failed outputs are not explained by any criterion yet.")
    if not left:
        return
    missing = set(left)
    codes = deriving.list_codes(place.db, place.project)
    gain = {own.code.id: len({q.output_id for q in own.quotes} & missing) for own in codes}
    best = max(codes, key=lambda own: gain[own.code.id], default=None)
    outputs_behind(place, "Show them", left, "unexplained")
    with st.container():
        if best and gain[best.code.id]:
            st.write(plain(f"The code “{best.code.label}” would explain {gain[best.code.id]} of them."))  # fmt: skip
            explained = {q.output_id for q in best.quotes} & missing
            outputs_behind(place, "Show what it would explain", sorted(explained), "next-explains")
            if st.button("Make it a criterion", key="next-criterion"):
                deriving.criterion_from_codes(
                    place.db, place.project, [best.code.id], name=best.code.label,
                    author=place.annotator,
                )  # fmt: skip
                st.rerun()


def _box(place: Place, own: Criterion, who: dict[str, str]) -> None:
    with st.container(border=True):
        st.subheader(plain(own.name))
        st.text(own.statement)
        grades = {item.grade_id for item in own.evidence}
        people = {who[key] for key in grades if key in who}
        origin = {"prompt": "from the prompt", "person": "by a person", "model": "by a model"}
        st.write(plain(
            f"{own.status}, {own.severity}, {origin.get(own.origin, 'from notes')}, version {own.version} "
            f"of {own.at:%Y-%m-%d}: {len(grades)} notes by {len(people)} people, {len(own.evidence)} quotes."
        ))  # fmt: skip
        with st.expander("Evidence"):
            _evidence(place, own)
        with st.expander("Versions"):
            _versions(place, own)
        with st.expander("Edit"), st.form(f"edit-{own.id}"):
            _edit(place, own)
        with st.expander("Split"), st.form(f"split-{own.id}"):
            _split(place, own)
        with st.container(horizontal=True):
            _acts(place, own)


def _evidence(place: Place, own: Criterion) -> None:
    for item in own.evidence[:_QUOTES]:
        st.text(f"“{item.quote}”")
    if len(own.evidence) > _QUOTES:
        st.write(f"… and {len(own.evidence) - _QUOTES} more quotes, in the notes below.")
    ids = [item.output_id for item in own.evidence]
    outputs_behind(place, "Show the outputs with their notes", ids, f"open-{own.id}")


def _versions(place: Place, own: Criterion) -> None:
    """Every version with who, when, why, and what became of the words."""
    versions = deriving.history(place.db, place.project, own.id)
    for before, after in zip([None, *versions], versions, strict=False):
        kept = "wording only" if after.wording_only else "the meaning may have changed"
        head = f"Version {after.version}, {after.at:%Y-%m-%d %H:%M}, {after.author or 'labelcore'}: {after.status}"
        st.write(plain(f"{head}; {after.why or 'no reason given'}{f' ({kept})' if before else ''}"))
        if before and before.statement != after.statement:
            st.markdown(_changed(deriving.difference(before.statement, after.statement)))


def _changed(pieces: Sequence[deriving.Piece]) -> str:
    marks = {"same": "{}", "gone": ":red[~~{}~~]", "new": ":green[**{}**]"}
    return "".join(marks[own.kind].format(plain(own.text)) if own.text.strip() else " " for own in pieces)  # fmt: skip


def _edit(place: Place, own: Criterion) -> None:
    name = st.text_input("Name", own.name)
    statement = st.text_area("Statement", own.statement)
    severity = st.selectbox("Severity", ["must", "should"], index=int(own.severity == "should"))
    limit = st.number_input("Most good outputs it may wrongly fail, in percent", 0, 100, round(100 * own.max_false_failure_rate))  # fmt: skip
    same = st.checkbox("Wording only: the meaning is the same, earlier grades stay valid")
    why = st.text_input("Why")
    if st.form_submit_button("Save a new version"):
        with shell.guard():
            deriving.edit(
                place.db, place.project, own.id, name=name, statement=statement, severity=severity,
                max_false_failure_rate=limit / 100, wording_only=same, why=why,
                author=place.annotator,
            )  # fmt: skip
        st.rerun()


def _split(place: Place, own: Criterion) -> None:
    names = [st.text_input(f"Name of the {word} part") for word in ("first", "second")]
    statements = [st.text_area(f"Statement of the {word} part") for word in ("first", "second")]
    quotes = st.multiselect(
        "Quotes of the second part", range(len(own.evidence)),
        format_func=lambda at: own.evidence[at].quote[:60],
    )  # fmt: skip
    if st.form_submit_button("Split"):
        chosen = ((), tuple(quotes))
        parts = [
            deriving.Part(name=name, statement=statement, quotes=numbers)
            for name, statement, numbers in zip(names, statements, chosen, strict=True)
        ]
        with shell.guard():
            deriving.split(place.db, place.project, own.id, parts, author=place.annotator)
        st.rerun()


def _acts(place: Place, own: Criterion) -> None:
    acts: dict[str, dict[str, Callable[..., object]]] = {
        "proposed": {"Accept": deriving.accept, "Reject": deriving.reject},
        "accepted": {"Drop": deriving.drop},
    }
    possible = acts.get(own.status, {"Restore": deriving.restore})
    for label, act in {**possible, "Undo the last change": deriving.undo_change}.items():
        if st.button(label, key=f"{act.__name__}-{own.id}"):
            with shell.guard():
                act(place.db, place.project, own.id, author=place.annotator)
            st.rerun()
