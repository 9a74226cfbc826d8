"""Corrected pass rates against independent computations of what they say they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from labelcore.stats import prevalence
from labelcore.stats.counts import Counts
from labelcore.stats.prevalence import Graded, PoolVerdicts
from labelcore.stats.prevalence.graded import people_only, share_of_passes
from labelcore.stats.prevalence.methods import prediction_powered, summary
from labelcore.stats.prevalence.weighing import effective, group_number, group_sums, posterior, typical_weight
from labelcore.stats.rate import proportion
from tests.stats.counted import of_counts

COUNTS = Counts(true_pass=60, false_pass=5, true_fail=25, false_fail=10)
POOL = PoolVerdicts(7_000, 3_000)


def _beta(random: np.random.Generator, k: int, n: int) -> np.ndarray:
    return stats.beta(k + 0.5, n - k + 0.5).rvs(200_000, random_state=random)


def test_post_stratified_is_the_sum_over_what_the_judge_says() -> None:
    random = np.random.default_rng(8)
    draws = _beta(random, 7_000, 10_000) * _beta(random, 60, 65)
    draws = draws + (1 - _beta(random, 7_000, 10_000)) * _beta(random, 10, 35)
    rate = prevalence.corrected(of_counts(COUNTS), POOL)
    assert rate.method == "post-stratified" and rate.n == 100
    assert (rate.low, rate.value, rate.high) == pytest.approx(
        np.quantile(draws, [0.025, 0.5, 0.975]), abs=4e-3
    )
    wide = prevalence.corrected(of_counts(COUNTS), POOL, level=0.999)
    assert (wide.low, wide.high) == pytest.approx(np.quantile(draws, [0.0005, 0.9995]), abs=0.015)


def test_rogan_gladen_turns_back_what_the_judge_passes() -> None:
    random = np.random.default_rng(8)
    q, tpr, tnr = _beta(random, 7_000, 10_000), _beta(random, 60, 70), _beta(random, 25, 30)
    draws = np.clip((q + tnr - 1) / (tpr + tnr - 1), 0, 1)
    rate = prevalence.corrected(of_counts(COUNTS), POOL, "Rogan-Gladen")
    assert (rate.low, rate.value, rate.high) == pytest.approx(
        np.quantile(draws, [0.025, 0.5, 0.975]), abs=6e-3
    )


@pytest.mark.parametrize("abstains", [0, 2_000])
def test_prediction_powered_moves_peoples_mean_by_the_pools(abstains: int) -> None:
    """The two halves of Jeffreys' prior as four more outputs of weight ½, the formulas by numpy."""
    random = np.random.default_rng(4)
    grades = random.random(80) < 0.7
    verdicts = np.where(random.random(80) < 0.85, grades, ~grades).astype(float)
    if abstains:
        verdicts[:15] = np.nan
    pool = PoolVerdicts(6_500, 3_500 - abstains, abstains)
    y = np.concatenate([grades.astype(float), [1, 1, 0, 0]])
    f = np.concatenate([np.nan_to_num(verdicts, nan=0.5), [1, 0, 1, 0]])
    weights = np.array([1.0] * 80 + [0.5] * 4)
    n, size = weights.sum(), pool.n
    (vy, both), (_, vf) = np.cov(y, f, aweights=weights, bias=True)
    every = np.repeat([1.0, 0.0, 0.5], [pool.passes, pool.fails, pool.abstains])
    tuned = np.clip(both / (vf + n / size * every.var()), 0, 1)
    middle = np.average(y, weights=weights) + tuned * (every.mean() - np.average(f, weights=weights))
    spread = np.sqrt((vy + tuned**2 * vf - 2 * tuned * both) / n + tuned**2 * every.var() / size)
    found = prediction_powered(Graded(grades, verdicts), pool)
    assert float(found.middle) == pytest.approx(middle)
    assert float(found.low) == pytest.approx(middle - 1.959964 * spread)
    assert float(found.high) == pytest.approx(middle + 1.959964 * spread)


def test_the_judge_as_it_is_counts_what_it_decides() -> None:
    assert prevalence.as_is(PoolVerdicts(30, 10, 60)) == proportion(30, 40)
    assert PoolVerdicts(30, 10, 60).n == 100
    assert prevalence.as_is(PoolVerdicts(0, 0, 5)).why_not == "there are no judged outputs"


def _counts_with_youden(tpr: int, tnr: int) -> Graded:
    """Of a hundred passes and a hundred fails."""
    return of_counts(Counts(true_pass=tpr, false_fail=100 - tpr, true_fail=tnr, false_pass=100 - tnr))


def test_a_correction_needs_a_judge_that_knows_something() -> None:
    knows, guesses = _counts_with_youden(60, 51), _counts_with_youden(60, 49)
    assert float(knows.youden()) == pytest.approx(0.11) and float(guesses.youden()) == pytest.approx(0.09)
    for method in prevalence.METHODS:
        assert prevalence.refusal(knows, POOL, method) is None
        assert "no better than a coin" in (prevalence.refusal(guesses, POOL, method) or "")
        assert prevalence.offered(knows, method) and not prevalence.offered(guesses, method)


