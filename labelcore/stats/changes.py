"""What another version of a judge changes: TPR and TNR of both on the same outputs, and whether it is better.

Outputs lie in strata whose sizes are known, and of some of each stratum, drawn at random, it is known how
they turned out: for a trial the strata are people's grade x whether the present version is right, and the
outcome is whether the new one is; for a move to another model they are both verdicts, and the outcome is the
grade. Either way an output ends in a cell (grade x present right, wrong or silent x new likewise).

An abstention is in no rate, as in :mod:`counts`: rates are of what a version decides, so that a version has
the same ones in a trial and everywhere else. That abstaining makes no version better is seen to by
``counted``, in which an abstention is wrong.

Intervals are a Bayesian bootstrap (Rubin 1981) of groups, post-stratified, with half an output of Jeffreys'
prior in each cell: where all is known, the cells are exactly draws of Dirichlet(counts + ½). The rates of a
version of which all is known are no estimates from strata but shares, told as everywhere (:mod:`resampling`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from labelcore.arrays import Bools, Floats, Ints, Vectors
from labelcore.models import NOTHING, Fact, Frozen, fact
from labelcore.stats.rate import Rate, few_sources, not_measurable
from labelcore.stats.resampling import for_few, tpr_and_tnr
from labelcore.wording import Wording

Judgement = Literal["better", "worse", "unclear"]

DRAWS = 4_000
FEWEST_GROUPS = 10
"""With fewer groups that repeat, how much they differ cannot be told: no interval is offered."""
FEWEST_MOVED = 3
"""So many sources must move one way to say better or worse: one or two would do so falsely too often."""
_PRIOR = 0.5
_BLOCK = 500
PASS, PRESENT_RIGHT, NEW_RIGHT, PRESENT_SILENT, NEW_SILENT = 4, 2, 1, 16, 8
"""A cell's number is the sum of those that hold."""
_CELLS = 32
_SILENT = (PRESENT_SILENT, NEW_SILENT)
WRONG, RIGHT, SILENT = 0, 1, 2
"""What a version is on an output; silent where it abstains."""
_BALANCED = 6
_BLIND = 0.1
_UNTRIED_PASSES = Wording(
    "of {n} of the {all} outputs that people passed nothing is known: there is no answer on any output like "
    "them (same grade, and right or wrong now)"
)
_UNTRIED_FAILS = Wording(
    "of {n} of the {all} outputs that people failed nothing is known: there is no answer on any output like "
    "them (same grade, and right or wrong now)"
)
_UNGRADED = Wording(
    "nothing is known of {n} of the {all} outputs: both models say the same of them, and none is graded"
)
_LEAST = (-1.0, -1.0, 0.0, 0.0, 0.0, 0.0, -1.0, -1.0)  # of the figures of `figures_of`


class Rates(Frozen):
    """One version's rates, of what it decides: an abstention is in neither."""

    tpr: Rate
    tnr: Rate


