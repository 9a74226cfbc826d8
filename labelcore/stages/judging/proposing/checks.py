"""Checks that a person writes: tried on outputs, then kept as judges of a criterion."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.judges.kinds.check import CheckKind, make_spec
from labelcore.models import Criterion, Frozen, JudgeVersion, Project, Role
from labelcore.operations import Effect, FileText, Metavar, operation
from labelcore.sandbox.pool import shared_pool
from labelcore.sandbox.subset import CONTRACT, MODULES
from labelcore.stages.grading import fitting_labels
from labelcore.stages.judging.keeping import schemas
from labelcore.stages.judging.keeping.versions import Draft, numbered
from labelcore.stages.judging.proposing.trials import Trial, trial_of
from labelcore.store import judges as judge_table
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace

CheckText = Annotated[str, FileText(), Metavar("FILE.py")]
Tried = Annotated[int, Field(ge=1, le=1_000, description="On how many outputs it is tried.")]


class Contract(Frozen):
    """What a check may use, and its limits: seconds for one output, memory in bytes."""

    contract: str
    modules: tuple[str, ...]
    seconds: float
    memory_bytes: int
    process_without_network: bool


class KeptCheck(NamedTuple):
    """A check as a judge, and what came of trying it."""

    judge: JudgeVersion
    trial: Trial

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "judge": self.judge.document() | {"author": self.judge.author},
            "trial": self.trial.document(),
        }


@operation("judge contract", role=Role.MANAGER, project="none")
def contract(_workspace: Workspace) -> Contract:
    """Say what a check in Python may use, and how it is kept from harm here."""
    pool = shared_pool()
    return Contract(
        contract=CONTRACT,
        modules=tuple(MODULES),
        seconds=pool.limits.seconds,
        memory_bytes=pool.limits.memory,
        process_without_network=pool.no_network(),
    )


@operation("judge try", role=Role.ENGINEER)
def try_check(
    workspace: Workspace, source: CheckText, *, limit: Tried = 20, criterion: Criterion | None = None
) -> Trial:
    """Try a check in Python on some outputs, graded ones before others; nothing is stored.

    Of a criterion about a field the check sees the field's value. Grades of a sealed split are not
    shown.

    Raises:
        BadInput: the text is no check (with the line), or there is no output.
    """
    spec = make_spec(source, field=_field(workspace.project, criterion))
    labels = fitting_labels(workspace)
    graded = sorted(labels.value)[: limit // 2]
    known = set(graded)
    others = (
        output_id
        for output_id in output_table.ids(workspace.db, workspace.project.id)
        if output_id not in known
    )
    ids = [*graded, *(output_id for output_id, _ in zip(others, range(limit - len(graded)), strict=False))]
    found = output_table.many(workspace.db, ids)
    return trial_of(spec, [found[output_id] for output_id in ids], labels)


def _field(project: Project, criterion: Criterion | None) -> str:
    """The JSON pointer of what a criterion is about; "" where it is about whole outputs."""
    return schemas.fields_of(project).get(criterion.id, "") if criterion else ""


@operation("judge add", role=Role.ENGINEER, effect=Effect.WRITES)
def add_check(
    workspace: Workspace,
    source: CheckText,
    *,
    criterion: Annotated[Criterion, Field(description="The criterion that it decides.")],
    name: Annotated[str, Field(description="What the check is called.")],
    limit: Tried = 20,
) -> KeptCheck:
    """Keep a check in Python as a judge, after it was tried: `judge contract` says what it may use.

    Raises:
        BadInput: the text is no check, it stops on every output it is tried on, or has no name.
    """
    if not name.strip():
        raise BadInput("The check has no name.", next_step="Give it one.")
    trial = try_check(workspace, source, limit=limit, criterion=criterion)
    if trial.all_errors:
        raise BadInput(
            f"The check stops on every output that it was tried on. {trial.tried[0].error}",
            next_step="Correct it and add it again.",
        )
    spec = make_spec(source, field=_field(workspace.project, criterion))
    draft = Draft(
        "code",
        f"{criterion.name} · {name.strip()}",
        spec,
        CheckKind(spec).describe(),
        author=workspace.person,
    )
    (kept,) = numbered(workspace, [draft.version(workspace.project, criterion)])
    judge_table.save(workspace.db, [kept])
    return KeptCheck(kept, trial)
