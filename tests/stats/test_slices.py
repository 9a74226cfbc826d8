"""Slices: the project's estimate in each, and an alarm only where it is more than chance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from labelcore.arrays import Bools
from labelcore.stats import slices, subsamples
from labelcore.stats.prevalence import Graded, people_only
from labelcore.stats.rate import difference, proportion
from labelcore.stats.subsamples import Subsample


def _graded(
    passes: Bools, weights: npt.NDArray[np.float64] | None = None, groups: npt.NDArray[np.int64] | None = None
) -> Graded:
    return Graded(passes, np.full(len(passes), np.nan), weights, groups)


def _world(seed: int, n: int, *, kinds: int = 3, size: int = 3) -> tuple[Graded, list[str]]:
    """Uneven weights, sources of ``size`` outputs that lie across slices."""
    random = np.random.default_rng(seed)
    weights = random.choice([1.0, 3.0, 10.0], n)
    graded = _graded(random.random(n) < 0.7, weights, random.permutation(np.arange(n) // size))
    return graded, [f"s{k}" for k in random.integers(0, kinds, n)]


@pytest.mark.whole
@given(raw=st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_adjusted_p_values_equal_statsmodels(raw: list[float]) -> None:
    same: list[tuple[slices.Correction, str]] = [("holm", "holm"), ("benjamini-hochberg", "fdr_bh")]
    for ours, theirs in same:
        expected = multipletests(raw, method=theirs)[1]
        assert slices.adjust(raw, ours) == pytest.approx(list(expected), abs=1e-9)


def test_a_bad_slice_is_found_and_noise_is_not() -> None:
    random = np.random.default_rng(3)
    names = [f"city {i % 10}" for i in range(1_000)]
    passes = random.random(1_000) < np.where(np.array(names) == "city 4", 0.55, 0.85)
    found = slices.by_slice(_graded(passes), names)
    assert found[0].name == "city 4" and found[0].says == "worse than the rest"
    assert sum(row.says != "no difference that is more than chance" for row in found) == 1
    worst = found[0]
    assert (worst.together.high or 0) > (worst.rate.high or 0)


@pytest.mark.slow
def test_twenty_slices_without_a_difference_raise_a_false_alarm_in_few_runs() -> None:
    random = np.random.default_rng(4)
    names = [f"s{i % 20}" for i in range(600)]
    alarms = 0
    for _ in range(60):
        found = slices.by_slice(_graded(random.random(600) < 0.8), names)
        alarms += any(row.p is not None and row.p <= 0.05 for row in found)
    assert alarms <= 8


def test_small_slices_are_said_to_be_small() -> None:
    found = slices.by_slice(_graded(np.array([True] * 20 + [False] * 2)), ["a"] * 20 + ["b"] * 2)
    assert {row.name: row.p for row in found}["b"] is None
    assert "too few" in next(row.says for row in found if row.name == "b")
    only = slices.by_slice(_graded(np.array([True] * 20)), ["a"] * 20)
    assert only[0].says == "nothing to set it against"
    assert slices.by_slice(_graded(np.array([], dtype=bool)), []) == []


@given(seed=st.integers(0, 10_000), n=st.integers(10, 120), even=st.sampled_from([None, 1.0, 7.5]))
def test_single_outputs_of_even_weight_get_wilson_and_fisher(seed: int, n: int, even: float | None) -> None:
    random = np.random.default_rng(seed)
    passes, names = random.random(n) < 0.6, [f"s{k}" for k in random.integers(0, 3, n)]
    weights = None if even is None else np.full(n, even)
    found = {row.name: row for row in slices.by_slice(_graded(passes, weights, np.arange(n)), names)}
    raw = {}
    for name, row in found.items():
        inside = np.array(names) == name
        good, bad = int(passes[inside].sum()), int((~passes[inside]).sum())
        for rate, alpha in ((row.rate, 0.05), (row.together, 0.05 / len(found))):
            low, high = proportion_confint(good, good + bad, alpha=alpha, method="wilson")
            assert (rate.low, rate.high) == pytest.approx((low, high), abs=1e-9)
        others = (int(passes[~inside].sum()), int((~passes[~inside]).sum()))
        if good + bad >= 5 and sum(others) >= 5:
            raw[name] = stats.fisher_exact(np.array([[good, bad], others])).pvalue
            newcombe = difference(proportion(good, good + bad), proportion(others[0], sum(others)))
            assert row.against_rest == newcombe
    adjusted = dict(zip(raw, slices.adjust(list(raw.values()), "holm"), strict=True))
    assert {k: row.p for k, row in found.items()} == pytest.approx({k: adjusted.get(k) for k in found})


@given(seed=st.integers(0, 10_000), scale=st.floats(0.001, 1_000), size=st.sampled_from([1, 3]))
def test_the_scale_of_weights_and_the_order_of_rows_change_nothing(
    seed: int, scale: float, size: int
) -> None:
    graded, names = _world(seed, 120, size=size)
    order = np.random.default_rng(seed).permutation(120)
    assert graded.weights is not None and graded.groups is not None
    turned = _graded(graded.passes[order], scale * graded.weights[order], 5 + graded.groups[order])
    one = slices.by_slice(graded, names)
    for row, other in zip(one, slices.by_slice(turned, [names[k] for k in order]), strict=True):
        assert (row.name, row.says) == (other.name, other.says)
        assert row.p == pytest.approx(other.p, rel=1e-4)
        for name in ("rate", "together", "against_rest"):
            first, second = getattr(row, name), getattr(other, name)
            numbers = [(rate.value, rate.low, rate.high) for rate in (first, second)]
            assert numbers[0] == pytest.approx(numbers[1], abs=1e-9)


@given(seed=st.integers(0, 10_000), size=st.sampled_from([1, 2, 4]))
def test_a_slice_has_the_projects_own_estimate(seed: int, size: int) -> None:
    """One slice of everything is the project: the same pass rate, the same interval."""
    graded, _ = _world(seed, 120, size=size)
    (whole,) = slices.by_slice(graded, ["all"] * 120)
    project = people_only(graded.part(np.ones(120, dtype=bool)))
    assert (whole.rate.value, whole.rate.low, whole.rate.high) == pytest.approx(
        (project.value, project.low, project.high)
    )
    assert whole.p is None and whole.says == "nothing to set it against"


def test_uneven_chances_do_not_bend_a_slice() -> None:
    """Half of each slice fails; in one of them failing outputs had ten times the chance."""
    passes = np.array([True] * 10 + [False] * 100 + [True] * 60 + [False] * 60)
    weights = np.array([10.0] * 10 + [1.0] * 100 + [5.0] * 120)
    names = ["bent"] * 110 + ["even"] * 120
    found = {row.name: row for row in slices.by_slice(_graded(passes, weights), names)}
    assert found["bent"].rate.value == pytest.approx(0.5)
    assert (found["bent"].p or 0) > 0.5
    plain = {row.name: row for row in slices.by_slice(_graded(passes), names)}
    assert plain["bent"].says == "worse than the rest"


def test_copies_of_an_output_prove_nothing_more() -> None:
    """Each source ten times over: interval and p stay near those of the sources, far from n = 400."""
    random = np.random.default_rng(2)
    passes = np.concatenate([random.random(20) < 0.5, random.random(20) < 0.8])
    names = ["a"] * 20 + ["b"] * 20
    alone = {row.name: row for row in slices.by_slice(_graded(passes), names)}["a"]
    groups = np.repeat(np.arange(40), 10)
    many = _graded(np.repeat(passes, 10), groups=groups)
    copied = {row.name: row for row in slices.by_slice(many, list(np.repeat(names, 10)))}["a"]
    naive = {row.name: row for row in slices.by_slice(_graded(many.passes), list(np.repeat(names, 10)))}["a"]
    for rate in (alone.rate, copied.rate, naive.rate):
        assert rate.low is not None and rate.high is not None
    width = [row.rate.high - row.rate.low for row in (alone, copied, naive)]
    assert width[1] == pytest.approx(width[0], rel=0.15)
    assert width[2] < 0.5 * width[1]
    assert (naive.p or 0) < 1e-4 < 0.5 * (alone.p or 0) < (copied.p or 0)


def test_a_source_in_two_slices_makes_their_difference_surer() -> None:
    """Sources vary, and every source answers in both slices: the difference is within sources."""
    random = np.random.default_rng(5)
    level = np.repeat(random.random(40) < 0.5, 6)
    first = np.tile([True] * 3 + [False] * 3, 40)
    passes = np.where(random.random(240) < 0.15, first, level)
    across = _graded(passes, groups=np.repeat(np.arange(40), 6))
    whole = _graded(passes, groups=np.repeat(np.arange(80), 3))
    shared, apart = (
        subsamples.against(Subsample(graded, first), Subsample(graded, ~first)) for graded in (across, whole)
    )
    assert subsamples.correlation(Subsample(across, first), Subsample(across, ~first)) > 0.5
    assert subsamples.correlation(Subsample(whole, first), Subsample(whole, ~first)) == 0
    assert shared[0].value == apart[0].value
    assert (shared[0].high or 0) - (shared[0].low or 0) < 0.75 * ((apart[0].high or 0) - (apart[0].low or 0))
    assert (shared[1] or 0) < (apart[1] or 0)


@given(seed=st.integers(0, 10_000), size=st.sampled_from([1, 3]))
def test_the_p_value_and_the_interval_agree(seed: int, size: int) -> None:
    graded, names = _world(seed, 90, kinds=2, size=size)
    inside = np.array(names) == "s0"
    rate, p = subsamples.against(Subsample(graded, inside), Subsample(graded, ~inside))
    turned, same = subsamples.against(Subsample(graded, ~inside), Subsample(graded, inside))
    assert p == pytest.approx(same, rel=1e-4)
    if p is None or rate.low is None or rate.high is None:
        assert rate.why_not
        return
    assert rate.low <= (rate.value or 0) <= rate.high
    assert (turned.low, turned.high) == pytest.approx((-rate.high, -rate.low))
    assert (p < 0.05) == (rate.low > 0 or rate.high < 0) or p == pytest.approx(0.05, abs=1e-3)


def test_too_few_sources_are_said_and_get_no_interval() -> None:
    graded = _graded(np.tile([True, False], 60), groups=np.arange(120) // 20)
    found = slices.by_slice(graded, ["a"] * 60 + ["b"] * 60)
    for row in found:
        assert row.rate.value == 0.5 and row.rate.low is None and row.p is None
        assert "3 sources" in (row.rate.why_not or "") and "too few sources" in row.says
        assert row.against_rest.value is None and "3" in (row.against_rest.why_not or "")


def test_a_draw_that_is_worth_too_little_is_not_tested() -> None:
    weights = np.array([1.0] * 20 + [500.0] * 2 + [1.0] * 30)
    graded = _graded(np.tile([True, False], 26), weights)
    found = {row.name: row for row in slices.by_slice(graded, ["a"] * 22 + ["b"] * 30)}
    assert found["a"].p is None and "tell as much as 2" in found["a"].says
    assert "the others have" in found["b"].says


def test_slices_where_all_pass_are_no_proof_of_certainty() -> None:
    graded, names = _world(1, 60, size=2)
    sure = Graded(np.ones(60, dtype=bool), graded.verdicts, graded.weights, graded.groups)
    for row in slices.by_slice(sure, names):
        assert row.rate.value == 1 and (row.rate.low or 0) < 1
        assert row.p == 1
