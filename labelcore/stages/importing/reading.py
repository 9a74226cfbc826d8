"""How a file is read: which format it is in, what is what in it, and what each value means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import labelcore.stages.importing.mapping as mapping_rules
from labelcore.errors import BadInput
from labelcore.models import Fact, Frozen, GradingRules, RejectedRow, fact
from labelcore.stages.importing import feedback, files, meanings
from labelcore.stages.importing.contradicting import contradictions
from labelcore.stages.importing.mapping import BEFORE, OVERALL, REPLY, Mapping
from labelcore.stages.importing.meanings import Reading
from labelcore.store import replies, staging
from labelcore.store.formats import Format, Tool, every_format, every_tool
from labelcore.store.formats.base import Head, Part, Row, Source, Staged, literal

Choose = Callable[[Sequence[str], Sequence[dict[str, Any]]], Mapping]
SURE = 0.5
"""From this confidence on a tool's format is taken unasked."""
PREVIEWED = 50
_MOST_OFFERED, _MOST_LEVELS, _RESPONSES = 8, 12, 5


class Nearest(Frozen):
    """A format that a file may be in."""

    format: str
    title: str
    confidence: float


class Shape(NamedTuple):
    """What a file turned out to be: its container, the tool's format in it, and the part that is read."""

    form: Format
    tool: Tool | None
    part: str
    head: Head
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


class Read(NamedTuple):
    """A file in the cursor's tables, understood as far as it can be.

    ``signals`` and ``readings`` belong together: what was said of the outputs, and what its values count
    as. ``offers``: columns that look like grades and were not taken.
    """

    shape: Shape
    staged: Staged
    mapping: Mapping
    rows: list[dict[str, Any]]
    signals: tuple[staging.Signal, ...]
    readings: tuple[Reading, ...]
    offers: tuple[tuple[staging.Signal, Reading], ...]
    notes: tuple[Fact, ...]


def shape_of(source: files.Source, wanted: str = "", part: str = "", *, columns: Sequence[str] = ()) -> Shape:
    """The format of a file, by what it holds; a person who names columns of the file itself reads those.

    Raises:
        BadInput: it is not in the wanted format, or holds several tables and none was chosen.
    """
    form = every_format()[source.format]
    head = form.look(source.path, "")._replace(name=source.name)
    found = sorted(
        ((tool.recognise(head), tool) for tool in every_tool().values()), key=lambda seen: -seen[0]
    )
    nearest = tuple(
        Nearest(format=tool.name, title=tool.title, confidence=round(sure, 2))
        for sure, tool in found
        if sure > 0
    )
    tool = found[0][1] if found and found[0][0] >= SURE and _are_fields(columns) else None
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
        return Shape(form, tool, part, head, nearest)
    parts = form.parts(source.path)
    chosen, notes = _choose(parts, part, source.name, columns)
    likely = _likely(parts, columns)
    names = tuple(known.name for known in parts if known in likely or known.name == chosen)
    return Shape(form, None, chosen, form.look(source.path, chosen), nearest, notes, names)


def _are_fields(columns: Sequence[str]) -> bool:
    """Whether all columns are what a tool's format gives, or paths into its details."""
    return all(re.split(r"[.\[]", column)[0] in staging.FIELDS for column in columns)


