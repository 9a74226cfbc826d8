"""Importing: outputs come in from files of any of the store's formats, with what people said of them.

Good rows go on, bad rows are kept apart with their row, field and reason; the same file twice adds
nothing. An output's identity is its content; rows that come without input, context and conversation
are also told apart by their group.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field

import labelcore.stages.importing.mapping as mapping_rules
from labelcore.errors import BadInput
from labelcore.models import Frozen, ImportBatch, JudgeVersion, Project, RejectedRow, Role, new_id
from labelcore.operations import Effect, Hidden, operation
from labelcore.stages import projects
from labelcore.stages.importing import files
from labelcore.stages.importing.mapping import Description, Mapping
from labelcore.store import Database, audit, batches, judges as judge_table, live, staging
from labelcore.store.formats import every_format
from labelcore.workspace import Workspace

__all__ = [
    "COUNTS",
    "Description",
    "ImportResult",
    "Mapping",
    "Preview",
    "import_bytes",
    "import_file",
    "importable",
    "imports",
    "preview",
    "preview_bytes",
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
_KEPT = 16
"""Previews that are kept in memory."""
_OPEN = Description()
_Choose = Callable[[Sequence[str], Sequence[dict[str, Any]]], Mapping]


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
    begins_project: bool = False

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        return self.batch.model_dump(include={*COUNTS, "mapping"}) | {
            "batch": self.batch.id,
            "warnings": list(self.warnings),
            "rejected": [row.model_dump(include={"row", "field", "reason"}) for row in self.rejected],
        }


@operation("preview", role=Role.ENGINEER, project="none")
def preview(workspace: Workspace, file: str) -> Preview:
    """Show what a file holds and how its columns would be mapped; nothing is stored.

    A file that has not changed is read once, however often it is asked for.

    Raises:
        BadInput: there is no such file, or it cannot be read.
    """
    found = files.find(file)
    state = found[0].stat()
    seen = _known(workspace.db, (str(found[0]), state.st_mtime_ns, state.st_size), found[0])
    return seen.model_copy(update={"files": tuple(path.name for path in found)})


def preview_bytes(workspace: Workspace, name: str, data: bytes) -> Preview:
    """The same of an uploaded file."""
    with _as_file(name, data) as path:
        return _known(workspace.db, (path.name, hashlib.sha256(data).digest()), path)


def _known(db: Database, key: Hashable, path: Path) -> Preview:
    kept: dict[Hashable, Preview] = db.memory.setdefault(_known, {})
    if key not in kept:
        if len(kept) >= _KEPT:
            kept.clear()
        kept[key] = _read(db, path)
    return kept[key]


def _read(db: Database, path: Path) -> Preview:
    with files.opened(path) as source, db.scratch() as cursor:
        staged = _stage(cursor, source)
        total = staging.count_rows(cursor)
        staging.clear(cursor)
    guessed = mapping_rules.guess(staged.columns, staged.rows)
    return Preview(
        files=(path.name,),
        format=source.format,
        columns=tuple(staged.columns),
        guessed=guessed,
        rows=tuple(staged.rows),
        rows_read=total,
        rejected=tuple(staged.broken[:_SHOWN]),
        warnings=(*staged.warnings, *staged.unread(guessed)),
        grade_words=mapping_rules.grade_words(guessed, staged.rows),
    )


@operation("import", role=Role.ENGINEER, effect=Effect.GRADUAL, project="none")
def import_file(
    workspace: Workspace,
    file: str,
    mapping: Annotated[Mapping | None, Hidden()] = None,
    *,
    described: Description = _OPEN,
) -> ImportResult:
    """Bring the outputs of a file in, with the grades, notes and verdicts in its rows.

    Of a glob every file comes in: the columns are those of the first, counts are sums, and the batch is
    the last one's. A project that does not exist begins with its first file.

    Raises:
        BadInput: a file cannot be read, or a mapped column does not exist.
    """
    found = files.find(file)
    results: list[ImportResult] = []
    for number, path in enumerate(found):
        workspace.progress(number * _STEPS, len(found) * _STEPS, f"reading {path.name}")
        with files.opened(path) as source:
            results.append(_import_one(workspace, source, mapping or described.mapping))
        mapping = Mapping.model_validate(results[0].batch.mapping)
    workspace.progress(len(found) * _STEPS, len(found) * _STEPS, "done")
    return results[0] if len(results) == 1 else _summed(results)


def import_bytes(
    workspace: Workspace, name: str, data: bytes, mapping: Mapping | None = None
) -> ImportResult:
    """Import an uploaded file."""
    with _as_file(name, data) as path:
        return import_file(workspace, str(path), mapping)


@contextmanager
def _as_file(name: str, data: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(data)
        yield path


def _summed(results: Sequence[ImportResult]) -> ImportResult:
    sums = {name: sum(getattr(result.batch, name) for result in results) for name in COUNTS}
    return results[0].model_copy(
        update={
            "batch": results[-1].batch.model_copy(update=sums),
            "rejected": tuple(row for result in results for row in result.rejected)[:_SHOWN],
            "warnings": tuple(warning for result in results for warning in result.warnings),
        }
    )


@dataclass(frozen=True)
class _Staged:
    """What was read of a file into the cursor's table; ``rows``: the first ones."""

    columns: list[str]
    rows: list[dict[str, Any]]
    broken: list[RejectedRow]
    warnings: tuple[str, ...]

    def unread(self, mapping: Mapping) -> list[str]:
        """A sentence on a column that looks like grades and is not mapped."""
        return [words] if (words := mapping_rules.unread_grades(mapping, self.columns, self.rows)) else []


