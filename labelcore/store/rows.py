"""How models stand in tables: one column for each field, JSON for what has parts, naive UTC for times."""

from __future__ import annotations

import json
import types
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from labelcore.store.connection import Database, Parameters, aware, from_json, utc

Model = TypeVar("Model", bound=BaseModel)
_EMPTY: dict[str | None, Any] = {"[]": (), "{}": {}}  # most are, and parsing was half the cost of a row


class RowMapping(Generic[Model]):
    """The columns of a model in its table, and the way from a row to the model and back.

    A field that is itself a model gives its fields' columns. ``leave_out``: fields with no column;
    ``columns``: field=column where the names differ. NULL of an older row becomes the field's default.
    """

    def __init__(
        self, model: type[Model], table: str, *, leave_out: Sequence[str] = (), **columns: str
    ) -> None:
        self._table = table
        self._model = model
        self._parts: dict[str, tuple[str, ...]] = {}
        fields: dict[str, FieldInfo] = {}
        for name, field in model.model_fields.items():
            if name in leave_out:
                continue
            if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
                fields |= field.annotation.model_fields
                self._parts[name] = tuple(field.annotation.model_fields)
            else:
                fields[name] = field
        self._fields = tuple(fields)
        self.columns = tuple(columns.get(name, name) for name in fields)
        self.select = ", ".join(self.columns)
        kinds = {name: _kinds(field.annotation) for name, field in fields.items()}
        self._times = [name for name, kind in kinds.items() if datetime in kind]
        self._json = [name for name, kind in kinds.items() if kind & {tuple, dict, list}]
        self._filled = [
            name
            for name, field in fields.items()
            if not field.is_required() and type(None) not in kinds[name]
        ]

    def find(self, db: Database, source: str, parameters: Parameters = None) -> list[Model]:
        """The models of the rows that ``source`` gives: a table or view, and what follows it in a SELECT."""
        return [self.read(row) for row in db.rows(f"SELECT {self.select} FROM {source}", parameters)]

    def add(self, db: Database, models: Iterable[Model], **further: Any) -> None:
        """Append models to the table. ``further``: values of further columns, or what makes it of each."""
        rows = []
        for model in models:
            values = {name: value(model) if callable(value) else value for name, value in further.items()}
            rows.append(self.row(model, **values))
        db.append(self._table, (*self.columns, *further), rows)

    def read(self, row: Sequence[Any], **left_out: Any) -> Model:
        """The model of a row of these columns, with the fields that have none."""
        values = dict(zip(self._fields, row, strict=True))
        for name in self._json:
            text = values[name]
            values[name] = _EMPTY[text] if text in _EMPTY else from_json(text)
        for name in self._filled:
            if values[name] is None:
                del values[name]
        for name in self._times:
            if name in values:
                values[name] = aware(values[name])
        for whole, names in self._parts.items():
            values[whole] = {name: values.pop(name) for name in names if name in values}
        return self._model(**values, **left_out)

    def named(self, model: Model) -> dict[str, Any]:
        """The values of a model by column."""
        values = dict(model)
        for whole in self._parts:
            values |= dict(values.pop(whole))
        for name in self._json:
            values[name] = json.dumps(values[name], ensure_ascii=False, default=_plain)
        for name in self._times:
            values[name] = utc(values[name])
        return {column: values[name] for name, column in zip(self._fields, self.columns, strict=True)}

    def row(self, model: Model, **further: Any) -> tuple[Any, ...]:
        """The values of a model in the order of the columns, and values of further columns behind."""
        return (*self.named(model).values(), *further.values())


def equal(**columns: Any) -> tuple[str, dict[str, Any]]:
    """The condition that columns have these values, and its parameters; None leaves a column out."""
    parameters = {column: value for column, value in columns.items() if value is not None}
    return " AND ".join(f"{column} = ${column}" for column in parameters), parameters


def _kinds(annotation: Any) -> set[Any]:
    """What a field may be: the types of a union, without their parameters."""
    if isinstance(annotation, types.UnionType):
        return set().union(*(_kinds(part) for part in get_args(annotation)))
    return {get_origin(annotation) or annotation}


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else str(value)
