"""Verdicts, exactly one for each output, judge version and repeat; errors are kept apart."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from labelcore.models import Frozen, PaidAnswer, Verdict, VerdictError
from labelcore.store import answers as answer_table
from labelcore.store.connection import Database, utc
from labelcore.store.lookups import remembers_of, written
from labelcore.store.rows import RowMapping

_VERDICT = RowMapping(Verdict, "verdict", at="made_at")
_ERROR = RowMapping(VerdictError, "verdict_error", at="made_at")
_OF_SOME = (
    "verdict WHERE output_id IN (SELECT unnest(?)) AND judge_version_id IN (SELECT unnest(?)) "
    "AND repeat = ? ORDER BY output_id, judge_version_id"
)
_UNDECIDED = (
    "NOT EXISTS (SELECT 1 FROM verdict v WHERE v.output_id = e.output_id "
    "AND v.judge_version_id = e.judge_version_id)"
)
_recording = threading.Lock()


def record(
    db: Database,
    verdicts: Sequence[Verdict],
    errors: Sequence[VerdictError] = (),
    answers: Sequence[PaidAnswer] = (),
) -> int:
    """Store verdicts, errors and the answers behind them together; durable when this returns.

    A key that is stored already is left as it is. Returns how many verdicts were new.
    """
    distinct = {(v.output_id, v.judge_version_id, v.repeat): v for v in verdicts}
    with _recording:
        old = _stored(db, list(distinct))
        fresh = [verdict for key, verdict in distinct.items() if key not in old]
        with db.transaction():
            _VERDICT.add(db, fresh)
            _ERROR.add(db, errors)
            answer_table.append(db, answers)
            written(db, "verdict")
    return len(fresh)


def missing(db: Database, judge_version_id: str, output_ids: Sequence[str], repeat: int = 0) -> list[str]:
    """Those of the outputs that this judge version has not decided yet, in the given order."""
    rows = db.rows(
        "SELECT DISTINCT output_id FROM verdict WHERE judge_version_id = ? AND repeat = ? "
        "AND output_id IN (SELECT unnest(?))",
        [judge_version_id, repeat, list(output_ids)],
    )
    decided = {row[0] for row in rows}
    return [output_id for output_id in output_ids if output_id not in decided]


def decided_of(
    db: Database, judge_version_ids: Sequence[str], output_ids: Sequence[str]
) -> dict[tuple[str, int], int]:
    """How many of the outputs each judge version has decided, by its id and the repeat."""
    import pyarrow as pa

    versions, asked = pa.table({"id": list(judge_version_ids)}), pa.table({"id": list(output_ids)})
    found = db.arrays(
        "SELECT judge_version_id, repeat, count(*) AS n FROM verdict WHERE judge_version_id IN "
        "(SELECT id FROM versions) AND output_id IN (SELECT id FROM asked) GROUP BY ALL",
        versions=versions,
        asked=asked,
    )
    keys = zip(found["judge_version_id"], map(int, found["repeat"]), strict=True)
    return dict(zip(keys, map(int, found["n"]), strict=True))


def figures(db: Database, judge_version_ids: Sequence[str]) -> dict[str, tuple[int, float, float, float]]:
    """For each judge version with model calls: (verdicts, tokens in, tokens out, median ms a call)."""
    rows = db.rows(
        "SELECT judge_version_id, count(*), avg(tokens_in), avg(tokens_out), median(latency_ms) "
        "FROM verdict WHERE judge_version_id IN (SELECT unnest(?)) AND tokens_in > 0 GROUP BY ALL",
        [list(judge_version_ids)],
    )
    return {row[0]: (int(row[1]), float(row[2]), float(row[3]), float(row[4])) for row in rows}


def answered_by(db: Database, judge_version_ids: Sequence[str]) -> list[tuple[str, str, int]]:
    """(judge version, model as the endpoint named it, verdicts), the most frequent names first."""
    rows = db.rows(
        "SELECT judge_version_id, model, count(*) AS n FROM verdict WHERE judge_version_id IN "
        "(SELECT unnest(?)) AND model <> '' GROUP BY ALL ORDER BY judge_version_id, n DESC, model",
        [list(judge_version_ids)],
    )
    return [(row[0], row[1], int(row[2])) for row in rows]


def usual_latency(db: Database, model: str, address: str = "") -> float | None:
    """The median milliseconds of a model's newest thousand verdicts at an endpoint's address, whichever
    project they are of; without any, of its newest thousand answers to trials. None where it gave none.
    """
    rows = db.rows(
        "SELECT median(latency_ms) FROM (SELECT latency_ms FROM verdict v "
        "JOIN judge_version_unique j USING (judge_version_id) WHERE j.model = $model AND latency_ms > 0 "
        "AND coalesce(json_extract_string(j.spec, '$.address'), '') IN ('', $address) "
        "ORDER BY v.made_at DESC LIMIT 1000)",
        {"model": model, "address": address},
    )
    if rows[0][0] is None:
        rows = db.rows(
            "SELECT median(latency_ms) FROM (SELECT latency_ms FROM answer WHERE model = $model "
            "AND latency_ms > 0 ORDER BY made_at DESC LIMIT 1000)",
            {"model": model},
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
        "SELECT output_id, judge_version_id, value, probability FROM verdict "
        f"WHERE judge_version_id IN (SELECT unnest($judges)) AND repeat = $repeat {some}",
        parameters,
    )


def of_outputs(
    db: Database, output_ids: Sequence[str], judge_version_ids: Sequence[str], repeat: int = 0
) -> list[Verdict]:
    """The full verdicts of some judges on some outputs, one for each key."""
    return _VERDICT.find(db, _OF_SOME, [list(output_ids), list(judge_version_ids), repeat])


def said(
    db: Database, output_ids: Iterable[str], judge_version_ids: Iterable[str]
) -> list[tuple[str, str, str]]:
    """(output id, pass | fail | abstain, reason) of some judges on some outputs."""
    parameters = [list(output_ids), list(judge_version_ids), 0]
    return db.rows(f"SELECT output_id, value, reason FROM {_OF_SOME}", parameters)


def failing(db: Database, output_ids: Sequence[str], judge_version_ids: Sequence[str]) -> dict[str, bool]:
    """Whether any of the judges fails an output, for the outputs that all of them have decided."""
    rows = db.rows(
        f"SELECT output_id, bool_or(value = 'fail') FROM (SELECT output_id, value FROM {_OF_SOME}) "
        "GROUP BY output_id HAVING count(*) = ?",
        [list(output_ids), list(judge_version_ids), 0, len(set(judge_version_ids))],
    )
    return dict(rows)


def repeats(db: Database, project_id: str) -> list[tuple[str, str, int, str, str]]:
    """(judge version, output, repeat, value, reason) of outputs with several repeats, in order."""
    rows = db.rows(
        "SELECT judge_version_id, output_id, repeat, value, reason FROM verdict WHERE project_id = ? "
        "QUALIFY count(*) OVER (PARTITION BY judge_version_id, output_id) > 1 "
        "ORDER BY judge_version_id, output_id, repeat",
        [project_id],
    )
    return [(row[0], row[1], int(row[2]), row[3], row[4] or "") for row in rows]


def page(db: Database, judge_version_id: str, value: str, limit: int, start: int) -> list[Verdict]:
    """Some of a judge's verdicts of one value, in a fixed order; repeats are left out."""
    return _VERDICT.find(
        db,
        "verdict WHERE judge_version_id = ? AND value = ? AND repeat = 0 ORDER BY output_id LIMIT ? OFFSET ?",
        [judge_version_id, value, limit, start],
    )


