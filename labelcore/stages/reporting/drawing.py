"""Figures of a report as lines, marks and words at places: drawn alike on a page and in print.

Colours are Okabe and Ito's, told apart by colour-blind people; each series has its own shape too,
and every figure is written beside its mark, so that nothing rests on colour or on a pointer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from labelcore.stages.reporting.document import Intervals, Timeline
from labelcore.stats.rate import Rate, in_words

WIDTH = 760.0
_ROW, _TOP, _FOOT = 22.0, 14.0, 46.0
_LEFT, _RIGHT = 210.0, 190.0
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
_SHAPES: tuple[Shape, ...] = ("circle", "diamond", "square", "triangle")
_INK, _FAINT = "#222222", "#bbbbbb"
_LONGEST, _TAIL = 32, 14

Shape = Literal["circle", "diamond", "square", "triangle"]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Line:
    """From one place to another; y grows downwards."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True)
class Point:
    """A mark of a shape, about 9 units wide."""

    x: float
    y: float
    shape: Shape
    colour: str


@dataclass(frozen=True)
class Words:
    """A short text at a place."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    size: float = 11.0
    colour: str = _INK


Part = Line | Point | Words


@dataclass(frozen=True)
class Drawing:
    """A figure; ``says`` is what a screen reader reads out."""

    width: float
    height: float
    parts: tuple[Part, ...]
    says: str


def draw_intervals(intervals: Intervals) -> Drawing:
    """A row for each name, a mark with its interval for each series."""
    each = max(1, len(intervals.series))
    height = _TOP + len(intervals.names) * each * _ROW + _FOOT
    bottom = height - _FOOT
    parts: list[Part] = [*_axis(bottom), *_references(intervals.references, bottom)]
    readings = []
    for row, name in enumerate(intervals.names):
        y = _TOP + (row * each + each / 2) * _ROW
        parts.append(Words(_LEFT - 12, y + 4, _short(name), "end"))
        for number, (label, rates) in enumerate(intervals.series.items()):
            at = _TOP + (row * each + number + 0.5) * _ROW
            parts += _rate(rates[row], at, number)
            readings.append(f"{name}, {label}: {in_words(rates[row])}")
    parts += _legend(list(intervals.series), height - 8)
    return Drawing(WIDTH, height, tuple(parts), f"{intervals.title}. {'; '.join(readings)}")


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _axis(bottom: float) -> list[Part]:
    parts: list[Part] = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(Line(_x(tick), _TOP - 6, _x(tick), bottom, _FAINT, 0.6))
        parts.append(Words(_x(tick), bottom + 14, f"{tick:.0%}", "middle", 10))
    return parts


def _references(references: dict[str, float], bottom: float) -> list[Part]:
    parts: list[Part] = []
    for label, share in references.items():
        parts.append(Line(_x(share), _TOP - 6, _x(share), bottom, _INK, 1.2, dashed=True))
        parts.append(Words(_x(share), _TOP - 4, label, "middle", 9))
    return parts


def _rate(rate: Rate, y: float, number: int) -> list[Part]:
    colour = _COLOURS[number % len(_COLOURS)]
    beside = _x(1.0) + 14
    if rate.value is None or rate.low is None or rate.high is None:
        return [Words(beside, y + 4, "not measurable", size=10)]
    words = f"{rate.value:.0%} ({rate.low:.0%} to {rate.high:.0%}), n = {rate.n:,}"
    return [
        Line(_x(rate.low), y, _x(rate.high), y, colour, 2),
        Point(_x(rate.value), y, _SHAPES[number % len(_SHAPES)], colour),
        Words(beside, y + 4, words, size=10),
    ]


def _legend(labels: list[str], y: float) -> list[Part]:
    parts: list[Part] = []
    for number, label in enumerate(labels):
        x = _LEFT + number * 200
        parts.append(Point(x, y - 4, _SHAPES[number % len(_SHAPES)], _COLOURS[number % len(_COLOURS)]))
        parts.append(Words(x + 10, y, label, size=10))
    return parts


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
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(Line(left, y(tick), right, y(tick), _FAINT, 0.6))
        parts.append(Words(left - 8, y(tick) + 4, f"{tick:.0%}", "end", 10))
    for number, mark in enumerate(timeline.marks, 1):
        parts.append(Line(x(mark.at), 20, x(mark.at), bottom, _INK, 1, dashed=True))
        parts.append(Words(x(mark.at), 14, str(number), "middle", 10))
    for at, rate in timeline.points:
        if rate.value is not None and rate.low is not None and rate.high is not None:
            parts.append(Line(x(at), y(rate.low), x(at), y(rate.high), _COLOURS[0], 2))
            parts.append(Point(x(at), y(rate.value), "circle", _COLOURS[0]))
    parts.append(Words(left, bottom + 18, f"{first:%Y-%m-%d %H:%M}", "start", 10))
    parts.append(Words(right, bottom + 18, f"{last:%Y-%m-%d %H:%M}", "end", 10))
    readings = "; ".join(f"{at:%Y-%m-%d %H:%M}: {in_words(rate)}" for at, rate in timeline.points)
    return Drawing(WIDTH, height, tuple(parts), f"{timeline.title}. {readings}")


def _short(name: str) -> str:
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - _TAIL - 1]}…{name[-_TAIL:]}"  # a judge's own name stands last
