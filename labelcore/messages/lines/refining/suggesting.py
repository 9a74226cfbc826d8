"""What would improve a judge, and what became of a suggestion."""

from collections.abc import Iterator

from labelcore.messages.catalogue import counted, say
from labelcore.messages.lines.refining.comparing import change_words, spent
from labelcore.messages.results import lines
from labelcore.messages.telling import sentence
from labelcore.stages.refining.candidates import QuestionPart
from labelcore.stages.refining.suggestions import (
    ChangeSuggestion,
    Rejected,
    State,
    SuggestionKept,
    Suggestions,
)
from labelcore.text.showing import shortened

_LISTED = 5
_WORDS = 200


@lines("judge prompt suggest")
def suggestions(report: Suggestions) -> Iterator[str]:
    yield sentence(report.says)
    for suggestion in report.offered:
        yield from _suggestion(suggestion)
    if report.left:
        yield say("Tried and left: {n}.", n=len(report.left))
    for suggestion in report.left[:_LISTED]:
        yield f"  {kind_words(suggestion.kind)}: {state_words(suggestion.state)}"
    if report.rejected:
        yield say("Rejected before, and not tried again: {n}.", n=report.rejected)
    if looks_words := sentence(report.looks.says):
        yield looks_words
    yield from spent(report)
    if report.offered:
        yield say("`labelcore judge prompt accept` keeps one, `reject` drops it for good.")


@lines("judge prompt accept")
def accepted(report: SuggestionKept) -> Iterator[str]:
    yield say("Version {n} of {judge} is in use.", n=report.kept.version, judge=report.kept.judge)
    yield from held_out(report)
    for warning in report.kept.warnings:
        yield sentence(warning)


def held_out(report: SuggestionKept) -> Iterator[str]:
    """Its figures on dev, and how much looking there flatters."""
    figures = report.figures
    names = {"value": "change", "low": "change_low", "high": "change_high"}
    points = {end: 100 * figures[name] for end, name in names.items() if figures.get(name) is not None}
    if len(points) == len(names):
        yield say(
            "On {n} outputs of dev, which it was not made from, it mends {mended} and "
            "breaks {broken}; balanced accuracy {value:+.0f} points (95% between "
            "{low:+.0f} and {high:+.0f}).",
            n=figures["n"],
            mended=len(figures["mended"]),
            broken=len(figures["broken"]),
            **points,
        )
    if looks_words := sentence(report.looks.says):
        yield looks_words


@lines("judge prompt reject")
def rejected(report: Rejected) -> Iterator[str]:
    yield say("It is not offered for {judge} again.", judge=report.judge)


def kind_words(kind: str) -> str:
    """What a suggestion changes."""
    return {
        "threshold": say("another threshold"),
        "wording": say("another emphasis"),
        "questions": say("the question in parts"),
        "split": say("the question split in two"),
        "notes": say("what experts noted"),
        "example": say("examples of its errors"),
        "model": say("a model's proposal"),
    }[kind]


def question_words(question: QuestionPart) -> str:
    """One half of a question in two, with how many errors it is about."""
    return counted(
        "“{question}” is about one of its errors on train.",
        "“{question}” is about {n} of its errors on train.",
        n=len(question.because),
        question=question.statement,
    )


def state_words(state: State) -> str:
    """What came of trying it."""
    return {
        "better": say("better"),
        "not beyond chance": say("not better beyond chance"),
        "not better on train": say("not better on train"),
        "not tried": say("not tried"),
    }[state]


def _suggestion(report: ChangeSuggestion) -> Iterator[str]:
    yield say(
        "{id}  {kind}: {words}",
        id=report.id,
        kind=kind_words(report.kind),
        words=shortened(report.candidate.words, _WORDS),
    )
    for question in report.candidate.questions:
        yield f"    {question_words(question)}"
    if report.why:
        yield say("    why: {why}", why=" ".join(report.why.split()))
    if report.on_dev is None:
        yield say("    not tried")
        return
    yield say(
        "    on {n} outputs of dev it mends {mended} and breaks {broken}; balanced accuracy {change}",
        n=report.n,
        mended=len(report.mended),
        broken=len(report.broken),
        change=change_words(report.on_dev.balanced),
    )
