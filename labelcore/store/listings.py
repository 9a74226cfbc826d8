"""The outputs that a filter means: a page of them in an order, how many, and which values a field has.

Row numbers are sorted first and the texts joined to those of one page. In the order of import, rows are read
part by part until the page is full: what many outputs match is found in the first part of a large table.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from labelcore.models import Output
from labelcore.store.connection import Database
from labelcore.store.filters import Condition, Filter, condition, kept, value_sql
from labelcore.store.outputs import COLUMNS, STORED, metadata_keys
from labelcore.store.splits import rounds, split_sql

IMPORTED = "imported"
"""The order of import."""
_FIRST_PART = 16_384
_UNLIMITED = 2**62
_MOST_VALUES = 10_000
"""A field of more values is sorted as a whole, not value by value."""
_REMEMBERED = 1_000
"""Rows of an order that are remembered: twenty pages."""
_LOOKED_AT = 5_000
"""The first rows of an order over all outputs, among which those of a filter are looked for: so many are
found without sorting the others."""
_ORDER = "made_at {way}, row_number {way}, output_id {way}"


def fields(db: Database, project_id: str) -> list[str]:
    """What outputs may be filtered and sorted by: their fields, then the keys of their metadata."""
    keys = kept(db, project_id, "keys", lambda: metadata_keys(db, project_id))
    return [*COLUMNS, *(key for key in keys if key not in COLUMNS)]


def page(
    db: Database, project_id: str, selection: Filter, sort: str = IMPORTED, *, start: int, limit: int
) -> list[tuple[Output, str]]:
    """Some of the outputs with their splits. ``sort``: imported or a field, ``-`` before it: the other way.

    Numbers stand in their order, before words.
    """
    where = condition(db, project_id, selection)
    backwards, name = sort.startswith("-"), sort.removeprefix("-")
    if name == IMPORTED:
        places = _in_order_of_import(db, where, start, limit, backwards=backwards)
    else:
        way, question = (
            "DESC" if backwards else "ASC",
            f"{selection.model_dump_json()} {state(db, project_id)}",
        )
        places = _by_value(db, where, name, way, (start, limit), question)
    return outputs_at(db, project_id, places)


def outputs_at(db: Database, project_id: str, places: Sequence[int]) -> list[tuple[Output, str]]:
    """The outputs of rows, in their order, with their splits."""
    rows = db.rows(
        f"SELECT rowid, {split_sql(db, project_id)}, {STORED.select} FROM output "
        "WHERE rowid IN (SELECT unnest($places))",
        {"places": list(places), "project": project_id},
    )
    row_of = {place: (STORED.read(row), split) for place, split, *row in rows}
    return [row_of[place] for place in places]


def count(db: Database, project_id: str, selection: Filter) -> int:
    """How many outputs a filter means; remembered until outputs, grades or verdicts come or go."""

    def read() -> int:
        where = condition(db, project_id, selection)
        return int(db.rows(f"SELECT count(*) FROM output WHERE {where.sql}", where.parameters)[0][0])

    return kept(db, project_id, f"{selection.model_dump_json()} {state(db, project_id)}", read)


def state(db: Database, project_id: str) -> str:
    """What changes when grades, verdicts or splits do."""
    others = [db.rows(f"SELECT count(*), max(made_at) FROM {table}") for table in ("grade", "verdict")]
    return f"{others} {len(rounds(db, project_id))}"


def size(db: Database, project_id: str) -> int:
    """How many rows there are, those that repeat an output too."""
    return int(db.rows("SELECT count(*) FROM output WHERE project_id = ?", [project_id])[0][0])


def ids(db: Database, project_id: str, selection: Filter) -> list[str]:
    """All that a filter means, in the order of import."""
    where = condition(db, project_id, selection)
    order = _ORDER.format(way="ASC")
    rows = db.rows(f"SELECT output_id FROM output WHERE {where.sql} ORDER BY {order}", where.parameters)
    return [row[0] for row in rows]


def values(db: Database, project_id: str, selection: Filter, field: str, limit: int) -> list[tuple[str, int]]:
    """The values of a field or metadata key with how many outputs have each, the most common first."""
    where = condition(db, project_id, selection)
    parameters = dict(where.parameters)
    value = value_sql(field, parameters, "path")
    return db.rows(
        f"SELECT {value} AS value, count(*) AS n FROM output WHERE {where.sql} "
        f"GROUP BY value ORDER BY n DESC, value LIMIT {limit:d}",
        parameters,
    )


def _by_value(
    db: Database, where: Condition, name: str, way: str, part: tuple[int, int], question: str
) -> list[int]:
    """The rows of a page; the first of an order are remembered, so that the pages after it cost nothing."""
    if where.plain and (tally := _tally(db, where, name, way)):
        return _by_tally(db, where, name, tally, part)
    start, limit = part
    if start + limit > _REMEMBERED:
        return _sorted(db, where, name, way, part)
    first = kept(
        db,
        where.parameters["project"],
        f"order {way} {name} {question}",
        lambda: array(
            "q", _among_first(db, where, name, way) or _sorted(db, where, name, way, (0, _REMEMBERED))
        ),
    )
    return list(first[start : start + limit])


def _among_first(db: Database, where: Condition, name: str, way: str) -> list[int]:
    """The rows to remember, where enough of the first ones of all outputs are meant; else [].

    What many outputs match is found without reading the texts of all.
    """
    project_id = where.parameters["project"]
    everything = condition(db, project_id, Filter())
    first = kept(
        db,
        project_id,
        f"first {way} {name}",
        lambda: array("q", _sorted(db, everything, name, way, (0, _LOOKED_AT))),
    )
    rows = db.rows(
        f"SELECT rowid FROM output WHERE rowid IN (SELECT unnest($first)) AND {where.sql}",
        where.parameters | {"first": list(first)},
    )
    meant = {place for (place,) in rows}
    places = [place for place in first if place in meant]
    return places[:_REMEMBERED] if len(places) >= _REMEMBERED or len(first) < _LOOKED_AT else []


def _sorted(db: Database, where: Condition, name: str, way: str, part: tuple[int, int]) -> list[int]:
    parameters = dict(where.parameters)
    value = value_sql(name, parameters, "path")
    rows = db.rows(
        f"SELECT place FROM (SELECT rowid AS place, {value} AS value, * FROM output WHERE {where.sql}) "
        f"ORDER BY try_cast(value AS DOUBLE) {way} NULLS LAST, value {way}, {_ORDER.format(way='ASC')} "
        f"LIMIT {part[1]:d} OFFSET {part[0]:d}",
        parameters,
    )
    return [row[0] for row in rows]


def _tally(db: Database, where: Condition, name: str, way: str) -> list[tuple[str, int]]:
    """The values of a field over all outputs in their order with their counts; [] where they are too many."""

    def read() -> list[tuple[str, int]]:
        parameters = dict(where.parameters)
        value = value_sql(name, parameters, "path")
        some = f"SELECT {value} AS value FROM output WHERE {where.sql} LIMIT {_MOST_VALUES * 4:d}"
        if db.rows(f"SELECT count(DISTINCT value) FROM ({some})", parameters)[0][0] > _MOST_VALUES:
            return []  # no need to count them all
        rows = db.rows(
            f"SELECT value, count(*) FROM (SELECT {value} AS value FROM output WHERE {where.sql}) GROUP BY "
            f"value ORDER BY try_cast(value AS DOUBLE) {way} NULLS LAST, value {way} "
            f"LIMIT {_MOST_VALUES + 1:d}",
            parameters,
        )
        return rows if len(rows) <= _MOST_VALUES else []

    return kept(db, where.parameters["project"], f"tally {way} {name}", read)


def _by_tally(
    db: Database, where: Condition, name: str, tally: Sequence[tuple[str, int]], part: tuple[int, int]
) -> list[int]:
    """Value by value, each in the order of import."""
    start, limit = part
    places: list[int] = []
    for value, n in tally:
        if start >= n:
            start -= n
            continue
        parameters = where.parameters | {"value": value}
        sql = f"{where.sql} AND {value_sql(name, parameters, 'path')} = $value"
        some = Condition(sql=sql, parameters=parameters)
        places += _in_order_of_import(db, some, start, limit - len(places), backwards=False)
        start = 0
        if len(places) == limit:
            break
    return places


class ListingPart(NamedTuple):
    """A part of the table: the condition, its parameters, and of how many rows where that is known."""

    sql: str
    parameters: dict[str, Any]
    n: int | None


def _in_order_of_import(
    db: Database, where: Condition, start: int, limit: int, *, backwards: bool
) -> list[int]:
    order = _ORDER.format(way="DESC" if backwards else "ASC")
    places: list[int] = []
    for whole in parts(db, where.parameters["project"], backwards=backwards):
        part, most = whole, start + limit - len(places)
        if where.plain and part.n is not None:
            if start >= part.n:
                start -= part.n
                continue
            if "moment" in part.parameters:
                part, most, start = _narrowed(part, start, most, backwards=backwards), most - start, 0
        rows = db.rows(
            f"SELECT rowid FROM output WHERE {where.sql} AND {part.sql} ORDER BY {order} LIMIT {most:d}",
            where.parameters | part.parameters,
        )
        places += [row[0] for row in rows[start:]]
        start = max(0, start - len(rows))
        if len(places) == limit:
            break
    return places


def _narrowed(part: ListingPart, start: int, most: int, *, backwards: bool) -> ListingPart:
    """Of a part whose rows are numbered without a gap, those that a page needs."""
    low, high = part.parameters["low"], part.parameters["high"]
    if backwards:
        low, high = max(low, high - most + 1), high - start
    else:
        low, high = low + start, min(high, low + most - 1)
    return part._replace(parameters=part.parameters | {"low": low, "high": high})


def places_in(db: Database, where: Condition, part: ListingPart, *, backwards: bool) -> list[int]:
    """The rows of a part that are meant, in the order of import."""
    order = _ORDER.format(way="DESC" if backwards else "ASC")
    rows = db.rows(
        f"SELECT rowid FROM output WHERE {where.sql} AND {part.sql} ORDER BY {order}",
        where.parameters | part.parameters,
    )
    return [row[0] for row in rows]


def rows_in(db: Database, where: Condition, part: ListingPart) -> int:
    """How many rows a part has."""
    if part.n is not None:
        return part.n
    parameters = part.parameters | {"project": where.parameters["project"]}
    return int(
        db.rows(f"SELECT count(*) FROM output WHERE project_id = $project AND {part.sql}", parameters)[0][0]
    )


def parts(
    db: Database, project_id: str, *, backwards: bool, largest: int = _UNLIMITED
) -> Iterator[ListingPart]:
    """The table in parts that follow each other in the order of import, each twice as large as the last."""
    moments = db.rows(
        "SELECT made_at, min(row_number), max(row_number), count(*), count(row_number) FROM output "
        f"WHERE project_id = ? GROUP BY made_at ORDER BY made_at {'DESC' if backwards else 'ASC'}",
        [project_id],
    )
    waiting: list[datetime] = []
    size, n = _FIRST_PART, 0
    for moment, first, last, rows, numbered in moments:
        if waiting and n + rows > size:
            yield _of_moments(waiting, n)
            size, waiting, n = min(2 * size, largest), [], 0
        if rows <= size or numbered < rows:
            waiting, n = [*waiting, moment], n + rows
            continue
        span = last - first + 1
        while first <= last:
            width = -(-size * span // rows)
            low = max(first, last - width + 1) if backwards else first
            high = last if backwards else min(last, first + width - 1)
            yield _of_rows(moment, low, high, dense=span == rows)
            first, last = (first, low - 1) if backwards else (high + 1, last)
            size = min(2 * size, largest)
    if waiting:
        yield _of_moments(waiting, n)


def _of_moments(moments: Sequence[datetime], n: int) -> ListingPart:
    within = {"low": min(moments), "high": max(moments)}
    return ListingPart("made_at BETWEEN $low AND $high", within, n)


def _of_rows(moment: datetime, low: int, high: int, *, dense: bool) -> ListingPart:
    within = {"moment": moment, "low": low, "high": high}
    n = high - low + 1 if dense else None
    return ListingPart("made_at = $moment AND row_number BETWEEN $low AND $high", within, n)
