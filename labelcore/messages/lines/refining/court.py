"""What the court says: the conflicts of judges and people, and what a ruling starts."""

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.stages.refining import Docket, Ruled


@lines("refine court")
def court(docket: Docket) -> Iterator[str]:
    yield docket_words(docket)
    for gap in docket.gaps:
        ruled = (f"{count} × {value.replace('_', ' ')}" for value, count in gap.ruled.items() if count)
        yield f"  {gap.criterion}: {', '.join(ruled) or 'nothing ruled'}; {gap.open} open."
    for conflict in docket.listed:
        people = "passed" if conflict.human_pass else "failed"
        ruling = conflict.ruling
        words = f" [{ruling.value.replace('_', ' ')}: {ruling.reason}]" if ruling else ""
        yield (
            f"  {conflict.output.id}: {conflict.judge.name} says {conflict.decision.value}, "
            f"people {people} it.{words}"
        )


@lines("refine rule")
def ruled(ruling: Ruled) -> Iterator[str]:
    yield ruling.next


def docket_words(docket: Docket) -> str:
    """How many conflicts there are, and the gap in the specification."""
    if not docket.conflicts:
        return "No verdict of a judge differs from people on a graded output outside the sealed test."
    counts = f"Conflicts open: {docket.open:,}; ruled: {len(docket.conflicts) - docket.open:,}."
    unclear = docket.unclear
    if unclear.value is None or unclear.low is None or unclear.high is None:
        return f"{counts} Specification gap: not measurable ({unclear.why_not})."
    return (
        f"{counts} Specification gap: {unclear.value:.0%} of the ruled conflicts ({unclear.low:.0%} to "
        f"{unclear.high:.0%}, n = {unclear.n}) are there because a criterion is unclear."
    )
