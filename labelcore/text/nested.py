"""Keys with dots, as attributes of spans have them, as objects and lists in each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DEEPEST = 16


def nested(flat: Mapping[Any, Any], depth: int = 0) -> dict[str, Any]:
    """``{"a.0.b": 1}`` as ``{"a": [{"b": 1}]}``; a key that is a value and a place too loses the value."""
    tree: dict[str, Any] = {}
    for key, value in flat.items():
        place, path = tree, str(key).split(".", _DEEPEST)
        for step in path[:-1]:
            if not isinstance(place.get(step), dict):
                place[step] = {}
            place = place[step]
        last = path[-1]
        if isinstance(value, dict) and depth < _DEEPEST:
            inside = place.get(last)
            place[last] = nested({**(inside if isinstance(inside, dict) else {}), **value}, depth + 1)
        elif not isinstance(place.get(last), dict):
            place[last] = value
    return {key: _listed(value, 0) for key, value in tree.items()}


def _listed(value: Any, depth: int) -> Any:
    if not isinstance(value, dict) or depth > _DEEPEST:
        return value
    items = {key: _listed(inner, depth + 1) for key, inner in value.items()}
    if items and all(str(key).isdecimal() and len(str(key)) < 9 for key in items):
        return [items[key] for key in sorted(items, key=int)]
    return items
