"""The list of criteria: name, how much it weighs, notes, best judge; one is open, one may be merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from labelcore.messages import rate_words, say, sentence
from labelcore.models import Criterion
from labelcore.stages import projects
from labelcore.stages.aligning.side_by_side import JudgeRow, JudgeTable, judge_table
from labelcore.stages.deriving import editing
from labelcore.stats.rate import share_words
from labelcore.workspace import Workspace
from pages.widgets import keys, working
from pages.widgets.components import CriteriaAct, act_of, draw

_ORDER = {"proposed": 0, "accepted": 1, "rejected": 2, "dropped": 3}


@dataclass(frozen=True)
class CriteriaList:
    """All criteria, proposed ones first, then those with most notes; which is open; how good judges are."""

    criteria: Sequence[Criterion]
    open: Criterion | None

    @property
    def live(self) -> list[Criterion]:
        """Those that are proposed or accepted."""
        return [criterion for criterion in self.criteria if _ORDER[criterion.status] < 2]


def read(workspace: Workspace) -> CriteriaList:
    """What is to be shown, after what was pressed in the list."""
    if act := act_of(keys.CRITERIA_TABLE, CriteriaAct):
        do(workspace, act)
    criteria = editing.list_criteria(workspace)
    criteria.sort(key=lambda criterion: (_ORDER[criterion.status], -len(criterion.evidence)))
    target = st.query_params.get(keys.CRITERION)
    matches = (criterion for criterion in criteria if target in {criterion.id, criterion.name})
    return CriteriaList(criteria, next(matches, criteria[0] if criteria else None))


def go(criterion: Criterion | str, view: str = "") -> None:
    """Open a criterion, at one of its views."""
    st.query_params[keys.CRITERION] = criterion if isinstance(criterion, str) else criterion.id
    st.query_params.pop(keys.CRITERIA_VIEW, None)
    if view:
        st.query_params[keys.CRITERIA_VIEW] = view


def do(workspace: Workspace, act: CriteriaAct) -> None:
    """What was pressed in the list: one is opened, or two are merged."""
    if act.kind == "open":
        go(act.target, st.query_params.get(keys.CRITERIA_VIEW, ""))
        return
    live = {criterion.id: criterion for criterion in editing.live_criteria(workspace)}
    if act.target in live and act.source in live:  # an act that comes twice finds them merged
        target = live[act.target]
        go(editing.merge(workspace, [target, live[act.source]], name=target.name))


def judges_of(workspace: Workspace) -> JudgeTable:
    """What judges find, measured anew when something was graded, decided or changed."""
    stamp = projects.overview(workspace).model_dump_json()
    return working.worked_out(keys.CRITERIA_JUDGES, stamp, lambda: judge_table(workspace))


def measure(workspace: Workspace) -> None:
    """The last thing on the page: the list is read while its figures are measured."""
    before = st.session_state.get(keys.CRITERIA_JUDGES)
    judges_of(workspace)
    if st.session_state[keys.CRITERIA_JUDGES] is not before:
        st.rerun()


def show(listed: CriteriaList) -> None:
    """The list, with what is known of judges."""
    n_hidden = len(listed.criteria) - len(listed.live)
    rows = listed.live
    if listed.open and listed.open not in rows:
        rows = [*rows, listed.open]
    box = st.container()
    if n_hidden and st.toggle(
        say("Rejected and dropped ones too ({n})", n=n_hidden), key=keys.CRITERIA_ALL, bind="query-params"
    ):
        rows = [*listed.criteria]
    if rows:
        with box:
            _draw(rows, listed)


def _draw(criteria: Sequence[Criterion], listed: CriteriaList) -> None:
    memory: tuple[str, JudgeTable] | None = st.session_state.get(keys.CRITERIA_JUDGES)
    judges = memory[1] if memory else None
    helps = {gap.criterion_id: sentence(gap.helps) for gap in judges.unheld} if judges else {}
    rows = [
        {
            "id": criterion.id,
            "name": say(criterion.name),
            "severity": {"kind": criterion.severity, "words": say(criterion.severity)},
            "state": None
            if criterion.status == "accepted"
            else {"kind": criterion.status, "words": say(criterion.status)},
            "notes": f"{len({item.output_id for item in criterion.evidence}):,}",
            "judge": _best(criterion, judges, helps) if judges else {"words": "…", "more": ""},
            "live": criterion in listed.live,
            "open": listed.open is not None and criterion.id == listed.open.id,
        }
        for criterion in criteria
    ]
    draw("criteria", keys.CRITERIA_TABLE, {"words": words_of_list(), "rows": rows}, "acted")


def _best(criterion: Criterion, judges: JudgeTable, helps: Mapping[str | None, str]) -> dict[str, str]:
    """The first of its judges, which is the best, with what it finds."""
    if criterion.id in helps:
        return {"words": say("none holds up"), "more": say("needs {helps}", helps=helps[criterion.id])}
    first = next((row for row in judges.rows if row.criterion_id == criterion.id), None)
    return _figure(first) if first else {"words": say("no judge yet"), "more": ""}


def _figure(row: JudgeRow) -> dict[str, str]:
    rate = row.catches
    if rate.value is None:
        return {"words": say("not measurable") if row.ran else say("not run yet"), "more": rate_words(rate)}
    words = say("finds {share}", share=share_words(rate.value))
    if rate.low is None or rate.high is None:
        return {"words": words, "more": f"n = {rate.n:,}"}
    between = f"{share_words(rate.low)} – {share_words(rate.high)}, n = {rate.n:,}"
    return {"words": words, "more": between}


def words_of_list() -> dict[str, str]:
    """What the list says."""
    return {
        "table": say("Criteria"),
        "name": say("criterion"),
        "notes": say("Outputs").lower(),
        "judge": say("best judge"),
        "hint": say("Drag one onto another to merge them; by keys: M on one, then M on the other."),
        "picked": say("“{name}” is picked up. Go to another criterion and press M; Esc puts it down."),
        "down": say("Put down."),
        "merging": say("“{source}” goes into “{target}” …"),
    }
