"""Verdicts that were asked for more than once: the same output, the same judge version."""

from __future__ import annotations

from labelcore.store.connection import Database


def of_project(db: Database, project_id: str) -> list[tuple[str, str, int, str, str]]:
    """(judge version, output, repeat, value, reason) of outputs with several repeats, in order."""
    rows = db.rows(
        "WITH asked AS (SELECT judge_version_id, output_id, repeat, value, reason FROM verdict "
        "WHERE project_id = ? QUALIFY row_number() OVER (PARTITION BY judge_version_id, output_id, "
        "repeat ORDER BY made_at, run_id) = 1) "
        "SELECT * FROM asked QUALIFY count(*) OVER (PARTITION BY judge_version_id, output_id) > 1 "
        "ORDER BY judge_version_id, output_id, repeat",
        [project_id],
    )
    return [(row[0], row[1], int(row[2]), row[3], row[4] or "") for row in rows]
