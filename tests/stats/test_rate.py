"""Shares, their intervals at any level, and how they are said; how many more grades they need."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from labelcore.stats.rate import (
    Rate,
    difference,
    good_turing,
    in_words,
    more_needed,
    proportion,
    quantile,
    share_words,
)


@given(n=st.integers(1, 300), share=st.floats(0, 1), level=st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_wilson_at_any_level_equals_statsmodels(n: int, share: float, level: float) -> None:
    k = round(share * n)
    rate = proportion(k, n, z=quantile(level))
    assert (rate.low, rate.high) == pytest.approx(proportion_confint(k, n, 1 - level, "wilson"), abs=1e-9)
    assert quantile(level) == pytest.approx(stats.norm.ppf(0.5 + level / 2))


def test_all_or_none_reach_the_end_of_the_scale() -> None:
    assert proportion(0, 7).low == 0 and proportion(7, 7).high == 1
    assert 0 < (proportion(0, 7).high or 0) < 1 and 0 < (proportion(7, 7).low or 0) < 1
    assert proportion(0, 0, what="grades").why_not == "there are no grades"
    assert proportion(3, 4).n == 4 and proportion(3, 4).method == "Wilson"


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0%"),
        (1.0, "100%"),
        (0.5, "50%"),
        (0.004, "0.4%"),
        (0.996, "99.6%"),
        (0.00049, "<0.1%"),
        (0.9996, ">99.9%"),
        (0.005, "0.5%"),
        (0.0051, "1%"),
        (0.994, "99%"),
        (674 / 677, "99.6%"),
    ],
)
def test_nothing_and_everything_are_said_only_where_they_are_so(share: float, words: str) -> None:
    assert share_words(share) == words


def test_a_rate_in_words() -> None:
    assert in_words(Rate(value=0.83, low=0.74, high=0.9, n=1_096)) == "83% (74% to 90%, n = 1,096)"
    assert in_words(Rate(value=0.5, low=None, high=None, n=6, why_not="few")) == "50% (n = 6; few)"
    assert in_words(Rate(value=0.5, low=0.4, high=None, n=6, why_not="few")) == "50% (n = 6; few)"
    assert in_words(proportion(0, 0)) == "not measurable: there are no items"


def test_a_difference_needs_both_ends_of_both_shares() -> None:
    half = Rate(value=0.5, low=None, high=None, n=9, why_not="too few sources")
    for pair in ((half, proportion(3, 4)), (proportion(3, 4), half)):
        found = difference(*pair)
        assert found.value is None and found.n == 4 and found.why_not == "too few sources"
    silent = Rate(value=None, low=None, high=None, n=2)
    assert difference(silent, proportion(3, 4)).why_not == "the first share is not known"
    assert difference(proportion(3, 4), silent).why_not == "the second share is not known"


def _half_width(k: int, n: int) -> float:
    low, high = proportion_confint(k, n, method="wilson")
    return float(high - low) / 2


@given(n=st.integers(1, 200), share=st.floats(0, 1), width=st.floats(0.01, 0.3))
def test_so_many_more_grades_reach_the_width_and_one_less_does_not(
    n: int, share: float, width: float
) -> None:
    k = round(share * n)
    more = more_needed(k, n, width)
    assume(more is not None)
    assert more is not None and more >= 0
    size = n + more
    assert _half_width(round(k / n * size), size) <= width + 1e-9
    if more:
        assert _half_width(round(k / n * (size - 1)), size - 1) > width - 1e-9


def test_a_width_that_is_out_of_reach_is_not_promised() -> None:
    assert more_needed(5, 10, 0.0) is None and more_needed(0, 0, 0.1) is None
    assert more_needed(5, 10, 0.001) is None  # a million grades
    assert more_needed(50, 100, 0.5) == 0


def test_what_is_unseen_by_good_and_esty() -> None:
    # Kinds seen 1, 1, 1, 2, 2, 5 times: f1 = 3, f2 = 2, n = 12.
    found = good_turing([1, 1, 1, 2, 2, 5])
    half = 1.959964 * (3 * (1 - 3 / 12) + 2 * 2) ** 0.5 / 12
    assert found.value == 0.25 and found.n == 12 and found.method == "Good-Turing"
    assert (found.low, found.high) == pytest.approx((max(0, 0.25 - half), 0.25 + half), abs=1e-6)
    # Where every kind was seen three times, the rule of three remains.
    none_new = good_turing([3] * 10)
    assert (none_new.value, none_new.low) == (0, 0) and none_new.high == pytest.approx(0.1)
    all_new = good_turing([1] * 5)
    assert all_new.value == 1 and all_new.high == 1 and (all_new.low or 0) <= 1
    assert good_turing([2, 2]).why_not == "it takes at least 5 occurrences; so far: 4"
    assert good_turing([]).n == 0
