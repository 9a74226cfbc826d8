"""Counts over all tables of a project, in one query."""

from __future__ import annotations

from labelcore.store.connection import Database

_COUNTS = {
    "samples": "SELECT count(*) FROM sample WHERE project_id = $project",
    "graded": "SELECT count(DISTINCT output_id) FROM mine WHERE value NOT IN ('skipped')",
    "passes": "SELECT count(DISTINCT output_id) FROM mine WHERE value = 'pass'",
    "fails": "SELECT count(DISTINCT output_id) FROM mine WHERE value = 'fail'",
    "unsure": "SELECT count(DISTINCT output_id) FROM mine WHERE value = 'unsure'",
    "annotators": "SELECT count(DISTINCT annotator) FROM mine",
    "criteria_proposed": "SELECT count(*) FROM criterion_current "
    "WHERE project_id = $project AND status = 'proposed'",
    "criteria_accepted": "SELECT count(*) FROM criterion_current "
    "WHERE project_id = $project AND status = 'accepted'",
    "judges": "SELECT count(*) FROM judge_current WHERE project_id = $project",
    "verdicts": "SELECT count(*) FROM verdict WHERE project_id = $project",
    "chosen": "SELECT coalesce(sum(json_array_length(judge_version_ids)), 0) FROM choice_current "
    "WHERE project_id = $project",
}


def counts(db: Database, project_id: str) -> dict[str, int]:
    """Numbers of rows by name; an output with passes and fails counts in both."""
    columns = ", ".join(f"({query}) AS {name}" for name, query in _COUNTS.items())
    rows = db.rows(
        "WITH mine AS (SELECT output_id, annotator, value FROM grade_current "
        f"WHERE project_id = $project AND criterion_id IS NULL AND field IS NULL) SELECT {columns}",
        {"project": project_id},
    )
    return {name: int(value) for name, value in zip(_COUNTS, rows[0], strict=True)}
