"""Who is to grade what and how far they are, in words."""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.messages.catalogue import counted, field_words, language, say
from labelcore.models import Assignment
from labelcore.stages.grading import Assigned, Completion, Load, Queue
from labelcore.store.assignments import LANGUAGE_FIELDS


def who_words(row: Assignment) -> str:
    """To whom."""
    return row.person or say("everybody who knows {subject}", subject=row.knows)


def language_words(code: str) -> str:
    """A language by its name; one that has none here by its code."""
    return {"en": say("English"), "zh": say("Chinese"), "": say("another language")}.get(code, code)


def which_words(row: Assignment | Completion) -> str:
    """Which outputs."""
    if isinstance(row, Completion) and row.language is not None:
        return language_words(row.language)
    conditions = [_condition(name, values) for name, values in row.fields.items()]
    if row.batch:
        conditions.append(say("import {batch}", batch=row.batch))
    everything = say("Everything to grade") if isinstance(row, Completion) else say("all outputs")
    return ", ".join(conditions) or everything


def _condition(name: str, values: Sequence[str]) -> str:
    """A value of a field; a language by its name alone."""
    if name in LANGUAGE_FIELDS:
        return " / ".join(map(language_words, values))
    return f"{field_words(name)} = {' / '.join(values)}"


def how_words(row: Assignment) -> str:
    """How many of them."""
    parts = [
        say("a share of {share:g}", share=row.share) if row.share else say("any of them"),
        say("at most {n:,}", n=row.quota) if row.quota else "",
        say("{n:,} a day", n=row.a_day) if row.a_day else "",
    ]
    return ", ".join(filter(None, parts))


def assignment_words(row: Assignment) -> str:
    """To whom which outputs are assigned, and how many."""
    return say("{who}: {which}; {how}", who=who_words(row), which=which_words(row), how=how_words(row))


def completion_words(row: Completion) -> str:
    """How many outputs of a part have all their grades, and how many people graded each."""
    return say(
        "{which}: {complete:,} of {all:,} done; {one:,} graded once, {more:,} twice or more, {nobody:,} not "
        "yet",
        row,
        which=which_words(row),
        all=row.outputs,
    )


def forecast_words(load: Load) -> str:
    """When a person will be ready."""
    if not load.left:
        return say("all graded") if load.total else say("nothing assigned")
    if load.ready_on is None:
        return (
            say("late, nothing graded for a week")
            if load.late
            else say("nothing graded for a week: no forecast")
        )
    if load.late:
        return say("about {day}, too late", day=load.ready_on)
    return say("about {day}", day=load.ready_on)


def nobodys_words(report: Assigned) -> str:
    """That some outputs are nobody's, and what to do; "" where none is."""
    if not report.nobodys_left:
        return ""
    return counted(
        "1 output that lacks grades is assigned to nobody who reads it: it stays as it is, and figures would "
        "miss its kind. Assign it, or add somebody's language.",
        "{n:,} outputs that lack grades are assigned to nobody who reads them: they stay as they are, and "
        "figures would miss their kind. Assign them, or add somebody's language.",
        n=report.nobodys_left,
    )


def pairs_words(report: Assigned) -> list[str]:
    """How often two people meet where pairs are planned; [] where none are."""
    if not report.pairs:
        return []
    plans = [pair.planned for pair in report.pairs]
    words = say(
        "Pairs are planned: any two people meet on {least:,} to {most:,} outputs; both have graded {done:,} "
        "of {all:,}.",
        least=min(plans),
        most=max(plans),
        done=sum(pair.done for pair in report.pairs),
        all=sum(plans),
    )
    alone = counted(
        "1 output has only one person who may grade it: assign it to another, or add their language.",
        "{n:,} outputs have only one person who may grade them: assign them to another, or add their "
        "language.",
        n=report.alone,
    )
    return [words, alone] if report.alone else [words]


def part_words(queue: Queue) -> str:
    """What a person has left, for the line above the card."""
    parts = [say("Yours: {left:,} left of {total:,}", queue)]
    if queue.a_day:
        parts.append(say("{n:,} a day", n=queue.a_day))
    if queue.reads:
        parts.append(
            say(
                "in languages that you read: {languages}",
                languages=[language_words(code) for code in queue.reads],
            )
        )
    return (", " if language() == "en" else "，").join(parts)
