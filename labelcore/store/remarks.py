"""What was said of staged rows: columns become remarks, whose values are counted and get a meaning."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import duckdb

from labelcore.store.formats.base import Staging, literal
from labelcore.store.staging import expression, insert, replace, written

VALUE_SQL = "lower(trim(regexp_replace(value, '[\\x{1F3FB}-\\x{1F3FF}\\x{FE0F}]', '', 'g')))"
"""A remark's value as people mean it: without case, and without a thumb's skin tone."""
MOST_VALUES = 10_000
"""A signal of more values is not taken: nobody could say what they mean."""
MOST_PARTS = 50
"""A column of more values says neither who graded nor what."""


class Value(NamedTuple):
    """One value of a signal: how often it stands in the file, and its first three rows' note or output."""

    value: str
    rows: int
    meaning: str | None
    examples: tuple[str, ...]


class Signal(NamedTuple):
    """What a file says of its outputs under one name; ``values`` is cut off at MOST_VALUES."""

    kind: str
    name: str
    values: tuple[Value, ...]
    people: tuple[str, ...]


class Form(NamedTuple):
    """The pattern by which cells are parted into a value and the text behind it.

    ``doubtful``: the pattern of cells that look so and yet stay whole; all that they hold is their text.
    """

    pattern: str
    doubtful: str = "^$"


class ValueColumn(NamedTuple):
    """A column of values with what stands beside it, each as the SQL of a literal or of a column.

    ``only``: a column and its value in the rows that are meant, where others hold something else.
    ``empty``: what an empty cell says, '' where it says nothing. ``form``: how cells are parted into a value
    and its reason; None where they stay whole.
    """

    column: str
    who: str = "''"
    reason: str = "''"
    moment: str = "''"
    only: tuple[str, str] | None = None
    empty: str = "''"
    form: Form | None = None


class Parting(NamedTuple):
    """How cells may be parted; ``words``: what one may hold alone; ``whole``: those that are not parted."""

    form: Form
    words: Sequence[str]
    whole: Sequence[str]


def is_parted(cursor: duckdb.DuckDBPyConnection, staged: Staging, column: str, parting: Parting) -> bool:
    """Whether cells of a column are parted, and every other one is doubtful or one of the words."""
    parted, others = cursor.execute(
        "SELECT count(*) FILTER (fits), count(*) FILTER (CASE WHEN fits THEN list_contains($whole, word) AND "
        f"NOT regexp_matches(value, $doubtful) ELSE NOT list_contains($words, word) END) FROM (SELECT "
        f"{VALUE_SQL} AS word, value, regexp_matches(value, $pattern) AS fits FROM "
        f"(SELECT DISTINCT {expression(staged, column)} AS value FROM staged) "
        "WHERE trim(coalesce(value, '')) <> '')",
        {"words": parting.words, "whole": parting.whole, **parting.form._asdict()},
    ).fetchone() or (0, 0)
    return bool(parted) and not others


def is_noted(
    cursor: duckdb.DuckDBPyConnection, staged: Staging, column: str, form: Form, nothing: Sequence[str]
) -> bool:
    """Whether every cell of a column has a form or says nothing, and the texts behind values are notes.

    Where each value has just one text that comes again and again, the texts are the values' names.
    """
    rows, texts, values, others = cursor.execute(
        "SELECT coalesce(sum(n) FILTER (text <> ''), 0), count(DISTINCT word) FILTER (text <> ''), "
        "count(DISTINCT left(word, length(word) - length(text))) FILTER (text <> ''), count(*) FILTER "
        f"(found.value = '' AND NOT list_contains(?, word)) FROM (SELECT *, {VALUE_SQL} AS word, "
        f"trim(found.text) AS text FROM (SELECT *, regexp_extract(value, {literal(form.pattern)}, "
        f"['value', 'text']) AS found FROM (SELECT {expression(staged, column)} AS value, count(*) AS n FROM "
        "staged GROUP BY ALL) WHERE trim(coalesce(value, '')) <> ''))",
        [nothing],
    ).fetchone() or (0, 0, 0, 0)
    return bool(rows) and not others and (texts > values or texts == rows)


def _parted(staged: Staging, column: str, form: Form | None) -> str:
    """The SQL of the rows, with the ``value`` of a column's cells and the ``text`` behind it, '' for none."""
    cell = expression(staged, column)
    if not form:
        return f"(SELECT *, {cell} AS value, '' AS text FROM staged)"
    found = f"regexp_extract({cell}, {literal(form.pattern)}, ['value', 'text'])"
    whole = f"CASE WHEN found.text <> '' THEN regexp_matches(cell, {literal(form.doubtful)}) ELSE false END"
    return (
        "(SELECT *, CASE WHEN NOT whole AND found.value <> '' THEN found.value ELSE cell END AS value, "
        "CASE WHEN whole THEN trim(cell) ELSE coalesce(found.text, '') END AS text "
        f"FROM (SELECT *, {whole} AS whole FROM (SELECT *, {cell} AS cell, {found} AS found FROM staged)))"
    )


