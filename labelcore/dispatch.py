"""Everything a person can do, by name, with JSON in and out.

The command line runs an operation on the file itself, or sends its name and arguments to the app
that holds the file (see :mod:`labelcore.api`); both ways end here, so both give the same JSON.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from labelcore import messages
from labelcore.messages import Language, speaking
from labelcore.models import Frozen, Project
from labelcore.operations import ProjectNeed, find_operation
from labelcore.progress import Progress, silent
from labelcore.stages import projects
from labelcore.store import Database
from labelcore.workspace import Workspace

__all__ = ["Outcome", "Request", "execute"]


class Outcome(Frozen):
    """What an operation gives back: one JSON document, and the same as sentences for people."""

    document: dict[str, Any]
    lines: tuple[str, ...] = ()
    exit_code: int = 0


class Request(Frozen):
    """An operation by name with its arguments, as it travels through the app's door."""

    operation: str
    project: str
    author: str = ""
    language: Language = "en"
    arguments: dict[str, Any] = Field(default_factory=dict)


def execute(db: Database, request: Request, progress: Progress = silent) -> Outcome:
    """Run an operation.

    Raises:
        BadInput: there is no such operation, or an argument does not fit.
        NotFound: there is no such project, and the operation does not begin one.
        LabelcoreError: whatever the operation itself finds wrong.
    """
    with speaking(request.language):
        marked = find_operation(request.operation)
        workspace = Workspace(db, _project(db, request, marked.project), request.author, progress)
        result = marked.call(workspace, request.arguments)
        messages.write_out(marked, result)
        return Outcome(
            document=messages.document_of(marked, result),
            lines=messages.lines_of(marked, workspace, result),
            exit_code=getattr(result, "exit_code", 0),
        )


def _project(db: Database, request: Request, need: ProjectNeed) -> Project:
    """The project asked for; a mistyped name makes none where there are others."""
    if need == "none":
        return Project(id="", name=request.project)
    begins = need == "any" or not projects.list_projects(db)
    return projects.open_project(db, request.project, create=begins)
