"""How a project hands out its outputs and what it asks of people; kept in the project's settings."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pydantic import ValidationError

from labelcore.errors import BadInput
from labelcore.models import GradingRules, Project
from labelcore.stages import projects
from labelcore.store import comparisons
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace


def set_rules(workspace: Workspace, **changes: object) -> Project:
    """Store changed rules; returns the project with them.

    Raises:
        BadInput: a value is out of its range, or no output has one of the versions to compare.
    """
    stored = projects.open_project(workspace.db, workspace.project.name)
    if isinstance(pair := changes.get("compare"), Collection):
        changes["compare"] = tuple(sorted(pair))  # in one order, so that pairs keep their ids
    try:
        rules = GradingRules.model_validate(stored.rules.model_dump() | changes)
    except ValueError as trouble:
        raise BadInput(f"These rules cannot be: {_fault(trouble)}.") from trouble
    if rules.compare and "compare" in changes:
        known = comparisons.versions(workspace.db, stored.id)
        if unknown := [version for version in rules.compare if version not in known]:
            raise BadInput(
                f"No output is of the version '{unknown[0]}'.",
                next_step=f"The versions are: {', '.join(sorted(known)) or 'none yet'}.",
            )
    return projects.update_project(workspace.with_project(stored), settings={"grading": rules})


def _fault(trouble: ValueError) -> str:
    """The first fault in words, without what was sent."""
    if not isinstance(trouble, ValidationError):
        return str(trouble)
    first = trouble.errors()[0]
    words = str(first["msg"]).removeprefix("Value error, ")
    return f"{'.'.join(map(str, first['loc']))}: {words}" if first["loc"] else words


def versions(workspace: Workspace) -> dict[str, int]:
    """The pipeline versions (prompt versions and models), with how many outputs each made."""
    return comparisons.versions(workspace.db, workspace.project.id)


def review(workspace: Workspace, output_ids: Sequence[str]) -> Project:
    """Put outputs picked by hand before everything else; an empty list ends the review."""
    found = {output_id: output_table.get(workspace.db, output_id) for output_id in output_ids}
    if missing := [output_id for output_id, output in found.items() if output is None]:
        raise BadInput(f"There is no output '{missing[0]}'.", next_step="Check the ids.")
    ids = [output.id for output in found.values() if output]
    return set_rules(workspace, review=ids)
