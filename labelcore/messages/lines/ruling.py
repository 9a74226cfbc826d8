"""What is said of the rules by which people grade."""

from collections.abc import Iterator

from labelcore.messages.catalogue import say
from labelcore.messages.results import lines
from labelcore.models import GradingRules


@lines("team rules")
def rules(settled: GradingRules) -> Iterator[str]:
    yield _rota(settled)
    yield from _forms(settled)
    yield from _asked_too(settled)
    yield from _checks(settled)
    if settled.deadline:
        yield say("To be done by {deadline}.", deadline=settled.deadline)
    yield {
        "off": say("Judges' verdicts are never shown."),
        "after": say("Judges' verdicts are shown after the grade."),
        "first": say("Judges' verdicts are shown before the grade."),
    }[settled.suggestions]
    if settled.contest:
        yield say("Everybody's counts are shown while people grade.")
    else:
        yield say("Everybody's counts are not shown while people grade.")
    yield (
        say("People are thanked on My progress.")
        if settled.thanks
        else say("People are not thanked on My progress.")
    )


def _rota(settled: GradingRules) -> str:
    n = settled.per_output
    people = say("{n} people grade each output", n=n) if n else say("Everybody grades everything")
    return say(
        "{people}{pairs}; a reservation lasts {minutes:g} minutes; {repeats:.0%} come back unannounced; "
        "{review} outputs are in review.",
        people=people,
        pairs=say(", in planned pairs") if settled.pairs else "",
        minutes=settled.reserve_minutes,
        repeats=settled.repeat_share,
        review=len(settled.review),
    )


def _forms(settled: GradingRules) -> Iterator[str]:
    if settled.alike:
        yield say("Near-identical outputs of one source are graded in one go.")
    if settled.scale:
        levels = [f"{at} {name}" for at, name in enumerate(settled.scale, 1)]
        yield say(
            "Asked on a scale: {levels}; from {least} on an output passes.",
            levels=levels,
            least=settled.passing_from,
        )


def _asked_too(rules: GradingRules) -> Iterator[str]:
    if rules.ask_criteria:
        first, needed = len(rules.criteria_order), len(rules.required)
        yield say(
            "Each accepted criterion is asked too{first}{needed}.",
            first=say(", {n} of them first", n=first) if first else "",
            needed=say("; {n} are required", n=needed) if needed else "",
        )
    if rules.ask_fields:
        yield say("Each field of a JSON output is asked too.")
    if rules.compare:
        first_side, second_side = rules.compare
        yield say("{first} and {second} are compared blind.", first=first_side, second=second_side)


def _checks(settled: GradingRules) -> Iterator[str]:
    if settled.gold_share and settled.gold_feedback == "person":
        yield say("{share:.0%} are gold, unannounced; the person is told at once.", share=settled.gold_share)
    elif settled.gold_share:
        yield say("{share:.0%} are gold, unannounced; only the lead sees it.", share=settled.gold_share)
    if settled.training:
        yield say(
            "Newcomers get {share:.0%} of the training outputs right before they grade others.",
            share=settled.training,
        )
    if settled.regrade:
        yield say("{n} criteria are graded anew where the answer is stale.", n=len(settled.regrade))
