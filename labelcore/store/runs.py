"""Runs: each change of state is an event, the latest one counts."""

from __future__ import annotations

from typing import Any

from labelcore.models import Run, new_id, now
from labelcore.store.connection import Database, aware, from_json, to_json, utc

_COLUMNS = (
    "run_id",
    "project_id",
    "judge_version_ids",
    "n_outputs",
    "state",
    "verdicts_new",
    "verdicts_cached",
    "errors",
    "requests",
    "cost_usd",
    "seconds",
    "message",
    "made_at",
)
_DETAIL = (
    "total",
    "repeats",
    "answers_cached",
    "tokens_in",
    "tokens_out",
    "error_kinds",
    "faults",
    "seconds_left",
)


def save(db: Database, run: Run) -> None:
    """Store the present state of a run."""
    named = run.model_dump() | {"run_id": run.id, "made_at": utc(now())}
    named["judge_version_ids"] = to_json(list(run.judge_version_ids))
    detail = to_json({name: named[name] for name in _DETAIL})
    row = (*(named[column] for column in _COLUMNS), detail, new_id("event"))
    db.append("run", (*_COLUMNS, "detail", "event_id"), [row])


def all_of(db: Database, project_id: str) -> list[Run]:
    """The runs of a project in their present states, the newest first."""
    rows = db.rows(
        f"SELECT {', '.join(_COLUMNS)}, detail FROM run_current WHERE project_id = ? ORDER BY run_id DESC",
        [project_id],
    )
    return [_run(row) for row in rows]


def _run(row: tuple[Any, ...]) -> Run:
    named = dict(zip(_COLUMNS, row[:-1], strict=True)) | (from_json(row[-1]) or {})
    named |= {"id": named.pop("run_id"), "at": aware(named.pop("made_at"))}
    return Run(**named | {"judge_version_ids": tuple(from_json(named["judge_version_ids"]))})
