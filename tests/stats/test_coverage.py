"""A small part of the coverage simulations (tests/bench), so that no change breaks them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.bench import coverage, slices
from tests.bench.pools import rows_of


@pytest.mark.slow
def test_intervals_cover_what_they_promise_and_are_narrower_than_judgys() -> None:
    runs = 250
    table = coverage.simulate(runs, settings=coverage.SETTINGS[::4], sizes=(100,))
    for (rule, method, n), cover, _, _, offered in rows_of(table):
        if cover is not None and "judgy" not in method:
            assert 0.92 <= cover <= 0.98, (rule, method, n, cover)
            assert offered > 0.5, (rule, method, n, offered)
    ours = table["random", "corrected, post-stratified", 100].width
    theirs = table["random", "judgy's algorithm", 100].width
    assert np.mean(theirs) >= 2 * np.mean(ours)


@pytest.mark.slow
def test_slices_hold_what_they_promise_and_are_not_blamed_for_nothing() -> None:
    table, alarms = slices.simulate(80, settings=slices.SETTINGS[1:3], sizes=(300,))
    for (design, name, n), cover, _, _, offered in rows_of(table):
        if cover is not None and "labelcore" in name and offered > 0.5:
            assert 0.92 <= cover <= 1, (design, name, n, cover)
    for design in slices.DESIGNS:
        assert np.mean(alarms[design, "labelcore", "false alarm", 300]) <= 0.09, design
    for design in (slices.MIXTURE, slices.WHOLE):
        assert np.mean(alarms[design, "each output alone", "false alarm", 300]) > 0.07, design