def _stage(cursor: Any, source: files.Source) -> _Staged:
    """Read a file, once."""
    broken = every_format()[source.format].stage(cursor, source.path)
    columns = staging.columns_of(cursor)
    rows = staging.first_rows(cursor, _PREVIEW)
    return _Staged(columns, rows, broken, (*source.warnings, *_doubts(columns)))


def _import_one(workspace: Workspace, source: files.Source, wanted: Mapping | _Choose) -> ImportResult:
    db, batch_id, name = workspace.db, new_id("batch"), workspace.project.name
    begins = name not in {known.name for known in projects.list_projects(db)}
    with db.transaction() as cursor:
        staged = _stage(cursor, source)
        mapping = wanted if isinstance(wanted, Mapping) else wanted(staged.columns, staged.rows)
        _check(mapping, staged.columns)
        project = projects.open_project(db, name)
        rows = staging.count_rows(cursor) + len(staged.broken)
        outputs = _store_outputs(cursor, project, mapping, staged.columns, batch_id)
        judged = _store_judgements(cursor, project, mapping, batch_id)
        rejected = [*staged.broken, *outputs.rejected, *judged.rejected]
        batch = ImportBatch(
            id=batch_id,
            project_id=project.id,
            file_name=source.name,
            sha256=source.sha256,
            mapping=mapping.model_dump(mode="json"),
            rows_read=rows,
            rows_rejected=len({bad.row for bad in rejected}),
            **outputs.counts,
            **judged.counts,
        )
        batches.save_within(cursor, batch, rejected)
        staging.clear(cursor)
        audit.note(db, project.id, workspace.person, "import", batch_id, file=source.name)
    if batch.grades_new:
        live.forget(db)
    return ImportResult(
        batch=batch,
        rejected=tuple(rejected[:_SHOWN]),
        warnings=(*staged.warnings, *staged.unread(mapping), *_missing(mapping, batch)),
        grade_words=mapping_rules.grade_words(mapping, staged.rows),
        begins_project=begins,
    )


def _check(mapping: Mapping, columns: Sequence[str]) -> None:
    for column in (*mapping.named().values(), *(mapping.meta or ()), *mapping.verdicts.values()):
        mapping_rules.check(column, columns)
    if not mapping.output and not (mapping.id and mapping.grade):
        raise BadInput("No column holds the outputs.", next_step="Name it with --map output=COLUMN.")


class _Part(NamedTuple):
    """What a part of an import stored, by the names of its batch, and the rows that it kept apart."""

    counts: dict[str, int]
    rejected: list[RejectedRow]


def _store_outputs(
    cursor: Any, project: Project, mapping: Mapping, columns: Sequence[str], batch_id: str
) -> _Part:
    """Outputs first: new, known from before, and rows that repeat another one of the file; a file of
    grades alone is matched to the outputs that are there.
    """
    if not mapping.output:
        apart = staging.match_ids(cursor, project.id, str(mapping.id))
        known = staging.count_rows(cursor) - len(apart)
        return _Part({"outputs_new": 0, "outputs_known": known, "duplicates": 0}, apart)
    named = mapping.named()
    mapped = {name: column for name, column in named.items() if name not in {"grade", "note", "annotator"}}
    used = {*named.values(), *mapping.verdicts.values()}
    meta = mapping.meta if mapping.meta is not None else [c for c in columns if c not in used]
    apart = staging.prepare(cursor, project.id, mapped, meta, id_is_guess=mapping.id_is_guess)
    counts = staging.store_outputs(cursor, batch_id)
    return _Part(dict(zip(("outputs_new", "outputs_known", "duplicates"), counts, strict=True)), apart)


def _store_judgements(cursor: Any, project: Project, mapping: Mapping, batch_id: str) -> _Part:
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
    return _Part({"grades_new": grades, "verdicts_new": verdicts}, rejected)


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


def _missing(mapping: Mapping, batch: ImportBatch) -> list[str]:
    warnings = []
    if batch.rows_read == 0:
        warnings.append("The file has a header but no rows.")
    if mapping.output and not (mapping.input or mapping.context or mapping.conversation):
        warnings.append(
            "No column is mapped to the input, so judges cannot compare outputs with what they answer."
        )
    return warnings


def importable() -> tuple[str, ...]:
    """The formats that can be imported, as people call them."""
    return tuple(form.title for form in every_format().values())


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
