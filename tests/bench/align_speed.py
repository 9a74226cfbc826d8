"""How fast all figures of an alignment are, beside pandas and scikit-learn on the same rows.

python tests/bench/align_speed.py [--verdicts 1000000] [--judges 20] [--grades 10000]

Synthetic: `verdicts` rows of `judges` judges (one criterion each) in DuckDB, and grades of `grades`
outputs, alone or four to a source. labelcore: one join in the store, then eight figures of each
judge with intervals from 2,000 replicates. The reference pivots with pandas and resamples with
scikit-learn's functions; it runs 20 replicates of two judges and is multiplied up, as printed.
Wall times depend on what else runs, so the processor's time is printed too.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics

from labelcore.stats import resampling
from labelcore.store import Database, confusion, open_database

_SEVERAL = 5
_REFERENCE = (20, 2)  # replicates, judges


def fill(db: Database, outputs: int, judges: int) -> None:
    """Verdicts of every judge on every output, ids as long as real ones."""
    db.run(
        "INSERT INTO verdict (output_id, judge_version_id, repeat, project_id, run_id, value, made_at) "
        "SELECT 'o_' || substr(md5(i::VARCHAR), 1, 16), 'jv_' || j, 0, 'p', 'r', "
        "CASE WHEN hash(i * 31 + j) % 5 = 0 THEN 'fail' WHEN hash(i + j) % 50 = 0 THEN 'abstain' "
        "ELSE 'pass' END, "
        f"TIMESTAMP '2026-01-01' FROM range({outputs}) t(i), range({judges}) s(j)"
    )


def figures(
    db: Database, ids: list[str], names: list[str], passes: np.ndarray, groups: np.ndarray | None
) -> list[dict[str, Any]]:
    """Everything that an alignment computes of its judges."""
    verdicts = confusion.matrix(db, ids, names)
    single = np.zeros(len(ids), dtype=np.int64) if groups is None else groups
    cells = resampling.cells_by_group(verdicts, passes, single)
    total = cells.sum(axis=0)
    drawn = resampling.replicates_of_counts(total) if groups is None else resampling.replicates(cells)
    return resampling.intervals(total, drawn, groups=None if groups is None else len(cells))


def reference(frame: pd.DataFrame, passes: pd.Series, judges: int) -> float:
    """Seconds of pandas and scikit-learn, multiplied up to all judges and 2,000 replicates."""
    started = time.perf_counter()
    wide = frame[frame["output_id"].isin(passes.index)].pivot(
        index="output_id", columns="judge_version_id", values="value"
    )
    joined = time.perf_counter() - started
    random = np.random.default_rng(0)
    replicates, few = _REFERENCE
    started = time.perf_counter()
    for name in wide.columns[:few]:
        decided = wide[name][wide[name] != "abstain"]
        judge, human = (decided == "pass").to_numpy(), passes[decided.index].to_numpy()
        for _ in range(replicates):
            at = random.integers(0, len(judge), len(judge))
            y, f = human[at], judge[at]
            metrics.recall_score(y, f), metrics.recall_score(~y, ~f)
            metrics.precision_score(y, f), metrics.precision_score(~y, ~f)
            metrics.balanced_accuracy_score(y, f), metrics.matthews_corrcoef(y, f)
            metrics.cohen_kappa_score(y, f)
    resampled = time.perf_counter() - started
    return joined + resampled * (judges / few) * (resampling.REPLICATES / replicates)


def best(work: Callable[[], object]) -> tuple[float, float]:
    """Least wall and processor seconds of several runs."""
    found = []
    for _ in range(_SEVERAL):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - wall, time.process_time() - processor))
    return min(timing[0] for timing in found), min(timing[1] for timing in found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verdicts", type=int, default=1_000_000)
    parser.add_argument("--judges", type=int, default=20)
    parser.add_argument("--grades", type=int, default=10_000)
    chosen = parser.parse_args()
    db = open_database(None)
    outputs = chosen.verdicts // chosen.judges
    fill(db, outputs, chosen.judges)
    ids = [
        row[0]
        for row in db.rows("SELECT DISTINCT output_id FROM verdict ORDER BY 1 LIMIT ?", [chosen.grades])
    ]
    names = [f"jv_{j}" for j in range(chosen.judges)]
    passes = np.random.default_rng(1).random(len(ids)) < 0.8
    print(
        f"{outputs * chosen.judges:,} verdicts of {chosen.judges} judges, {len(ids):,} grades, "
        f"{resampling.REPLICATES:,} replicates; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
    join = best(lambda: confusion.matrix(db, ids, names))
    print(f"the join alone: {join[0]:.3f} s ({join[1]:.3f} s of processor)")
    for label, groups in (("single outputs", None), ("four to a source", np.arange(len(ids)) // 4)):
        wall, processor = best(partial(figures, db, ids, names, passes, groups))
        print(f"labelcore, {label}: {wall:.3f} s ({processor:.3f} s of processor)")
    frame = db.frame("SELECT output_id, judge_version_id, value FROM verdict")
    slow = reference(frame, pd.Series(passes, index=ids), chosen.judges)
    print(
        f"pandas and scikit-learn, single outputs: {slow:,.0f} s, multiplied up from "
        f"{_REFERENCE[0]} replicates of {_REFERENCE[1]} judges"
    )


if __name__ == "__main__":
    main()