@pytest.mark.parametrize(
    ("heavy", "post", "rogan"), [(3.0, True, True), (20.0, True, False), (200.0, False, False)]
)
def test_a_draw_must_be_worth_enough_for_the_method(heavy: float, post: bool, rogan: bool) -> None:
    """A fifth of a hundred outputs weighs so many times as much as the others."""
    random = np.random.default_rng(0)
    passes = random.random(100) < 0.6
    verdicts = np.where(random.random(100) < 0.95, passes, ~passes).astype(float)
    weights = np.where(np.arange(100) % (20 if heavy == 200 else 5) == 0, heavy, 1.0)
    graded = Graded(passes, verdicts, weights)
    worth = weights.sum() ** 2 / (weights**2).sum()
    assert float(graded.effective) == pytest.approx(worth)
    assert (worth >= 15, worth >= 40) == (post, rogan)
    assert bool(prevalence.offered(graded, "post-stratified")) == post
    assert bool(prevalence.offered(graded, "Rogan-Gladen")) == rogan
    assert (prevalence.refusal(graded, POOL, "post-stratified") is None) == post
    why = prevalence.refusal(graded, POOL, "Rogan-Gladen")
    assert (why is None) == rogan and (rogan or f"100 grades tell as much as {worth:.0f}" in str(why))
    assert not prevalence.offered(graded, "PPI++") and "even draws" in str(
        prevalence.refusal(Graded(passes, verdicts, np.where(np.arange(100) % 2, 1.0, 2.0)), POOL, "PPI++")
    )


