"""What travels between Python and the board of codes; nothing that the browser sends is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from labelcore.models import Frozen

_MOST_ACTS = 50
Name = Annotated[str, Field(min_length=1, max_length=200)]


class BoardQuote(Frozen):
    """A quote on the board. ``sure`` as in the store; None where a person decided."""

    grade_id: str
    text: str
    marked: bool = False
    sure: float | None = None


class BoardCode(Frozen):
    """A code with some of its quotes. ``sure``: the middle one of its quotes' values."""

    id: str
    label: str
    state: str
    outputs: int
    people: int
    sure: float | None
    quotes: tuple[BoardQuote, ...]
    more: int = 0


class BoardAct(Frozen):
    """One act. ``id`` is made in the browser: the same act may arrive many times.

    merge: the codes ``sources`` go into ``target``; move: the quote ``text`` of ``grade_id`` goes to
    the code ``target``; undo: the act ``target`` is taken back.
    """

    id: Annotated[str, Field(min_length=8, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]
    kind: Literal["merge", "move", "undo"]
    target: Name
    sources: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    grade_id: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(max_length=50_000)] = ""


_READER: TypeAdapter[BoardAct] = TypeAdapter(BoardAct)


def read_acts(payload: Any) -> tuple[BoardAct, ...]:
    """The acts of a payload from the browser; what is no act is left out."""
    sent = payload.get("acts") if isinstance(payload, Mapping) else None
    found: dict[str, BoardAct] = {}
    for raw in sent[:_MOST_ACTS] if isinstance(sent, list) else []:
        try:
            act = _READER.validate_python(raw)
        except ValidationError:
            continue
        found.setdefault(act.id, act)
    return tuple(found.values())