def counts(db: Database, project_id: str) -> dict[str, dict[str, int]]:
    """For each judge version: on how many outputs each value, and how many errors ("error")."""
    rows = db.rows(
        "SELECT judge_version_id, value, count(*) FROM verdict WHERE project_id = ? "
        "AND repeat = 0 GROUP BY ALL UNION ALL "
        "SELECT judge_version_id, 'error', count(DISTINCT output_id) FROM verdict_error e "
        f"WHERE project_id = ? AND {_UNDECIDED} GROUP BY ALL",
        [project_id, project_id],
    )
    counts_of: dict[str, dict[str, int]] = {}
    for judge_version_id, value, number in rows:
        counts_of.setdefault(judge_version_id, {})[value] = number
    return counts_of


@remembers_of("verdict", "output")
def decided(db: Database, project_id: str) -> dict[tuple[str, int], int]:
    """How many of the outputs that are there now each judge version has decided, by its id and the repeat."""
    rows = db.rows(
        "SELECT judge_version_id, repeat, count(*) FROM verdict WHERE project_id = ? "
        "AND output_id IN (SELECT output_id FROM output WHERE project_id = ?) GROUP BY ALL",
        [project_id, project_id],
    )
    return {(version, int(repeat)): int(number) for version, repeat, number in rows}


def since(db: Database, project_id: str, moment: datetime) -> int:
    """How many verdicts were made since a moment."""
    rows = db.rows(
        "SELECT count(*) FROM verdict WHERE project_id = ? AND made_at >= ?", [project_id, utc(moment)]
    )
    return int(rows[0][0])


def refusals(db: Database, project_id: str) -> dict[str, int]:
    """For each judge version: how many outputs without a verdict the model refused to judge."""
    rows = db.rows(
        "SELECT judge_version_id, count(DISTINCT output_id) FROM verdict_error e "
        f"WHERE project_id = ? AND kind = 'refusal' AND {_UNDECIDED} GROUP BY ALL",
        [project_id],
    )
    return dict(rows)


def mean_cost(db: Database, judge_version_id: str) -> float | None:
    """What one verdict of a judge version cost so far, in US$, of those where it is known; else None."""
    rows = db.rows("SELECT avg(cost_usd) FROM verdict WHERE judge_version_id = ?", [judge_version_id])
    return None if rows[0][0] is None else float(rows[0][0])


class Cost(Frozen):
    """What a judge version's verdicts took. Money in US dollars, time in milliseconds.

    ``cost_usd`` is None where no price was set for some of them, ``each_usd`` the mean of the others.
    ``latency_ms`` is the median of the verdicts that say how long they took; None where none does.
    """

    verdicts: int
    cost_usd: float | None
    each_usd: float | None
    latency_ms: float | None

    @property
    def per_thousand(self) -> float | None:
        """US dollars for a thousand verdicts; None before the first, and where no price was ever set."""
        return None if self.each_usd is None else 1_000 * self.each_usd


def costs(db: Database, project_id: str) -> dict[str, Cost]:
    """By judge version, all repeats together."""
    rows = db.rows(
        "SELECT judge_version_id, count(*), CASE WHEN count(cost_usd) = count(*) THEN sum(cost_usd) END, "
        "avg(cost_usd), median(nullif(latency_ms, 0)) "
        "FROM verdict WHERE project_id = ? GROUP BY ALL",
        [project_id],
    )
    return {
        judge_version_id: Cost(verdicts=n, cost_usd=usd, each_usd=each, latency_ms=median)
        for judge_version_id, n, usd, each, median in rows
    }


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
