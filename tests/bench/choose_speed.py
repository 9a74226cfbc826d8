"""How fast the exact choice of a judge set is: the program alone, and with its nested split.

python tests/bench/choose_speed.py [--judges 100] [--outputs 200] [--limit 5]

Synthetic: ten kinds of failure, each judge looks for one kind with its own errors, and abstains on
one output in fifty. Prints the time, the set's figures and the gap that the solver proves; for the
whole choice (what `labelcore choose` does once everything is read: the set, and ten more sets for its
held-out figures), with and without a coverage that is asked for, also the processor's time.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from labelcore.judges.choosing import FixedCandidate, choose
from labelcore.stats.set_program import MUST, SHOULD, Floats, Wish, solve

_KINDS = 10


def votes_of(judges: int, outputs: int, seed: int) -> tuple[Floats, np.ndarray]:
    """Votes (outputs, judges) with nan for an abstention, and people's fails (outputs,)."""
    random = np.random.default_rng(seed)
    kinds = random.random((outputs, _KINDS)) < 0.05
    looks_for = np.arange(judges) % _KINDS
    hit, false = random.uniform(0.4, 0.95, judges), random.uniform(0.01, 0.15, judges)
    chance = np.where(kinds[:, looks_for], hit, false)
    votes = (random.random((outputs, judges)) < chance).astype(float)
    votes[random.random(votes.shape) < 0.02] = np.nan
    return votes, kinds.any(axis=1)


def main() -> None:
    """Choose at several coverages and for several pools."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judges", type=int, default=100)
    parser.add_argument("--outputs", type=int, default=200)
    parser.add_argument("--limit", type=float, default=5.0)
    chosen = parser.parse_args()
    print(f"{chosen.judges} judges x {chosen.outputs} outputs, time limit {chosen.limit:.0f} s")
    for seed in range(3):
        votes, fails = votes_of(chosen.judges, chosen.outputs, seed)
        names = tuple(f"kind {j % _KINDS}" for j in range(chosen.judges))
        for coverage, ffr in ((0.6, 0.25), (0.8, 0.25), (0.95, 0.2)):
            wish = Wish(
                min_coverage=coverage, max_ffr=ffr, must_include=(0,), criterion=names,
                limits=dict.fromkeys(names, 0.15),
                severity=tuple(MUST if j % 2 else SHOULD for j in range(chosen.judges)),
            )  # fmt: skip
            started = time.perf_counter()
            found = solve(votes, fails, wish, time_limit=chosen.limit)
            took = time.perf_counter() - started
            gap = "none" if found.gap is None else f"{found.gap:.1%}"
            print(
                f"pool {seed}, coverage >= {coverage:.0%}, FFR <= {ffr:.0%}: {took:.2f} s, gap {gap}, "
                f"{len(found.members)} judges, coverage {found.coverage:.0%}, FFR {found.false_failure_rate:.0%} {' '.join(found.unmet)}"
            )
    for coverage, ffr in ((0.0, 0.5), (0.6, 0.25), (0.8, 0.25), (0.95, 0.2)):
        whole(chosen.judges, chosen.outputs, coverage, ffr)


def whole(judges: int, outputs: int, coverage: float, ffr: float) -> None:
    """Time the choice with its held-out figures."""
    votes, fails = votes_of(judges, outputs, 0)
    candidates = [FixedCandidate(votes[:, j] == 1) for j in range(judges)]
    groups = [str(i) for i in range(outputs)]
    started, used = time.perf_counter(), time.process_time()
    found = choose(candidates, fails, groups, wish=Wish(min_coverage=coverage, max_ffr=ffr, most=6))
    took, used = time.perf_counter() - started, time.process_time() - used
    asked = f"coverage >= {coverage:.0%}" if coverage else "no coverage asked"
    gap = (
        f"gap {found.program.gap:.1%}, " if found.program and found.program.gap is not None else ""
    )
    print(
        f"whole choice, {asked}: {took:.1f} s ({used:.1f} s of processor time), {gap}"
        f"{len(found.members)} judges, held-out alignment {found.held_out.alignment or 0:.2f}"
    )


if __name__ == "__main__":
    main()
