"""The schema of a project's structured outputs."""

from __future__ import annotations

import json

from labelcore.dispatch import Outcome, operation
from labelcore.stages.judging.keeping import schemas
from labelcore.stages.judging.keeping.schemas import SchemaState
from labelcore.workspace import Workspace


@operation("schema set")
def set_(workspace: Workspace, *, text: str) -> Outcome:
    """Check outputs against a JSON Schema from now on."""
    return _outcome(schemas.set_schema(workspace, text))


@operation("schema show")
def show(workspace: Workspace) -> Outcome:
    """Show the schema, what fits it, and which criteria are about one field."""
    found = schemas.state(workspace)
    lines = () if found.schema_ is None else (json.dumps(found.schema_, ensure_ascii=False, indent=2),)
    outcome = _outcome(found)
    return outcome.model_copy(update={"lines": (*lines, *outcome.lines)})


@operation("schema clear")
def clear(workspace: Workspace) -> Outcome:
    """Check no schema any more."""
    return _outcome(schemas.clear_schema(workspace))


@operation("schema field")
def field(workspace: Workspace, *, criterion: str, pointer: str | None = None) -> Outcome:
    """Say that a criterion is about one field of the outputs, or about all of them again."""
    return _outcome(schemas.set_field(workspace, criterion, pointer))


def _outcome(found: SchemaState) -> Outcome:
    document = {
        "schema": found.schema_,
        "judge": found.judge,
        "fields": found.fields,
        "tried": found.tried,
        "fits": found.fits,
    }
    lines = [
        f"{found.fits:,} of {found.tried:,} outputs fit the schema; the judge is '{found.judge}'."
        if found.schema_ is not None
        else "There is no schema: `labelcore schema set FILE` gives one."
    ]
    lines += [
        f"Criterion {criterion_id} is about the field {pointer}."
        for criterion_id, pointer in found.fields.items()
    ]
    return Outcome(document=document, lines=tuple(lines))