def _choose(
    parts: list[Part], wanted: str, name: str, columns: Sequence[str]
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
        return wanted or (likely[0].name if likely else ""), ()
    able = [part for part in likely if _is_able(part)]
    if len(able) != 1 or _is_inner(able[0]):
        raise files.SeveralParts(
            "{name} holds {n} tables.",
            next_step="Choose one with --part. It has {listed}.",
            parts=[known.name for known in likely],
            name=name,
            n=len(likely),
            listed=_listed(likely),
        )
    others = [part.name for part in likely if part is not able[0]]
    return able[0].name, (fact("other_parts", part=able[0].name, others=others),)


def _likely(parts: list[Part], columns: Sequence[str]) -> list[Part]:
    """Without lists in the rows of others, but where only those look like outputs.

    ``columns``: those that a person named.
    """
    outer = [part for part in parts if not _is_inner(part)]
    named = columns and any(all(mapping_rules.has(c, part.columns) for c in columns) for part in outer)
    inner = [] if named or any(map(_is_able, outer)) else [part for part in parts if _is_inner(part)]
    return [*outer, *filter(_is_able, inner)]


def _is_able(part: Part) -> bool:
    return bool({"output", "conversation"} & _meanings(part.columns))


def _is_inner(part: Part) -> bool:
    return "[]" in part.name


def _listed(parts: list[Part]) -> str:
    return "; ".join(
        f"{part.name or '(top)'}: {part.rows:,} × ({', '.join(part.columns[:6])})" for part in parts[:8]
    )


def _meanings(columns: Sequence[str]) -> set[str]:
    named = mapping_rules.by_name(columns, [])
    chats = set(mapping_rules.NAMES["conversation"]) & {column.lower() for column in columns}
    return {*named, *(["conversation"] if chats else [])}


def stage(cursor: Any, source: files.Source, shape: Shape) -> Staged:
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
    return Staged(staged.names, [*table.broken, *staged.broken], table.notes)


def _within(head: Head, path: str) -> Any:
    value = head.document
    for key in filter(None, path.split(".")):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _without_traceback(tool: Tool, source: Source) -> Iterator[Row | RejectedRow]:
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
    cursor: Any, shape: Shape, staged: Staged, wanted: Mapping | Choose, rules: GradingRules
) -> Read:
    """Decide what is what in the staged rows, and what the values of their grades count as."""
    rows = staging.first_rows(cursor, staged, PREVIEWED)
    mapping = wanted if isinstance(wanted, Mapping) else wanted(staged.names, rows)
    if shape.tool and shape.tool.alone:
        mapping = Mapping(id="id", said=mapping.said, format=mapping.format)
    notes = [*shape.notes, *(fact("as_written", words=note) for note in staged.notes)]
    if mapping.conversation and (not mapping.output or mapping.output == REPLY):
        staged = replies.split_chats(cursor, staged, _chat(mapping), each=mapping.replies == "each")
        mapping = mapping.model_copy(update={"output": REPLY})
    elif not shape.tool and any(
        replies.reply_within(row.get(mapping.output or "")) for row in rows[:_RESPONSES]
    ):
        replies.unwrap_replies(cursor, staged, str(mapping.output))
    if mapping.grade_is_guess:
        mapping = _known_grade(cursor, staged, mapping, rows, rules)
    columns = _take(cursor, staged, mapping)
    signals = tuple(staging.signals(cursor, staged, mapping.output))
    readings = tuple(
        _reading(signal, mapping.said, rules, columns.get((signal.kind, signal.name), ""))
        for signal in signals
    )
    offers = () if shape.tool else tuple(_offers(cursor, staged, mapping, rows, rules))
    notes += contradictions(cursor, staged, readings, offers)
    return Read(shape, staged, mapping, rows, signals, readings, offers, tuple(notes))


def _reading(signal: staging.Signal, said: meanings.Said, rules: GradingRules, column: str) -> Reading:
    if signal.kind == "feedback":
        return feedback.read(signal, said, column)
    return meanings.read(signal, said, rules, column)


def _chat(mapping: Mapping) -> str:
    return str(mapping.conversation)


def text_columns(mapping: Mapping) -> dict[str, str]:
    """The columns of what an output is; of a chat that was split, what came before the reply."""
    texts = mapping.texts()
    return texts | {"conversation": BEFORE} if mapping.output == REPLY else texts


def meta_columns(read: Read) -> list[str]:
    """The columns that are kept as metadata: those that were named, or all that mean nothing else."""
    mapping = read.mapping
    used = {*mapping.used(), REPLY, BEFORE}
    return list(mapping.meta) if mapping.meta is not None else [c for c in read.staged.names if c not in used]


