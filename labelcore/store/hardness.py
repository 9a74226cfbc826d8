"""What hardness tests found: verdicts before and after a change, kept so that none is paid twice."""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.models import HardnessResult
from labelcore.store.connection import Database
from labelcore.store.rows import RowMapping

_RESULT = RowMapping(HardnessResult, "hardness_result", id="result_id", at="made_at")


def save(db: Database, results: Sequence[HardnessResult]) -> None:
    """Store results; one that is there already is not counted twice."""
    _RESULT.add(db, results)


def of_judge(db: Database, judge_version_id: str) -> list[HardnessResult]:
    """All results of a judge version, in the order of their ids."""
    return _RESULT.find(
        db, "hardness_result_unique WHERE judge_version_id = ? ORDER BY result_id", [judge_version_id]
    )
