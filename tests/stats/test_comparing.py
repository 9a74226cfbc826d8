"""Two versions on the same items: better only where it is more than chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from labelcore.stats import paired
from labelcore.stats.rate import Rate


@given(table=st.tuples(*[st.integers(0, 30)] * 4))
def test_mcnemar_equals_statsmodels(table: tuple[int, int, int, int]) -> None:
    both, only_first, only_second, neither = table
    found = paired.mcnemar(only_first, only_second)
    if only_first + only_second == 0:
        assert found is None
        return
    expected = mcnemar([[both, only_first], [only_second, neither]], exact=True).pvalue
    assert found == pytest.approx(min(1.0, expected), abs=1e-9)


@given(seed=st.integers(0, 30), n=st.integers(1, 200))
def test_a_difference_turns_with_the_versions(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    first, second = random.random(n) < 0.7, random.random(n) < 0.8
    one, other = paired.compare(first, second), paired.compare(second, first)
    assert one.difference.value == pytest.approx(second.mean() - first.mean())
    assert one.difference.low == pytest.approx(-(other.difference.high or 0), abs=0.06)
    assert one.p == other.p
    assert one.both + one.only_first + one.only_second + one.neither == n


def test_the_same_verdicts_are_no_difference_and_a_clear_gain_is_better() -> None:
    first = np.random.default_rng(0).random(200) < 0.7
    assert paired.compare(first, first).says.startswith("no difference")
    second = first | (np.arange(200) < 60)
    assert paired.compare(first, second).says == "better"
    assert paired.compare(second, first).says == "worse"
    nothing = paired.compare(first[:0], first[:0])
    assert nothing.difference.why_not == "the versions have no item in common"


def test_items_of_one_source_widen_the_difference() -> None:
    random = np.random.default_rng(0)
    first, second = random.random(60) < 0.6, random.random(60) < 0.75
    copied = paired.clustered_difference(np.repeat(first, 4), np.repeat(second, 4), np.arange(240) // 4)
    naive = paired.compare(np.repeat(first, 4), np.repeat(second, 4)).difference
    assert (copied.high or 0) - (copied.low or 0) > 1.5 * ((naive.high or 0) - (naive.low or 0))
    few = paired.clustered_difference(first, second, np.arange(60) // 20)
    assert few.value is None and "groups" in (few.why_not or "")


def test_the_counts_of_a_comparison_and_its_interval() -> None:
    first = np.array([True] * 20 + [True] * 3 + [False] * 11 + [False] * 6)
    second = np.array([True] * 20 + [False] * 3 + [True] * 11 + [False] * 6)
    found = paired.compare(first, second)
    assert (found.both, found.only_first, found.only_second, found.neither, found.n) == (20, 3, 11, 6, 40)
    assert found.difference.value == pytest.approx(8 / 40) and found.difference.n == 40
    draws = stats.dirichlet([20.5, 3.5, 11.5, 6.5]).rvs(40_000, random_state=1)
    expected = np.quantile(draws[:, 2] - draws[:, 1], [0.025, 0.975])
    assert (found.difference.low, found.difference.high) == pytest.approx(tuple(expected), abs=0.01)
    assert found.p == pytest.approx(stats.binomtest(3, 14).pvalue) and found.says == "better"


def test_one_output_a_group_is_students_interval() -> None:
    random = np.random.default_rng(6)
    first, second = random.random(400) < 0.5, random.random(400) < 0.6
    found = paired.clustered_difference(first, second, np.arange(400))
    change = second.astype(float) - first
    low, high = stats.t.interval(0.95, 399, change.mean(), stats.sem(change))
    assert found.value == pytest.approx(change.mean()) and found.n == 400
    # The bootstrap's ends are taken where they are further out.
    assert low - 0.012 <= (found.low or 0) <= low + 1e-9 and high - 1e-9 <= (found.high or 0) <= high + 0.012


def test_sources_of_uneven_size_are_linearised() -> None:
    random = np.random.default_rng(7)
    groups = np.concatenate([np.full(size, k) for k, size in enumerate(random.integers(1, 9, 30))]) * 2
    level = random.random(61)[groups]
    first, second = random.random(len(groups)) < level, random.random(len(groups)) < level + 0.15
    change = second.astype(float) - first
    sums = pd.Series(change - change.mean()).groupby(groups).sum()
    half = stats.t.ppf(0.975, 29) * np.sqrt((sums**2).sum() * 30 / 29) / len(change)
    found = paired.clustered_difference(first, second, groups)
    assert found.value == pytest.approx(change.mean())
    assert (found.low or 0) <= change.mean() - half + 1e-9 and (
        found.high or 0
    ) >= change.mean() + half - 1e-9
    assert (found.high or 0) - (found.low or 0) == pytest.approx(2 * half, rel=0.12)


def test_groups_widen_a_comparison_and_take_its_p_value_away() -> None:
    random = np.random.default_rng(0)
    first, second = random.random(60) < 0.6, random.random(60) < 0.75
    alone, grouped = paired.compare(first, second), paired.compare(first, second, np.arange(60) // 3)
    assert grouped.p is None and alone.p is not None
    assert (grouped.difference.low or 0) <= (alone.difference.low or 0)
    assert (grouped.difference.high or 0) >= (alone.difference.high or 0)
    few = paired.compare(first, second, np.arange(60) // 20)
    assert few.difference.low is None and few.difference.value == alone.difference.value
    assert "at least 5 groups; so far: 3" in str(few.difference.why_not) and few.says == "not measurable"
    assert paired.compare(first, second, np.arange(60) // 12).difference.low is not None


def test_a_difference_stays_within_its_scale() -> None:
    ones, zeros = np.ones(12, dtype=bool), np.zeros(12, dtype=bool)
    found = paired.clustered_difference(zeros, ones, np.arange(12))
    assert (found.value, found.low, found.high) == (1, 1, 1)
    sure = paired.compare(ones, ones).difference
    assert sure.value == 0 and (sure.low or 0) < 0 < (sure.high or 0)


@pytest.mark.parametrize(
    ("low", "high", "says"), [(0.0, 0.2, "no"), (-0.2, 0.0, "no"), (0.01, 0.2, "better")]
)
def test_an_interval_that_touches_nothing_is_no_difference(
    low: float, high: float, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate = Rate(value=(low + high) / 2, low=low, high=high, n=9)
    monkeypatch.setattr(paired, "paired_difference", lambda *_counts: rate)
    assert paired.compare(np.ones(9, dtype=bool), np.zeros(9, dtype=bool)).says.startswith(says)
