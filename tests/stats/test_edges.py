"""Where one rule ends and the next begins, and that whoever has the seed computes the same figures again."""

from __future__ import annotations

import hashlib
import itertools

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import optimize, stats
from statsmodels.stats.proportion import proportion_confint

from labelcore.stats import anytime, drawing, paired, prevalence, resampling, selection, set_program
from labelcore.stats.agreement import agreement, fleiss_kappa, gwet_ac, krippendorff_alpha, table_of
from labelcore.stats.counts import Counts, balanced_accuracy_rate, constant_answer
from labelcore.stats.prevalence import Graded, PoolVerdicts
from labelcore.stats.rate import more_needed
from labelcore.stats.selection import MUST, SHOULD, Deadline, SetVotes, Wish
from labelcore.stats.splits import Splits, split_of
from labelcore.stats.subsamples import Subsample
from tests.examples import examples
from tests.stats.counted import of_counts

# ---- splits and draws


def _percent(*parts: str) -> int:
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100


@pytest.mark.parametrize("round_", [0, 1, 2])
def test_of_a_hundred_groups_40_train_30_choose_and_30_test(round_: int) -> None:
    """By the first eight bytes of the hash of project, group and, after a given up test, the round."""
    seen = set()
    for at in range(600):
        group = f"source {at}"
        percent = _percent("p", group, *([str(round_)] if round_ else []))
        expected = "train" if percent < 40 else "dev" if percent < 70 else "test"
        assert split_of("p", group, round_) == Splits("p", round_).of(group) == expected
        seen.add(percent)
    assert {0, 39, 40, 69, 70, 99} <= seen


def test_the_order_of_ids_is_that_of_their_keyed_hashes() -> None:
    ids = [f"o{at}" for at in range(40)]
    hashes = {i: hashlib.blake2b(i.encode(), key=b"7", digest_size=8).hexdigest() for i in ids}
    assert drawing.hash_order(ids, 7) == sorted(ids, key=lambda i: hashes[i])
    picks = drawing.draw_stratified(dict.fromkeys(ids, "all"), 9, 7)
    drawn = drawing.hash_order(ids, 7)[:9]
    assert [pick.output_id for pick in picks] == drawing.hash_order(drawn, 8)


def test_the_four_parts_of_the_mixture() -> None:
    """40 % uniform, 30 % failed by a judge, 15 % uncertain, 15 % rare, each by its scores."""
    ids = [f"o{at}" for at in range(200)]
    random = np.random.default_rng(1)
    names = ("judge fails it", "judge is unsure", "rare kind")
    parts = {name: random.uniform(1, 2, 200) for name in names} | {"uniform": random.uniform(0, 9, 200)}
    shares = [0.3, 0.15, 0.15]
    expected = 0.4 / 200 + sum(
        share * parts[name] / parts[name].sum() for share, name in zip(shares, names, strict=True)
    )
    found = {pick.output_id: pick for pick in drawing.draw_mixture(ids, 30, 3, parts)}
    assert len(found) == 30
    for at, output_id in enumerate(ids):
        if output_id in found:
            assert found[output_id].probability == pytest.approx(30 * expected[at])
    short = drawing.draw_mixture(ids, 30, 3, {"rare kind": np.ones(7)})  # scores of other outputs
    assert {pick.reason for pick in short} == {"uniform"}


# ---- how many more


@given(n=st.integers(1, 400), hit=st.floats(0.82, 1))
@settings(max_examples=examples(40))
def test_more_than_two_thousand_items_are_not_asked_for(n: int, hit: float) -> None:
    caught = round(hit * n)
    found = anytime.enough(caught, n, 0.8)
    more = anytime.more_until(caught, n, 0.8)
    if anytime.lower_bound(caught, n) >= 0.8:
        assert found.code == "enough"
    elif more is None:
        assert found.code == "not_at_this_rate"
    else:
        assert found.code == ("too_near" if more > 2_000 else "not_yet")


@pytest.mark.parametrize("half", [1, 7])
def test_a_hundred_thousand_items_are_the_last_that_are_thought_of(half: int) -> None:
    """A width and a limit that exactly 100,000 items reach, at a share of one half."""
    low, high = proportion_confint(50_000, 100_000, method="wilson")
    width = (high - low) / 2
    assert more_needed(half, 2 * half, width + 1e-12) == 100_000 - 2 * half
    assert more_needed(half, 2 * half, width - 1e-9) is None
    assert more_needed(50_001, 100_002, width) == 0

    def missing(limit: float) -> float:
        return anytime.log_evidence(50_000, 100_000, limit) - np.log(20)

    limit = float(optimize.brentq(missing, 0.48, 0.4999))
    assert anytime.more_until(half, 2 * half, limit - 1e-9) == 100_000 - 2 * half
    assert anytime.more_until(half, 2 * half, limit + 1e-9) is None


