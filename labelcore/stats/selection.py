"""The choice of a judge set: which judges together fail what people fail, and little else.

A set fails an output when any of its judges does; an abstention fails nothing. The objective is
EvalGen's alignment with both rates shrunk towards the share of outputs that the set fails, less a
small price for each judge, so that a set is not chosen for what it does on two outputs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from labelcore.models import Frozen
from labelcore.stats.counts import Counts, coverage, evalgen_alignment, false_failure_rate

Bools = npt.NDArray[np.bool_]
SHRINK = 4.0
PRICE = 0.01
LARGEST = 6


class SetFigures(Frozen):
    """Coverage, false failure rate and EvalGen alignment of a set; None is not measurable."""

    coverage: float | None
    false_failure_rate: float | None
    alignment: float | None
    n: int


def set_counts(fails: Bools, human_fails: Bools) -> Counts:
    """The four counts of a set's votes against people's grades, both shape (n,)."""
    return Counts(
        true_pass=int((~fails & ~human_fails).sum()), false_pass=int((~fails & human_fails).sum()),
        true_fail=int((fails & human_fails).sum()), false_fail=int((fails & ~human_fails).sum()),
    )  # fmt: skip


def figures(fails: Bools, human_fails: Bools) -> SetFigures:
    """The plain figures of a set's votes."""
    counts = set_counts(fails, human_fails)
    cov, ffr = coverage(counts).value, false_failure_rate(counts).value
    return SetFigures(
        coverage=cov, false_failure_rate=ffr, alignment=evalgen_alignment(cov, ffr), n=counts.n
    )


def shrunk_alignment(fails: Bools, human_fails: Bools) -> float:
    """EvalGen alignment with both rates shrunk towards the share that is failed at all."""
    base = SHRINK * float(fails.mean())
    cov = (float((fails & human_fails).sum()) + base) / (float(human_fails.sum()) + SHRINK)
    ffr = (float((fails & ~human_fails).sum()) + base) / (float((~human_fails).sum()) + SHRINK)
    return evalgen_alignment(cov, ffr) or 0.0


def worth(
    votes: Sequence[Bools], human_fails: Bools, members: Sequence[int], max_ffr: float
) -> float:
    """A set's objective, averaged over several cross-fitted vote matrices of shape (n, j).

    A false failure rate above the limit costs ten times its excess: such a set is chosen only
    where no other exists.
    """
    if not members:
        return -1.0
    total = 0.0
    passed = ~human_fails
    for matrix in votes:
        fails = np.logical_or.reduce(matrix[:, list(members)], axis=1)
        ffr = float(fails[passed].mean()) if passed.any() else 0.0
        total += shrunk_alignment(fails, human_fails) - 10 * max(0.0, ffr - max_ffr)
    return total / len(votes) - PRICE * len(members)


def select(votes: Sequence[Bools], human_fails: Bools, max_ffr: float) -> list[int]:
    """The members of the best set found: greedy growth with exchanges, up to six judges.

    ``votes`` are cross-fitted matrices (n, j), True where a judge fails an output. Deterministic.
    """
    count = votes[0].shape[1]
    members: list[int] = []
    best = worth(votes, human_fails, members, max_ffr)
    improved = True
    while improved:
        improved = False
        for trial in _neighbours(members, count):
            value = worth(votes, human_fails, trial, max_ffr)
            if value > best + 1e-9:
                best, winner, improved = value, trial, True
        if improved:
            members = winner
    return sorted(members)


def _neighbours(members: list[int], count: int) -> list[list[int]]:
    others = [j for j in range(count) if j not in members]
    grown = [[*members, j] for j in others] if len(members) < LARGEST else []
    dropped = [[m for m in members if m != gone] for gone in members] if len(members) > 1 else []
    swapped = [[*(m for m in members if m != gone), j] for gone in members for j in others]
    return grown + dropped + swapped
