"""Two parts of a sample: when they are tested, with which interval, and where its p value comes from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from labelcore.stats import subsamples
from labelcore.stats.prevalence import Graded
from labelcore.stats.rate import proportion
from labelcore.stats.slices import by_slice, together
from labelcore.stats.subsamples import Subsample, against


def _sample(n: int, *, weights: bool = False, size: int = 1, seed: int = 3) -> Graded:
    random = np.random.default_rng(seed)
    groups = None if size == 1 else np.arange(n) // size
    weighed = random.uniform(1, 9, n) if weights else None
    return Graded(random.random(n) < 0.6, np.full(n, np.nan), weighed, groups)


def _first(n: int, size: int) -> np.ndarray:
    return np.arange(n) < size


def test_five_outputs_are_tested_and_four_are_not() -> None:
    sample = _sample(40)
    assert Subsample(sample, _first(40, 5)).untestable == ""
    assert Subsample(sample, _first(40, 4)).untestable == "too few outputs to tell (4)"
    rate, p = against(Subsample(sample, _first(40, 4)), Subsample(sample, ~_first(40, 4)))
    assert rate.value is None and p is None and rate.n == 4


def test_eight_sources_have_an_interval_and_seven_have_none() -> None:
    sample = _sample(64, size=4)
    eight, seven = Subsample(sample, _first(64, 32)), Subsample(sample, _first(64, 28))
    assert eight.sources == 8 and eight.too_few == "" and eight.rate().low is not None
    assert seven.sources == 7 and "7 sources only, it takes 8" in seven.too_few
    assert seven.rate().low is None and seven.rate().value == seven.value and seven.rate().n == 28
    single = Subsample(sample, _first(64, 4))
    assert "from 1 source only" in single.too_few and single.untestable == "too few outputs to tell (4)"
    assert "too few sources to tell (7)" in seven.untestable
    empty = Subsample(sample, np.zeros(64, dtype=bool))
    assert np.isnan(empty.value) and empty.rate().why_not == "there are no outputs"


def test_a_weighted_share_and_its_interval() -> None:
    sample = _sample(50, weights=True)
    part = Subsample(sample, _first(50, 20))
    weights = sample.weighed[:20]
    assert part.value == pytest.approx(np.average(sample.passes[:20], weights=weights))
    assert not part.plain and Subsample(_sample(50), _first(50, 20)).plain
    low, high = part.bounds(0.95)
    wide = part.bounds(0.99)
    assert wide[0] < low < part.value < high < wide[1]
    assert part.rate().method.startswith("weighted")
    alone = Subsample(_sample(50), _first(50, 20))
    plain = proportion(int(alone.graded.passes.sum()), 20)
    assert alone.bounds(0.95) == pytest.approx((plain.low, plain.high)) and alone.rate() == plain


def test_the_two_intervals_are_put_together_by_their_arms() -> None:
    """MOVER with the correlation of the residuals that sources in both parts have in common."""
    random = np.random.default_rng(9)
    groups = np.arange(120) % 30
    passes = random.random(120) < random.random(30)[groups]
    sample = Graded(passes, np.full(120, np.nan), random.uniform(1, 3, 120), groups)
    first, second = Subsample(sample, _first(120, 60)), Subsample(sample, ~_first(120, 60))
    residuals = [
        np.where(part.inside, sample.weighed, 0) * (passes - part.value) / sample.weighed[part.inside].sum()
        for part in (first, second)
    ]
    sums = [np.array([r[groups == g].sum() for g in range(30)]) for r in residuals]
    spread = [max((r**2).sum(), (s**2).sum()) for r, s in zip(residuals, sums, strict=True)]
    shared = (sums[0] * sums[1]).sum() / np.sqrt(spread[0] * spread[1])
    assert subsamples.correlation(first, second) == pytest.approx(shared) and shared > 0.1
    rate, p = against(first, second)
    (low, high), (floor, top) = first.bounds(0.95), second.bounds(0.95)
    down = np.sqrt(
        (first.value - low) ** 2
        + (top - second.value) ** 2
        - 2 * shared * (first.value - low) * (top - second.value)
    )
    up = np.sqrt(
        (high - first.value) ** 2
        + (second.value - floor) ** 2
        - 2 * shared * (high - first.value) * (second.value - floor)
    )
    assert rate.value == pytest.approx(first.value - second.value)
    assert rate.value is not None
    assert (rate.value - (rate.low or 0), (rate.high or 0) - rate.value) == pytest.approx((down, up))
    assert p is not None and 0 < p <= 1


@pytest.mark.parametrize("gap", [0, 3, 9, 15])
def test_the_p_value_is_the_level_that_just_reaches_nothing(gap: int) -> None:
    passes = np.concatenate([_first(40, 20 - gap), _first(40, 20 + gap)])
    weights = np.tile([1.0, 2.0, 4.0, 1.0], 20)
    sample = Graded(passes, np.full(80, np.nan), weights)
    parts = Subsample(sample, _first(80, 40)), Subsample(sample, ~_first(80, 40))
    _, p = against(*parts)
    assert p is not None
    if p == 1:
        assert abs(parts[0].value - parts[1].value) < 0.02
        return
    level = 1 - p
    (low, high), (floor, top) = parts[0].bounds(level), parts[1].bounds(level)
    first, second = parts[0].value, parts[1].value
    reach = np.hypot(high - first, second - floor) if first < second else np.hypot(first - low, top - second)
    assert reach == pytest.approx(abs(first - second), abs=1e-3)


def test_where_all_is_certain_the_p_value_is_smallest() -> None:
    passes = _first(4_000, 2_000)
    sample = Graded(passes, np.full(4_000, np.nan), np.tile([1.0, 3.0], 2_000))
    _, p = against(Subsample(sample, passes), Subsample(sample, ~passes))
    assert p == 1e-12
    alone = Graded(passes, np.full(4_000, np.nan))
    exact = stats.fisher_exact(np.diag([2_000, 2_000])).pvalue
    assert against(Subsample(alone, passes), Subsample(alone, ~passes))[1] == pytest.approx(exact)


def test_a_slice_is_worse_or_better_than_the_rest() -> None:
    names = ["low"] * 60 + ["high"] * 60 + ["mid"] * 60
    passes = np.concatenate([_first(60, 20), _first(60, 58), _first(60, 40)])
    found = {row.name: row for row in by_slice(Graded(passes, np.full(180, np.nan)), names)}
    assert list(found) == ["low", "mid", "high"]
    assert found["low"].says == "worse than the rest" and found["high"].says == "better than the rest"
    assert found["mid"].says == "no difference that is more than chance"
    assert found["low"].size is None and found["low"].corrected is None
    assert together(3) == pytest.approx(1 - 0.05 / 3) and together(0) == 0.95
