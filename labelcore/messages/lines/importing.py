"""What importing says: how a file was read, what came in, and what was kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labelcore.messages.catalogue import counted, say
from labelcore.messages.results import lines
from labelcore.messages.telling import clauses, listed, sentence
from labelcore.models import ImportBatch, fact
from labelcore.stages import importing, projects
from labelcore.stages.importing.history import UndoneImport
from labelcore.stages.importing.listing import Importable
from labelcore.stages.importing.redacting import RedactionReport, RestoreReport
from labelcore.store.formats import every_tool
from labelcore.text.showing import clock
from labelcore.workspace import Workspace

_SHOWN = 20
"""Rejected rows that are named; the JSON has more."""
_VALUES = 8


@lines("import")
def imported(workspace: Workspace, result: importing.ImportResult) -> Iterator[str]:
    """What came in, what is odd about it, and which column was read as what."""
    batch = result.batch
    others = [
        project.name for project in projects.list_projects(workspace.db) if project.id != batch.project_id
    ]
    if result.begins_project and others:
        yield say(
            "'{name}' is a new project (there are also: {others}).",
            name=workspace.project.name,
            others=others,
        )
    rows = counted("{n:,} row", "{n:,} rows", n=batch.rows_read)
    yield say("{title}: {rows}: {counts}.", title=say(result.title), rows=rows, counts=_counts(batch))
    yield from map(sentence, result.warnings)
    if result.key_file:
        yield say("Redacted: {redacted}.", redacted=_found(batch.redacted) or say("nothing was found"))
        yield say("What stood there is in {key_file}: keep it, apart from the database.", result)
    for bad in result.rejected[:_SHOWN]:
        yield say(
            "  row {row}{field}: {reason}",
            row=bad.row,
            field=say(", {name}", name=bad.field) if bad.field else "",
            reason=say(bad.reason),
        )
    if (more := len(result.rejected) - _SHOWN) > 0:
        yield say("  … and {more:,} more", more=more)
    yield say("Take it back with: labelcore import --undo {id}", id=batch.id)
    yield from _read(importing.Mapping.model_validate(batch.mapping), result.seen, batch.format)


def _counts(batch: ImportBatch) -> str:
    """What a file brought; of what it may bring, what there was."""
    grades, verdicts, signals = batch.grades_new, batch.verdicts_new, batch.feedback_new
    counts = [
        counted("{n:,} new output", "{n:,} new outputs", n=batch.outputs_new),
        say("{n:,} known from before", n=batch.outputs_known) if batch.outputs_known else "",
        say("{n:,} repeated within the file", n=batch.duplicates) if batch.duplicates else "",
        say("{rows} kept apart", rows=counted("{n:,} row", "{n:,} rows", n=batch.rows_rejected)),
        counted("{n:,} grade", "{n:,} grades", n=grades) if grades else "",
        counted("{n:,} verdict", "{n:,} verdicts", n=verdicts) if verdicts else "",
        counted("{n:,} piece of user feedback", "{n:,} pieces of user feedback", n=signals)
        if signals
        else "",
    ]
    return listed(filter(None, counts))


@lines("preview")
def previewed(preview: importing.Preview) -> Iterator[str]:
    """How much of the file can be read, and how."""
    yield say(
        "{title}: {rows_read} can be read, {rejected:,} cannot. Nothing is stored.",
        title=say(preview.title),
        rows_read=counted("{n:,} row", "{n:,} rows", n=preview.rows_read),
        rejected=len(preview.rejected),
    )
    if others := [
        f"{say(near.title)} ({near.confidence:.0%})"
        for near in preview.nearest
        if near.format != preview.format
    ]:
        yield say("It may also be: {others} (--format).", others=others[:3])
    yield from _read(preview.guessed, preview.seen, preview.format)
    yield from map(sentence, preview.warnings)


def _read(mapping: importing.Mapping, signals: Sequence[importing.SignalPreview], form: str) -> Iterator[str]:
    """Which value was read as what, and which column, so that a wrong reading is seen at once.

    The columns that a tool's reader gives are the same whatever the file: no news.
    """
    words = {(signal.kind, signal.name): _words(signal) for signal in signals if signal.taken}
    overall = words.pop(("grade", "overall"), "") if mapping.grade else ""
    for (kind, name), signal in words.items():
        read = {"name": say(name or "overall"), "told": signal or say("as written")}
        yield say("{kind} {name}: {told}.", kind=say(kind.capitalize()), **read)
    hint = {"grade": say(" ({hint})", hint=overall)} if overall else {}
    fields = mapping.named().items()
    if form in every_tool() and all(name == column for name, column in fields):
        return
    columns = [
        say("{name} from '{column}'{hint}", name=say(name), column=column, hint=hint.get(name, ""))
        for name, column in fields
    ]
    rest = say("other columns are kept as metadata") if mapping.meta is None else say("no others")
    yield say("Read: {columns}; {rest}.", columns=columns or say("nothing yet"), rest=rest)


def _words(signal: importing.SignalPreview) -> str:
    """What its values count as; those that say it themselves are left out."""
    none = say("without meaning") if signal.kind == "feedback" else say("no grade")
    values = sorted((str(v["value"])[:30], v["meaning"] or none) for v in signal.values)
    meanings = [
        say("{value} is {meaning}", value=value, meaning=say(meaning))
        for value, meaning in values
        if value != meaning
    ]
    return listed(meanings[:_VALUES])


@lines("imports list")
def imports(batches: Sequence[ImportBatch]) -> Iterator[str]:
    """Each import with what it brought and how it was read."""
    for batch in batches:
        when = clock(batch.at)
        figures = {"id": batch.id, "when": when, "file": batch.file_name, "counts": _counts(batch)}
        yield say("{id}  {when}  {file}: {counts}", **figures)
        for what, words in importing.Mapping.model_validate(batch.mapping).meanings.items():
            values = [
                say("{value} is {meaning}", value=value, meaning=say(meaning or "no grade"))
                for value, meaning in words.items()
            ]
            yield say("    {name}: {told}", name=" ".join(map(say, what.split(" ", 1))), told=values)


@lines("imports undo")
def undone(result: UndoneImport) -> Iterator[str]:
    """What went."""
    yield say(
        "{file_name} was taken back; gone with it: {outputs}, {grades}, {verdicts} and {feedback}.",
        file_name=result.file_name,
        outputs=counted("{n:,} output", "{n:,} outputs", n=result.outputs),
        grades=counted("{n:,} grade", "{n:,} grades", n=result.grades),
        verdicts=counted("{n:,} verdict", "{n:,} verdicts", n=result.verdicts),
        feedback=counted("{n:,} piece of user feedback", "{n:,} pieces of user feedback", n=result.feedback),
    )
    if result.people:
        yield say(
            "{people:,} grades by people count again once the outputs that they were given on come in.",
            people=result.people,
        )


@lines("imports keep")
def kept(mapping: importing.Mapping) -> Iterator[str]:
    """That the mapping is kept."""
    yield say(
        "Kept: {columns}.",
        columns=[
            say("{name} from {column}", name=say(name), column=column)
            for name, column in mapping.named().items()
        ],
    )


def _found(fields: dict[str, dict[str, int]]) -> str:
    """How often each kind was found in each field."""
    parts = [
        say("{name}: {told}", name=say(field), told=[f"{n:,} {say(kind)}" for kind, n in kinds.items()])
        for field, kinds in fields.items()
    ]
    return clauses(parts)


@lines("redact scan")
def scanned(result: RedactionReport) -> Iterator[str]:
    """What a redaction would find, field by field."""
    yield say("{touched:,} of {outputs:,} outputs hold something that points at a person.", result)
    for field, kinds in result.fields.items():
        yield f"  {_found({field: kinds})}"
    if result.mostly_redacted:
        yield sentence(fact("mostly_redacted", n=result.mostly_redacted))


@lines("redact restore")
def restored(result: RestoreReport) -> Iterator[str]:
    """The outputs as they were, or where they are."""
    for row in result.outputs:
        yield row["output_id"]
        yield from (f"  {say(name)}: {row[name]}" for name in ("input", "context", "text") if row[name])
    if result.out:
        yield say("{n:,} outputs as they were are in {out}, which only you can read.", result)
    if result.unknown:
        yield say("{unknown:,} stand-ins are not in this key.", unknown=result.unknown)


@lines("formats")
def formats(forms: Sequence[Importable]) -> Iterator[str]:
    """Each tool with how to get a file out of it, and the plain formats."""
    for form in forms:
        if form.get:
            yield say("{title} (--format {name})", title=say(form.title), name=form.name)
            yield f"    {say(form.get)}"
            yield f"    {say(form.brings)}"
    plain = listed(say(form.title) for form in forms if not form.get)
    yield say("Any table or list of objects: {formats}.", formats=plain)