def take_column(
    cursor: duckdb.DuckDBPyConnection, staged: Staging, kind: str, name: str, told: ValueColumn
) -> None:
    """Make a column the remarks of one kind and name."""
    meant = f"AND trim({expression(staged, told.only[0])}) = {literal(told.only[1])}" if told.only else ""
    value, reason = f"coalesce(nullif(trim(value), ''), {told.empty})", f"coalesce({told.reason}, '')"
    both = f"concat_ws(chr(10), nullif(text, ''), nullif({reason}, ''))"
    lines = f"contains(chr(10) || {reason} || chr(10), chr(10) || text || chr(10))"
    why = f"CASE WHEN {lines} THEN {reason} ELSE {both} END"
    cursor.execute(
        f"INSERT INTO remarks SELECT * FROM (SELECT _row, ?, ?, {told.who}, {value} AS said, NULL, {why}, "
        f"coalesce({told.moment}, '') FROM {_parted(staged, told.column, told.form)} WHERE true {meant}) "
        "WHERE trim(coalesce(said, '')) <> ''",
        [kind, name],
    )


class GradeCounts(NamedTuple):
    """What became of the grades of a file.

    ``nothing``: values that count as none; ``apart``: in rows that were kept apart; ``other``: that give way
    to a different one by the same person of the same output; ``twice``: the same again; ``known``: there from
    before.
    """

    new: int
    nothing: int
    apart: int
    other: int
    twice: int
    known: int


def counted_grades(cursor: duckdb.DuckDBPyConnection, new: int) -> GradeCounts:
    """What became of the grades among the remarks, ``new`` of which were stored."""
    has_meaning, is_here = "meaning IS NOT NULL", "output_id IS NOT NULL"
    here, grade = f"{has_meaning} AND {is_here}", "output_id, who, coalesce(criterion_id, '')"
    nothing, apart, meant, values, stored = cursor.execute(
        f"SELECT count(*) FILTER (NOT {has_meaning}), count(*) FILTER ({has_meaning} AND NOT {is_here}), "
        f"count(*) FILTER ({here}), count(DISTINCT ({grade}, meaning)) FILTER ({here}), "
        f"count(DISTINCT ({grade})) FILTER ({here}) FROM remarks LEFT JOIN ready USING (_row) "
        "LEFT JOIN asked USING (name) WHERE kind = 'grade'"
    ).fetchone() or (0, 0, 0, 0, 0)
    return GradeCounts(new, nothing, apart, values - stored, meant - values, stored - new)


def spell(cursor: duckdb.DuckDBPyConnection, spelling: Callable[[str], str]) -> None:
    """Write who graded as a function does, which is asked in the order in which they stand in the file."""
    names = "SELECT who FROM remarks WHERE kind = 'grade' GROUP BY who ORDER BY min(_row)"
    for (name,) in cursor.execute(names).fetchall():
        if (spelled := spelling(name)) != name:
            cursor.execute("UPDATE remarks SET who = ? WHERE kind = 'grade' AND who = ?", [spelled, name])


def forget_grades(cursor: duckdb.DuckDBPyConnection) -> None:
    """Take the grades out of the remarks again."""
    cursor.execute("DELETE FROM remarks WHERE kind = 'grade'")


def signals(cursor: duckdb.DuckDBPyConnection, staged: Staging, text: str | None = None) -> list[Signal]:
    """Every kind and name among the remarks, with its values and how often they stand there.

    ``text``: the column that stands beside a value without a reason.
    """
    if not cursor.execute("SELECT 1 FROM remarks LIMIT 1").fetchone():
        return []
    beside = f"coalesce(nullif(reason, ''), {_text(staged, text)})"
    rows = cursor.execute(
        f"SELECT * FROM (SELECT kind, name, {VALUE_SQL} AS word, count(*) AS rows, any_value(meaning), "
        f"arg_min(left({beside}, 120), _row, 3) FROM remarks LEFT JOIN staged USING (_row) GROUP BY kind, "
        "name, word) "
        f"QUALIFY row_number() OVER (PARTITION BY kind, name ORDER BY rows DESC, word) <= {MOST_VALUES} "
        "ORDER BY kind, name, rows DESC, word"
    ).fetchall()
    who = cursor.execute(
        "SELECT kind, name, list(DISTINCT who ORDER BY who) FROM remarks GROUP BY ALL"
    ).fetchall()
    people = {(kind, name): tuple(names) for kind, name, names in who}
    found = []
    for (kind, name), values in itertools.groupby(rows, key=lambda row: row[:2]):
        told = tuple(Value(word, n, meaning, _examples(texts)) for *_, word, n, meaning, texts in values)
        found.append(Signal(kind, name, told, people[kind, name]))
    return found


