"""One JSON document, whatever wraps its rows: a list anywhere, an object keyed by id, pandas' orients."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import ijson
import pyarrow as pa

from labelcore.errors import BadInput
from labelcore.store.formats import lines, streams
from labelcore.store.formats.base import (
    LARGEST_CELL,
    FileHead,
    Format,
    Record,
    Sheet,
    Staging,
    distinct,
    first_place,
    reads,
)
from labelcore.store.formats.talks import talk_column
from labelcore.store.shortages import tell_shortage
from labelcore.text import chats

_WHOLE = 100_000_000
"""Bytes up to which a document is parsed at once; a larger one is walked through."""
_SHOWN, _DEPTH, _STEP = 50, 20, 5_000
_NOT_ROWS = {"errors", "warnings", "logs", "features", "schema", "index", "fields", "columns", "skipped"}
_TEXTS = set(
    "outputs responses answers completions generations predictions replies summaries texts "
    "data examples items results rows samples 输出 回答 回复 数据".split()
)
"""Keys under which a list of mere strings is a list of outputs; under any other it describes something."""
_OF_ROWS = set("output response answer input question prompt messages".split())
"""Keys of rows, and of no turn of a chat; those that name a row's conversation are known to `talks`."""
_SPEAKERS = {"role", "from", "author", "speaker"}


class Wrapping(NamedTuple):
    """A place in a document that holds rows, and the way to them."""

    path: str
    rows: int
    columns: tuple[str, ...]
    unwrap: Callable[[Any], Iterable[Any]]


def document(path: Path) -> Any:
    """The document; of a large or deep one a sketch: the first entries of its lists and objects.

    Raises:
        BadInput: the file is no JSON.
    """
    try:
        value, whole = _at_once(path)
        return value if whole else streams.sketch(path, path.stat().st_mtime_ns)[0]
    except (ValueError, ijson.JSONError) as trouble:
        raise BadInput(
            "{name} is not valid JSON: {trouble}",
            next_step="Check the end of the file; an export may have been cut off.",
            name=path.name,
            trouble=str(trouble)[:200],
        ) from trouble


def _at_once(path: Path) -> tuple[Any, bool]:
    """(the document, True), or (None, False) where it is too large or too deep to be parsed at once."""
    if path.stat().st_size > _WHOLE:
        return None, False
    try:
        return _parsed(path.read_text(encoding="utf-8", errors="replace")), True
    except RecursionError:
        return None, False


def _parsed(text: str) -> Any:
    """One document, or the list of several that follow each other."""
    decoder, documents, place = json.JSONDecoder(), [], 0
    text = text.lstrip("\ufeff").strip()
    while place < len(text):
        value, place = decoder.raw_decode(text, place)
        documents.append(value)
        while place < len(text) and text[place].isspace():
            place += 1
    return documents[0] if len(documents) == 1 else documents


def wrappings(value: Any) -> list[Wrapping]:
    """Every place that may hold the rows, lists within the rows of other lists among them."""
    places = list(_found(value, "", 0))
    rows = [place for place in places if place.path.removesuffix("[]").rsplit(".", 1)[-1] not in _NOT_ROWS]
    return rows or places


def _found(value: Any, path: str, depth: int) -> Iterator[Wrapping]:
    unwrap = _way_in(value)
    if unwrap is _of_texts and path and path.rsplit(".", 1)[-1].lower() not in _TEXTS:
        return  # words that describe something: tags, passages, names
    if unwrap:
        rows = _objects(unwrap(value))
        yield Wrapping(path, len(rows), _names(rows), unwrap)
        if unwrap is iter:
            yield from _within(rows, f"{path}[]", depth + 1)
    elif isinstance(value, dict) and depth < _DEPTH:
        for key, inner in value.items():
            yield from _found(inner, f"{path}.{key}" if path else key, depth + 1)


def _within(rows: list[Record], path: str, depth: int) -> Iterator[Wrapping]:
    """The lists in some rows under one key, as if they were one list."""
    for key in _names(rows) if depth < _DEPTH else ():
        values = [row[key] for row in rows if key in row]
        if objects := _objects(values):
            yield from _within(objects, f"{path}.{key}", depth + 1)
        inner = [item for value in values if isinstance(value, list) for item in value]
        if _way_in(inner) is iter:
            rows_inside = _objects(inner)
            yield Wrapping(f"{path}.{key}[]", len(rows_inside), _names(rows_inside), iter)
            yield from _within(rows_inside, f"{path}.{key}[]", depth + 1)


def _objects(values: Iterable[Any]) -> list[Record]:
    return [value for value in values if isinstance(value, dict)]


