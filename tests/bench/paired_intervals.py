"""Intervals of the change of TPR, TNR and their mean where few outputs are graded: ours beside others.

    PYTHONPATH=. python tests/bench/paired_intervals.py [--runs 300] [--out
    tests/bench/results/paired_intervals.md]

Synthetic, the 27 settings of `workbench_simulations`; all outputs are asked, none share a source. Ours: draws
of Dirichlet(counts + ½) over the four cells of each grade. Beside it the same with ¼, the score interval of a
paired difference (Tango 1998), and that of Newcombe (1998, method 10: Wilson's with the shares' correlation);
the means of both grades of these by squaring and adding the distances (Zou and Donner 2008).

The second table counts every result that can come instead of drawing some, for the change of one grade's
rate: how far any method can go where so often nothing differs. There also Wald's with an output added to each
of the two cells that differ (Bonett and Price 2012), and Tango's test made exact: every result's chance is
counted, where the share that differs fits best, with half of what is as far off (mid-p; Lloyd 2008).
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
from scipy.special import gammaln
from scipy.stats import binom, multinomial

from labelcore.arrays import Floats
from labelcore.stats.intervals.wilson import wilson
from labelcore.stats.rate import Z95
from tests.bench.workbench_simulations import SETTINGS, Setting, drawn

SIZES = (24, 48, 100)
DRAWS = 1_000
LEVEL = 0.95
_RARE = 1e-6
Interval = tuple[float, float]
Cells = tuple[int, int, int, int]
"""Of one grade: neither right, the new one alone, the present one alone, both."""


def dirichlet(prior: float) -> Callable[[list[Cells], np.random.Generator], list[Interval]]:
    """Quantiles of draws of both changes and of their mean."""

    def intervals(graded: list[Cells], random: np.random.Generator) -> list[Interval]:
        changes = []
        for cells in graded:
            shares = random.dirichlet(np.array(cells) + prior, DRAWS)
            changes.append(shares[:, 1] - shares[:, 2])
        every = [*changes, (changes[0] + changes[1]) / 2]
        ends = [np.quantile(change, [0.025, 0.975]) for change in every]
        return [(float(low), float(high)) for low, high in ends]

    return intervals


def tango(cells: Cells) -> Interval:
    """Where the score test of a paired difference does not reject (Tango 1998)."""
    n, new, old = sum(cells), cells[1], cells[2]

    def distance(delta: float) -> float:
        a = 2 * n
        b = -new - old + (2 * n - new + old) * delta
        c = -old * delta * (1 - delta)
        share = (math.sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)
        variance = n * (2 * share + delta * (1 - delta))
        gap = new - old - n * delta
        return math.inf * np.sign(gap) if variance <= 0 and gap else gap / math.sqrt(max(variance, 1e-12))

    def end(sign: int) -> float:
        inside, outside = (new - old) / n, float(sign)
        for _ in range(40):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if abs(distance(middle)) < Z95 else (inside, middle)
        return inside

    return end(-1), end(1)


def newcombe(cells: Cells) -> Interval:
    """From Wilson's intervals of both shares and their correlation (Newcombe 1998, method 10)."""
    neither, new, old, both = cells
    n = sum(cells)
    first, second = (new + both) / n, (old + both) / n
    (low, high), (other_low, other_high) = wilson(new + both, n, Z95), wilson(old + both, n, Z95)
    product = (new + both) * (neither + old) * (old + both) * (neither + new)
    top = both * neither - new * old
    shift = max(top - n / 2, 0) if top > 0 else top
    phi = shift / math.sqrt(product) if product else 0.0

    def width(one: float, other: float) -> float:
        return math.sqrt(max(0.0, one**2 - 2 * phi * one * other + other**2))

    value = first - second
    return value - width(first - low, other_high - second), value + width(high - first, second - other_low)


def squared(of: Callable[[Cells], Interval]) -> Callable[[list[Cells], np.random.Generator], list[Interval]]:
    """Both changes by one method, and their mean from the distances."""

    def intervals(graded: list[Cells], _: np.random.Generator) -> list[Interval]:
        found = [of(cells) for cells in graded]
        values = [(cells[1] - cells[2]) / sum(cells) for cells in graded]
        down, up = (
            math.hypot(*(value - bounds[end] for value, bounds in zip(values, found, strict=True))) / 2
            for end in (0, 1)
        )
        mean = sum(values) / 2
        return [*found, (mean - down, mean + up)]

    return intervals


