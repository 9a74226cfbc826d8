"""A value that holds in this context for a while: what is paid from, spoken, noted or under way here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Value = TypeVar("Value")


@contextmanager
def within(variable: ContextVar[Value], value: Value) -> Iterator[Value]:
    """Inside, the variable has this value; afterwards the one before it, whatever happened."""
    before = variable.set(value)
    try:
        yield value
    finally:
        variable.reset(before)
