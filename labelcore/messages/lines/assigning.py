"""What is said of who grades what: assignments, what is released and skipped, and how far it is."""

from collections.abc import Iterator, Sequence

from labelcore.messages.assigning import (
    assignment_words,
    completion_words,
    forecast_words,
    nobodys_words,
    pairs_words,
)
from labelcore.messages.catalogue import say
from labelcore.messages.results import lines
from labelcore.models import Assignment, Expertise
from labelcore.stages import grading


@lines("team release", "team take-over")
def released(report: grading.ReleaseReport) -> Iterator[str]:
    who = say(" ({names})", names=report.people) if report.people else ""
    yield say("{n} outputs are free again{who}.", n=report.n, who=who)


@lines("team skips")
def skips(rows: Sequence[grading.Skip]) -> Iterator[str]:
    for skip in rows:
        rests = say("; it does not come back by itself") if skip.rests else ""
        yield say(
            "{annotator} skipped {output_id}: {why}{rests}",
            skip,
            why=skip.why or say("no reason given"),
            rests=rests,
        )
    if not rows:
        yield say("Nobody has skipped anything that they have not graded since.")
    if any(skip.waits for skip in rows):
        yield say("What was skipped once waits for that person; `team release --skipped` gives it to others.")


@lines("team assign")
def assigned_one(row: Assignment) -> Iterator[str]:
    yield say("{told}.", told=assignment_words(row))
    yield say("From now on people get only what is assigned to them; `labelcore team assignments` shows it.")


@lines("team unassign")
def unassigned(report: grading.EndedAssignments) -> Iterator[str]:
    yield say("{ended} assignments ended.", ended=len(report.ended))


@lines("team member")
def member(row: Expertise) -> Iterator[str]:
    yield say(
        "{person} reads {reads}; knows {knows}.",
        person=row.person,
        reads=row.reads or say("everything"),
        knows=row.knows or "–",
    )


@lines("team assignments")
def assignments(report: grading.Assigned) -> Iterator[str]:
    for row in report.assignments:
        yield f"{row.id}  {assignment_words(row)}"
    if not report.assignments:
        yield say("Nothing is assigned: everybody may grade everything that they read.")
    for load in report.people:
        day = say(", {a_day} a day", a_day=load.a_day) if load.a_day else ""
        yield say(
            "{name}: {done:,} of {total:,} graded, {left:,} left{day}, {today:,} today; {forecast}",
            load,
            day=day,
            forecast=forecast_words(load),
        )
    yield from pairs_words(report)
    if words := nobodys_words(report):
        yield words


@lines("team completion")
def completion(rows: Sequence[grading.Completion]) -> Iterator[str]:
    yield from map(completion_words, rows)
