"""Intervals of all figures of many judges at once, by a Bayesian bootstrap over groups.

Each group of outputs (an output alone is a group) gets an exponential weight (Rubin 1981), and each
of the four cells half an output of Jeffreys' prior with a Gamma(½) weight: where groups are single
outputs, the weighted cells are then exactly draws of Dirichlet(counts + ½). The plain bootstrap has
no spread where a cell is empty: with 30 grades its interval of MCC covers 81 %, this one 95 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from labelcore.stats.counts import (
    Floats,
    ac1_of,
    balanced_accuracy_of,
    kappa_of,
    mcc_of,
    npv_of,
    ppv_of,
    tnr_of,
    tpr_of,
)
from labelcore.stats.rate import Z95, Rate, not_measurable
from labelcore.wording import Wording

REPLICATES = 2_000
FEWEST_GROUPS = 20
"""With fewer groups that repeat, their spread cannot be told: no interval is offered."""
FIGURES: Mapping[str, Callable[[Floats], Floats]] = {
    "tpr": tpr_of,
    "tnr": tnr_of,
    "ppv": ppv_of,
    "npv": npv_of,
    "balanced_accuracy": balanced_accuracy_of,
    "mcc": mcc_of,
    "kappa": kappa_of,
    "ac1": ac1_of,
}
_PRIOR = 0.5
_BLOCK = 250


def replicates(cells: Floats, *, draws: int = REPLICATES, seed: int = 0, prior: float = 1.0) -> Floats:
    """Weighted cells of each judge in each replicate, shape (draws, judges, 4).

    ``cells``: sums of weights, shape (groups, judges, 4). ``prior``: what one grade weighs.
    """
    random = np.random.default_rng(seed)
    groups, judges, _ = cells.shape
    flat = np.ascontiguousarray(cells.reshape(groups, judges * 4), dtype=np.float32)
    sums = np.empty((draws, judges * 4))
    for start in range(0, draws, _BLOCK):
        size = min(_BLOCK, draws - start)
        sums[start : start + size] = random.standard_exponential((size, groups), dtype=np.float32) @ flat
    halves = random.standard_gamma(_PRIOR, size=(draws, 1, 4))  # a judge's draws are the same in any company
    return sums.reshape(draws, judges, 4) + prior * halves


def replicates_of_counts(cells: Floats, *, draws: int = REPLICATES, seed: int = 0) -> Floats:
    """The same for single outputs of equal weight, from the totals alone: ``cells`` (judges, 4).

    A sum of k exponential weights is a Gamma(k) weight, so no output needs to be drawn.
    """
    random = np.random.default_rng(seed)
    return random.standard_gamma(cells + _PRIOR, size=(draws, *cells.shape))


def cells_by_group(
    verdicts: Floats,
    passes: npt.NDArray[np.bool_],
    groups: npt.NDArray[np.int64],
    weights: Floats | None = None,
) -> Floats:
    """Sums of weights in each group, shape (groups, judges, 4).

    ``verdicts`` (n, judges): 1 pass, 0 fail, nan neither; ``groups`` (n,): numbers from 0 up.
    """
    number = int(groups.max()) + 1 if len(groups) else 0
    judges = verdicts.shape[1]
    which = np.select(
        [verdicts == 1, verdicts == 0],
        [np.where(passes, 0, 1)[:, None], np.where(passes, 3, 2)[:, None]],
        default=-1,
    )
    place = (groups[:, None] * judges + np.arange(judges)) * 4 + which
    decided = which >= 0
    weighed = None if weights is None else np.broadcast_to(weights[:, None], which.shape)[decided]
    sums = np.bincount(place[decided], weights=weighed, minlength=number * judges * 4)
    return sums.astype(np.float64).reshape(number, judges, 4)


def intervals(
    cells: Floats, replicated: Floats, figures: Sequence[str] = tuple(FIGURES), *, groups: int | None = None
) -> list[dict[str, Rate]]:
    """Figures with 95 % intervals of each judge, from totals (judges, 4) and replicates (draws, judges, 4).

    ``groups``: how many groups outputs share; Student's t for so few widens the interval.
    """
    wider = for_few(groups)
    rates: list[dict[str, Rate]] = [{} for _ in cells]
    for name in figures:
        values = FIGURES[name](cells)
        drawn = FIGURES[name](replicated)
        low, middle, high = np.quantile(drawn, [0.025, 0.5, 0.975], axis=0)
        least = -1.0 if name in {"mcc", "kappa", "ac1"} else 0.0
        low = np.maximum(least, middle - wider * (middle - low))
        high = np.minimum(1.0, middle + wider * (high - middle))
        for at, value in enumerate(values):
            rates[at][name] = _rate(name, value, low[at], high[at], int(cells[at].sum()))
    return rates


def for_few(groups: int | None) -> float:
    """How much wider an interval must be over so few groups; None: outputs share none."""
    from scipy import stats

    if groups is None:
        return 1.0
    shrunk = max(groups - 1, 1)
    return float(stats.t.ppf(0.975, shrunk)) / Z95 * math.sqrt(groups / shrunk)


def _rate(name: str, value: float, low: float, high: float, n: int) -> Rate:
    if np.isnan(value):
        return not_measurable(_WHY.get(name, Wording("chance alone explains the agreement")), n)
    value, low, high = float(value), min(float(low), float(value)), max(float(high), float(value))
    return Rate(value=value, low=low, high=high, n=n, method="Bayesian bootstrap over groups")


_WHY = {
    "tpr": Wording("there are no decided outputs that people passed"),
    "tnr": Wording("there are no decided outputs that people failed"),
    "ppv": Wording("there are no outputs that the judge passes"),
    "npv": Wording("there are no outputs that the judge fails"),
    "balanced_accuracy": Wording("people gave one grade only"),
    "mcc": Wording("people or the judge gave one answer only"),
}
