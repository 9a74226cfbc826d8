"""What became of rulings, and which examples a judge could be shown."""

from collections.abc import Iterator

from labelcore.messages.catalogue import counted, judge_words, say
from labelcore.messages.results import lines
from labelcore.messages.telling import sentence
from labelcore.stages.refining.drafts import PromptLint
from labelcore.stages.refining.examples import Examples
from labelcore.stages.refining.outcomes import Outcomes, RulingOutcome, State
from labelcore.text.showing import shortened

_QUOTED = 100


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


@lines("judge prompt examples")
def examples(report: Examples) -> Iterator[str]:
    if not report.pairs:
        yield say("Nothing in train can be shown.")
    for pair in report.pairs:
        for example in filter(None, (pair.example, pair.beside)):
            lead = "  " if example is pair.example else say("    beside: ")
            text = shortened(example.text, _QUOTED)
            yield f"{lead}{example.output_id} {say(example.verdict)}: {text}"
    if report.elsewhere:
        yield elsewhere_words(report)


def elsewhere_words(report: Examples) -> str:
    """How many were found that may not be shown."""
    return counted(
        "One more graded output has these words; it is of dev or test and may not be shown.",
        "{n} more graded outputs have these words; they are of dev or test and may not be shown.",
        n=report.elsewhere,
    )


@lines("judge prompt lint")
def lint(report: PromptLint) -> Iterator[str]:
    if not report.findings:
        yield say("Nothing is wrong with the prompt.")
    for finding in report.findings:
        yield f"{'!' if finding.stops else '-'} {sentence(finding.says)}"