def test_a_bound_of_very_few_in_very_many_is_not_below_nothing() -> None:
    assert 0 < anytime.lower_bound(3, 10**6) < 3e-6
    assert anytime.lower_bound(1, 10**9) == 0
    assert anytime.lower_bound(10**6, 10**6) > 0.99998


# ---- the same seed, the same figure


def test_an_interval_of_alpha_can_be_computed_again() -> None:
    """2,000 draws with seed 0 of how often each kind of row occurs."""
    random = np.random.default_rng(4)
    first, second = random.integers(0, 3, 30), random.integers(0, 3, 30)
    first[:20] = second[:20]
    people = {"ann": dict(enumerate(map(int, first))), "bo": dict(enumerate(map(int, second)))}
    rows = [[[a, b].count(value) for value in range(3)] for a, b in zip(first, second, strict=True)]
    kinds, often = np.unique(np.array(rows), axis=0, return_counts=True)
    drawn = np.random.default_rng(0).multinomial(30, often / 30, size=2_000)
    alphas = [krippendorff_alpha(np.repeat(kinds, times, axis=0)) for times in drawn]
    expected = np.quantile([alpha for alpha in alphas if alpha is not None], [0.025, 0.975])
    found = agreement({who: {str(at): v for at, v in votes.items()} for who, votes in people.items()})
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=1e-12)


def test_a_paired_difference_can_be_computed_again() -> None:
    """4,000 draws with seed 0 of the Dirichlet of the counts and half an item each."""
    drawn = np.random.default_rng(0).dirichlet([20.5, 3.5, 11.5, 6.5], size=4_000)
    low, high = np.quantile(drawn[:, 2] - drawn[:, 1], [0.025, 0.975])
    found = paired.paired_difference(20, 3, 11, 6)
    assert (found.low, found.high) == (low, high) and found.method == "paired, Jeffreys"


def test_a_difference_over_groups_can_be_computed_again() -> None:
    """Student's t over groups, or 2,000 bootstraps of groups with seed 0 where these reach further."""
    random = np.random.default_rng(8)
    groups = random.integers(0, 12, 90)
    first, second = random.random(90) < 0.4, random.random(90) < 0.7
    change = second.astype(float) - first
    sums, sizes = np.bincount(groups, change), np.bincount(groups)
    rest = sums - change.mean() * sizes
    half = stats.t.ppf(0.975, 11) * np.sqrt((rest**2).sum() * 12 / 11) / 90
    times = np.random.default_rng(0).multinomial(12, np.full(12, 1 / 12), 2_000)
    low, high = np.quantile((times @ sums) / (times @ sizes), [0.025, 0.975])
    found = paired.clustered_difference(first, second, groups)
    assert found.low == pytest.approx(min(low, change.mean() - half))
    assert found.high == pytest.approx(max(high, change.mean() + half))


def test_replicates_are_two_thousand_of_seed_nothing() -> None:
    cells = np.array([[30.0, 4.0, 12.0, 6.0]])
    expected = np.random.default_rng(0).standard_gamma(cells + 0.5, size=(2_000, 1, 4))
    assert np.array_equal(resampling.replicates_of_counts(cells), expected)
    assert resampling.replicates(np.ones((3, 2, 4))).shape == (resampling.REPLICATES, 2, 4)
    assert resampling.REPLICATES == 2_000
    other = resampling.replicates(np.ones((3, 2, 4)), seed=1)
    assert not np.array_equal(resampling.replicates(np.ones((3, 2, 4))), other)


