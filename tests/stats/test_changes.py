"""What another version changes, on the same outputs: counts, Dirichlet draws, strata, sources, decisions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats

from labelcore.arrays import Bools
from labelcore.stats import changes, counts, looks, settling
from labelcore.stats.changes import Change, Rates, change, of_move, of_trial
from labelcore.stats.rate import Rate
from labelcore.stats.settling import advice_on, fewest_to_settle, grading_order, more_to_settle


def outputs(counts: list[int]) -> tuple[Bools, Bools, Bools]:
    """Grade, present right, new right of outputs in the eight cells, whose numbers are sums of 4, 2 and 1."""
    cell = np.repeat(np.arange(8), counts)
    return cell >= 4, (cell & 2) > 0, (cell & 1) > 0


@given(counts=st.lists(st.integers(0, 12), min_size=8, max_size=8))
def test_figures_are_those_of_the_counts(counts: list[int]) -> None:
    passes, present, new = outputs(counts)
    found = change(of_trial(passes, present, new.astype(float)), draws=200)
    assert (found.passes, found.fails) == (sum(counts[4:]), sum(counts[:4]))
    for rate, first, gave in ((found.tpr, 4, "passed"), (found.tnr, 0, "failed")):
        n = sum(counts[first : first + 4])
        assert rate.n == n
        if n == 0:
            assert rate.value is None and f"no decided outputs that people {gave}" in str(rate.why_not)
            continue
        assert rate.value == pytest.approx((counts[first + 1] - counts[first + 2]) / n)
        assert (
            rate.low is not None and rate.high is not None and -1 <= rate.low <= rate.value <= rate.high <= 1
        )
    if found.tpr.value is not None and found.tnr.value is not None:
        assert found.balanced.value == pytest.approx((found.tpr.value + found.tnr.value) / 2)
        assert found.present.tpr.value == pytest.approx(present[passes].mean())
        assert found.new.tnr.value == pytest.approx(new[~passes].mean())
    else:
        assert found.balanced.value is None and found.verdict == "unclear"


def test_the_interval_is_that_of_dirichlet_draws() -> None:
    passes, present, new = outputs([6, 11, 3, 20, 4, 2, 9, 30])
    found = change(of_trial(passes, present, new.astype(float)), draws=20_000)
    for rate, cells in ((found.tnr, [6.5, 11.5, 3.5, 20.5]), (found.tpr, [4.5, 2.5, 9.5, 30.5])):
        drawn = stats.dirichlet(cells).rvs(60_000, random_state=1)
        expected = np.quantile(drawn[:, 1] - drawn[:, 2], [0.025, 0.975])
        assert (rate.low, rate.high) == pytest.approx(tuple(expected), abs=0.006)


@given(seed=st.integers(0, 40))
def test_both_ways_of_knowing_everything_say_the_same(seed: int) -> None:
    random = np.random.default_rng(seed)
    passes, present, new = (random.random(80) < share for share in (0.5, 0.8, 0.7))
    trial = change(of_trial(passes, present, new.astype(float)), draws=1_500)
    votes = [np.where(right, passes, ~passes).astype(np.float64) for right in (present, new)]
    move = change(of_move(votes[0], votes[1], passes.astype(float)), draws=1_500)
    for one, other in ((trial.tpr, move.tpr), (trial.tnr, move.tnr), (trial.balanced, move.balanced)):
        assert one.value == pytest.approx(other.value)
        assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=0.05)


def test_what_was_not_asked_is_weighed_by_its_stratum() -> None:
    passes, present, new = outputs([30, 10, 40, 120, 5, 15, 20, 160])
    asked = np.random.default_rng(1).random(400) < np.where(present, 0.2, 1.0)
    found = change(of_trial(passes, present, np.where(asked, new, np.nan)))
    whole = change(of_trial(passes, present, new.astype(float)))
    assert found.present.tnr.value == pytest.approx(whole.present.tnr.value)
    naive = new[asked & ~passes].mean() - present[asked & ~passes].mean()
    assert abs((found.tnr.value or 0) - (whole.tnr.value or 0)) < abs(naive - (whole.tnr.value or 0))
    for rate, truth in ((found.tpr, whole.tpr), (found.tnr, whole.tnr)):
        assert (rate.low or 0) <= (truth.value or 0) <= (rate.high or 0)
        assert (rate.high or 0) - (rate.low or 0) > (truth.high or 0) - (truth.low or 0)


def test_copies_of_an_output_are_no_further_evidence() -> None:
    passes, present, new = outputs([4, 8, 3, 20, 3, 6, 2, 24])
    alone = change(of_trial(passes, present, new.astype(float)))
    times = [np.repeat(values, 3) for values in (passes, present, new)]
    groups = np.repeat(np.arange(len(passes)), 3)
    copied = change(of_trial(times[0], times[1], times[2].astype(float), groups))
    assert copied.balanced.value == pytest.approx(alone.balanced.value)
    width = [(rate.high or 0) - (rate.low or 0) for rate in (alone.balanced, copied.balanced)]
    assert width[1] == pytest.approx(width[0], rel=0.12)
    few = change(of_trial(times[0], times[1], times[2].astype(float), groups % 4))
    assert few.balanced.low is None and few.verdict == "unclear" and "sources" in str(few.balanced.why_not)
    enough = change(of_trial(times[0], times[1], times[2].astype(float), groups % changes.FEWEST_GROUPS))
    assert enough.balanced.low is not None


def test_weights_move_the_figures() -> None:
    passes, present, new = outputs([0, 10, 10, 0, 0, 10, 10, 0])
    weights = np.where(new, 3.0, 1.0)
    found = change(of_trial(passes, present, new.astype(float), weights=weights))
    assert found.tpr.value == pytest.approx(0.5) and found.tnr.value == pytest.approx(0.5)


def test_one_output_or_two_or_one_source_prove_nothing() -> None:
    """Of 100 outputs 15 are wrong, of which ten are asked and stay wrong; of ten right ones some break."""
    passes = np.arange(100) % 2 == 0
    present = np.arange(100) >= 15
    new = np.full(100, np.nan)
    new[:10], new[15:25] = 0, 1
    new[15] = 0
    alone = change(of_trial(passes, present, new))
    assert alone.balanced.high is not None and alone.balanced.high < 0
    assert alone.moved == (0, 1) and alone.verdict == "unclear"
    new[17] = 0
    assert change(of_trial(passes, present, new)).verdict == "unclear"
    new[19] = 0
    assert change(of_trial(passes, present, new)).verdict == "worse"
    sources = np.arange(100)
    sources[[15, 17, 19]] = 15
    assert change(of_trial(passes, present, new, sources)).moved == (0, 1)


def test_a_trial_that_was_stopped_within_one_grade_has_no_mean() -> None:
    passes, present, new = outputs([4, 4, 4, 4, 4, 4, 4, 4])
    found = change(of_trial(passes, present, np.where(passes, new, np.nan)))
    assert found.tpr.value is not None and found.tnr.value is None
    assert found.balanced.value is None and found.verdict == "unclear" and more_to_settle(found) is None


def test_who_abstains_instead_of_erring_moves_the_output() -> None:
    passes, present, new = outputs([4, 4, 4, 4, 4, 4, 4, 4])
    told = np.where(new, 1.0, np.where(np.arange(32) % 4 == 0, changes.SILENT, 0.0))
    found = change(of_trial(passes, present, told))
    assert found.moved == (10, 8)


def rate(low: float, high: float) -> Rate:
    return Rate(value=(low + high) / 2, low=low, high=high, n=40)


def test_a_rate_is_never_below_nothing_however_few_sources_widen_it() -> None:
    passes, present, new = outputs([36, 0, 0, 0, 36, 0, 0, 0])
    groups = np.arange(72) % changes.FEWEST_GROUPS
    trial = of_trial(passes, present, new.astype(float), groups, np.ones(72))
    found = change(trial, draws=400)
    rates = (found.present.tpr, found.present.tnr, found.new.tpr, found.new.tnr)
    assert [rate.low for rate in rates] == [0.0] * 4


def test_outputs_of_which_nothing_is_known_count_half_for_right_and_wrong() -> None:
    passes, present = np.array([True, True, False]), np.array([True, False, True])
    new = np.array([changes.SILENT, np.nan, changes.RIGHT], dtype=float)
    assert changes.estimated_cells(of_trial(passes, present, new)).sum() == pytest.approx(3)


def test_where_nothing_of_a_large_part_was_tried_no_figure_rests_on_the_prior_alone() -> None:
    passes, present, new = outputs([4, 4, 4, 40, 4, 4, 4, 40])
    tried = ~(passes & present)  # the errors came first, and the money ended before good ones that it passes
    found = change(of_trial(passes, present, np.where(tried, new, np.nan)))
    assert found.tpr.value is None and "no answer on any output like them" in str(found.tpr.why_not)
    assert found.new.tpr.value is None and found.present.tpr.value is not None
    assert found.balanced.value is None and found.verdict == "unclear"
    assert found.tnr.value is not None and found.new.tnr.low is not None
    one = tried | (np.cumsum(passes & present) == 1)
    assert change(of_trial(passes, present, np.where(one, new, np.nan))).tpr.value is not None


def test_where_nobody_graded_what_both_models_say_alike_no_rate_is_told() -> None:
    """40 flips are graded, and none of 160 outputs that both pass: how many of these are bad nobody knows."""
    old, new = np.ones(200), np.repeat([0.0, 1.0], [40, 160])
    passes = np.repeat([0.0, 1.0, np.nan], [30, 10, 160])
    found = change(of_move(old, new, passes))
    rates = [found.tpr, found.tnr, found.balanced, *(rate for _, rate in (*found.present, *found.new))]
    assert {rate.value for rate in rates} == {None} and found.verdict == "unclear"
    assert "nothing is known of 160 of the 200 outputs: both models" in str(found.tnr.why_not)
    assert advice_on(found) == "grade first"
    graded = change(of_move(old, new, np.repeat([0.0, 1.0, 1.0, np.nan], [30, 10, 8, 152])))
    assert graded.tnr.value is not None and graded.tnr.low is not None
    few = change(of_move(old, new, np.repeat([0.0, 1.0, np.nan], [100, 98, 2])))
    assert few.tnr.value is not None, "one in a hundred is no large part"


def test_nothing_graded_draws_the_prior_and_measures_nothing() -> None:
    nobody = np.zeros(0, dtype=bool)
    nothing = of_trial(nobody, nobody, np.zeros(0))
    drawn = changes.drawn_cells(nothing, draws=50)
    assert np.isfinite(drawn).all() and (drawn.sum(axis=1) > 0).all()
    assert change(nothing).balanced.value is None


def changed(tpr: Rate, tnr: Rate, balanced: Rate) -> Change:
    one = Rates(tpr=tpr, tnr=tnr)
    return Change(tpr=tpr, tnr=tnr, balanced=balanced, present=one, new=one, passes=40, fails=40)


@pytest.mark.parametrize(
    ("tpr", "tnr", "balanced", "verdict", "advice"),
    [
        ((-0.1, 0.1), (0.1, 0.3), (0.02, 0.2), "better", "switch"),
        ((-0.1, 0.1), (-0.3, -0.1), (-0.2, -0.02), "worse", "stay"),
        ((-0.2, -0.1), (0.3, 0.5), (0.05, 0.3), "unclear", "stay"),
        ((-0.1, 0.1), (-0.1, 0.1), (-0.04, 0.06), "unclear", "switch"),
        ((-0.1, 0.1), (-0.2, 0.1), (-0.15, 0.06), "unclear", "grade first"),
    ],
)
def test_decisions(
    tpr: tuple[float, float],
    tnr: tuple[float, float],
    balanced: tuple[float, float],
    verdict: str,
    advice: str,
) -> None:
    found = changed(rate(*tpr), rate(*tnr), rate(*balanced))
    assert (found.verdict, advice_on(found)) == (verdict, advice)
    assert found.trades is (verdict == "unclear" and advice == "stay")


@given(gain=st.floats(0.02, 0.4), passes=st.integers(5, 60), fails=st.integers(5, 60))
def test_so_many_more_narrow_the_interval_until_it_leaves_nothing(
    gain: float, passes: int, fails: int
) -> None:
    halves = [1 / np.sqrt(passes), 1 / np.sqrt(fails)]
    both = float(np.hypot(*halves)) / 2
    rates = [rate(-half, half) for half in halves]
    found = changed(rates[0], rates[1], rate(gain - both, gain + both)).model_copy(
        update={"passes": passes, "fails": fails}
    )
    more = more_to_settle(found)
    if gain > both:
        assert more is not None and more.n == 0
        return
    if more is None:
        return
    sizes = (passes + more.passes, fails + more.fails)
    assert float(np.hypot(1 / np.sqrt(sizes[0]), 1 / np.sqrt(sizes[1]))) / 2 <= gain + 0.01
    assert more_to_settle(changed(rate(-0.2, -0.1), rate(0.3, 0.5), rate(0.05, 0.3))) is None


def test_where_one_rate_surely_rises_and_the_mean_falls_no_number_of_outputs_is_named() -> None:
    found = changed(rate(0.11, 0.32), rate(-0.91, 0.07), rate(-0.45, 0.1))
    assert found.verdict == "unclear"
    assert found.trades
    assert more_to_settle(found) is None


@pytest.mark.whole
def test_equal_versions_are_seldom_called_better() -> None:
    random = np.random.default_rng(0)
    said = []
    for run in range(200):
        passes, present, new = random.random(50) < 0.5, random.random(50) < 0.8, random.random(50) < 0.8
        said.append(change(of_trial(passes, present, new.astype(float)), draws=300, seed=run).verdict)
    assert said.count("better") <= 12 and said.count("worse") <= 12


def test_the_best_of_many_equal_versions_is_as_much_too_good_as_is_said() -> None:
    random = np.random.default_rng(0)
    told, real = [], []
    for _ in range(200):
        item, chance = random.normal(size=48), random.normal(size=(14, 48))
        right = np.sqrt(0.5) * item + np.sqrt(0.5) * chance < 0.7
        figures = right.mean(axis=1)
        apart = (right[1:].astype(float) - right[0]).std(axis=1) / np.sqrt(48)
        noise = [float(apart.mean()) / np.sqrt(2)] + [float(value) / np.sqrt(2) for value in apart]
        told.append(looks.optimism(list(map(float, figures)), noise))
        real.append(figures.max() - stats.norm.cdf(0.7))
    assert np.mean(told) == pytest.approx(float(np.mean(real)), abs=0.02) and np.mean(real) > 0.05
    assert looks.optimism([0.7], [0.1]) == 0 == looks.optimism([0.7, 0.7], [0.0, 0.0])


def test_the_expected_maximum_is_that_of_draws() -> None:
    drawn = np.random.default_rng(0).normal(size=(40_000, 30))
    for k in (2, 5, 14, 30):
        assert looks.expected_maximum(k) == pytest.approx(drawn[:, :k].max(axis=1).mean(), abs=0.03)


def test_flips_come_first_and_settle_with_fewer_grades_than_chance() -> None:
    random = np.random.default_rng(3)
    needed: dict[str, list[int]] = {"flips first": [], "by chance": []}
    for run in range(6):
        passes = random.random(200) < 0.6
        first = random.random(200) < 0.88
        second = random.random(200) < np.where(first, 0.98, 0.35)
        votes = [np.where(right, passes, ~passes).astype(np.float64) for right in (first, second)]
        compared = of_move(votes[0], votes[1], np.full(200, np.nan))
        order = grading_order(compared, run)
        differ = votes[0] != votes[1]
        assert sorted(order) == list(range(200)) and differ[order[:10]].mean() >= 0.8
        for name, some in (("flips first", order), ("by chance", random.permutation(200))):
            outcome, number = np.full(200, np.nan), 0
            while (
                number < 200
                and advice_on(change(replace(compared, outcome=outcome), draws=300)) == "grade first"
            ):
                number += 4
                outcome[some[:number]] = passes[some[:number]]
            needed[name].append(number)
    assert np.mean(needed["flips first"]) < 0.7 * np.mean(needed["by chance"])


def test_what_is_settled_needs_no_grade_and_what_cannot_be_says_so() -> None:
    votes = np.tile([1.0, 0.0], 30)
    compared = of_move(votes, votes, votes)
    assert fewest_to_settle(compared, grading_order(compared)) == 0
    random = np.random.default_rng(0)
    first, second = (random.integers(0, 2, 6).astype(np.float64) for _ in range(2))
    few = of_move(first, second, np.full(6, np.nan))
    assert fewest_to_settle(few, grading_order(few)) is None


def test_what_is_asked_for_settles_it_and_one_less_does_not() -> None:
    random = np.random.default_rng(4)
    passes = random.random(240) < 0.6
    first, second = (
        np.where(random.random(240) < 0.93, passes, ~passes).astype(np.float64) for _ in range(2)
    )
    compared = of_move(first, second, np.full(240, np.nan))
    order = grading_order(compared)
    fewest = fewest_to_settle(compared, order)
    assert fewest is not None and 1 < fewest < 240
    expected = settling._expected(compared, order)
    for number, advice in ((fewest, {"switch", "stay"}), (fewest - 1, {"grade first"})):
        outcome = np.full(240, np.nan)
        outcome[order[:number]] = expected[:number]
        assert advice_on(change(replace(compared, outcome=outcome), draws=settling._DRAWS)) in advice


def test_the_noise_of_a_version_is_that_of_the_difference_by_the_root_of_two() -> None:
    votes = np.tile([1.0, 0.0, 1.0, 0.0], 20)
    found = change(of_move(votes, np.roll(votes, 1), np.tile([1.0, 1.0, 0.0, 0.0], 20)))
    low, high = found.balanced.low, found.balanced.high
    assert low is not None and high is not None
    assert looks.unshared_noise(found) == pytest.approx((high - low) / (2 * 1.959964 * 2**0.5), abs=1e-6)
    alone = change(of_move(votes, votes, np.full(80, np.nan)))
    assert looks.unshared_noise(alone) is None


def test_an_abstention_is_in_no_rate_and_makes_no_version_better() -> None:
    present, new = np.array([1.0, np.nan, 0.0, np.nan] * 5), np.array([np.nan, 1.0, np.nan, 0.0] * 5)
    passes = np.array([1.0, 1.0, 0.0, 0.0] * 5)
    found = change(of_move(present, new, passes))
    assert found.present.tpr.value == found.new.tnr.value == 1 and found.tpr.value == found.tnr.value == 0
    assert (found.present.tpr.n, found.new.tpr.n, found.abstained) == (5, 5, (10, 10))
    assert found.counted is not None and found.counted.value == pytest.approx(0)
    assert found.verdict == "unclear" and changes.of_move(present, new, passes).cells.shape == (8, 2)


RIGHT, WRONG, SILENT = changes.RIGHT, changes.WRONG, changes.SILENT


@pytest.mark.parametrize(
    ("present", "new", "verdict"),
    [
        ([RIGHT] * 14 + [WRONG] * 6, [RIGHT] * 14 + [SILENT] * 6, "better"),  # of its errors alone
        ([RIGHT] * 14 + [WRONG] * 6, [RIGHT] * 6 + [SILENT] * 14, "unclear"),  # of what was right as well
        ([RIGHT] * 6 + [SILENT] * 14, [RIGHT] * 20, "better"),  # as right as before, and decides all
        ([RIGHT] * 20, [RIGHT] * 6 + [SILENT] * 14, "worse"),
        ([RIGHT] * 14 + [WRONG] * 6, [SILENT] * 20, "worse"),  # it decides nothing
    ],
)
def test_what_abstaining_more_or_less_comes_to(present: list[int], new: list[int], verdict: str) -> None:
    passes = np.array([True] * 20 + [False] * 20)
    found = change(of_trial(passes, np.array(present * 2), np.array(new * 2, dtype=float)))
    assert found.verdict == verdict
    for rates, states in ((found.present, present), (found.new, new)):
        decided = [state for state in states if state != SILENT]
        for rate in (rates.tpr, rates.tnr):
            assert rate.n == len(decided)
            assert rate.value == (pytest.approx(decided.count(RIGHT) / len(decided)) if decided else None)


def test_a_move_that_may_lose_by_abstaining_is_not_advised() -> None:
    present = np.array(([SILENT] * 30 + [RIGHT] * 170) * 2)
    new = np.array(([RIGHT] * 166 + [SILENT] * 34) * 2, dtype=float)
    found = change(of_trial(np.arange(400) < 200, present, new))
    assert found.verdict == "unclear" and found.balanced.low is not None and found.balanced.low > -0.02
    assert advice_on(found) == "grade first"


@given(seed=st.integers(0, 30))
def test_rates_of_a_trial_are_those_of_the_counts_with_abstentions(seed: int) -> None:
    random = np.random.default_rng(seed)
    passes = random.random(60) < 0.5
    states = [random.choice(3, 60, p=[0.2, 0.6, 0.2]) for _ in range(2)]
    found = change(of_trial(passes, states[0], states[1].astype(float)), draws=200)
    votes = [
        np.where(state == SILENT, np.nan, np.where(state == RIGHT, passes, ~passes).astype(float))
        for state in states
    ]
    moved = change(of_move(votes[0], votes[1], passes.astype(float)), draws=200)
    for rates, vote in ((found.present, votes[0]), (found.new, votes[1])):
        counted = counts.count(vote, passes)
        assert (rates.tpr, rates.tnr) == (counts.tpr(counted), counts.tnr(counted))
    assert (moved.present, moved.new) == (found.present, found.new)
    assert moved.tpr.value == pytest.approx(found.tpr.value) and moved.abstained == found.abstained
