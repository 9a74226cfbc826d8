"""Weights and groups: what they reduce to, and what they do to an interval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from labelcore.stats import prevalence
from labelcore.stats.prevalence import Graded, PoolVerdicts
from labelcore.stats.prevalence.weighing import posterior

ONES = np.ones(40)


@given(k=st.integers(0, 40), weight=st.floats(0.1, 50))
def test_equal_weights_are_jeffreys(k: int, weight: float) -> None:
    passes = np.arange(40) < k
    found = posterior(passes, np.ones(40, dtype=bool), ONES * weight)
    assert float(found.passes) == pytest.approx(k + 0.5, rel=1e-6)
    assert float(found.fails) == pytest.approx(40 - k + 0.5, rel=1e-6)
    low, high = found.interval()
    expected = stats.beta(k + 0.5, 40 - k + 0.5).ppf([0.025, 0.975])
    assert (float(low), float(high)) == pytest.approx(tuple(expected), abs=1e-9)


@given(scale=st.floats(0.01, 100), seed=st.integers(0, 20))
def test_the_unit_of_the_weights_does_not_matter(scale: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    passes, weights = random.random(30) < 0.7, random.uniform(1, 5, 30)
    one = posterior(passes, np.ones(30, dtype=bool), weights)
    other = posterior(passes, np.ones(30, dtype=bool), weights * scale)
    assert float(one.passes) == pytest.approx(float(other.passes))
    assert float(one.fails) == pytest.approx(float(other.fails))
    verdicts = (passes ^ (random.random(30) < 0.2)).astype(float)
    youden = [float(Graded(passes, verdicts, weights * unit).youden()) for unit in (1.0, scale, 1e-3)]
    assert youden == pytest.approx([youden[0]] * 3)


@given(seed=st.integers(0, 20))
@settings(deadline=None)
def test_groups_never_narrow_and_turn_with_the_labels(seed: int) -> None:
    random = np.random.default_rng(seed)
    passes, groups = random.random(90) < 0.7, np.arange(90) // 3
    inside, weights = np.ones(90, dtype=bool), np.ones(90)
    alone = posterior(passes, inside, weights)
    grouped = posterior(passes, inside, weights, groups)
    assert float(grouped.passes + grouped.fails) <= float(alone.passes + alone.fails) + 1e-9
    turned = posterior(~passes, inside, weights, groups)
    assert float(turned.passes) == pytest.approx(float(grouped.fails))


def test_copies_of_an_output_are_not_new_evidence() -> None:
    passes = np.repeat(np.random.default_rng(1).random(40) < 0.7, 5)
    groups = np.arange(200) // 5
    once = posterior(passes[::5], np.ones(40, dtype=bool), np.ones(40))
    copied = posterior(passes, np.ones(200, dtype=bool), np.ones(200), groups)
    ratio = float(copied.passes + copied.fails) / float(once.passes + once.fails)
    assert 0.8 < ratio < 1.05


def _graded(n: int = 200, **more: np.ndarray) -> Graded:
    random = np.random.default_rng(2)
    passes = random.random(n) < 0.8
    verdicts = np.where(random.random(n) < 0.9, passes, ~passes).astype(float)
    return Graded(passes, verdicts, **more)


@pytest.mark.parametrize("method", list(prevalence.METHODS))
def test_every_correction_states_an_assumption_and_contains_the_truth(method: str) -> None:
    rate = prevalence.corrected(_graded(), PoolVerdicts(7_400, 2_600), method)
    assert prevalence.ASSUMPTIONS[method]
    assert rate.low is not None and rate.high is not None
    assert rate.low < 0.8 < rate.high
    assert rate.high - rate.low < 0.2


def test_abstentions_are_a_stratum_of_their_own() -> None:
    graded = _graded()
    verdicts = graded.verdicts.copy()
    verdicts[:60] = np.nan
    rate = prevalence.corrected(Graded(graded.passes, verdicts), PoolVerdicts(5_200, 1_800, 3_000))
    assert rate.low is not None and rate.high is not None and rate.low < 0.8 < rate.high
    always = Graded(graded.passes, np.full(200, np.nan))
    assert "verdict" in (prevalence.corrected(always, PoolVerdicts(5, 5)).why_not or "")
    nowhere = prevalence.corrected(graded, PoolVerdicts(0, 0, 10_000))
    assert nowhere.value is None and nowhere.why_not == "the judge has decided no outputs of the pool"


def test_uneven_draws_are_weighed_or_refused_with_a_reason() -> None:
    weights = np.where(np.arange(200) < 3, 3_000.0, 1.0)
    graded = _graded(weights=weights)
    for method in prevalence.METHODS:
        rate = prevalence.corrected(graded, PoolVerdicts(7_400, 2_600), method)
        assert rate.value is None and rate.why_not
        assert not prevalence.offered(graded, method).all()
    mild = _graded(weights=np.where(np.arange(200) < 100, 3.0, 1.0))
    assert "even draws" in (prevalence.corrected(mild, PoolVerdicts(7_400, 2_600), "PPI++").why_not or "")
    assert prevalence.corrected(mild, PoolVerdicts(7_400, 2_600)).value is not None


def test_few_groups_are_refused_everywhere() -> None:
    graded = _graded(groups=np.arange(200) // 20)
    assert "groups" in (prevalence.people_only(graded).why_not or "")
    assert "groups" in (prevalence.corrected(graded, PoolVerdicts(7_400, 2_600)).why_not or "")


def test_corrected_of_one_version_repeats_itself() -> None:
    one = prevalence.corrected(_graded(), PoolVerdicts(7_400, 2_600), seed=3)
    assert one == prevalence.corrected(_graded(), PoolVerdicts(7_400, 2_600), seed=3)
