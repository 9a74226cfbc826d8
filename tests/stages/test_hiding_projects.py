"""A project can be left out of the list that people choose from, and nothing of it is lost."""

from __future__ import annotations

import pytest

from labelcore.errors import BadInput, NotFound
from labelcore.stages import projects
from labelcore.workspace import Workspace


def shown(workspace: Workspace) -> list[str]:
    return [project.name for project in projects.shown_projects(workspace.db)]


def test_a_hidden_project_is_kept_and_comes_back(workspace: Workspace) -> None:
    mine = workspace.project.name
    projects.begin(workspace, "another", task="replies")
    hidden = projects.hide(workspace, "another")
    assert shown(workspace) == [mine] and hidden.task == "replies"
    assert projects.open_project(workspace.db, "another", create=False).id == hidden.id
    projects.show(workspace, "another")
    assert shown(workspace) == sorted([mine, "another"])


def test_the_last_project_stays_in_sight(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="only project"):
        projects.hide(workspace, workspace.project.name)
    with pytest.raises(NotFound):
        projects.hide(workspace, "nobody's")
    projects.begin(workspace, "another")
    projects.hide(workspace, workspace.project.name)
    with pytest.raises(BadInput, match="only project"):
        projects.hide(workspace, "another")
    assert shown(workspace) == ["another"]
