"""Verdicts beside grades, as arrays: what the figures of an alignment are counted from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from labelcore.arrays import Floats
from labelcore.store.connection import Database
from labelcore.store.filters import Filter, condition
from labelcore.store.lookups import remembers_of
from labelcore.store.outputs import VALUE_OF_FIELD, path_of_field

ABSTAINED = -1.0
_CODE = f"CASE value WHEN 'pass' THEN 1 WHEN 'fail' THEN 0 ELSE {ABSTAINED:.0f} END"
_SEEN = (
    "seen AS (SELECT output_id, bool_or(value = 'fail') AS failed, "
    "bool_and(value = 'abstain') AS silent, count(*) AS members FROM verdict "
    "WHERE repeat = 0 AND judge_version_id IN (SELECT unnest($judges)) GROUP BY output_id)"
)
_BY_VERDICT = (
    "count(*) FILTER (NOT failed AND NOT silent), count(*) FILTER (failed), count(*) FILTER (silent)"
)


def matrix(db: Database, output_ids: Sequence[str], judge_version_ids: Sequence[str]) -> Floats:
    """Verdicts, shape (outputs, judges): 1 pass, 0 fail, -1 abstained, nan no verdict."""
    import pyarrow as pa

    verdicts = np.full((len(output_ids), len(judge_version_ids)), np.nan)
    if not output_ids or not judge_version_ids:
        return verdicts

    def numbered(name: str, ids: Sequence[str]) -> pa.Table:
        return pa.table({name: list(ids), "place": np.arange(len(ids), dtype=np.int64)})

    outputs, judges = numbered("output_id", output_ids), numbered("judge_version_id", judge_version_ids)
    cells = db.arrays(
        f"SELECT g.place AS row_at, j.place AS column_at, {_CODE} AS code FROM verdict "
        "JOIN graded_output g USING (output_id) JOIN measured_judge j USING (judge_version_id) "
        "WHERE repeat = 0",
        graded_output=outputs,
        measured_judge=judges,
    )
    verdicts[cells["row_at"], cells["column_at"]] = cells["code"]
    return verdicts


@remembers_of("verdict")
def pool_of_set(db: Database, judge_version_ids: Sequence[str]) -> tuple[int, int, int]:
    """How many outputs a set passes, fails and abstains on, of those that all its members have seen.

    It fails an output when any member does, and abstains where all of them do.
    """
    rows = db.rows(
        f"WITH {_SEEN} SELECT {_BY_VERDICT} FROM seen WHERE members = $members", _of_judges(judge_version_ids)
    )
    passes, fails, abstains = rows[0]
    return passes, fails, abstains


@remembers_of("output", "verdict")
def pools_of_slices(
    db: Database, project_id: str, field: str, judge_version_ids: Sequence[str]
) -> dict[str, tuple[int, int, int, int]]:
    """For each value of a field: how many outputs the project has, and of these the set's passes,
    fails and abstentions as in `pool_of_set` (0 for an empty set). Outputs without the field: ''.
    """
    once = condition(db, project_id, Filter())
    rows = db.rows(
        f"WITH {_SEEN}, sliced AS (SELECT output_id, {VALUE_OF_FIELD} AS slice FROM output WHERE {once.sql}) "
        f"SELECT slice, count(*), {_BY_VERDICT} FROM sliced "
        "LEFT JOIN (FROM seen WHERE members = $members) USING (output_id) GROUP BY slice",
        once.parameters | path_of_field(field) | _of_judges(judge_version_ids),
    )
    return {name: (size, passes, fails, abstains) for name, size, passes, fails, abstains in rows}


def _of_judges(judge_version_ids: Sequence[str]) -> dict[str, Any]:
    return {"judges": list(judge_version_ids), "members": len(set(judge_version_ids))}
