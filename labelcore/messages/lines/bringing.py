"""What is told of a prompt that was brought from elsewhere."""

from collections.abc import Iterator

from labelcore.judges.answer_formats import AnswerFormat
from labelcore.messages.catalogue import BETWEEN, language, say
from labelcore.messages.results import lines
from labelcore.messages.telling import clauses, sentence
from labelcore.models import Fact
from labelcore.stages.judging.bringing.prompts import BroughtPrompt, BroughtVariable

_HINTS = {
    "foreign_variable_asked": "--map {name}=SLOT",
    "foreign_no_output": "--map NAME=output",
    "foreign_form_asked": "--field NAME | --pattern REGEX, --pass WORD --fail WORD | --threshold X",
    "foreign_words_asked": "--pass WORD --fail WORD --abstain WORD",
    "foreign_direction_asked": "--lower-passes | --higher-passes",
    "foreign_threshold_asked": "--threshold X",
    "foreign_needs_criterion": "--criterion NAME",
    "foreign_unmarked": "labelcore judge harden JUDGE",
}
"""How the command line is told what is asked."""


@lines("judge prompt import")
def brought(report: BroughtPrompt) -> Iterator[str]:
    if report.family:
        yield say("A prompt as {family} has them.", family=report.family)
    yield from map(variable_words, report.variables)
    yield answer_words(report)
    if report.answer and report.answer.pattern:
        yield f"  {report.answer.pattern}"
    if report.threshold.says:
        yield sentence(report.threshold.says)
    yield from map(_hinted, report.notices)
    if report.judge:
        yield say("Kept as “{judge}”, version {version}.", report)
    elif report.questions:
        yield say("To be said first:")
        yield from (f"  {_hinted(question)}" for question in report.questions)
    else:
        yield say("Nothing is kept: leave --preview out.")


def _hinted(notice: Fact) -> str:
    hint = _HINTS.get(notice.code, "").replace("{name}", str(notice.values.get("name", "")))
    return f"{sentence(notice)} [{hint}]" if hint else sentence(notice)


def variable_words(variable: BroughtVariable) -> str:
    """What a variable is given, and how many outputs have it."""
    figures = {"n": variable.filled}
    if not variable.sure:
        return say("{name}: not sure", variable, **figures)
    if variable.filled is None:
        return f"{variable.name}: {variable.slot}"
    return say("{name}: {slot}, which {n} of {of} outputs have", variable, **figures)


def slot_words(slot: str) -> str:
    """What a variable is given, in words."""
    words = {
        "output": say("the output"),
        "input": say("the input"),
        "context": say("the context"),
        "reference": say("the reference"),
        "conversation": say("the conversation"),
        "criterion": say("the criterion, name and statement"),
        "statement": say("the criterion's statement"),
        "examples": say("examples of the train split"),
        "glossary": say("the glossary"),
        "text:": say("words of your own"),
    }
    return words.get(slot) or say("the field “{field}”", field=slot.removeprefix("metadata."))


def answer_words(report: BroughtPrompt) -> str:
    """How answers are read, and which pass as far as it is known."""
    answer = report.answer
    if answer is None:
        return say("Answers: JSON with a reason and a verdict, as labelcore asks for it.")
    where = _where(answer)
    if any(question.code == "foreign_words_asked" for question in report.questions):
        return say("Answers: {where}.", where=where)
    return say("Answers: {where}; {values}", where=where, values=values_words(answer))


def form_words(answer: AnswerFormat | None) -> str:
    """The same of a judge that is there, in a line of others."""
    if answer is None:
        return say("JSON with a reason and a verdict, as labelcore asks for it")
    return clauses([_where(answer), values_words(answer)])


def _where(answer: AnswerFormat) -> str:
    return {
        "json": say("the field {field} of JSON", field=answer.field),
        "first_word": say("the first word"),
        "last_word": say("the last word"),
        "score": say("a number"),
        "pattern": say("what a pattern finds"),
    }[answer.kind]


def values_words(answer: AnswerFormat) -> str:
    """Which values pass."""
    if not answer.numeric:
        if answer.abstains:
            return say("pass: {passes}; fail: {fails}; abstain: {abstains}", answer)
        return say("pass: {passes}; fail: {fails}", answer)
    between = BETWEEN[language()][1]
    scale = between.join(f"{word} = {score:g}" for word, score in answer.scores)
    if not scale and answer.low is not None and answer.high is not None:
        scale = say("from {low:g} to {high:g}", answer)
    if answer.threshold is None:
        less = "" if answer.higher_passes else say("less is better")
        return between.join(filter(None, (" ".join(filter(None, (say("a score"), scale))), less)))
    passing = (
        say("{value:g} or more passes", value=answer.threshold)
        if answer.higher_passes
        else say("{value:g} or less passes", value=answer.threshold)
    )
    return between.join(filter(None, (" ".join(filter(None, (say("a score"), scale))), passing)))
