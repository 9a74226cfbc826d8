"""A team on the project of the load: assigned, in planned pairs, with a calibration round and gold."""

from __future__ import annotations

from pathlib import Path

from labelcore.stages import grading, projects
from labelcore.store import close_database, open_database, outputs as output_table
from labelcore.workspace import Workspace

_GOLD, _ROUND = 20, 8


def add_team(path: Path, project: str, people: int) -> None:
    """Everything is assigned to everybody; two of them grade each output, planned; all grade one round."""
    db = open_database(path)
    workspace = Workspace(db, projects.open_project(db, project), "lead")
    for at in range(people):
        grading.assign(workspace, f"p{at}")
    for output_id in output_table.ids(db, workspace.project.id)[-_GOLD:]:
        grading.set_gold(workspace, output_id, "fail", reason="settled")
    grading.set_rules(workspace, pairs=True, gold_share=0.05)
    workspace = workspace.with_project(projects.open_project(db, project))
    grading.start_round(workspace, n=_ROUND, people=tuple(f"p{at}" for at in range(people)))
    close_database(path)
