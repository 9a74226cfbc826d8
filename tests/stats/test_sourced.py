"""Figures over sources: an interval over enough of them, none over too few, never narrower than Wilson's."""

from __future__ import annotations

import numpy as np
import pytest

from labelcore.stats import counts
from labelcore.stats.rate import Rate
from labelcore.stats.resampling import FEWEST_GROUPS, figures_over, over_sources, tpr_and_tnr

PASSES = np.arange(120) % 2 == 0
VERDICTS = np.array([PASSES ^ (np.arange(120) % 5 == 0), ~PASSES], dtype=float).T
"""A judge that is wrong on each fifth output, and one that is always wrong."""


def rate(value: float | None, low: float | None, high: float | None, method: str = "Wilson") -> Rate:
    return Rate(value=value, low=low, high=high, n=9, method=method)


@pytest.mark.parametrize("sources", [2, FEWEST_GROUPS - 1, FEWEST_GROUPS, 40])
def test_figures_have_an_interval_from_so_many_sources_on(sources: int) -> None:
    groups = np.arange(120) // 2 % sources
    good, bad = figures_over(VERDICTS, PASSES, groups, ("tpr", "tnr"))
    for name, figure in good.items():
        assert figure.value == pytest.approx(0.8) and figure.n == 120, name
        assert (figure.low is None) == (figure.high is None) == (sources < FEWEST_GROUPS)
        assert (f"{sources} sources only" in str(figure.why_not)) == (sources < FEWEST_GROUPS)
    assert bad["tpr"].value == 0


def test_where_no_output_shares_a_source_the_totals_are_enough() -> None:
    good, bad = figures_over(VERDICTS, PASSES, None, ("tpr",))
    assert good["tpr"].value == pytest.approx(0.8) and bad["tpr"].value == 0
    assert good["tpr"].low is not None and 0.6 < good["tpr"].low < 0.8


def test_a_share_has_the_wider_end_of_both_intervals_or_none() -> None:
    plain = rate(0.5, 0.3, 0.7)
    assert over_sources(plain, None) == plain
    assert over_sources(rate(None, None, None), plain).value is None
    wider = over_sources(plain, rate(0.5, 0.2, 0.6, "bootstrap"))
    assert (wider.low, wider.high, wider.method) == (0.2, 0.7, "bootstrap")
    few = over_sources(plain, rate(0.5, None, None))
    assert (few.value, few.low, few.high) == (0.5, None, None)


def test_both_rates_are_those_of_the_counts_and_as_wide_at_least() -> None:
    plain = tpr_and_tnr(VERDICTS, PASSES, None)
    counted = [counts.count(votes, PASSES) for votes in VERDICTS.T]
    assert plain == [(counts.tpr(part), counts.tnr(part)) for part in counted]
    shared = tpr_and_tnr(VERDICTS, PASSES, np.arange(120) // 3)
    for both, alone in zip(shared, plain, strict=True):
        for over, single in zip(both, alone, strict=True):
            assert over.low is not None and single.low is not None and over.low <= single.low
            assert over.high is not None and single.high is not None and over.high >= single.high
