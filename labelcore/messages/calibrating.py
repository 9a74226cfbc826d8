"""Calibration rounds in words: who is how far, what came of it, and when another one helps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labelcore.messages.catalogue import NAMES, counted, say
from labelcore.messages.figures import alpha_words, rate_words
from labelcore.messages.telling import clauses, listed
from labelcore.models import OVERALL, Calibration, Comment

if TYPE_CHECKING:  # sentences wait for no numbers
    from labelcore.stages.grading import GoldPerson, LanguagePart, LanguageParts, Queue, Round, RoundAgreement

WORDS = {
    "calibrate_first": (
        "Nobody grades here yet.",
        "{n} people grade, and have never compared what they mean: a round of a few outputs shows where they "
        "differ.",
    ),
    "calibrate_criteria": "Changed since the last round: {names}. Another round shows whether people agree "
    "now.",
    "calibrate_guideline": (
        "The guidelines changed since the last round. Another round shows whether people agree now."
    ),
    "calibrate_joined": "Took part in no round yet: {names}.",
    "gold_right": "The last one was right: {reason}",
    "gold_pass": "The last one was settled as a pass: {reason}",
    "gold_fail": "The last one was settled as a fail: {reason}",
    "gold_right_earlier": "Right on “{output}”: {reason}",
    "gold_pass_earlier": "“{output}” was settled as a pass: {reason}",
    "gold_fail_earlier": "“{output}” was settled as a fail: {reason}",
    "criterion_gold_pass": "(on {criterion} it passes: {reason})",
    "criterion_gold_fail": "(on {criterion} it fails: {reason})",
}
_FEW = 20


def comment_words(comment: Comment) -> str:
    """Who said what when."""
    return f"{comment.author}, {comment.at:%Y-%m-%d %H:%M}: {comment.text}"


def round_words(calibration: Calibration) -> str:
    """Which outputs, how they came to be in it, and what their grades count for."""
    head = counted(
        "Round {number}: 1 output",
        "Round {number}: {n} outputs",
        n=len(calibration.outputs),
        number=calibration.number,
    )
    origin = (
        say("drawn by chance from {pool:,}", pool=calibration.pool)
        if calibration.pool
        else say("chosen by hand")
    )
    counts = (
        say("their grades count as any others do")
        if calibration.counts
        else say("their grades stay out of all figures")
    )
    return say("{head}, {drawn}; {counts}.", head=head, drawn=origin, counts=counts)


def people_words(report: Round) -> str:
    """How far each person is."""
    each = [
        say("{name} {done} of {asked}", **person.model_dump())
        if person.asked
        else say("{name} reads none of them", name=person.name)
        for person in report.people
    ]
    return listed(each) or say("Nobody has begun.")


def language_words(found: LanguageParts) -> Iterator[str]:
    """How a round of everybody is put together where people read different languages."""
    each = [
        say("{language} for {people}", language=_languages(part), people=listed(part.people))
        for part in found.parts
    ]
    if len(each) > 1:
        yield say(
            "No language has enough outputs that everybody reads, so each has a part of the round: {parts}.",
            parts=clauses(each),
        )
    elif each:
        yield say(
            "Everybody reads {language}: only such outputs are drawn.", language=_languages(found.parts[0])
        )
    if found.nobody_else:
        people = listed(found.nobody_else)
        yield say("The round has nothing for {people}: nobody else reads what they read.", people=people)


def _languages(part: LanguagePart) -> str:
    names: dict[str, str] = {str(known): name for known, name in NAMES.items()}
    return listed(names.get(code, code) or say("what has no known language") for code in part.languages)


def subject_words(row: RoundAgreement) -> str:
    """What agreement is about."""
    return say("the whole" if row.criterion == OVERALL else row.criterion)


def before_words(report: Round) -> str:
    """What stands beside this round's agreement."""
    if report.against:
        return say("round {number}", number=report.against)
    return say("grades before the round")


def change_words(row: RoundAgreement) -> str:
    """How much alpha rose, with its interval."""
    rise = row.change
    if rise.value is None or rise.low is None or rise.high is None:
        return rate_words(rise)
    figures = {"change": rise.value, "low": rise.low, "high": rise.high}
    if rise.low > 0:
        return say("{change:+.2f} ({low:+.2f} to {high:+.2f}): better", **figures)
    if rise.high < 0:
        return say("{change:+.2f} ({low:+.2f} to {high:+.2f}): worse", **figures)
    return say("{change:+.2f} ({low:+.2f} to {high:+.2f}): may be chance", **figures)


def few_words(report: Round) -> str:
    """That few outputs say little; "" where they are many."""
    most = max((row.now.n_outputs for row in report.subjects), default=0)
    if not report.subjects or most >= _FEW:
        return ""
    return counted(
        "1 output says little: go by the intervals, and take even these as rough.",
        "{n} outputs say little: go by the intervals, and take even these as rough.",
        n=most,
    )


def figure_lines(report: Round) -> Iterator[str]:
    """Agreement in lines, the whole first."""
    for row in report.subjects:
        yield say(
            "{subject}: all say the same on {same}; {now}; {against}: {before}; change {change}",
            subject=subject_words(row),
            same=rate_words(row.same),
            now=alpha_words(row.now),
            against=before_words(report),
            before=alpha_words(row.before),
            change=change_words(row),
        )
    if words := few_words(report):
        yield words


def standing_words(person: GoldPerson) -> str:
    """Whether somebody has passed the training."""
    words = {
        "passed": say("passed the training"),
        "let through": say("needs no training"),
        "in training": say("in training"),
    }
    return words.get(person.training, "–")


def training_words(queue: Queue) -> str:
    """What a newcomer is told above the card; "" for others."""
    if queue.training is None:
        return ""
    if queue.fell_short is not None:
        return say(
            "Training again ({right} of {n} right): {done} of {n}; with {share:.0%} right you go on "
            "to other outputs",
            right=queue.fell_short,
            done=queue.done,
            n=queue.total,
            share=queue.training,
        )
    return say(
        "Training: {done} of {n}; with {share:.0%} right you go on to other outputs",
        done=queue.done,
        n=queue.total,
        share=queue.training,
    )
