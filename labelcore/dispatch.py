"""Everything a person can do, by name, with JSON in and out: for the command line and the app's door."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from labelcore import messages
from labelcore.messages import Language, speaking
from labelcore.models import Frozen, Project
from labelcore.operations import find_operation
from labelcore.progress import Progress, silent
from labelcore.stages import projects
from labelcore.store import Database
from labelcore.workspace import Workspace


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


def execute(db: Database, request: Request, progress: Progress = silent, *, here: bool = True) -> Outcome:
    """Run an operation. BadInput: there is none, or an argument does not fit; NotFound: no such project.

    ``here``: who asks sits at this machine and may name its files (NotAllowed where not).
    """
    with speaking(request.language):
        marked = find_operation(request.operation)
        if marked.project == "none":
            project = Project(id="", name=request.project)
        else:  # a mistyped name makes none where there are others
            begins = marked.project == "any" or not projects.list_projects(db)
            project = projects.open_project(db, request.project, create=begins)
        workspace = Workspace(db, project, request.author, progress, here=here)
        result = marked.call(workspace, request.arguments)
        messages.write_out(marked, result)
        return Outcome(
            document=messages.document_of(marked, result),
            lines=messages.lines_of(marked, workspace, result),
            exit_code=getattr(result, "exit_code", 0),
        )
