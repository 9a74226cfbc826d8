"""What calibration rounds say."""

from collections.abc import Iterator

from labelcore.messages.calibrating import figure_lines, people_words, round_words
from labelcore.messages.results import lines
from labelcore.messages.telling import sentences
from labelcore.stages import grading

_STATES = {
    "open": "People grade it blind; `labelcore calibration reveal` shows everybody what the others said.",
    "dropped": "It was ended without being shown.",
}


@lines("calibration start", "calibration show", "calibration reveal", "calibration end")
def calibration(found: grading.Round) -> Iterator[str]:
    yield round_words(found.calibration)
    yield people_words(found)
    if found.calibration.state in _STATES:
        yield _STATES[found.calibration.state]
    yield from figure_lines(found)
    for row in found.outputs:
        yield f"{row.output.id}: {'people differ' if row.differ else 'all the same'}"
        for grade in row.grades:
            about = f" on {grade.criterion_id}" if grade.criterion_id else ""
            yield f"  {grade.annotator} {grade.value}{about}{f' ({grade.note})' if grade.note else ''}"


@lines("calibration list")
def calibrations(found: grading.Rounds) -> Iterator[str]:
    for row in found.rounds:
        why = f", {row.why}" if row.why else ""
        yield f"{round_words(row)} {row.state}, {row.begun_at:%Y-%m-%d %H:%M}{why}"
    if not found.rounds:
        yield "There was no calibration round yet: `labelcore calibration start`."
    yield from sentences(found.suggested)
