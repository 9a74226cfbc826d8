"""Outputs whose length decides, and the judge that learned it."""

from __future__ import annotations

import random
from collections.abc import Callable

from labelcore.models import Criterion, Grade, JudgeVersion, Output
from labelcore.stages import grading
from labelcore.store import judges as judge_table, outputs as output_table
from labelcore.workspace import Workspace
from tests.stages.measured import accepted

WORDS = "order parcel window colour shop street paper garden bottle light".split()


def planting(workspace: Workspace) -> Callable[..., list[Output]]:
    """Outputs of which every fourth is too long and failed for it; ``graded`` of them get a grade."""
    chance = random.Random(7)

    def make(start: int, count: int, graded: int, longest_good: int = 30) -> list[Output]:
        made, grades = [], []
        for i in range(start, start + count):
            long = i % 4 == 3
            size = chance.randint(45, 80) if long else chance.randint(8, longest_good)
            text = " ".join(chance.choice(WORDS) for _ in range(size)) + "."
            output = Output(
                id=output_table.content_id(workspace.project.id, text, input=f"q{i}"),
                project_id=workspace.project.id,
                text=text,
                input=f"q{i}",
                metadata={"reference": "order parcel."},
            )
            made.append(output)
            grades.append(
                Grade(
                    id=f"g{i}",
                    project_id=workspace.project.id,
                    output_id=output.id,
                    annotator="ann",
                    value="fail" if long else "pass",
                    note="far too long" if long else "",
                )
            )
        output_table.add(workspace.db, made)
        grading.record(workspace, grades[:graded])
        return made

    return make


def graded_on_length(workspace: Workspace, n: int) -> tuple[Criterion, list[Output]]:
    """Outputs of which every fourth is too long, and the criterion that people failed these on."""
    brief = accepted(workspace, "Brief", "It is not too long.")
    made = planting(workspace)(0, n, 0)
    grading.record(
        workspace,
        [
            Grade(
                id=f"on {output.id}",
                project_id=workspace.project.id,
                output_id=output.id,
                annotator="ann",
                value="fail" if is_long(output) else "pass",
                criterion_id=brief.id,
                criterion_version=1,
            )
            for output in made
        ],
    )
    return brief, made


def is_long(output: Output) -> bool:
    return len(output.text.split()) > 40


def learned(workspace: Workspace) -> JudgeVersion:
    return next(
        judge for judge in judge_table.current(workspace.db, workspace.project.id) if judge.kind == "learned"
    )
