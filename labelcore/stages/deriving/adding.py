"""Criteria that people write themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.models import Criterion, Evidence, Role, Severity
from labelcore.operations import Effect, Why, operation
from labelcore.stages import projects
from labelcore.stages.deriving.clauses import clauses_of_fails
from labelcore.stages.deriving.editing import live_criteria, new_criterion
from labelcore.store import criteria as criterion_table
from labelcore.workspace import Workspace


@operation("criteria add", role=Role.ENGINEER, effect=Effect.WRITES)
def add_criterion(
    workspace: Workspace,
    name: str,
    *,
    statement: Annotated[str, Field(description="What makes an output fail and pass.")],
    severity: Annotated[Severity, Field(description="must or should")] = "must",
    evidence: Annotated[
        Sequence[str], Field(description="A failed output whose notes it rests on; repeat.")
    ] = (),
    why: Why = "",
) -> Criterion:
    """Write a criterion by hand, with or without evidence; it is accepted at once.

    Raises:
        BadInput: name or statement is missing, a criterion has the name, or an output has no notes that may
            be used.
        NotFound: there is no such output.
    """
    name, statement = name.strip(), statement.strip()
    if not name or not statement:
        raise BadInput(
            "A criterion needs a name and a statement.", next_step="Say what makes an output fail."
        )
    if name.casefold() in {live.name.casefold() for live in live_criteria(workspace)}:
        raise BadInput("There is a criterion '{name}' already.", next_step="Choose another name.", name=name)
    quotes = _evidence(workspace, evidence)
    origin = {"severity": severity, "origin": "person", "status": "accepted", "why": why}
    criterion = new_criterion(workspace, name, statement, evidence=quotes, **origin)
    criterion_table.save(workspace.db, [criterion])
    return criterion


def _evidence(workspace: Workspace, outputs: Sequence[str]) -> tuple[Evidence, ...]:
    """What people said of these outputs, verbatim."""
    evidence: list[Evidence] = []
    clauses = clauses_of_fails(workspace) if outputs else []
    for word in dict.fromkeys(outputs):
        output_id = projects.find_output(workspace, word).id
        quotes = [clause.evidence() for clause in clauses if clause.output_id == output_id]
        if not quotes:
            raise BadInput(
                "Nobody has failed '{output}' with a note that may be used.",
                next_step="Fail it with a note, or leave it out; what is in the sealed test is not used.",
                output=word,
            )
        evidence += quotes
    return tuple(evidence)
