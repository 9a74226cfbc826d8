"""Structured outputs against a JSON Schema, safely: nothing is loaded from elsewhere, patterns run on RE2,
every check has a limit of steps. Formats ("email", "date") are notes in JSON Schema, and are not checked.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, cast

import re2

from labelcore.errors import BadInput
from labelcore.judges.fields import DEEPEST, NotData, read
from labelcore.models import Frozen
from labelcore.text.reading import well_formed

MOST_FAULTS = 20
_LONGEST_SCHEMA = 100_000
_MOST_STEPS = 200_000
_LONGEST_WORDS = 160
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_steps: ContextVar[Iterator[int]] = ContextVar("steps")


class TooMuchWork(Exception):
    """The limit of steps is reached, or a number is too large: nothing can be said."""


class SchemaFault(Frozen):
    """Where an output breaks the schema (a JSON pointer, "" for the whole), and how."""

    path: str
    says: str


def parse(text: str) -> dict[str, Any]:
    """A schema from its JSON or YAML text; BadInput where it is none, or not to be used here (`check`)."""
    if len(text) > _LONGEST_SCHEMA:
        raise BadInput("The schema is longer than {longest:,} characters.", longest=_LONGEST_SCHEMA)
    try:
        schema = read(text)
    except NotData as trouble:
        raise BadInput("The schema cannot be read: {why}.", why=trouble.why) from None
    check(schema)
    return cast("dict[str, Any]", schema)


def check(schema: Any) -> None:
    """BadInput, with the place and what to do, where a schema refers elsewhere or exceeds the limits."""
    from jsonschema.exceptions import SchemaError

    if not isinstance(schema, dict):
        raise BadInput("A schema is a JSON object.", next_step='Such as {"type": "object"}.')
    _check_parts(schema, "", set())
    try:
        _validator_class(schema).check_schema(schema)
        faults(schema, {})
    except SchemaError as trouble:
        raise BadInput(
            "It is not a JSON Schema: {message} at {place}.",
            message=_cut(trouble.message),
            place=_pointer(trouble.absolute_path),
        ) from None
    except TooMuchWork:
        raise BadInput(
            "The schema refers to itself without end.", next_step="Let a part refer only to parts inside it."
        ) from None


def _check_parts(part: Any, path: str, unused: set[str], depth: int = 0) -> None:
    if depth > DEEPEST:
        raise BadInput("The schema is nested deeper than {deepest} levels.", deepest=DEEPEST)
    if isinstance(part, list):
        for at, value in enumerate(part):
            _check_parts(value, f"{path}/{at}", unused, depth + 1)
    if not isinstance(part, dict):
        return
    for name, value in part.items():
        here = f"{path}/{name}"
        if name in _REFERENCES and isinstance(value, str) and not value.startswith("#"):
            raise BadInput(
                "The schema refers to '{value}' at {here}; nothing is loaded from elsewhere.",
                next_step="Put that part under $defs and refer to #/$defs/NAME.",
                value=_cut(value),
                here=here,
            )
        if name == "pattern" and isinstance(value, str):
            _check_pattern(value, here)
        for expression in value if name == "patternProperties" and isinstance(value, dict) else ():
            _check_pattern(expression, here)
        if name == "unevaluatedProperties" and isinstance(value, dict | bool):
            raise BadInput(
                "'unevaluatedProperties' at {here} is not supported.",
                next_step="Use additionalProperties.",
                here=here,
            )
        _check_parts(value, here, unused, depth + 1)


def _check_pattern(expression: str, where: str) -> None:
    try:
        _compiled(expression)
    except re2.error:
        raise BadInput(
            "The pattern at {where} cannot be read: '{expression}'.",
            next_step="Patterns have no look-around and no back references (RE2).",
            where=where,
            expression=_cut(expression),
        ) from None


@lru_cache(maxsize=512)
def _compiled(expression: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(expression, options)


def faults(schema: dict[str, Any], data: Any) -> list[SchemaFault]:
    """The first faults of some data against a schema, at most twenty; [] where it fits. BadInput where the
    schema refers to something that is not there, TooMuchWork where the limits end it.
    """
    from referencing.exceptions import Unresolvable

    _steps.set(iter(range(_MOST_STEPS)))
    try:
        errors = _validator(json.dumps(schema, sort_keys=True)).iter_errors(data)
        first = itertools.islice(errors, MOST_FAULTS)
        pairs = [(_pointer(fault.absolute_path), _cut(fault.message)) for fault in first]
        return [SchemaFault(path=path, says=says) for path, says in dict.fromkeys(pairs)]
    except Unresolvable as trouble:
        raise BadInput(
            "The schema refers to '{ref}', which it does not have.", ref=_cut(str(trouble.ref))
        ) from None
    except (RecursionError, ArithmeticError):
        raise TooMuchWork from None


def text_faults(schema: dict[str, Any], text: str) -> list[SchemaFault]:
    """The same for an output's text; a text that is no JSON and no YAML is one fault."""
    try:
        return faults(schema, read(text))
    except NotData as trouble:
        return [SchemaFault(path="", says=str(trouble))]


