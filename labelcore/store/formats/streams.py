"""JSON documents that are too large or too deep to be parsed at once, walked through event by event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import ijson

from labelcore.store.formats import lines

Events = Iterator[tuple[str, Any]]
_SHOWN, _ENTRIES, _SKETCHED = 50, 2_000, 100
_DRAWN = 20_000_000
"""Characters and a hundred for each value that a sketch holds."""
_DEEPEST = 500
"""Levels that a record may have; deeper ones cannot be written."""


@lru_cache(maxsize=1)
def sketch(path: Path, _changed: int) -> tuple[Any, bool]:
    """A document with the first entries of every list and object, and whether something was too deep."""
    drawing = _Sketch()
    with path.open("rb") as file:
        events = ijson.basic_parse(file, use_float=True)
        return drawing.built(events, *next(events)), drawing.is_cut


class _Sketch:
    """How much of a sketch is left to be drawn; when that is spent, lists keep two items only."""

    def __init__(self) -> None:
        self.left = _DRAWN
        self.is_cut = False

    def built(self, events: Events, event: str, value: Any, depth: int = 0) -> Any:
        """The value that begins with this event; None where it lies too deep."""
        self.left -= 100 + (len(value) if isinstance(value, str) else 0)
        if depth > _SKETCHED:
            self.is_cut = True
            return _skipped(events, event)
        if event == "start_array":
            return self._items(events, depth + 1)
        return self._entries(events, depth + 1) if event == "start_map" else value

    def _items(self, events: Events, depth: int) -> list[Any]:
        items: list[Any] = []
        for event, value in events:
            if event == "end_array":
                break
            if len(items) < (_SHOWN if self.left > 0 else 2):
                items.append(self.built(events, event, value, depth))
            else:
                _skipped(events, event)
        return items

    def _entries(self, events: Events, depth: int) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for event, key in events:
            if event == "end_map":
                break
            kind, value = next(events)
            if len(entries) < _ENTRIES:
                entries[key] = self.built(events, kind, value, depth)
            else:
                _skipped(events, kind)
        return entries


def _skipped(events: Events, event: str) -> None:
    depth = int(event.startswith("start_"))
    while depth:
        event, _ = next(events)
        depth += event.startswith("start_") - event.startswith("end_")


def items(file: IO[bytes], place: str, *, is_deep: bool) -> Iterator[Any]:
    """The values at a place; ``ijson.items`` would keep a path as long as all keys above for each level."""
    place = place.strip(".")
    if not is_deep:
        yield from ijson.items(file, place, use_float=True)
        return
    events = ijson.basic_parse(file, use_float=True)
    yield from _picked(events, next(events), place.split("."))


def _picked(events: Events, begun: tuple[str, Any], steps: Sequence[str]) -> Iterator[Any]:
    """What stands at some steps within the value that begins with this event."""
    event, value = begun
    if not steps:
        yield _built(events, event, value)
    elif event == "start_array" and steps[0] == "item":
        while (begun := next(events))[0] != "end_array":
            yield from _picked(events, begun, steps[1:])
    elif event == "start_map":
        for end, key in events:
            if end == "end_map":
                return
            begun = next(events)
            if key == steps[0]:
                yield from _picked(events, begun, steps[1:])
            else:
                _skipped(events, begun[0])
    else:
        _skipped(events, event)


def _built(events: Events, event: str, value: Any) -> Any:
    """The value that begins with this event, or that it is nested too deep."""
    builder, depth, deepest = ijson.ObjectBuilder(), 0, 0
    while True:
        depth += event.startswith("start_") - event.startswith("end_")
        deepest = max(depth, deepest)
        if deepest <= _DEEPEST:
            builder.event(event, value)
        if depth == 0:
            return builder.value if deepest <= _DEEPEST else lines.TOO_DEEP
        event, value = next(events)
