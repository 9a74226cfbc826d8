"""The table of judges: read once for each change, shown by criterion, and which row is open."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import streamlit as st

from labelcore.messages import rate_words, say
from labelcore.messages.catalogue import counted, judge_words
from labelcore.messages.lines.aligning import in_use_words, unheld_words
from labelcore.stages import projects
from labelcore.stages.aligning.side_by_side import JudgeRow, JudgeTable, judge_table
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stats.rate import Rate, share_words
from labelcore.store import judges
from labelcore.workspace import Workspace
from pages.widgets import keys, next_step, shell
from pages.widgets.components import draw, judge_opened
from pages.widgets.shell import plain

_KIND = {
    "in the set": "used",
    "candidate": "candidate",
    "weak": "weak",
    "stale": "stale",
    "not run yet": "weak",
}


def read(workspace: Workspace) -> JudgeTable:
    """The table; the one before it where a row was pressed only, which changes no figure."""
    opened_id = judge_opened(keys.JUDGE_TABLE)
    if opened_id:
        st.query_params[keys.JUDGE] = opened_id
        st.query_params.pop(keys.JUDGE_VIEW, None)
    memory: tuple[str, JudgeTable] | None = st.session_state.get(keys.JUDGE_TABLE_KEPT)
    if opened_id and memory and memory[0] == workspace.project.id:
        return memory[1]
    with st.spinner(say("Counting what the judges found …")):
        table = judge_table(workspace)
    _lead_on(workspace, table)
    st.session_state[keys.JUDGE_TABLE_KEPT] = (workspace.project.id, table)
    return table


def _lead_on(workspace: Workspace, table: JudgeTable) -> None:
    """An address with an earlier version of a judge leads to the judge as it is now."""
    name = st.query_params.get(keys.JUDGE, "")
    if name and not any(name in {row.judge_version_id, row.judge} for row in table.rows):
        earlier = judges.many(workspace.db, [name]).get(name)
        if earlier and earlier.project_id == workspace.project.id:
            st.query_params[keys.JUDGE] = earlier.name


def show_in_use(table: JudgeTable) -> None:
    """What those in use do together."""
    if table.rows:
        st.write(plain(in_use_words(table)))


def show_none(workspace: Workspace) -> None:
    """What comes before there are judges."""
    n = len(list_criteria(workspace, status="accepted"))
    words = counted("one criterion", "{n} criteria", n=n)
    if n:
        st.info(say("There are no judges yet: propose some for {criteria}.", criteria=words))
        return
    st.info(say("There are no judges yet: they decide criteria, and none is accepted."))
    if projects.overview(workspace).graded:
        shell.go("4_deriving.py", "Criteria")
    else:
        next_step.offer_next(workspace)


def show(table: JudgeTable) -> JudgeRow | None:
    """The best judges of each criterion and those in use, or all; the one that is open."""
    row = open_row(table)
    if not row:
        return None
    is_whole = len(table.rows) > len(table.shown) and st.toggle(
        say("All {n} judges", n=len(table.rows)), key=keys.JUDGES_ALL, bind="query-params"
    )
    drawn = [other for other in table.rows if is_whole or other.shown or other is row]
    heads = _words()
    if all(other.cost_per_thousand == 0 for other in drawn):
        del heads["cost"]  # and with it the column
    draw("judges", keys.JUDGE_TABLE, {"words": heads, "groups": _groups(drawn, row)}, "opened")
    _explain(table, drawn)
    for words in unheld_words([gap for gap in table.unheld if not gap.unrun]):  # a button says so of those
        st.write(plain(words))
    return row


def _explain(table: JudgeTable, rows: Sequence[JudgeRow]) -> None:
    """What the figures rest on, once there are some."""
    if not any(row.ran for row in rows):
        return
    shell.aside(
        say(
            "The table counts each of the {n:,} graded outputs outside the sealed test once, judged by the "
            "judges as they are now.",
            n=table.n,
        )
    )
    if table.unseen and table.in_use:
        shell.aside(
            say(
                "The line at the top may differ: it stands for all outputs, by the chance of each to be "
                "drawn, and each was judged by judges made and chosen without it."
            )
        )
    if any(row.seen and row.ran for row in rows):
        shell.aside(say("* Fitted to these grades, so it may do worse on other outputs."))


def open_row(table: JudgeTable) -> JudgeRow | None:
    """The judge that the address names, else the first that is worth showing."""
    name = st.query_params.get(keys.JUDGE)
    matches = (row for row in table.rows if name in {row.judge_version_id, row.judge})
    return next(matches, next(iter((*table.shown, *table.rows)), None))


def _words() -> dict[str, str]:
    return {
        "table": say("Judges"),
        "judge": say("judge"),
        "catches": say("bad outputs found"),
        "alarms": say("false alarms"),
        "n": say("n, bad + good"),
        "cost": say("US$ for 1,000"),
        "state": "",
    }


def _groups(rows: Sequence[JudgeRow], opened: JudgeRow) -> list[dict[str, Any]]:
    """The rows by criterion."""
    return [
        {"criterion": say(criterion), "rows": [_row(row, opened) for row in group]}
        for criterion, group in itertools.groupby(rows, key=lambda row: row.criterion)
    ]


def _no_cost(row: JudgeRow) -> str:
    return say("no price") if row.unpriced else "?"


def _row(row: JudgeRow, opened: JudgeRow) -> dict[str, Any]:
    states = ["in the set"] if row.in_set and row.state == "stale" else []
    cost = row.cost_per_thousand
    return {
        "id": row.judge_version_id,
        "judge": row_words(row),
        "catches": _rate(row.catches),
        "alarms": _rate(row.false_alarms),
        "n": f"{row.catches.n:,} + {row.false_alarms.n:,}" if row.ran else "–",
        "cost": _no_cost(row) if cost is None else f"{cost:,.2f}" if cost else "0",
        "states": [{"kind": _KIND[state], "words": say(state)} for state in (*states, row.state)],
        "seen": row.seen and row.ran,
        "open": row.judge_version_id == opened.judge_version_id,
    }


def row_words(row: JudgeRow) -> str:
    """The judge; with its version where a newer one waits beside it."""
    name = judge_words(row.name)
    return say("{judge}, version {n}", judge=name, n=row.version) if row.replaced else name


def _rate(rate: Rate) -> dict[str, Any]:
    short = "–" if rate.value is None else share_words(rate.value)
    return {
        "value": rate.value,
        "low": rate.low,
        "high": rate.high,
        "short": short,
        "words": rate_words(rate),
    }
