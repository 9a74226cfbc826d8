"""The gate, a judge's card, and comparisons of moments and versions, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from labelcore.messages.catalogue import say
from labelcore.messages.figures import rate_words
from labelcore.messages.telling import document, sentence, sentences

if TYPE_CHECKING:  # sentences need the reports' shapes, not the stages that make them
    from labelcore.stages.reporting import GateReport, JudgeCard, MomentComparison, VersionComparison
    from labelcore.stats.paired import Paired

WORDS = {
    "other_judge": "The judge is version {now} now; the card is of version {then}. Make the card again.",
    "same_judge": "The judge is the one of the card.",
    "criterion_changed": (
        "'{criterion}' has changed since the judge was made. Make the judge and its card again."
    ),
    "card_expired": "The card was valid until {until}. Measure again, and make it anew.",
    "other_grades": "The grades are others than the card's: {now:,} now, {then:,} then.",
    "figure_of": "{figure} of {judge}",
    "overall_rate": "Pass rate of everything",
    "limit_unknown": "{figure} cannot be checked: {rate}. Grade more, or name a wider --split.",
    "against_limit": "{figure} is {rate}; the limit is {limit:.0%}.",
    "surely_below": "It is below, and not by chance.",
    "perhaps_below": "It may be below by chance: grade more to know.",
    "looks": "The sealed test has been looked at {looks} of {limit} times.",
    "looks_spent": (
        "It is spent, so these figures may flatter: `labelcore splits renew` deals a fresh one; --split all "
        "uses none."
    ),
    "fell": "{figure} fell from {then} to {now}.",
    "labels_then_now": "{then:,} outputs had a label, {now:,} have one.",
    "went_on": "'{name}' went from version {then} to {now}.",
    "came": "'{name}' came.",
    "went": "'{name}' went.",
    "joined": "{judge} joined the chosen set.",
    "left": "{judge} left the chosen set.",
    "set_has_seen": ("The chosen set has seen {seen:,} of the {n:,} outputs: corrected rates are of these."),
    "lets_through": "It lets {wrong} of {n} bad outputs through.",
    "fails_good": "It fails {wrong} of {n} good outputs.",
    "defect_missed": "Planted defect '{test}': caught in {rate}.",
    "talked_into_pass": "Attack '{test}': talked into a pass in {rate}.",
    "shaken": "'{test}' changes its verdict in {rate}.",
    "new_version": "'{name}' changed to version {version}",
    "new_version_because": "'{name}' changed to version {version} ({reason})",
    "new_judge": "New: {judge}",
    "new_judges": "New: {n} judges, such as {judge}",
    "fresh_test_begun": "A fresh test begun by {author}: {reason}",
}
_MARKS = {"holds": "ok", "below, not significantly": "?", "warns": "?", "fails": "FAIL"}


def card_text(card: JudgeCard) -> str:
    """A judge's card as the JSON text of its file."""
    return json.dumps(document(card), ensure_ascii=False, indent=2) + "\n"


def gate_lines(gate: GateReport) -> tuple[str, ...]:
    """What was checked, for a terminal."""
    return tuple(f"{_MARKS[check.state]:>4}  {sentence(check.says)}" for check in gate.checks)


def moment_lines(found: MomentComparison) -> tuple[str, ...]:
    """The figures of two moments, and what differs in what they rest on."""
    figures = (
        say(
            "{figure}: {before} then, {after} later.",
            figure=say(moved.name),
            before=rate_words(moved.before),
            after=rate_words(moved.after),
        )
        for moved in found.figures
    )
    return (*figures, *sentences(found.changes))


def version_lines(found: VersionComparison) -> Iterator[str]:
    """Two pipeline versions, by people and by the chosen set."""
    yield say("By people: {comparison}", comparison=_paired_words(found, found.by_people))
    if found.by_judges:
        yield say("By the chosen set: {comparison}", comparison=_paired_words(found, found.by_judges))


def _paired_words(found: VersionComparison, paired: Paired) -> str:
    rate = paired.difference
    if paired.n == 0:
        return say("not measurable: none of these inputs was decided for both versions.")
    if rate.value is None or rate.low is None or rate.high is None:
        return say("not measurable: {why}.", why=say(rate.why_not or ""))
    figures = {
        "second": found.second,
        "first": found.first,
        "points": f"{abs(rate.value) * 100:.0f}",
        "low": f"{rate.low * 100:+.0f}",
        "high": f"{rate.high * 100:+.0f}",
        "n": paired.n,
        "verdict": say(paired.says),
    }
    if rate.value < 0:
        return say(
            "{second} passes {points} points fewer than {first} ({low} to {high}, n = {n}): {verdict}.",
            **figures,
        )
    return say(
        "{second} passes {points} points more than {first} ({low} to {high}, n = {n}): {verdict}.", **figures
    )
