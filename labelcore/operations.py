"""The one way into the work: what a person can do or ask is an operation, a marked function of a stage.

The mark is the gate. Whoever calls, it checks the role, turns names into the things that they name, opens one
transaction for what writes, and records the act. Commands and their help are made from the same signature.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import (
    Annotated,
    Any,
    Concatenate,
    Literal,
    ParamSpec,
    TypeVar,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import Field, TypeAdapter, ValidationError

from labelcore import places
from labelcore.catalogue import catalogue
from labelcore.contexts import within
from labelcore.errors import BadInput, NotAllowed
from labelcore.models import Frozen, Role, name_key
from labelcore.pace import Pace
from labelcore.store import audit
from labelcore.wording import Wording
from labelcore.workspace import Workspace

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Finder = Callable[[Workspace, str], Any]
Find = TypeVar("Find", bound=Finder)
ProjectNeed = Literal["known", "any", "begun", "none", "all"]
"""Whether the project must exist, is begun where it does not, is begun by the operation itself, or does not
matter: then it is about the whole database, and changes it only for who is something in every project; "all"
reads what is in every project, so that there must be a database."""


class Effect(StrEnum):
    """What an operation does to the database.

    ``WRITES``: one transaction and one audit event, one writer after the other: each looks before it
    stores. ``APPENDS``: one transaction; its rows are themselves the record of who did what.
    ``ONE_APPEND``: the same, whole by itself, so that a press waits for no transaction (0.2 ms).
    ``GRADUAL``: long work, durable step by step, with one audit event at its end.
    """

    READS = "reads"
    WRITES = "writes"
    APPENDS = "appends"
    ONE_APPEND = "one append"
    GRADUAL = "gradual"


@dataclass(frozen=True)
class Flags:
    """The option's names on the command line, where they are not made from the parameter's."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Metavar:
    """What stands for an argument in the command's help."""

    text: str


@dataclass(frozen=True)
class FileText:
    """On the command line this text is given as the name of a file."""


@dataclass(frozen=True)
class FilePlace:
    """A text that names files of the machine, as a Path does: who may name them is checked."""


@dataclass(frozen=True)
class LocalTime:
    """On the command line the text becomes this before it travels: the app may live in another time zone."""

    reads: Callable[[str], Any]


@dataclass(frozen=True)
class NotAnOption:
    """Not an option of the command line."""


Why = Annotated[str, Field(description="The reason, for the history.")]


class Options(Frozen):
    """Base of a bundle: one parameter of an operation, each field an option of the command, given by name."""


@dataclass(frozen=True)
class Operation:
    """One thing that a person can do. ``function`` takes a workspace first."""

    name: str
    function: Callable[..., Any]
    role: Role
    effect: Effect
    project: ProjectNeed
    listed_as: str
    signed: bool

    @functools.cached_property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """What it takes behind the workspace; annotations are types, not texts."""
        hints = get_type_hints(self.function, include_extras=True)
        every = list(self.signature.parameters.values())[1:]
        return {item.name: item.replace(annotation=hints[item.name]) for item in every}

    @functools.cached_property
    def bundles(self) -> dict[str, type[Options]]:
        """Its parameters that are bundles of options."""
        return {
            name: parameter.annotation
            for name, parameter in self.parameters.items()
            if isinstance(parameter.annotation, type) and issubclass(parameter.annotation, Options)
        }

    @functools.cached_property
    def fields(self) -> dict[str, inspect.Parameter]:
        """What callers from outside give: its parameters, the fields of each bundle in its place."""
        fields: dict[str, inspect.Parameter] = {}
        for name, parameter in self.parameters.items():
            fields |= _options(self.bundles[name]) if name in self.bundles else {name: parameter}
        return fields

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """The function's, the workspace included."""
        return inspect.signature(self.function)

    @functools.cached_property
    def named(self) -> dict[str, type]:
        """The parameters that may be given by name, and what is meant."""
        kinds = {name: _named_kind(parameter.annotation) for name, parameter in self.parameters.items()}
        return {name: kind for name, kind in kinds.items() if kind}

    @property
    def summary(self) -> str:
        """The first line of its docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    def call(self, workspace: Workspace, arguments: Mapping[str, Any]) -> Any:
        """Call it with arguments from outside; BadInput where one is unknown, missing or of another type,
        NotAllowed where the role is too little: that comes first.
        """
        _check_role(self, workspace)
        if unknown := sorted(arguments.keys() - self.fields.keys()):
            raise BadInput("{unknown}: '{name}' takes no such argument.", unknown=unknown[0], name=self.name)
        for name, field in self.fields.items():
            if name not in arguments and field.default is inspect.Parameter.empty:
                raise BadInput("{name}: Missing required argument.", name=name)
        fitting = {
            name: _fitting(name, self.fields[name].annotation, value) for name, value in arguments.items()
        }
        for name, value in fitting.items():
            if value is not None and names_files(self.fields[name].annotation):
                places.check(workspace, value, written=name in WRITTEN)
        return _gate(self, workspace, (), fitting)

    def packed(self, named: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with the fields of each bundle put into it."""
        packed = dict(named)
        for name, bundle in self.bundles.items():
            fields = {field: packed.pop(field) for field in bundle.model_fields if field in packed}
            if fields:
                packed[name] = bundle.model_validate(dict(packed.get(name, ())) | fields)
        return packed


