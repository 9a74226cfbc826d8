"""Two versions on the same items: better only where it is more than chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar

from labelcore.stats import paired


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
