"""Derive criteria from notes, and keep them."""

from __future__ import annotations

from typing import Any

from labelcore.dispatch import Outcome, operation
from labelcore.models import Criterion
from labelcore.stages import deriving
from labelcore.workspace import Workspace


@operation("derive")
def derive(workspace: Workspace, *, offline: bool = False, accept_all: bool = False) -> Outcome:
    """Turn the notes on failed outputs into criteria, each with its evidence."""
    found = deriving.derive(workspace, offline=offline, accept_all=accept_all, progress=workspace.progress)
    document = {
        "criteria": [describe(criterion) for criterion in found.criteria],
        "uncovered_fails": found.uncovered_fails,
        "warnings": list(found.warnings),
    }
    lines = [f"{_line(c)}" for c in found.criteria]
    tail = f"{found.uncovered_fails} failed outputs are not explained by any criterion yet."
    return Outcome(document=document, lines=(*found.warnings, *lines, tail))


def describe(criterion: Criterion) -> dict[str, Any]:
    """A criterion in the JSON form of the command line."""
    return Criterion.model_validate(criterion).document() | {"at": criterion.model_dump(mode="json")["at"]}


def _line(criterion: Criterion) -> str:
    return (
        f"[{criterion.status}] {criterion.name} (v{criterion.version}, {criterion.severity}, "
        f"{len(criterion.evidence)} quotes) {criterion.id}"
    )