class Change(Frozen):
    """What the new version changes, in [-1, 1], on outputs whose outcome is known.

    ``balanced``: the mean of both changes; ``counted``: the same where an abstention is wrong, None where
    nobody abstained. ``passes`` and ``fails``: how many outputs of each grade; ``abstained``: on how many
    the present and the new version abstain. ``moved``: on outputs of how many sources the new one does better
    (right where the other is wrong or silent, silent where it is wrong), and worse.
    """

    tpr: Rate
    tnr: Rate
    balanced: Rate
    present: Rates
    new: Rates
    passes: int
    fails: int
    counted: Rate | None = None
    abstained: tuple[int, int] = (0, 0)
    moved: tuple[int, int] | None = None

    @property
    def verdict(self) -> Judgement:
        """Better (worse) where the interval of the mean change leaves 0 and neither rate surely goes the
        other way. Where somebody abstained the mean is taken both ways, and must not fall in the other one.
        It takes three sources that moved that way.
        """
        if self._surely(turned=False) and not self._against(turned=False):
            return "better"
        if self._surely(turned=True) and not self._against(turned=True):
            return "worse"
        return "unclear"

    def _surely(self, *, turned: bool) -> bool:
        means = (self.balanced, self.mean)
        sign = -1 if turned else 1
        if self.moved and self.moved[turned] < FEWEST_MOVED:
            return False
        surely = any(_above(mean, turned=turned) for mean in means)
        return surely and all(mean.value is None or sign * mean.value >= 0 for mean in means)

    @property
    def mean(self) -> Rate:
        """The mean change, an abstention taken for wrong."""
        return self.counted or self.balanced

    @property
    def gain(self) -> float:
        """The same as a number; 0 where nobody can tell."""
        return self.mean.value or 0.0

    @property
    def abstains(self) -> Fact:
        """On how many outputs the versions abstain, where one does."""
        present, new = self.abstained
        numbers = {"present": present, "n": new, "outputs": self.passes + self.fails}
        return fact("change_abstains", **numbers) if present or new else NOTHING

    @property
    def trades(self) -> bool:
        """Whether one rate surely goes one way, and the other or the mean the other way: then more grades
        settle nothing.
        """
        up, down = (self._against(turned=turned) for turned in (True, False))
        mean = self.balanced.value or 0.0
        return (up and (down or mean < 0)) or (down and mean > 0)

    def _against(self, *, turned: bool) -> bool:
        return _above(self.tpr, turned=not turned) or _above(self.tnr, turned=not turned)


def _above(rate: Rate, *, turned: bool = False) -> bool:
    """Whether the interval lies above 0; ``turned``: below."""
    bound = rate.high if turned else rate.low
    return bound is not None and (bound < 0 if turned else bound > 0)


@dataclass(frozen=True)
class PairedOutputs:
    """Outputs in their strata. ``stratum`` (n,): a row of ``cells``; ``outcome`` (n,): a column, else nan.

    ``cells`` (strata, outcomes): in which cell an output of a stratum is with the outcome 0, 1 and so on.
    ``groups`` (n,): numbers from 0 up where outputs share a source; ``weights`` (n,): one over the chance of
    each to be here.
    """

    stratum: Ints
    outcome: Floats
    cells: Ints
    groups: Ints | None = None
    weights: Floats | None = None


def of_trial(
    passes: Bools,
    present: Bools | Ints,
    new: Floats,
    groups: Ints | None = None,
    weights: Floats | None = None,
) -> PairedOutputs:
    """Graded outputs: whether each version is RIGHT, WRONG or SILENT, ``new`` nan where it was not asked."""
    states = _occurring(present)
    row = {(grade, state): at for at, (state, grade) in enumerate((s, g) for s in states for g in (0, 1))}
    cells = [
        [PASS * grade + _present(state) + _new(outcome) for outcome in _occurring(new)]
        for state in states
        for grade in (0, 1)
    ]
    keys = zip(passes.astype(int).tolist(), np.asarray(present, dtype=int).tolist(), strict=True)
    stratum = np.array([row[key] for key in keys], dtype=np.int64)
    outcome = np.asarray(new, dtype=np.float64)
    return PairedOutputs(stratum, outcome, np.array(cells, dtype=np.int64), groups, weights)


def _occurring(states: Bools | Ints | Floats) -> tuple[int, ...]:
    """Wrong and right always, silent where a version is: a cell that is never used would widen intervals."""
    return (WRONG, RIGHT, SILENT) if (np.asarray(states, dtype=float) == SILENT).any() else (WRONG, RIGHT)


def _present(state: int) -> int:
    return (0, PRESENT_RIGHT, PRESENT_SILENT)[state]


def _new(state: int) -> int:
    return (0, NEW_RIGHT, NEW_SILENT)[state]


