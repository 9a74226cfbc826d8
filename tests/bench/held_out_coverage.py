"""How often the held-out interval of a chosen set holds what the set does on fresh outputs.

    PYTHONPATH=. python tests/bench/held_out_coverage.py [--runs 300] [--out tests/bench/results/held_out.md]

Synthetic: six kinds of failure, each with its rate; eight checks whose thresholds are fitted to
the grades and four judges with verdicts of theirs, each good at one kind. In groups, the outputs
of a source share how prone they are to each kind. From n grades the set is chosen by labelcore's
`choose` (greedy sets only, which takes no time limit), its members are fitted to all n, and what they
do is counted on 20,000 fresh outputs. Columns: in how many runs the interval holds the alignment,
coverage and false failure rate of that very set; in how many it holds their mean over all
runs (what the procedure does on average from so many grades); the mean width; the mean of the
held-out alignment and of the truth, and of the in-sample alignment.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labelcore.arrays import Bools, Floats, Ints
from labelcore.judges.candidates import Candidate, FixedCandidate
from labelcore.judges.held_out import Grades
from labelcore.judges.set_search import choose
from labelcore.stats.selection import Wish, figures

FRESH = 20_000
SIZES = (60, 120, 300)
PER_SOURCE = (1, 5)
RATES = np.array([0.12, 0.1, 0.08, 0.06, 0.05, 0.04])
_SEED = 2026
NAMES = ("alignment", "coverage", "false_failure_rate")


@dataclass(frozen=True)
class Threshold(Candidate):
    """A check on one number, fitted by what it catches less what it wrongly fails."""

    values: Floats
    fails_of: Bools

    def fails(self, train: Ints, test: Ints) -> Bools:
        grades = self.fails_of[train]
        order = np.argsort(-self.values[train], kind="stable")
        bad = grades[order]
        gain = np.cumsum(bad) / (bad.sum() + 6) - np.cumsum(~bad) / ((~bad).sum() + 6)
        threshold = float(self.values[train][order[int(np.argmax(gain))]])
        return np.greater_equal(self.values[test], threshold)


def world(n: int, per_source: int, random: np.random.Generator) -> tuple[Bools, list[Floats], list[Bools]]:
    """People's fails, the numbers of the checks, and the votes of the judges; n outputs each."""
    source = np.arange(n) // per_source
    shared = 0.5 if per_source > 1 else 0.0
    level = np.sqrt(shared) * random.normal(size=(source.max() + 1, 6))[source]
    level = level + np.sqrt(1 - shared) * random.normal(size=(n, 6))
    kinds = level > _normal_quantile(1 - RATES)
    fails = kinds.any(axis=1)
    noise = np.sqrt(shared) * random.normal(size=(source.max() + 1, 8))[source]
    noise = noise + np.sqrt(1 - shared) * random.normal(size=(n, 8))
    numbers = [(1.8 - 0.15 * j) * kinds[:, j % 6] + noise[:, j] for j in range(8)]
    votes = [random.random(n) < np.where(kinds[:, j], 0.75 - 0.1 * j, 0.04 + 0.02 * j) for j in range(4)]
    return fails, numbers, votes


def _normal_quantile(share: Floats) -> Floats:
    from scipy import stats

    return np.asarray(stats.norm.ppf(share))


def one_run(task: tuple[int, int, int]) -> list[list[float]]:
    """For each figure: held-out value, low, high, truth of this set, in-sample value."""
    n, per_source, seed = task
    random = np.random.default_rng((_SEED, n, per_source, seed))
    fails, numbers, votes = world(n + FRESH, per_source, random)
    candidates = [Threshold(values, fails) for values in numbers] + [
        FixedCandidate(verdicts) for verdicts in votes
    ]
    groups = [str(i // per_source) for i in range(n)]
    wish = Wish(max_ffr=0.5, levels=())
    found = choose(candidates, Grades.of(fails[:n], groups), wish, seed=seed, seconds=600)
    rows, fresh = np.arange(n), np.arange(n, n + FRESH)

    def says(where: Ints) -> Bools:
        failed = np.zeros(len(where), dtype=bool)
        for j in found.members:
            failed |= candidates[j].fails(rows, where)
        return failed

    truth, inside = figures(says(fresh), fails[fresh]), figures(says(rows), fails[:n])
    held = found.held_out
    ends = {
        "alignment": (held.low, held.high),
        "coverage": (held.coverage_low, held.coverage_high),
        "false_failure_rate": (held.false_failure_rate_low, held.false_failure_rate_high),
    }
    return [
        [
            np.nan if figure is None else figure
            for figure in (getattr(held, name), *ends[name], getattr(truth, name), getattr(inside, name))
        ]
        for name in NAMES
    ]


def table(runs: int) -> Iterable[str]:
    """The result as lines of Markdown."""
    yield (
        "| n | sources | figure | holds this set | holds the procedure's mean | width | held out, mean "
        "| truth, mean | in sample, mean | offered |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    with ProcessPoolExecutor(2) as pool:
        for per_source in PER_SOURCE:
            for n in SIZES:
                tasks = [(n, per_source, seed) for seed in range(runs)]
                found = np.array(list(pool.map(one_run, tasks, chunksize=10)))
                for k, name in enumerate(NAMES):
                    value, low, high, truth, inside = found[:, k].T
                    ok = ~np.isnan(low) & ~np.isnan(truth)
                    this = (low <= truth) & (truth <= high)
                    mean = (low <= np.nanmean(truth)) & (np.nanmean(truth) <= high)
                    sources = "single outputs" if per_source == 1 else f"groups of {per_source}"
                    yield (
                        f"| {n} | {sources} | {name.replace('_', ' ')} | {this[ok].mean():.3f} "
                        f"| {mean[ok].mean():.3f} | {(high - low)[ok].mean():.3f} "
                        f"| {np.nanmean(value):.3f} | {np.nanmean(truth):.3f} "
                        f"| {np.nanmean(inside):.3f} | {ok.mean():.2f} |"
                    )


def main() -> None:
    """Print the table, and write it where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    started = time.perf_counter()
    lines = []
    for line in table(chosen.runs):
        print(line, flush=True)
        lines.append(line)
    took = (
        f"{chosen.runs} runs of each row, {time.perf_counter() - started:.0f} s, "
        f"Python {platform.python_version()}, numpy {np.__version__}."
    )
    print(took)
    if chosen.out:
        head = (
            "# The held-out interval of a chosen set\n\n"
            "`python tests/bench/held_out_coverage.py`; what the columns are stands at its top.\n"
        )
        chosen.out.write_text("\n".join([head, *lines, "", took, ""]))


if __name__ == "__main__":
    main()
