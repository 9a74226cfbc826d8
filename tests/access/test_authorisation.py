"""Who may do what, whichever way they come: made from the registry, so that a new operation is in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from labelcore.catalogue import catalogue
from labelcore.dispatch import Request, execute
from labelcore.errors import NotAllowed
from labelcore.models import EVERY_PROJECT, Output, Role, Visitor
from labelcore.operations import Effect, find_operation, operation
from labelcore.settings import settings
from labelcore.stages import projects, signing
from labelcore.workspace import Workspace

_TOO_LITTLE = [
    (name, role) for name in catalogue() for role in Role if not role.includes(find_operation(name).role)
]


def visitor(workspace: Workspace, role: Role) -> Visitor:
    return Visitor(name="Vera", roles={workspace.project.id: role})


@pytest.mark.parametrize(("name", "role"), _TOO_LITTLE)
def test_a_role_that_is_too_little_is_refused_before_anything_is_read(
    workspace: Workspace, name: str, role: Role
) -> None:
    everywhere = Visitor(name="Vera", roles={EVERY_PROJECT: role})
    request = Request(operation=name, project=workspace.project.name)
    with pytest.raises(NotAllowed, match="needs the role"):
        execute(workspace.db, request, visitor=everywhere)


@pytest.mark.parametrize("role", Role)
def test_a_role_does_what_it_includes(workspace: Workspace, role: Role) -> None:
    for least in Role:
        work = operation(role=least, effect=Effect.READS)(lambda _workspace: "done")
        entered = signing.enter(workspace.db, workspace.project, visitor(workspace, role), here=False)
        if role.includes(least):
            assert work(entered) == "done"
        else:
            with pytest.raises(NotAllowed):
                work(entered)


def test_who_is_nothing_in_a_project_does_nothing_there(workspace: Workspace) -> None:
    other = projects.open_project(workspace.db, "other")
    admin_elsewhere = Visitor(name="Vera", roles={other.id: Role.ADMIN})
    with pytest.raises(NotAllowed, match="has no part in the project"):
        execute(
            workspace.db, Request(operation="status", project=workspace.project.name), visitor=admin_elsewhere
        )
    with pytest.raises(NotAllowed):  # what is about the whole database is for who is something everywhere
        execute(
            workspace.db,
            Request(operation="sql", project="other", arguments={"query": "SELECT 1"}),
            visitor=admin_elsewhere,
        )


def test_who_is_something_in_one_project_begins_no_other(workspace: Workspace) -> None:
    with pytest.raises(NotAllowed, match="has no part"):  # the same words as for a project that there is
        execute(
            workspace.db, Request(operation="demo", project="new"), visitor=visitor(workspace, Role.ENGINEER)
        )
    assert [project.name for project in projects.list_projects(workspace.db)] == [workspace.project.name]


def test_an_engineer_of_one_project_brings_files_into_it_and_begins_no_other(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABELCORE_FOLDERS", str(tmp_path))
    settings.cache_clear()
    file = tmp_path / "answers.csv"
    file.write_text("output\nyes\nno\n")
    projects.open_project(workspace.db, "other")
    vera, given = visitor(workspace, Role.ENGINEER), {"file": str(file)}

    def asked(operation: str, project: str) -> Request:
        return Request(operation=operation, project=project, arguments=given)

    for project in ("other", "new"):
        with pytest.raises(NotAllowed, match="has no part"):
            execute(workspace.db, asked("import", project), here=False, visitor=vera)
    execute(workspace.db, asked("preview", workspace.project.name), here=False, visitor=vera)
    execute(workspace.db, asked("import", workspace.project.name), here=False, visitor=vera)
    settings.cache_clear()
    held = workspace.db.rows("SELECT project_id, count(*) FROM output GROUP BY 1")
    assert held == [(workspace.project.id, 2)]
    assert len(projects.list_projects(workspace.db)) == 2


def test_a_visitor_acts_under_their_name_and_no_other(
    workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    request = Request(
        operation="grade",
        project=workspace.project.name,
        author="Somebody else",
        arguments={"output": add_outputs("text")[0].id, "value": "pass"},
    )
    execute(workspace.db, request, visitor=visitor(workspace, Role.EXPERT))
    [(who,)] = workspace.db.rows("SELECT annotator FROM grade")
    assert who == "Vera"
