"""Slices in words and as a table: the same on the page, in the report and on the command line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from labelcore.messages.catalogue import field_words, say
from labelcore.messages.figures import rate_words
from labelcore.messages.telling import listed, sentence
from labelcore.stages.reporting.document import Table
from labelcore.stages.reporting.slicing import SliceReport
from labelcore.stages.reporting.trend import TrendPoint
from labelcore.stats.rate import Rate, not_measurable, share_words
from labelcore.stats.slices import SliceRate
from labelcore.wording import Wording

_ALPHA = 0.05
_ANYTHING = 0.8
"""A corrected rate whose interval is wider could be nearly anything: it is in the table only."""


def series(sliced: SliceReport, most: int) -> dict[str, tuple[Rate, ...]]:
    """What a chart of the first ``most`` slices shows: the figures of the table, each interval alone."""
    rows = sliced.rows[:most]
    rates = {say("by people"): tuple(row.rate for row in rows)}
    corrected = tuple(map(_drawn, rows))
    if any(rate.value is not None for rate in corrected):
        rates[say("corrected")] = corrected
    return rates


def _drawn(row: SliceRate) -> Rate:
    rate = row.corrected
    if rate is None or rate.low is None or rate.high is None or rate.high - rate.low > _ANYTHING:
        return not_measurable("almost any value is possible")
    return rate


def point_words(point: TrendPoint) -> str:
    """The step of time and the version that a rate is of."""
    when = f"{point.begins:%Y-%m-%d}" if point.begins else ""
    return " ".join(filter(None, (when, point.version))) or say("all")


def slice_table(sliced: SliceReport, most: int) -> Table:
    """The first ``most`` slices in numbers, each interval alone."""
    corrects = any(row.corrected is not None for row in sliced.rows)
    columns = (
        field_words(sliced.field),
        say("outputs"),
        say("graded"),
        say("by people"),
        *([say("corrected")] if corrects else []),
        say("points from the others"),
        "p",
    )
    rows = tuple(
        (
            row.name,
            f"{row.size or 0:,}",
            f"{row.rate.n:,}",
            _short(row.rate),
            *([_short(row.corrected)] if corrects and row.corrected else []),
            _points(row.against_rest),
            "" if row.p is None else _p(row.p),
        )
        for row in sliced.rows[:most]
    )
    title = say("Each interval alone holds at 95%; p is adjusted for the number of slices")
    return Table(title=title, columns=columns, rows=rows)


def telling(sliced: SliceReport) -> list[str]:
    """The slices that differ from the others by more than chance, in words."""
    rows = (row for row in sliced.rows if row.p is not None and row.p <= _ALPHA)
    return [say("{name}: {difference}", name=row.name, difference=against_words(row)) for row in rows]


def mark_of(row: SliceRate) -> str:
    """Whether a slice surely differs from the others, in a few words."""
    if row.p is None:
        return say("too few to tell")
    words = {-1: say("clearly worse"), 0: say("no difference shown"), 1: say("clearly better")}
    return words[standing(row)]


def standing(row: SliceRate) -> int:
    """-1 where a slice is surely worse than the others, 1 where it is better, 0 where neither is sure."""
    if row.p is None or row.p > _ALPHA:
        return 0
    return -1 if (row.against_rest.value or 0) < 0 else 1


def against_words(row: SliceRate) -> str:
    """``worse than the rest: -14 points (-23 to -2), p = 0.03``, or why it is not tested."""
    says = say(row.says)
    if row.p is None:
        return says
    p = _p(row.p)
    equal = p if p[0] == "<" else f"= {p}"
    if ends := _ends(row.against_rest):
        return say("{says}: {value} points ({low} to {high}), p {p}", says=says, p=equal, **ends)
    return say("{says}: {why}, p {p}", says=says, why=_points(row.against_rest), p=equal)


def _ends(rate: Rate) -> dict[str, str]:
    """A difference and its interval in points; nothing where it is not measurable."""
    ends = {"value": rate.value, "low": rate.low, "high": rate.high}
    figures = {name: f"{round(100 * share):+d}" for name, share in ends.items() if share is not None}
    return figures if len(figures) == len(ends) else {}


def _points(rate: Rate) -> str:
    ends = _ends(rate)
    return say("{value} ({low} to {high})", **ends) if ends else say("not measurable")


def _short(rate: Rate) -> str:
    if rate.value is None:
        return say("not measurable")
    value = share_words(rate.value)
    if rate.low is None or rate.high is None:
        return say("{value} (no interval)", value=value)
    return say("{value} ({low} to {high})", value=value, low=f"{rate.low:.0%}", high=f"{rate.high:.0%}")


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.2g}"


def slice_line(field: str, row: SliceRate) -> str:
    """One slice as a line of the command line, with the figures of the table."""
    name = f"{field} = {row.name}"
    if row.size:
        name = say("{slice} ({n:,} outputs)", slice=name, n=row.size)
    rate, difference = rate_words(row.rate), against_words(row)
    corrected = row.corrected
    if corrected and corrected.value is not None:
        rate = say("{rate}; corrected {corrected}", rate=rate, corrected=rate_words(corrected))
    return say("{slice}: {rate}; {difference}.", slice=name, rate=rate, difference=difference)


def notes(sliced: SliceReport) -> Iterator[str]:
    """What the rates rest on, what is left out, and why a correction is refused."""
    if any(row.corrected and row.corrected.value is not None for row in sliced.rows):
        yield say("Corrected for the judges' errors, if {assumption}.", assumption=say(sliced.assumption))
    uncompared, uncorrected = defaultdict(list), defaultdict(list)
    for row in sliced.rows:
        if row.p is None and len(sliced.rows) > 1:
            uncompared[row.says].append(row.name)
        if row.corrected is not None and row.corrected.value is None:
            uncorrected[row.corrected.why_not or Wording("")].append(row.name)
    for why, names in uncompared.items():
        yield say("Not compared: {names} ({why}).", names=listed(names), why=say(why))
    for why, names in uncorrected.items():
        yield say("Not corrected: {names} ({why}).", names=listed(names), why=say(why))
    if sliced.doubt:
        yield sentence(sliced.doubt)
    if sliced.left_out:
        yield say(
            "Left out: {n:,} graded outputs without {field}.",
            n=sliced.left_out,
            field=field_words(sliced.field),
        )
