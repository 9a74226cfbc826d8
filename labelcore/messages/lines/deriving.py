"""What deriving says: criteria, their evidence and their history."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.models import Criterion
from labelcore.stages import deriving
from labelcore.workspace import Workspace


@lines("criteria list")
def listed(_workspace: Workspace, criteria: list[Criterion]) -> Iterator[str]:
    """One line for each."""
    yield from map(_line, criteria)
    if not criteria:
        yield "There are no criteria yet: run `labelcore derive --offline`."


@lines("criteria show")
def shown(workspace: Workspace, criterion: Criterion) -> Iterator[str]:
    """What it says, what is at risk, and every quote behind it."""
    yield from (_line(criterion), criterion.statement, _risk(workspace, criterion))
    for quote in criterion.evidence:
        yield f"  “{quote.quote}” ({'marked in ' if quote.marked else ''}{quote.output_id})"


def _risk(workspace: Workspace, criterion: Criterion) -> str:
    limits = deriving.limits_of(criterion, workspace.project)
    whose = "" if criterion.risk else " (the project's)"
    why = f": {criterion.risk_why.rstrip('.')}" if criterion.risk_why else ""
    return (
        f"Risk {deriving.risk_of(criterion, workspace.project)}{whose}{why}. It may fail "
        f"{criterion.max_false_failure_rate:.0%} of the good outputs; at this risk judges should "
        f"find {limits.min_coverage:.0%} of the bad ones."
    )


@lines("criteria history")
def versions(_workspace: Workspace, criteria: list[Criterion]) -> Iterator[str]:
    """One line for each version."""
    for version in criteria:
        yield (
            f"v{version.version} {version.at:%Y-%m-%d %H:%M} {version.author or 'labelcore'}: "
            f"{version.status}, {version.why or 'no reason given'}"
        )


@lines(
    "criteria edit",
    "criteria accept",
    "criteria reject",
    "criteria drop",
    "criteria restore",
    "criteria merge",
)
def changed(_workspace: Workspace, criterion: Criterion) -> Iterator[str]:
    """The criterion as it is now."""
    yield _line(criterion)


def _line(criterion: Criterion) -> str:
    return (
        f"[{criterion.status}] {criterion.name} (v{criterion.version}, {criterion.severity}, "
        f"{len(criterion.evidence)} quotes) {criterion.id}"
    )
