"""Runs, and questions with a provider's batches: each change of state is an event, the latest one counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from labelcore.models import BatchJob, Run, new_id, now
from labelcore.store.connection import Database, from_json, to_json
from labelcore.store.rows import RowMapping
from labelcore.wording import kept, of_kept

_DETAIL = (
    "known_usd total repeats answers_cached tokens_in tokens_out error_kinds faults seconds_left reasons "
    "ended_by pending"
).split()
"""Counters that are read only with the run stand together in one column."""
_RUN = RowMapping(Run, "run", leave_out=_DETAIL, id="run_id", at="made_at")


def save(db: Database, run: Run) -> None:
    """Store the present state of a run."""
    detail = {name: getattr(run, name) for name in _DETAIL}
    detail["reasons"] = {kind: kept(why) for kind, why in run.reasons.items()}
    _RUN.add(db, [run.model_copy(update={"at": now()})], detail=to_json(detail), event_id=new_id("event"))


def all_of(db: Database, project_id: str) -> list[Run]:
    """The runs of a project in their present states, the newest first."""
    source = "run_current WHERE project_id = ? ORDER BY run_id DESC"
    rows = db.rows(f"SELECT detail, {_RUN.select} FROM {source}", [project_id])
    return [_RUN.read(row, **_detail(detail)) for detail, *row in rows]


def _detail(text: str | None) -> dict[str, Any]:
    """The counters of a run, whose reasons can be said in any language."""
    detail: dict[str, Any] = from_json(text) or {}
    reasons = detail.get("reasons", {})
    return detail | {"reasons": {kind: of_kept(why) for kind, why in reasons.items()}}


_JOB = RowMapping(BatchJob, "batch_job", id="batch_job_id", at="made_at")


def save_job(db: Database, job: BatchJob) -> None:
    """Store the present state of a job."""
    _JOB.add(db, [job.model_copy(update={"at": now()})], event_id=new_id("event"))


def under_way(db: Database, project_id: str) -> list[BatchJob]:
    """The jobs whose answers are still to come, the oldest first."""
    open_jobs = "state IN ('handing over', 'with the provider')"
    return _JOB.find(
        db, f"batch_job_current WHERE project_id = ? AND {open_jobs} ORDER BY batch_job_id", [project_id]
    )


def times_asked(db: Database, project_id: str) -> Counter[str]:
    """Question -> in how many batches it stood that the provider worked through."""
    rows = db.rows(
        "SELECT question, count(DISTINCT batch_job_id) FROM (SELECT batch_job_id, "
        "unnest(from_json(questions, '[\"VARCHAR\"]')) AS question FROM batch_job_current "
        "WHERE project_id = ? AND state = 'collected') GROUP BY question",
        [project_id],
    )
    return Counter(dict(rows))
