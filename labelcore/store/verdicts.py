"""Verdicts, exactly one for each output, judge version and repeat; errors are kept apart."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

from labelcore.models import Paid, Verdict, VerdictError
from labelcore.store import answers as answer_table
from labelcore.store.connection import Database, append_rows
from labelcore.store.rows import Stored

_VERDICT = Stored(Verdict, at="made_at")
_ERROR = Stored(VerdictError, at="made_at")
_recording = threading.Lock()


def record(
    db: Database,
    verdicts: Sequence[Verdict],
    errors: Sequence[VerdictError] = (),
    answers: Sequence[Paid] = (),
) -> int:
    """Store verdicts, errors and the answers behind them together; durable when this returns.

    A key that is stored already is left as it is, also when two runs come to it at once. Returns how
    many verdicts were new.
    """
    distinct = {(v.output_id, v.judge_version_id, v.repeat): v for v in verdicts}
    with _recording:
        known = _stored(db, list(distinct))
        fresh = [_VERDICT.row(verdict) for key, verdict in distinct.items() if key not in known]
        with db.transaction() as cursor:
            if fresh:
                append_rows(cursor, "verdict", _VERDICT.columns, fresh)
            if errors:
                append_rows(cursor, "verdict_error", _ERROR.columns, [_ERROR.row(error) for error in errors])
            answer_table.append(cursor, answers)
    return len(fresh)


def missing(db: Database, judge_version_id: str, output_ids: Sequence[str], repeat: int = 0) -> list[str]:
    """Those of the outputs that this judge version has not decided yet, in the given order."""
    rows = db.rows(
        "SELECT DISTINCT output_id FROM verdict WHERE judge_version_id = ? AND repeat = ? "
        "AND output_id IN (SELECT unnest(?))",
        [judge_version_id, repeat, list(output_ids)],
    )
    done = {row[0] for row in rows}
    return [output_id for output_id in output_ids if output_id not in done]


def figures(db: Database, judge_version_ids: Sequence[str]) -> dict[str, tuple[int, float, float, float]]:
    """For each judge version with model calls: (verdicts, tokens in, tokens out, median ms a call)."""
    rows = db.rows(
        "SELECT judge_version_id, count(*), avg(tokens_in), avg(tokens_out), median(latency_ms) "
        "FROM verdict WHERE judge_version_id IN (SELECT unnest(?)) AND tokens_in > 0 GROUP BY ALL",
        [list(judge_version_ids)],
    )
    return {row[0]: (int(row[1]), float(row[2]), float(row[3]), float(row[4])) for row in rows}


def usual_latency(db: Database, project_id: str, model: str) -> float | None:
    """The median milliseconds of a model's newest thousand verdicts; None without any."""
    rows = db.rows(
        "SELECT median(latency_ms) FROM (SELECT latency_ms FROM verdict v "
        "JOIN judge_version_unique j USING (judge_version_id) WHERE v.project_id = ? "
        "AND j.model = ? AND latency_ms > 0 ORDER BY v.made_at DESC LIMIT 1000)",
        [project_id, model],
    )
    return None if rows[0][0] is None else float(rows[0][0])


def values(
    db: Database, judge_version_ids: Sequence[str], repeat: int = 0, output_ids: Sequence[str] | None = None
) -> Any:
    """A DataFrame (output_id, judge_version_id, value, probability), one row for each key.

    ``output_ids``: only these outputs; None for all.
    """
    some = "" if output_ids is None else "AND output_id IN (SELECT unnest($outputs))"
    parameters: dict[str, Any] = {"judges": list(judge_version_ids), "repeat": repeat}
    if output_ids is not None:
        parameters["outputs"] = list(output_ids)
    return db.frame(
        # As verdict_current, but rows are chosen before they are numbered, not after.
        "SELECT output_id, judge_version_id, value, probability FROM verdict "
        f"WHERE judge_version_id IN (SELECT unnest($judges)) AND repeat = $repeat {some} "
        "QUALIFY row_number() OVER (PARTITION BY output_id, judge_version_id "
        "ORDER BY made_at, run_id) = 1",
        parameters,
    )


def of_outputs(
    db: Database, output_ids: Sequence[str], judge_version_ids: Sequence[str], repeat: int = 0
) -> list[Verdict]:
    """The full verdicts of some judges on some outputs, one for each key."""
    return [_VERDICT.read(row) for row in _some(db, _VERDICT.columns, output_ids, judge_version_ids, repeat)]


def said(
    db: Database, output_ids: Iterable[str], judge_version_ids: Iterable[str]
) -> list[tuple[str, str, str]]:
    """(output id, pass | fail | abstain, reason) of some judges on some outputs."""
    return _some(db, ("output_id", "value", "reason"), output_ids, judge_version_ids, 0)


