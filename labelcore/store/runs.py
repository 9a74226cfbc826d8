"""Runs: each change of state is an event, the latest one counts."""

from __future__ import annotations

from labelcore.models import Run, new_id, now
from labelcore.store.connection import Database, from_json, to_json
from labelcore.store.rows import RowMapping

_DETAIL = (
    "total repeats answers_cached tokens_in tokens_out error_kinds faults seconds_left reasons "
    "ended_by pending"
).split()
"""Counters that are read only with the run stand together in one column."""
_RUN = RowMapping(Run, "run", leave_out=_DETAIL, id="run_id", at="made_at")


def save(db: Database, run: Run) -> None:
    """Store the present state of a run."""
    detail = to_json({name: getattr(run, name) for name in _DETAIL})
    _RUN.add(db, [run.model_copy(update={"at": now()})], detail=detail, event_id=new_id("event"))


def all_of(db: Database, project_id: str) -> list[Run]:
    """The runs of a project in their present states, the newest first."""
    source = "run_current WHERE project_id = ? ORDER BY run_id DESC"
    rows = db.rows(f"SELECT detail, {_RUN.select} FROM {source}", [project_id])
    return [_RUN.read(row, **from_json(detail) or {}) for detail, *row in rows]