def _known_grade(
    cursor: Any, staged: Staged, mapping: Mapping, rows: Sequence[dict[str, Any]], rules: GradingRules
) -> Mapping:
    """The first column named like grades whose every value has a meaning; none where there is none.

    Numbers are none, though they fit the project's scale: which end is good is for a person to say.
    """
    free = [column for column in staged.names if column not in mapping.texts().values()]
    named = [c for name in mapping_rules.NAMES["grade"] for c in free if mapping_rules.is_named(c, name)]
    for column in named:
        signal = _signal(cursor, staged, column, mapping)
        known = meanings.read(signal, mapping.said, rules, column)
        on_scale = known.why == "scale" and any(meanings.number_of(value) for value in known.values)
        if signal.values and known.known and not on_scale and not _is_reference(column, mapping, rows):
            return mapping.model_copy(update={"grade": column})
    return mapping.model_copy(
        update={"grade": None, "note": None, "annotator": None, "grade_is_guess": False}
    )


def _is_reference(column: str, mapping: Mapping, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether a column may hold what should have been answered: some outputs say the same words."""
    graded, answered = (
        {meanings.plain(str(row.get(name or "") or "")) for row in rows} - {""}
        for name in (column, mapping.output)
    )
    return bool(graded & answered)


def _signal(cursor: Any, staged: Staged, column: str, mapping: Mapping) -> staging.Signal:
    """The values of a column over the whole file, as if it were taken as the grade."""
    beside = mapping.note or mapping.output
    return staging.Signal("grade", OVERALL, staging.values(cursor, staged, column, beside), ())


def _take(cursor: Any, staged: Staged, mapping: Mapping) -> dict[tuple[str, str], str]:
    """Make the mapped columns remarks. Returns the column of each kind and name."""
    columns: dict[tuple[str, str], str] = {}
    for grading in mapping.all_gradings():
        who = grading.annotator or mapping.annotator_name
        person = (
            f"coalesce(nullif(trim({staging.expression(staged, who)}), ''), "
            f"{literal(mapping.annotator_name)})"
            if who in staged.names and who != grading.column  # a rater's column bears the rater's name
            else literal(who)
        )
        reason = staging.expression(staged, grading.note) if grading.note else "''"
        told = staging.Told(grading.column, person, reason)
        staging.take_column(cursor, staged, "grade", grading.criterion, told)
        columns["grade", grading.criterion] = grading.column
    beside = {} if mapping.all_gradings() else _event(staged, mapping)
    for name, column in mapping.verdicts.items():
        staging.take_column(cursor, staged, "verdict", name, staging.Told(column))
        columns["verdict", name] = column
    for name, column in mapping.feedback.items():
        staging.take_column(cursor, staged, "feedback", name, staging.Told(column, **beside))
        columns["feedback", name] = column
    return columns


def _event(staged: Staged, mapping: Mapping) -> dict[str, str]:
    """Where nobody graded, a row's person, remark and time are those of its feedback."""

    def text(column: str | None) -> str:
        return f"coalesce(trim({staging.expression(staged, column)}), '')" if column else "''"

    who = mapping.annotator if mapping.annotator in staged.names else None
    return {"who": text(who), "reason": text(mapping.note), "moment": text(mapping.at)}


def _offers(
    cursor: Any, staged: Staged, mapping: Mapping, rows: Sequence[dict[str, Any]], rules: GradingRules
) -> Iterator[tuple[staging.Signal, Reading]]:
    """Columns that look like grades and are not taken: by their name, or by words for good and bad."""
    found = 0
    for column in staged.names:
        values = {meanings.plain(str(row[column])) for row in rows if row.get(column)}
        named = any(mapping_rules.is_named(column, name) for name in mapping_rules.NAMES["grade"])
        few = (0 if named else 1) < len(values) <= _MOST_LEVELS
        if column in mapping.used() or not few or found == _MOST_OFFERED:
            continue
        if named or any(
            (meanings.polarity(column), feedback.is_signal(column), meanings.are_answers(values))
        ):
            signal = _signal(cursor, staged, column, mapping)._replace(name=column)
            found += 1
            yield signal, meanings.read(signal, meanings.Said(), rules, column)
