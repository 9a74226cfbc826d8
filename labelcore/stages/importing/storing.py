"""From a file that is understood to outputs, grades, verdicts and feedback in the store."""

from __future__ import annotations

from typing import Any, NamedTuple

from labelcore.models import Criterion, Fact, JudgeVersion, Project, RejectedRow, fact, new_id
from labelcore.stages.importing import feedback as signals
from labelcore.stages.importing.mapping import OVERALL
from labelcore.stages.importing.meanings import NOTHING
from labelcore.stages.importing.reading import ReadFile, meta_columns, taken_within, text_columns
from labelcore.store import arriving, criteria as criterion_table, judges as judge_table, remarks, sources
from labelcore.store.metadata_sql import lost_texts
from labelcore.store.people import register
from labelcore.workspace import Workspace

_PREVIEWED, _SHOWN = 3, 20
_NOTES = ("notes", "notes without a grade", "(notes without a grade)")
"""What notes without a grade are called among the details, if a column is not called so."""


class StoredCounts(NamedTuple):
    """What a part of an import stored, by the names of its batch, and the rows that it kept apart."""

    counts: dict[str, int]
    rejected: list[RejectedRow]


def with_notes(cursor: Any, read: ReadFile) -> ReadFile:
    """With what people wrote beside values that are no grade, or beside none, for the outputs' details."""
    nothing = [
        (reading.name, value)
        for reading in read.readings
        if reading.kind == "grade" and reading.known
        for value, meaning in reading.values.items()
        if meaning == NOTHING
    ]
    columns = {read.mapping.note, *(grading.note for grading in read.mapping.all_gradings())}
    notes = sorted(column for column in columns if column)
    if read.shape.tool or not (nothing or notes):
        return read
    taken = {name.casefold() for name in read.staged.names}
    name = next(name for name in _NOTES if name not in taken)
    staged = remarks.keep_texts(cursor, read.staged, nothing, notes, name)
    return read._replace(staged=staged, kept=name if name in staged.names else "")


def store_outputs(cursor: Any, project: Project, read: ReadFile, batch_id: str) -> StoredCounts:
    """New outputs, those known from before, and rows that repeat another one of the file.

    A file of judgements alone is matched to the outputs that are there.
    """
    mapping = read.mapping
    names = ("outputs_new", "outputs_known", "duplicates", "near_duplicates")
    if not mapping.output:
        apart = arriving.match_ids(cursor, read.staged, project.id, str(mapping.id))
        rows, outputs = arriving.matched(cursor)
        return StoredCounts(dict(zip(names, (0, outputs, rows - outputs, 0), strict=True)), apart)
    apart = _prepare(cursor, project.id, read)
    near = arriving.near_duplicates(cursor, leave_out=mapping.near_duplicates == "leave out")
    sources.join_sources(cursor, project.id)
    counts = arriving.store_outputs(cursor, batch_id)
    return StoredCounts(dict(zip(names, (*counts, near), strict=True)), apart)


def _prepare(cursor: Any, project_id: str, read: ReadFile) -> list[RejectedRow]:
    mapping, meta = read.mapping, {column: taken_within(read, column) for column in meta_columns(read)}
    return arriving.prepare(
        cursor, read.staged, project_id, text_columns(mapping), meta, id_is_guess=mapping.id_is_guess
    )


class FirstOutputs(NamedTuple):
    """The first outputs as experts would see them, how many there would be, and the rows kept apart."""

    outputs: tuple[dict[str, Any], ...]
    counts: dict[str, int]
    rejected: tuple[RejectedRow, ...]


def first_outputs(cursor: Any, read: ReadFile) -> FirstOutputs:
    """What would become of the rows; nothing is stored."""
    if not read.mapping.output:
        return FirstOutputs((), {}, ())
    apart = _prepare(cursor, "preview", read)
    near = arriving.near_duplicates(cursor, leave_out=read.mapping.near_duplicates == "leave out")
    outputs = tuple(arriving.first_prepared(cursor, _PREVIEWED))
    return FirstOutputs(outputs, arriving.ready_counts(cursor) | {"near": near}, tuple(apart))


def store_judgements(
    workspace: Workspace, cursor: Any, read: ReadFile, batch_id: str
) -> tuple[dict[str, int], list[Fact]]:
    """The grades, verdicts and feedback of the file that have a meaning, by the counts of the batch.

    And why there are fewer grades than the file holds values.
    """
    project = workspace.project
    words = [
        (reading.kind, reading.name, value, meaning)
        for reading in read.readings
        if reading.known
        for value, meaning in reading.values.items()
    ]
    remarks.mean(cursor, words)
    readings = [reading for reading in read.readings if reading.known]
    names = [
        reading.name for reading in readings if reading.kind == "grade" and reading.name not in {OVERALL, ""}
    ]
    arriving.spell_names(cursor, project.id, register(workspace.db).present_name)
    worst = read.mapping.several == "worst"
    criteria = _criteria(workspace, names)
    grades = arriving.store_grades(cursor, project.id, batch_id, criteria, worst=worst)
    verdicts = 0
    for name in [reading.name for reading in readings if reading.kind == "verdict"]:
        version = _imported_judge(project, name or "verdict")
        judge_table.save_within(cursor, [version])
        verdicts += arriving.store_verdicts(cursor, project.id, version.id, batch_id, name)
    feedback = arriving.store_feedback(cursor, project.id, batch_id)
    signals.settle(workspace, cursor)
    fewer = [(name, n) for name, n in grades._asdict().items() if name != "new" and n]
    counts = {"grades_new": grades.new, "verdicts_new": verdicts, "feedback_new": feedback}
    told = [fact(f"brought_{name}", n=n) for name, n in fewer]
    lost = lost_texts(cursor, read.staged, read.kept) if read.kept else []
    shown = [*lost[:_SHOWN], *(["…"] if len(lost) > _SHOWN else [])]
    return counts, [*told, *([fact("notes_lost", n=len(lost), rows=shown)] if lost else [])]


def _criteria(workspace: Workspace, names: list[str]) -> dict[str, tuple[str, int]]:
    """The id and version of each criterion by name; one that does not exist begins with its grades."""
    by_name = {
        criterion.name.casefold(): criterion
        for criterion in criterion_table.current(workspace.db, workspace.project.id)
        if criterion.status != "dropped"
    }
    fresh = [
        Criterion(
            id=new_id("criterion"),
            project_id=workspace.project.id,
            version=1,
            name=name,
            statement=name.replace("_", " "),
            origin="person",
            status="accepted",
            author=workspace.person,
            why="Grades of it came with a file.",
        )
        for name in names
        if name.casefold() not in by_name
    ]
    if fresh:
        criterion_table.save(workspace.db, fresh)
    by_name |= {criterion.name.casefold(): criterion for criterion in fresh}
    return {name: (by_name[name.casefold()].id, by_name[name.casefold()].version) for name in names}


def _imported_judge(project: Project, name: str) -> JudgeVersion:
    judge_id = f"imported_{project.id}_{name}"
    return JudgeVersion(
        id=judge_id,
        judge_id=judge_id,
        project_id=project.id,
        name=name,
        kind="imported",
        version=1,
        criterion_id=None,
        criterion_version=None,
        spec={"tool": name},
        description="Verdicts of another tool, imported with the outputs.",
    )
