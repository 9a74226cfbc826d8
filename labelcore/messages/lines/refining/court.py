"""What the court says: conflicts of judges and people, what a ruling starts, what became of rulings."""

from collections.abc import Iterator

from labelcore.messages.catalogue import judge_words, say
from labelcore.messages.results import lines
from labelcore.messages.telling import listed
from labelcore.stages.refining import Docket, RulingReport
from labelcore.stages.refining.outcomes import Outcomes, RulingOutcome, State


@lines("refine court")
def court(docket: Docket) -> Iterator[str]:
    yield docket_words(docket)
    for gap in docket.gaps:
        counts = (f"{count} × {say(value.replace('_', ' '))}" for value, count in gap.ruled.items() if count)
        yield say(
            "  {criterion}: {ruled}; {open} open.",
            criterion=say(gap.criterion),
            ruled=listed(counts) or say("nothing ruled"),
            open=gap.open,
        )
    for conflict in docket.listed:
        people = say("passed") if conflict.human_pass else say("failed")
        ruling = conflict.ruling
        values = {"value": say(ruling.value.replace("_", " ")), "reason": ruling.reason} if ruling else {}
        words = say(" [{value}: {reason}]", **values) if values else ""
        yield say(
            "  {id}: {name} says {value}, people {people} it.{words}",
            id=conflict.output.id,
            name=judge_words(conflict.judge.name),
            value=say(conflict.decision.value),
            people=people,
            words=words,
        )


@lines("refine rule")
def ruled(ruling: RulingReport) -> Iterator[str]:
    yield ruling.next


def docket_words(docket: Docket) -> str:
    """How many conflicts there are, and the gap in the specification."""
    if not docket.conflicts:
        return say("No verdict of a judge differs from people on a graded output outside the sealed test.")
    counts = say(
        "Conflicts open: {open:,}; ruled: {conflicts:,}.",
        open=docket.open,
        conflicts=len(docket.conflicts) - docket.open,
    )
    unclear = docket.unclear
    if unclear.value is None or unclear.low is None or unclear.high is None:
        return say("{counts} Specification gap: not measurable ({why_not}).", unclear, counts=counts)
    return say(
        "{counts} Specification gap: {value:.0%} of the ruled conflicts ({low:.0%} to "
        "{high:.0%}, n = {n}) are there because a criterion is unclear.",
        unclear,
        counts=counts,
    )


@lines("refine rulings")
def rulings(report: Outcomes) -> Iterator[str]:
    if not report.rulings:
        yield say("Nothing is ruled yet.")
    for outcome in report.rulings:
        ruling = outcome.ruling
        values = {"judge": judge_words(outcome.judge), "value": say(ruling.value.replace("_", " "))}
        yield f"{ruling.output_id}: {values['judge']}, {values['value']}: {outcome_words(outcome)}"


def state_words(state: State) -> str:
    """What became of a ruling."""
    return {
        "mended": say("Mended: the judge decides as people do now."),
        "differs": say("On the list to mend: the judge still differs."),
        "undecided": say("On the list to mend: its present version has not decided this output yet."),
        "grade changed": say("Settled: the grade was changed."),
        "criterion edited": say("The criterion was edited since; the judge still differs."),
        "waiting": say("Nothing has happened since."),
    }[state]


def outcome_words(outcome: RulingOutcome) -> str:
    """The same, with what the output came without."""
    if outcome.state == "waiting" and outcome.missing:
        names = [say(name) for name in outcome.missing]
        return say("The output came without: {names}.", names=names)
    return state_words(outcome.state)
