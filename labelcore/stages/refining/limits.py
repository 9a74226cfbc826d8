"""The limit of a judge that measures: tried on graded outputs, then kept as its next version."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.judges.kinds import kind_of
from labelcore.models import JudgeVersion, Role
from labelcore.operations import Effect, Metavar, operation
from labelcore.stages.refining.keeping import KeptVersion, keep
from labelcore.stages.refining.prompts import Reason
from labelcore.stages.refining.trials import Trial
from labelcore.stages.refining.trying import Order, compare, drafted
from labelcore.workspace import Workspace

_MOST = 1_000  # graded outputs that a trial decides: it costs nothing, but some measures read meaning

Value = Annotated[
    float,
    Metavar("LIMIT"),
    Field(allow_inf_nan=False, description="An output fails past it; a share is given from 0 to 1."),
]


@operation("judge limit try", role=Role.ENGINEER, effect=Effect.GRADUAL)
def try_limit(workspace: Workspace, judge: JudgeVersion, limit: Value) -> Trial:
    """Try another limit of a judge that measures: what it mends, what it breaks on graded outputs.

    Raises:
        BadInput: the judge has no limit, it is this already, or nothing is graded.
    """
    new = drafted(workspace, judge, _moved(judge, limit))
    return compare(workspace, judge, new, Order(_MOST))


@operation("judge limit set", role=Role.ENGINEER, effect=Effect.WRITES, signed=True)
def set_limit(workspace: Workspace, judge: JudgeVersion, limit: Value, *, why: Reason) -> KeptVersion:
    """Move the limit of a judge that measures, as its next version; nothing of before is lost.

    Raises:
        BadInput: the judge has no limit, it is this already, or no reason is given.
    """
    return keep(workspace, judge, _moved(judge, limit), why=why)


def _moved(judge: JudgeVersion, value: float) -> dict[str, Any]:
    kind = kind_of(judge)
    if (limit := kind.limit) is None:
        raise BadInput(
            "'{name}' measures nothing: it has no limit.",
            next_step="`labelcore judge show '{name}'` tells how it decides.",
            name=judge.name,
        )
    if limit.value == value:
        raise BadInput(
            "The limit of '{name}' is {limit:g} already.",
            next_step="Give another one.",
            name=judge.name,
            limit=value,
        )
    return kind.limited(value)
