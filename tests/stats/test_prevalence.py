"""Corrected pass rates recover the truth, and refuse where the judge carries no information."""

from __future__ import annotations

import numpy as np
import pytest

from labelcore.stats import prevalence
from labelcore.stats.counts import Counts
from labelcore.stats.prevalence import Graded, PoolVerdicts, people_only, unless_worse
from labelcore.stats.rate import Rate, more_needed
from tests.stats.counted import of_counts

GOOD = Counts(true_pass=72, false_pass=4, true_fail=16, false_fail=8)


def test_post_stratified_recovers_the_pools_rate() -> None:
    rate = prevalence.corrected(of_counts(GOOD), PoolVerdicts(760, 240))
    expected = 0.76 * 72 / 76 + 0.24 * 8 / 24
    assert rate.value == pytest.approx(expected, abs=0.01)
    assert rate.low is not None and rate.high is not None
    assert rate.low < expected < rate.high


def test_rogan_gladen_matches_its_formula() -> None:
    rate = prevalence.corrected(of_counts(GOOD), PoolVerdicts(7_600, 2_400), "Rogan-Gladen")
    tpr, tnr = 72 / 80, 16 / 20
    assert rate.value == pytest.approx((0.76 + tnr - 1) / (tpr + tnr - 1), abs=0.02)


@pytest.mark.parametrize("method", ["post-stratified", "Rogan-Gladen"])
def test_refuses_a_judge_without_information(method: str) -> None:
    coin = Counts(true_pass=40, false_pass=10, true_fail=10, false_fail=40)
    rate = prevalence.corrected(of_counts(coin), PoolVerdicts(500, 500), method)
    assert rate.value is None
    assert "no better than a coin" in (rate.why_not or "")


def test_one_class_is_not_measurable() -> None:
    one_class = of_counts(Counts(true_pass=9, false_pass=0, true_fail=0, false_fail=1))
    rate = prevalence.corrected(one_class, PoolVerdicts(9, 1))
    assert rate.value is None
    assert rate.why_not == "there are no outputs that people failed"


def test_weights_undo_an_uneven_draw() -> None:
    passes = np.array([True] * 10 + [False] * 30)
    probabilities = np.array([0.1] * 10 + [0.9] * 30)
    rate = people_only(Graded(passes, np.full(40, np.nan), 1 / probabilities))
    assert rate.value == pytest.approx(100 / (100 + 30 / 0.9))
    assert rate.low is not None and rate.high is not None and rate.value is not None
    assert rate.low < rate.value < rate.high


def test_more_grades_are_needed_for_a_narrower_interval() -> None:
    wide, narrow = more_needed(7, 10, 0.2), more_needed(7, 10, 0.05)
    assert wide is not None and narrow is not None
    assert 0 < wide < narrow
    assert more_needed(0, 0, 0.1) is None


def ends(low: float | None, high: float | None, n: int = 40) -> Rate:
    middle = None if low is None or high is None else (low + high) / 2
    return Rate(value=middle, low=low, high=high, n=n, method="corrected")


@pytest.mark.parametrize(
    ("correction", "why"),
    [
        (ends(0.5, 0.625), ""),
        (ends(0.25, 0.5), ""),
        (ends(0.25, 0.625), "the correction is less sure than people's grades alone"),
        (ends(0.0, 0.2), "the correction runs into 0 or 1"),
        (ends(0.9, 1.0), "the correction runs into 0 or 1"),
        (ends(None, None), ""),
    ],
)
def test_a_correction_that_says_less_than_people_alone_is_refused(correction: Rate, why: str) -> None:
    kept = unless_worse(correction, ends(0.5, 0.75))
    assert (str(kept.why_not or ""), kept.n) == (why, 40)
    assert kept == correction or why
    assert unless_worse(correction, ends(None, None)) == correction