def of_move(present: Floats, new: Floats, passes: Floats, groups: Ints | None = None) -> PairedOutputs:
    """Outputs with both verdicts (1 pass, 0 fail, nan abstained); ``passes``: 1, 0, nan not graded."""
    first, second = (np.where(np.isnan(votes), SILENT, votes).astype(np.int64) for votes in (present, new))
    decided = {(int(a), int(b)) for a, b in zip(first, second, strict=True)}
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1), *sorted(pair for pair in decided if SILENT in pair)]

    def state(vote: int, grade: int) -> int:
        return SILENT if vote == SILENT else int(vote == grade)

    cells = [
        [PASS * grade + _present(state(a, grade)) + _new(state(b, grade)) for grade in (0, 1)]
        for a, b in pairs
    ]
    row = {pair: at for at, pair in enumerate(pairs)}
    stratum = np.array([row[int(a), int(b)] for a, b in zip(first, second, strict=True)], dtype=np.int64)
    return PairedOutputs(stratum, passes, np.array(cells, dtype=np.int64), groups)


def change(compared: PairedOutputs, *, draws: int = DRAWS, seed: int = 0) -> Change:
    """Both changes and both versions' rates, with 95 % intervals."""
    decided = ~np.isnan(compared.outcome)
    cell = compared.cells[compared.stratum[decided], compared.outcome[decided].astype(int)]
    groups = None if compared.groups is None else len(np.unique(compared.groups[decided]))
    replicates = drawn_cells(compared, draws=draws, seed=seed)
    cells = estimated_cells(compared)
    figures = zip(figures_of(cells), np.moveaxis(figures_of(replicates), -1, 0), _LEAST, strict=True)
    rated = [_rate(float(value), draw, groups, least) for value, draw, least in figures]
    sizes = _sizes(cell)
    rates = [
        _missing(at, n) if not n or rate.value is None else rate.model_copy(update={"n": n})
        for at, (rate, n) in enumerate(zip(rated, sizes, strict=True))
    ]
    for at, why in _blind(compared):
        if rates[at].value is not None:
            rates[at] = not_measurable(why, rates[at].n)
    silent = [int(((cell & bit) > 0).sum()) for bit in _SILENT]
    passes = int(((cell & PASS) > 0).sum())
    return Change(
        tpr=rates[0],
        tnr=rates[1],
        balanced=rates[6],
        present=_counted(compared, PRESENT_RIGHT, PRESENT_SILENT) or Rates(tpr=rates[2], tnr=rates[3]),
        new=_counted(compared, NEW_RIGHT, NEW_SILENT) or Rates(tpr=rates[4], tnr=rates[5]),
        passes=passes,
        fails=len(cell) - passes,
        counted=rates[7] if any(silent) else None,
        abstained=(silent[0], silent[1]),
        moved=_moved(cell, None if compared.groups is None else compared.groups[decided]),
    )


def _blind(compared: PairedOutputs) -> Iterator[tuple[int, Wording]]:
    """The figures that would rest on the prior alone, and why: of strata with more than a tenth of a grade's
    outputs nothing is known. In a move's strata outputs may be of either grade, and count half for each.
    """
    known = np.bincount(compared.stratum[~np.isnan(compared.outcome)], minlength=len(compared.cells))
    size = np.bincount(compared.stratum, minlength=len(compared.cells))
    passes = (compared.cells & PASS) > 0
    for grade, why in enumerate((_UNTRIED_FAILS, _UNTRIED_PASSES)):
        of_grade = (passes == grade).all(axis=1)
        whole, blind = int(size[of_grade].sum()), int(size[of_grade & (known == 0)].sum())
        if blind > _BLIND * whole:
            words = Wording(why, n=blind, all=whole)
            yield from ((at, words) for at in (1 - grade, 5 - grade, _BALANCED, _BALANCED + 1))
    yield from _ungraded(compared, size, known)


def _ungraded(compared: PairedOutputs, size: Ints, known: Ints) -> Iterator[tuple[int, Wording]]:
    """Of a move, where nobody graded outputs on which both models say the same."""
    passes, now, new = ((compared.cells & bit) > 0 for bit in (PASS, PRESENT_RIGHT, NEW_RIGHT))
    alike = (passes != passes[:, :1]).any(axis=1) & now.any(axis=1) & (now == new).all(axis=1)
    blind, cells = int(size[alike & (known == 0)].sum()), estimated_cells(compared)
    for grade in (0, 1):
        if blind / 2 > _BLIND * cells[((np.arange(_CELLS) & PASS) > 0) == grade].sum():
            words = Wording(_UNGRADED, n=blind, all=len(compared.stratum))
            yield from ((at, words) for at in (1 - grade, 3 - grade, 5 - grade, _BALANCED, _BALANCED + 1))


