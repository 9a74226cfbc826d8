"""Cells of groups and their replicates against pandas, scipy and the Dirichlet that they stand for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from labelcore.stats import counts as figures, resampling
from labelcore.stats.counts import cells_of

CELLS = np.array([[30.0, 4.0, 12.0, 6.0]])


def test_cells_of_groups_are_a_cross_table() -> None:
    random = np.random.default_rng(3)
    passes, groups = random.random(90) < 0.6, random.integers(0, 7, 90)
    verdicts = random.choice([0.0, 1.0, np.nan], (90, 3))
    weights = random.uniform(1, 5, 90)
    found = resampling.cells_by_group(verdicts, passes, groups, weights)
    assert found.shape == (7, 3, 4)
    for judge in range(3):
        table = pd.DataFrame({"g": groups, "v": verdicts[:, judge], "p": passes, "w": weights}).dropna()
        sums = table.groupby(["g", "v", "p"]).w.sum()
        for group in range(7):
            expected = [
                sums.get((group, v, p), 0.0) for v, p in ((1, True), (1, False), (0, False), (0, True))
            ]
            assert found[group, judge].tolist() == pytest.approx(expected)
    assert resampling.cells_by_group(verdicts[:0], passes[:0], groups[:0]).shape == (0, 3, 4)


def test_replicates_are_the_dirichlet_of_the_counts() -> None:
    counts = CELLS[0] + 0.5
    total = counts.sum()
    for drawn in (
        resampling.replicates_of_counts(CELLS, draws=20_000)[:, 0],
        resampling.replicates(np.repeat(np.eye(4)[:, None], CELLS[0].astype(int), axis=0), draws=20_000)[
            :, 0
        ],
    ):
        shares = drawn / drawn.sum(axis=1, keepdims=True)
        assert shares.mean(axis=0) == pytest.approx(counts / total, abs=2e-3)
        variance = counts * (total - counts) / (total**2 * (total + 1))
        assert shares.var(axis=0) == pytest.approx(variance, rel=0.05)
    heavy = resampling.replicates(np.zeros((1, 1, 4)), draws=20_000, prior=6.0)
    assert heavy.mean(axis=0)[0] == pytest.approx([3.0] * 4, rel=0.05)
    assert len(resampling.replicates(np.ones((3, 1, 4)), draws=260)) == 260


def test_intervals_are_quantiles_and_wider_for_few_groups() -> None:
    drawn = resampling.replicates_of_counts(CELLS, draws=20_000)
    found = resampling.intervals(CELLS, drawn)[0]
    exact = stats.beta(30.5, 6.5).ppf([0.025, 0.975])
    assert found["tpr"].value == pytest.approx(30 / 36) and found["tpr"].n == 52
    assert (found["tpr"].low, found["tpr"].high) == pytest.approx(tuple(exact), abs=5e-3)
    counts = figures.Counts(true_pass=30, false_pass=4, true_fail=12, false_fail=6)
    assert cells_of(counts).tolist() == CELLS[0].tolist()
    assert found["mcc"].value == pytest.approx(figures.mcc(counts))
    few = resampling.intervals(CELLS, drawn, ("mcc",), groups=6)[0]["mcc"]
    middle = float(np.median(resampling.FIGURES["mcc"](drawn)))
    times = stats.t.ppf(0.975, 5) / stats.norm.ppf(0.975) * np.sqrt(6 / 5)
    assert resampling.for_few(6) == pytest.approx(times) and resampling.for_few(None) == 1.0
    assert middle - (few.low or 0) == pytest.approx(times * (middle - (found["mcc"].low or 0)))
    assert (few.high or 0) - middle == pytest.approx(
        min(1 - middle, times * ((found["mcc"].high or 0) - middle))
    )
    assert resampling.for_few(1) == pytest.approx(stats.t.ppf(0.975, 1) / stats.norm.ppf(0.975))


def test_intervals_end_where_the_scale_ends() -> None:
    cells = np.array([[20.0, 0.0, 1.0, 0.0]])
    found = resampling.intervals(cells, resampling.replicates_of_counts(cells), groups=3)[0]
    assert found["tpr"].high == found["tpr"].value == 1 and found["mcc"].high == 1
    assert all(-1 <= (rate.low or 0) <= (rate.value or 0) for rate in found.values())
    assert (found["tnr"].low or 0) >= 0
    inverted = np.array([[1.0, 5.0, 1.0, 5.0]])
    assert (
        resampling.intervals(inverted, resampling.replicates_of_counts(inverted))[0]["mcc"].low or 0
    ) < -0.5


def test_what_is_undefined_says_why() -> None:
    cells = np.array([[0.0, 0.0, 9.0, 0.0]])
    found = resampling.intervals(cells, resampling.replicates_of_counts(cells))[0]
    assert found["tnr"].value == 1
    assert found["tpr"].why_not == "there are no decided outputs that people passed"
    assert found["ppv"].why_not == "there are no outputs that the judge passes"
    assert found["mcc"].why_not == "people or the judge gave one answer only"
    assert found["kappa"].why_not == "chance alone explains the agreement"
    assert found["kappa"].n == 9
