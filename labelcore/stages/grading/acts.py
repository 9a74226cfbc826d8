"""Acts of grading: recorded as events, durable when the call returns, taken back by further events."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from labelcore.errors import BadInput, NotFound
from labelcore.models import Grade, GradingRules, Project, new_id
from labelcore.stages.grading.fields import fields_of
from labelcore.store import Database
from labelcore.store import grades as grade_table
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace


def record(workspace: Workspace, events: Sequence[Grade]) -> list[str]:
    """Store grading events. Returns the ids that are stored durably now.

    Raises:
        BadInput: an event has no annotator, undoes nothing or another person's grade, or belongs
            to another project.
        NotFound: an event names an output that does not exist; nothing is stored then.
    """
    known = output_table.existing(workspace.db, [event.output_id for event in events])
    _check_fields(workspace.db, [event for event in events if event.field is not None])
    undone = [str(event.supersedes) for event in events if event.value == "undone"]
    authors = (
        {grade.id: grade.annotator for grade in grade_table.some(workspace.db, undone)} if undone else {}
    )
    for event in events:
        _check(event, workspace.project, known)
        if authors.get(str(event.supersedes), event.annotator) != event.annotator:
            raise BadInput("Only its author can take a grade back.")
    rules = workspace.project.rules
    return grade_table.record(workspace.db, [_on_scale(event, rules) for event in events])


def _check(event: Grade, project: Project, known: Collection[str]) -> None:
    if event.project_id != project.id:
        raise BadInput(f"The grade '{event.id}' belongs to another project than {project.name}.")
    if not event.annotator.strip():
        raise BadInput("A grade needs the name of who gives it.", next_step="Name an annotator.")
    if event.value == "undone" and not event.supersedes:
        raise BadInput("An undo must name the grade that it takes back.")
    if event.output_id not in known:
        raise NotFound(f"There is no output '{event.output_id}'.", next_step="Import it before grading it.")


def _on_scale(event: Grade, rules: GradingRules) -> Grade:
    """A level that is not on the scale any more (it was changed meanwhile) is left out: the pass or
    fail that the person meant is kept.
    """
    fits = event.level is not None and 1 <= event.level <= len(rules.scale)
    if fits and event.value in {rules.value_of(event.level or 0), "undone"}:
        return event
    return event if event.level is None else event.model_copy(update={"level": None})


def _check_fields(db: Database, events: Sequence[Grade]) -> None:
    if not events:
        return
    found = output_table.many(db, sorted({event.output_id for event in events}))
    for event in events:
        output = found.get(event.output_id)
        if output and event.field not in {field.pointer for field in fields_of(output.text)}:
            raise NotFound(f"The output has no field '{event.field}'.")


def grade(
    workspace: Workspace,
    output_id: str,
    value: str,
    *,
    annotator: str,
    note: str = "",
    criterion_id: str | None = None,
    criterion_version: int | None = None,
    field: str | None = None,
) -> Grade:
    """Grade one output, named by its id, a unique beginning of it, or the importer's own id.

    ``value``: pass, fail, unsure or skipped; on a project with a scale also a level's name or
    number. ``field``: the JSON pointer of one field of a structured output.
    """
    output = output_table.get(workspace.db, output_id)
    if output is None:
        raise NotFound(
            f"No single output is named '{output_id}'.", next_step="`labelcore export outputs` lists the ids."
        )
    rules = workspace.project.rules
    level = None if criterion_id or field else _level_of(rules, value)
    if level is None and value not in {"pass", "fail", "unsure", "skipped"}:
        levels = f", or {', '.join(rules.scale)}" if rules.scale else ""
        raise BadInput(f"'{value}' is not a grade.", next_step=f"Use pass, fail, unsure{levels}.")
    event = Grade(
        id=new_id("grade"),
        project_id=workspace.project.id,
        output_id=output.id,
        annotator=annotator,
        value=value if level is None else rules.value_of(level),
        level=level,
        note=note,
        criterion_id=criterion_id,
        criterion_version=criterion_version,
        field=field,
    )
    record(workspace, [event])
    return event


def _level_of(rules: GradingRules, value: str) -> int | None:
    if value in rules.scale:
        return rules.scale.index(value) + 1
    is_level = value.isascii() and value.isdigit() and 1 <= int(value) <= len(rules.scale)
    return int(value) if is_level else None


def part_grades(
    workspace: Workspace, annotator: str, output_ids: Collection[str]
) -> dict[str, dict[str, Grade]]:
    """A person's current grades of parts: output id -> criterion id or JSON pointer -> grade."""
    found: dict[str, dict[str, Grade]] = {}
    for event in grade_table.of_parts(workspace.db, workspace.project.id, annotator, list(output_ids)):
        found.setdefault(event.output_id, {})[str(event.criterion_id or event.field)] = event
    return found


def undo(workspace: Workspace, grade_id: str, *, annotator: str) -> Grade:
    """Take a grade back; the one before it counts again. The history keeps both."""
    events = {event.id: event for event in grade_table.history(workspace.db, workspace.project.id)}
    target = events.get(grade_id)
    if target is None or target.annotator != annotator:
        raise NotFound(f"{annotator} has no grade '{grade_id}' to take back.")
    event = target.model_copy(
        update={"id": new_id("grade"), "value": "undone", "supersedes": grade_id, "note": ""}
    )
    record(workspace, [event])
    return event


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
