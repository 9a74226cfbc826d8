"""Which project an operation works in."""

from __future__ import annotations

import pytest

from labelcore.errors import NotFound
from labelcore.models import Project
from labelcore.operations import Request, execute
from labelcore.stages import projects
from labelcore.store import Database


def test_a_mistyped_project_is_refused_and_not_made(db: Database, project: Project) -> None:
    with pytest.raises(NotFound, match=f"no project 'tset' \\(there are: {project.name}\\)"):
        execute(db, Request(operation="status", project="tset"))
    assert projects.list_projects(db) == [project]


def test_an_operation_on_the_whole_database_needs_no_project(
    db: Database, project: Project
) -> None:
    assert execute(db, Request(operation="doctor", project="tset")).document["healthy"]
    assert projects.list_projects(db) == [project]
