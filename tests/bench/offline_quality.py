"""How well the offline default agrees with people on outputs whose grades it never saw.

    python tests/bench/offline_quality.py [--file graded.csv] [--splits 5] [--size 100]

The whole product path for each random split: import, derive, propose, run, choose; then the chosen
set's EvalGen alignment on the held-out outputs, beside a floor of every single detector fitted
greedily without notes, and a constant answer (alignment 0). Without ``--file`` (columns output,
grade, note and, if there is one, input) it measures on the sample project.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np

from labelcore.errors import LabelcoreError
from labelcore.judges.features import measure, plain_columns
from labelcore.judges.fitting import Sought, fit_stumps, votes
from labelcore.models import Grade, Output
from labelcore.stages import grading, judging, projects
from labelcore.stages.aligning import choosing_set
from labelcore.stages.deriving import derivation
from labelcore.stats.selection import figures
from labelcore.store import Database, open_database, outputs as output_table, verdicts
from labelcore.workspace import Workspace

DATA = Path(__file__).parents[2] / "data"
Row = dict[str, str]


def sample_rows() -> list[Row]:
    """The sample project's graded outputs."""
    found = {}
    for line in (DATA / "sample_outputs.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        found[record["id"]] = record
    with (DATA / "sample_grades.csv").open(encoding="utf-8") as file:
        return [found[row["id"]] | row for row in csv.DictReader(file)]


def put(workspace: Workspace, rows: list[Row]) -> list[Output]:
    """Store the rows as outputs of a project."""
    made = [
        Output(
            id=output_table.content_id(
                workspace.project.id,
                row["output"],
                input=row.get("input", ""),
                context=row.get("context", ""),
            ),
            project_id=workspace.project.id,
            text=row["output"],
            input=row.get("input", ""),
            context=row.get("context", "") or "",
            group_key=row.get("group"),
        )
        for row in rows
    ]
    output_table.add(workspace.db, made)
    return made


def product(db: Database, name: str, rows: list[Row], train: list[int], test: list[int]) -> float | None:
    """Held-out alignment of the set that the product chooses from the training grades."""
    project = projects.open_project(db, name)
    made = put(Workspace(db, project), rows)
    for i in train:
        grading.record(
            Workspace(db, project),
            [
                Grade(
                    id=f"{name}-{i}",
                    project_id=project.id,
                    output_id=made[i].id,
                    annotator="a",
                    value="pass" if rows[i]["grade"] == "pass" else "fail",
                    note=rows[i]["note"],
                )
            ],
        )
    derivation.derive(Workspace(db, project), offline=True, accept_all=True)
    judging.propose(Workspace(db, project))
    try:
        judging.run_judges(Workspace(db, project))
        members = choosing_set.choose(Workspace(db, project)).judge_version_ids
    except LabelcoreError:
        members = ()
    wanted = [made[i].id for i in test]
    table = verdicts.values(db, members)
    failed = set(table[table["value"] == "fail"]["output_id"])
    human = np.array([rows[i]["grade"] != "pass" for i in test])
    return figures(np.array([output_id in failed for output_id in wanted]), human).alignment


def floor(rows: list[Row], train: list[int], test: list[int]) -> float | None:
    """Plain thresholds added greedily while they help on the training grades; no notes."""
    made = [
        Output(id=str(i), project_id="p", text=row["output"], input=row.get("input", ""))
        for i, row in enumerate(rows)
    ]
    table = measure(made, plain_columns())
    human = np.array([row["grade"] != "pass" for row in rows])
    seen, held = np.array(train), np.array(test)
    d = len(table.columns)
    fails = np.broadcast_to(human[seen][:, None], (len(seen), d))
    fitted = fit_stumps(table.values[seen], fails, Sought(np.arange(d), ["either"] * d, np.zeros(d)))
    known = [votes(stump.side, stump.threshold, table.values[:, stump.column]) for stump in fitted if stump]
    chosen, best = np.zeros(len(rows), dtype=bool), 0.0
    while known:
        scores = [figures((chosen | mask)[seen], human[seen]).alignment or 0.0 for mask in known]
        if max(scores) <= best + 1e-9:
            break
        best = max(scores)
        chosen = chosen | known[int(np.argmax(scores))]
    return figures(chosen[held], human[held]).alignment


def main() -> None:
    """Print the mean alignments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file")
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--size", type=int, default=100)
    chosen = parser.parse_args()
    if chosen.file:
        with Path(chosen.file).open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    else:
        rows = sample_rows()
    random = np.random.default_rng(0)
    db = open_database(None)
    found: dict[str, list[float]] = {}
    for split in range(chosen.splits):
        drawn = [rows[int(i)] for i in random.permutation(len(rows))[: chosen.size]]
        order = [int(i) for i in random.permutation(len(drawn))]
        for label, n in (("80 %", int(0.8 * len(drawn))), ("16", 16)):
            train, test = order[:n], order[n:]
            for name, value in (
                ("product", product(db, f"{split}-{n}", drawn, train, test)),
                ("floor", floor(drawn, train, test)),
            ):
                found.setdefault(f"{name}, {label}", []).append(value or 0.0)
        print(split, {name: round(values[-1], 2) for name, values in found.items()}, flush=True)
    for name, values in found.items():
        print(
            f"{name}: {np.mean(values):.3f} ± {np.std(values) / len(values) ** 0.5:.3f} over "
            f"{len(values)} splits"
        )


if __name__ == "__main__":
    main()
