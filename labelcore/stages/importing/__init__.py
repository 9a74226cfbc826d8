"""Importing: outputs come in from files of any of the store's formats, with what people said of them.

Good rows go on, bad rows are kept apart with their row, field and reason; the same file twice adds
nothing. An output's identity is its content; rows that come without input, context and conversation
are also told apart by their group. What a value means is known or asked: a column of grades is taken
whole or not at all.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

import labelcore.stages.importing.mapping as mapping_rules
from labelcore.errors import BadInput
from labelcore.models import Fact, Frozen, GradingRules, ImportBatch, Project, RejectedRow, Role, fact, new_id
from labelcore.operations import Effect, Hidden, operation
from labelcore.stages import projects
from labelcore.stages.importing import files, reading, storing
from labelcore.stages.importing.history import imports, keep_mapping, rejected_csv, undo
from labelcore.stages.importing.mapping import Description, Mapping
from labelcore.stages.importing.meanings import Reading, Said
from labelcore.stages.importing.reading import Nearest, Read
from labelcore.store import audit, batches, live, staging
from labelcore.store.formats import every_format, every_tool
from labelcore.workspace import Workspace

__all__ = [
    "COUNTS",
    "Description",
    "ImportResult",
    "Mapping",
    "Preview",
    "Said",
    "Seen",
    "import_bytes",
    "import_file",
    "importable",
    "imports",
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
)
"""What an import counts, by the names of its batch."""
_SHOWN = 1_000
_STEPS = 5
_KEPT = 16
"""Previews that are kept in memory."""
_OPEN = Description()


class Seen(Frozen):
    """One thing that a file says of its outputs: its values with their counts, and what they count as.

    ``taken`` is False for a column that is only offered. ``values``: value, rows, meaning, examples.
    """

    kind: str
    name: str
    known: bool
    why: str
    taken: bool
    people: tuple[str, ...]
    values: tuple[dict[str, Any], ...]


class Preview(Frozen):
    """What a file holds, how it would be read, and what its values would count as; nothing is stored.

    ``outputs``: the first three as experts would see them. ``nearest``: formats that it may be in.
    """

    files: tuple[str, ...]
    format: str
    title: str = ""
    columns: tuple[str, ...]
    guessed: Mapping
    rows: tuple[dict[str, Any], ...]
    outputs: tuple[dict[str, Any], ...] = ()
    rows_read: int
    rejected: tuple[RejectedRow, ...]
    warnings: tuple[Fact, ...] = ()
    seen: tuple[Seen, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    grade_words: dict[str, str] = Field(default_factory=dict)


class ImportResult(Frozen):
    """A finished import; ``rejected`` holds the first 1,000 rows that were kept apart."""

    batch: ImportBatch
    rejected: tuple[RejectedRow, ...]
    warnings: tuple[Fact, ...] = ()
    seen: tuple[Seen, ...] = ()
    title: str = ""
    begins_project: bool = False

    @property
    def grade_words(self) -> dict[str, str]:
        """What each value of the overall grades was read as."""
        return dict(self.batch.mapping.get("meanings", {}).get("grade overall", {}))

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        return self.batch.model_dump(include={*COUNTS, "mapping", "format"}) | {
            "batch": self.batch.id,
            "warnings": list(self.warnings),
            "offered": [seen.model_dump() for seen in self.seen if not seen.taken],
            "rejected": [row.model_dump(include={"row", "field", "reason"}) for row in self.rejected],
        }


@operation("preview", role=Role.ENGINEER, project="none")
def preview(
    workspace: Workspace,
    file: str,
    mapping: Annotated[Mapping | None, Hidden()] = None,
    *,
    described: Description = _OPEN,
) -> Preview:
    """Show what a file holds and how its columns would be mapped; nothing is stored.

    A file that has not changed is read once, however often it is asked for.

    Raises:
        BadInput: there is no such file, or it cannot be read.
    """
    found = files.find(file)
    state = found[0].stat()
    key = (str(found[0]), state.st_mtime_ns, state.st_size)
    seen = _known(workspace, key, found[0], mapping or described)
    return seen.model_copy(update={"files": tuple(path.name for path in found)})


def preview_bytes(
    workspace: Workspace, name: str, data: bytes, described: Description | Mapping = _OPEN
) -> Preview:
    """The same of an uploaded file."""
    with _as_file(name, data) as path:
        return _known(workspace, (path.name, hashlib.sha256(data).digest()), path, described)


def _known(workspace: Workspace, key: Hashable, path: Path, described: Description | Mapping) -> Preview:
    kept: dict[Hashable, Preview] = workspace.db.memory.setdefault(_known, {})
    whole = (key, described.model_dump_json(), _rules(workspace).model_dump_json())
    if whole not in kept:
        if len(kept) >= _KEPT:
            kept.clear()
        kept[whole] = _previewed(workspace, path, described)
    return kept[whole]


def _previewed(workspace: Workspace, path: Path, described: Description | Mapping) -> Preview:
    rules = _rules(workspace)
    with (
        files.opened(path, part=described.part, encoding=described.encoding) as source,
        workspace.db.scratch() as cursor,
    ):
        read = _read(cursor, source, described, rules)
        total = staging.count_rows(cursor)
        outputs = storing.first_outputs(cursor, read)
        staging.clear(cursor)
    return Preview(
        files=(path.name,),
        format=read.shape.name,
        title=read.shape.title,
        columns=tuple(
            name for name in read.staged.names if name not in {mapping_rules.REPLY, mapping_rules.BEFORE}
        ),
        guessed=read.mapping,
        rows=tuple(read.rows),
        outputs=outputs,
        rows_read=total,
        rejected=tuple(read.staged.broken[:_SHOWN]),
        warnings=(*_written(source.warnings), *read.notes, *_doubts(read.staged.names), *_open(read)),
        seen=_seen(read),
        nearest=read.shape.nearest,
        grade_words=_meanings(read).get("grade overall", {}),
    )


def _rules(workspace: Workspace) -> GradingRules:
    known = {project.name: project for project in projects.list_projects(workspace.db)}
    project = known.get(workspace.project.name)
    return project.settings.grading if project else GradingRules()


def _read(cursor: Any, source: files.Source, wanted: Mapping | Description, rules: GradingRules) -> Read:
    shape = reading.shape_of(source, wanted.format, wanted.part)
    staged = reading.stage(cursor, source, shape)
    choice = wanted if isinstance(wanted, Mapping) else wanted.mapping
    return reading.understand(cursor, shape, staged, choice, rules)


def _seen(read: Read) -> tuple[Seen, ...]:
    taken = [(signal, told, True) for signal, told in zip(read.signals, read.readings, strict=True)]
    offered = [(signal, told, False) for signal, told in read.offers]
    return tuple(_one(signal, told, is_taken) for signal, told, is_taken in (*taken, *offered))


def _one(signal: staging.Signal, told: Reading, taken: bool) -> Seen:  # noqa: FBT001 - read beside the others
    values = tuple(
        {"value": v.value, "rows": v.rows, "meaning": told.values.get(v.value), "examples": list(v.examples)}
        for v in signal.values
    )
    return Seen(
        kind=signal.kind,
        name=signal.name,
        known=told.known,
        why=told.why,
        taken=taken and told.known,
        people=signal.people,
        values=values,
    )


def _meanings(read: Read) -> dict[str, dict[str, str]]:
    return {f"{told.kind} {told.name or 'overall'}": told.values for told in read.readings if told.known}


@operation("import", role=Role.ENGINEER, effect=Effect.GRADUAL, project="none")
def import_file(
    workspace: Workspace,
    file: str,
    mapping: Annotated[Mapping | None, Hidden()] = None,
    *,
    described: Description = _OPEN,
) -> ImportResult:
    """Bring the outputs of a file in, with the grades, notes, verdicts and feedback in its rows.

    Of a glob or a folder every file comes in: the columns are those of the first, counts are sums, and the
    batch is the last one's. A project that does not exist begins with its first file.

    Raises:
        BadInput: a file cannot be read, a mapped column does not exist, or a value has no meaning yet.
    """
    found = files.find(file)
    results: list[ImportResult] = []
    for number, path in enumerate(found):
        workspace.progress(number * _STEPS, len(found) * _STEPS, f"reading {path.name}")
        wanted = mapping or described
        with files.opened(path, part=wanted.part, encoding=wanted.encoding) as source:
            results.append(_import_one(workspace, source, wanted))
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
        path = Path(folder) / (Path(name).name[-200:] or "upload")
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


def _import_one(workspace: Workspace, source: files.Source, wanted: Mapping | Description) -> ImportResult:
    db, batch_id, name = workspace.db, new_id("batch"), workspace.project.name
    begins = name not in {known.name for known in projects.list_projects(db)}
    with db.transaction() as cursor:
        read = _read(cursor, source, wanted, _rules(workspace))
        _check(read)
        project = projects.open_project(db, name)
        batch, rejected = _stored(workspace.with_project(project), cursor, source, read, batch_id)
        batches.save_within(cursor, batch, rejected)
        staging.clear(cursor)
        audit.note(db, project.id, workspace.person, "import", batch_id, file=source.name)
    if batch.grades_new:
        live.forget(db)
    return ImportResult(
        batch=batch,
        rejected=tuple(rejected[:_SHOWN]),
        warnings=(
            *_written(source.warnings),
            *read.notes,
            *_doubts(read.staged.names),
            *_missing(read, batch),
        ),
        seen=_seen(read),
        title=read.shape.title,
        begins_project=begins,
    )


def _stored(
    workspace: Workspace, cursor: Any, source: files.Source, read: Read, batch_id: str
) -> tuple[ImportBatch, list[RejectedRow]]:
    """Outputs first, then what was said of them."""
    project: Project = workspace.project
    rows = staging.count_rows(cursor) + len(read.staged.broken)
    outputs = storing.store_outputs(cursor, project, read, batch_id)
    judged = storing.store_judgements(workspace, cursor, read, batch_id)
    rejected = [*read.staged.broken, *outputs.rejected]
    meant = read.mapping.model_copy(update={"meanings": _meanings(read)})
    batch = ImportBatch(
        id=batch_id,
        project_id=project.id,
        file_name=source.name,
        sha256=source.sha256,
        mapping=meant.model_dump(mode="json"),
        format=read.shape.name,
        rows_read=rows,
        rows_rejected=len(rejected),
        **outputs.counts,
        **judged,
    )
    return batch, rejected


def _check(read: Read) -> None:
    """Refuse what would be stored without being understood."""
    mapping, columns = read.mapping, read.staged.names
    for column in {*mapping.used(), *(mapping.meta or ())} - {mapping.annotator_name}:
        mapping_rules.check(column, columns)
    if not mapping.output and not (
        mapping.id and (mapping.all_gradings() or mapping.verdicts or mapping.feedback)
    ):
        if _doubts(columns):
            raise BadInput(
                "The first line looks like data, not like column names.",
                next_step="If the file has no header, add one line with names at its top.",
            )
        shown = "; ".join(f"{name}: {str(value)[:40]}" for name, value in (read.rows or [{}])[0].items())
        raise BadInput(
            f"It is not known which column holds the outputs. The first row is {shown or 'empty'}.",
            next_step="Name it with --map output=COLUMN.",
        )
    asked = {
        "verdict": {*mapping.verdicts},
        "grade": {grading.criterion for grading in mapping.all_gradings()},
    }
    for told in read.readings:
        if not told.known and told.name in asked.get(told.kind, ()) and not read.shape.tool:
            listed = ", ".join(repr(value[:40]) for value in told.open[:8])
            raise BadInput(
                f"It is not known what these values of '{told.name}' mean: {listed}. Nothing was stored.",
                next_step="Say it with --passes VALUE and --fails VALUE (--unsure, --no-grade), of numbers "
                "--passes-from N.",
            )


def _written(sentences: Sequence[str]) -> list[Fact]:
    return [fact("as_written", words=words) for words in sentences]


def _doubts(columns: Sequence[str]) -> list[Fact]:
    """A first line that looks like data was probably no header."""
    odd = [c for c in columns if c.replace(".", "").isdigit() or len(c) > 80 or c.startswith("column ")]
    return [fact("no_header")] if columns and len(odd) * 2 > len(columns) else []


def _open(read: Read) -> list[Fact]:
    """What the file says of its outputs and nobody took, because its meaning is not known."""
    offered = [fact("offered", column=signal.name, values=_told(signal)) for signal, _ in read.offers]
    unknown = [
        fact("not_taken", kind=told.kind, name=told.name, values=_told(signal))
        for signal, told in zip(read.signals, read.readings, strict=True)
        if not told.known
    ]
    return [*unknown, *offered]


def _told(signal: staging.Signal) -> str:
    some = ", ".join(f"{value.value[:30]} ({value.rows:,})" for value in signal.values[:6])
    return some + (", …" if len(signal.values) > 6 else "")


def _missing(read: Read, batch: ImportBatch) -> list[Fact]:
    mapping = read.mapping
    warnings = _open(read)
    if batch.rows_read == 0:
        warnings.append(fact("no_rows"))
    if mapping.output and not (mapping.input or mapping.context or mapping.conversation):
        warnings.append(fact("no_input"))
    if batch.near_duplicates:
        warnings.append(fact("near_duplicates", n=batch.near_duplicates))
    return warnings


def importable() -> tuple[str, ...]:
    """The formats that can be imported, as people call them."""
    return (
        *(form.title for form in every_format().values()),
        *(tool.title for tool in every_tool().values()),
    )


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
