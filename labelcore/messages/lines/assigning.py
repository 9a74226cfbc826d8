"""Who is to grade what, by which rules and how far they are, in words."""

from collections.abc import Iterator, Sequence

from labelcore.messages.catalogue import counted, field_words, language, say
from labelcore.messages.results import lines
from labelcore.messages.telling import listed
from labelcore.models import Assignment, Expertise, GradingRules
from labelcore.stages import grading
from labelcore.store.assignments import LANGUAGE_FIELDS


def who_words(row: Assignment) -> str:
    """To whom."""
    return row.person or say("everybody who knows {subject}", subject=row.knows)


def language_words(code: str) -> str:
    """A language by its name; one that has none here by its code."""
    return {"en": say("English"), "zh": say("Chinese"), "": say("another language")}.get(code, code)


def which_words(row: Assignment | grading.Completion) -> str:
    """Which outputs."""
    if isinstance(row, grading.Completion) and row.language is not None:
        return language_words(row.language)
    conditions = [_condition(name, values) for name, values in row.fields.items()]
    if row.batch:
        conditions.append(say("import {batch}", batch=row.batch))
    everything = say("Everything to grade") if isinstance(row, grading.Completion) else say("all outputs")
    return listed(conditions) or everything


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
    return listed(filter(None, parts))


def assignment_words(row: Assignment) -> str:
    """To whom which outputs are assigned, and how many."""
    return say("{who}: {which}; {how}", who=who_words(row), which=which_words(row), how=how_words(row))


def completion_words(row: grading.Completion) -> str:
    """How many outputs of a part have all their grades, and how many people graded each."""
    return say(
        "{which}: {complete:,} of {all:,} done; {one:,} graded once, {more:,} twice or more, {nobody:,} not "
        "yet",
        row,
        which=which_words(row),
        all=row.outputs,
    )


def forecast_words(load: grading.Load) -> str:
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


def nobodys_words(report: grading.Assigned) -> str:
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


def pairs_words(report: grading.Assigned) -> list[str]:
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


def part_words(queue: grading.Queue) -> str:
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


def _taken_words(waiting: grading.Wait) -> tuple[str, str]:
    """What others have in hand, and when it is free again."""
    if waiting.kind == "held":
        says = counted("1 is reserved by somebody else", "{n:,} are reserved by others", n=waiting.n)
        return says, counted(
            "Come back in about a minute, or take over what is reserved.",
            "Come back in about {n:,} minutes, or take over what is reserved.",
            n=waiting.minutes or 1,
        )
    says = counted(
        "1 is out in a pack, to be graded without a network",
        "{n:,} are out in packs, to be graded without a network",
        n=waiting.n,
    )
    hours = -(-(waiting.minutes or 1) // 60)
    return says, counted(
        "They are free again within an hour; your lead can give them back sooner.",
        "They are free again within {n:,} hours; your lead can give them back sooner.",
        n=hours,
    )


def waiting_words(waiting: grading.Wait) -> tuple[str, str]:
    """What is the case, and the next step."""
    later = say("New outputs come with the next sample or import; until then there is nothing to do.")
    match waiting.kind:
        case "held" | "packed":
            return _taken_words(waiting)
        case "skipped":
            says = counted(
                "Only one is left, which you skipped twice",
                "Only the {n:,} are left that you skipped twice",
                n=waiting.n,
            )
            return says, say("Look at it once more, or leave it to somebody else: your lead sees it.")
        case "shared" if waiting.n:
            return say("You graded {n:,}; others graded the rest", n=waiting.n), later
        case "shared":
            return say("Others have graded everything"), later
        case "done":
            hint = say("Z takes back the last grade, ← looks back.")
            return say("All {total} graded", total=waiting.n), f"{later} {hint}"
        case "unassigned":
            return say("Nothing is assigned to you"), say(
                "Ask your team lead: outputs are assigned on the page Team, under Assignment."
            )
        case "quota":
            return say("You have graded the {n:,} that were asked of you", n=waiting.n), say(
                "Ask your team lead if you would like more."
            )
        case "training":
            return say("Training comes first"), say(
                "Choose “Grade one by one”: the training outputs come there."
            )
        case "empty":
            return say("There is nothing to grade yet."), say("Draw a sample first, then come back.")
