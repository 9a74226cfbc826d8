"""How right the figures of trials, looks and moves are: intervals, decisions, the discount, the set to grade.

    PYTHONPATH=. python tests/bench/workbench_simulations.py [--runs 300] [--out
    tests/bench/results/workbench.md]

Synthetic. Intervals: 27 settings (pass rate .3, .5, .8; TPR/TNR of the present version .9/.8, .8/.6, .95/.5;
the new version mends and breaks 30/5, 50/10 or 10/3 % of what is wrong or right). Decisions: versions that
are as good as each other, so that every "better" is false. Looks: k versions on n outputs of half each grade,
whose true figures differ by a standard deviation tau, and which share so much of what is hard; the best on
dev is chosen. Moves: 300 outputs, both models' verdicts known, grades given one by one until it is settled.
"""

from __future__ import annotations

import argparse
import itertools
import platform
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from labelcore.arrays import Bools, Floats, Ints
from labelcore.stats.changes import Change, PairedOutputs, change, of_move, of_trial
from labelcore.stats.looks import optimism
from labelcore.stats.settling import TOLERATED, advice_on, grading_order

RATES, JUDGES = (0.3, 0.5, 0.8), ((0.9, 0.8), (0.8, 0.6), (0.95, 0.5))
MOVES = ((0.3, 0.05), (0.5, 0.1), (0.1, 0.03))
DRAWS = 500
POOL = 300
_SHARED = 0.3  # of the spread belongs to the source


@dataclass(frozen=True)
class Setting:
    """Pass rate, TPR and TNR of the present version, and what the new one mends and breaks, in shares."""

    rate: float
    tpr: float
    tnr: float
    mends: float
    breaks: float

    @property
    def truth(self) -> Floats:
        """The changes of TPR, of TNR, and their mean."""
        both = [(1 - right) * self.mends - right * self.breaks for right in (self.tpr, self.tnr)]
        return np.array([*both, sum(both) / 2])


@dataclass(frozen=True)
class Drawn:
    """Outputs of one run: grade, present right, new right, and their sources."""

    passes: Bools
    present: Bools
    new: Bools
    groups: Ints | None


SETTINGS = [Setting(rate, *judge, *move) for rate, judge, move in itertools.product(RATES, JUDGES, MOVES)]


def drawn(setting: Setting, n: int, size: int, random: np.random.Generator) -> Drawn:
    """n outputs in sources of ``size``."""
    groups = None if size == 1 else np.arange(n) // size

    def below(share: float | Floats) -> Bools:
        level = random.normal(size=n)
        if groups is not None:
            of_source = random.normal(size=groups.max() + 1)[groups]
            level = np.sqrt(_SHARED) * of_source + np.sqrt(1 - _SHARED) * level
        return np.asarray(level < ndtri(share))

    passes = below(setting.rate)
    present = below(np.where(passes, setting.tpr, setting.tnr))
    return Drawn(passes, present, below(np.where(present, 1 - setting.breaks, setting.mends)), groups)