@pytest.mark.parametrize("method", ["post-stratified", "Rogan-Gladen"])
def test_a_corrected_rate_can_be_computed_again(method: str) -> None:
    """20,000 Jeffreys draws with seed 0; the quantiles are draws themselves."""
    counts = Counts(true_pass=60, false_pass=5, true_fail=25, false_fail=10)
    random, n = np.random.default_rng(0), 20_000
    if method == "post-stratified":
        shares = random.dirichlet([700.5, 300.5], size=n)
        draws = shares[:, 0] * random.beta(60.5, 5.5, n) + shares[:, 1] * random.beta(10.5, 25.5, n)
    else:
        q = random.beta(700.5, 300.5, n)
        tpr, tnr = random.beta(60.5, 10.5, n), random.beta(25.5, 5.5, n)
        draws = np.clip((q + tnr - 1) / (tpr + tnr - 1), 0, 1)
    expected = np.sort(draws)[[500, 10_000, 19_500]]
    found = prevalence.corrected(of_counts(counts), PoolVerdicts(700, 300), method)
    assert (found.low, found.value, found.high) == pytest.approx(tuple(expected), abs=1e-9)
    again = prevalence.corrected(of_counts(counts), PoolVerdicts(700, 300), method, seed=1)
    assert again.value != found.value


# ---- when a part is enough


def _worth(n: int, worth: float) -> np.ndarray:
    """Weights of n outputs that are worth so many: one is heavier than the others."""
    heavy = optimize.brentq(lambda w: (n - 1 + w) ** 2 / (n - 1 + w**2) - worth, 1.0, 1e6)
    return np.where(np.arange(n) == 0, heavy, 1.0)


def _graded(n: int, worth: float) -> Graded:
    """A judge that is right but for every tenth output."""
    passes = np.arange(n) % 3 > 0
    return Graded(passes, np.where(np.arange(n) % 10 == 5, ~passes, passes).astype(float), _worth(n, worth))


@pytest.mark.parametrize(("worth", "possible"), [(14.5, False), (15.5, True), (14.9, False), (15.1, True)])
def test_fifteen_grades_are_the_least_that_is_corrected_with(worth: float, possible: bool) -> None:
    graded = _graded(30, worth)
    assert (prevalence.refusal(graded, PoolVerdicts(700, 300), "post-stratified") is None) == possible
    assert bool(prevalence.offered(graded, "post-stratified")) == possible


@pytest.mark.parametrize(("worth", "possible"), [(39.5, False), (40.5, True)])
def test_inverting_needs_four_in_ten_of_the_grades(worth: float, possible: bool) -> None:
    graded = _graded(100, worth)
    assert (prevalence.refusal(graded, PoolVerdicts(700, 300), "Rogan-Gladen") is None) == possible
    assert bool(prevalence.offered(graded, "Rogan-Gladen")) == possible
    assert prevalence.refusal(graded, PoolVerdicts(700, 300), "post-stratified") is None


@pytest.mark.parametrize(("worth", "even"), [(94.5, False), (95.5, True)])
def test_a_draw_that_is_worth_95_percent_counts_as_even(worth: float, even: bool) -> None:
    graded = _graded(100, worth)
    assert graded.even == even
    assert (prevalence.people_only(graded).method == "Wilson") == even
    assert (prevalence.refusal(graded, PoolVerdicts(700, 300), "PPI++") is None) == even


def test_a_small_sample_is_corrected_with_where_its_weights_are_even() -> None:
    passes = np.arange(8) % 3 > 0
    few = Graded(passes, np.where(np.arange(8) == 1, 0.0, passes))
    assert prevalence.refusal(few, PoolVerdicts(7, 3), "Rogan-Gladen") is None
    assert prevalence.offered(few, "Rogan-Gladen")


def test_five_outputs_worth_of_a_part_are_tested() -> None:
    for worth, tested in ((4.9, False), (5.1, True)):
        sample = Graded(np.arange(20) % 2 > 0, np.full(20, np.nan), _worth(20, worth))
        part = Subsample(sample, np.ones(20, dtype=bool))
        assert (part.untestable == "") == tested
        assert tested or "20, drawn so unevenly that they tell as much as 5" in part.untestable


# ---- agreement by its definition


@given(
    rows=st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=4), min_size=2, max_size=8),
    ordinal=st.booleans(),
)
@settings(max_examples=examples(50))
def test_alpha_is_one_less_the_disagreement_of_pairs(rows: list[list[int]], ordinal: bool) -> None:
    """Each pair within an output against each pair of all grades, by the distances of the levels."""
    every = [value for row in rows for value in row]
    number = [every.count(value) for value in range(4)]

    def distance(a: int, b: int) -> float:
        if not ordinal:
            return float(a != b)
        between = sum(number[min(a, b) : max(a, b) + 1]) - (number[a] + number[b]) / 2
        return between**2 if a != b else 0.0

    pairs = itertools.permutations
    observed = sum(sum(distance(a, b) for a, b in pairs(row, 2)) / (len(row) - 1) for row in rows)
    expected = sum(distance(a, b) for a, b in pairs(every, 2)) / (len(every) - 1)
    found = krippendorff_alpha(np.array([[row.count(v) for v in range(4)] for row in rows]), ordinal=ordinal)
    if expected == 0:
        assert found is None
    else:
        assert found == pytest.approx(1 - observed / expected, abs=1e-9)


