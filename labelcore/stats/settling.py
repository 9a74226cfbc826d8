"""The fewest grades that would settle which of two versions decides, where both have decided a whole pool.

Only outputs on which the two differ tell them apart; those on which they agree say how many good and bad
outputs there are. So of each five picks four are from where they differ, while there are such; within a
stratum (both verdicts) the order is by chance, which leaves the post-stratified figures of `changes`
unbiased.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np

from labelcore.arrays import Bools, Floats, Ints
from labelcore.models import Frozen
from labelcore.stats.anytime import PRACTICAL
from labelcore.stats.changes import NEW_RIGHT, PRESENT_RIGHT, Change, PairedOutputs, change
from labelcore.stats.rate import Rate

TOLERATED = 0.05
"""A loss of so much is no reason to stay, where nothing shows that it is more."""
Advice = Literal["switch", "stay", "grade first"]
_AGREEING = 5  # each fifth pick
_DRAWS = 1_000
_EXPECTED = {True: 0.8, False: 0.2}
"""People's share of passes where both pass, or neither does, until grades say more; ½ where they differ."""


def advice_on(effect: Change) -> Advice:
    """Stay where it surely loses: in the mean of both rates, or in one of them more than is tolerated. Switch
    where the mean surely loses no more than that.
    """
    highs = [rate.high for rate in (effect.tpr, effect.tnr)]
    lows = [mean.low for mean in (effect.balanced, effect.counted or effect.balanced)]
    if effect.verdict == "worse" or any(high is not None and high < -TOLERATED for high in highs):
        return "stay"
    return "switch" if all(low is not None and low > -TOLERATED for low in lows) else "grade first"


def grading_order(compared: PairedOutputs, seed: int = 0) -> Ints:
    """The outputs without a grade, by their place, in the order in which they tell most."""
    open_ = np.flatnonzero(np.isnan(compared.outcome))
    random = np.random.default_rng(seed)
    random.shuffle(open_)
    differ = differs(compared)[compared.stratum[open_]]
    flips, agreeing = list(open_[differ]), list(open_[~differ])
    order = list[int]()
    while flips or agreeing:
        second = agreeing and (not flips or len(order) % _AGREEING == _AGREEING - 1)
        order.append((agreeing if second else flips).pop())
    return np.array(order, dtype=np.int64)


def chances(compared: PairedOutputs, places: Ints) -> Floats:
    """Of each output (n,) the chance to be among the chosen, which begin a `grading_order`: those on which
    the versions differ have one, those on which they agree another.
    """
    differ, open_ = differs(compared)[compared.stratum], np.isnan(compared.outcome)
    chance = np.zeros(len(compared.stratum))
    for part in (differ & open_, ~differ & open_):
        chance[part] = part[places].sum() / max(1, part.sum())
    return chance


def differs(compared: PairedOutputs) -> Bools:
    """Whether the two verdicts of each stratum differ: exactly one is right, whatever the grade."""
    right = [((compared.cells & bit) > 0) for bit in (PRESENT_RIGHT, NEW_RIGHT)]
    return np.asarray((right[0] != right[1]).any(axis=1))


def fewest_to_settle(compared: PairedOutputs, order: Ints) -> int | None:
    """How many of the order, graded as is to be expected, settle it; None where not even all of them do."""
    expected = _expected(compared, order)

    def settled(number: int) -> bool:
        outcome = compared.outcome.copy()
        outcome[order[:number]] = expected[:number]
        return advice_on(change(replace(compared, outcome=outcome), draws=_DRAWS)) != "grade first"

    if settled(0):
        return 0
    few, many = 0, len(order)
    if not settled(many):
        return None
    while many - few > 1:  # `few` does not settle it, `many` does
        middle = (few + many) // 2
        few, many = (few, middle) if settled(middle) else (middle, many)
    return many


def _expected(compared: PairedOutputs, order: Ints) -> Floats:
    """Grades as they come at the rates of each stratum so far, evenly spread over its picks."""
    differ = differs(compared)
    grades = np.empty(len(order))
    for stratum in np.unique(compared.stratum[order]):
        outcomes = compared.outcome[(compared.stratum == stratum) & ~np.isnan(compared.outcome)]
        both_pass = bool(compared.cells[stratum, 1] & NEW_RIGHT)
        usual = 0.5 if differ[stratum] else _EXPECTED[both_pass]
        share = (outcomes.sum() + usual) / (len(outcomes) + 1)
        places = np.flatnonzero(compared.stratum[order] == stratum)
        whole = np.floor(share * np.arange(1, len(places) + 1) + 0.5)
        grades[places] = np.diff(np.concatenate([[0.0], whole]))
    return grades


class SettlingCount(Frozen):
    """How many more outputs of each grade would settle a comparison, at the rates seen so far."""

    passes: int = 0
    fails: int = 0

    @property
    def n(self) -> int:
        """Together."""
        return self.passes + self.fails


def more_to_settle(effect: Change) -> SettlingCount | None:
    """The fewest outputs that would take the interval of the mean change off 0: of one grade where that does.

    Nothing where it is settled; None where no practical number would, or nobody can tell.
    """
    if effect.verdict != "unclear":
        return SettlingCount()
    value, halves = effect.balanced.value, [_half(effect.tpr), _half(effect.tnr)]
    if not value or effect.trades or None in halves:
        return None
    target = 4 * value**2  # the square of twice the mean change, as the halves' squares add up
    squares, sizes = [half**2 for half in halves if half is not None], [effect.passes, effect.fails]
    alone = []
    for at in (0, 1):
        room = target - squares[1 - at]
        if room > 0:
            alone.append((max(1, math.ceil(sizes[at] * (squares[at] / room - 1)) + 1), at))
    if alone:
        number, at = min(alone)
        more = SettlingCount(passes=number) if at == 0 else SettlingCount(fails=number)
    else:
        times = sum(squares) / target - 1
        more = SettlingCount(passes=math.ceil(times * sizes[0]), fails=math.ceil(times * sizes[1]))
    return more if more.n <= PRACTICAL else None


def _half(rate: Rate) -> float | None:
    return None if rate.low is None or rate.high is None else (rate.high - rate.low) / 2