def _moved(cell: Ints, groups: Ints | None) -> tuple[int, int]:
    present, new = (
        2 * ((cell & right) > 0) + ((cell & silent) > 0)
        for right, silent in ((PRESENT_RIGHT, PRESENT_SILENT), (NEW_RIGHT, NEW_SILENT))
    )
    sources = np.arange(len(cell)) if groups is None else groups
    return len(np.unique(sources[new > present])), len(np.unique(sources[new < present]))


def _sizes(cell: Ints) -> tuple[int, ...]:
    """How many outputs each figure rests on: what a version decides; of a change, what the one that decides
    less does.
    """
    kinds = [(cell & PASS) > 0, (cell & PASS) == 0]
    decided = [[int((grade & ((cell & bit) == 0)).sum()) for grade in kinds] for bit in _SILENT]
    both = [min(of_grade) for of_grade in zip(*decided, strict=True)]
    both_kinds = all(grade.any() for grade in kinds)  # else a mean would rest on one grade
    return (*both, *decided[0], *decided[1], both_kinds * sum(both), both_kinds * len(cell))


def _counted(compared: PairedOutputs, right: int, silent: int) -> Rates | None:
    """A version's rates where it is known of each output what it is there; else None."""
    cells = compared.cells[compared.stratum]
    decided = ~np.isnan(compared.outcome)
    column = compared.outcome[decided, None].astype(int)
    cells[decided] = np.take_along_axis(cells[decided], column, axis=1)
    bits = cells & (PASS | right | silent)
    if compared.weights is not None or (bits != bits[:, :1]).any():
        return None
    passes, is_right = (bits[:, 0] & PASS) > 0, (bits[:, 0] & right) > 0
    verdicts = np.where((bits[:, 0] & silent) > 0, np.nan, passes == is_right)[:, None]
    tpr, tnr = tpr_and_tnr(verdicts, passes, compared.groups)[0]
    return Rates(tpr=tpr, tnr=tnr)


def _missing(at: int, n: int) -> Rate:
    if at >= _BALANCED:
        return not_measurable("only outputs of one grade were decided", n)
    if at % 2 == 0:
        return not_measurable("there are no decided outputs that people passed", n)
    return not_measurable("there are no decided outputs that people failed", n)


def _rate(value: float, replicates: Floats, groups: int | None, least: float) -> Rate:
    if np.isnan(value):
        return not_measurable("")
    if groups is not None and groups < FEWEST_GROUPS:
        why = few_sources(groups, FEWEST_GROUPS)
        return Rate(value=value, low=None, high=None, n=0, method="paired", why_not=why)
    low, middle, high = (float(end) for end in np.quantile(replicates, [0.025, 0.5, 0.975]))
    wider = for_few(groups)
    low, high = max(least, middle - wider * (middle - low)), min(1.0, middle + wider * (high - middle))
    return Rate(value=value, low=min(value, low), high=max(value, high), n=0, method="paired, Jeffreys")


def figures_of(cells: Floats) -> Floats:
    """Of cells (..., 32): the changes of TPR and TNR, both rates of the present and of the new version, the
    mean change, and that where an abstention is wrong (..., 8); nan where nothing is decided.
    """
    numbers = np.arange(_CELLS)
    rates, shares = [], []
    for right, silent in ((PRESENT_RIGHT, PRESENT_SILENT), (NEW_RIGHT, NEW_SILENT)):
        for of_grade in ((numbers & PASS) > 0, (numbers & PASS) == 0):
            is_right = cells[..., of_grade & ((numbers & right) > 0)].sum(axis=-1)
            decided = cells[..., of_grade & ((numbers & silent) == 0)].sum(axis=-1)
            whole = cells[..., of_grade].sum(axis=-1)
            rates.append(is_right / np.where(decided > 0, decided, np.nan))
            shares.append(is_right / np.where(whole > 0, whole, np.nan))
    changes = (rates[2] - rates[0], rates[3] - rates[1])
    mean = (shares[2] - shares[0] + shares[3] - shares[1]) / 2
    return np.stack([*changes, *rates, (changes[0] + changes[1]) / 2, mean], axis=-1)


