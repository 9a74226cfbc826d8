"""How long detectors and a learned judge take an output, beside another commit on the same outputs.

    PYTHONPATH=. python tests/bench/decide_speed.py [--corpus sample] [--rounds 5] [--against FOLDER]

Milliseconds of processor time for each output whose embedding is known, the median of ``--rounds`` that the
two trees take in turns. ``detectors``: every detector without parameters. ``judge``: the learned judge of
the overall grade by itself, with all that it measures. ``judge after detectors``: the same where a run has
read the texts already for other judges. Before each, all that was kept of texts is forgotten. ``--worker``
measures its checkout on rows from stdin; only labelcore is imported there.
"""

from __future__ import annotations

import argparse
import functools
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from labelcore.judges.features import measure, plain_columns
from labelcore.judges.kinds import read_meanings
from labelcore.judges.kinds.learned import LearnedKind
from labelcore.models import Grade, JudgeVersion, Output
from labelcore.stages import grading, judging, projects
from labelcore.stages.deriving import derivation
from labelcore.store import judges as judge_table, open_database, outputs as output_table, vectors
from labelcore.workspace import Workspace

ROOT = Path(__file__).parents[2]
Row = dict[str, str]
_KEPT_TEXTS = 16  # a cache that holds so many is one of texts


def forget() -> None:
    """Empty what functions of labelcore keep of texts."""
    for found in gc.get_objects():
        keeps = isinstance(found, functools._lru_cache_wrapper) and found.__module__.startswith("labelcore")
        if keeps and (found.cache_info().maxsize or 0) >= _KEPT_TEXTS:
            found.cache_clear()


def learned(workspace: Workspace, rows: Sequence[Row]) -> tuple[JudgeVersion, list[Output]]:
    """The learned judge of the overall grade, fitted to the rows, and the rows as outputs."""
    different = {(row["output"], row["input"]): row for row in rows}
    outputs = [
        Output(
            id=output_table.content_id(workspace.project.id, text, input=given),
            project_id=workspace.project.id,
            text=text,
            input=given,
        )
        for text, given in different
    ]
    output_table.add(workspace.db, outputs)
    grades = [
        Grade(
            id=f"g{at}",
            project_id=workspace.project.id,
            output_id=output.id,
            annotator="expert",
            value="pass" if row["grade"] == "pass" else "fail",
            note=row["note"],
        )
        for at, (output, row) in enumerate(zip(outputs, different.values(), strict=True))
    ]
    grading.record(workspace, grades)
    derivation.derive(workspace, offline=True, accept_all=True)
    judging.propose(workspace)
    every = judge_table.current(workspace.db, workspace.project.id)
    made = sorted(
        (version.criterion_id is not None, version.id) for version in every if version.kind == "learned"
    )
    return next(version for version in every if version.id == made[0][1]), outputs


def milliseconds(work: Callable[[], object], count: int) -> float:
    """Processor time for each of so many."""
    started = time.process_time()
    work()
    return 1000 * (time.process_time() - started) / count


def serve() -> None:
    """Fit a judge to the rows of the first line; then, for each line, measure once."""
    answers, sys.stdout = sys.stdout, sys.stderr
    workspace = Workspace(db := open_database(None), projects.open_project(db, "measured"))
    version, outputs = learned(workspace, json.loads(sys.stdin.readline()))
    judge, n = LearnedKind(version.spec), len(outputs)
    embedded = read_meanings([judge], outputs, vectors.embedder(db))
    for _ in sys.stdin:
        forget()
        found = {"detectors": milliseconds(lambda: measure(outputs, plain_columns()), n)}
        found["judge after detectors"] = milliseconds(lambda: judge.decide(outputs, embedded), n)
        forget()
        found["judge"] = milliseconds(lambda: judge.decide(outputs, embedded), n)
        print(json.dumps(found), file=answers, flush=True)


class Tree:
    """A checkout with a process that measures with it."""

    def __init__(self, folder: Path, rows: Sequence[Row]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__)), "--worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"},
        )
        self.process.stdin.write(json.dumps(rows) + "\n")

    def once(self) -> dict[str, float]:
        """One round."""
        self.process.stdin.write("again\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))


def main() -> None:
    """Measure in turns, print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", default="sample")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--worker", action="store_true")
    chosen = parser.parse_args()
    if chosen.worker:
        serve()
        return
    from tests.bench.experts import rows_of
    from tests.bench.offline_quality import sample_rows

    rows = sample_rows() if chosen.corpus == "sample" else rows_of(chosen.corpus, 0, 200)[1]
    trees = [Tree(folder, rows) for folder in (ROOT, *filter(None, [chosen.against]))]
    rounds: list[list[dict[str, Any]]] = [[tree.once() for tree in trees] for _ in range(chosen.rounds)]
    for name in rounds[0][0]:
        times = [float(np.median([found[at][name] for found in rounds])) for at in range(len(trees))]
        beside = f" beside {times[1]:.2f}: {times[0] / times[1]:.2f} x" if len(times) > 1 else ""
        print(f"{chosen.corpus}, {len(rows)} outputs, {name}: {times[0]:.2f} ms{beside}")


if __name__ == "__main__":
    main()
