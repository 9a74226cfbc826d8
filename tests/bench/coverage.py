"""How often the intervals that labelcore offers hold the truth, and how wide they are.

    PYTHONPATH=. python tests/bench/coverage.py [--runs 1000] [--out tests/bench/results/coverage.md]

Synthetic: 18 settings (pass rate .5, .8, .95; six judges from TPR/TNR .95/.9 to .7/.7 and .95/.5),
each a pool of 10,000 outputs of four models, with a second judge for the rules that look at
disagreement. From each pool `runs` samples of 30, 100 and 300 are drawn by each rule of the app,
with labelcore's draws and weights, and estimated with labelcore's estimators. A run that
labelcore refuses ("not measurable") has no interval, so it counts only in the column "offered".

judgy's algorithm is written here from its published description: Rogan-Gladen with the graded
outputs resampled, percentiles of what is left in [0, 1].
"""

from __future__ import annotations

import argparse
import platform
import time
from pathlib import Path

import numpy as np

from labelcore.arrays import Floats
from labelcore.stats import anytime, prevalence, resampling
from labelcore.stats.paired import paired_difference
from labelcore.stats.prevalence import Graded, PoolVerdicts
from labelcore.stats.prevalence.graded import share_of_passes
from labelcore.stats.rate import proportion
from tests.bench.pools import IN_GROUPS, SIZE, Table, World, new_table, note, rows_of, samples, world

SIZES = (30, 100, 300)
JUDGES = ((0.95, 0.9), (0.9, 0.9), (0.9, 0.7), (0.8, 0.8), (0.7, 0.7), (0.95, 0.5))
SETTINGS = [(rate, *judge) for rate in (0.5, 0.8, 0.95) for judge in JUDGES]
RULES = ("random", "stratified", "mixture", "disagreement")
DRAWS = 1_000


def judgy(graded: Graded, pool: PoolVerdicts, random: np.random.Generator) -> tuple[Floats, Floats]:
    """judgy's interval, on evenly drawn grades."""
    cells = four_cells(graded)
    low, high = np.empty(len(cells)), np.empty(len(cells))
    q = pool.passes / pool.n
    for at, counts in enumerate(cells):
        tp, fp, tn, fn = random.multinomial(int(counts.sum()), counts / counts.sum(), DRAWS).T
        usable = (tp + fn > 0) & (tn + fp > 0)
        tp, fp, tn, fn = (cell[usable] for cell in (tp, fp, tn, fn))
        youden = tp / (tp + fn) + tn / (tn + fp) - 1
        corrected = (q + (tn / (tn + fp))[youden > 0] - 1) / youden[youden > 0]
        corrected = np.clip(corrected, 0, 1)
        low[at], high[at] = np.quantile(corrected, [0.025, 0.975]) if len(corrected) else (np.nan, np.nan)
    return low, high


def four_cells(graded: Graded) -> Floats:
    """Unweighted counts of each run, shape (runs, 4)."""
    y, f = graded.passes, graded.verdicts == 1
    return np.stack([(cell).sum(axis=1) for cell in (y & f, ~y & f, ~y & ~f, y & ~f)], axis=1).astype(float)


