"""Figures against scikit-learn and statsmodels; undefined is None with a reason."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from sklearn import metrics
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from labelcore.stats import counts as c
from labelcore.stats.rate import difference, not_measurable, proportion

pairs = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60)


@given(pairs=pairs)
def test_measures_equal_scikit_learn(pairs: list[tuple[bool, bool]]) -> None:
    judge, human = (np.array(side) for side in zip(*pairs, strict=True))
    counts = c.count(judge.astype(float), human)
    assert counts.n == len(pairs)
    if len(set(human)) == 2:
        assert c.balanced_accuracy(counts) == pytest.approx(
            metrics.balanced_accuracy_score(human, judge), abs=1e-9
        )
        assert c.tpr(counts).value == pytest.approx(metrics.recall_score(human, judge), abs=1e-9)
    if len(set(human)) == 2 and len(set(judge)) == 2:
        assert c.mcc(counts) == pytest.approx(metrics.matthews_corrcoef(human, judge), abs=1e-9)
        assert c.ppv(counts).value == pytest.approx(metrics.precision_score(human, judge), abs=1e-9)
    if c.kappa(counts) is not None:
        assert c.kappa(counts) == pytest.approx(metrics.cohen_kappa_score(human, judge), abs=1e-9)


@given(pairs=pairs)
def test_swapping_pass_and_fail_swaps_tpr_and_tnr(pairs: list[tuple[bool, bool]]) -> None:
    judge, human = (np.array(side) for side in zip(*pairs, strict=True))
    plain, swapped = c.count(judge.astype(float), human), c.count((~judge).astype(float), ~human)
    assert c.tpr(plain) == c.tnr(swapped).model_copy(update={"why_not": c.tpr(plain).why_not})
    assert c.mcc(plain) == c.mcc(swapped)


@given(n=st.integers(1, 500), share=st.floats(0, 1))
def test_wilson_equals_statsmodels_and_contains_the_share(n: int, share: float) -> None:
    k = round(share * n)
    rate = proportion(k, n)
    low, high = proportion_confint(k, n, method="wilson")
    assert (rate.low, rate.high) == pytest.approx((low, high), abs=1e-9)
    assert rate.low is not None and rate.high is not None and rate.value is not None
    assert 0 <= rate.low <= rate.value <= rate.high <= 1


def test_abstentions_are_counted_apart() -> None:
    counts = c.count(np.array([1.0, np.nan, 0.0]), np.array([True, True, False]))
    assert (counts.n, counts.abstained) == (2, 1)


def test_undefined_is_none_with_its_reason_never_zero() -> None:
    counts = c.count(np.array([1.0, 1.0]), np.array([True, True]))
    assert c.tnr(counts).value is None
    assert c.tnr(counts).why_not == "there are no decided outputs that people failed"
    assert c.mcc(counts) is None
    assert c.kappa(counts) is None
    assert c.balanced_accuracy(counts) is None


def test_evalgen_alignment_is_the_harmonic_mean_of_its_published_parts() -> None:
    assert c.evalgen_alignment(0.33, 0.10) == pytest.approx(0.48, abs=0.005)
    assert c.evalgen_alignment(0.73, 0.39) == pytest.approx(0.66, abs=0.005)
    assert c.evalgen_alignment(None, 0.1) is None


@given(n=st.integers(1, 200), m=st.integers(1, 200), a=st.floats(0, 1), b=st.floats(0, 1))
def test_a_difference_of_shares_equals_statsmodels(n: int, m: int, a: float, b: float) -> None:
    k, j = round(a * n), round(b * m)
    found = difference(proportion(k, n), proportion(j, m))
    low, high = confint_proportions_2indep(k, n, j, m, method="newcomb", compare="diff")
    assert found.low == pytest.approx(low, abs=1e-9)
    assert found.high == pytest.approx(high, abs=1e-9)
    assert found.value == pytest.approx(k / n - j / m) and found.n == min(n, m)


def test_a_difference_to_what_is_not_measurable_is_not_measurable() -> None:
    nothing = not_measurable("there are no fails")
    for pair in ((nothing, proportion(3, 4)), (proportion(3, 4), nothing)):
        assert difference(*pair).why_not == "there are no fails"
