"""What calibration rounds say."""

from collections.abc import Iterator

from labelcore.messages.calibrating import (
    comment_words,
    figure_lines,
    language_words,
    people_words,
    round_words,
    standing_words,
)
from labelcore.messages.catalogue import counted, say
from labelcore.messages.figures import rate_words
from labelcore.messages.results import lines
from labelcore.messages.telling import sentences
from labelcore.stages import grading


@lines("calibration start", "calibration show", "calibration reveal", "calibration end")
def calibration(report: grading.Round) -> Iterator[str]:
    yield round_words(report.calibration)
    yield people_words(report)
    if report.calibration.state == "open":
        yield say(
            "People grade it blind; `labelcore calibration reveal` shows everybody what the others said."
        )
    elif report.calibration.state == "dropped":
        yield say("It was ended without revealing the grades.")
    yield from figure_lines(report)
    for row in report.outputs:
        same = say("all the same" if row.compared else "fewer than two people graded it")
        yield say("{name}: {told}", name=row.output.id, told=say("people differ") if row.differ else same)
        for grade in row.grades:
            about = say(" on {criterion_id}", criterion_id=grade.criterion_id) if grade.criterion_id else ""
            note = say(" ({note})", note=grade.note) if grade.note else ""
            yield f"  {grade.annotator} {say(grade.value)}{about}{note}"
        for comment in row.comments:
            yield f"  {comment_words(comment)}"


@lines("calibration list")
def calibrations(report: grading.Rounds) -> Iterator[str]:
    for row in report.rounds:
        values = {"round": round_words(row), "when": f"{row.begun_at:%Y-%m-%d %H:%M}"}
        values["why"] = say(", {name}", name=row.why) if row.why else ""
        if row.state == "open":
            yield say("{round} open, {when}{why}", **values)
        else:
            yield say("{round} {state}, {when}{why}", state=say(row.state), **values)
    if not report.rounds:
        yield say("There was no calibration round yet: `labelcore calibration start`.")
    yield from sentences(report.suggested)
    yield from language_words(report.languages)


@lines("gold set", "gold end")
def gold_output(row: grading.GoldOutput) -> Iterator[str]:
    if row.gold.ended:
        yield say("{id} is not gold any more.", id=row.output.id)
    elif row.ruling:
        where = (
            say("in the training")
            if row.gold.training
            else say("mixed in at the share of `team rules --gold-share`")
        )
        yield say(
            "{id} is gold, {where}: {value}, {reason}",
            id=row.output.id,
            where=where,
            value=say(row.ruling.value),
            reason=row.ruling.reason,
        )
        if row.criteria:
            settled = counted("{n:,} criterion", "{n:,} criteria", n=len(row.criteria))
            yield say("Settled on it too: {criteria}.", criteria=settled)


@lines("gold train")
def gold_person(person: grading.GoldPerson) -> Iterator[str]:
    yield f"{person.name}: {standing_words(person)}"


@lines("gold show")
def gold(report: grading.GoldReport) -> Iterator[str]:
    for row in report.outputs:
        ruling = (
            say("{value}, {reason}", value=say(row.ruling.value), reason=row.ruling.reason)
            if row.ruling
            else say("not settled any more: not shown")
        )
        where = say("training" if row.gold.training else "mixed in")
        yield say(
            "{id} ({where}): {ruling}; people right at first: {right}",
            id=row.output.id,
            where=where,
            ruling=ruling,
            right=rate_words(row.right),
        )
    if not report.outputs:
        yield say("There are no gold outputs yet: `labelcore gold set OUTPUT pass|fail --reason WHY`.")
    for person in report.people:
        for name, answers in person.criteria.items():
            yield say(
                "{name} on {criterion}: right on {right}; let {let_through} bad ones through, failed "
                "{too_strict} good ones",
                answers,
                name=person.name,
                criterion=say(name),
            )
        yield say(
            "{name}: right on {right}; let {let_through} bad ones through, failed {too_strict} "
            "good ones, unsure on {unsure}; {standing}",
            person,
            standing=standing_words(person),
        )
