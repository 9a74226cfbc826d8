"""What hardness tests found: verdicts before and after a change, kept so that none is paid twice."""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.models import HardnessResult
from labelcore.store.connection import Database
from labelcore.store.rows import Stored

_RESULT = Stored(HardnessResult, id="result_id", at="made_at")


def save(db: Database, results: Sequence[HardnessResult]) -> None:
    """Store results; one that is there already is not counted twice."""
    db.append("hardness_result", _RESULT.columns, [_RESULT.row(result) for result in results])


def of_judge(db: Database, judge_version_id: str) -> list[HardnessResult]:
    """All results of a judge version, in the order of their ids."""
    rows = db.rows(
        f"SELECT {_RESULT.select} FROM hardness_result_unique WHERE judge_version_id = ? ORDER BY result_id",
        [judge_version_id],
    )
    return [_RESULT.read(row) for row in rows]
