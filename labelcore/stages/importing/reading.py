"""How a file is read: which format it is in, what is what in it, and what each value means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import labelcore.stages.importing.mapping as mapping_rules
from labelcore.errors import BadInput
from labelcore.models import Fact, Frozen, GradingRules, RejectedRow, fact
from labelcore.stages.importing import feedback, files, meanings, offering
from labelcore.stages.importing.columns import take
from labelcore.stages.importing.contradicting import contradictions, tool_contradictions, two_scales
from labelcore.stages.importing.mapping import BEFORE, REPLY, Mapping
from labelcore.stages.importing.meanings import SignalReading
from labelcore.stages.importing.names import NAMES, by_name
from labelcore.stages.importing.several import by_criterion, of_no_criterion, several_grades
from labelcore.stages.importing.taking import known_grade, without_grade
from labelcore.store import remarks, replies, staging, strays
from labelcore.store.formats import Format, Tool, every_format, every_tool
from labelcore.store.formats.base import FileHead, FormatRow, Sheet, Source, Staging

Choose = Callable[[Sequence[str], Sequence[dict[str, Any]]], Mapping]
SURE = 0.5
"""From this confidence on a tool's format is taken unasked."""
PREVIEWED = 50
_RESPONSES = 5
_PLURAL = re.compile(
    r"(outputs|responses|answers|completions|generations|predictions|replies|summaries)$", re.I
)


class Nearest(Frozen):
    """A format that a file may be in."""

    format: str
    title: str
    confidence: float