WRITTEN = {"out", "redact_key"}
"""Parameters that name a file which may be written; what others name is only read."""
OPERATIONS: dict[str, Operation] = {}
_FINDERS: dict[type, Finder] = {}
_under_way: ContextVar[str] = ContextVar("operation under way", default="")
_writing = threading.RLock()
"""Held until a writer's rows are stored: a transaction that began earlier would not see them."""


def operation(
    name: str = "",
    *,
    role: Role,
    effect: Effect = Effect.READS,
    project: ProjectNeed = "known",
    listed_as: str = "",
    signed: bool = False,
) -> Callable[
    [Callable[Concatenate[Workspace, Parameters], Result]],
    Callable[Concatenate[Workspace, Parameters], Result],
]:
    """Mark a stage's public function as the operation of that name; without a name no command calls it.

    ``role``: the least that a person needs. ``listed_as``: where it gives a list, the key of the list in
    the JSON document. ``signed``: it needs a name; on the command line who is logged in signs it where
    none is given.
    """

    def mark(
        function: Callable[Concatenate[Workspace, Parameters], Result],
    ) -> Callable[Concatenate[Workspace, Parameters], Result]:
        known_as = name or function.__name__.replace("_", " ")
        marked = Operation(known_as, function, role, effect, project, listed_as, signed)
        if name:
            OPERATIONS[name] = marked

        @functools.wraps(function)
        def gate(workspace: Workspace, *given: Parameters.args, **named: Parameters.kwargs) -> Result:
            result: Result = _gate(marked, workspace, given, named)
            return result

        return cast("Callable[Concatenate[Workspace, Parameters], Result]", gate)

    return mark


def finder(kind: type) -> Callable[[Find], Find]:
    """Mark the function that finds a thing of a kind by what people call it."""

    def mark(function: Find) -> Find:
        _FINDERS[kind] = function
        return function

    return mark


def find_operation(name: str) -> Operation:
    """The operation of that name, or BadInput; its module is imported now if it was not yet."""
    if name not in OPERATIONS and name in (entries := catalogue()):
        importlib.import_module("labelcore.stages.finding")  # where names of criteria are understood
        importlib.import_module(entries[name].module)
    if name not in OPERATIONS:
        raise BadInput("There is no operation '{name}'.", name=name)
    return OPERATIONS[name]


def _gate(marked: Operation, workspace: Workspace, given: Sequence[Any], named: Mapping[str, Any]) -> Any:
    bound = marked.signature.bind(workspace, *given, **marked.packed(named))
    if _under_way.get():  # a part of another operation, which passed the gate for both
        with _together(marked, workspace):
            return _call(marked, workspace, bound)
    _check_role(marked, workspace)
    _check_pace(marked, workspace, bound)
    with within(_under_way, marked.name), _together(marked, workspace):
        with audit.watched() as acts:
            result = _call(marked, workspace, bound)
        if marked.effect in {Effect.WRITES, Effect.GRADUAL} and not acts and workspace.project.id:
            by_name = {**dict(zip(marked.parameters, given, strict=False)), **named}
            detail = {
                name: words for name, value in by_name.items() if (words := audit.kept_of(value)) is not None
            }
            audit.note(workspace.db, workspace.project.id, workspace.person, marked.name, "", **detail)
        return result


def _check_role(marked: Operation, workspace: Workspace) -> None:
    writes_all = marked.project == "none" and marked.effect is not Effect.READS
    if writes_all and not workspace.may_everywhere(marked.role):
        raise NotAllowed(
            "'{name}' is about every project, and needs the role {role} in all of them.",
            next_step="Ask an admin.",
            name=marked.name,
            role=marked.role,
        )
    if not workspace.role.includes(marked.role):
        raise NotAllowed(
            "'{name}' needs the role {role}; {person} may act as {present}.",
            next_step="Ask whoever runs the project.",
            name=marked.name,
            role=marked.role,
            person=workspace.person or Wording("you"),
            present=workspace.role,
        )


