"""Questions that are with a provider's batches: each change of state is an event."""

from __future__ import annotations

from collections import Counter

from labelcore.models import BatchJob, new_id, now
from labelcore.store.connection import Database
from labelcore.store.rows import RowMapping

_JOB = RowMapping(BatchJob, "batch_job", id="batch_job_id", at="made_at")


def save(db: Database, job: BatchJob) -> None:
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