class FileShape(NamedTuple):
    """What a file turned out to be: its container, the tool's format in it, and the part that is read."""

    form: Format
    tool: Tool | None
    part: str
    head: FileHead
    nearest: tuple[Nearest, ...]
    notes: tuple[Fact, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The format's name in reports."""
        return self.tool.name if self.tool else self.form.name

    @property
    def title(self) -> str:
        """The format as people call it."""
        return self.tool.title if self.tool else self.form.title


class ReadFile(NamedTuple):
    """A file in the cursor's tables, understood as far as it can be.

    ``signals`` and ``readings`` belong together: what was said of the outputs, and what its values count
    as. ``offers``: columns that look like grades and were not taken. ``kept``: the column of notes that
    stand beside no grade.
    """

    shape: FileShape
    staged: Staging
    mapping: Mapping
    rows: list[dict[str, Any]]
    signals: tuple[remarks.Signal, ...]
    readings: tuple[SignalReading, ...]
    offers: tuple[tuple[remarks.Signal, SignalReading], ...]
    notes: tuple[Fact, ...]
    kept: str = ""


def shape_of(
    source: files.ReadableFile, wanted: str = "", part: str = "", *, columns: Sequence[str] = ()
) -> FileShape:
    """The format of a file, by what it holds; a person who names columns of the file itself reads those.

    Raises:
        BadInput: it is not in the wanted format, or holds several tables and none was chosen.
    """
    form = every_format()[source.format]
    head = form.look(source.path, "")._replace(name=source.name)
    likely_tools = sorted(
        ((tool.recognise(head), tool) for tool in every_tool().values()), key=lambda pair: -pair[0]
    )
    nearest = tuple(
        Nearest(format=tool.name, title=tool.title, confidence=round(sure, 2))
        for sure, tool in likely_tools
        if sure > 0
    )
    tool = (
        likely_tools[0][1] if likely_tools and likely_tools[0][0] >= SURE and _are_fields(columns) else None
    )
    if wanted:
        tool = every_tool().get(wanted)
        if tool is None and wanted != form.name:
            known = ", ".join([*every_tool(), form.name])
            raise BadInput(
                "{name} cannot be read as '{wanted}'.",
                next_step="It may be: {known}.",
                name=source.name,
                wanted=wanted,
                known=known,
            )
    if tool or form.parts is None:
        return FileShape(form, tool, part, head, nearest)
    parts = form.parts(source.path)
    part_name, notes = _choose(parts, part, source.name, columns)
    likely = _likely(parts, columns)
    names = tuple(known.name for known in parts if known in likely or known.name == part_name)
    return FileShape(form, None, part_name, form.look(source.path, part_name), nearest, notes, names)


def _are_fields(columns: Sequence[str]) -> bool:
    """Whether all columns are what a tool's format gives, or paths into its details."""
    return all(re.split(r"[.\[]", column)[0] in staging.FIELDS for column in columns)


def _choose(
    parts: list[Sheet], wanted: str, name: str, columns: Sequence[str]
) -> tuple[str, tuple[Fact, ...]]:
    """The part of a file that holds the outputs; the only one that can, where none was chosen."""
    likely = _likely(parts, columns)
    if wanted or len(likely) < 2:
        if wanted and wanted not in {part.name for part in parts}:
            raise BadInput(
                "{name} has no part '{wanted}'.",
                next_step="It has {listed}.",
                name=name,
                wanted=wanted,
                listed=_listed(parts),
            )
        return wanted or (likely[0].name if likely else ""), () if wanted else _unread(parts, likely)
    able = [part for part in likely if _is_able(part)]
    if len(able) != 1 or _is_inner(able[0]):
        raise files.SeveralParts(
            "{name} holds {n} tables.",
            next_step="Choose one with --part. It has {listed}.",
            parts=[sheet.name for sheet in likely],
            name=name,
            n=len(likely),
            listed=_listed(likely),
        )
    others = [part.name for part in likely if part is not able[0]]
    return able[0].name, (fact("other_parts", part=able[0].name, others=others),)


def _unread(parts: list[Sheet], likely: list[Sheet]) -> tuple[Fact, ...]:
    """That there are hidden tables beside the one that is read."""
    hidden = [part.name for part in parts if part.hidden and part not in likely]
    return (fact("other_parts", part=likely[0].name, others=hidden),) if hidden and likely else ()


def _likely(parts: list[Sheet], columns: Sequence[str]) -> list[Sheet]:
    """Without lists in the rows of others, but where only those look like outputs.

    ``columns``: those that a person named.
    """
    shown = [part for part in parts if not part.hidden] or parts
    outer = [part for part in shown if not _is_inner(part)]
    has_all = columns and any(all(mapping_rules.has(c, part.columns) for c in columns) for part in outer)
    inner = [] if has_all or any(map(_is_able, outer)) else [part for part in parts if _is_inner(part)]
    return [*outer, *filter(_is_able, inner)]


def _is_able(part: Sheet) -> bool:
    return bool({"output", "conversation"} & _meanings(part.columns))


def _is_inner(part: Sheet) -> bool:
    return "[]" in part.name


def _listed(parts: list[Sheet]) -> str:
    return "; ".join(
        f"{part.name or '(top)'}: {part.rows:,} × ({', '.join(part.columns[:6])})" for part in parts[:8]
    )


def _meanings(columns: Sequence[str]) -> set[str]:
    by_names = by_name(columns, [])
    chats = set(NAMES["conversation"]) & {column.lower() for column in columns}
    return {*by_names, *(["conversation"] if chats else [])}


def stage(cursor: Any, source: files.ReadableFile, shape: FileShape) -> Staging:
    """Read the file into the cursor's tables, once."""
    staging.begin(cursor)
    if not shape.tool:
        return shape.form.stage(cursor, source.path, shape.part)
    if shape.form.walk:
        walk = shape.form.walk
        told = Source(
            shape.head, lambda path="": walk(source.path, path), lambda name: _within(shape.head, name)
        )
        return staging.stage_rows(cursor, _without_traceback(shape.tool, told))
    table = shape.form.stage(cursor, source.path, shape.part)
    told = Source(shape.head, lambda _path="": staging.records(cursor, table), lambda _name: None)
    staged = staging.stage_rows(cursor, _without_traceback(shape.tool, told))
    return Staging(staged.names, [*table.broken, *staged.broken], table.notes)


def _within(head: FileHead, path: str) -> Any:
    value = head.document
    for key in filter(None, path.split(".")):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _without_traceback(tool: Tool, source: Source) -> Iterator[FormatRow | RejectedRow]:
    """The rows of a tool's format; what its reader did not expect is said, and what came before is kept."""
    try:
        yield from tool.rows(source)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError) as trouble:
        raise BadInput(
            "{name} is not a {title} file that can be read: {trouble}",
            next_step="Try another --format, or save it as JSON lines.",
            name=source.head.name,
            title=tool.title,
            trouble=str(trouble)[:200],
        ) from trouble


