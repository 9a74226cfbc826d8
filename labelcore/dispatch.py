"""Everything a person can do, by name, with JSON in and out: for the command line and the app's door."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from labelcore import messages
from labelcore.messages import Language, speaking
from labelcore.models import EVERY_PROJECT, Frozen, Project, Visitor
from labelcore.operations import Effect, Operation, find_operation
from labelcore.progress import Progress, silent
from labelcore.stages import projects, signing
from labelcore.store import Database, audit


class Outcome(Frozen):
    """What an operation gives back: one JSON document, and the same as sentences for people."""

    document: dict[str, Any]
    lines: tuple[str, ...] = ()
    exit_code: int = 0


class Request(Frozen):
    """An operation by name with its arguments, as it travels through the app's door."""

    operation: str
    project: str = ""
    author: str = ""
    language: Language = "en"
    arguments: dict[str, Any] = Field(default_factory=dict)


def execute(
    db: Database,
    request: Request,
    progress: Progress = silent,
    *,
    here: bool = True,
    visitor: Visitor = signing.EVERYBODY,
) -> Outcome:
    """Run an operation. BadInput: there is none, or an argument does not fit; NotFound: no such project.

    ``here``: who asks sits at this machine and may name its files (NotAllowed where not). ``visitor``: who
    they are, and what in which project; without a name of theirs the request's author acts.
    """
    with speaking(request.language):
        operation = find_operation(request.operation)
        audit.ORIGIN.set("command" if visitor.person_id or not visitor.name else "token")
        if operation.project in {
            "begun",
            "none",
            "all",
        }:  # what is imported goes into no sample project by itself
            others = [other for other in projects.list_projects(db) if not other.settings.sample]
            project = _to_begin(others, request.project, visitor, operation)
        else:  # a mistyped name makes none where there are others
            project = _project(db, request.project, visitor, operation)
        workspace = signing.enter(db, project, visitor, here=here).telling(progress)
        if not visitor.name:
            grades = operation.effect in {Effect.APPENDS, Effect.ONE_APPEND} and request.author
            other = signing.known_as(db, project, request.author) if grades else request.author
            workspace = workspace.by(other)
        result = operation.call(workspace, request.arguments)
        messages.write_out(operation, result)
        return Outcome(
            document=messages.document_of(operation, result),
            lines=messages.lines_of(operation, workspace, result),
            exit_code=getattr(result, "exit_code", 0),
        )


def _to_begin(others: list[Project], name: str, visitor: Visitor, operation: Operation) -> Project:
    """What the operation begins itself, or goes on with; who is something in one project begins no other."""
    theirs = [project for project in others if visitor.role_in(project.id)]
    if visitor.role_in(EVERY_PROJECT) is None and operation.project == "begun":
        name = projects.meant(theirs, name)
        return next((project for project in theirs if project.name == name), Project(id="", name=name))
    return Project(id="", name=projects.meant(others, name))


def _project(db: Database, name: str, visitor: Visitor, operation: Operation) -> Project:
    """The project that is meant. For who is not something in every one, a project that is not theirs and one
    that there is not are the same: nobody learns by asking which there are.
    """
    every = projects.list_projects(db)
    theirs, everywhere = [p for p in every if visitor.role_in(p.id)], visitor.role_in(EVERY_PROJECT)
    name = projects.meant(theirs, name)
    if everywhere is None and name not in {project.name for project in every}:
        return Project(id="", name=name)
    begins = everywhere is not None and everywhere.includes(operation.role)
    return projects.open_project(db, name, create=begins and (operation.project == "any" or not every))