def pass_rates(table: Table, pool: World, rule: str, n: int, runs: int, random: np.random.Generator) -> None:
    """All estimators of the pass rate of everything, for one pool, rule and size."""
    rows, weights = samples(pool, rule, n, runs, random)
    groups = None
    if rule == IN_GROUPS:
        groups = np.broadcast_to(np.arange(n) // 5, rows.shape)
    graded = Graded(pool.passes[rows], pool.judge[rows].astype(float), weights, groups)
    truth = float(pool.passes.mean())
    verdicts = PoolVerdicts(int(pool.judge.sum()), int((~pool.judge).sum()))
    everywhere = np.ones(runs, dtype=bool)
    if graded.even and groups is None:
        rates = [proportion(int(k), n) for k in range(n + 1)]
        passed = graded.passes.sum(axis=1)
        low = np.array([rate.low for rate in rates], dtype=float)[passed]
        high = np.array([rate.high for rate in rates], dtype=float)[passed]
        note(table, (rule, "people only, Wilson", n), low, high, truth, everywhere)
    else:
        rate = share_of_passes(graded).interval()
        offered = everywhere & (not graded.few_groups)
        note(table, (rule, "people only, weighted Jeffreys", n), *rate, truth, offered)
    for name, method in prevalence.METHODS.items():
        offered = prevalence.offered(graded, name)
        if offered.any():
            found = method(graded, verdicts, random, DRAWS, 0.95)
            offered &= ~np.isnan(found.middle)
            note(table, (rule, f"corrected, {name}", n), found.low, found.high, truth, offered)
    if rule == "random":
        low, high = judgy(graded, verdicts, random)
        note(table, (rule, "judgy's algorithm", n), low, high, truth, ~np.isnan(low))


def judge_figures(
    table: Table, setting: tuple[float, float, float], n: int, runs: int, random: np.random.Generator
) -> None:
    """TPR, TNR and the other figures of a judge on n random outputs."""
    rate, tpr, tnr = setting
    chances = np.array([rate * tpr, (1 - rate) * (1 - tnr), (1 - rate) * tnr, rate * (1 - tpr)])
    cells = random.multinomial(n, chances, runs).astype(float)
    for at, name in ((0, "tpr"), (1, "tnr"), (2, "ppv"), (3, "npv")):
        top, rest = [(0, 3), (2, 1), (0, 1), (2, 3)][at]
        rates = [
            proportion(int(k), int(m))
            for k, m in zip(cells[:, top], cells[:, top] + cells[:, rest], strict=True)
        ]
        offered = np.array([rate.value is not None for rate in rates])
        low = np.array([rate.low if rate.low is not None else np.nan for rate in rates])
        high = np.array([rate.high if rate.high is not None else np.nan for rate in rates])
        truth = float(resampling.FIGURES[name](chances))
        note(table, ("random", f"{name.upper()}, Wilson", n), low, high, truth, offered)
    drawn = resampling.replicates_of_counts(cells, draws=DRAWS, seed=int(random.integers(2**31)))
    for name in ("balanced_accuracy", "mcc", "kappa"):
        value = resampling.FIGURES[name](cells)
        low, high = np.quantile(resampling.FIGURES[name](drawn), [0.025, 0.975], axis=0)
        truth = float(resampling.FIGURES[name](chances))
        note(table, ("random", f"{name.replace('_', ' ')}, bootstrap", n), low, high, truth, ~np.isnan(value))


def grouped_figures(table: Table, pool: World, n: int, runs: int, random: np.random.Generator) -> None:
    """A judge's figures where whole groups were graded."""
    rows, _ = samples(pool, IN_GROUPS, n, runs, random)
    groups = np.arange(n) // 5
    # The judge errs by source too, so its errors are not independent within a group.
    everything = np.array(
        [
            (pool.passes & pool.judge).sum(),
            (~pool.passes & pool.judge).sum(),
            (~pool.passes & ~pool.judge).sum(),
            (pool.passes & ~pool.judge).sum(),
        ],
        dtype=float,
    )
    names = ("tpr", "tnr", "mcc", "kappa")
    bounds = np.full((len(names), 2, runs), np.nan)
    enough = n // 5 >= resampling.FEWEST_GROUPS
    for run in range(runs if enough else 0):
        passes = pool.passes[rows[run]]
        verdicts = pool.judge[rows[run]].astype(float)[:, None]
        cells = resampling.cells_by_group(verdicts, passes, groups)
        found = resampling.intervals(
            cells.sum(axis=0), resampling.replicates(cells, draws=DRAWS, seed=run), names, groups=len(cells)
        )[0]
        for at, name in enumerate(names):
            if found[name].low is not None:
                bounds[at, :, run] = found[name].low, found[name].high
    for at, name in enumerate(names):
        truth = float(resampling.FIGURES[name](everything))
        offered = ~np.isnan(bounds[at, 0])
        note(
            table,
            (IN_GROUPS, f"{name}, bootstrap over groups", n),
            bounds[at, 0],
            bounds[at, 1],
            truth,
            offered,
        )


def comparisons(table: Table, n: int, runs: int, random: np.random.Generator) -> None:
    """Two versions on the same inputs: paired Jeffreys."""
    for first in (0.6, 0.8, 0.9):
        for gain in (0.0, 0.05):
            for differ in (0.06, 0.12, 0.25):  # share of inputs on which the versions differ
                only_first, only_second = (differ - gain) / 2, (differ + gain) / 2
                chances = np.array([first - only_first, only_first, only_second, 1 - first - only_second])
                if chances.min() < 0:
                    continue
                cells = random.multinomial(n, chances, runs)
                rates = [paired_difference(*(int(k) for k in counts)) for counts in cells]
                low = np.array([rate.low for rate in rates], dtype=float)
                high = np.array([rate.high for rate in rates], dtype=float)
                note(
                    table,
                    ("same inputs", "difference of two versions, paired Jeffreys", n),
                    low,
                    high,
                    gain,
                    np.ones(runs, dtype=bool),
                )


def false_crossings(runs: int, looks: int, random: np.random.Generator) -> dict[str, float]:
    """How often a lower bound at 95 % passes the true share at any of the looks."""
    worst = {"Wilson at every look": 0.0, "anytime-valid": 0.0}
    for share in (0.5, 0.8, 0.9):
        seen = np.cumsum(random.random((runs, looks)) < share, axis=1)
        bound = np.full((looks, looks + 1), -1.0)
        plain = np.full((looks, looks + 1), -1.0)
        z = 1.6448536
        for n in range(1, looks + 1):
            for k in range(n + 1):
                if k / n > share:
                    bound[n - 1, k] = anytime.log_evidence(k, n, share) >= np.log(20)
                    plain[n - 1, k] = (proportion(k, n, z=z).low or 0) > share
        sizes = np.arange(looks)
        for name, table in (("Wilson at every look", plain), ("anytime-valid", bound)):
            crossed = (table[sizes, seen] == 1).any(axis=1)
            worst[name] = max(worst[name], float(crossed.mean()))
    return worst


def simulate(runs: int, *, settings: list[tuple[float, float, float]], sizes: tuple[int, ...]) -> Table:
    """Everything but the anytime bound."""
    random = np.random.default_rng(20)
    table = new_table()
    for setting in settings:
        pool = world(*setting, random)
        for n in sizes:
            judge_figures(table, setting, n, runs, random)
            grouped_figures(table, pool, n, max(200, runs // 3), random)
            for rule in (*RULES, IN_GROUPS):
                pass_rates(table, pool, rule, n, runs, random)
    for n in sizes:
        comparisons(table, n, runs, random)
    return table


def page(table: Table, crossings: dict[str, float], runs: int, seconds: float) -> str:
    """The results as Markdown."""
    lines = [
        "# Do the intervals hold what they promise?",
        "",
        f"Made by `PYTHONPATH=. python tests/bench/coverage.py --runs {runs}` in {seconds:,.0f} s (Python "
        f"{platform.python_version()}, numpy {np.__version__}). Synthetic: 18 settings, pools of {SIZE:,}; "
        "see the head of the script.",
        "",
        'Mean cover should be 93 to 97 %. Not offered: labelcore says "not measurable" and why.',
        "",
        "| how the outputs were drawn | interval | n | mean cover | worst setting | mean width | offered |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for (rule, method, n), cover, worst, width, offered in rows_of(table):
        if cover is None:
            lines.append(f"| {rule} | {method} | {n} | | | | {offered:.0%} |")
        else:
            lines.append(
                f"| {rule} | {method} | {n} | {cover:.1%} | {worst:.1%} | {width:.3f} | {offered:.0%} |"
            )
    ours = table[("random", "corrected, post-stratified", 100)].width
    theirs = table[("random", "judgy's algorithm", 100)].width
    if ours and theirs:
        times = np.mean(theirs) / np.mean(ours)
        lines += [
            "",
            f"At n = 100 the corrected pass rate is {times:.1f} times narrower than by judgy's algorithm.",
        ]
    lines += [
        "",
        "A lower bound of 95 % looked at after each of 400 grades passes the truth falsely at least once:",
        "",
    ]
    lines += [f"- {name}: {share:.1%} of runs" for name, share in crossings.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Simulate and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--out", default=str(Path(__file__).parent / "results" / "coverage.md"))
    chosen = parser.parse_args()
    started = time.perf_counter()
    table = simulate(chosen.runs, settings=SETTINGS, sizes=SIZES)
    crossings = false_crossings(2_000, 400, np.random.default_rng(4))
    text = page(table, crossings, chosen.runs, time.perf_counter() - started)
    Path(chosen.out).write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
