"""Everything a person can do, by name, with JSON in and out.

The command line runs an operation on the file itself, or sends its name and arguments to the app
that holds the file (see :mod:`labelcore.api`); both ways end here, so both give the same JSON.
An operation is a function ``(workspace, **arguments) -> Outcome`` whose annotations check the arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field, ValidationError, validate_call

from labelcore import messages
from labelcore.catalogue import catalogue
from labelcore.errors import BadInput
from labelcore.messages import Language, speaking
from labelcore.models import Frozen, Project
from labelcore.operations import find_operation
from labelcore.progress import Progress, silent
from labelcore.stages import projects
from labelcore.store import Database
from labelcore.workspace import Workspace

__all__ = ["OPERATIONS", "Outcome", "Request", "execute", "operation"]


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


Function = Callable[..., Outcome]
OPERATIONS: dict[str, Function] = {}
Needs = Literal["known project", "any project", "no project"]
_NEEDS: dict[str, Needs] = {}


def operation(name: str, needs: Needs = "known project") -> Callable[[Function], Function]:
    """Register a function as the operation of that name.

    ``needs``: "any project" makes the project that is named, "no project" never looks at it.
    """

    def register(function: Function) -> Function:
        checked = validate_call(config={"arbitrary_types_allowed": True})(function)
        OPERATIONS[name] = checked
        _NEEDS[name] = needs
        return checked

    return register


def execute(db: Database, request: Request, progress: Progress = silent) -> Outcome:
    """Run an operation.

    Raises:
        BadInput: there is no such operation, or an argument does not fit.
        NotFound: there is no such project, and the operation does not begin one.
        LabelcoreError: whatever the operation itself finds wrong.
    """
    with speaking(request.language):
        return (
            _marked(db, request, progress)
            if request.operation in catalogue()
            else _run(db, request, progress)
        )


def _run(db: Database, request: Request, progress: Progress) -> Outcome:
    _load()
    if request.operation not in OPERATIONS:
        raise BadInput(f"There is no operation '{request.operation}'.")
    workspace = Workspace(db, _project(db, request, _NEEDS[request.operation]), request.author, progress)
    try:
        return OPERATIONS[request.operation](workspace, **request.arguments)
    except ValidationError as trouble:
        raise BadInput(_first_fault(trouble)) from trouble


def _marked(db: Database, request: Request, progress: Progress) -> Outcome:
    """What a stage's operation gives, as a document and as sentences."""
    marked = find_operation(request.operation)
    project = _project(db, request, f"{marked.project} project")
    workspace = Workspace(db, project, request.author, progress)
    result = marked.call(workspace, request.arguments)
    messages.write_out(marked, result)
    return Outcome(
        document=messages.document_of(marked, result),
        lines=messages.lines_of(marked, workspace, result),
        exit_code=getattr(result, "exit_code", 0),
    )


def _project(db: Database, request: Request, needs: str) -> Project:
    """The project asked for; a mistyped name makes none where there are others."""
    if needs in {"no project", "none project"}:
        return Project(id="", name=request.project)
    begins = needs == "any project" or not projects.list_projects(db)
    return projects.open_project(db, request.project, create=begins)


def _first_fault(trouble: ValidationError) -> str:
    fault = trouble.errors()[0]
    place = ".".join(str(part) for part in fault["loc"]) or "arguments"
    return f"{place}: {fault['msg']}."


def _load() -> None:
    """Import the operations late: they bring the whole library along."""
    from labelcore.dispatch import demo  # noqa: F401
