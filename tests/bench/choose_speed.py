"""How fast the exact choice of a judge set is: the program alone, and with its nested split.

python tests/bench/choose_speed.py [--judges 100] [--outputs 200] [--limit 5] [--slow 1]

Synthetic: ten kinds of failure, each judge looks for one kind with its errors, and abstains on
one output in fifty. Prints the time, the set's figures and the gap that the solver proves; for the
whole choice (what `labelcore choose` does once everything is read: the set, and ten more sets for its
held-out figures), with and without a coverage that is asked for, also the processor's time and what
its deadline cut short.

The whole choice is made twice: with judges whose verdicts are what they are (LLMs), and with fitted
ones: three learned judges (embeddings of 512 numbers, refitted on each part of the outputs), checks
with thresholds and phrases of eight criteria, and the rest LLMs. `--slow 2` makes every step of
fitting take twice as long, as on a machine half as fast.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from labelcore.arrays import Floats
from labelcore.judges.candidates import Candidate, FixedCandidate, Target
from labelcore.judges.cross_fitting import LearnedCandidate
from labelcore.judges.features import TrainingData
from labelcore.judges.held_out import Grades
from labelcore.judges.kinds.code import CodeCandidate, PhraseCandidate
from labelcore.judges.set_search import choose
from labelcore.models import Output
from labelcore.stats.selection import MUST, SHOULD, Deadline, SetVotes, Wish
from labelcore.stats.set_program import explained, solve

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
    return votes, np.asarray(kinds.any(axis=1))


def main() -> None:
    """Choose at several coverages and for several pools."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judges", type=int, default=100)
    parser.add_argument("--outputs", type=int, default=200)
    parser.add_argument("--limit", type=float, default=5.0)
    parser.add_argument("--slow", type=int, default=1)
    chosen = parser.parse_args()
    print(f"{chosen.judges} judges x {chosen.outputs} outputs, time limit {chosen.limit:.0f} s")
    for seed in range(3):
        votes, fails = votes_of(chosen.judges, chosen.outputs, seed)
        names = tuple(f"kind {j % _KINDS}" for j in range(chosen.judges))
        for coverage, ffr in ((0.6, 0.25), (0.8, 0.25), (0.95, 0.2)):
            wish = Wish(
                min_coverage=coverage,
                max_ffr=ffr,
                must_include=(0,),
                criterion=names,
                limits=dict.fromkeys(names, 0.15),
                severity=tuple(MUST if j % 2 else SHOULD for j in range(chosen.judges)),
            )
            started = time.perf_counter()
            until, problem = Deadline.after(chosen.limit), SetVotes(votes, fails, wish)
            found = explained(solve(problem, until), problem, until)
            took = time.perf_counter() - started
            gap = "none" if found.gap is None else f"{found.gap:.1%}"
            print(
                f"pool {seed}, coverage >= {coverage:.0%}, FFR <= {ffr:.0%}: {took:.2f} s, gap {gap}, "
                f"{len(found.members)} judges, coverage {found.coverage:.0%}, "
                f"FFR {found.false_failure_rate:.0%} {' '.join(found.unmet)}"
            )
    for fitted in (False, True):
        for coverage, ffr in ((0.0, 0.5), (0.6, 0.25), (0.8, 0.25), (0.95, 0.2)):
            whole(chosen.judges, chosen.outputs, coverage, ffr, fitted=fitted, slow=chosen.slow)


def whole(judges: int, outputs: int, coverage: float, ffr: float, *, fitted: bool, slow: int = 1) -> None:
    """Time the choice with its held-out figures."""
    votes, fails = votes_of(judges, outputs, 0)
    candidates: list[Candidate] = [FixedCandidate(votes[:, j] == 1) for j in range(judges)]
    if fitted:
        refitted = [_Slow(judge, slow) if slow > 1 else judge for judge in fitted_candidates(fails, judges)]
        candidates[: len(refitted)] = refitted
    groups = [str(i) for i in range(outputs)]
    wish = Wish(min_coverage=coverage, max_ffr=ffr, most=6)
    started, used = time.perf_counter(), time.process_time()
    found = choose(candidates, Grades.of(fails, groups), wish)
    took, used = time.perf_counter() - started, time.process_time() - used
    asked = f"coverage >= {coverage:.0%}" if coverage else "no coverage asked"
    gap = f"gap {found.program.gap:.1%}, " if found.program and found.program.gap is not None else ""
    held = found.held_out
    print(
        f"whole choice{', fitted judges' if fitted else ''}, {asked}: {took:.2f} s ({used:.2f} s of "
        f"processor time), {gap}{len(found.members)} judges, held-out alignment {held.alignment or 0:.2f} "
        f"({held.repeats} repeats). {found.cut_short}"
    )


def fitted_candidates(fails: np.ndarray, judges: int) -> list[Candidate]:
    """Three learned judges, six thresholds and two phrases of each of eight criteria."""
    random = np.random.default_rng(1)
    words = "price total refund order sorry please note item hello thanks your delivery".split()
    notes = ["too short", "wrong numbers", "invented a name", "tone", "left something out", ""]
    made = [
        Output(
            id=str(i),
            project_id="bench",
            input=" ".join(random.choice(words, 20)),
            text=" ".join(random.choice(words, random.integers(20, 110 + 20 * fail))) + ".",
        )
        for i, fail in enumerate(fails)
    ]
    vectors = random.normal(size=(len(fails), 512)) + 0.15 * fails[:, None] * random.normal(size=512)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    remarks = [str(random.choice(notes)) if fail else "" for fail in fails]
    data = TrainingData.of(made, remarks, vectors)
    every = Target(fails, np.ones(len(fails), dtype=bool))
    found: list[Candidate] = []
    for _ in range(8):
        failed = fails & (random.random(len(fails)) < 0.4)
        target = Target(failed, failed | ~fails)
        columns = random.choice(len(data.table.columns), 6, replace=False)
        found += [CodeCandidate(data, int(c), "above", False, target) for c in columns]
        found += [PhraseCandidate(data, rank, False, target) for rank in range(2)]
        if len(found) < 20:
            found.append(LearnedCandidate(data, target))
    return [LearnedCandidate(data, every), *found][:judges]


class _Slow(Candidate):
    """A candidate that takes several times as long."""

    def __init__(self, candidate: Candidate, times: int) -> None:
        self.candidate, self.times = candidate, times

    def fails(self, train: np.ndarray, test: np.ndarray) -> np.ndarray:
        for _ in range(self.times - 1):
            self.candidate.fails(train, test)
        return self.candidate.fails(train, test)


if __name__ == "__main__":
    main()
