"""Importing: outputs come in from CSV, JSON lines, JSON or Parquet, with what people said of them.

Good rows go on, bad rows are kept apart with their row, field and reason; the same file twice adds
nothing. An output's identity is its content; rows that come without input, context and conversation
are also told apart by their group.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

import labelcore.stages.importing.mapping as mapping_rules
from labelcore.errors import BadInput
from labelcore.models import Frozen, ImportBatch, JudgeVersion, Project, RejectedRow, new_id
from labelcore.progress import Progress, silent
from labelcore.stages.importing import files
from labelcore.stages.importing.mapping import Mapping
from labelcore.store import Database, batches, live, staged_files, staging
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace

__all__ = [
    "COUNTS",
    "ImportResult",
    "Mapping",
    "Preview",
    "import_bytes",
    "import_file",
    "imports",
    "mapping_for",
    "preview",
    "rejected_csv",
    "sample_mappings",
]

COUNTS = (
    "rows_read",
    "outputs_new",
    "outputs_known",
    "duplicates",
    "rows_rejected",
    "grades_new",
    "verdicts_new",
)
"""What an import counts, by the names of its batch."""
_SHOWN = 1_000
_STEPS = 5
_PREVIEW = 50
_Stage = Callable[[Any, Path], list[RejectedRow]]
_STAGES: dict[files.Format, _Stage] = {
    "csv": staged_files.stage_csv,
    "jsonl": staged_files.stage_lines,
    "json": staged_files.stage_document,
    "parquet": staged_files.stage_parquet,
}


class Preview(Frozen):
    """What a file holds: its columns, first rows, and the mapping that would be used."""

    files: tuple[str, ...]
    format: str
    columns: tuple[str, ...]
    guessed: Mapping
    rows: tuple[dict[str, Any], ...]
    rows_read: int
    rejected: tuple[RejectedRow, ...]
    warnings: tuple[str, ...] = ()
    grade_words: dict[str, str] = Field(default_factory=dict)


class ImportResult(Frozen):
    """A finished import; ``rejected`` holds the first 1,000 rows that were kept apart."""

    batch: ImportBatch
    rejected: tuple[RejectedRow, ...]
    warnings: tuple[str, ...] = ()
    grade_words: dict[str, str] = Field(default_factory=dict)


def preview(db: Database, place: str) -> Preview:
    """Read a file without storing anything.

    Raises:
        BadInput: there is no such file, or it cannot be read.
    """
    found = files.find(place)
    with files.opened(found[0]) as source, db.scratch() as cursor:
        broken = _STAGES[source.format](cursor, source.path)
        columns, rows = staging.columns_of(cursor), staging.first_rows(cursor, _PREVIEW)
        total = staging.count_rows(cursor)
        staging.clear(cursor)
    guessed = mapping_rules.guess(columns, rows)
    unread = mapping_rules.unread_grades(guessed, columns, rows)
    doubts = (*source.warnings, *_doubts(columns), *filter(None, [unread]))
    return Preview(
        files=tuple(path.name for path in found),
        format=source.format,
        columns=tuple(columns),
        guessed=guessed,
        rows=tuple(rows),
        rows_read=total,
        rejected=tuple(broken[:_SHOWN]),
        warnings=doubts,
        grade_words=mapping_rules.grade_words(guessed, rows),
    )


def mapping_for(
    db: Database,
    place: str,
    *,
    columns: dict[str, str],
    meta: list[str] | None,
    grade: str | None,
    note: str | None,
    annotator: str | None,
    verdicts: dict[str, str],
) -> Mapping:
    """The mapping that a person described, checked against the file's columns."""
    seen = preview(db, place)
    return mapping_rules.complete(
        seen.columns,
        seen.rows,
        named=columns,
        meta=meta,
        grade=grade,
        note=note,
        annotator=annotator,
        verdicts=verdicts,
    )


def import_file(
    workspace: Workspace, place: str, mapping: Mapping | None = None, progress: Progress | None = None
) -> ImportResult:
    """Import a file, or every file of a glob (counts are then sums, the batch is the last one's).

    Raises:
        BadInput: a file cannot be read, or a mapped column does not exist.
    """
    tell = progress or silent
    found = files.find(place)
    results = []
    for number, path in enumerate(found):
        tell(number * _STEPS, len(found) * _STEPS, f"reading {path.name}")
        with files.opened(path) as source:
            results.append(_import_one(workspace, source, mapping))
    tell(len(found) * _STEPS, len(found) * _STEPS, "done")
    return results[0] if len(results) == 1 else _summed(results)


