"""What calibration rounds say."""

from collections.abc import Iterator

from labelcore.messages.calibrating import (
    comment_words,
    figure_lines,
    people_words,
    round_words,
    standing_words,
)
from labelcore.messages.figures import amount, rate_words
from labelcore.messages.results import lines
from labelcore.messages.telling import sentences
from labelcore.stages import grading

_STATES = {
    "open": "People grade it blind; `labelcore calibration reveal` shows everybody what the others said.",
    "dropped": "It was ended without revealing the grades.",
}


@lines("calibration start", "calibration show", "calibration reveal", "calibration end")
def calibration(found: grading.Round) -> Iterator[str]:
    yield round_words(found.calibration)
    yield people_words(found)
    if found.calibration.state in _STATES:
        yield _STATES[found.calibration.state]
    yield from figure_lines(found)
    for row in found.outputs:
        same = "all the same" if row.compared else "fewer than two people graded it"
        yield f"{row.output.id}: {'people differ' if row.differ else same}"
        for grade in row.grades:
            about = f" on {grade.criterion_id}" if grade.criterion_id else ""
            yield f"  {grade.annotator} {grade.value}{about}{f' ({grade.note})' if grade.note else ''}"
        for said in row.comments:
            yield f"  {comment_words(said)}"


@lines("calibration list")
def calibrations(found: grading.Rounds) -> Iterator[str]:
    for row in found.rounds:
        why = f", {row.why}" if row.why else ""
        yield f"{round_words(row)} {row.state}, {row.begun_at:%Y-%m-%d %H:%M}{why}"
    if not found.rounds:
        yield "There was no calibration round yet: `labelcore calibration start`."
    yield from sentences(found.suggested)


@lines("gold set", "gold end")
def gold_output(row: grading.GoldOutput) -> Iterator[str]:
    if row.gold.ended:
        yield f"{row.output.id} is not gold any more."
    elif row.ruling:
        where = (
            "in the training" if row.gold.training else "mixed in at the share of `team rules --gold-share`"
        )
        yield f"{row.output.id} is gold, {where}: {row.ruling.value}, {row.ruling.reason}"
        if row.criteria:
            yield f"Settled on it too: {amount(len(row.criteria), 'criterion', 'criteria')}."


@lines("gold train")
def gold_person(person: grading.GoldPerson) -> Iterator[str]:
    yield f"{person.name}: {standing_words(person)}"


@lines("gold show")
def gold(found: grading.GoldReport) -> Iterator[str]:
    for row in found.outputs:
        ruling = (
            f"{row.ruling.value}, {row.ruling.reason}" if row.ruling else "not settled any more: not shown"
        )
        where = "training" if row.gold.training else "mixed in"
        yield f"{row.output.id} ({where}): {ruling}; people right at first: {rate_words(row.right)}"
    if not found.outputs:
        yield "There are no gold outputs yet: `labelcore gold set OUTPUT pass|fail --reason WHY`."
    for person in found.people:
        for name, answers in person.criteria.items():
            yield (
                f"{person.name} on {name}: right on {rate_words(answers.right)}; "
                f"let {answers.let_through} bad ones through, failed {answers.too_strict} good ones"
            )
        yield (
            f"{person.name}: right on {rate_words(person.right)}; let {person.let_through} bad ones through, "
            f"failed {person.too_strict} good ones, unsure on {person.unsure}; {standing_words(person)}"
        )