def test_two_outputs_and_two_grades_are_the_least_for_fleiss_and_gwet() -> None:
    assert fleiss_kappa(np.array([[2, 0], [0, 2]])) == pytest.approx(1)
    assert fleiss_kappa(np.array([[2, 0], [1, 1]])) == pytest.approx((0.5 - 0.625) / 0.375)
    assert fleiss_kappa(np.zeros((0, 2), dtype=int)) is None and fleiss_kappa(np.array([[3, 0]])) is None
    assert gwet_ac(np.array([[2, 0], [1, 0]])) == pytest.approx(1)
    assert gwet_ac(np.array([[1, 1]])) == pytest.approx((0 - 0.5) / 0.5)


def test_pairs_of_levels_are_counted_by_row_and_column() -> None:
    assert table_of([1, 1, 3], [2, 2, 3], [1, 2, 3]).tolist() == [[0, 2, 0], [0, 0, 0], [0, 0, 1]]


@given(four=st.tuples(*[st.integers(0, 30)] * 4))
def test_no_judge_is_measured_without_both_grades(four: tuple[int, int, int, int]) -> None:
    counts = Counts(true_pass=four[0], false_pass=four[1], true_fail=four[2], false_fail=four[3])
    rate = balanced_accuracy_rate(counts)
    assert (rate.value is None) == (counts.human_passes == 0 or counts.human_fails == 0)
    assert rate.n == sum(four) == counts.human_passes + counts.human_fails
    if counts.n:
        assert constant_answer(counts) == max(four[0] + four[3], four[1] + four[2]) / sum(four)


# ---- sets of judges


def test_a_wish_of_nothing_is_met_by_nobody() -> None:
    random = np.random.default_rng(2)
    fails = np.arange(40) < 15
    votes = (random.random((40, 5)) < np.where(fails[:, None], 0.6, 0.1)).astype(float)
    problem = SetVotes(votes, fails, Wish())
    chosen = set_program.solve(problem, Deadline.after(9))
    assert chosen.members == () and chosen.coverage == 0 and chosen.false_failure_rate == 0
    assert problem.broken(range(5)) == {} and problem.limited() == {}
    wish = Wish()
    assert np.diff(wish.levels) == pytest.approx([0.15] * 4) and wish.levels[0] == 0.25
    assert 2 * SHOULD == MUST == 1.0 and (wish.default, wish.must_include, wish.most) == ((), (), None)


def test_a_judge_more_must_be_worth_its_price() -> None:
    """Two judges that catch the same: one is chosen; what catches nothing is never added."""
    fails = np.array([True] * 6 + [False] * 6)
    votes = np.zeros((12, 3), dtype=bool)
    votes[:5, 0] = votes[:5, 1] = True
    assert len(selection.select([votes], fails, 0.5)) == 1
    alone, both = (selection.worth([votes], fails, members, 0.5) for members in ([0], [0, 1]))
    assert alone - both == pytest.approx(0.01)


@given(seed=st.integers(0, 500))
@settings(max_examples=25)
def test_figures_of_a_set_are_those_of_its_counts(seed: int) -> None:
    random = np.random.default_rng(seed)
    fails, votes = random.random(25) < 0.4, random.random(25) < 0.5
    found = selection.figures(votes, fails)
    assert found.n == 25
    for value, inside in ((found.coverage, fails), (found.false_failure_rate, ~fails)):
        assert value == (pytest.approx(votes[inside].mean()) if inside.any() else None)


def test_a_single_pass_that_is_wrongly_failed_is_all_of_them() -> None:
    """One pass among five fails: a judge that fails it is beyond any limit by all that is left."""
    fails, votes = np.array([True] * 5 + [False]), np.ones((6, 1), dtype=bool)
    free, bound = (selection.worth([votes], fails, [0], limit) for limit in (1.0, 0.25))
    assert free - bound == pytest.approx(10 * (1 - 0.25))


def test_runs_of_a_simulation_stand_before_the_outputs() -> None:
    runs = Graded(np.ones((3, 7), dtype=bool), np.ones((3, 7)))
    assert runs.n == 7 and runs.effective.tolist() == [7, 7, 7]
