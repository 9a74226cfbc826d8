"""An operation's result as a JSON document, and as lines for people."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from inspect import signature
from pathlib import Path
from typing import Any

from labelcore import files
from labelcore.messages.catalogue import calling
from labelcore.messages.telling import document
from labelcore.operations import Operation
from labelcore.workspace import Workspace

Lines = Callable[..., Iterable[str]]
"""A function of an operation's result, or of the workspace and the result."""
Content = Callable[[Any], bytes]
_LINES: dict[str, Lines] = {}
_CONTENTS: dict[str, Content] = {}


def lines(*operations: str) -> Callable[[Lines], Lines]:
    """Mark the function that says what came of these operations."""

    def mark(function: Lines) -> Lines:
        _LINES.update(dict.fromkeys(operations, function))
        return function

    return mark


def content(*operations: str) -> Callable[[Content], Content]:
    """Mark the function that makes the file which these operations leave at their result's ``out``."""

    def mark(function: Content) -> Content:
        _CONTENTS.update(dict.fromkeys(operations, function))
        return function

    return mark


def write_out(operation: Operation, result: Any) -> None:
    """Write the file that the operation was asked for, where it was.

    Raises:
        BadInput: the place cannot be written.
    """
    _learn(operation)
    if operation.name not in _CONTENTS or result.out is None:
        return
    content = _CONTENTS[operation.name](result)
    with files.whole(Path(result.out)) as partial:
        partial.write_bytes(content)


def lines_of(operation: Operation, workspace: Workspace, result: Any) -> tuple[str, ...]:
    """The result in sentences, the most important first."""
    speaker = lines_for(operation)
    with calling(workspace.project.settings.noun):
        return tuple(
            speaker(result) if len(signature(speaker).parameters) == 1 else speaker(workspace, result)
        )


def lines_for(operation: Operation) -> Lines:
    """What says the operation's result; that of a stage is read with its first."""
    _learn(operation)
    return _LINES[operation.name]


def _learn(operation: Operation) -> None:
    importlib.import_module(f"labelcore.messages.lines.{operation.function.__module__.split('.')[2]}")


def document_of(operation: Operation, result: Any) -> dict[str, Any]:
    """The result's JSON form, facts as English sentences; a list under the operation's key."""
    if operation.listed_as:
        return {operation.listed_as: [_plain(row) for row in result]}
    document: dict[str, Any] = _plain(result)
    return document


def _plain(result: Any) -> Any:
    return document(result.document() if hasattr(result, "document") else result)
