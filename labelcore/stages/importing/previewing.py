"""What a file holds and how it would be read, before anything is stored."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

import labelcore.stages.importing.mapping as mapping_rules
from labelcore.errors import NotFound
from labelcore.models import Fact, Frozen, GradingRules, Project, RejectedRow, Role, fact
from labelcore.operations import FilePlace, NotAnOption, operation
from labelcore.stages import projects
from labelcore.stages.importing import (
    by_content,
    feedback,
    files,
    meanings,
    nested,
    reading,
    redacting,
    storing,
)
from labelcore.stages.importing.mapping import Description, Mapping
from labelcore.stages.importing.meanings import SignalReading
from labelcore.stages.importing.names import NAMES, by_name, is_named
from labelcore.stages.importing.reading import Nearest, ReadFile
from labelcore.stages.importing.several import by_column
from labelcore.store import batches, remarks, staging
from labelcore.store.formats.chat_rows import text_of_log
from labelcore.wording import Wording
from labelcore.workspace import Workspace

SHOWN = 1_000
"""Rows kept apart that a report names."""
_LONG, _PHRASE = 80, 20
_KEPT = 16
"""Previews that are kept in memory."""
_OPEN = Description()
SIGNALS = {"grade": Wording("Grade"), "verdict": Wording("Verdict"), "feedback": Wording("Feedback")}


class SignalPreview(Frozen):
    """One thing that a file says of its outputs: its values with their counts, and what they count as.

    ``taken`` is False for a column that is only offered. ``values``: value, number, rows, meaning, examples.
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
    ``parts``: the tables in it, where there are several. ``counts``: how many outputs, how many of them
    share their input with another, and rows kept apart. ``kept``: mappings by name that fit its columns.
    ``container``: what it is where no tool's format is seen in it. ``named``: what its columns' names tell.
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
    seen: tuple[SignalPreview, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    container: Nearest | None = None
    named: dict[str, str] = Field(default_factory=dict)
    parts: tuple[str, ...] = ()
    counts: dict[str, int] = Field(default_factory=dict)
    kept: tuple[str, ...] = ()
    grade_words: dict[str, str] = Field(default_factory=dict)


@operation("preview", role=Role.ENGINEER, project="begun")
def preview(
    workspace: Workspace,
    file: Annotated[str, FilePlace()],
    mapping: Annotated[Mapping | None, NotAnOption()] = None,
    *,
    described: Description = _OPEN,
) -> Preview:
    """Show what a file holds and how its columns would be mapped; nothing is stored.

    A file that has not changed is read once, however often it is asked for.

    Raises:
        BadInput: there is no such file, or it cannot be read.
    """
    paths = files.find(workspace, file)
    state = paths[0].stat()
    key = (str(paths[0]), state.st_mtime_ns, state.st_size)
    report = _known(workspace, key, lambda: nullcontext(paths[0]), mapping or described)
    outputs = redacting.shown(workspace, described, report.outputs)
    return report.model_copy(update={"files": tuple(path.name for path in paths), "outputs": outputs})


def preview_bytes(
    workspace: Workspace,
    name: str,
    data: bytes,
    mapping: Mapping | None = None,
    described: Description = _OPEN,
) -> Preview:
    """The same of an uploaded file."""
    key = (name, hashlib.sha256(data).digest())
    report = _known(workspace, key, lambda: as_file(name, data), mapping or described)
    return report.model_copy(update={"outputs": redacting.shown(workspace, described, report.outputs)})


@contextmanager
def as_file(name: str, data: bytes) -> Iterator[Path]:
    """What was uploaded, as a file for a while."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(name).name[-200:] or "upload")
        path.write_bytes(data)
        yield path


def _known(
    workspace: Workspace,
    key: Hashable,
    opened: Callable[[], AbstractContextManager[Path]],
    described: Description | Mapping,
) -> Preview:
    memory: dict[Hashable, Preview] = workspace.db.memory.setdefault((Preview,), {})
    reading_wish = wish(workspace, described)
    whole = (key, reading_wish.model_dump_json(), rules_of(workspace).model_dump_json())
    if whole not in memory:
        if len(memory) >= _KEPT:
            memory.clear()
        with opened() as path:
            memory[whole] = _previewed(workspace, path, reading_wish)
    fitting = fits(workspace, memory[whole].columns, memory[whole].format, described)
    warnings = (*memory[whole].warnings, *proposed(fitting))
    return memory[whole].model_copy(update={"kept": fitting, "warnings": warnings})


def _previewed(workspace: Workspace, path: Path, wanted: Description | Mapping) -> Preview:
    with (
        files.opened(path, part=wanted.part, encoding=wanted.encoding) as source,
        workspace.db.scratch() as cursor,
    ):
        read = read_file(cursor, source, wanted, rules_of(workspace))
        total = staging.count_rows(cursor)
        first = storing.first_outputs(cursor, read)
        staging.clear(cursor)
    broken = tuple(sorted((*read.staged.broken, *first.rejected), key=lambda row: row.row))
    return Preview(
        files=(path.name,),
        format=read.shape.name,
        title=read.shape.title,
        columns=tuple(
            name for name in read.staged.names if name not in {mapping_rules.REPLY, mapping_rules.BEFORE}
        ),
        guessed=read.mapping,
        rows=tuple(read.rows),
        outputs=first.outputs,
        rows_read=total - len(first.rejected),
        rejected=broken[:SHOWN],
        warnings=(*source.warnings, *read.notes, *doubts(read.staged.names, read.rows), *open_facts(read)),
        seen=seen_in(read),
        nearest=read.shape.nearest,
        container=Nearest(format=read.shape.form.name, title=read.shape.form.title, confidence=1),
        named=by_name(read.staged.names, read.rows),
        parts=read.shape.parts,
        counts=first.counts | {"apart": len(broken)},
        grade_words=meanings_of(read).get("grade overall", {}),
    )


def project_of(workspace: Workspace) -> Project | None:
    """The project as it is stored; None where it begins with this file."""
    by_name = {project.name: project for project in projects.list_projects(workspace.db)}
    return by_name.get(workspace.project.name)


def rules_of(workspace: Workspace) -> GradingRules:
    """The project's rules of grading, whose scale numbers may be on."""
    project = project_of(workspace)
    return project.settings.grading if project else GradingRules()


def wish(workspace: Workspace, wanted: Mapping | Description) -> Mapping | Description:
    """A kept mapping in the place of its name.

    Raises:
        NotFound: none is kept under that name.
    """
    if isinstance(wanted, Mapping) or not wanted.kept:
        return wanted
    mappings = _kept(workspace)
    if wanted.kept not in mappings:
        names = ", ".join(mappings) or "none yet"
        raise NotFound(
            "No mapping is kept as '{kept}'.", next_step="There are: {names}.", kept=wanted.kept, names=names
        )
    return mappings[wanted.kept]


def fits(
    workspace: Workspace, columns: Sequence[str], form: str, wanted: Mapping | Description
) -> tuple[str, ...]:
    """The kept mappings for a file with these columns, the newest first, where nothing was said of them."""
    if isinstance(wanted, Mapping) or wanted.named or wanted.kept:
        return ()
    added_columns = {mapping_rules.REPLY, mapping_rules.BEFORE}
    return tuple(
        name
        for name, mapping in _kept(workspace).items()
        if mapping.format in {"", form}
        and all(
            mapping_rules.has(column, columns)
            for column in mapping.for_columns(columns).used() - added_columns
        )
    )


def _kept(workspace: Workspace) -> dict[str, Mapping]:
    project = project_of(workspace)
    mappings = batches.kept_mappings(workspace.db, project.id) if project else {}
    return {name: by_column(Mapping.model_validate(mapping)) for name, mapping in mappings.items()}


def proposed(names: Sequence[str]) -> list[Fact]:
    """That a kept mapping fits."""
    return [fact("kept_fits", kept=names[0])] if names else []


def read_file(
    cursor: Any, source: files.ReadableFile, wanted: Mapping | Description, rules: GradingRules
) -> ReadFile:
    """A file in the cursor's tables, as it is wished."""
    shape = reading.shape_of(source, wanted.format, wanted.part, columns=_columns(wanted))
    staged = reading.stage(cursor, source, shape)
    if isinstance(wanted, Mapping):
        return reading.understand(cursor, shape, staged, wanted.for_columns(staged.names), rules)

    def choose(names: Sequence[str], rows: Sequence[dict[str, Any]]) -> Mapping:
        mapping = wanted.mapping(names, rows)
        if shape.tool:
            return mapping
        mapping = nested.alone(cursor, staged, mapping, rows, wanted.columns)
        return by_content.told(mapping, names, rows, wanted.columns)

    read = reading.understand(cursor, shape, staged, choose, rules)
    known = shape.tool or "output" in wanted.columns
    return read if known else read._replace(notes=(*read.notes, *_other_outputs(read)))


def seen_in(read: ReadFile) -> tuple[SignalPreview, ...]:
    """What the file says of its outputs: what is taken, then what is offered."""
    signals = [(signal, reading, True) for signal, reading in zip(read.signals, read.readings, strict=True)]
    offers = [(signal, reading, False) for signal, reading in read.offers]
    return tuple(_one(signal, reading, taken=is_taken) for signal, reading, is_taken in (*signals, *offers))


def _columns(wanted: Mapping | Description) -> list[str]:
    """The columns that a person named, of the texts."""
    columns = wanted.texts() if isinstance(wanted, Mapping) else wanted.columns
    return [
        column for column in columns.values() if column not in {mapping_rules.REPLY, mapping_rules.BEFORE}
    ]


def _one(signal: remarks.Signal, reading: SignalReading, *, taken: bool) -> SignalPreview:
    values = tuple(
        {
            "value": v.value,
            "number": meanings.number_of(v.value),
            "rows": v.rows,
            "meaning": reading.values.get(v.value),
            "examples": list(v.examples),
        }
        for v in signal.values
    )
    return SignalPreview(
        kind=signal.kind,
        name=signal.name,
        known=reading.known,
        why=reading.why,
        taken=taken and reading.known,
        people=signal.people,
        values=values,
    )


def meanings_of(read: ReadFile) -> dict[str, dict[str, str]]:
    """What each value was taken to mean, by kind and name."""
    return {
        f"{reading.kind} {reading.name or 'overall'}": reading.values
        for reading in read.readings
        if reading.known
    }


def doubts(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> list[Fact]:
    """A first line that looks like data was probably no header: long texts, numbers, or what stands below."""
    odd = [c for c in columns if _is_data(c) or sum(str(row.get(c) or "") == c for row in rows) > 1]
    return [fact("no_header")] if columns and len(odd) * 2 > len(columns) else []


def _is_data(name: str) -> bool:
    return bool(re.fullmatch(r"[-+\d., ]+", name)) or len(name) > _LONG or name.startswith("column ")


def open_facts(read: ReadFile) -> list[Fact]:
    """What the file says of its outputs and nobody took, because its meaning is not known."""
    offers = [
        fact(
            "offered_feedback" if feedback.is_signal(signal.name) else "offered",
            column=signal.name,
            values=_told(signal),
        )
        for signal, _ in read.offers
    ]
    unknown = [
        fact(
            "not_taken",
            kind=reading.kind,
            word=SIGNALS[reading.kind],
            column=reading.name,
            values=_told(signal),
        )
        for signal, reading in zip(read.signals, read.readings, strict=True)
        if not reading.known
    ]
    without_meaning = [
        fact("no_meaning", column=reading.name, values=_told(_part(signal, reading.open)))
        for signal, reading in zip(read.signals, read.readings, strict=True)
        if reading.kind == "feedback" and reading.open
    ]
    return [*_missing(read), *unknown, *without_meaning, *offers]


def _missing(read: ReadFile) -> list[Fact]:
    """Why it is not known what the outputs are, or what was said before them."""
    if is_newest_first(read):
        return [fact("newest_first")]
    is_log = text_of_log(read.staged.names, read.rows)
    return [] if says_anything(read) else [fact("rows_are_messages" if is_log else "no_output")]


def is_newest_first(read: ReadFile) -> bool:
    """Whether messages of a chat stand before older ones; all of them, where they are to be read as a log."""
    if read.shape.name == "chat_rows":
        return by_content.falls(read.shape.head.columns, read.shape.head.records) == {True}
    columns, rows = read.staged.names, read.rows
    is_log = not says_anything(read) and text_of_log(columns, rows)
    return bool(is_log) and True in by_content.falls(columns, rows)


def _other_outputs(read: ReadFile) -> list[Fact]:
    """Columns of other texts that are named like outputs as well, where nobody said which ones hold them."""
    output, used = read.mapping.output, read.mapping.used()
    named = [name for name in read.staged.names if any(is_named(name, known) for known in NAMES["output"])]
    others = [
        name
        for name in named
        if output
        and name not in used
        and any(len(str(row.get(name) or "")) > _PHRASE and row[name] != row.get(output) for row in read.rows)
    ]
    return [fact("other_outputs", column=name, output=output) for name in others]


def says_anything(read: ReadFile) -> bool:
    """Whether it is known where the outputs are, or of which ones something is said."""
    mapping = read.mapping
    said = mapping.all_gradings() or mapping.verdicts or mapping.feedback or read.readings
    return bool(mapping.output or (mapping.id and said))


def _part(signal: remarks.Signal, words: Sequence[str]) -> remarks.Signal:
    return signal._replace(values=tuple(value for value in signal.values if value.value in words))


def _told(signal: remarks.Signal) -> str:
    some = ", ".join(f"{' '.join(value.value.split())[:30]} ({value.rows:,})" for value in signal.values[:6])
    return some + (", …" if len(signal.values) > 6 else "")
