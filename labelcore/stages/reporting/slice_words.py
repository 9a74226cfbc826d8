"""Slices in words and as a table: the same on the page, in the report and on the command line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from labelcore.stages.reporting.document import Table
from labelcore.stages.reporting.slicing import SliceReport
from labelcore.stats.rate import Rate, in_words, not_measurable, share_words
from labelcore.stats.slices import SliceRate

_ALPHA = 0.05
_ANYTHING = 0.8
"""A corrected rate whose interval is wider could be nearly anything: it is in the table only."""


def series(sliced: SliceReport, most: int) -> dict[str, tuple[Rate, ...]]:
    """What a chart of the first ``most`` slices shows; the intervals hold for all slices at once."""
    rows = sliced.rows[:most]
    found = {"by people": tuple(row.together for row in rows)}
    corrected = tuple(map(_drawn, rows))
    if any(rate.value is not None for rate in corrected):
        found["corrected"] = corrected
    return found


def _drawn(row: SliceRate) -> Rate:
    corrected = row.corrected_together
    if (
        corrected is None
        or corrected.low is None
        or corrected.high is None
        or corrected.high - corrected.low > _ANYTHING
    ):
        return not_measurable("it could be nearly anything")
    return corrected


def slice_table(sliced: SliceReport, most: int) -> Table:
    """The first ``most`` slices in numbers, each interval alone."""
    judged = any(row.corrected is not None for row in sliced.rows)
    rows = [
        (
            row.name,
            f"{row.size or 0:,}",
            f"{row.rate.n:,}",
            _short(row.rate),
            *([_short(row.corrected)] if judged and row.corrected else []),
            _points(row.against_rest),
            "" if row.p is None else _p(row.p),
        )
        for row in sliced.rows[:most]
    ]
    columns = (
        sliced.field,
        "outputs",
        "graded",
        "by people",
        *(["corrected"] if judged else []),
        "points from the others",
        "p",
    )
    return Table(title=TITLE, columns=columns, rows=tuple(rows))


TITLE = "Each interval alone holds at 95 %; p is adjusted for the number of slices"


def telling(sliced: SliceReport) -> list[str]:
    """The slices that differ from the others by more than chance, in words."""
    return [
        f"{row.name}: {against_words(row)}" for row in sliced.rows if row.p is not None and row.p <= _ALPHA
    ]


def against_words(row: SliceRate) -> str:
    """``worse than the rest: -14 points (-23 to -2), p = 0.03``, or why it is not tested."""
    if row.p is None:
        return row.says
    points = _points(row.against_rest).replace(" (", " points (", 1)
    p = _p(row.p)
    return f"{row.says}: {points}, p {p if p[0] == '<' else '= ' + p}"


def _points(rate: Rate) -> str:
    if rate.value is None or rate.low is None or rate.high is None:
        return "not measurable"
    value, low, high = (f"{round(100 * share):+d}" for share in (rate.value, rate.low, rate.high))
    return f"{value} ({low} to {high})"


def _short(rate: Rate) -> str:
    if rate.value is None:
        return "not measurable"
    if rate.low is None or rate.high is None:
        return f"{share_words(rate.value)} (no interval)"
    return f"{share_words(rate.value)} ({rate.low:.0%} to {rate.high:.0%})"


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.2g}"


def slice_line(field: str, row: SliceRate) -> str:
    """One slice as a line of the command line; the intervals hold for all slices at once."""
    corrected = row.corrected_together
    fixed = f"; corrected {in_words(corrected)}" if corrected and corrected.value is not None else ""
    size = f" ({row.size:,} outputs)" if row.size else ""
    return f"{field} = {row.name}{size}: {in_words(row.together)}{fixed}; {against_words(row)}."


def notes(sliced: SliceReport) -> Iterator[str]:
    """What the rates rest on, what is left out, and why a correction is refused."""
    if any(row.corrected and row.corrected.value is not None for row in sliced.rows):
        yield f"Corrected for the judges' errors, if {sliced.assumption}."
    untold: dict[str, list[str]] = defaultdict(list)
    for row in sliced.rows:
        if row.p is None and len(sliced.rows) > 1:
            untold[f"Not compared: {{}} ({row.says})."].append(row.name)
        if row.corrected is not None and row.corrected.value is None:
            untold[f"Not corrected: {{}} ({row.corrected.why_not})."].append(row.name)
    for reason, names in untold.items():
        yield reason.replace("{}", ", ".join(names), 1)
    if sliced.doubt:
        yield sliced.doubt
    if sliced.left_out:
        yield f"{sliced.left_out:,} graded outputs have no {sliced.field} and are left out."
