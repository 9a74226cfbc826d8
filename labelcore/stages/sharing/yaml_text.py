"""Plain data as readable YAML, and YAML of strangers as plain data.

Reading knows text, numbers, true, false, null, lists and mappings only: no tags (they name code) and no
anchors (their aliases unfold without end).
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

import yaml

from labelcore.errors import BadInput

_DEEPEST = 40
_MOST_VALUES = 500_000
_WIDTH = 100
_LONG = 80
_ODD = re.compile(r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_STR, _SEQ = "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq"
_WHOLE, _POWER = r"[-+]?(?:0|[1-9][0-9]{0,30})", "[eE][-+]?[0-9]{1,4}"
_PLAIN = {
    "null": (r"(?:~|null|Null|NULL|)", "~nN\0"),
    "bool": (r"(?:true|True|TRUE|false|False|FALSE)", "tTfF"),
    # At most 18 digits: more take long to read, and no count has them.
    "int": (r"[-+]?(?:0|[1-9][0-9]{0,17})", "-+0123456789"),
    "float": (rf"{_WHOLE}(?:\.[0-9]{{0,30}}(?:{_POWER})?|{_POWER})", "-+0123456789"),
}
_NO_TEXT = re.compile("|".join(pattern for pattern, _ in _PLAIN.values()))

# The C library, where the package has it, reads ten times as fast; but it writes no emoji as such.
_READER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _refusal(problem: str, node: Any) -> Exception:
    refusal: Exception = yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
    return refusal


class _Reader(_READER):  # type: ignore[misc]  # one of two classes of the package
    """Knows the few types above, and refuses a key that stands twice."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    def construct_mapping(self, node: Any, *, deep: bool = False) -> Any:
        keys = set()
        for key, _ in node.value:
            if not isinstance(key.value, str):
                raise _refusal("a key is a list or a mapping, not a text", key)
            if key.value in keys:
                raise _refusal(f"the key {key.value[:40]!r} stands twice", key)
            keys.add(key.value)
        return super().construct_mapping(node, deep=deep)


for _name, (_pattern, _first) in _PLAIN.items():
    _Reader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}",
        re.compile(rf"^{_pattern}$"),
        ["" if first == "\0" else first for first in _first],
    )


class _Writer(yaml.SafeDumper):
    """Long texts as blocks, rows of numbers on a line, everything written out where it stands."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _represent_text(writer: Any, text: str) -> Any:
    style = "|" if "\n" in text else ">" if len(text) > _LONG else None
    if _ODD.search(text) or _NO_TEXT.fullmatch(text):
        style = '"'  # as a block or plain it would be read as something else
    return writer.represent_scalar(_STR, text, style=style)


def _represent_list(writer: Any, items: list[Any]) -> Any:
    numbers = bool(items) and all(isinstance(item, int | float) for item in items)
    return writer.represent_sequence(_SEQ, items, flow_style=numbers)


_Writer.add_representer(str, _represent_text)
_Writer.add_representer(list, _represent_list)


def write(document: dict[str, Any]) -> str:
    """JSON-like data as YAML, keys in their order."""
    text: str = yaml.dump(
        document, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=False
    )
    return text


def read(text: str, name: str) -> Any:
    """The data of a YAML text; BadInput with its ``name`` where it holds more than plain data, or is none."""
    try:
        # Event by event, which takes no memory, before anything is built.
        depth = documents = 0
        for values, event in enumerate(yaml.parse(text, Loader=_READER)):
            documents += isinstance(event, yaml.DocumentStartEvent)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if fault := _fault(event, depth, values, documents):
                raise _bad(name, event.start_mark, fault)
        return yaml.load(text, Loader=_Reader)  # noqa: S506 - a safe loader, made narrower above
    except yaml.MarkedYAMLError as trouble:
        raise _bad(name, trouble.problem_mark, str(trouble.problem)) from trouble
    except (yaml.YAMLError, ValueError, OverflowError) as trouble:
        reason = getattr(trouble, "reason", None) or "a value cannot be read"
        raise _bad(name, None, str(reason)) from trouble


def _fault(event: Any, depth: int, values: int, documents: int) -> str | None:
    if getattr(event, "anchor", None) is not None:
        return "anchors and aliases (& and *) are not allowed; write the value out"
    if getattr(event, "tag", None) is not None:
        return f"tags such as {event.tag[:60]!r} are not allowed, only plain values"
    if depth > _DEEPEST:
        return f"values are nested deeper than {_DEEPEST} levels"
    if values > _MOST_VALUES:
        return f"there are more than {_MOST_VALUES:,} values"
    return "there is more than one document" if documents > 1 else None


def _bad(name: str, mark: Any, problem: str) -> BadInput:
    place = f", line {mark.line + 1}" if mark else ""
    return BadInput(
        "{name}{place}: {problem}.",
        next_step="Save the rubric again, or correct that line.",
        name=name,
        place=place,
        problem=problem,
    )
