"""Bounds that hold at every look, by numerical integration; how many more items reach them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings, strategies as st
from scipy import integrate, optimize

from labelcore.stats import anytime
from tests.examples import examples


def _log_evidence(k: int, n: int, share: float) -> float:
    """The mean likelihood ratio over alternatives in (share, 1) with the density of Beta(½, ½)."""

    def log_ratio(q: float) -> float:
        return k * math.log(q / share) + (n - k) * math.log((1 - q) / (1 - share))

    top = log_ratio(min(max(k / n, share), 1 - 1e-12))

    def weight(angle: float) -> float:  # q = sin², so that the density is even
        return math.exp(log_ratio(math.sin(angle) ** 2) - top)

    start = math.asin(math.sqrt(share))
    mode = math.asin(math.sqrt(min(max(k / n, share), 1 - 1e-9)))
    area = integrate.quad(weight, start, math.pi / 2 - 1e-12, points=[mode], limit=200)[0]
    return math.log(area / (math.pi / 2 - start)) + top


@given(n=st.integers(1, 60), hit=st.floats(0, 1), share=st.floats(0.05, 0.95))
@settings(max_examples=examples(60))
def test_the_evidence_is_the_mean_likelihood_ratio(n: int, hit: float, share: float) -> None:
    k = round(hit * n)
    assert anytime.log_evidence(k, n, share) == pytest.approx(_log_evidence(k, n, share), abs=1e-5)


@pytest.mark.parametrize(("k", "n", "alpha"), [(45, 50, 0.05), (18, 40, 0.05), (200, 210, 0.01), (7, 7, 0.2)])
def test_the_bound_is_where_the_evidence_is_one_in_alpha(k: int, n: int, alpha: float) -> None:
    expected = optimize.brentq(lambda p: _log_evidence(k, n, p) - math.log(1 / alpha), 1e-6, k / n - 1e-9)
    assert anytime.lower_bound(k, n, alpha) == pytest.approx(expected, abs=1e-5)
    assert anytime.upper_bound(n - k, n, alpha) == pytest.approx(1 - expected, abs=1e-5)


def test_without_successes_nothing_is_known() -> None:
    assert anytime.lower_bound(0, 30) == 0 and anytime.lower_bound(0, 0) == 0
    assert anytime.upper_bound(0, 0) == 1 and anytime.upper_bound(30, 30) == 1
    assert 0 < anytime.upper_bound(0, 30) < 0.2


@given(n=st.integers(2, 120), hit=st.floats(0.5, 1), limit=st.sampled_from([0.5, 0.7, 0.8]))
@settings(max_examples=examples(60))
def test_so_many_more_reach_the_limit_and_one_less_does_not(n: int, hit: float, limit: float) -> None:
    k = round(hit * n)
    more = anytime.more_until(k, n, limit)
    if not more:
        assert more is None or anytime.lower_bound(k, n) >= limit
        return
    assert more > 0 and k / n > limit
    size = n + more
    reached = [math.floor(k / n * each + 1e-9) for each in (size, size - 1)]
    assert anytime.lower_bound(reached[0], size) >= limit - 1e-6
    assert anytime.lower_bound(reached[1], size - 1) <= limit + 1e-6


def test_more_items_do_not_help_a_rate_below_the_limit() -> None:
    assert anytime.more_until(80, 100, 0.8) is None
    assert anytime.more_until(790, 1_000, 0.8) is None
    assert anytime.more_until(8_001, 10_000, 0.8) is None  # a hundred thousand would not do
    assert anytime.more_until(9, 10, 0.8) is not None
    assert anytime.more_until(500, 500, 0.8) == 0
