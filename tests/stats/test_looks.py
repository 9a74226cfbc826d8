"""How much the best of several versions flatters itself."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from labelcore.stats.looks import expected_maximum, optimism


@pytest.mark.parametrize(("k", "value"), [(1, 0.0), (2, 1 / math.sqrt(math.pi)), (3, 0.8463), (10, 1.5388)])
def test_the_expected_maximum_is_that_of_tables(k: int, value: float) -> None:
    assert expected_maximum(k) == pytest.approx(value, abs=0.03)


@given(k=st.integers(2, 12), noise=st.floats(0.01, 0.3), figure=st.floats(0.2, 0.8))
def test_versions_that_are_alike_flatter_by_the_expected_maximum(k: int, noise: float, figure: float) -> None:
    assert optimism([figure] * k, [noise] * k) == pytest.approx(noise * expected_maximum(k))


@given(noise=st.floats(0.01, 0.1), apart=st.floats(0.2, 0.5))
def test_versions_that_differ_flatter_less(noise: float, apart: float) -> None:
    assert 0 < optimism([0.3, 0.3 + apart], [noise, noise]) < optimism([0.3, 0.3], [noise, noise])


def test_the_noise_of_the_best_one_counts_and_one_alone_does_not_flatter() -> None:
    assert optimism([0.7], [0.1]) == 0
    assert optimism([0.7, 0.7], [0.0, 0.0]) == 0
    assert optimism([0.5, 0.6], [0.1, 0.3]) == pytest.approx(3 * optimism([0.6, 0.5], [0.1, 0.3]))