def values(
    cursor: duckdb.DuckDBPyConnection,
    staged: Staging,
    column: str,
    text: str | None = None,
    form: Form | None = None,
) -> tuple[Value, ...]:
    """The values of a column over the whole file, the frequent ones first; ``text`` stands beside them.

    ``form``: how cells are parted; the text behind the value stands beside it then.
    """
    beside = f"left(coalesce(nullif(text, ''), {_text(staged, text)}), 120)"
    rows = cursor.execute(
        f"SELECT {VALUE_SQL} AS word, count(*), arg_min({beside}, _row, 3) FROM "
        f"{_parted(staged, column, form)} WHERE trim(coalesce(value, '')) <> '' GROUP BY word "
        f"ORDER BY count(*) DESC, word LIMIT {MOST_VALUES}"
    ).fetchall()
    return tuple(Value(word, n, None, _examples(texts)) for word, n, texts in rows)


def pairs(
    cursor: duckdb.DuckDBPyConnection, staged: Staging, forms: dict[str, Form | None]
) -> list[tuple[str, str]]:
    """The values of two columns that stand beside each other; ``forms``: how each one's cells are parted."""
    one, other = (
        f"(SELECT _row, {VALUE_SQL} AS word FROM {_parted(staged, column, form)} WHERE value IS NOT NULL)"
        for column, form in forms.items()
    )
    query = f"SELECT DISTINCT a.word, b.word FROM {one} a JOIN {other} b USING (_row) LIMIT {MOST_VALUES}"
    return cursor.execute(query).fetchall()


def _text(staged: Staging, column: str | None) -> str:
    return expression(staged, column) if column else "''"


def _examples(texts: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts or ())))


def beside(
    cursor: duckdb.DuckDBPyConnection, staged: Staging, signal: tuple[str, str], column: str
) -> list[tuple[str, str | None, int, int]]:
    """A signal's values (of a kind and name) with those of a column: how many rows, and the first."""
    return cursor.execute(
        f"SELECT {VALUE_SQL} AS word, {expression(staged, column)} AS cell, count(*), min(_row) "
        "FROM remarks JOIN staged USING (_row) WHERE kind = ? AND name = ? GROUP BY ALL",
        list(signal),
    ).fetchall()


def keep_texts(
    cursor: duckdb.DuckDBPyConnection,
    staged: Staging,
    nothing: Sequence[tuple[str, str]],
    columns: Iterable[str],
    name: str,
) -> Staging:
    """What was staged with one more column: what people wrote beside values that are no grade, or no value.

    ``nothing``: these values, each with what it was said of; ``columns``: those of notes. A note that a grade
    of the row has is not kept twice; where nobody wrote one, nothing is added.
    """
    notes = (f"trim({written(staged, column)})" for column in columns)
    beside_none = "".join(
        f" UNION ALL SELECT _row, {note}, true FROM staged WHERE {note} <> '' AND NOT EXISTS (SELECT 1 FROM "
        "remarks WHERE remarks._row = staged._row AND contains(chr(10) || reason || chr(10), chr(10) || "
        f"{note} || chr(10)))"
        for note in notes
    )
    parts = [list(part) for part in zip(*nothing, strict=True)] or [[], []]
    cursor.execute(
        "CREATE TEMP TABLE unkept AS SELECT _row, string_agg(reason, chr(10) ORDER BY reason) AS kept FROM "
        "(SELECT _row, reason FROM (SELECT _row, reason, list_contains(list_zip(?::VARCHAR[], ?::VARCHAR[]), "
        f"row(name, {VALUE_SQL})) AS is_nothing FROM remarks WHERE kind = 'grade' AND reason <> ''"
        f"{beside_none}) GROUP BY _row, reason HAVING bool_and(is_nothing)) GROUP BY _row",
        parts,
    )
    if cursor.execute("SELECT 1 FROM unkept LIMIT 1").fetchone():
        width = len(staged.names)
        old = ", ".join(f"c{number}" for number in range(1, width + 1))
        cursor.execute(
            f"CREATE TEMP TABLE noted AS SELECT _row, {old}, kept AS c{width + 1} FROM staged LEFT JOIN "
            "unkept USING (_row)"
        )
        replace(cursor, "noted")
        staged = Staging((*staged.names, name), staged.broken, staged.notes)
    cursor.execute("DROP TABLE unkept")
    return staged


def scores(cursor: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, float, float | None, int, int]]:
    """The numbers that a tool put beside what it said: kind, name, value, score and threshold, how many rows
    have them, and the first of these.
    """
    return cursor.execute(
        f"SELECT kind, name, {VALUE_SQL} AS word, TRY_CAST(score AS DOUBLE) AS number, TRY_CAST(threshold AS "
        "DOUBLE) AS bar, count(*), min(_row) FROM scores WHERE isfinite(number) GROUP BY ALL ORDER BY ALL"
    ).fetchall()


