"""What a report is made of, before it is drawn: text, tables, and figures with intervals."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from labelcore.models import Frozen
from labelcore.stats.rate import Rate


class Text(Frozen):
    """A paragraph. ``tone``: how it stands out; a "heading" begins a section."""

    words: str
    tone: Literal["heading", "lead", "normal", "good", "care", "bad", "small"] = "normal"


class Table(Frozen):
    """Rows of text under their columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Intervals(Frozen):
    """Rates with their intervals on one axis from 0 to 100 %, a row for each name.

    ``series``: label -> one rate for each name. ``references``: label -> a share to compare with.
    """

    title: str
    names: tuple[str, ...]
    series: dict[str, tuple[Rate, ...]]
    references: dict[str, float] = Field(default_factory=dict)


class Mark(Frozen):
    """Something that happened at a moment, such as the edit of a criterion."""

    at: datetime
    words: str


class Timeline(Frozen):
    """A rate at several moments, with what happened between them."""

    title: str
    points: tuple[tuple[datetime, Rate], ...]
    marks: tuple[Mark, ...]


Block = Text | Table | Intervals | Timeline


class Document(Frozen):
    """A whole report."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
