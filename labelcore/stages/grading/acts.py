"""Acts of grading: recorded as events, durable when the call returns, taken back by further events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import Criterion, Grade, GradingRules, Project, Role, new_id
from labelcore.operations import Effect, Metavar, operation
from labelcore.stages import projects
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
    note: Annotated[str, Field(description="What is wrong, in your words.")] = "",
) -> Grade:
    """Grade one output, or one criterion or field of it.

    The output is named by its id, a unique beginning of it, or the importer's own id. The grade is
    pass, fail, unsure or skipped; on a project with a scale also a level's name or number.

    Raises:
        BadInput: it is no grade, or nobody gives it.
        NotFound: there is no such output.
    """
    found = projects.known_output(workspace.db, output)
    rules = workspace.project.rules
    level = None if criterion or field else _level_of(rules, value)
    if level is None and value not in {"pass", "fail", "unsure", "skipped"}:
        levels = f", or {', '.join(rules.scale)}" if rules.scale else ""
        raise BadInput(f"'{value}' is not a grade.", next_step=f"Use pass, fail, unsure{levels}.")
    event = Grade(
        id=new_id("grade"),
        project_id=workspace.project.id,
        output_id=found.id,
        annotator=workspace.person,
        value=value if level is None else rules.value_of(level),
        level=level,
        note=note,
        criterion_id=criterion.id if criterion else None,
        criterion_version=criterion.version if criterion else None,
        field=field,
    )
    record(workspace, [event])
    return event


def _level_of(rules: GradingRules, value: str) -> int | None:
    if value in rules.scale:
        return rules.scale.index(value) + 1
    is_level = value.isascii() and value.isdigit() and 1 <= int(value) <= len(rules.scale)
    return int(value) if is_level else None


def part_grades(workspace: Workspace, output_ids: Collection[str]) -> dict[str, dict[str, Grade]]:
    """What this person says of parts now: output id -> criterion id or JSON pointer -> grade."""
    found: dict[str, dict[str, Grade]] = {}
    who, project_id = workspace.person, workspace.project.id
    for event in grade_table.of_parts(workspace.db, project_id, who, list(output_ids)):
        found.setdefault(event.output_id, {})[str(event.criterion_id or event.field)] = event
    return found


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
