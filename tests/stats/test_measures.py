"""Each measure equals its reference, keeps its symmetries, and is undefined where it must be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn import metrics
from statsmodels.stats import inter_rater

from labelcore.stats import counts as m, resampling
from labelcore.stats.agreement import Weights, fleiss_kappa, gwet_ac, table_of, weighted_kappa

levels = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=50)
cells = st.tuples(*[st.integers(0, 40)] * 4)


@given(pairs=levels, weights=st.sampled_from(["none", "linear", "quadratic"]))
def test_weighted_kappa_equals_scikit_learn(pairs: list[tuple[int, int]], weights: Weights) -> None:
    one, other = zip(*pairs, strict=True)
    found = weighted_kappa(table_of(one, other, [1, 2, 3, 4]), weights)
    if len({*one, *other}) == 1:
        assert found is None
        return
    name = None if weights == "none" else weights
    expected = metrics.cohen_kappa_score(one, other, labels=[1, 2, 3, 4], weights=name)
    assert found == pytest.approx(expected, abs=1e-9)
    turned = weighted_kappa(table_of(other, one, [1, 2, 3, 4]), weights)
    assert turned == pytest.approx(found, abs=1e-9)


@given(units=st.lists(st.lists(st.integers(0, 2), min_size=3, max_size=3), min_size=2, max_size=20))
def test_fleiss_equals_statsmodels(units: list[list[int]]) -> None:
    counts = np.array([[unit.count(value) for value in range(3)] for unit in units])
    found = fleiss_kappa(counts)
    if len({value for unit in units for value in unit}) == 1:
        assert found is None
        return
    assert found == pytest.approx(inter_rater.fleiss_kappa(counts, method="fleiss"), abs=1e-9)


def test_fleiss_needs_the_same_number_of_grades_everywhere() -> None:
    assert fleiss_kappa(np.array([[2, 1], [1, 1]])) is None
    assert fleiss_kappa(np.array([[1, 0], [0, 1]])) is None


# Gwet's package irrCAC prints these in its documentation: AC1 0.77544 for Krippendorff's example C
# (four raters, twelve units, five values, missing grades), and for its table of two abstractors AC1
# 0.8493305 and Cohen's kappa 0.7964094.
FOUR = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]


def test_ac1_of_the_published_example() -> None:
    units = [[int(row[at]) for row in FOUR if row[at] != "."] for at in range(12)]
    counts = np.array([[unit.count(value) for value in range(1, 6)] for unit in units])
    assert gwet_ac(counts) == pytest.approx(0.77544, abs=5e-6)
    ordered = gwet_ac(counts, "quadratic")
    assert ordered is not None and ordered > 0.775


def test_ac1_and_kappa_of_the_published_table() -> None:
    table = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
    both = np.eye(3, dtype=int)[:, None, :] + np.eye(3, dtype=int)[None, :, :]
    counts = np.repeat(both.reshape(9, 3), table.ravel(), axis=0)
    assert gwet_ac(counts) == pytest.approx(0.8493305, abs=1e-7)
    assert weighted_kappa(table, "none") == pytest.approx(0.7964094, abs=1e-7)


def test_ac1_stays_high_for_a_judge_that_misses_fails() -> None:
    lenient = m.Counts(true_pass=1_370, false_pass=180, true_fail=10, false_fail=40)
    assert (m.ac1(lenient) or 0) > 0.8
    assert (m.kappa(lenient) or 1) < 0.15


@given(four=cells)
def test_ac1_of_cells_equals_the_general_formula(four: tuple[int, int, int, int]) -> None:
    counts = m.Counts(true_pass=four[0], false_pass=four[1], true_fail=four[2], false_fail=four[3])
    one = resampling.FIGURES["ac1"](np.array(four, dtype=float))
    assert (m.ac1(counts) is None) == bool(np.isnan(one))
    if counts.n:
        people = np.repeat([[2, 0], [1, 1], [0, 2], [1, 1]], four, axis=0)
        assert m.ac1(counts) == pytest.approx(float(one), abs=1e-9) == gwet_ac(people)


@given(four=cells)
def test_figures_of_cells_equal_those_of_counts_and_stay_in_range(four: tuple[int, int, int, int]) -> None:
    counts = m.Counts(true_pass=four[0], false_pass=four[1], true_fail=four[2], false_fail=four[3])
    array = np.array(four, dtype=float)
    for name, plain in (
        ("tpr", m.tpr(counts).value),
        ("tnr", m.tnr(counts).value),
        ("ppv", m.ppv(counts).value),
        ("npv", m.npv(counts).value),
        ("mcc", m.mcc(counts)),
        ("kappa", m.kappa(counts)),
        ("balanced_accuracy", m.balanced_accuracy(counts)),
    ):
        found = float(resampling.FIGURES[name](array))
        assert (plain is None) == np.isnan(found)
        if plain is not None:
            assert found == pytest.approx(plain, abs=1e-9)
            assert -1 - 1e-9 <= found <= 1 + 1e-9


@given(four=cells)
def test_swapping_pass_and_fail_keeps_the_symmetric_figures(four: tuple[int, int, int, int]) -> None:
    array = np.array(four, dtype=float)
    swapped = array[[2, 3, 0, 1]]
    for name in ("mcc", "kappa", "ac1", "balanced_accuracy"):
        one, other = resampling.FIGURES[name](array), resampling.FIGURES[name](swapped)
        assert np.isnan(one) == np.isnan(other)
        assert np.isnan(one) or float(one) == pytest.approx(float(other), abs=1e-9)
    assert np.array_equal(
        resampling.FIGURES["tpr"](array), resampling.FIGURES["tnr"](swapped), equal_nan=True
    )


def test_balanced_accuracy_has_an_interval_or_a_reason() -> None:
    rate = m.balanced_accuracy_rate(m.Counts(true_pass=40, false_pass=5, true_fail=15, false_fail=4))
    assert rate.low is not None and rate.high is not None and rate.value is not None
    assert 0 <= rate.low < rate.value < rate.high <= 1
    one_class = m.balanced_accuracy_rate(m.Counts(true_pass=9, false_pass=0, true_fail=0, false_fail=1))
    assert one_class.why_not == "there are no decided outputs that people failed"


def test_figures_do_not_lose_digits_on_a_million() -> None:
    big = m.Counts(true_pass=700_000, false_pass=90_000, true_fail=150_000, false_fail=60_000)
    human = [1, 0, 0, 1]
    judge = [1, 1, 0, 0]
    weights = [big.true_pass, big.false_pass, big.true_fail, big.false_fail]
    assert m.mcc(big) == pytest.approx(
        metrics.matthews_corrcoef(human, judge, sample_weight=weights), abs=1e-9
    )
    assert m.kappa(big) == pytest.approx(
        metrics.cohen_kappa_score(human, judge, sample_weight=weights), abs=1e-9
    )


# ---- resampling


def _votes(n: int, judges: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(5)
    passes = random.random(n) < 0.8
    verdicts = np.where(random.random((n, judges)) < 0.85, passes[:, None], ~passes[:, None])
    return verdicts.astype(float), passes


@given(seed=st.integers(0, 50))
@settings(max_examples=10, deadline=None)
def test_order_of_outputs_and_names_of_groups_do_not_matter(seed: int) -> None:
    verdicts, passes = _votes(60, 3)
    groups = np.arange(60) // 3
    order = np.random.default_rng(seed).permutation(60)
    one = resampling.cells_by_group(verdicts, passes, groups)
    other = resampling.cells_by_group(verdicts[order], passes[order], groups[order])
    assert np.array_equal(one, other)
    assert one.sum() == 180


def test_replicates_are_seeded_and_the_two_ways_agree() -> None:
    verdicts, passes = _votes(200, 2)
    cells = resampling.cells_by_group(verdicts, passes, np.arange(200))
    one = resampling.replicates(cells, seed=1)
    assert np.array_equal(one, resampling.replicates(cells, seed=1))
    quick = resampling.intervals(cells.sum(axis=0), resampling.replicates_of_counts(cells.sum(axis=0)))
    slow = resampling.intervals(cells.sum(axis=0), one)
    for name in resampling.FIGURES:
        assert quick[0][name].low == pytest.approx(slow[0][name].low, abs=0.02)
        assert quick[0][name].high == pytest.approx(slow[0][name].high, abs=0.02)


def test_outputs_that_repeat_each_other_widen_the_interval() -> None:
    verdicts, passes = _votes(80, 1)
    copied, same = np.repeat(verdicts, 5, axis=0), np.repeat(passes, 5)
    alone = resampling.cells_by_group(copied, same, np.arange(400))
    grouped = resampling.cells_by_group(copied, same, np.arange(400) // 5)
    widths = []
    for cells, number in ((alone, None), (grouped, 80)):
        rate = resampling.intervals(
            cells.sum(axis=0), resampling.replicates(cells), ("kappa",), groups=number
        )[0]["kappa"]
        widths.append((rate.high or 0) - (rate.low or 0))
    assert widths[1] > 1.8 * widths[0]


def test_missing_and_abstained_cells_count_nowhere() -> None:
    verdicts = np.array([[1.0], [np.nan], [0.0]])
    cells = resampling.cells_by_group(verdicts, np.array([True, True, False]), np.arange(3))
    assert cells.sum(axis=0).tolist() == [[1, 0, 1, 0]]
    nothing = resampling.cells_by_group(np.full((3, 1), np.nan), np.ones(3, dtype=bool), np.arange(3))
    rates = resampling.intervals(nothing.sum(axis=0), resampling.replicates(nothing))[0]
    assert all(rate.value is None and rate.why_not for rate in rates.values())