def understand(
    cursor: Any, shape: FileShape, staged: Staging, wanted: Mapping | Choose, rules: GradingRules
) -> ReadFile:
    """Decide what is what in the staged rows, and what the values of their grades count as."""
    notes = [*shape.notes, *staged.notes]
    if not shape.tool:
        staged, doubtful = _without_strays(cursor, staged)
        notes += doubtful
    rows = staging.first_rows(cursor, staged, PREVIEWED)
    mapping = wanted if isinstance(wanted, Mapping) else wanted(staged.names, rows)
    if shape.tool and shape.tool.alone:
        mapping = Mapping(id="id", said=mapping.said, format=mapping.format)
    staged, mapping, more = _of_replies(cursor, shape, staged, mapping, rows)
    notes += more
    if not shape.tool:
        notes += _odd_lines(cursor, staged, mapping.output)
    if mapping.grade_is_guess:
        mapping = known_grade(cursor, staged, mapping, rows, rules)
    notes += of_no_criterion(cursor, staged, mapping)
    mapping = by_criterion(cursor, staged, mapping)
    columns, parted = take(cursor, staged, mapping)
    several = () if shape.tool else tuple(several_grades(cursor, staged, mapping))
    if mapping.grade_is_guess and any(told.values["asked"] for told in several):
        mapping, several, parted = without_grade(mapping), (), []
        remarks.forget_grades(cursor)
    signals = tuple(remarks.signals(cursor, staged, mapping.output))
    readings = tuple(
        _reading(signal, mapping.said, rules, columns.get((signal.kind, signal.name), ""))
        for signal in signals
    )
    places, entries = offering.without_entries(offering.offered_places(cursor, staged, mapping, rows), rows)
    notes += entries
    offered = tuple(
        offer
        for offer in offering.offers(cursor, staged, mapping, places, rules)
        if not offering.is_score(offer[0], readings)
    )
    if beyond := places[offering.MOST_OFFERED :]:
        notes.append(fact("more_offers", n=len(beyond), columns=beyond))
    notes += [*parted, *several, *contradictions(cursor, staged, readings, offered)]
    notes += tool_contradictions(cursor, readings) if shape.tool else ()
    notes += two_scales((*signals, *(signal for signal, _ in offered)), columns)
    return ReadFile(shape, staged, mapping, rows, signals, readings, offered, tuple(notes))


def _of_replies(
    cursor: Any, shape: FileShape, staged: Staging, mapping: Mapping, rows: list[dict[str, Any]]
) -> tuple[Staging, Mapping, Sequence[Fact]]:
    """A row for each answer, out of chats, of what an endpoint returned, or of lists of answers."""
    notes: Sequence[Fact] = ()
    answers = [row.get(mapping.output or "") for row in rows]
    is_chat = (
        not shape.tool
        and mapping.output in staged.names
        and _hold_chats(cursor, staged, str(mapping.output), answers)
    )
    if is_chat and not mapping.conversation:
        update = {"conversation": mapping.output, "answers": mapping.output, "output": None}
        mapping = mapping.model_copy(update=update)
    if mapping.conversation and (not mapping.output or mapping.output == REPLY):
        texts = mapping.answers == mapping.conversation
        each = mapping.replies == "each"
        staged = replies.split_chats(cursor, staged, mapping.conversation, each=each, texts=texts)
        mapping = mapping.model_copy(update={"output": REPLY})
    elif is_chat and mapping.conversation in staged.names:
        staged = replies.join_chats(cursor, staged, str(mapping.conversation), str(mapping.output))
    elif not shape.tool and any(
        replies.reply_within(row.get(mapping.output or "")) for row in rows[:_RESPONSES]
    ):
        replies.unwrap_replies(cursor, staged, str(mapping.output))
    elif not shape.tool:
        staged, notes = _of_lists(cursor, staged, mapping, rows)
    if mapping.replies == "each" or any(note.code == "lists_split" for note in notes):
        mapping = _without_guess(mapping)
    return staged, mapping, notes