def test_reasons_come_in_their_order() -> None:
    graded = of_counts(COUNTS)
    assert prevalence.refusal(graded, PoolVerdicts(0, 0, 9), "PPI++") == (
        "the judge has decided no outputs of the pool"
    )
    silent = Graded(graded.passes, np.full(100, np.nan))
    assert prevalence.refusal(silent, POOL, "PPI++") == "no graded output has a verdict of pass or fail"
    only = of_counts(Counts(true_pass=0, false_pass=5, true_fail=9, false_fail=0))
    assert prevalence.refusal(only, POOL, "PPI++") == "there are no outputs that people passed"
    in_groups = Graded(graded.passes, graded.verdicts, None, np.arange(100) // 2)
    assert "single outputs only" in str(prevalence.refusal(in_groups, POOL, "PPI++"))
    assert prevalence.refusal(in_groups, POOL, "Rogan-Gladen") is None
    few = Graded(graded.passes, graded.verdicts, None, np.arange(100) % 19)
    enough = Graded(graded.passes, graded.verdicts, None, np.arange(100) % 20)
    assert "fewer than 20 groups" in str(prevalence.refusal(few, POOL, "Rogan-Gladen"))
    assert few.few_groups and not enough.few_groups
    assert prevalence.refusal(enough, POOL, "Rogan-Gladen") is None
    assert not prevalence.offered(few, "post-stratified") and prevalence.offered(enough, "post-stratified")
    assert not prevalence.offered(enough, "PPI++")


@given(seed=st.integers(0, 1_000), grouped=st.booleans())
@settings(max_examples=30)
def test_the_spread_of_a_weighted_share_is_that_of_its_residuals(seed: int, grouped: bool) -> None:
    """Mean and variance with two more half outputs of typical weight, summed within sources by pandas."""
    random = np.random.default_rng(seed)
    n = 60
    passes, weights = random.random(n) < 0.6, random.uniform(1, 6, n)
    inside, groups = random.random(n) < 0.8, random.integers(0, 25, n)
    inside[0] = True
    used = weights[inside]
    prior = (used**2).sum() / used.sum()
    values = np.concatenate([passes[inside], [1, 0]])
    weighed = np.concatenate([used, [prior / 2, prior / 2]])
    mean = np.average(values, weights=weighed)
    of_prior = prior**2 / 2 * ((1 - mean) ** 2 + mean**2)
    residuals = used * (passes[inside] - mean)
    size = mean * (1 - mean) * weighed.sum() ** 2 / ((residuals**2).sum() + of_prior)
    if grouped:
        summed = pd.Series(residuals).groupby(groups[inside]).sum()
        many = len(summed)
        clustered = (summed**2).sum() * many / (many - 1)
        number = len(set(groups))
        shrunk = (stats.norm.ppf(0.975) / stats.t.ppf(0.975, number - 1)) ** 2
        size = min(size, mean * (1 - mean) * weighed.sum() ** 2 / (clustered + of_prior)) * shrunk
    found = posterior(passes, inside, weights, groups if grouped else None)
    assert float(found.passes) == pytest.approx(mean * size)
    assert float(found.fails) == pytest.approx((1 - mean) * size)
    further = found.at(0.999)
    if grouped:
        t = stats.norm.ppf(0.9995) / stats.t.ppf(0.9995, number - 1)
        assert float(further.passes / found.passes) == pytest.approx(t**2 / shrunk)
        assert found.at(0.95).passes == pytest.approx(found.passes)
    else:
        assert further is found


@pytest.mark.parametrize("passed", [True, False])
def test_what_a_judge_tells_is_not_known_without_a_decided_output_of_each_grade(passed: bool) -> None:
    grades, verdicts = np.array([passed, passed, not passed]), np.array([1.0, 0.0, np.nan])
    assert np.isnan(Graded(grades, verdicts).youden())
    assert Graded(grades, np.array([1.0, 0.0, 1.0])).youden() == pytest.approx(-0.5 if passed else 0.5)


def test_nothing_inside_leaves_the_prior() -> None:
    found = posterior(np.ones(5, dtype=bool), np.zeros(5, dtype=bool), np.full(5, 3.0))
    assert [float(found.passes), float(found.fails)] == pytest.approx([0.5, 0.5])


def test_sums_within_groups_and_what_weights_are_worth() -> None:
    groups = np.array([3, 0, 3, 1])
    assert group_sums(np.array([1.0, 2.0, 4.0, 8.0]), groups).tolist() == [2, 8, 0, 5]
    runs = group_sums(np.array([[1.0, 2.0, 4.0, 8.0], [1.0, 1.0, 1.0, 1.0]]), groups)
    assert runs.tolist() == [[2, 8, 0, 5], [1, 1, 0, 2]]
    assert group_number(groups) == 3
    assert effective(np.array([1.0, 1.0, 2.0])) == pytest.approx(16 / 6)
    assert typical_weight(np.array([1.0, 1.0, 2.0])) == pytest.approx(6 / 4)
    assert effective(np.zeros(3)) == 0 and typical_weight(np.zeros(3)) == 0


def test_people_alone_by_wilson_or_by_weights() -> None:
    passes = np.arange(50) < 30
    nothing = np.full(50, np.nan)
    assert people_only(Graded(passes, nothing)) == proportion(30, 50)
    nearly = np.where(np.arange(50) % 2, 1.0, 1.3)  # worth 49 of 50
    assert people_only(Graded(passes, nothing, nearly)) == proportion(30, 50)
    weights = np.where(np.arange(50) < 10, 8.0, 1.0)
    rate = people_only(Graded(passes, nothing, weights))
    assert rate.value == pytest.approx((80 + 20) / 120) and rate.method.startswith("weighted")
    prior = (8 + (10 * 64 + 40) / 120) / 2
    spread = share_of_passes(Graded(passes, nothing, weights))
    mean = (100 + prior / 2) / (120 + prior)
    assert float(spread.passes / (spread.passes + spread.fails)) == pytest.approx(mean)
    assert prevalence.effective_grades(Graded(passes, nothing, weights)) == pytest.approx(120**2 / 680)
    assert people_only(Graded(passes[:0], nothing[:0])).why_not == "there are no graded outputs"
    sources = Graded(passes, nothing, None, np.arange(50) // 2)
    assert people_only(sources).method.startswith("weighted")


def test_quantiles_of_draws_leave_out_what_is_undefined() -> None:
    draws = np.random.default_rng(0).permutation(np.arange(1_000.0))
    found = summary(draws)
    assert [found.low, found.middle, found.high] == [25, 500, 975]
    holes = np.concatenate([draws, np.full(999, np.nan)])
    assert [summary(holes).low, summary(holes).high] == [25, 975]
    assert np.isnan(summary(np.concatenate([draws, np.full(1_001, np.nan)])).middle)
    narrow = summary(draws, 0.5)
    assert [narrow.low, narrow.high] == [250, 750]


def test_a_part_of_a_sample_keeps_what_belongs_to_it() -> None:
    graded = Graded(
        np.array([True, False, True, True]),
        np.array([1.0, 0.0, np.nan, 0.0]),
        np.array([1.0, 2.0, 3.0, 4.0]),
        np.array([5, 5, 7, 9]),
    )
    shared = graded.part(np.array([True, True, True, False]))
    assert shared.groups is not None and shared.groups.tolist() == [0, 0, 1]
    assert shared.weighed.tolist() == [1, 2, 3] and shared.passes.tolist() == [True, False, True]
    assert graded.part(np.array([True, False, True, True])).groups is None
    # Passes weigh 1, 3 (undecided) and 4, the fail 2: the judge is right on 1 of 5 and on 2 of 2.
    assert float(graded.youden()) == pytest.approx(1 / 5 + 2 / 2 - 1)
    tpr, tnr = graded.by_grade()
    assert float(tpr.passes / (tpr.passes + tpr.fails)) < 0.5 < float(tnr.passes / (tnr.passes + tnr.fails))
    passed, failed, abstained = graded.by_verdict()
    means = [float(part.passes / (part.passes + part.fails)) for part in (passed, failed, abstained)]
    assert means[0] == pytest.approx(0.75) and means[2] == pytest.approx(0.75) and 0.5 < means[1] < 0.75