def _some(
    db: Database,
    columns: Iterable[str],
    output_ids: Iterable[str],
    judge_version_ids: Iterable[str],
    repeat: int,
) -> list[Any]:
    return db.rows(
        # As verdict_current, but few rows are chosen before they are numbered, not after.
        f"SELECT {', '.join(columns)} FROM verdict "
        "WHERE output_id IN (SELECT unnest(?)) AND judge_version_id IN (SELECT unnest(?)) "
        "AND repeat = ? QUALIFY row_number() OVER (PARTITION BY output_id, judge_version_id "
        "ORDER BY made_at, run_id) = 1 ORDER BY output_id, judge_version_id",
        [list(output_ids), list(judge_version_ids), repeat],
    )


def failing(db: Database, output_ids: Sequence[str], judge_version_ids: Sequence[str]) -> dict[str, bool]:
    """Whether any of the judges fails an output, for the outputs that all of them have decided."""
    rows = db.rows(
        "SELECT output_id, bool_or(value = 'fail') FROM (SELECT output_id, value FROM verdict "
        "WHERE output_id IN (SELECT unnest($outputs)) AND repeat = 0 "
        "AND judge_version_id IN (SELECT unnest($judges)) "
        "QUALIFY row_number() OVER (PARTITION BY output_id, judge_version_id "
        "ORDER BY made_at, run_id) = 1) GROUP BY output_id HAVING count(*) = $number",
        {
            "outputs": list(output_ids),
            "judges": list(judge_version_ids),
            "number": len(set(judge_version_ids)),
        },
    )
    return dict(rows)


def page(db: Database, judge_version_id: str, value: str, limit: int, start: int) -> list[Verdict]:
    """Some of a judge's verdicts of one value, in a fixed order; repeats are left out."""
    rows = db.rows(
        f"SELECT {_VERDICT.select} FROM verdict_current "
        "WHERE judge_version_id = ? AND value = ? AND repeat = 0 ORDER BY output_id LIMIT ? OFFSET ?",
        [judge_version_id, value, limit, start],
    )
    return [_VERDICT.read(row) for row in rows]


def counts(db: Database, project_id: str) -> dict[str, dict[str, int]]:
    """For each judge version: on how many outputs each value, and how many errors ("error")."""
    rows = db.rows(
        "SELECT judge_version_id, value, count(*) FROM verdict_current WHERE project_id = ? "
        "AND repeat = 0 GROUP BY ALL UNION ALL "
        "SELECT judge_version_id, 'error', count(DISTINCT output_id) FROM verdict_error e "
        "WHERE project_id = ? AND NOT EXISTS (SELECT 1 FROM verdict v WHERE "
        "v.output_id = e.output_id AND v.judge_version_id = e.judge_version_id) GROUP BY ALL",
        [project_id, project_id],
    )
    found: dict[str, dict[str, int]] = {}
    for judge_version_id, value, number in rows:
        found.setdefault(judge_version_id, {})[value] = number
    return found


def refusals(db: Database, project_id: str) -> dict[str, int]:
    """For each judge version: how many outputs without a verdict the model refused to judge."""
    rows = db.rows(
        "SELECT judge_version_id, count(DISTINCT output_id) FROM verdict_error e "
        "WHERE project_id = ? AND kind = 'refusal' AND NOT EXISTS (SELECT 1 FROM verdict v WHERE "
        "v.output_id = e.output_id AND v.judge_version_id = e.judge_version_id) GROUP BY ALL",
        [project_id],
    )
    return {row[0]: row[1] for row in rows}


def mean_cost(db: Database, judge_version_id: str) -> float | None:
    """What one verdict of a judge version cost so far, in US$; None before the first."""
    rows = db.rows("SELECT avg(cost_usd) FROM verdict WHERE judge_version_id = ?", [judge_version_id])
    return None if rows[0][0] is None else float(rows[0][0])


def errors(db: Database, project_id: str, limit: int = 100) -> list[VerdictError]:
    """The newest errors."""
    rows = db.rows(
        f"SELECT {_ERROR.select} FROM verdict_error WHERE project_id = ? ORDER BY made_at DESC LIMIT ?",
        [project_id, limit],
    )
    return [_ERROR.read(row) for row in rows]


def _stored(db: Database, keys: Sequence[tuple[str, str, int]]) -> set[tuple[str, str, int]]:
    if not keys:
        return set()
    outputs, judges, _ = zip(*keys, strict=True)
    rows = db.rows(
        "SELECT output_id, judge_version_id, repeat FROM verdict "
        "WHERE output_id IN (SELECT unnest(?)) AND judge_version_id IN (SELECT unnest(?))",
        [list(set(outputs)), list(set(judges))],
    )
    return {(row[0], row[1], row[2]) for row in rows}
