"""Candidates that are not worth their place: duplicates, constants, inverted, silent, erroring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from labelcore.judges.features import Floats, Ints
from labelcore.models import Frozen

Weakness = Literal["duplicate", "constant", "inverted", "abstaining", "erroring"]

ENOUGH = 20
"""So many decided outputs make a constant or a duplicate more than chance."""
_SAME = 0.95
_FEWEST_SHARED = 3
_SILENT = 0.5
_BROKEN = 0.05
_CHANCE = 0.001  # many judges are looked at


class Suspicion(Frozen):
    """What is wrong with one judge, with the counts that show it.

    ``other``: the earlier judge that it repeats. ``evidence``: counts by name.
    """

    judge: int
    fault: Weakness
    evidence: dict[str, int]
    other: int | None = None


def find(
    votes: Floats, truth: Floats, abstains: Ints, errors: Ints, tried: Ints | None = None
) -> list[Suspicion]:
    """Every fault of every judge, judge by judge.

    Args:
        votes: shape (n, d); 1 passes, 0 fails, nan says nothing.
        truth: shape (n, d); what people say of that output on the judge's question, or nan.
        abstains: shape (d,), outputs on which the judge abstained.
        errors: shape (d,), outputs on which it failed to decide.
        tried: shape (d,), outputs among which these errors are; None where they are those of
            ``votes``.
    """
    suspicions: list[Suspicion] = []
    originals: list[int] = []
    all_tried = (~np.isnan(votes)).sum(axis=0) + abstains + errors if tried is None else tried
    for j in range(votes.shape[1]):
        suspicions += _silence(j, int((~np.isnan(votes[:, j])).sum()), int(abstains[j]))
        suspicions += _brokenness(j, int(all_tried[j]), int(errors[j]))
        suspicions += _inversion(j, votes[:, j], truth[:, j])
        constant = list(_constancy(j, votes[~np.isnan(votes[:, j]), j]))
        again = (
            []
            if constant
            else [copy for i in originals for copy in _likeness(j, votes[:, j], i, votes[:, i])]
        )
        suspicions += constant + again[:1]  # the earliest of several alike is kept
        originals += [] if constant or again else [j]
    return sorted(suspicions, key=lambda suspicion: (suspicion.judge, suspicion.fault))


def _brokenness(j: int, tried: int, errors: int) -> Iterator[Suspicion]:
    if errors and errors >= _BROKEN * tried:
        yield Suspicion(judge=j, fault="erroring", evidence={"errors": errors, "tried": tried})


def _silence(j: int, decided: int, abstains: int) -> Iterator[Suspicion]:
    n = decided + abstains
    if n >= ENOUGH and abstains >= _SILENT * n:
        yield Suspicion(judge=j, fault="abstaining", evidence={"abstains": abstains, "outputs": n})


def _constancy(j: int, votes: Floats) -> Iterator[Suspicion]:
    n, fails = len(votes), int((votes == 0).sum())
    if n >= ENOUGH and fails in {0, n}:
        yield Suspicion(judge=j, fault="constant", evidence={"passes": n - fails, "fails": fails})


def _inversion(j: int, votes: Floats, truth: Floats) -> Iterator[Suspicion]:
    """Fails good outputs more often than bad ones, beyond chance (Fisher's exact test, one-sided)."""
    from scipy.stats import fisher_exact

    both = ~np.isnan(votes) & ~np.isnan(truth)
    failed, bad = votes[both] == 0, truth[both] == 0
    caught, wrong = int((failed & bad).sum()), int((failed & ~bad).sum())
    n_bad, n_good = int(bad.sum()), int((~bad).sum())
    if not n_bad or not n_good or caught * n_good >= wrong * n_bad:
        return
    table = np.array([[wrong, n_good - wrong], [caught, n_bad - caught]])
    if float(fisher_exact(table, alternative="greater").pvalue) <= _CHANCE:
        counts = {"fails_of_passed": wrong, "passed": n_good, "fails_of_failed": caught, "failed": n_bad}
        yield Suspicion(judge=j, fault="inverted", evidence=counts)


def _likeness(j: int, votes: Floats, i: int, earlier: Floats) -> Iterator[Suspicion]:
    both = ~np.isnan(votes) & ~np.isnan(earlier)
    these, those, n = votes[both] == 0, earlier[both] == 0, int(both.sum())
    shared, either = int((these & those).sum()), int((these | those).sum())
    if n >= ENOUGH and shared >= _FEWEST_SHARED and shared >= _SAME * either:
        counts = {"both_fail": shared, "either_fails": either, "compared": n}
        yield Suspicion(judge=j, fault="duplicate", evidence=counts, other=i)
