"""Agreement between people beyond chance: Krippendorff's alpha first, beside it Fleiss', Gwet's and Cohen's.

``counts``, shape (outputs, values), says how many people gave each output each value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from labelcore.arrays import Floats, Ints
from labelcore.models import Frozen
from labelcore.stats.rate import Rate, not_measurable
from labelcore.wording import Wording

Weights = Literal["none", "linear", "quadratic"]
_REPLICATES = 2_000
_FEWEST = 5
"""Outputs before and after, below which a change is not told."""
_SAME = Wording("everybody gave the same grade everywhere, so agreement beyond chance is undefined")
_CELLS = 2_000_000
"""Replicates times outputs that are drawn at once, to bound the memory."""


class Agreement(Frozen):
    """Alpha with its 95 % interval over outputs, and on how much it rests.

    ``fleiss``: only where every shared output has the same number of grades. ``ac``: Gwet's AC1, on
    levels AC2 with quadratic weights; it stays high where one grade is rare, so it decides nothing.
    """

    alpha: float | None
    low: float | None
    high: float | None
    n_annotators: int
    n_outputs: int
    why_not: Wording | None = None
    fleiss: float | None = None
    ac: float | None = None


Votes = Mapping[str, Mapping[str, int]]
"""Person -> output -> value (True and False for pass and fail, or a level)."""


def agreement(by_annotator: Votes, *, ordinal: bool = False, seed: int = 0) -> Agreement:
    """Alpha over all outputs that at least two people graded; interval by bootstrap of outputs."""
    counts = _counts(by_annotator)
    shared = len(counts)
    # With one output, observed and expected disagreement are the same: alpha would always be 0.
    alpha = krippendorff_alpha(counts, ordinal=ordinal) if shared > 1 else None
    result = Agreement(alpha=alpha, low=None, high=None, n_annotators=len(by_annotator), n_outputs=shared)
    if alpha is None:
        return result.model_copy(update={"why_not": _why_not(len(by_annotator), shared)})
    low, high = _interval(counts, ordinal=ordinal, seed=seed)
    ac = gwet_ac(counts, "quadratic" if ordinal else "none")
    return result.model_copy(update={"low": low, "high": high, "fleiss": fleiss_kappa(counts), "ac": ac})


def _counts(by_annotator: Votes) -> Ints:
    """How many people gave each value to each output that two people graded."""
    votes_of: dict[str, list[int]] = {}
    for grades in by_annotator.values():
        for output_id, value in grades.items():
            votes_of.setdefault(output_id, []).append(int(value))
    shared = [votes for _, votes in sorted(votes_of.items()) if len(votes) > 1]
    values = sorted({vote for votes in shared for vote in votes})
    table = [[votes.count(value) for value in values] for votes in shared]
    return np.array(table, dtype=np.int64).reshape(len(shared), len(values))


def _why_not(n_annotators: int, n_outputs: int) -> Wording:
    if n_annotators < 2:
        return Wording("agreement needs a second annotator")
    if n_outputs == 0:
        return Wording("no output was graded by two people")
    if n_outputs == 1:
        return Wording("only one output was graded by two people; agreement beyond chance needs more")
    return _SAME


def _interval(counts: Ints, *, ordinal: bool, seed: int) -> tuple[float | None, float | None]:
    alphas = _replicates(counts, ordinal=ordinal, seed=seed)
    if len(alphas) < _REPLICATES // 2:
        return None, None
    low, high = np.quantile(alphas, [0.025, 0.975])
    return float(low), float(high)


def _replicates(counts: Ints, *, ordinal: bool, seed: int) -> list[float]:
    """Alpha where the outputs are drawn anew, undefined ones left out."""
    # Drawing outputs is drawing how often each of the few kinds of rows occurs: the same chances,
    # at a cost that does not grow with the outputs.
    kinds, often = np.unique(counts, axis=0, return_counts=True)
    random, per_round = np.random.default_rng(seed), max(1, _CELLS // len(kinds))
    values: list[float] = []
    for start in range(0, _REPLICATES, per_round):
        rounds = min(per_round, _REPLICATES - start)
        times = random.multinomial(len(counts), often / len(counts), size=rounds)
        values += alphas(kinds, times, ordinal=ordinal)
    return values


def change(before: Votes, after: Votes) -> Rate:
    """How much alpha rose from one set of outputs to another, with its interval over outputs of both."""
    counts = [_counts(votes) for votes in (before, after)]
    n = min(len(part) for part in counts)
    if n < _FEWEST:
        return not_measurable(
            Wording(
                "a change takes at least {fewest} outputs that two people graded, before and after",
                fewest=_FEWEST,
            ),
            n,
        )
    alpha = [krippendorff_alpha(part) for part in counts]
    replicates = [_replicates(part, ordinal=False, seed=seed) for seed, part in enumerate(counts)]
    if alpha[0] is None or alpha[1] is None or min(map(len, replicates)) < _REPLICATES // 2:
        return not_measurable(_SAME, n)
    size = min(map(len, replicates))
    low, high = np.quantile(np.subtract(replicates[1][:size], replicates[0][:size]), [0.025, 0.975])
    value = alpha[1] - alpha[0]
    return Rate(value=value, low=float(low), high=float(high), n=n, method="bootstrap of outputs")


def krippendorff_alpha(counts: Ints, *, ordinal: bool = False) -> float | None:
    """1 - D_o / D_e (Krippendorff, Content Analysis, 2004): disagreement within outputs, and by chance.

    With ``ordinal`` a disagreement weighs the more, the more grades lie between its two levels. Outputs
    with fewer than two grades are left out. None where nothing differs or no output has two.
    """
    counts = counts[counts.sum(axis=1) >= 2]
    alpha = alphas(counts, np.ones((1, len(counts)), dtype=np.int64), ordinal=ordinal)
    return alpha[0] if alpha else None


def alphas(counts: Ints, times: Ints, *, ordinal: bool = False) -> list[float]:
    """`krippendorff_alpha` of each replicate, undefined ones left out. ``times`` (replicates, outputs) says
    how often an output is drawn; each has two grades or more.
    """
    together = np.einsum("uc,uk->uck", counts, counts) / (counts.sum(axis=1) - 1)[:, None, None]
    within = np.tensordot(times, together, axes=1)
    of_value = times @ counts
    if ordinal:  # squared: the number of grades from one level to the other, each end counted half
        below = np.cumsum(of_value, axis=1) - of_value / 2
        distance = (below[:, :, None] - below[:, None, :]) ** 2
    else:
        distance = np.broadcast_to(1.0 - np.eye(counts.shape[1]), within.shape)
    observed = (within * distance).sum(axis=(1, 2))
    expected = np.einsum("rc,rck,rk->r", of_value, distance, of_value)
    measurable = expected > 0
    total = of_value.sum(axis=1)
    values = 1 - observed[measurable] * (total[measurable] - 1) / expected[measurable]
    return [float(alpha) for alpha in values]


def fleiss_kappa(counts: Ints) -> float | None:
    """(P̄ - P̄_e) / (1 - P̄_e) (Fleiss 1971).

    None unless all outputs have the same number of grades, two or more, and some differ.
    """
    grades = counts.sum(axis=1)
    if not len(grades) or grades[0] < 2 or (grades != grades[0]).any():
        return None
    same = ((counts**2).sum(axis=1) - grades) / (grades * (grades - 1))
    shares = counts.sum(axis=0) / counts.sum()
    by_chance = float((shares**2).sum())
    return None if by_chance == 1 else (float(same.mean()) - by_chance) / (1 - by_chance)


def gwet_ac(counts: Ints, weights: Weights = "none") -> float | None:
    """AC1 (weights "none") or AC2; missing grades allowed. On lopsided data it looks good for a judge that
    misses nearly every fail.

    (p_a - p_e) / (1 - p_e) with p_e = T_w / (q(q-1)) · Σ π_k(1-π_k), where q is the number of
    values that can be given, π_k the mean share of value k over outputs, T_w the sum of the
    weights (Gwet, Br. J. Math. Stat. Psychol. 2008; Handbook of Inter-Rater Reliability, 2014).
    None when fewer than two values can be given or no output has two grades.
    """
    rows = counts[counts.sum(axis=1) > 0]
    each = rows.sum(axis=1)
    values = counts.shape[1]
    if values < 2 or not (each >= 2).any():
        return None
    apart = distances(values, weights)
    credit = 1 - apart / apart.max()
    pairs = rows[each >= 2]
    many = pairs.sum(axis=1)
    same = (pairs * (pairs @ credit - 1)).sum(axis=1) / (many * (many - 1))
    shares = (rows / each[:, None]).mean(axis=0)
    by_chance = credit.sum() / (values * (values - 1)) * float((shares * (1 - shares)).sum())
    return float((same.mean() - by_chance) / (1 - by_chance))


def distances(size: int, weights: Weights) -> Floats:
    """How much a disagreement between two of ``size`` ordered levels weighs, shape (size, size)."""
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(np.float64)
    return {"none": (apart > 0).astype(np.float64), "linear": apart, "quadratic": apart**2}[weights]


def weighted_kappa(table: npt.ArrayLike, weights: Weights = "quadratic") -> float | None:
    """1 - Σ w·O / Σ w·E of a square table of two graders on ordered levels (Cohen 1968).

    ``table``: how often the first gave the row's level and the second the column's. None where undefined.
    """
    observed = np.asarray(table, dtype=np.float64)
    n = observed.sum()
    if n == 0:
        return None
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / n
    apart = distances(len(observed), weights)
    by_chance = float((apart * expected).sum())
    return None if by_chance == 0 else 1 - float((apart * observed).sum()) / by_chance


def table_of(first: Sequence[int], second: Sequence[int], levels: Sequence[int]) -> Floats:
    """How often two graders gave which pair of ``levels``, shape (levels, levels)."""
    table = np.zeros((len(levels), len(levels)))
    for row, column in zip(first, second, strict=True):
        table[levels.index(row), levels.index(column)] += 1
    return table
