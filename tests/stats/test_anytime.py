"""A bound that may be looked at after every grade is passed falsely no more often than promised."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from labelcore.stats import anytime


@pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
def test_looking_four_hundred_times_crosses_falsely_at_most_five_percent(share: float) -> None:
    looks, runs = 400, 1_500
    seen = np.cumsum(np.random.default_rng(7).random((runs, looks)) < share, axis=1)
    sizes = np.arange(1, looks + 1)
    crossing = np.full((looks + 1, looks + 1), False)
    for n in range(1, looks + 1):
        for k in range(math.ceil(share * n), n + 1):
            crossing[n, k] = anytime.log_evidence(k, n, share) >= math.log(20)
    crossed = crossing[sizes, seen].any(axis=1)
    assert crossed.mean() <= 0.05
    assert crossed.mean() > 0.005  # it is not empty caution either


@given(n=st.integers(1, 300), share=st.floats(0, 1))
def test_bounds_enclose_the_share_and_mirror_each_other(n: int, share: float) -> None:
    k = round(share * n)
    low, high = anytime.lower_bound(k, n), anytime.upper_bound(k, n)
    assert 0 <= low <= k / n <= high <= 1
    assert high == pytest.approx(1 - anytime.lower_bound(n - k, n))
    assert anytime.lower_bound(k, n, 0.01) <= low


@given(n=st.integers(1, 200), k=st.integers(0, 200))
def test_one_more_success_never_lowers_the_bound(n: int, k: int) -> None:
    k = min(k, n)
    assert anytime.lower_bound(k + 1, n + 1) >= anytime.lower_bound(k, n) - 1e-9


def test_how_many_more_says_when_the_bound_is_reached() -> None:
    more = anytime.more_until(45, 50, 0.8)
    assert more is not None and more > 0
    size = 50 + more
    assert anytime.lower_bound(math.floor(0.9 * size + 1e-9), size) >= 0.8
    assert anytime.more_until(450, 500, 0.8) == 0
    assert anytime.more_until(40, 50, 0.8) is None
    assert anytime.more_until(0, 0, 0.8) is None


def test_words_for_every_case() -> None:
    assert anytime.enough(450, 500, 0.8).code == "enough"
    assert anytime.enough(45, 50, 0.8).code == "not_yet"
    assert anytime.enough(30, 50, 0.8).code == "not_at_this_rate"
    assert anytime.enough(0, 0, 0.8).code == "enough_unknown"
