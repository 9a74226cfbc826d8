"""Which project an operation works in."""

from __future__ import annotations

from pathlib import Path

import pytest

from labelcore.errors import BadInput, NotFound
from labelcore.models import Project
from labelcore.operations import Request, execute
from labelcore.stages import projects
from labelcore.store import Database


def test_a_mistyped_project_is_refused_and_not_made(db: Database, project: Project) -> None:
    with pytest.raises(NotFound, match=f"no project 'tset' \\(there are: {project.name}\\)"):
        execute(db, Request(operation="status", project="tset"))
    assert projects.list_projects(db) == [project]


def test_an_operation_on_the_whole_database_needs_no_project(db: Database, project: Project) -> None:
    assert execute(db, Request(operation="doctor", project="tset")).document["healthy"]
    assert projects.list_projects(db) == [project]


def test_a_preview_or_a_refused_import_begins_no_project(
    db: Database, project: Project, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("answer,good\none,yes\ntwo,no\n")
    execute(db, Request(operation="preview", project="other", arguments={"file": str(file)}))
    with pytest.raises(BadInput):
        execute(
            db,
            Request(
                operation="import",
                project="other",
                arguments={"file": str(file), "columns": {"output": "nowhere"}},
            ),
        )
    assert projects.list_projects(db) == [project]


def test_an_import_says_what_it_read_as_what_and_that_it_began_a_project(
    db: Database, project: Project, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("answer,good\none,yes\ntwo,no\n")
    lines = execute(db, Request(operation="import", project="other", arguments={"file": str(file)})).lines
    assert lines[0] == f"'other' is a new project (there are also: {project.name})."
    assert lines[-1].startswith("Read: output from 'answer', grade from 'good' (no is fail, yes is pass);")


def test_a_hundred_people_are_counted_and_not_listed(db: Database, project: Project, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    rows = [
        f"one,{'pass' if k % 3 else 'fail'},p{k}\ntwo,{'pass' if k % 2 else 'fail'},p{k}" for k in range(30)
    ]
    file.write_text("\n".join(["answer,good,annotator", *rows]))
    execute(db, Request(operation="import", project=project.name, arguments={"file": str(file)}))
    conflicts = execute(db, Request(operation="team conflicts", project=project.name)).lines
    assert sorted(line.split(": ")[1] for line in conflicts) == ["15 fail, 15 pass", "20 pass, 10 fail"]
    agreement = execute(db, Request(operation="team agreement", project=project.name))
    assert len(agreement.document["pairs"]) == 435
    assert len(agreement.lines) == 22
    assert "415 pairs" in agreement.lines[-1]
