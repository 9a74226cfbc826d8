"""Refine: rule on where judges and people differ."""

from __future__ import annotations

from labelcore.dispatch import Outcome, operation
from labelcore.stages import refining
from labelcore.stages.refining import Conflict, Docket, Gap
from labelcore.stats.rate import Rate
from labelcore.workspace import Workspace

_LISTED = 20


@operation("refine court")
def court(workspace: Workspace, *, judge: str | None = None, limit: int = _LISTED) -> Outcome:
    """List the conflicts of judges and people, the open ones first."""
    found = refining.docket(workspace, judge=judge)
    document = {
        "open": found.open,
        "ruled": len(found.conflicts) - found.open,
        "sealed": found.sealed,
        "unclear": found.unclear.model_dump(),
        "criteria": [gap.model_dump(mode="json") for gap in found.gaps],
        "conflicts": [_row(conflict) for conflict in found.conflicts[:limit]],
    }
    lines = [docket_words(found), *map(gap_words, found.gaps)]
    lines += [conflict_words(conflict) for conflict in found.conflicts[:limit]]
    return Outcome(document=document, lines=tuple(lines))


@operation("refine rule")
def rule(workspace: Workspace, *, output: str, judge: str, value: str, reason: str) -> Outcome:
    """Rule on one conflict; the ruling starts what comes next."""
    made = refining.decide(workspace, output, judge, value.replace("-", "_"), reason=reason)
    line = refining.NEXT.get(made.value, "The ruling is taken back.")
    return Outcome(document=made.model_dump(mode="json") | {"next": line}, lines=(line,))


def _row(conflict: Conflict) -> dict[str, object]:
    return {
        "output_id": conflict.output.id,
        "external_id": conflict.output.external_id,
        "judge": conflict.judge.name,
        "criterion": conflict.subject,
        "verdict": conflict.decision.value,
        "reason": conflict.decision.reason,
        "human_pass": conflict.human_pass,
        "notes": list(conflict.notes),
        "split": conflict.split,
        "ruling": conflict.ruling.model_dump(mode="json") if conflict.ruling else None,
    }


def docket_words(found: Docket) -> str:
    """How many conflicts there are, and the gap in the specification."""
    if not found.conflicts:
        return "No verdict of a judge differs from people on a graded output outside the sealed test."
    ruled = len(found.conflicts) - found.open
    return f"Conflicts open: {found.open:,}; ruled: {ruled:,}. {unclear_words(found.unclear)}"


def unclear_words(unclear: Rate) -> str:
    """The share of unclear criteria among the ruled conflicts, in words."""
    if unclear.value is None or unclear.low is None or unclear.high is None:
        return f"Specification gap: not measurable ({unclear.why_not})."
    return (
        f"Specification gap: {unclear.value:.0%} of the ruled conflicts "
        f"({unclear.low:.0%} to {unclear.high:.0%}, n = {unclear.n}) are there because a criterion "
        "is unclear."
    )


def gap_words(gap: Gap) -> str:
    """One criterion's rulings as a line."""
    rulings = ", ".join(f"{count} × {value.replace('_', ' ')}" for value, count in gap.ruled.items() if count)
    return f"  {gap.criterion}: {rulings or 'nothing ruled'}; {gap.open} open."


def conflict_words(conflict: Conflict) -> str:
    """One conflict as a line."""
    people = "passed" if conflict.human_pass else "failed"
    ruling = (
        f" [{conflict.ruling.value.replace('_', ' ')}: {conflict.ruling.reason}]" if conflict.ruling else ""
    )
    return (
        f"  {conflict.output.id}: {conflict.judge.name} says {conflict.decision.value}, people {people} "
        f"it.{ruling}"
    )
