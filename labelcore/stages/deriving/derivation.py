"""From notes to a rubric: criteria with the evidence that produced each.

Derivation adds: a criterion that people accepted or edited keeps its wording and only gains
evidence; what they rejected is not proposed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from labelcore.models import Criterion, Frozen, Role
from labelcore.operations import Effect, operation
from labelcore.stages.deriving import criteria_by_meaning, criteria_by_model
from labelcore.stages.deriving.clauses import Clause, clauses_of_fails
from labelcore.stages.deriving.editing import accept, list_criteria, live_criteria
from labelcore.stages.deriving.proposing_codes import code_notes
from labelcore.stages.grading import Labels, fitting_labels, human_labels
from labelcore.stats.threads import one_thread
from labelcore.workspace import Workspace


class Derivation(Frozen):
    """The rubric after a derivation, and what it does not explain."""

    criteria: tuple[Criterion, ...]
    uncovered_fails: int
    warnings: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return dict(self) | {"criteria": [criterion.document() for criterion in self.criteria]}


@operation("derive", role=Role.ENGINEER, effect=Effect.GRADUAL)
@one_thread()
def derive(
    workspace: Workspace,
    *,
    offline: Annotated[bool, Field(description="Without any model.")] = False,
    accept_all: Annotated[bool, Field(description="Accept what is proposed.")] = False,
) -> Derivation:
    """Turn the notes on failed outputs into criteria.

    What people said of failed outputs gets codes too, offline.

    Raises:
        ModelTrouble: a model was asked for and none answers.
    """
    labels = fitting_labels(workspace)
    before = list_criteria(workspace)
    troubles: list[str] = []
    if clauses := _new_clauses(workspace, before):
        if offline:
            criteria_by_meaning.derive(workspace, clauses, labels, before)
        else:
            troubles = criteria_by_model.derive(workspace, clauses, before)
        code_notes(workspace, offline=True)
    if accept_all:
        for criterion in list_criteria(workspace, status="proposed"):
            accept(workspace, criterion, why="accepted with all")
    after = live_criteria(workspace)
    return Derivation(
        criteria=tuple(after),
        uncovered_fails=len(uncovered_fails(workspace)),
        warnings=(*troubles, *_warnings(workspace, labels, after)),
    )


def uncovered_fails(workspace: Workspace) -> list[str]:
    """Failed outputs that no proposed or accepted criterion explains (the sealed split aside)."""
    explained = {quote.output_id for criterion in live_criteria(workspace) for quote in criterion.evidence}
    return [output_id for output_id in fitting_labels(workspace).fails if output_id not in explained]


def _new_clauses(workspace: Workspace, before: Sequence[Criterion]) -> list[Clause]:
    """What was said of failed outputs and no criterion cites yet, in a fixed order: the clauses of
    notes, and the marked words of grades without a note.
    """
    cited = {quote.grade_id for criterion in before for quote in criterion.evidence}
    fresh = [clause for clause in clauses_of_fails(workspace) if clause.grade_id not in cited]
    noted = {clause.grade_id for clause in fresh if not clause.marked}
    return [clause for clause in fresh if not (clause.marked and clause.grade_id in noted)]


def _warnings(workspace: Workspace, labels: Labels, criteria: Sequence[Criterion]) -> list[str]:
    warnings = []
    everything = human_labels(workspace)
    if not everything.value:
        warnings.append("No output has a pass or a fail yet: grade some first.")
    elif not everything.fails:
        warnings.append("No output has been failed yet, so there is nothing to derive from: grade on.")
    elif not clauses_of_fails(workspace):
        warnings.append(
            "No failed output has a note: say in a few words what is wrong with some, or mark the words."
        )
    if held := len(everything.value) - len(labels.value):
        warnings.append(
            f"{held} graded outputs are set aside as the sealed test; their notes are not read here."
        )
    single = [
        criterion.name for criterion in criteria if len({quote.grade_id for quote in criterion.evidence}) == 1
    ]
    if single:
        warnings.append(f"Resting on a single note: {', '.join(single)}.")
    return warnings
