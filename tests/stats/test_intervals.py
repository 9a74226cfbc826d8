"""Intervals of a share: what must hold for every method, whoever adds one."""

from __future__ import annotations

import pytest

from labelcore.stats.intervals import every_method
from labelcore.stats.rate import Z95, proportion, quantile


@pytest.mark.parametrize("method", list(every_method()))
@pytest.mark.parametrize(("successes", "n"), [(0, 1), (1, 1), (0, 30), (7, 30), (30, 30), (500, 1000)])
def test_an_interval_holds_its_share_within_0_and_1(method: str, successes: int, n: int) -> None:
    low, high = every_method()[method](successes, n, Z95)
    assert 0 <= low <= successes / n <= high <= 1
    assert low < high


@pytest.mark.parametrize("method", list(every_method()))
def test_an_interval_mirrors_where_pass_and_fail_change_places(method: str) -> None:
    low, high = every_method()[method](7, 30, Z95)
    assert every_method()[method](23, 30, Z95) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize("method", list(every_method()))
def test_an_interval_narrows_with_more_items_and_widens_with_the_level(method: str) -> None:
    def width(successes: int, n: int, level: float = 0.95) -> float:
        low, high = every_method()[method](successes, n, quantile(level))
        return high - low

    assert width(70, 300) < width(7, 30) < width(7, 30, 0.99)


def test_a_rate_carries_the_name_of_its_method() -> None:
    assert {proportion(7, 30, method=name).method for name in every_method()} == set(every_method())
    assert proportion(7, 30).method == "Wilson"
