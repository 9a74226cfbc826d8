"""How fast offline judges decide: the runner with durable verdicts beside the bare measurements.

python tests/bench/judge_speed.py [--outputs 10000]
"""

from __future__ import annotations

import argparse
import random
import time

from labelcore.judges.features import measure, plain_columns
from labelcore.models import Grade, Output
from labelcore.stages import grading, judging, projects
from labelcore.stages.deriving import derivation
from labelcore.store import open_database, outputs as output_table
from labelcore.workspace import Workspace

WORDS = [f"w{i}" for i in range(3_000)] + ["order", "refund", "sorry", "please", "12", "however"]
_GRADED = 60


def main() -> None:
    """Make a project, fit judges to sixty grades, run them over everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outputs", type=int, default=10_000)
    count = parser.parse_args().outputs
    chance = random.Random(1)
    db = open_database(None)
    project = projects.open_project(db, "bench")
    made = []
    for i in range(count):
        size = chance.randint(150, 260) if i % 4 == 0 else chance.randint(20, 120)
        text = " ".join(chance.choices(WORDS, k=size)) + "."
        key = output_table.content_id(project.id, text)
        made.append(Output(id=key, project_id=project.id, text=text, input=f"question {i}"))
    output_table.add(db, made)
    for i, output in enumerate(made[:_GRADED]):
        long = i % 4 == 0
        grading.record(
            Workspace(db, project),
            [
                Grade(
                    id=f"g{i}",
                    project_id=project.id,
                    output_id=output.id,
                    annotator="a",
                    value="fail" if long else "pass",
                    note="too long" if long else "",
                )
            ],
        )
    derivation.derive(Workspace(db, project), offline=True, accept_all=True)
    judges = judging.propose(Workspace(db, project))
    kinds = [judge.kind for judge in judges]
    columns = plain_columns()
    started = time.perf_counter()
    measure(made, columns)
    bare = time.perf_counter() - started
    run = judging.run_judges(Workspace(db, project))
    print(f"{count:,} outputs, {kinds.count('code')} code and {kinds.count('learned')} learned judges")
    print(
        f"bare: {len(columns)} detectors on every output {bare:.1f} s, "
        f"{count * len(columns) / bare:,.0f} a second"
    )
    print(
        f"runner: {run.verdicts_new:,} durable verdicts {run.seconds:.1f} s, "
        f"{run.verdicts_new / run.seconds:,.0f} a second"
    )


if __name__ == "__main__":
    main()