def import_bytes(
    workspace: Workspace, name: str, data: bytes, mapping: Mapping | None = None
) -> ImportResult:
    """Import an uploaded file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(data)
        return import_file(workspace, str(path), mapping)


def _summed(results: Sequence[ImportResult]) -> ImportResult:
    sums = {name: sum(getattr(result.batch, name) for result in results) for name in COUNTS}
    batch = results[-1].batch.model_copy(update=sums)
    return ImportResult(
        batch=batch,
        rejected=tuple(row for result in results for row in result.rejected)[:_SHOWN],
        grade_words=results[0].grade_words,
        warnings=tuple(warning for result in results for warning in result.warnings),
    )


def _import_one(workspace: Workspace, source: files.Source, wanted: Mapping | None) -> ImportResult:
    batch_id = new_id("batch")
    with workspace.db.transaction() as cursor:
        rejected = _STAGES[source.format](cursor, source.path)
        columns = staging.columns_of(cursor)
        first = staging.first_rows(cursor, _PREVIEW)
        mapping = wanted or mapping_rules.guess(columns, first)
        _check(mapping, columns)
        rows = staging.count_rows(cursor) + len(rejected)
        new, known, twice, apart = _store(cursor, workspace.project, mapping, columns, batch_id)
        rejected += apart
        grades, verdicts, odd = _beside(cursor, workspace.project, mapping, batch_id)
        rejected += odd
        batch = ImportBatch(
            id=batch_id,
            project_id=workspace.project.id,
            file_name=source.name,
            sha256=source.sha256,
            mapping=mapping.model_dump(mode="json"),
            rows_read=rows,
            outputs_new=new,
            outputs_known=known,
            duplicates=twice,
            rows_rejected=len({bad.row for bad in rejected}),
            grades_new=grades,
            verdicts_new=verdicts,
        )
        batches.save_within(cursor, batch, rejected)
        staging.clear(cursor)
    if batch.grades_new:
        live.forget(workspace.db)
    unread = mapping_rules.unread_grades(mapping, columns, first)
    warnings = (*source.warnings, *_doubts(columns), *_said(mapping, batch, unread))
    return ImportResult(
        batch=batch,
        rejected=tuple(rejected[:_SHOWN]),
        warnings=warnings,
        grade_words=mapping_rules.grade_words(mapping, first),
    )


def _check(mapping: Mapping, columns: Sequence[str]) -> None:
    for column in (*mapping.named().values(), *(mapping.meta or ()), *mapping.verdicts.values()):
        mapping_rules.check(column, columns)
    if not mapping.output and not (mapping.id and mapping.grade):
        raise BadInput("No column holds the outputs.", next_step="Name it with --map output=COLUMN.")


def _store(
    cursor: Any, project: Project, mapping: Mapping, columns: Sequence[str], batch_id: str
) -> tuple[int, int, int, list[RejectedRow]]:
    """Outputs first: new, known from before, and rows that repeat another one of the file; a file of
    grades alone is matched to the outputs that are there.
    """
    if not mapping.output:
        apart = staging.match_ids(cursor, project.id, str(mapping.id))
        return 0, staging.count_rows(cursor) - len(apart), 0, apart
    named = mapping.named()
    mapped = {name: column for name, column in named.items() if name not in {"grade", "note", "annotator"}}
    used = {*named.values(), *mapping.verdicts.values()}
    meta = mapping.meta if mapping.meta is not None else [c for c in columns if c not in used]
    apart = staging.prepare(cursor, project.id, mapped, meta, id_is_guess=mapping.id_is_guess)
    return *staging.store_outputs(cursor, batch_id), apart


def _beside(
    cursor: Any, project: Project, mapping: Mapping, batch_id: str
) -> tuple[int, int, list[RejectedRow]]:
    """The grades and verdicts in the same rows."""
    rejected: list[RejectedRow] = []
    grades = verdicts = 0
    staging.word_table(cursor)
    if mapping.grade:
        grades, rejected = staging.store_grades(
            cursor,
            project.id,
            grade=mapping.grade,
            note=mapping.note,
            annotator=mapping.annotator,
            annotator_name=mapping.annotator_name,
        )
    for name, column in mapping.verdicts.items():
        version = _imported_judge(project, name)
        judge_table.save_within(cursor, [version])
        new, odd = staging.store_verdicts(cursor, project.id, version.id, batch_id, column)
        verdicts += new
        rejected += odd
    return grades, verdicts, rejected


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


def _doubts(columns: Sequence[str]) -> list[str]:
    """A first line that looks like data was probably no header."""
    odd = [c for c in columns if c.replace(".", "").isdigit() or len(c) > 80 or c.startswith("column")]
    if columns and len(odd) * 2 > len(columns):
        return [
            "The first line looks like data, not like column names: if the file has no header, "
            "add one line with names at its top."
        ]
    return []


def _said(mapping: Mapping, batch: ImportBatch, unread: str) -> list[str]:
    warnings = [unread] if unread else []
    if batch.rows_read == 0:
        warnings.append("The file has a header but no rows.")
    if mapping.output and not (mapping.input or mapping.context or mapping.conversation):
        warnings.append(
            "No column is mapped to the input, so judges cannot compare outputs with what they answer."
        )
    return warnings


def imports(workspace: Workspace) -> list[ImportBatch]:
    """The imports of a project, the newest first."""
    return batches.all_of(workspace.db, workspace.project.id)


def rejected_csv(db: Database, batch_id: str) -> str:
    """The rows that an import kept apart, as CSV: row, field, reason, raw."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["row", "field", "reason", "raw"])
    writer.writerows((r.row, r.field, r.reason, r.raw) for r in batches.rejected(db, batch_id))
    return text.getvalue()


def sample_mappings() -> dict[str, Mapping]:
    """The sample project's files in the order of their import, with their columns."""
    outputs = Mapping(
        output="output",
        input="input",
        context="context",
        id="id",
        group="group",
        prompt_version="prompt_version",
        model="model",
        meta=("pipeline", "language", "temperature"),
    )
    grades = Mapping(id="id", grade="grade", note="note", annotator="annotator")
    return {"sample_outputs.jsonl": outputs, "sample_grades.csv": grades}
