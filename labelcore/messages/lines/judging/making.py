"""What is told of judges as they are made: checks, learned judges, cascades, and the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.stages.judging.keeping.schemas import SchemaState
from labelcore.workspace import Workspace


@lines("schema show")
def schema(workspace: Workspace, found: SchemaState) -> Iterator[str]:
    """The schema itself, and what fits it."""
    if found.schema_ is not None:
        yield json.dumps(found.schema_, ensure_ascii=False, indent=2)
    yield from schema_state(workspace, found)


@lines("schema set", "schema clear", "schema field")
def schema_state(_workspace: Workspace, found: SchemaState) -> Iterator[str]:
    """What fits the schema, and the fields of criteria."""
    if found.schema_ is None:
        yield "There is no schema: `labelcore schema set FILE` gives one."
    else:
        yield f"{found.fits:,} of {found.tried:,} outputs fit the schema; the judge is '{found.judge}'."
    for criterion_id, pointer in found.fields.items():
        yield f"Criterion {criterion_id} is about the field {pointer}."
