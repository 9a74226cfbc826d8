"""Checks in Python: what one may use, trying one, and keeping one as a judge."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from labelcore.dispatch import Outcome, operation
from labelcore.sandbox.pool import shared_pool
from labelcore.sandbox.subset import CONTRACT, MODULES
from labelcore.stages.judging.proposing import checks
from labelcore.stages.judging.proposing.trials import Trial
from labelcore.workspace import Workspace

_SHOWN = 10
Limit = Annotated[int, Field(ge=1, le=1_000)]


@operation("judge contract", needs="no project")
def contract(workspace: Workspace) -> Outcome:  # noqa: ARG001 - every operation has one
    """Say what a check may use, and how it is kept from harm here."""
    pool = shared_pool()
    alone = pool.no_network()
    document = {
        "contract": CONTRACT,
        "modules": list(MODULES),
        "seconds": pool.limits.seconds,
        "memory_bytes": pool.limits.memory,
        "process_without_network": alone,
    }
    return Outcome(document=document, lines=(*CONTRACT.splitlines(), "", walls(alone=alone)))


def walls(*, alone: bool) -> str:
    """What keeps a check in on this machine, as a sentence."""
    words = "Checks run in an interpreter without files, network or environment, in limited processes"
    if alone:
        return f"{words} that have no network interface."
    return f"{words}. This system does not let those be cut off from the network as well."


@operation("judge try")
def try_(workspace: Workspace, *, source: str, limit: Limit = 20, criterion: str | None = None) -> Outcome:
    """Try a check on some outputs; nothing is stored."""
    trial = checks.try_check(workspace, source, limit=limit, criterion=criterion)
    return Outcome(document=_document(trial), lines=_lines(trial))


@operation("judge add")
def add(workspace: Workspace, *, source: str, criterion: str, name: str, limit: Limit = 20) -> Outcome:
    """Try a check on some outputs and keep it as a judge of a criterion."""
    version, trial = checks.add_check(workspace, source, criterion=criterion, name=name, limit=limit)
    kept = version.model_dump(mode="json", exclude={"project_id"})
    lines = (f"Kept as '{version.name}', version {version.version}.", *_lines(trial))
    return Outcome(document={"judge": kept, "trial": _document(trial)}, lines=lines)


def _document(trial: Trial) -> dict[str, Any]:
    return {
        **{name: trial.count(name) for name in ("pass", "fail", "abstain", "error")},
        "tried": [
            {
                "output_id": attempt.output.id,
                "verdict": attempt.decision.value if attempt.decision else None,
                "reason": attempt.decision.reason if attempt.decision else "",
                "error": attempt.error,
                "graded_pass": attempt.graded,
            }
            for attempt in trial.tried
        ],
    }


def _lines(trial: Trial) -> tuple[str, ...]:
    rows = [
        (
            f"  {attempt.output.id}: "
            f"{f'{attempt.decision.value}: {attempt.decision.reason}' if attempt.decision else attempt.error}"
        )
        for attempt in trial.tried[:_SHOWN]
    ]
    more = len(trial.tried) - len(rows)
    return (trial.summary, *rows, *([f"  … {more} more (--json shows all)."] if more else []))
