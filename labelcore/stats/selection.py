"""The choice of a judge set: which judges together fail what people fail, and little else.

A set fails an output when any of its judges does; an abstention fails nothing. The objective is
EvalGen's alignment with both rates shrunk towards the share of outputs that the set fails, less a
small price for each judge, so that a set is not chosen for what it does on two outputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from labelcore.models import Frozen
from labelcore.stats.counts import Floats, count, coverage, evalgen_alignment, false_failure_rate

Bools = npt.NDArray[np.bool_]
SHRINK = 4.0
PRICE = 0.01
LARGEST = 6
_TINY = 1e-12


class SetFigures(Frozen):
    """Coverage, false failure rate and EvalGen alignment of a set; None is not measurable."""

    coverage: float | None
    false_failure_rate: float | None
    alignment: float | None
    n: int


def figures(fails: Bools, human_fails: Bools) -> SetFigures:
    """The plain figures of a set's votes, shape (n,), against people's grades."""
    counts = count((~fails).astype(np.float64), ~human_fails)
    cov, ffr = coverage(counts).value, false_failure_rate(counts).value
    return SetFigures(coverage=cov, false_failure_rate=ffr, alignment=evalgen_alignment(cov, ffr), n=counts.n)


def worth(votes: Sequence[Bools], human_fails: Bools, members: Sequence[int], max_ffr: float) -> float:
    """A set's objective, averaged over several cross-fitted vote matrices of shape (n, j).

    A false failure rate above the limit costs ten times its excess: such a set is chosen only
    where no other exists.
    """
    if not members:
        return -1.0
    failed = [np.asarray(matrix[:, list(members)].any(axis=1, keepdims=True)) for matrix in votes]
    return float(_worths(failed, human_fails, len(members), max_ffr)[0])


def _worths(sets: Sequence[Bools], human_fails: Bools, size: int, max_ffr: float) -> Floats:
    """The same for several sets of one size: what they fail, a matrix (n, sets) for each repeat."""
    total = np.zeros(sets[0].shape[1])
    n_fail = int(human_fails.sum())
    n_pass = len(human_fails) - n_fail
    for fails in sets:
        caught, wrong = fails[human_fails].sum(axis=0), fails[~human_fails].sum(axis=0)
        base = SHRINK * ((caught + wrong) / (n_fail + n_pass))
        passed = 1 - (wrong + base) / (n_pass + SHRINK)
        cov = (caught + base) / (n_fail + SHRINK)
        total += 2 * cov * passed / np.maximum(cov + passed, _TINY)
        total -= 10 * np.maximum(0.0, wrong / max(1, n_pass) - max_ffr)
    return np.asarray(total / len(sets) - PRICE * size)


def select(votes: Sequence[Bools], human_fails: Bools, max_ffr: float) -> list[int]:
    """The members of the best set found: greedy growth with exchanges, up to six judges.

    ``votes`` are cross-fitted matrices (n, j), True where a judge fails an output. Deterministic.
    """
    members: list[int] = []
    best = worth(votes, human_fails, members, max_ffr)
    improved = True
    while improved:
        improved = False
        for trials, values in _neighbours(votes, human_fails, members, max_ffr):
            at = int(np.argmax(values)) if len(values) else -1
            if at >= 0 and values[at] > best + 1e-9:
                best, winner, improved = float(values[at]), trials[at], True
        if improved:
            members = winner
    return sorted(members)


def _neighbours(
    votes: Sequence[Bools], human_fails: Bools, members: list[int], max_ffr: float
) -> Iterator[tuple[list[list[int]], Floats]]:
    """Sets that differ by one judge, with their worths: grown, smaller, and with one exchanged."""
    others = [j for j in range(votes[0].shape[1]) if j not in members]

    def joined(rest: list[int]) -> tuple[list[list[int]], Floats]:
        sets = [matrix[:, rest].any(axis=1, keepdims=True) | matrix[:, others] for matrix in votes]
        worths = _worths(sets, human_fails, len(rest) + 1, max_ffr)
        return [[*rest, j] for j in others], worths

    if len(members) < LARGEST:
        yield joined(members)
    for gone in members:
        rest = [member for member in members if member != gone]
        if rest:
            yield [rest], np.array([worth(votes, human_fails, rest, max_ffr)])
        yield joined(rest)