def _names(rows: Sequence[Record]) -> tuple[str, ...]:
    return distinct(dict.fromkeys(key for row in rows[:_SHOWN] for key in row))


def _way_in(value: Any) -> Callable[[Any], Iterable[Any]] | None:
    """How to get at the rows of a value, None where it holds none."""
    if isinstance(value, list):
        return _way_into_list(value)
    if not isinstance(value, dict) or len(value) == 0:
        return None
    inner = list(value.values())
    if any(isinstance(entry, list) and (_is_talk(entry) or _is_one_talk(entry)) for entry in inner):
        return lambda whole: [whole]
    if len(inner) == 1 and isinstance(inner[0], dict) and next(iter(value)) in map(str, inner[0].values()):
        return _of_keyed
    names, data = value.get("columns"), value.get("data")
    if (
        isinstance(names, list)
        and isinstance(data, list)
        and data
        and all(isinstance(row, list) for row in data)
    ):
        return _of_split
    if all(isinstance(entry, list) for entry in inner) and _is_columns(
        [range(len(entry)) for entry in inner]
    ):
        plain = not any(isinstance(item, dict) for entry in inner for item in entry[:_SHOWN])
        return _of_lists if plain and len(inner[0]) > 0 and len(inner) > 1 else None
    if len(inner) > 1 and all(isinstance(entry, dict) and entry for entry in inner):
        if all(str(key).isdigit() for entry in inner for key in entry) and _is_columns(inner):
            return _of_columns
        shared = set.intersection(*(set(entry) for entry in inner[:_SHOWN]))
        return _of_keyed if shared and len(shared) * 2 >= max(map(len, inner[:_SHOWN])) else None
    return None


def _way_into_list(value: list[Any]) -> Callable[[Any], Iterable[Any]] | None:
    some = value[:_SHOWN]
    objects = [item for item in some if isinstance(item, dict)]
    if len(objects) * 2 > len(some):
        if not talk_column(_names(objects)) and all(
            _SPEAKERS & item.keys() and len(item) <= 6 and "output" not in item for item in objects
        ):
            return None  # one chat
        if _is_talk(value):
            return None
        if all(isinstance(item.get("row"), dict) for item in objects):
            return lambda items: (item.get("row") if isinstance(item, dict) else item for item in items)
        return iter
    if some and all(isinstance(item, list) and item for item in some):
        if all(isinstance(turn, dict) for item in some for turn in item):
            return lambda items: ({"messages": item} for item in items)
        if all(isinstance(cell, str) for cell in some[0]) and len(some) > 1:
            return lambda items: (dict(zip(items[0], item, strict=False)) for item in items[1:])
    if len(some) > 1 and all(isinstance(item, str) for item in some):
        return _of_texts
    return None


def _is_one_talk(items: list[Any]) -> bool:
    """Whether a list of a document is one chat whose turns all name the same conversation."""
    turns = _objects(items)
    column = talk_column(_names(turns))
    names = {chats.plain(turn.get(column)) for turn in turns} if column else set()
    return len(names) == 1 and _is_talk(turns, named=column)


def _is_talk(items: list[Any], *, named: str = "") -> bool:
    """Whether a list is one chat: who speaks is known of each turn, and no turn names its conversation.

    ``named``: the key under which all name the same one.
    """
    some = items[:_SHOWN]
    keys = {key for item in some if isinstance(item, dict) for key in item} - {named}
    if len(some) < 2 or not keys or keys & _OF_ROWS or talk_column(keys):
        return False
    roles = {chats.speaker(turn["role"]) for turn in chats.turns(some) or []}
    return {"user", "assistant"} <= roles and None not in roles


def _is_columns(columns: list[Any]) -> bool:
    return len({frozenset(column) for column in columns}) == 1


def _of_split(value: dict[str, Any]) -> Iterator[Any]:
    """Rows under their names; one that has more cells than there are names stays a list, which is no row."""
    names = distinct(map(str, value["columns"]))
    return (dict(zip(names, row, strict=False)) if len(row) <= len(names) else row for row in value["data"])


def _of_texts(value: list[str]) -> Iterator[Record]:
    return ({"text": item} for item in value)


def _of_lists(value: dict[str, list[Any]]) -> Iterator[Record]:
    return (dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True))


def _of_columns(value: dict[str, dict[str, Any]]) -> Iterator[Record]:
    places = next(iter(value.values()))
    return ({name: column[place] for name, column in value.items()} for place in places)


def _of_keyed(value: dict[str, dict[str, Any]]) -> Iterator[Record]:
    return ({"id": key, **entry} for key, entry in value.items())


def parts(path: Path) -> list[Sheet]:
    """The places of a document that may hold the rows."""
    return [Sheet(place.path, place.rows, place.columns) for place in wrappings(document(path))]


