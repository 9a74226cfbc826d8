"""Signals of a product's users: which there are, what they come to, and the verdicts read from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from labelcore.models import now
from labelcore.store.connection import Database, utc


def signals(cursor: duckdb.DuckDBPyConnection, project_id: str) -> list[str]:
    """The names of signals that mean something on some output."""
    rows = cursor.execute(
        "SELECT DISTINCT name FROM signal WHERE project_id = ? AND meaning IS NOT NULL ORDER BY name",
        [project_id],
    ).fetchall()
    return [name for (name,) in rows]


def blamed(db: Database, project_id: str) -> set[str]:
    """The outputs of which some signal says that they are bad."""
    rows = db.rows(
        "SELECT DISTINCT output_id FROM signal_by_output WHERE project_id = ? AND value = 'fail'",
        [project_id],
    )
    return {output_id for (output_id,) in rows}


def settle(cursor: duckdb.DuckDBPyConnection, project_id: str, judges: Mapping[str, str]) -> None:
    """Let each judge version of a signal say of every output what the signal comes to now.

    It abstains where there is none. ``judges``: the signals by judge version.
    """
    for judge_version_id, signal in judges.items():
        cursor.execute(
            "CREATE TEMP TABLE settled AS SELECT output_id, coalesce(f.value, 'abstain') AS value, "
            "coalesce(f.reason, '') AS reason FROM (SELECT DISTINCT output_id FROM output WHERE project_id = "
            "$project) LEFT JOIN (FROM signal_by_output WHERE name = $signal AND project_id = $project) f "
            "USING (output_id)",
            {"project": project_id, "signal": signal},
        )
        cursor.execute(
            "DELETE FROM verdict WHERE judge_version_id = ? "
            "AND (output_id, value, reason) NOT IN (SELECT output_id, value, reason FROM settled)",
            [judge_version_id],
        )
        cursor.execute(
            "INSERT INTO verdict (output_id, judge_version_id, repeat, project_id, run_id, value, reason, "
            "raw, model, tokens_in, tokens_out, cost_usd, latency_ms, made_at) SELECT output_id, $judge, 0, "
            "$project, 'feedback', value, reason, '', '', 0, 0, 0, 0, $now FROM settled ANTI JOIN "
            "(SELECT output_id FROM verdict WHERE judge_version_id = $judge) USING (output_id)",
            {"judge": judge_version_id, "project": project_id, "now": utc(now())},
        )
        cursor.execute("DROP TABLE settled")


def forget(cursor: duckdb.DuckDBPyConnection, project_id: str, prefix: str, but: Sequence[str]) -> None:
    """Remove judge versions whose ids begin so, with their verdicts, but those that are named."""
    for table in ("verdict", "judge_version"):
        cursor.execute(
            f"DELETE FROM {table} WHERE project_id = ? AND starts_with(judge_version_id, ?) "
            "AND judge_version_id NOT IN (SELECT unnest(?::VARCHAR[]))",
            [project_id, prefix, list(but)],
        )
