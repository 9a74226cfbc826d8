"""Candidates that are not worth their place: duplicates, constants, inverted, silent, erroring.

Everything is read off the votes of d judges on n outputs. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    says: str
    evidence: dict[str, int]
    other: int | None = None


def find(
    votes: Floats, truth: Floats, abstains: Ints, errors: Ints, tried: Ints | None = None
) -> list[Suspicion]:
    """Every fault of every judge, judge by judge.

    Args:
        votes: shape (n, d); 1 passes, 0 fails, nan says nothing.
        truth: shape (n, d); what people say of that output on the judge's own question, or nan.
        abstains: shape (d,), outputs on which the judge abstained.
        errors: shape (d,), outputs on which it failed to decide.
        tried: shape (d,), outputs among which these errors are; None where they are those of
            ``votes``.
    """
    found: list[Suspicion] = []
    constant: set[int] = set()
    all_tried = (~np.isnan(votes)).sum(axis=0) + abstains + errors if tried is None else tried
    for j in range(votes.shape[1]):
        decided = ~np.isnan(votes[:, j])
        suspicions = [
            _erroring(j, int(all_tried[j]), int(errors[j])),
            _abstaining(j, int(decided.sum()), int(abstains[j])),
            _constant(j, votes[decided, j]),
            _inverted(j, votes[:, j], truth[:, j]),
        ]
        constant |= {j} if suspicions[2] else set()
        found += [suspicion for suspicion in suspicions if suspicion]
    found += _duplicates(votes, constant)
    return sorted(found, key=lambda suspicion: (suspicion.judge, suspicion.fault))


def _erroring(j: int, tried: int, errors: int) -> Suspicion | None:
    if not errors or errors < _BROKEN * tried:
        return None
    return Suspicion(
        judge=j,
        fault="erroring",
        says=f"gives no verdict but an error on {errors} of {tried} outputs",
        evidence={"errors": errors, "tried": tried},
    )


def _abstaining(j: int, decided: int, abstained: int) -> Suspicion | None:
    if decided + abstained < ENOUGH or abstained < _SILENT * (decided + abstained):
        return None
    return Suspicion(
        judge=j,
        fault="abstaining",
        says=f"abstains on {abstained} of {decided + abstained} outputs",
        evidence={"abstains": abstained, "outputs": decided + abstained},
    )


def _constant(j: int, votes: Floats) -> Suspicion | None:
    fails = int((votes == 0).sum())
    if len(votes) < ENOUGH or fails not in {0, len(votes)}:
        return None
    word = "fails" if fails else "passes"
    return Suspicion(
        judge=j,
        fault="constant",
        says=f"{word} all {len(votes)} outputs that it decided",
        evidence={"passes": len(votes) - fails, "fails": fails},
    )


def _inverted(j: int, votes: Floats, truth: Floats) -> Suspicion | None:
    """Fails good outputs more often than bad ones, beyond chance (Fisher's exact test, one-sided)."""
    from scipy.stats import fisher_exact

    both = ~np.isnan(votes) & ~np.isnan(truth)
    failed, bad = votes[both] == 0, truth[both] == 0
    caught, wrong = int((failed & bad).sum()), int((failed & ~bad).sum())
    n_bad, n_good = int(bad.sum()), int((~bad).sum())
    if not n_bad or not n_good or caught * n_good >= wrong * n_bad:
        return None
    table = np.array([[wrong, n_good - wrong], [caught, n_bad - caught]])
    if float(fisher_exact(table, alternative="greater").pvalue) > _CHANCE:
        return None
    return Suspicion(
        judge=j,
        fault="inverted",
        says=f"fails {wrong} of {n_good} outputs that people passed, but only {caught} of {n_bad} "
        f"that they failed",
        evidence={"fails_of_passed": wrong, "passed": n_good, "fails_of_failed": caught, "failed": n_bad},
    )


def _duplicates(votes: Floats, constant: set[int]) -> list[Suspicion]:
    """Each judge whose fails are those of an earlier one; the earliest of them is kept."""
    found: list[Suspicion] = []
    kept: list[int] = []
    for j in range(votes.shape[1]):
        if j in constant:
            continue
        again = next((suspicion for i in kept if (suspicion := _same(votes[:, j], votes[:, i], j, i))), None)
        if again:
            found.append(again)
        else:
            kept.append(j)
    return found


def _same(votes: Floats, other: Floats, j: int, i: int) -> Suspicion | None:
    both = ~np.isnan(votes) & ~np.isnan(other)
    these, those = votes[both] == 0, other[both] == 0
    shared, either = int((these & those).sum()), int((these | those).sum())
    if both.sum() < ENOUGH or shared < _FEWEST_SHARED or shared < _SAME * either:
        return None
    return Suspicion(
        judge=j,
        other=i,
        fault="duplicate",
        says=f"repeats {{other}}: both fail {shared} of the {either} outputs that either fails, "
        f"{int(both.sum())} compared",
        evidence={"both_fail": shared, "either_fails": either, "compared": int(both.sum())},
    )


def names_in(suspicions: Sequence[Suspicion], names: Sequence[str]) -> list[Suspicion]:
    """The suspicions with the name of the other judge in their sentence."""
    return [
        suspicion
        if suspicion.other is None
        else suspicion.model_copy(update={"says": suspicion.says.replace("{other}", names[suspicion.other])})
        for suspicion in suspicions
    ]