METHODS = {
    "ours, Dirichlet with ½": dirichlet(0.5),
    "Dirichlet with ¼": dirichlet(0.25),
    "Tango, squared and added": squared(tango),
    "Newcombe, squared and added": squared(newcombe),
}


def counted(setting: Setting, n: int, random: np.random.Generator) -> list[Cells]:
    """The cells of the passes and of the fails of one run."""
    found = drawn(setting, n, 1, random)
    cell = found.passes * 4 + found.present * 2 + found.new
    numbers = np.bincount(cell, minlength=8)
    whole = numbers.tolist()
    return [(whole[at], whole[at + 1], whole[at + 2], whole[at + 3]) for at in (4, 0)]


def compare(runs: int) -> Iterator[str]:
    """A table: how often each holds the truth, how wide it is, and how often nothing differed."""
    yield "| outputs | method | TPR change | TNR change | their mean | worst setting | width of the mean |"
    yield "|---|---|---|---|---|---|---|"
    for n in SIZES:
        held = {name: np.full((len(SETTINGS), runs, 3), np.nan) for name in METHODS}
        wide = {name: np.full((len(SETTINGS), runs), np.nan) for name in METHODS}
        for at, setting in enumerate(SETTINGS):
            random = np.random.default_rng(1)
            for run in range(runs):
                graded = counted(setting, n, random)
                if not all(map(sum, graded)):
                    continue
                for name, method in METHODS.items():
                    ends = method(graded, random)
                    held[name][at, run] = [
                        low - 1e-12 <= truth <= high + 1e-12
                        for (low, high), truth in zip(ends, setting.truth, strict=True)
                    ]
                    wide[name][at, run] = ends[2][1] - ends[2][0]
        for name in METHODS:
            yield f"| {n} | {name} | {_row(held[name], wide[name])} |"


def _row(held: Floats, wide: Floats) -> str:
    of_setting = np.nanmean(held, axis=1)
    shares = [*np.nanmean(of_setting, axis=0), of_setting.min()]
    return " | ".join([*(f"{share:.1%}" for share in shares), f"{np.nanmean(wide):.3f}"])


def bonett_price(cells: Cells) -> Interval:
    """Wald's interval with one output more in each cell that differs (Bonett and Price 2012)."""
    n = sum(cells) + 2
    new, old = (cells[1] + 1) / n, (cells[2] + 1) / n
    width = Z95 * math.sqrt((new + old - (new - old) ** 2) / n)
    return new - old - width, new - old + width


_STEPS = 200  # of a change of 1
_COUNTED = 24  # with more outputs it takes minutes


@cache
def _exact_ends(n: int) -> dict[tuple[int, int], Interval]:
    """Of each result of n outputs (the new one alone right, the present one alone) the changes that its
    two-sided mid-p does not reject.
    """
    new, old = np.array([(i, j) for i in range(n + 1) for j in range(n + 1 - i)]).T
    log = -(gammaln(new + 1) + gammaln(old + 1) + gammaln(n - new - old + 1))
    counts, held = np.stack([new, old, n - new - old]), []
    deltas = np.arange(1 - _STEPS, _STEPS) / _STEPS
    for delta in deltas:
        b = -new - old + (2 * n - new + old) * delta
        share = (np.sqrt(np.maximum(0, b * b + 8 * n * old * delta * (1 - delta))) - b) / (4 * n)
        share = np.clip(share, max(0.0, -delta), (1 - delta) / 2)
        variance = n * (2 * share + delta * (1 - delta))
        off = np.round(np.abs(new - old - n * delta) / np.sqrt(np.maximum(variance, 1e-12)), 9)
        chance = np.stack([share + delta, share, 1 - 2 * share - delta], axis=1)
        logs = np.log(np.maximum(chance, 1e-12)) @ counts
        likely = np.exp(logs + log + gammaln(n + 1))
        p = (likely * ((off > off[:, None]) + 0.5 * (off == off[:, None]))).sum(axis=1)
        held.append(p > 1 - LEVEL)
    inside = np.array(held)
    first, last = inside.argmax(axis=0), len(deltas) - 1 - inside[::-1].argmax(axis=0)
    ends = zip(deltas[first].tolist(), deltas[last].tolist(), strict=True)
    return dict(zip(zip(new.tolist(), old.tolist(), strict=True), ends, strict=True))


