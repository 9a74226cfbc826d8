"""What importing says: how a file was read, what came in, and what was kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labelcore.messages.catalogue import say
from labelcore.messages.figures import amount
from labelcore.messages.results import lines
from labelcore.messages.telling import listed, sentence
from labelcore.models import ImportBatch, fact
from labelcore.stages import importing, projects
from labelcore.stages.importing.history import Undone
from labelcore.stages.importing.listing import Importable
from labelcore.stages.importing.redacting import Restored, Scan
from labelcore.workspace import Workspace

_SHOWN = 20
"""Rejected rows that are named; the JSON has more."""
_VALUES = 8


@lines("import")
def imported(workspace: Workspace, result: importing.ImportResult) -> Iterator[str]:
    """What came in, what is odd about it, and which column was read as what."""
    batch = result.batch
    others = [known.name for known in projects.list_projects(workspace.db) if known.id != batch.project_id]
    if result.begins_project and others:
        yield f"'{workspace.project.name}' is a new project (there are also: {', '.join(others)})."
    yield f"{result.title}: {amount(batch.rows_read, 'row')}: {_counts(batch)}."
    yield from map(sentence, result.warnings)
    if result.key_file:
        yield f"Redacted: {_found(batch.redacted) or 'nothing was found'}."
        yield f"What stood there is in {result.key_file}: keep it, apart from the database."
    for bad in result.rejected[:_SHOWN]:
        yield f"  row {bad.row}{f', {bad.field}' if bad.field else ''}: {say(bad.reason)}"
    if (more := len(result.rejected) - _SHOWN) > 0:
        yield f"  … and {more:,} more"
    yield f"Take it back with: labelcore import --undo {batch.id}"
    yield from _read(importing.Mapping.model_validate(batch.mapping), result.seen)


def _counts(batch: ImportBatch) -> str:
    """What a file brought; of what it may bring, what there was."""
    came = (
        ("grade", "grades", batch.grades_new),
        ("verdict", "verdicts", batch.verdicts_new),
        ("signal of users", "signals of users", batch.feedback_new),
    )
    counts = [
        amount(batch.outputs_new, "new output"),
        *([f"{batch.outputs_known:,} known from before"] if batch.outputs_known else []),
        *([f"{batch.duplicates:,} repeated within the file"] if batch.duplicates else []),
        f"{amount(batch.rows_rejected, 'row')} kept apart",
        *(amount(n, one, several) for one, several, n in came if n),
    ]
    return ", ".join(counts)


@lines("preview")
def previewed(_workspace: Workspace, seen: importing.Preview) -> Iterator[str]:
    """How much of the file can be read, and how."""
    yield (
        f"{seen.title}: {amount(seen.rows_read, 'row')} can be read, {len(seen.rejected):,} cannot. "
        "Nothing is stored."
    )
    if others := [
        f"{near.title} ({near.confidence:.0%})" for near in seen.nearest if near.format != seen.format
    ]:
        yield f"It may also be: {', '.join(others[:3])} (--format)."
    yield from _read(seen.guessed, seen.seen)
    yield from map(sentence, seen.warnings)


def _read(mapping: importing.Mapping, seen: Sequence[importing.Seen]) -> Iterator[str]:
    """Which value was read as what, and which column, so that a wrong reading is seen at once."""
    words = {(told.kind, told.name): _words(told) for told in seen if told.taken}
    overall = words.pop(("grade", "overall"), "") if mapping.grade else ""
    for (kind, name), told in words.items():
        yield f"{kind.capitalize()} {name or 'overall'}: {told or 'as written'}."
    hint = {"grade": f" ({overall})"} if overall else {}
    named = mapping.named().items()
    read = ", ".join(f"{name} from '{column}'{hint.get(name, '')}" for name, column in named)
    rest = "other columns are kept as metadata" if mapping.meta is None else "no others"
    yield f"Read: {read or 'nothing yet'}; {rest}."


def _words(told: importing.Seen) -> str:
    """What its values count as; those that say it themselves are left out."""
    none = "without meaning" if told.kind == "feedback" else "no grade"
    values = sorted((str(v["value"])[:30], v["meaning"] or none) for v in told.values)
    told_apart = [f"{value} is {meaning}" for value, meaning in values if value != meaning]
    return ", ".join(told_apart[:_VALUES])


@lines("imports list")
def imports(_workspace: Workspace, batches: Sequence[ImportBatch]) -> Iterator[str]:
    """Each import with what it brought and how it was read."""
    for batch in batches:
        yield (f"{batch.id}  {batch.at:%Y-%m-%d %H:%M}  {batch.file_name}: {_counts(batch)}")
        for what, words in importing.Mapping.model_validate(batch.mapping).meanings.items():
            told = ", ".join(f"{value} is {meaning or 'no grade'}" for value, meaning in words.items())
            yield f"    {what}: {told}"


@lines("imports undo")
def undone(_workspace: Workspace, result: Undone) -> Iterator[str]:
    """What went."""
    yield (
        f"{result.file_name} was taken back: {amount(result.outputs, 'output')}, "
        f"{amount(result.grades, 'grade')}, {amount(result.verdicts, 'verdict')} and "
        f"{amount(result.feedback, 'signal', 'signals')} of users are gone."
    )
    if result.people:
        yield f"{result.people:,} grades that people gave here count again when their outputs come in."


@lines("imports keep")
def kept(_workspace: Workspace, mapping: importing.Mapping) -> Iterator[str]:
    """That the mapping is kept."""
    yield f"Kept: {', '.join(f'{name} from {column}' for name, column in mapping.named().items())}."


def _found(fields: dict[str, dict[str, int]]) -> str:
    """How often each kind was found in each field."""
    kinds = {field: ", ".join(f"{n:,} {kind}" for kind, n in told.items()) for field, told in fields.items()}
    return "; ".join(f"{field}: {told}" for field, told in kinds.items())


@lines("redact scan")
def scanned(_workspace: Workspace, result: Scan) -> Iterator[str]:
    """What a redaction would find, field by field."""
    yield f"{result.touched:,} of {result.outputs:,} outputs hold something that points at a person."
    for field, kinds in result.fields.items():
        yield f"  {_found({field: kinds})}"
    if result.mostly_redacted:
        yield sentence(fact("mostly_redacted", n=result.mostly_redacted))


@lines("redact restore")
def restored(_workspace: Workspace, result: Restored) -> Iterator[str]:
    """The outputs as they were, or where they are."""
    for row in result.outputs:
        yield row["output_id"]
        yield from (f"  {name}: {row[name]}" for name in ("input", "context", "text") if row[name])
    if result.out:
        yield f"{result.n:,} outputs as they were are in {result.out}, which only you can read."
    if result.unknown:
        yield f"{result.unknown:,} stand-ins are not in this key."


@lines("formats")
def formats(_workspace: Workspace, known: Sequence[Importable]) -> Iterator[str]:
    """Each tool with how to get a file out of it, and the plain formats."""
    for form in known:
        if form.get:
            yield f"{say(form.title)} (--format {form.name})"
            yield f"    {say(form.get)}"
            yield f"    {say(form.brings)}"
    plain = listed(say(form.title) for form in known if not form.get)
    yield say("Any table or list of objects: {formats}.", formats=plain)
