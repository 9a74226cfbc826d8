"""Sentences that the core makes: English text that keeps what it is made of, for other languages."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self


class Wording(str):
    """A sentence or a part of one, in English; `labelcore.messages` says it in the language spoken.

    Made from a template with names in braces, and their values: numbers, names, other wordings, lists.
    Without values the text is taken as it is.
    """

    __slots__ = ("template", "values")
    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        """With the values in their places."""
        if isinstance(template, cls) and not values:
            return template
        listed = {
            name: ", ".join(map(str, value))
            for name, value in values.items()
            if isinstance(value, list | tuple)
        }
        made = super().__new__(cls, template.format(**values | listed) if values else template)
        made.template, made.values = str(template), values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.template, self.values)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        from pydantic_core import core_schema  # an error needs no pydantic

        return core_schema.no_info_plain_validator_function(
            cls._read,
            json_schema_input_schema=core_schema.str_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(
                cls._written, info_arg=True, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )

    def _written(self, info: Any) -> str:
        """As JSON has it: as a context's ``say`` says it, without one in English."""
        return str(info.context["say"](self)) if info.context else str(self)

    @classmethod
    def _read(cls, given: Any) -> Self:
        """A text, as a file has it, stands for itself."""
        if not isinstance(given, str):
            raise ValueError("a text is wanted")
        return cls(given)


def kept(value: Any) -> Any:
    """A wording as JSON keeps it: its template and values, so that it can be said in any language again."""
    value = getattr(value, "what", value) if isinstance(value, Exception) else value
    if isinstance(value, Wording):
        values = {name: kept(part) for name, part in value.values.items()}
        return {"template": value.template, "values": values} if values else str(value)
    if isinstance(value, list | tuple):
        return [kept(part) for part in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def of_kept(value: Any) -> Any:
    """What :func:`kept` was made from; a text, as older versions kept it, is a wording of itself."""
    if isinstance(value, list):
        return [of_kept(part) for part in value]
    if not isinstance(value, dict):
        return value
    return Wording(value["template"], **{name: of_kept(part) for name, part in value["values"].items()})


BROUGHT: dict[str, str] = {}
"""Words of detectors and formats in Chinese that stand in the same file and in no catalogue."""


def in_chinese(words: Mapping[str, str]) -> None:
    """What the words of this file are in Chinese, for whoever adds a part that is one file."""
    BROUGHT.update(words)


SHOWN_AS: dict[str, Callable[[str], str]] = {}
"""What a name of the database is shown as, by language; `labelcore.messages` adds them."""


def _again(template: str, values: dict[str, Any]) -> Wording:
    return Wording(template, **values)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """What follows a name that is not known: the nearest one that is, "" where none is near."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return Wording(" Did you mean '{name}'?", name=close[0]) if close else ""
