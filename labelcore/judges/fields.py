"""Structured outputs: JSON or YAML of strangers as plain data, and the part at a JSON pointer."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

import yaml

from labelcore.errors import BadInput
from labelcore.models import Output
from labelcore.wording import Wording

LONGEST = 200_000
DEEPEST = 60
_MOST_NODES = 20_000
_LONGEST_YAML = 20_000  # its reader is slow
_FENCE = re.compile(r"\A```[a-zA-Z]{0,8}[ \t]*\n(.*?)\n?```\Z", re.DOTALL)
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotData(ValueError):
    """A text that is no JSON and no YAML; ``why`` ends a sentence."""

    def __init__(self, template: str, **values: Any) -> None:
        self.why = Wording(template, **values)
        super().__init__(self.why)


class _Loader(_BASE):  # type: ignore[misc]  # one of two classes of the package
    """Safe YAML without dates."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _BASE.yaml_implicit_resolvers.items()
}


def read(text: str) -> Any:
    """The data of a JSON or YAML text, fenced or not; NotData where it is neither, too long or too deep."""
    text = text.strip()
    if len(text) > LONGEST:
        raise NotData("it is longer than {most:,} characters", most=LONGEST)
    if fence := _FENCE.match(text):
        text = fence[1].strip()
    data = _json(text) if text.startswith(("{", "[")) else _yaml(text)
    if _deeper(data, DEEPEST):
        raise NotData("it is nested deeper than {most} levels", most=DEEPEST)
    return data


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise NotData("it is nested deeper than {most} levels", most=DEEPEST) from None
    except NotData:
        raise
    except json.JSONDecodeError as trouble:
        raise NotData(
            "it is not JSON ({fault}, line {line})", fault=trouble.msg, line=trouble.lineno
        ) from None
    except ValueError:
        raise NotData("it has a number that is too long") from None


def _no_constant(name: str) -> Any:
    raise NotData("{name} is not JSON", name=name)


def _yaml(text: str) -> Any:
    """YAML counts only as a mapping or a list: any sentence is a YAML text."""
    if len(text) > _LONGEST_YAML:
        raise NotData("it is not JSON, and too long for YAML")
    try:
        if any(isinstance(event, yaml.events.AliasEvent) for event in yaml.parse(text, _BASE)):
            raise NotData("it has a YAML alias, which is not read")  # it could unfold without end
        data = yaml.load(text, _Loader)  # noqa: S506 - a safe loader, narrowed
    except NotData:
        raise
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as trouble:
        mark = getattr(trouble, "problem_mark", None)
        where = Wording(", line {line}", line=mark.line + 1) if mark else ""
        raise NotData("it is neither JSON nor YAML{where}", where=where) from None
    if not isinstance(data, dict | list):
        raise NotData("it is a plain text, neither JSON nor YAML")
    return data


def nodes(data: Any) -> Iterator[Any]:
    """Some data and all that is in it, the outermost first, 20,000 values at most."""
    waiting = deque([data])
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.popleft()
        yield node
        if isinstance(node, dict | list):
            waiting.extend(node.values() if isinstance(node, dict) else node)


def _deeper(data: Any, levels: int) -> bool:
    """Whether data is nested deeper than so many levels; level by level, never by recursion."""
    layer = [data]
    for _ in range(levels):
        inside = [value for value in layer if isinstance(value, dict | list)]
        layer = [item for value in inside for item in (value.values() if isinstance(value, dict) else value)]
    return bool(layer)


def parts(pointer: str) -> list[str]:
    """The names in a JSON pointer (RFC 6901); BadInput where it does not begin with a slash."""
    if not pointer.startswith("/") or len(pointer) > 500:
        raise BadInput(
            "'{pointer}' is not a JSON pointer.",
            next_step="Write it as /price or /items/0/name.",
            pointer=pointer[:60],
        )
    return [name.replace("~1", "/").replace("~0", "~") for name in pointer[1:].split("/")]


def no_field(pointer: str | None) -> Wording:
    """Why nothing is decided of an output that has no such field."""
    return Wording("The output has no field {pointer}.", pointer=pointer)


def at_pointer(output: Output, pointer: str) -> Output | None:
    """The output with only its field there as text, or None where it has no such field."""
    try:
        data = read(output.text)
    except NotData:
        return None
    for name in parts(pointer):
        if isinstance(data, dict) and name in data:
            data = data[name]
        elif isinstance(data, list) and name.isascii() and name.isdigit() and int(name[:9]) < len(data):
            data = data[int(name[:9])]
        else:
            return None
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, default=str)
    return output.model_copy(update={"text": text})
