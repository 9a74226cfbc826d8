"""Acts of grading: recorded as events, durable when the call returns, taken back by further events."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import (
    APART,
    Comparison,
    Criterion,
    Frozen,
    Grade,
    GradingRules,
    Output,
    Project,
    Role,
    new_id,
)
from labelcore.operations import Effect, Metavar, operation
from labelcore.stages import projects
from labelcore.stages.grading.alike import with_copies
from labelcore.stages.grading.card import LONGEST_NOTE
from labelcore.stages.grading.comparing import compare
from labelcore.stages.grading.dealing import is_divided
from labelcore.stages.grading.mixing import is_told, training_of
from labelcore.stages.grading.relooking import was_sent_back
from labelcore.stages.grading.rounds import given_in, is_asked
from labelcore.store import (
    assignments,
    calibrations,
    comparisons,
    criteria as criterion_table,
    golds,
    grades as grade_table,
    outputs as output_table,
)
from labelcore.store.live import live
from labelcore.wording import Wording
from labelcore.workspace import Workspace

MOST_FIELDS = 40
_LONGEST = 100_000


class OutputField(Frozen):
    """One leaf of a JSON output. ``pointer`` names it, ``value`` is how it is written."""

    pointer: str
    value: str


def fields_of(text: str) -> tuple[OutputField, ...]:
    """The leaves of a JSON object or array in their order, at most forty; () for any other text."""
    if len(text) > _LONGEST or not text.lstrip().startswith(("{", "[")):
        return ()
    try:
        leaves = _leaves(json.loads(text), "")
        return tuple(field for field, _ in zip(leaves, range(MOST_FIELDS), strict=False))
    except (ValueError, RecursionError):
        return ()


def _leaves(value: Any, pointer: str) -> Iterator[OutputField]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _leaves(item, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list) and value:
        for at, item in enumerate(value):
            yield from _leaves(item, f"{pointer}/{at}")
    elif pointer:
        yield OutputField(pointer=pointer, value=json.dumps(value, ensure_ascii=False))


@operation(role=Role.EXPERT, effect=Effect.ONE_APPEND)
def record(workspace: Workspace, events: Sequence[Grade]) -> list[str]:
    """Store grading events, each once. Returns the ids that are stored durably now.

    Raises:
        BadInput: an event has no annotator, undoes nothing or a grade of another person or output, belongs
            to another project, or repeats what its author has not graded.
        NotFound: the project has no such output, criterion or field; nothing is stored then.
    """
    ids = [event.output_id for event in events]
    output_ids = output_table.existing(workspace.db, ids, workspace.project.id)
    of_fields = [event for event in events if event.field is not None]
    outputs = output_table.many(workspace.db, sorted({event.output_id for event in of_fields}))
    for event in of_fields:
        output = outputs.get(event.output_id)
        if output and event.field not in {field.pointer for field in fields_of(output.text)}:
            raise NotFound("The output has no field '{field}'.", field=event.field)
    undone = [str(event.supersedes) for event in events if event.value == "undone"]
    taken_back = grade_table.some(workspace.db, undone) if undone else []
    before = {grade.id: grade for grade in taken_back}
    for event in events:
        _check(event, workspace.project, output_ids)
        _check_asked(workspace, event, events)
        original = before.get(str(event.supersedes), event)
        if original.annotator != event.annotator:
            raise BadInput("Only its author can take a grade back.")
        if (original.project_id, original.output_id) != (event.project_id, event.output_id):
            raise BadInput("The grade to take back belongs to another output.")
        if event is not original and original.source == "gold":
            _check_untold(workspace.by(event.annotator), original)
    rules = workspace.project.rules
    new_ids = grade_table.record(workspace.db, [_on_scale(event, rules) for event in events])
    plan_anew(workspace, [*events, *before.values()])
    return new_ids


def plan_anew(workspace: Workspace, events: Sequence[Grade]) -> None:
    """What somebody has just skipped for good goes to somebody else; or is theirs again, taken back."""
    skips = [event for event in events if event.value == "skipped" and event.is_overall]
    if not skips or not is_divided(workspace):
        return
    state = live(workspace.db, workspace.project.id)
    taken_back = {event.supersedes for event in events}
    if any(skip.id in taken_back or state.rests(skip.output_id, skip.annotator) for skip in skips):
        assignments.forget(workspace.db)


def _check(event: Grade, project: Project, output_ids: Collection[str]) -> None:
    if event.project_id != project.id:
        raise BadInput(
            "The grade '{id}' belongs to another project than {name}.", id=event.id, name=project.name
        )
    if not event.annotator.strip():
        raise BadInput("A grade needs the name of who gives it.", next_step="Name an annotator.")
    if event.value == "undone" and not event.supersedes:
        raise BadInput("An undo must name the grade that it takes back.")
    if event.output_id not in output_ids:
        raise NotFound(
            "There is no output '{output_id}'.",
            next_step="Import it before grading it.",
            output_id=event.output_id,
        )


def _check_asked(workspace: Workspace, event: Grade, beside: Sequence[Grade]) -> None:
    """Refuse a criterion or repeat that was never asked here. What was asked once may come late."""
    db, project_id = workspace.db, workspace.project.id
    if event.criterion_id is not None:
        versions = {criterion.id: criterion.version for criterion in criterion_table.current(db, project_id)}
        if (event.criterion_version or 0) > versions.get(event.criterion_id, -1):
            raise NotFound("The project has no such criterion.", next_step="Reload the page.")
    if event.source == "calibration" and not is_asked(workspace, event):
        raise BadInput("This calibration round does not ask that.", next_step="Reload the page.")
    if event.source == "relook" and not was_sent_back(workspace, event.output_id, event.annotator):
        raise BadInput("Nobody asked to look at this again.", next_step="Reload the page.")
    if event.source == "gold" and event.output_id not in golds.ever(db, project_id):
        raise BadInput("This output was never gold.", next_step="Reload the page.")
    again = event.source in {"repeat", "relook"}
    if again and event.output_id not in live(db, project_id).graded(event.annotator):
        events = (*beside, *grade_table.history(db, project_id, event.output_id))
        first = (grade.source not in APART for grade in events if _same_subject(grade, event))
        if not any(first):
            raise BadInput("What was not graded before cannot be graded again.")


def _check_untold(workspace: Workspace, gold_grade: Grade) -> None:
    if gold_grade.is_overall and is_told(workspace, gold_grade.output_id, gold_grade.value):
        raise BadInput("You were told what this output counts as, so your first grade stands.")


def _same_subject(grade: Grade, event: Grade) -> bool:
    return (grade.annotator, grade.output_id) == (event.annotator, event.output_id)


def _on_scale(event: Grade, rules: GradingRules) -> Grade:
    """Without a level that is not on the scale any more: the pass or fail that was meant is kept."""
    level = event.level
    if level is None:
        return event
    fits = 1 <= level <= len(rules.scale) and event.value in {rules.value_of(level), "undone"}
    return event if fits else event.model_copy(update={"level": None})


@operation("grade", role=Role.EXPERT, effect=Effect.APPENDS, signed=True)
def grade(
    workspace: Workspace,
    output: Annotated[str, Metavar("OUTPUT_ID")],
    value: Annotated[str, Metavar("pass|fail|unsure|LEVEL")],
    *,
    criterion: Annotated[Criterion | None, Field(description="Grade one criterion only.")] = None,
    field: Annotated[
        str | None, Field(description="Grade one field of a JSON output only, such as /price.")
    ] = None,
    note: Annotated[str, Field(max_length=LONGEST_NOTE, description="What is wrong, in your words.")] = "",
) -> Grade:
    """Grade one output, or one criterion or field of it.

    The output is named by its id, a unique beginning of it, or the importer's id. The grade is
    pass, fail, unsure or skipped; on a project with a scale also a level's name or number. On an output of
    an open calibration round it counts in the round.

    Raises:
        BadInput: it is no grade, or nobody gives it.
        NotFound: there is no such output.
    """
    place = projects.find_output(workspace, output)
    rules = workspace.project.rules
    level = None if criterion or field else _level(rules, value)
    if level is None:
        _check_value(rules, value)
    event = Grade(
        id=new_id("grade"),
        project_id=workspace.project.id,
        output_id=place.id,
        annotator=workspace.person,
        value=value if level is None else rules.value_of(level),
        level=level,
        note=note,
        criterion_id=criterion.id if criterion else None,
        criterion_version=criterion.version if criterion else None,
        field=field,
        **_given_for(workspace, place.id),
    )
    record(workspace, [event])
    return event


def _given_for(workspace: Workspace, output_id: str) -> dict[str, str]:
    """What marks a grade as one of the training or of a calibration round; {} where it is an ordinary one.

    Raises:
        BadInput: the person is still in training, and the output is no part of it.
    """
    training = training_of(workspace)
    if training is None:
        return given_in(workspace, output_id)
    if output_id not in {key for key, _ in training.left}:
        raise BadInput(
            "{person} starts with {n} training outputs; until then, grades on other outputs do not count.",
            next_step="They come first on the page Grade.",
            person=workspace.person,
            n=len(training.left),
        )
    return {"source": "gold"}


def _level(rules: GradingRules, value: str) -> int | None:
    """The place of a level, given by its number or its name."""
    numbers = {str(number): number for number in range(1, len(rules.scale) + 1)}
    return (numbers | {name: number for number, name in enumerate(rules.scale, 1)}).get(value)


def _check_value(rules: GradingRules, value: str) -> None:
    if value not in {"pass", "fail", "unsure", "skipped"}:
        levels = Wording(", or {levels}", levels=rules.scale) if rules.scale else ""
        raise BadInput(
            "'{value}' is not a grade.",
            next_step="Use pass, fail, unsure{levels}.",
            value=value,
            levels=levels,
        )


def part_grades(workspace: Workspace, output_ids: Collection[str]) -> dict[str, dict[str, Grade]]:
    """What this person says of parts now: output id -> criterion id or JSON pointer -> grade."""
    parts: dict[str, dict[str, Grade]] = {}
    events = grade_table.of_parts(workspace.db, workspace.project.id, workspace.person, list(output_ids))
    for event in events:
        parts.setdefault(event.output_id, {})[str(event.criterion_id or event.field)] = event
    return parts


def grade_history(
    workspace: Workspace, output_id: str | None = None, criterion_id: str | None = None
) -> list[Grade]:
    """Every grading event (of one output, of one criterion), undone ones included, oldest first."""
    return grade_table.history(workspace.db, workspace.project.id, output_id, criterion_id)


def current_grades(
    workspace: Workspace, annotator: str | None = None, *, criteria_only: bool = False
) -> list[Grade]:
    """The grades that count now, oldest first; with ``criteria_only`` those of single criteria."""
    return grade_table.current(
        workspace.db, workspace.project.id, annotator=annotator, criteria_only=criteria_only
    )


Given = TypeVar("Given", Grade, Comparison)
State = Literal[
    "counts", "replaced", "taken back", "takes back", "silent repeat", "in a calibration round", "on gold"
]
_APART: dict[str, State] = {
    "repeat": "silent repeat",
    "calibration": "in a calibration round",
    "gold": "on gold",
}


class HistoryEntry(Frozen):
    """One event with its output, and what became of it; what is kept apart never counts.

    ``subject``: the criterion or field, "" for the whole.
    """

    grade: Grade
    output: Output | None
    subject: str
    state: State


def latest_acts(
    workspace: Workspace, *, annotator: str | None = None, limit: int = 200
) -> list[HistoryEntry]:
    """The newest acts of everybody or of one person, newest first; in an open calibration round only those
    of the person who asks.
    """
    hidden = calibrations.unrevealed(workspace.db, workspace.project.id)
    events = [
        event
        for event in grade_table.latest(workspace.db, workspace.project.id, annotator=annotator, limit=limit)
        if event.output_id not in hidden or event.annotator == workspace.person
    ]
    undone, in_force = grade_table.states(workspace.db, [event.id for event in events])
    criteria = criterion_table.current(workspace.db, workspace.project.id)
    names = {criterion.id: criterion.name for criterion in criteria}
    outputs = output_table.many(workspace.db, sorted({event.output_id for event in events}))
    return [
        HistoryEntry(
            grade=event,
            output=outputs.get(event.output_id),
            subject=event.field or names.get(str(event.criterion_id), event.criterion_id or ""),
            state=_state(event, undone, in_force),
        )
        for event in events
    ]


def _state(grade: Grade, undone: set[str], in_force: set[str]) -> State:
    if grade.value == "undone":
        return "takes back"
    if grade.id in undone:
        return "taken back"
    if grade.source in APART:
        return _APART[grade.source]
    return "counts" if grade.id in in_force else "replaced"


class GradeWithdrawal(Frozen):
    """A grade or comparison that counts no more, and the event that says so."""

    undone: str
    event: str


@operation("undo", role=Role.EXPERT, effect=Effect.APPENDS, signed=True)
def undo(workspace: Workspace, grade: Annotated[str, Metavar("GRADE_ID")]) -> GradeWithdrawal:
    """Take a grade or a comparison back; the history keeps it, and what was before it counts again.

    Raises:
        NotFound: this person has no such act.
    """
    db, project_id = workspace.db, workspace.project.id
    undone = {"value": "undone", "supersedes": grade}
    if comparisons.stored(db, [grade]):
        compared = _mine(workspace, comparisons.history(db, project_id), grade)
        event = new_id("comparison")
        compare(workspace, [compared.model_copy(update=undone | {"id": event})])
    else:
        original = _mine(workspace, grade_table.history(db, project_id), grade)
        event = new_id("grade")
        back = original.model_copy(update=undone | {"id": event, "note": ""})
        record(workspace, with_copies(workspace, back))
    return GradeWithdrawal(undone=grade, event=event)


def _mine(workspace: Workspace, acts: Iterable[Given], act_id: str) -> Given:
    mine = next((act for act in acts if act.id == act_id and act.annotator == workspace.person), None)
    if mine is None:
        raise NotFound(
            "{person} has no grade or comparison '{act_id}' to take back.",
            person=workspace.person,
            act_id=act_id,
        )
    return mine
