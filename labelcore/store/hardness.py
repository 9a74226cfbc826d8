"""What hardness tests found: verdicts before and after a change, kept so that none is paid twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labelcore.models import HardnessResult
from labelcore.store.connection import Database, aware, utc

_COLUMNS = (
    "result_id",
    "project_id",
    "judge_version_id",
    "test",
    "family",
    "output_id",
    "people",
    "changed_text",
    "before_value",
    "before_reason",
    "after_value",
    "after_reason",
    "cost_usd",
    "made_at",
)


def save(db: Database, results: Sequence[HardnessResult]) -> None:
    """Store results; one that is there already is not counted twice."""
    db.append("hardness_result", _COLUMNS, [_row(result) for result in results])


def of_judge(db: Database, judge_version_id: str) -> list[HardnessResult]:
    """All results of a judge version, in the order of their ids."""
    rows = db.rows(
        f"SELECT {', '.join(_COLUMNS)} FROM hardness_result_unique WHERE judge_version_id = ? "
        "ORDER BY result_id",
        [judge_version_id],
    )
    return [_result(row) for row in rows]


def _row(result: HardnessResult) -> tuple[Any, ...]:
    named = result.model_dump()
    named |= {"result_id": named.pop("id"), "made_at": utc(named.pop("at"))}
    return tuple(named[column] for column in _COLUMNS)


def _result(row: tuple[Any, ...]) -> HardnessResult:
    named = dict(zip(_COLUMNS, row, strict=True))
    named |= {"id": named.pop("result_id"), "at": aware(named.pop("made_at"))}
    return HardnessResult(**named)
