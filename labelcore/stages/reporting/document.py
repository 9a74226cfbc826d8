"""What a report is made of, and its figures as lines, shapes and words, alike on a page and in print.

Colours are Okabe and Ito's, told apart by colour-blind people; each series has its shape too, and every
figure is written beside its mark, so that nothing rests on colour or on a pointer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from labelcore.models import Frozen
from labelcore.stats.rate import Rate, in_words
from labelcore.text.showing import clock


class ReportText(Frozen):
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


class ChartMark(Frozen):
    """Something that happened at a moment, such as the edit of a criterion."""

    at: datetime
    words: str


class Timeline(Frozen):
    """A rate at several moments, with what happened between them."""

    title: str
    points: tuple[tuple[datetime, Rate], ...]
    marks: tuple[ChartMark, ...]


Block = ReportText | Table | Intervals | Timeline


class Document(Frozen):
    """A whole report."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]


WIDTH = 760.0
_ROW, _TOP, _FOOT = 22.0, 14.0, 46.0
_LEFT, _RIGHT = 210.0, 190.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
_SHAPES = (
    tuple((4.5 * math.cos(turn * math.pi / 16), 4.5 * math.sin(turn * math.pi / 16)) for turn in range(32)),
    ((0, -6), (6, 0), (0, 6), (-6, 0)),
    ((-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)),
    ((0, -6), (6, 4), (-6, 4)),
)
"""The corners of a disc, a diamond, a square and a triangle, about 9 units wide."""
_INK, _FAINT = "#222222", "#bbbbbb"
_LONGEST, _TAIL = 32, 14


@dataclass(frozen=True)
class ChartLine:
    """From one place to another; y grows downwards."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True)
class ChartShape:
    """A filled polygon."""

    corners: tuple[tuple[float, float], ...]
    colour: str


@dataclass(frozen=True)
class ChartText:
    """A short text at a place."""

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"] = "start"
    size: float = 10.0
    colour: str = _INK


Part = ChartLine | ChartShape | ChartText


@dataclass(frozen=True)
class Drawing:
    """A figure ``WIDTH`` units wide; ``says`` is what a screen reader reads out."""

    height: float
    parts: tuple[Part, ...]
    says: str


def draw_intervals(intervals: Intervals) -> Drawing:
    """A row for each name, a mark with its interval for each series."""
    each = max(1, len(intervals.series))
    bottom = _TOP + len(intervals.names) * each * _ROW
    height = bottom + _FOOT
    parts: list[Part] = []
    for tick in _TICKS:
        parts.append(ChartLine(_x(tick), _TOP - 6, _x(tick), bottom, _FAINT, 0.6))
        parts.append(ChartText(_x(tick), bottom + 14, f"{tick:.0%}", "middle"))
    for label, share in intervals.references.items():
        parts.append(ChartLine(_x(share), _TOP - 6, _x(share), bottom, _INK, 1.2, dashed=True))
        parts.append(ChartText(_x(share), _TOP - 4, label, "middle", 9))
    readings = []
    for row, name in enumerate(intervals.names):
        short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - _TAIL - 1]}…{name[-_TAIL:]}"
        parts.append(ChartText(_LEFT - 12, _TOP + (row * each + each / 2) * _ROW + 4, short, "end", 11))
        for number, (label, rates) in enumerate(intervals.series.items()):
            parts += _rate(rates[row], _TOP + (row * each + number + 0.5) * _ROW, number)
            readings.append(f"{name}, {label}: {in_words(rates[row])}")
    for number, label in enumerate(intervals.series):
        parts += [_mark(_LEFT + number * 200, height - 12, number)]
        parts += [ChartText(_LEFT + number * 200 + 10, height - 8, label)]
    return Drawing(height, tuple(parts), f"{intervals.title}. {'; '.join(readings)}")


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _mark(x: float, y: float, number: int) -> ChartShape:
    corners = tuple((x + right, y + down) for right, down in _SHAPES[number % len(_SHAPES)])
    return ChartShape(corners, _COLOURS[number % len(_COLOURS)])


def _rate(rate: Rate, y: float, number: int) -> list[Part]:
    beside = _x(1.0) + 14
    if rate.value is None or rate.low is None or rate.high is None:
        return [ChartText(beside, y + 4, "not measurable")]
    mark = _mark(_x(rate.value), y, number)
    words = f"{rate.value:.0%} ({rate.low:.0%} to {rate.high:.0%}), n = {rate.n:,}"
    return [
        ChartLine(_x(rate.low), y, _x(rate.high), y, mark.colour, 2),
        mark,
        ChartText(beside, y + 4, words),
    ]


def draw_timeline(timeline: Timeline) -> Drawing:
    """Rates over time with their intervals; what happened is a numbered line."""
    height, bottom, left, right = 250.0, 210.0, 50.0, WIDTH - 20
    moments = [at for at, _ in timeline.points] + [mark.at for mark in timeline.marks]
    first, last = min(moments), max(moments)
    whole = (last - first).total_seconds() or 1.0

    def x(at: datetime) -> float:
        passed = (at - first).total_seconds()
        return float(left + passed / whole * (right - left)) if whole > 1 else (left + right) / 2

    def y(share: float) -> float:
        return bottom - share * (bottom - 24)

    parts: list[Part] = []
    for tick in _TICKS:
        parts.append(ChartLine(left, y(tick), right, y(tick), _FAINT, 0.6))
        parts.append(ChartText(left - 8, y(tick) + 4, f"{tick:.0%}", "end"))
    for number, mark in enumerate(timeline.marks, 1):
        parts.append(ChartLine(x(mark.at), 20, x(mark.at), bottom, _INK, 1, dashed=True))
        parts.append(ChartText(x(mark.at), 14, str(number), "middle"))
    for at, rate in timeline.points:
        if rate.value is not None and rate.low is not None and rate.high is not None:
            parts.append(ChartLine(x(at), y(rate.low), x(at), y(rate.high), _COLOURS[0], 2))
            parts.append(_mark(x(at), y(rate.value), 0))
    parts.append(ChartText(left, bottom + 18, clock(first)))
    parts.append(ChartText(right, bottom + 18, clock(last), "end"))
    readings = "; ".join(f"{clock(at)}: {in_words(rate)}" for at, rate in timeline.points)
    return Drawing(height, tuple(parts), f"{timeline.title}. {readings}")