class Differing(NamedTuple):
    """How many outputs have several different grades by one person under one name, and who these are."""

    name: str
    people: list[str]
    outputs: int


def differing(
    cursor: duckdb.DuckDBPyConnection, staged: Staging, texts: Sequence[str], nothing: Iterable[str]
) -> list[Differing]:
    """The people with more than one different grade of an output; ``nothing``: values that are no grade."""
    rows = cursor.execute(
        "SELECT name, list(DISTINCT who ORDER BY who), count(DISTINCT what) FROM (SELECT name, who, what "
        f"FROM ({_told(staged, texts)}) GROUP BY ALL HAVING count(DISTINCT word) > 1) GROUP BY "
        "name ORDER BY name",
        [list(nothing)],
    ).fetchall()
    return [Differing(*row) for row in rows]


def tells_apart(
    cursor: duckdb.DuckDBPyConnection,
    staged: Staging,
    texts: Sequence[str],
    nothing: Iterable[str],
    column: str,
) -> bool:
    """Whether nobody gave an output several different grades within one value of a column of few values."""
    within = f"trim(coalesce({expression(staged, column)}, ''))"
    rows, empty, few, several = cursor.execute(
        f"SELECT sum(n), bool_or(part = ''), count(DISTINCT part), count(*) FILTER (words > 1) FROM (SELECT "
        f"part, count(DISTINCT word) AS words, count(*) AS n FROM ({_told(staged, texts, within)}) GROUP BY "
        "name, who, what, part)",
        [list(nothing)],
    ).fetchone() or (0, True, 0, 0)
    return not several and not empty and 1 < few <= min(rows / 2, MOST_PARTS)


def _told(staged: Staging, texts: Sequence[str], part: str = "''") -> str:
    """The SQL of every grade with what it is of: the hash of an output's texts."""
    what = ", ".join(expression(staged, text) for text in texts)
    columns = f"name, who, hash({what}) AS what, {VALUE_SQL} AS word, {part} AS part"
    return (
        f"SELECT * FROM (SELECT {columns} FROM remarks JOIN staged USING (_row) WHERE kind = 'grade') "
        "WHERE NOT list_contains(?, word)"
    )


def parts(cursor: duckdb.DuckDBPyConnection, staged: Staging, column: str, most: int) -> list[str]:
    """The values of a column in their order, as they are written; at most so many."""
    text = f"trim({expression(staged, column)})"
    rows = cursor.execute(
        f"SELECT {text} AS part FROM staged WHERE coalesce({text}, '') <> '' GROUP BY 1 ORDER BY min(_row) "
        f"LIMIT {most}"
    ).fetchall()
    return [part for (part,) in rows]


def count_beside_nothing(cursor: duckdb.DuckDBPyConnection, staged: Staging, column: str, other: str) -> int:
    """How many cells of a column are filled where the other is empty."""
    filled, nothing = (f"trim(coalesce({expression(staged, name)}, ''))" for name in (column, other))
    (n,) = cursor.execute(
        f"SELECT count(*) FROM staged WHERE {filled} <> '' AND {nothing} = ''"
    ).fetchone() or (0,)
    return int(n)


def signature(cursor: duckdb.DuckDBPyConnection, staged: Staging, column: str, person: str | None) -> str:
    """The SQL of whether somebody looked at a row: not where every grade but this has its person."""
    if person is None or count_beside_nothing(cursor, staged, column, person):
        return "true"
    return f"trim(coalesce({expression(staged, person)}, '')) <> ''"


def count_blank(cursor: duckdb.DuckDBPyConnection, staged: Staging, column: str, rows: str) -> int:
    """How many cells of a column are empty, of the rows for which an SQL holds."""
    (n,) = cursor.execute(
        f"SELECT count(*) FROM staged WHERE trim(coalesce({expression(staged, column)}, '')) = '' AND {rows}"
    ).fetchone() or (0,)
    return int(n)


def mean(cursor: duckdb.DuckDBPyConnection, meanings: Iterable[tuple[str, str, str, str]]) -> None:
    """Write down what values mean: (kind, name, value, pass | fail | unsure); others stay without."""
    cursor.execute("CREATE TEMP TABLE meant (kind VARCHAR, name VARCHAR, word VARCHAR, told VARCHAR)")
    insert(cursor, "meant", list(meanings))
    cursor.execute(
        f"UPDATE remarks SET meaning = told FROM meant WHERE meant.kind = remarks.kind "
        f"AND meant.name = remarks.name AND meant.word = {VALUE_SQL} AND told <> ''"
    )
