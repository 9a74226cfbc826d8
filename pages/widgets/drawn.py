"""Figures in plain HTML, which stand at once: a rate over time, and rates in rows. What stands at a point is
read by pointing at it, or with the keyboard.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import cycle

import streamlit as st

from labelcore.messages import rate_words, say
from labelcore.stages.reporting.trend import Trend, TrendPoint
from labelcore.stats.rate import Rate, share_words

_KINDS = ("first", "second", "third")
_INSET = 4
"""How far the first and the last day are from the edge, in percent."""


def trend(report: Trend) -> None:
    """The pass rate step by step, a line with its band for each version."""
    days = sorted({point.begins for point in report.points if point.begins})
    width = max(1, (days[-1] - days[0]).days) if days else 1
    place = {day: _INSET + (100 - 2 * _INSET) * (day - days[0]).days / width for day in days}
    shown: list[str] = [_y(share) for share in range(0, 101, 20)]
    shown += [f'<span class="day" style="left:{at:.1f}%">{day:%m-%d}</span>' for day, at in place.items()]
    legend: list[str] = []
    for version, kind in zip(report.versions, cycle(_KINDS), strict=False):
        points = [
            (place[point.begins], point)
            for point in report.points
            if point.version == version and point.begins and point.rate.value is not None
        ]
        shown += _line(points, kind)
        name = escape(version or say("pass rate"))
        legend.append(f'<span class="{kind}"><i class="point"></i>{name}</span>')
    names = f'<div class="legend">{"".join(legend)}</div>' if len(legend) > 1 else ""
    st.html(f'<div class="drawn"><div class="over-time">{"".join(shown)}</div>{names}</div>')


def _y(share: int) -> str:
    return f'<span class="level" style="bottom:{share}%"><span>{share}%</span></span>'


def _line(points: Sequence[tuple[float, TrendPoint]], kind: str) -> Iterator[str]:
    """A version's band, the line through its points, and these."""
    shares = [(at, 100 * (1 - (point.rate.value or 0))) for at, point in points]
    ends = [
        (at, 100 * (1 - point.rate.high), 100 * (1 - point.rate.low))
        for at, point in points
        if point.rate.high is not None and point.rate.low is not None
    ]
    upper = [f"{at:.1f}% {high:.1f}%" for at, high, _ in ends]
    lower = [f"{at:.1f}% {low:.1f}%" for at, _, low in reversed(ends)]
    above = [f"{at:.1f}% calc({share:.1f}% - 1.5px)" for at, share in shares]
    below = [f"{at:.1f}% calc({share:.1f}% + 1.5px)" for at, share in reversed(shares)]
    for name, corners in (("band", upper + lower), ("line", above + below)):
        if len(corners) > 2:
            yield f'<span class="{name} {kind}" style="clip-path:polygon({",".join(corners)})"></span>'
    for (at, share), (_, point) in zip(shares, points, strict=True):
        version = f"{point.version} · " if point.version else ""
        told = f"{version}{point.begins:%Y-%m-%d}: {rate_words(point.rate)}"
        yield _point(told, kind, f"left:{at:.1f}%;top:{share:.1f}%")


def _point(told: str, kind: str, place: str) -> str:
    words = escape(told)
    side = " late" if float(place.split("%")[0].removeprefix("left:")) > 50 else ""
    return (
        f'<span class="point {kind}{side}" style="{place}" role="img" aria-label="{words}" tabindex="0">'
        f'<span class="told">{words}</span></span>'
    )


def marked(rows: Mapping[str, str], rates: Sequence[Rate], marks: Sequence[tuple[str, int]]) -> None:
    """A row for each name: its rate with the interval, and how it stands, in words and as -1, 0 or 1.

    ``rows``: by name, the address that the name leads to, "" for none.
    """
    drawn = "".join(
        _row(name, link, rate, mark)
        for (name, link), rate, mark in zip(rows.items(), rates, marks, strict=True)
    )
    st.html(f'<div class="drawn">{drawn}<div class="scale"><i>0%</i><i>50%</i><i>100%</i></div></div>')


def _row(name: str, link: str, rate: Rate, mark: tuple[str, int]) -> str:
    words, standing = mark
    tone = {-1: "worse", 1: "better"}.get(standing, "")
    share = say("not measurable") if rate.value is None else share_words(rate.value)
    stands = f'<b class="{tone}">{escape(words)}</b>' if tone else escape(words)
    told = escape(say("{share} of {n:,} · {mark}", share=share, n=rate.n, mark="\0")).replace("\0", stands)
    short = f'<b class="name" title="{escape(name)}">{escape(name)}</b>'
    named = f'<a href="{escape(link)}">{short}</a>' if link else short
    bar = ""
    if rate.value is not None:
        low, high = rate.low, rate.high
        if low is not None and high is not None:
            bar = f'<span class="arms" style="left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%"></span>'
        bar += _point(f"{name}: {rate_words(rate)}", "first", f"left:{100 * rate.value:.1f}%;top:50%")
    return f'<div class="row"><p>{named} <span>{told}</span></p><div class="track">{bar}</div></div>'
