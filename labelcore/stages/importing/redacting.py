"""Redaction: what points at a person leaves a file's texts before anything is stored or hashed."""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import Fact, Frozen, Output, RejectedRow, Role, fact
from labelcore.operations import Effect, Metavar, operation
from labelcore.stages.importing import keys, nested
from labelcore.stages.importing.keys import KeyFile, Redaction
from labelcore.stages.importing.mapping import Mapping
from labelcore.stages.importing.reading import ReadFile, meta_columns, text_columns
from labelcore.store import grades, outputs as output_table, staging
from labelcore.store.formats.base import Staging
from labelcore.text.personal import Finder
from labelcore.text.redaction import LITERAL, Key, Redactor, restored_document
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_OPEN = Redaction()
_ALL = Redaction(redact=("all",))
_PLAIN = ("text", "input", "context", "external_id", "group_key", "prompt_version", "model")
_PARTS = {"reason": "note", "who": "people"}
Counts = dict[str, dict[str, int]]
Way = Callable[[str, str], str]
"""Redacts the text of a field."""


class RedactionWork(NamedTuple):
    """A redaction under way, over all files of an import."""

    finders: list[Finder]
    file: KeyFile


class RedactedFile(NamedTuple):
    """A file without what was found; ``mostly``: outputs of which more than half are stand-ins."""

    read: ReadFile
    file_name: str
    redactor: Redactor
    mostly: int = 0

    @property
    def counts(self) -> Counts:
        """How often each kind was found in each field."""
        return _counted(self.redactor)

    @property
    def facts(self) -> list[Fact]:
        """What is odd about it."""
        before = sum(kinds[LITERAL] for kinds in self.redactor.counts.values())
        odd = [fact("mostly_redacted", n=self.mostly)] if self.mostly else []
        return [*odd, *([fact("stand_ins_before", n=before)] if before else [])]

    def meanings(self, meanings: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        """What values were taken to mean, without what was found in them."""
        return {
            name: {self.redactor.redacted(value, "value"): word for value, word in words.items()}
            for name, words in meanings.items()
        }


def _counted(redactor: Redactor) -> Counts:
    return {field: dict(kinds) for field, kinds in redactor.counts.items() if kinds.total()}


def added(counts: Iterable[Counts]) -> Counts:
    """The counts of several imports together."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for fields in counts:
        for field, kinds in fields.items():
            found[field].update(kinds)
    return {field: dict(kinds) for field, kinds in found.items()}


@contextlib.contextmanager
def begun(workspace: Workspace, wanted: Redaction) -> Iterator[RedactionWork | None]:
    """The key is held until the import is done; None where nothing is to be redacted."""
    if not (finders := wanted.finders):
        yield None
        return
    with keys.continued(keys.place(workspace, wanted.redact_key)) as file:
        yield RedactionWork(finders, file)


def redact(cursor: Any, read: ReadFile, name: str, redacting: RedactionWork | None) -> RedactedFile:
    """Redact the file's name, every staged column that is stored, and what was said of the outputs.

    Graders keep their names: they are people of the project. Of a row that could not be read, its text
    is not kept: it cannot be searched either.
    """
    if redacting is None:
        return RedactedFile(read, name, Redactor([], Key()))
    redactor = Redactor(redacting.finders, redacting.file.key)
    hardly = _Hardly(redactor)
    changes = {column: _change(hardly, way, field) for column, (field, way) in _ways(read, redactor).items()}
    staging.rewrite(cursor, read.staged, changes)
    staging.rewrite_remarks(cursor, lambda kind, part, text: redactor.redacted(text, _PARTS.get(part, kind)))
    broken = [_without_text(row, redactor) for row in read.staged.broken]
    read = read._replace(staged=Staging(read.staged.names, broken, read.staged.notes))
    return RedactedFile(read, redactor.redacted(name, "file name"), redactor, hardly.outputs)


class _Hardly:
    """Counts the outputs of which more than half are stand-ins."""

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self.outputs = 0

    def count(self, text: str) -> str:
        """The text that was redacted last."""
        self.outputs += self.redactor.is_mostly_hidden(text)
        return text


def _change(hardly: _Hardly, way: Way, field: str) -> Callable[[str], str]:
    if field == "output":
        return lambda text: hardly.count(way(text, field))
    return lambda text: way(text, field)


def _ways(read: ReadFile, redactor: Redactor) -> dict[str, tuple[str, Way]]:
    """The columns that are stored, with their field and whether they are texts or structures."""
    ways: dict[str, tuple[str, Way]] = {}
    columns = [(column, "metadata") for column in meta_columns(read)]
    columns += [(column, field) for field, column in text_columns(read.mapping).items() if field != "at"]
    for path, field in columns:
        column = staging.column_of(read.staged, path)
        structure = field == "conversation" or path != column or column == "details"
        before = ways.get(column)
        way = before[1] if before and before[1] == redactor.structured else redactor.redacted
        ways[column] = (field, redactor.structured if structure else way)
    return ways


def _without_text(row: RejectedRow, redactor: Redactor) -> RejectedRow:
    return row.model_copy(update={"raw": "", "reason": redactor.redacted(row.reason, "rows kept apart")})


def shown(
    workspace: Workspace, wanted: Redaction, rows: Sequence[dict[str, Any]]
) -> tuple[dict[str, Any], ...]:
    """The first outputs as they would be stored; numbers that the key does not know yet are not kept."""
    if not (finders := wanted.finders):
        return tuple(rows)
    known = keys.place(workspace, wanted.redact_key) if wanted.redact_key or workspace.db.path else None
    redactor = Redactor(finders, keys.read(known) if known and known.exists() else Key())
    return tuple(
        {name: redactor.structured(text) if isinstance(text, str) else text for name, text in row.items()}
        for row in rows
    )


class RedactionCounts(NamedTuple):
    """What a redaction would find in some rows; ``mostly``: outputs of little but stand-ins."""

    counts: Counts
    mostly: int


def found_in(wanted: Redaction, rows: Sequence[dict[str, Any]], mapping: Mapping) -> RedactionCounts:
    """Count what points at a person in the first rows of a file; nothing is kept.

    Raises:
        BadInput: a kind is not known, a pattern is none, or there is no name in the list.
    """
    redactor = Redactor(wanted.finders, Key())
    paths = {column: field for field, column in mapping.texts().items() if field != "at"}
    paths |= {column: "note" for column in (mapping.note,) if column}
    columns = [name for row in rows[:1] for name in row]
    fields = {nested.column_of(path, columns): field for path, field in paths.items()}
    mostly = 0
    for row in rows:
        for column, value in row.items():
            field, text = fields.get(column, "metadata"), str(value or "")
            structure = field in {"conversation", "metadata"} or column not in paths
            shown = redactor.structured(text, field) if structure else redactor.redacted(text, field)
            mostly += field == "output" and redactor.is_mostly_hidden(shown)
    return RedactionCounts(_counted(redactor), mostly)


class RedactionReport(Frozen):
    """What a redaction would find: counts by field and kind, and outputs it touches or leaves ungradable."""

    outputs: int
    touched: int
    mostly_redacted: int
    fields: Counts


@operation("redact scan", role=Role.ENGINEER)
def scan(workspace: Workspace, *, wanted: Redaction = _OPEN) -> RedactionReport:
    """Count what points at a person in the outputs and notes of a project; nothing is changed.

    Without any option every kind is looked for.
    """
    finders = wanted.finders or _ALL.finders
    ids = output_table.ids(workspace.db, workspace.project.id)
    redactor = Redactor(finders, Key())
    total = touched = mostly = 0
    for part in output_table.chunks(workspace.db, ids):
        for output in part:
            before = _found(redactor)
            _scan(redactor, output)
            text = redactor.redacted(output.text, "output")
            mostly += redactor.is_mostly_hidden(text)
            touched += _found(redactor) > before
        redactor.key = Key()  # only counts are wanted: memory stays as it is
        total += len(part)
        workspace.progress(total, len(ids), Wording("searching"))
    for grade in grades.current(workspace.db, workspace.project.id):
        redactor.redacted(grade.note or "", "note")
    return RedactionReport(outputs=total, touched=touched, mostly_redacted=mostly, fields=_counted(redactor))


def _found(redactor: Redactor) -> int:
    return sum(kinds.total() for kinds in redactor.counts.values())


def _scan(redactor: Redactor, output: Output) -> None:
    turns = [turn.model_dump(mode="json") for turn in output.conversation]
    redactor.structured(json.dumps(turns, ensure_ascii=False), "conversation")
    redactor.structured(json.dumps(output.metadata, ensure_ascii=False, default=str), "metadata")
    for field in ("input", "context"):
        redactor.redacted(getattr(output, field), field)
    for field, text in (("id", output.external_id), ("group", output.group_key)):
        redactor.redacted(text or "", field)


class RestoreReport(Frozen):
    """Outputs with the words that stood in them; ``unknown``: stand-ins that are not in the key.

    ``out``: the file that was written instead of showing them.
    """

    outputs: tuple[dict[str, Any], ...] = ()
    n: int
    unknown: int
    out: str | None = None


@operation("redact restore", role=Role.ADMIN, effect=Effect.GRADUAL)
def restore(
    workspace: Workspace,
    outputs: Annotated[tuple[str, ...], Metavar("[OUTPUT_ID]...")] = (),
    *,
    key: Annotated[Path, Metavar("FILE"), Field(description="The key that the import wrote.")],
    out: Annotated[
        Path | None, Metavar("FILE.jsonl"), Field(description="Write them here; only its owner can read it.")
    ] = None,
) -> RestoreReport:
    """Show outputs as they were before redaction, or write them to a file; the database stays as it is.

    Raises:
        BadInput: the key is none, or nothing says which outputs, or the file is there already.
        NotFound: there is no such output.
    """
    key_texts = keys.read(key)
    if not outputs and out is None:
        raise BadInput("Which outputs?", next_step="Name some, or write all of them with --out FILE.jsonl.")
    ids = [_one(workspace, name) for name in outputs] or output_table.ids(workspace.db, workspace.project.id)
    rows = (
        _document(output, key_texts) for part in output_table.chunks(workspace.db, ids) for output in part
    )
    if out is None:
        rows_restored = tuple(rows)
        return RestoreReport(
            outputs=rows_restored, n=len(rows_restored), unknown=sum(row["unknown"] for row in rows_restored)
        )
    n, unknown = _write(out, rows)
    return RestoreReport(n=n, unknown=unknown, out=str(out))


def stand_ins(output: Output) -> int:
    """How many stand-ins an output holds in what people see of it."""
    turns = (turn.content for turn in output.conversation)
    return sum(map(Key().unknown, (output.text, output.input, output.context, *turns)))


def _one(workspace: Workspace, name: str) -> str:
    output = output_table.get(workspace.db, name, workspace.project.id)
    if output is None:
        raise NotFound("There is no output '{name}'.", next_step="See `labelcore export outputs`.", name=name)
    return output.id


def _document(output: Output, key: Key) -> dict[str, Any]:
    row: dict[str, Any] = {"output_id": output.id}
    row |= {name: key.restored(getattr(output, name) or "") for name in _PLAIN}
    turns = [turn.model_dump(mode="json", exclude_defaults=True) for turn in output.conversation]
    row |= {
        "conversation": restored_document(turns, key),
        "metadata": restored_document(output.metadata, key),
    }
    return row | {"unknown": key.unknown(output.text)}


def _write(out: Path, rows: Iterator[dict[str, Any]]) -> tuple[int, int]:
    n = unknown = 0
    try:
        file = os.open(out.expanduser(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8", errors="replace") as target:
            for row in rows:
                unknown += row.pop("unknown")
                target.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
                n += 1
    except OSError as trouble:
        raise BadInput(
            "{out} cannot be written: {reason}.",
            next_step="Name a new file.",
            out=out,
            reason=trouble.strerror,
        ) from trouble
    return n, unknown
