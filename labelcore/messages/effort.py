"""What came of a person's work, in words: notes, steadiness, differences, thanks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labelcore.messages.catalogue import counted, paragraph, say
from labelcore.messages.figures import points_words, rate_words
from labelcore.messages.telling import sentence
from labelcore.models import OVERALL

if TYPE_CHECKING:  # sentences wait for no numbers
    from labelcore.stages.reporting.effort import Effort, GradingDifference, NoteEffect
    from labelcore.stages.reporting.person import PersonProgress

WORDS = {
    "differs_unknown": "",
    "differs_stricter": (
        "You may see what others miss, or weigh it more: a note that says what is wrong shows which it is."
    ),
    "differs_milder": (
        "You may know why it does no harm, or others may weigh it more: a note that says why it is fine "
        "shows which it is."
    ),
    "differs_alike": "That is no more than chance.",
}


def thanks_words(effort: Effort) -> str:
    """Thanks at a milestone, and how far the next one is; "" where there is none."""
    if not effort.milestone:
        return ""
    thanks = say("Thank you: {n:,} outputs and more.", n=effort.milestone)
    if not effort.coming:
        return thanks
    return thanks + say(" {n:,} to go until the next mark.", n=effort.coming)


def effect_words(effect: NoteEffect) -> str:
    """Which criterion a person's notes stand behind, and what that catches now."""
    name = say(effect.criterion)
    rests = (
        say("Your note is part of what the criterion “{name}” rests on.", name=name)
        if effect.notes == 1
        else say(
            "{n} of your notes are part of what the criterion “{name}” rests on.", n=effect.notes, name=name
        )
    )
    rulings = counted(
        "1 ruling on it settled an output that you graded.",
        "{n} rulings on it settled outputs that you graded.",
        n=effect.rulings,
    )
    return paragraph(rests, _caught_words(effect.caught), rulings if effect.rulings else "")


def _caught_words(caught: int | None) -> str:
    if caught is None:
        return say("No judge in use checks it yet.")
    return counted("Its judge now finds 1 output.", "Its judge now finds {n:,} outputs.", n=caught)


def steady_words(progress: PersonProgress) -> str:
    """How steady a person is."""
    if progress.steadiness.value is None:
        why = say(progress.steadiness.why_not or "")
        return say("Whether you give the same grade again is not measurable yet: {why}.", why=why)
    return say(
        "On outputs shown again without notice, you gave the same grade: {rate}.",
        rate=rate_words(progress.steadiness),
    )


def difference_words(difference: GradingDifference) -> str:
    """By how much a person is stricter than others on one subject, and what that may mean."""
    name = say("As a whole") if difference.criterion == OVERALL else say(difference.criterion)
    rate = difference.stricter
    if rate.value is None or rate.low is None or rate.high is None:
        return say("{name}: not measurable yet, because {why}.", name=name, why=say(rate.why_not or ""))
    figures = {**points_words(rate), "name": name, "n": rate.n, "why": sentence(difference.says)}
    if rate.value < 0:
        return say(
            "{name}: you fail {points} points fewer than the others ({low} to {high}, n = {n}). {why}",
            **figures,
        )
    return say(
        "{name}: you fail {points} points more than the others ({low} to {high}, n = {n}). {why}", **figures
    )


def settled_words(effort: Effort) -> str:
    """How often a ruling went the person's way."""
    if effort.settled.value is None:
        why = say(effort.settled.why_not or "")
        return say("How often a ruling went your way is not measurable yet: {why}.", why=why)
    return say(
        "Where you and others differed and the lead settled it, it went your way: {rate}.",
        rate=rate_words(effort.settled),
    )


def effort_lines(progress: PersonProgress) -> Iterator[str]:
    """All of it, a line each."""
    effort = progress.effort
    if words := thanks_words(effort):
        yield words
    yield from map(effect_words, effort.effects)
    yield steady_words(progress)
    yield from map(difference_words, effort.differences)
    yield settled_words(effort)
