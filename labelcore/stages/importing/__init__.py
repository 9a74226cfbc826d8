"""Importing: outputs come in from files of any of the store's formats, with what people said of them.

Good rows go on, bad rows are kept apart with their row, field and reason; the same file twice adds
nothing. An output's identity is its content; rows that come without input, context and conversation
are also told apart by their group. What a value means is known or asked: a column of grades is taken
whole or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import labelcore.stages.importing.mapping as mapping_rules
from labelcore.errors import BadInput
from labelcore.models import Fact, Frozen, ImportBatch, Project, RejectedRow, Role, fact, new_id
from labelcore.operations import Effect, FilePlace, NotAnOption, operation
from labelcore.stages import projects
from labelcore.stages.importing import files, previewing, redacting, storing
from labelcore.stages.importing.feedback import is_signal
from labelcore.stages.importing.files import SeveralParts
from labelcore.stages.importing.history import imports, keep_mapping, rejected_csv, undo
from labelcore.stages.importing.mapping import Description, Grading, Mapping
from labelcore.stages.importing.meanings import GivenMeanings
from labelcore.stages.importing.previewing import SHOWN, Preview, SignalPreview, preview, preview_bytes
from labelcore.stages.importing.reading import ReadFile
from labelcore.stages.importing.redacting import RedactedFile, RedactionWork
from labelcore.stages.importing.several import by_column, refuse_several
from labelcore.store import audit, batches, live, staging
from labelcore.store.formats.chat_rows import text_of_log
from labelcore.store.lookups import written
from labelcore.wording import Wording
from labelcore.workspace import Workspace

__all__ = [
    "COUNTS",
    "Description",
    "GivenMeanings",
    "Grading",
    "ImportResult",
    "Mapping",
    "Preview",
    "SeveralParts",
    "SignalPreview",
    "import_bytes",
    "import_file",
    "imports",
    "is_signal",
    "keep_mapping",
    "preview",
    "preview_bytes",
    "rejected_csv",
    "sample_mappings",
    "undo",
]

COUNTS = (
    "rows_read",
    "outputs_new",
    "outputs_known",
    "duplicates",
    "rows_rejected",
    "grades_new",
    "verdicts_new",
    "feedback_new",
    "near_duplicates",
    "mostly_redacted",
)
"""What an import counts, by the names of its batch."""
_STEPS = 5
_VALUES = 200
_OPEN = Description()


class ImportResult(Frozen):
    """A finished import; ``rejected`` holds the first 1,000 rows that were kept apart."""

    batch: ImportBatch
    rejected: tuple[RejectedRow, ...]
    warnings: tuple[Fact, ...] = ()
    seen: tuple[SignalPreview, ...] = ()
    title: str = ""
    begins_project: bool = False
    key_file: str | None = None

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        return self.batch.model_dump(include={*COUNTS, "mapping", "format", "redacted"}) | {
            "batch": self.batch.id,
            "key_file": self.key_file,
            "warnings": list(self.warnings),
            "offered": [
                signal.model_dump() | {"values": signal.values[:_VALUES]}
                for signal in self.seen
                if not signal.taken
            ],
            "rejected": [row.model_dump(include={"row", "field", "reason"}) for row in self.rejected],
        }


@operation("import", role=Role.ENGINEER, effect=Effect.GRADUAL, project="begun")
def import_file(
    workspace: Workspace,
    file: Annotated[str, FilePlace()],
    mapping: Annotated[Mapping | None, NotAnOption()] = None,
    *,
    described: Description = _OPEN,
) -> ImportResult:
    """Bring outputs in, with the grades, notes, verdicts and feedback beside them.

    `labelcore formats` tells for each tool how to get the file out and what comes along.

    Of a glob or a folder every file comes in: the columns are those of the first, counts are sums, and the
    batch is the last one's. A project that does not exist begins with its first file. What is to be redacted
    is taken out before anything is stored.

    Raises:
        BadInput: a file cannot be read, a mapped column does not exist, or a value has no meaning yet.
    """
    paths = files.find(workspace, file)
    results: list[ImportResult] = []
    with redacting.begun(workspace, described) as redaction:
        for number, path in enumerate(paths):
            workspace.progress(
                number * _STEPS, len(paths) * _STEPS, Wording("reading {file}", file=path.name)
            )
            mapping_now = previewing.wish(workspace, mapping or described)
            with files.opened(path, part=mapping_now.part, encoding=mapping_now.encoding) as source:
                results.append(_import_one(workspace, source, mapping_now, redaction))
            mapping = by_column(Mapping.model_validate(results[0].batch.mapping))
    workspace.progress(len(paths) * _STEPS, len(paths) * _STEPS, Wording("done"))
    return results[0] if len(results) == 1 else _summed(results)


def import_bytes(
    workspace: Workspace,
    name: str,
    data: bytes,
    mapping: Mapping | None = None,
    described: Description = _OPEN,
) -> ImportResult:
    """Import an uploaded file; ``described`` says what is redacted where a mapping says what is what."""
    with previewing.as_file(name, data) as path:
        return import_file(workspace, str(path), mapping, described=described)


def _summed(results: Sequence[ImportResult]) -> ImportResult:
    sums: dict[str, Any] = {name: sum(getattr(result.batch, name) for result in results) for name in COUNTS}
    sums["redacted"] = redacting.added(result.batch.redacted for result in results)
    return results[0].model_copy(
        update={
            "batch": results[-1].batch.model_copy(update=sums),
            "rejected": tuple(row for result in results for row in result.rejected)[:SHOWN],
            "warnings": tuple(warning for result in results for warning in result.warnings),
        }
    )


def _import_one(
    workspace: Workspace,
    source: files.ReadableFile,
    wanted: Mapping | Description,
    redaction: RedactionWork | None,
) -> ImportResult:
    db, batch_id, name = workspace.db, new_id("batch"), workspace.project.name
    begins = name not in {known.name for known in projects.list_projects(db)}
    with db.writing() as cursor:
        read = previewing.read_file(cursor, source, wanted, previewing.rules_of(workspace))
        _check(read)
        redacted = redacting.redact(cursor, storing.with_notes(cursor, read), source.name, redaction)
        read = redacted.read
        project = projects.open_project(db, name)
        batch, rejected, fewer = _stored(workspace.with_project(project), cursor, source, redacted, batch_id)
        batches.save_within(cursor, batch, rejected)
        replaced = batches.replaced_grades(cursor, batch_id, Mapping().annotator_name)
        written(db, "output")
        written(db, "verdict")
        staging.clear(cursor)
        audit.note(db, project.id, workspace.person, "import", batch_id, file=batch.file_name)
        if redaction:
            redaction.file.save()  # before anything is stored for good
    if batch.grades_new:
        live.forget(db)
    return ImportResult(
        batch=batch,
        rejected=tuple(rejected[:SHOWN]),
        warnings=(
            *source.warnings,
            *read.notes,
            *previewing.doubts(read.staged.names, read.rows),
            *_missing(read, batch),
            *fewer,
            *([fact("replaced_grades", n=replaced, who=Mapping().annotator_name)] if replaced else ()),
            *redacted.facts,
            *previewing.proposed(previewing.fits(workspace, read.staged.names, read.shape.name, wanted)),
        ),
        seen=previewing.seen_in(read),
        title=read.shape.title,
        begins_project=begins,
        key_file=str(redaction.file.path) if redaction else None,
    )


def _stored(
    workspace: Workspace, cursor: Any, source: files.ReadableFile, redacted: RedactedFile, batch_id: str
) -> tuple[ImportBatch, list[RejectedRow], list[Fact]]:
    """Outputs first, then what was said of them, and why there are fewer grades than values."""
    read = redacted.read
    project: Project = workspace.project
    rows = staging.count_rows(cursor) + len(read.staged.broken)
    outputs = storing.store_outputs(cursor, project, read, batch_id)
    counts, fewer = storing.store_judgements(workspace, cursor, read, batch_id)
    rejected = sorted((*read.staged.broken, *outputs.rejected), key=lambda row: row.row)
    mapping = read.mapping.model_copy(update={"meanings": redacted.meanings(previewing.meanings_of(read))})
    batch = ImportBatch(
        id=batch_id,
        project_id=project.id,
        file_name=redacted.file_name,
        sha256=source.sha256,
        mapping=mapping.model_dump(mode="json"),
        format=read.shape.name,
        rows_read=rows,
        rows_rejected=len(rejected),
        redacted=redacted.counts,
        mostly_redacted=redacted.mostly,
        **outputs.counts,
        **counts,
    )
    return batch, rejected, fewer


def _check(read: ReadFile) -> None:
    """Refuse what would be stored without being understood."""
    mapping, columns = read.mapping, read.staged.names
    for column in {*mapping.used(), *(mapping.meta or ())} - {mapping.annotator_name}:
        mapping_rules.check(column, columns)
    _refuse_both(mapping)
    if previewing.is_newest_first(read):
        raise BadInput(
            "Each row is a message of a chat, and newer ones stand before older ones.",
            next_step="Sort the file by conversation and time, the oldest message first.",
        )
    if not previewing.says_anything(read):
        if previewing.doubts(columns, read.rows):
            raise BadInput(
                "The first line looks like data, not like column names.",
                next_step="If the file has no header, add one line with names at its top.",
            )
        raise _no_outputs(read)
    refuse_several(read.notes, mapping)
    asked = {
        "verdict": {*mapping.verdicts},
        "grade": {grading.criterion for grading in mapping.all_gradings()},
    }
    for reading in read.readings:
        if not reading.known and reading.name in asked.get(reading.kind, ()) and not read.shape.tool:
            values = ", ".join(repr(value[:40]) for value in reading.open[:8])
            raise BadInput(
                "It is not known what these values of '{name}' mean: {listed}. Nothing was stored.",
                next_step="Say it with --passes VALUE and --fails VALUE (--unsure, --no-grade), of numbers "
                "--passes-from N or --passes-to N.",
                name=reading.name,
                listed=values,
            )


def _no_outputs(read: ReadFile) -> BadInput:
    """That it is not known where the outputs are, and what to do about it."""
    if text_of_log(read.staged.names, read.rows):
        return BadInput(
            "Each row is a message of a chat, and it is not known which conversation it belongs to.",
            next_step="Of a file that holds one conversation say --format chat_rows. Of several, call the "
            "column that names them conversation_id, or name the outputs with --map output=COLUMN.",
        )
    first_row = "; ".join(f"{name}: {str(value)[:40]}" for name, value in (read.rows or [{}])[0].items())
    return BadInput(
        "It is not known which column holds the outputs. The first row is {shown}.",
        next_step="Name it with --map output=COLUMN; of outputs that are there already, their ids with "
        "--map id=COLUMN and what is said of them with --grades, --verdicts or --feedback NAME=COLUMN. "
        "Of a survey whose headings are the outputs, first make a table with a row for each output.",
        shown=first_row or Wording("empty"),
    )


def _refuse_both(mapping: Mapping) -> None:
    """A column of outputs says nothing of them: where it seems to, each row is a person."""
    said = {*(grading.column for grading in mapping.all_gradings())}
    if mapping.output in said | {*mapping.verdicts.values(), *mapping.feedback.values()}:
        raise BadInput(
            "The column '{column}' cannot hold both the outputs and what is said of them.",
            next_step="Name two columns. Where each row is a person and each column asks about an output, "
            "make a row of each answer first: the output, the grade, and who gave it.",
            column=mapping.output,
        )


def _missing(read: ReadFile, batch: ImportBatch) -> list[Fact]:
    mapping = read.mapping
    warnings = previewing.open_facts(read)
    if batch.rows_read == 0:
        warnings.append(fact("no_answers" if read.shape.tool else "no_rows"))
    if mapping.output and not (mapping.input or mapping.context or mapping.conversation):
        warnings.append(fact("no_input"))
    if batch.near_duplicates:
        warnings.append(fact("near_duplicates", n=batch.near_duplicates))
    return warnings


def sample_mappings() -> dict[str, Mapping]:
    """The sample project's files in the order of their import, with their columns."""
    outputs = Mapping(
        output="output",
        input="input",
        context="context",
        id="id",
        group="group",
        prompt_version="version",
        model="model",
        at="created_at",
        meta=("pipeline", "language"),
    )
    grades = Mapping(id="id", grade="grade", note="note", annotator="annotator")
    signals = {"action": "action", "thumbs": "thumbs"}
    feedback = Mapping(id="id", at="at", annotator="user", feedback=signals)
    return {"sample_outputs.jsonl": outputs, "sample_grades.csv": grades, "sample_feedback.csv": feedback}
