"""Single values within the JSON of a file's cells: where they stand, and texts that stand alone in one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping as Dictionary, Sequence
from typing import Any

from labelcore.stages.importing.mapping import Mapping
from labelcore.stages.importing.names import by_name
from labelcore.store import staging
from labelcore.store.formats.base import Staging

_MOST_PATHS, _DEEPEST, _LARGEST = 200, 8, 200_000
_WRAPPERS = set(
    "text content value body message output outputs answer response result completion reply input prompt "
    "question query request".split()
)
"""Keys that say of the text in them no more than the column's name does."""


def cells(rows: Iterable[Dictionary[str, Any]]) -> dict[str, list[Any]]:
    """The single values of rows by their places: a column's name, or a path into the JSON of one."""
    values_by_path: dict[str, list[Any]] = {}
    for row in rows:
        for name, cell in row.items():
            tree = staging.parsed(cell) if len(str(cell)) <= _LARGEST else None
            for path, value in _within(name, tree, 0):
                if path in values_by_path or path in row or len(values_by_path) < _MOST_PATHS + len(row):
                    values_by_path.setdefault(path, []).append(value)
    return values_by_path


def paths(rows: Sequence[Dictionary[str, Any]]) -> list[str]:
    """The paths to the single values within the JSON of rows."""
    columns = {name for row in rows for name in row}
    return [path for path in cells(rows) if path not in columns][:_MOST_PATHS]


def value_at(row: Dictionary[str, Any], path: str) -> Any:
    """What a row has in a column, or at a path into the JSON of one; "" where there is nothing."""
    if path in row:
        return row[path] if row[path] is not None else ""
    name = column_of(path, row)
    value = staging.parsed(row.get(name))
    for step in filter(None, re.split(r"[.\[\]]+", path.removeprefix(name))):
        value = _step(value, step)
    return "" if value is None else value


def column_of(path: str, columns: Iterable[str]) -> str:
    """The column that a path leads into, the longest name first; the path itself where it is one."""
    around = (name for name in columns if path.startswith((f"{name}.", f"{name}[")))
    return path if path in columns else max(around, key=len, default=path)


def leaf(path: str) -> str:
    """The last name of a path ("review.verdict"), or of a column that is written like one."""
    return re.split(r"[.\]]", path)[-1].strip() or path


def telling(path: str) -> str:
    """The last name of a path that says more than that a value stands there ("score.value" is a score)."""
    above, name = path[: -len(leaf(path)) - 1], leaf(path)
    return telling(above) if above and name in _WRAPPERS else name


def beside(path: str, known: Iterable[str]) -> dict[str, str]:
    """The note and the person that stand in the same object as a value ("review.comment", "review.by")."""
    inside = path[: -len(leaf(path))]
    near = {leaf(other): other for other in known if other != path and other[: -len(leaf(other))] == inside}
    columns_by_meaning = by_name(list(near), []) if inside else {}
    return {
        name: near[columns_by_meaning[name]] for name in ("note", "annotator") if name in columns_by_meaning
    }


def alone(
    cursor: Any, staged: Staging, mapping: Mapping, rows: Sequence[dict[str, Any]], said: Iterable[str]
) -> Mapping:
    """Texts that stand alone in objects ({"text": …}) by their paths, where every row has them so.

    ``said``: the meanings that a person named a column for; those stay as they are.
    """
    columns = {
        name: path
        for name in ("output", "input", "context")
        if (column := getattr(mapping, name)) in staged.names and name not in said
        if (path := _only_path(column, rows)) and staging.is_everywhere(cursor, staged, column, path)
    }
    return mapping.model_copy(update=columns)


def _only_path(column: str, rows: Sequence[dict[str, Any]]) -> str | None:
    """The path to the one text that the objects of a column hold, through keys that only wrap it."""
    within = cells({column: row[column]} for row in rows if row.get(column))
    path = next(iter(within), column)
    steps = path.removeprefix(column).strip(".").split(".")
    texts = all(isinstance(value, str) for value in within.get(path, ()))
    return path if len(within) == 1 and texts and path != column and _WRAPPERS.issuperset(steps) else None


def _within(path: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if depth == _DEEPEST:
        return
    if isinstance(value, dict):
        for key, part in list(value.items())[:_MOST_PATHS]:
            if re.fullmatch(r"[^.\[\]]+", str(key)):
                yield from _within(f"{path}.{key}", part, depth + 1)
    elif isinstance(value, list):
        for place, part in enumerate(value[:3]):
            yield from _within(f"{path}[{place}]", part, depth + 1)
    else:
        yield path, value


def _step(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    return None