def trial(found: Drawn, limit: int | None, random: np.random.Generator) -> PairedOutputs:
    """All outputs asked, or so many: half of them errors, the rest alike of both grades."""
    new = found.new.astype(np.float64)
    if limit:
        asked = np.zeros(len(new), dtype=bool)
        asked[random.permutation(np.flatnonzero(~found.present))[: limit // 2]] = True
        rest = (limit - int(asked.sum())) // 2
        for grade in (True, False):
            asked[random.permutation(np.flatnonzero(found.present & (found.passes == grade)))[:rest]] = True
        new[~asked] = np.nan
    return of_trial(found.passes, found.present, new, found.groups)


def weighted(found: Drawn, n: int, random: np.random.Generator) -> PairedOutputs:
    """About n outputs, those that the present version fails drawn four times as often."""
    failed = found.passes != found.present
    chance = np.where(failed, 4.0, 1.0)
    chance = np.minimum(1, chance / chance.sum() * n)
    kept = random.random(len(chance)) < chance
    groups = None if found.groups is None else np.unique(found.groups[kept], return_inverse=True)[1]
    new = found.new[kept].astype(np.float64)
    return of_trial(found.passes[kept], found.present[kept], new, groups, 1 / chance[kept])


def holds(found: Change, truth: Floats) -> list[float]:
    """For each figure whether its interval holds the truth; nan where none is offered."""
    rates = (found.tpr, found.tnr, found.balanced)
    return [
        np.nan
        if rate.low is None or rate.high is None
        else float(rate.low <= value + 1e-12 and value <= rate.high + 1e-12)
        for rate, value in zip(rates, truth, strict=True)
    ]


def intervals(runs: int) -> Iterator[str]:
    yield "| outputs | n | TPR change | TNR change | their mean | worst setting | offered |"
    yield "|---|---|---|---|---|---|---|"
    for name, n, size, limit in (
        ("all asked", 24, 1, None),
        ("all asked", 48, 1, None),
        ("all asked", 100, 1, None),
        ("all asked", 300, 1, None),
        ("a trial of 50", 150, 1, 50),
        ("a trial of 50", 300, 1, 50),
        ("sources of 4", 100, 4, None),
        ("sources of 4", 300, 4, None),
        ("uneven chances", 48, 1, 0),
        ("uneven chances", 150, 1, 0),
        ("uneven chances, sources of 4", 150, 4, 0),
        ("a trial of 50, sources of 4", 200, 4, 50),
    ):
        cover = np.array([_covered(setting, n, size, limit, runs) for setting in SETTINGS])
        mean, worst = np.nanmean(cover, axis=(0, 1)), np.nanmin(np.nanmean(cover, axis=1))
        cells = " | ".join(f"{share:.1%}" for share in (*mean, worst, np.mean(~np.isnan(cover))))
        yield f"| {name} | {n} | {cells} |"


def _covered(setting: Setting, n: int, size: int, limit: int | None, runs: int) -> list[list[float]]:
    random, found = np.random.default_rng(1), []
    for run in range(runs):
        if limit == 0:
            compared = weighted(drawn(setting, 4 * n, size, random), n, random)
        else:
            compared = trial(drawn(setting, n, size, random), limit, random)
        found.append(holds(change(compared, draws=DRAWS, seed=run), setting.truth))
    return found


def decisions(runs: int) -> Iterator[str]:
    yield "| outputs | n | right | differ | falsely better | falsely worse |"
    yield "|---|---|---|---|---|---|"
    for n, limit, right, differ in itertools.product((24, 48, 100), (None, 20), (0.6, 0.85), (0.06, 0.2)):
        if limit and n == 24:
            continue
        random, said = np.random.default_rng(2), []
        breaks = differ / 2 / right
        setting = Setting(0.5, right, right, differ / 2 / (1 - right), breaks)
        for run in range(2 * runs):
            compared = trial(drawn(setting, n, 1, random), limit, random)
            said.append(change(compared, draws=DRAWS, seed=run).verdict)
        shares = [f"{said.count(word) / len(said):.1%}" for word in ("better", "worse")]
        outputs = f"a trial of {limit}" if limit else "all asked"
        yield f"| {outputs} | {n} | {right:.0%} | {differ:.0%} | {' | '.join(shares)} |"


def discounts(runs: int) -> Iterator[str]:
    yield "| dev outputs | versions | tau | shared | really less | said | off by |"
    yield "|---|---|---|---|---|---|---|"
    for n, k, tau, shared in itertools.product((48, 100), (2, 5, 14, 30), (0.0, 0.03, 0.08), (0.0, 0.5)):
        random = np.random.default_rng(3)
        pairs = np.array([_look(n, k, tau, shared, random) for _ in range(runs)])
        real, said = 100 * pairs.mean(axis=0)
        yield f"| {n} | {k} | {tau} | {shared} | {real:.1f} | {said:.1f} | {said - real:+.1f} |"


def _look(n: int, k: int, tau: float, shared: float, random: np.random.Generator) -> tuple[float, float]:
    """By how much the best of k versions is less on new outputs, and what is said; the first was there."""
    truth = np.clip(0.75 + tau * random.normal(size=k), 0.05, 0.98)
    level = np.sqrt(shared) * random.normal(size=n) + np.sqrt(1 - shared) * random.normal(size=(k, n))
    right = level < ndtri(truth)[:, None]
    half = n // 2
    figures = (right[:, :half].mean(axis=1) + right[:, half:].mean(axis=1)) / 2
    differ = right[1:].astype(np.float64) - right[0]
    variance = (differ[:, :half].var(axis=1) + differ[:, half:].var(axis=1)) / half / 4
    noise = np.sqrt(np.concatenate([[variance[0]], variance]) / 2)
    best = int(np.argmax(figures))
    return float(figures[best] - truth[best]), optimism(list(map(float, figures)), list(map(float, noise)))


def moves(runs: int) -> Iterator[str]:
    yield "| the new model | grades, flips first | by chance | advice right, flips first | by chance |"
    yield "|---|---|---|---|---|"
    worlds = {
        "loses 9 points": Setting(0.6, 0.9, 0.85, 0.1, 0.115),
        "loses 13 points": Setting(0.6, 0.9, 0.85, 0.1, 0.16),
        "is as good": Setting(0.6, 0.9, 0.85, 0.28, 0.04),
        "gains 5 points": Setting(0.6, 0.9, 0.8, 0.5, 0.03),
    }
    for name, world in worlds.items():
        random, needed = np.random.default_rng(4), list[tuple[int, bool, int, bool]]()
        right = "stay" if world.truth[2] < -TOLERATED else "switch"
        for run in range(max(10, runs // 10)):
            found = drawn(world, POOL, 1, random)
            votes = [
                np.where(one, found.passes, ~found.passes).astype(float) for one in (found.present, found.new)
            ]
            compared = of_move(votes[0], votes[1], np.full(POOL, np.nan))
            flips = _graded_until(compared, found.passes, grading_order(compared, run), right)
            needed.append((*flips, *_graded_until(compared, found.passes, random.permutation(POOL), right)))
        table = np.array(needed, dtype=float).mean(axis=0)
        yield f"| {name} | {table[0]:.0f} | {table[2]:.0f} | {table[1]:.0%} | {table[3]:.0%} |"


def _graded_until(compared: PairedOutputs, passes: Bools, order: Ints, right: str) -> tuple[int, bool]:
    """How many grades, five at a time, until it is settled, and whether rightly."""
    outcome, advice, number = np.full(POOL, np.nan), "grade first", 0
    while advice == "grade first" and number < POOL:
        number += 5
        outcome[order[:number]] = passes[order[:number]]
        advice = advice_on(change(replace(compared, outcome=outcome), draws=DRAWS))
    return number, advice == right


PARTS = {
    "How often 95 % intervals hold the truth": intervals,
    "Versions that are as good as each other": decisions,
    "How much the best on dev is less on new outputs, in points": discounts,
    "How many grades settle a move": moves,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--only", type=int, choices=range(1, len(PARTS) + 1))
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    made = f"Made by `PYTHONPATH=. python tests/bench/workbench_simulations.py --runs {given.runs}`"
    parts = [f"# Trials, looks and moves, by simulation\n\n{made} (Python {platform.python_version()})."]
    for at, (title, part) in enumerate(PARTS.items(), 1):
        if given.only in {None, at}:
            parts.append(f"## {title}\n\n" + "\n".join(part(given.runs)))
            print(parts[-1], "\n", flush=True)
    if given.out:
        given.out.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