def _hold_chats(cursor: Any, staged: Staging, column: str, first: Sequence[Any]) -> bool:
    """Whether a column of answers holds chats, in its first rows or anywhere."""
    return replies.hold_chats(first) or replies.hold_chats(staging.shapes(cursor, staged, column))


def _of_lists(
    cursor: Any, staged: Staging, mapping: Mapping, rows: Sequence[dict[str, Any]]
) -> tuple[Staging, list[Fact]]:
    """Several answers in a cell as an output each; what is said of a row does not say of which, so then not.

    Only a name in the plural, or a person, tells that a list holds answers and is none.
    """
    column = str(mapping.output or "")
    if column not in staged.names or not replies.hold_lists([row.get(column) for row in rows]):
        return staged, []
    said = [*_without_guess(mapping).all_gradings(), *mapping.verdicts, *mapping.feedback]
    if said or not (mapping.replies == "each" or _PLURAL.search(column)):
        return staged, [fact("lists_kept", column=column)]
    broken, several = replies.split_lists(cursor, staged, column)
    return replace(staged, broken=broken), [fact("lists_split", column=column)] if several else []


def _without_guess(mapping: Mapping) -> Mapping:
    """Without a grade that nobody named: of several outputs in a row it does not say which it is of."""
    update = {"grade": None, "note": None, "annotator": None, "grade_is_guess": False}
    return mapping.model_copy(update=update) if mapping.grade_is_guess else mapping


def _without_strays(cursor: Any, staged: Staging) -> tuple[Staging, list[Fact]]:
    """What was staged without totals and further headers, and a warning where a row may be a total."""
    apart, open_ones = strays.set_apart(cursor, staged)
    rows = [str(row.row) for row in open_ones]
    doubtful = [fact("maybe_totals", n=len(rows), rows=rows)] if rows else []
    return replace(staged, broken=[*staged.broken, *apart]), doubtful


def _odd_lines(cursor: Any, staged: Staging, output: str | None) -> Iterator[Fact]:
    """A first row that may say how to fill in the others, and a last one that may be a remark on them."""
    if output and (line := strays.line_above(cursor, staged)):
        yield fact("maybe_instructions", row=line.row, text=line.raw)
    if line := strays.line_below(cursor, staged, output):
        yield fact("maybe_below", row=line.row, text=line.raw)


def _reading(
    signal: remarks.Signal, said: meanings.GivenMeanings, rules: GradingRules, column: str
) -> SignalReading:
    if signal.kind == "feedback":
        return feedback.read(signal, said, column)
    return meanings.read(signal, said, rules, column)


def text_columns(mapping: Mapping) -> dict[str, str]:
    """The columns of what an output is; of a chat that was split, what came before the reply."""
    texts = mapping.texts()
    return texts | {"conversation": BEFORE} if mapping.output == REPLY else texts


def meta_columns(read: ReadFile) -> list[str]:
    """The columns that are kept as metadata: those that were named, or all that mean nothing else."""
    mapping = read.mapping
    used = {*mapping.used(), REPLY, BEFORE}
    return list(mapping.meta) if mapping.meta is not None else [c for c in read.staged.names if c not in used]


def taken_within(read: ReadFile, column: str) -> list[str]:
    """The paths into a column of metadata that mean something, so that they are not stored in it again.

    A column that a person asked for stays whole, and so does a list: without an item it would be another.
    """
    mapping = read.mapping
    if mapping.meta is not None:
        return []
    inside = (path for path in mapping.used() if path.startswith(f"{column}.") and "[" not in path)
    return sorted(path for path in inside if staging.column_of(read.staged, path) == column)