_AT_LENGTH = {"sql"}  # readings that may take long, beside those that write a file
_LONG_WORK = 30
"""Imports, runs, exports and the like, in a row and then in a minute, for one person who is elsewhere."""


def _check_pace(marked: Operation, workspace: Workspace, bound: inspect.BoundArguments) -> None:
    """Long work again and again would keep everybody waiting; to stop some is always possible."""
    is_work = marked.effect is Effect.GRADUAL and not marked.name.endswith("stop")
    is_long = is_work or marked.name in _AT_LENGTH or bound.arguments.get("out") is not None
    if workspace.here or not is_long:
        return
    pace: Pace = workspace.db.memory.setdefault((Pace,), Pace(in_a_row=_LONG_WORK, a_minute=_LONG_WORK))
    if wait := pace.wait(name_key(workspace.person)):
        raise NotAllowed(
            "{person} asked for too much long work at once.",
            next_step="Try again in {seconds:,.0f} s.",
            person=workspace.person or Wording("You"),
            seconds=max(wait, 1),
        )


def _call(marked: Operation, workspace: Workspace, bound: inspect.BoundArguments) -> Any:
    """With things in the place of texts that name them, where a parameter asks for a thing."""
    for name, kind in marked.named.items():
        if name in bound.arguments:
            bound.arguments[name] = _find(workspace, kind, bound.arguments[name])
    return marked.function(*bound.args, **bound.kwargs)


@contextlib.contextmanager
def _together(marked: Operation, workspace: Workspace) -> Iterator[None]:
    """All that it stores, or nothing of it, where it is no long work."""
    with contextlib.ExitStack() as stack:
        if marked.effect is Effect.WRITES:
            stack.enter_context(_writing)
        if marked.effect in {Effect.WRITES, Effect.APPENDS} and not workspace.db.here:
            stack.enter_context(workspace.db.transaction())
        yield


def _options(bundle: type[Options]) -> dict[str, inspect.Parameter]:
    """Its fields, those of the bundles that it builds on behind them."""
    fields = sorted(bundle.model_fields.items(), key=lambda item: item[0] not in bundle.__annotations__)
    return {
        name: inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty
            if field.is_required()
            else field.get_default(call_default_factory=True),
            annotation=Annotated[field.annotation, field, *field.metadata],
        )
        for name, field in fields
    }


def _fitting(name: str, annotation: Any, value: Any) -> Any:
    if kind := _named_kind(annotation):
        fits = (str, kind, NoneType) if _holds(annotation, NoneType) else (str, kind)
        parts = value if _holds(annotation, Sequence, list, tuple) else [value]
        if isinstance(parts, list | tuple) and all(isinstance(part, fits) for part in parts):
            return value
        raise BadInput("{name}: It is given by its name, several as a list of names.", name=name)
    if isinstance(value, str):
        value = value.encode("utf-8", "replace").decode()  # half a character cannot be written
    try:
        return TypeAdapter(annotation, config={"arbitrary_types_allowed": True}).validate_python(value)
    except ValidationError as trouble:
        fault = trouble.errors()[0]
        place = ".".join(str(part) for part in (name, *fault["loc"]))
        raise BadInput("{place}: {fault}.", place=place, fault=fault["msg"]) from trouble


def _named_kind(annotation: Any) -> type | None:
    """The kind of thing that may be given by name: the annotation itself, optional, or in a sequence."""
    if isinstance(annotation, type) and annotation in _FINDERS:
        return annotation
    return next((kind for part in get_args(annotation) if (kind := _named_kind(part))), None)


def _holds(annotation: Any, *kinds: Any) -> bool:
    """Whether one of these is in an annotation."""
    is_one = annotation in kinds or get_origin(annotation) in kinds
    return is_one or any(_holds(part, *kinds) for part in get_args(annotation))


def names_files(annotation: Any) -> bool:
    """Whether a parameter is a place on the machine."""
    return (
        annotation is Path or isinstance(annotation, FilePlace) or any(map(names_files, get_args(annotation)))
    )


def _find(workspace: Workspace, kind: type, value: Any) -> Any:
    if isinstance(value, str):
        return _FINDERS[kind](workspace, value)
    if isinstance(value, list | tuple):
        return [_find(workspace, kind, part) for part in value]
    return value
