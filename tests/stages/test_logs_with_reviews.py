"""A log of calls with what somebody said of them: its fields come along, its grades are offered."""

from __future__ import annotations

import json
from pathlib import Path

from labelcore.stages import importing
from labelcore.stages.importing import Description
from labelcore.store import grades, outputs
from labelcore.workspace import Workspace


def log(folder: Path) -> str:
    rows = []
    for n, (verdict, comment) in enumerate([("good", "fine"), ("bad", "late"), ("good", "short")]):
        message = {"role": "assistant", "content": f"Answer {n}"}
        rows.append(
            {
                "request": {"messages": [{"role": "user", "content": f"Q{n}"}]},
                "response": {"model": "m1", "choices": [{"message": message}]},
                "review": {"verdict": verdict, "by": "kim", "comment": comment},
                "team": "billing",
            }
        )
    path = folder / "log.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return str(path)


def test_what_a_log_says_beside_a_call_is_kept_and_its_verdicts_are_offered(
    workspace: Workspace, tmp_path: Path
) -> None:
    result = importing.import_file(workspace, log(tmp_path))
    assert (result.batch.format, result.batch.outputs_new, result.batch.grades_new) == ("openai", 3, 0)
    assert {seen.name for seen in result.seen} == {"details.review.verdict"}
    stored = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id)).values()
    assert {output.metadata["team"] for output in stored} == {"billing"}
    assert all("review" in output.metadata for output in stored)


def test_they_are_taken_by_their_path(workspace: Workspace, tmp_path: Path) -> None:
    where = "details.review"
    described = Description(
        grades=(f"overall={where}.verdict",), note=f"{where}.comment", annotator=f"{where}.by"
    )
    result = importing.import_file(workspace, log(tmp_path), described=described)
    assert (result.batch.format, result.batch.grades_new) == ("openai", 3)
    found = grades.current(workspace.db, workspace.project.id)
    assert sorted((grade.annotator, grade.value, grade.note) for grade in found) == [
        ("kim", "fail", "late"),
        ("kim", "pass", "fine"),
        ("kim", "pass", "short"),
    ]
