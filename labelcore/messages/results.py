"""An operation's result as a JSON document, and as lines for people."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import Any

from labelcore.messages.telling import document
from labelcore.operations import Operation
from labelcore.workspace import Workspace

Lines = Callable[[Workspace, Any], Iterable[str]]
_LINES: dict[str, Lines] = {}


def lines(*operations: str) -> Callable[[Lines], Lines]:
    """Mark the function that says what came of these operations."""

    def mark(function: Lines) -> Lines:
        _LINES.update(dict.fromkeys(operations, function))
        return function

    return mark


def lines_of(operation: Operation, workspace: Workspace, result: Any) -> tuple[str, ...]:
    """The result in sentences, the most important first."""
    stage = operation.function.__module__.split(".")[2]
    importlib.import_module(f"labelcore.messages.lines.{stage}")
    return tuple(_LINES[operation.name](workspace, result))


def document_of(operation: Operation, result: Any) -> dict[str, Any]:
    """The result's own JSON form, facts as English sentences; a list under the operation's key."""
    if operation.listed_as:
        return {operation.listed_as: [_plain(row) for row in result]}
    found: dict[str, Any] = _plain(result)
    return found


def _plain(result: Any) -> Any:
    return document(result.document() if hasattr(result, "document") else result)
