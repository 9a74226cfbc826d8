"""Runs, and questions with a provider's batches: each change of state is an event, the latest one counts."""

from __future__ import annotations

from collections import Counter

from labelcore.models import BatchJob, Run, new_id, now
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
