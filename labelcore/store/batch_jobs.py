"""Questions that are with a provider's batches: each change of state is an event."""

from __future__ import annotations

from collections import Counter

from labelcore.models import BatchJob, new_id, now
from labelcore.store.connection import Database, aware, from_json, to_json, utc

_COLUMNS = (
    "batch_job_id",
    "project_id",
    "endpoint",
    "model",
    "provider_id",
    "state",
    "questions",
    "message",
    "made_at",
)
_OPEN = ("handing over", "with the provider")


def save(db: Database, job: BatchJob) -> None:
    """Store the present state of a job."""
    named = job.model_dump() | {"batch_job_id": job.id, "made_at": utc(now())}
    named["questions"] = to_json(list(job.questions))
    row = (*(named[column] for column in _COLUMNS), new_id("event"))
    db.append("batch_job", (*_COLUMNS, "event_id"), [row])


def under_way(db: Database, project_id: str) -> list[BatchJob]:
    """The jobs whose answers are still to come, the oldest first."""
    rows = db.rows(
        f"SELECT {', '.join(_COLUMNS)} FROM batch_job_current WHERE project_id = ? "
        "AND state IN (SELECT unnest(?)) ORDER BY batch_job_id",
        [project_id, list(_OPEN)],
    )
    found = []
    for row in rows:
        named = dict(zip(_COLUMNS, row, strict=True))
        named |= {"id": named.pop("batch_job_id"), "at": aware(named.pop("made_at"))}
        found.append(BatchJob(**named | {"questions": tuple(from_json(named["questions"]))}))
    return found


def times_asked(db: Database, project_id: str) -> Counter[str]:
    """Question -> in how many batches it stood that the provider worked through."""
    rows = db.rows(
        "SELECT question, count(DISTINCT batch_job_id) FROM (SELECT batch_job_id, "
        "unnest(from_json(questions, '[\"VARCHAR\"]')) AS question FROM batch_job_current "
        "WHERE project_id = ? AND state = 'collected') GROUP BY question",
        [project_id],
    )
    return Counter(dict(rows))