def at(value: Any, path: str) -> Any:
    """What stands in a document at a path of keys, which may hold dots; None where nothing does."""
    if not path:
        return value
    steps = path.split(".")
    for count in range(1, len(steps) + 1) if isinstance(value, dict) else ():
        key, rest = ".".join(steps[:count]), ".".join(steps[count:])
        if key in value and (inner := at(value[key], rest)) is not None:
            return inner
    return None


def items(value: Any, path: str) -> Iterator[Any]:
    """The items of lists in lists, ``resourceSpans[].scopeSpans[].spans[]``."""
    before, inside, rest = path.partition("[]")
    inner = at(value, before.strip("."))
    if not inside:
        yield inner
    elif isinstance(inner, list):
        for item in inner:
            yield from items(item, rest)


def walk(path: Path, inner: str = "") -> Iterator[tuple[int, Any]]:
    """The records at a path: the items of a list, the entries of a keyed object, or the object itself.

    What is no object comes along, so that it is counted and said.
    """
    value, whole = _at_once(path)
    return enumerate(_records(value, inner) if whole else _streamed(path, inner), 1)


def _records(value: Any, inner: str) -> Iterable[Any]:
    if "[]" in inner:
        return items(value, inner)
    value = at(value, inner)
    unwrap = _way_in(value)
    if unwrap is None and isinstance(value, list):
        return [{"messages": value}] if _is_talk(value) else value
    return unwrap(value) if unwrap else [value]


def _streamed(path: Path, inner: str) -> Iterator[Any]:
    whole, is_deep = streams.sketch(path, path.stat().st_mtime_ns)
    sketch = None if "[]" in inner else at(whole, inner)
    unwrap = _way_in(sketch)
    with path.open("rb") as file:
        if "[]" in inner:
            yield from streams.items(file, inner.replace("[]", ".item"), is_deep=is_deep)
        elif isinstance(sketch, list):
            items_of = streams.items(file, f"{inner}.item", is_deep=is_deep)
            yield from (
                items_of if unwrap in (iter, None) else (row for item in items_of for row in unwrap([item]))
            )
        elif unwrap is _of_keyed and not is_deep:
            for key, entry in ijson.kvitems(file, inner, use_float=True):
                yield {"id": key, **entry}
        else:
            raise BadInput(
                "A document of this shape that is so large or so deep cannot be read.",
                next_step="Save it as JSON lines.",
            )


def look(path: Path, part: str = "") -> FileHead:
    """The first records of a part, with a sketch of the whole document."""
    whole = document(path)
    records = _objects(itertools.islice(_records(whole, part), _SHOWN))
    return FileHead(path.name, _names(records), tuple(records), whole)


def stage(cursor: duckdb.DuckDBPyConnection, path: Path, part: str = "") -> Staging:
    """Read the rows at a part of the document into ``staged``, every key as a column of text."""
    if part or not _is_plain_list(path) or _is_chat(path) or not _read_list(cursor, path):
        lines.insert_objects(cursor, (record for _, record in walk(path, part)))
    return lines.from_objects(cursor, first_place(cursor, "lines"))


def _read_list(cursor: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Let DuckDB read a plain list into ``lines``; False where it cannot, and the transaction goes on."""
    cursor.execute("CREATE TEMP TABLE lines (line VARCHAR)")
    try:
        reader = cursor.cursor().sql(
            "SELECT json::VARCHAR AS line FROM read_json_objects(?, format='array', "
            f"maximum_object_size={LARGEST_CELL * 2})",
            params=[str(path)],
        )
        for batch in reader.to_arrow_reader(_STEP):
            cursor.register("objects", pa.table(batch))
            cursor.execute("INSERT INTO lines SELECT line FROM objects")
            cursor.unregister("objects")
    except (duckdb.Error, pa.ArrowException, OSError) as trouble:
        tell_shortage(trouble)
        cursor.execute("DROP TABLE lines")
        return False
    return True


def _is_chat(path: Path) -> bool:
    """Whether the document is one chat and no list of rows."""
    with path.open("rb") as file:
        start = file.read(4_096)
    if not any(f'"{key}"'.encode() in start for key in (*_SPEAKERS, "type", "source")):
        return False
    whole = document(path)
    return isinstance(whole, list) and _way_in(whole) is None and _is_talk(whole)


def _is_plain_list(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(4_096).lstrip(b"\xef\xbb\xbf \t\r\n")
    return start[:1] == b"[" and start[1:].lstrip()[:1] == b"{" and b'"row"' not in start


reads(Format("json", "JSON", (".json",), b"", stage, look, walk, parts))