def mid_p(cells: Cells) -> Interval:
    """Tango's test with the chances of all results counted."""
    return _exact_ends(sum(cells))[cells[1], cells[2]]


def _of_one(prior: float) -> Callable[[Cells], Interval]:
    random, method = np.random.default_rng(5), dirichlet(prior)

    def interval(cells: Cells) -> Interval:
        low, high = method([cells, cells], random)[0]
        value = (cells[1] - cells[2]) / sum(cells)
        return min(low, value), max(high, value)

    return interval


ONE_GRADE = {
    "ours, Dirichlet with ½": _of_one(0.5),
    "Dirichlet with 0.4": _of_one(0.4),
    "Dirichlet with ⅓": _of_one(1 / 3),
    "Dirichlet with ¼": _of_one(0.25),
    "Tango": tango,
    "Tango, counted out with mid-p": mid_p,
    "Bonett and Price": bonett_price,
}


def counted_out(most: int) -> Iterator[str]:
    """A table of one grade's change for ``most`` outputs of both grades: nothing is drawn but the grades'
    quantiles. ``rest``: of the results in which something differs.
    """
    worlds = [
        (share, (1 - right) * setting.mends, right * setting.breaks)
        for setting in SETTINGS
        for share, right in ((setting.rate, setting.tpr), (1 - setting.rate, setting.tnr))
    ]
    results = {n: [(i, j) for i in range(n + 1) for j in range(n + 1 - i)] for n in range(1, most + 1)}
    for name, method in ONE_GRADE.items():
        if method is mid_p and most > _COUNTED:
            continue
        ends = {n: np.array([method((0, i, j, n - i - j)) for i, j in found]) for n, found in results.items()}
        held, still, wide = [], [], []
        for share, new, old in worlds:
            chance = binom.pmf(np.arange(1, most + 1), most, share)
            holds = alike = width = 0.0
            for n, weight in zip(results, chance / chance.sum(), strict=True):
                if weight < _RARE:
                    continue
                pairs, bounds = np.array(results[n]), ends[n]
                of = multinomial.pmf(
                    np.column_stack([pairs, n - pairs.sum(axis=1)]), n, [new, old, 1 - new - old]
                )
                inside = (bounds[:, 0] <= new - old + 1e-12) & (new - old <= bounds[:, 1] + 1e-12)
                holds, alike = holds + weight * of @ inside, alike + weight * of[0]
                width += weight * of @ (bounds[:, 1] - bounds[:, 0])
            held.append(holds)
            still.append(alike)
            wide.append(width)
        shares = np.array(held)
        rest = ((shares - still) / (1 - np.array(still))).mean()
        cells = f"{shares.mean():.1%} | {shares.min():.1%} | {rest:.1%} | {np.mean(wide):.3f}"
        yield f"| {most} | {name} | {cells} |"


def quiet(n: int) -> float:
    """In what share of the settings and runs no output of a grade differs, so that nothing can be told."""
    shares = []
    for setting in SETTINGS:
        for rate, right in ((setting.rate, setting.tpr), (1 - setting.rate, setting.tnr)):
            differ = (1 - right) * setting.mends + right * setting.breaks
            shares.append((1 - differ) ** (n * rate))
    return float(np.mean(shares))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    still = ", ".join(f"{quiet(n):.0%} with {n}" for n in SIZES)
    parts = [
        "# Paired intervals with few outputs, side by side, by simulation",
        f"Made by `PYTHONPATH=. python tests/bench/paired_intervals.py --runs {given.runs}`. Synthetic; the "
        "head of the script says what.",
        f"How often no output of a grade differs at all: {still}. There an interval that is more than a "
        "point holds a small change always, whatever the method.",
        "\n".join(compare(given.runs)),
        "Counted out, the change of one grade's rate:",
        "| outputs | method | holds the truth | worst setting | where something differs | width |\n"
        "|---|---|---|---|---|---|\n" + "\n".join(line for n in SIZES[:2] for line in counted_out(n)),
    ]
    print("\n\n".join(parts))
    if given.out:
        given.out.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
