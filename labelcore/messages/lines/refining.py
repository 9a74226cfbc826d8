"""What refining says: the conflicts of judges and people, and what a ruling starts."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.stages.refining import Disagreement, Docket, Gap, Ruled
from labelcore.stats.rate import Rate
from labelcore.workspace import Workspace


@lines("refine court")
def court(_workspace: Workspace, docket: Docket) -> Iterator[str]:
    """The counts, each criterion's rulings, and the conflicts that are listed."""
    yield docket_words(docket)
    yield from map(_gap, docket.gaps)
    yield from map(_conflict, docket.listed)


@lines("refine rule")
def ruled(_workspace: Workspace, ruling: Ruled) -> Iterator[str]:
    """What comes next."""
    yield ruling.next


def docket_words(docket: Docket) -> str:
    """How many conflicts there are, and the gap in the specification."""
    if not docket.conflicts:
        return "No verdict of a judge differs from people on a graded output outside the sealed test."
    ruled = len(docket.conflicts) - docket.open
    return f"Conflicts open: {docket.open:,}; ruled: {ruled:,}. {_unclear(docket.unclear)}"


def _unclear(unclear: Rate) -> str:
    """The share of unclear criteria among the ruled conflicts."""
    if unclear.value is None or unclear.low is None or unclear.high is None:
        return f"Specification gap: not measurable ({unclear.why_not})."
    return (
        f"Specification gap: {unclear.value:.0%} of the ruled conflicts "
        f"({unclear.low:.0%} to {unclear.high:.0%}, n = {unclear.n}) are there because a criterion "
        "is unclear."
    )


def _gap(gap: Gap) -> str:
    rulings = ", ".join(f"{count} × {value.replace('_', ' ')}" for value, count in gap.ruled.items() if count)
    return f"  {gap.criterion}: {rulings or 'nothing ruled'}; {gap.open} open."


def _conflict(conflict: Disagreement) -> str:
    people = "passed" if conflict.human_pass else "failed"
    ruling = conflict.ruling
    words = f" [{ruling.value.replace('_', ' ')}: {ruling.reason}]" if ruling else ""
    return (
        f"  {conflict.output.id}: {conflict.judge.name} says {conflict.decision.value}, "
        f"people {people} it.{words}"
    )
