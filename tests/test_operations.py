"""Which project an operation works in."""

from __future__ import annotations

from pathlib import Path

import pytest

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput, NotFound
from labelcore.stages import projects
from labelcore.workspace import Workspace


def test_a_mistyped_project_is_refused_and_not_made(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match=f"no project 'tset' \\(there are: {workspace.project.name}\\)"):
        execute(workspace.db, Request(operation="status", project="tset"))
    assert projects.list_projects(workspace.db) == [workspace.project]


def test_an_operation_on_the_whole_database_needs_no_project(workspace: Workspace) -> None:
    assert execute(workspace.db, Request(operation="doctor", project="tset")).document["healthy"]
    assert projects.list_projects(workspace.db) == [workspace.project]


def test_a_preview_or_a_refused_import_begins_no_project(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("answer,good\none,yes\ntwo,no\n")
    execute(workspace.db, Request(operation="preview", project="other", arguments={"file": str(file)}))
    with pytest.raises(BadInput):
        execute(
            workspace.db,
            Request(
                operation="import",
                project="other",
                arguments={"file": str(file), "columns": {"output": "nowhere"}},
            ),
        )
    assert projects.list_projects(workspace.db) == [workspace.project]


def test_an_import_says_what_it_read_as_what_and_that_it_began_a_project(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("answer,good\none,yes\ntwo,no\n")
    lines = execute(
        workspace.db, Request(operation="import", project="other", arguments={"file": str(file)})
    ).lines
    assert lines[0] == f"'other' is a new project (there are also: {workspace.project.name})."
    assert lines[-1].startswith("Read: output from 'answer', grade from 'good' (no is fail, yes is pass);")


def test_a_hundred_people_are_counted_and_not_listed(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    rows = [
        f"one,{'pass' if k % 3 else 'fail'},p{k}\ntwo,{'pass' if k % 2 else 'fail'},p{k}" for k in range(30)
    ]
    file.write_text("\n".join(["answer,good,annotator", *rows]))
    execute(
        workspace.db,
        Request(operation="import", project=workspace.project.name, arguments={"file": str(file)}),
    )
    conflicts = execute(
        workspace.db, Request(operation="team conflicts", project=workspace.project.name)
    ).lines
    assert sorted(line.split(": ")[1] for line in conflicts) == ["15 fail, 15 pass", "20 pass, 10 fail"]
    agreement = execute(workspace.db, Request(operation="team agreement", project=workspace.project.name))
    assert len(agreement.document["pairs"]) == 435
    assert len(agreement.lines) == 22
    assert "415 pairs" in agreement.lines[-1]