def _pointer(path: Any) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST_WORDS else f"{words[: _LONGEST_WORDS - 1]}…"


@lru_cache(maxsize=32)
def _validator(schema: str) -> Any:
    import referencing
    import referencing.jsonschema

    document = json.loads(schema)
    return _validator_class(document)(document, registry=referencing.Registry())


def _validator_class(schema: dict[str, Any]) -> Any:
    from jsonschema import validators

    return _safe(validators.validator_for(schema, default=validators.Draft202012Validator))


@lru_cache(maxsize=8)
def _safe(draft: Any) -> Any:
    """A draft's validator with safe patterns and counted steps."""
    from jsonschema import validators

    keywords = draft.VALIDATORS | {
        "pattern": _match,
        "patternProperties": _match_names,
        "additionalProperties": _additional,
        "uniqueItems": _unique,
    }
    return validators.extend(draft, {name: _counted(keyword) for name, keyword in keywords.items()})


def _counted(keyword: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
    def step(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if next(_steps.get(), None) is None:
            raise TooMuchWork
        yield from keyword(validator, value, instance, schema) or ()

    return step


def _error(message: str) -> Exception:
    from jsonschema.exceptions import ValidationError

    error: Exception = ValidationError(message)
    return error


def _match(validator: Any, pattern: str, instance: Any, _: Any) -> Iterator[Any]:
    if validator.is_type(instance, "string") and not _compiled(pattern).search(well_formed(instance)):
        yield _error(f"{instance[:60]!r} does not match '{pattern}'")


def _match_names(validator: Any, patterns: Any, instance: Any, _: Any) -> Iterator[Any]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, subschema in patterns.items():
        for name, value in instance.items():
            if _compiled(pattern).search(well_formed(name)):
                yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional(validator: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[Any]:
    if not validator.is_type(instance, "object"):
        return
    patterns = [_compiled(expression) for expression in schema.get("patternProperties", {})]
    properties = schema.get("properties", {})
    others = [name for name in instance if name not in properties]
    more = [name for name in others if not any(pattern.search(well_formed(name)) for pattern in patterns)]
    if isinstance(allowed, dict):
        for name in more:
            yield from validator.descend(instance[name], allowed, path=name)
    elif allowed is False and more:
        names = ", ".join(repr(name[:40]) for name in more[:5])
        yield _error(f"unexpected fields: {names}{' …' if len(more) > 5 else ''}")


def _unique(validator: Any, unique: Any, instance: Any, _: Any) -> Iterator[Any]:
    if not unique or not validator.is_type(instance, "array"):
        return
    texts = {json.dumps(_plain(value), sort_keys=True, default=str) for value in instance}
    if len(texts) < len(instance):
        yield _error(f"{len(instance) - len(texts)} of {len(instance)} items stand twice")


def _plain(value: Any) -> Any:
    """A value in which 1.0 is written as 1: JSON Schema holds them for the same number."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return value