def estimated_cells(compared: PairedOutputs) -> Floats:
    """The cells (32,): a stratum of which nothing is known counts half for each of the first two outcomes."""
    weights = np.ones(len(compared.stratum)) if compared.weights is None else compared.weights
    size, outcome = _sums(compared, weights)
    whole = outcome.sum(axis=1, keepdims=True)
    half = np.where(np.arange(outcome.shape[1]) < SILENT, 0.5, 0.0)
    share = np.where(whole > 0, outcome / np.where(whole > 0, whole, 1.0), half)
    mass = (size[:, None] * share).ravel()
    return np.bincount(compared.cells.ravel(), weights=mass, minlength=_CELLS).astype(np.float64)


def _sums(compared: PairedOutputs, weights: Floats) -> tuple[Floats, Floats]:
    """Sums of weights in each stratum (strata,), and of the known outcomes (strata, outcomes)."""
    (strata, outcomes), decided = compared.cells.shape, ~np.isnan(compared.outcome)
    size = np.bincount(compared.stratum, weights=weights, minlength=strata)
    place = compared.stratum[decided] * outcomes + compared.outcome[decided].astype(np.int64)
    outcome = np.bincount(place, weights=weights[decided], minlength=outcomes * strata)
    return size.astype(np.float64), outcome.reshape(strata, outcomes).astype(np.float64)


def drawn_cells(compared: PairedOutputs, *, draws: int = DRAWS, seed: int = 0) -> Floats:
    """The cells in each draw (draws, 32)."""
    random = np.random.default_rng(seed)
    strata, outcomes = compared.cells.shape
    units, weight = _units(compared)
    halves = random.standard_gamma(_PRIOR, size=(draws, strata, outcomes)) * weight[:, None]
    size, outcome = np.empty((draws, strata)), np.empty((draws, strata, outcomes))
    for start in range(0, draws, _BLOCK):
        part = slice(start, min(start + _BLOCK, draws))
        sums = random.standard_exponential((part.stop - start, len(units)), dtype=np.float32) @ units
        size[part], outcome[part] = sums[:, :strata], sums[:, strata:].reshape(-1, strata, outcomes)
    size, outcome = size + halves.sum(axis=2), outcome + halves
    mass = outcome * (size / outcome.sum(axis=2))[..., None]
    cells = np.zeros((draws, _CELLS))
    for row, column in np.ndindex(strata, outcomes):
        cells[:, compared.cells[row, column]] += mass[:, row, column]
    return cells


def _units(compared: PairedOutputs) -> tuple[Vectors, Floats]:
    """What each group adds to the sums of :func:`_sums` (groups, strata and their outcomes), and the weight
    of one output in each stratum.
    """
    n, (strata, outcomes) = len(compared.stratum), compared.cells.shape
    groups = np.arange(n) if compared.groups is None else compared.groups
    weights = np.ones(n) if compared.weights is None else compared.weights
    units = np.zeros((int(groups.max()) + 1 if n else 0, strata * (1 + outcomes)), dtype=np.float32)
    np.add.at(units, (groups, compared.stratum), weights)
    decided = ~np.isnan(compared.outcome)
    place = strata + outcomes * compared.stratum[decided] + compared.outcome[decided].astype(np.int64)
    np.add.at(units, (groups[decided], place), weights[decided])
    size = np.bincount(compared.stratum, weights=weights, minlength=strata)
    typical = np.bincount(compared.stratum, weights=weights**2, minlength=strata)
    usual = float((weights**2).sum() / weights.sum()) if n else 1.0
    return units, np.where(size > 0, typical / np.where(size > 0, size, 1.0), usual)
