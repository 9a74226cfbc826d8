"""Figures with numbers that were computed by hand, and where they are undefined."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from labelcore.stats import counts as m
from labelcore.stats.agreement import alphas, distances, gwet_ac, krippendorff_alpha, weighted_kappa
from labelcore.stats.selection import Deadline, SetVotes, Wish

COUNTS = m.Counts(true_pass=40, false_pass=5, true_fail=15, false_fail=4, abstained=3)


def test_margins_and_the_constant_answer() -> None:
    assert (COUNTS.n, COUNTS.human_passes, COUNTS.human_fails) == (64, 44, 20)
    assert (COUNTS.judge_passes, COUNTS.judge_fails) == (45, 19)
    assert m.Counts(true_pass=1, false_pass=0, true_fail=0, false_fail=0).abstained == 0
    assert m.constant_answer(COUNTS) == 44 / 64
    assert m.constant_answer(m.Counts(true_pass=1, false_pass=6, true_fail=3, false_fail=0)) == 0.9
    assert m.constant_answer(m.Counts(true_pass=0, false_pass=0, true_fail=0, false_fail=0)) is None


def test_each_share_has_its_own_denominator_and_interval() -> None:
    for rate, k, n in (
        (m.tpr(COUNTS), 40, 44),
        (m.tnr(COUNTS), 15, 20),
        (m.ppv(COUNTS), 40, 45),
        (m.npv(COUNTS), 15, 19),
        (m.coverage(COUNTS), 15, 20),
        (m.false_failure_rate(COUNTS), 4, 44),
    ):
        assert rate.value == k / n and rate.n == n
        assert (rate.low, rate.high) == pytest.approx(proportion_confint(k, n, method="wilson"))
    both = m.balanced_accuracy_rate(COUNTS)
    ends = [proportion_confint(k, n, method="wilson") for k, n in ((40, 44), (15, 20))]
    down = np.hypot(40 / 44 - ends[0][0], 15 / 20 - ends[1][0]) / 2
    up = np.hypot(ends[0][1] - 40 / 44, ends[1][1] - 15 / 20) / 2
    assert both.value == pytest.approx((40 / 44 + 15 / 20) / 2) and both.n == 64
    assert (both.low, both.high) == pytest.approx((both.value - down, both.value + up))
    no_pass = m.balanced_accuracy_rate(m.Counts(true_pass=0, false_pass=2, true_fail=3, false_fail=0))
    assert no_pass.why_not == "there are no decided outputs that people passed" and no_pass.n == 5


def test_confusion_of_verdicts_and_grades() -> None:
    verdicts = np.array([1, 1, 0, 0, np.nan, 1, 0, 0, np.nan])
    passes = np.array([True, False, False, True, True, True, False, False, False])
    assert m.count(verdicts, passes) == m.Counts(
        true_pass=2, false_pass=1, true_fail=3, false_fail=1, abstained=2
    )


def test_alignment_of_nothing_and_of_everything() -> None:
    assert m.evalgen_alignment(0.0, 1.0) == 0 and m.evalgen_alignment(1.0, 0.0) == 1
    assert m.evalgen_alignment(0.5, None) is None and m.evalgen_alignment(0.0, 0.0) == 0


def test_distances_between_levels() -> None:
    assert distances(3, "none").tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
    assert distances(3, "linear").tolist() == [[0, 1, 2], [1, 0, 1], [2, 1, 0]]
    assert distances(3, "quadratic").tolist() == [[0, 1, 4], [1, 0, 1], [4, 1, 0]]


def test_weighted_kappa_of_nothing_is_undefined() -> None:
    assert weighted_kappa(np.zeros((3, 3))) is None
    assert weighted_kappa([[5, 0], [0, 0]]) is None
    assert weighted_kappa([[2, 1], [0, 3]]) == pytest.approx(
        metrics.cohen_kappa_score([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 1])
    )


def test_gwet_with_weights_by_hand() -> None:
    """Three levels, two outputs graded by two people and one by one: the formulas of the handbook."""
    counts = np.array([[2, 0, 0], [1, 0, 1], [0, 1, 0]])
    # Credit 1, ¾, 0 at distance 0, 1, 2; agreement 1 and 0; shares of the levels 1½, 1 and ½ of 3.
    shares = np.array([1.5, 1.0, 0.5]) / 3
    total = 3 + 4 * 0.75
    by_chance = total / (3 * 2) * (shares * (1 - shares)).sum()
    assert gwet_ac(counts, "quadratic") == pytest.approx((0.5 - by_chance) / (1 - by_chance))
    plain = 3 / 6 * (shares * (1 - shares)).sum()
    assert gwet_ac(counts) == pytest.approx((0.5 - plain) / (1 - plain))
    assert gwet_ac(np.array([[1, 0], [0, 1]])) is None
    assert gwet_ac(np.array([[2], [2]])) is None
    assert gwet_ac(np.array([[2, 0], [0, 0]])) == pytest.approx(gwet_ac(np.array([[2, 0]])))


@given(
    rows=st.lists(st.lists(st.integers(1, 4), min_size=2, max_size=4), min_size=3, max_size=9),
    ordinal=st.booleans(),
)
def test_alpha_of_replicates_is_alpha_of_what_was_drawn(rows: list[list[int]], ordinal: bool) -> None:
    counts = np.array([[row.count(level) for level in range(1, 5)] for row in rows])
    times = np.random.default_rng(len(rows)).multinomial(len(rows), np.full(len(rows), 1 / len(rows)), 12)
    alone = [krippendorff_alpha(np.repeat(counts, often, axis=0), ordinal=ordinal) for often in times]
    expected = [alpha for alpha in alone if alpha is not None]
    assert alphas(counts, times, ordinal=ordinal) == pytest.approx(expected, abs=1e-9)


def test_alpha_needs_pairs_that_differ() -> None:
    assert krippendorff_alpha(np.array([[1, 0], [0, 1]])) is None
    assert krippendorff_alpha(np.array([[3, 0], [2, 0]])) is None
    assert krippendorff_alpha(np.zeros((0, 2), dtype=int)) is None


def test_what_a_set_catches_and_wrongly_fails() -> None:
    fails = np.array([True, True, False, False, False])
    votes = np.array([[1, 0], [np.nan, 1], [1, 0], [0, 1], [0, np.nan]])
    wish = Wish(max_ffr=0.5, criterion=("tone", None), limits={"tone": 0.3})
    problem = SetVotes(votes, fails, wish)
    assert problem.coverage([0]) == 0.5 and problem.coverage([0, 1]) == 1
    assert problem.false_failure_rate([0, 1]) == pytest.approx(2 / 3)
    assert problem.limited() == {"tone": [0]} and problem.idle == ()
    assert problem.broken([0]) == {"tone": pytest.approx(1 / 3)} and not problem.broken([1])
    assert problem.broken([0, 1]) == {None: pytest.approx(2 / 3), "tone": pytest.approx(1 / 3)}
    exactly = SetVotes(votes, fails, Wish(max_ffr=1 / 3, criterion=("tone", None), limits={"tone": 1 / 3}))
    assert not exactly.broken([0]) and exactly.price([0]) == pytest.approx(1 / 3 + 0.01)
    weighed = SetVotes(votes, fails, Wish(severity=(0.5, 1.0), price=0.0))
    assert weighed.price([0]) == pytest.approx(0.5 / 3) and weighed.price([0, 1]) == pytest.approx(1.5 / 3)
    assert SetVotes(votes, fails, Wish(criterion=("tone", None), limits={"tone": 1.0})).limited() == {}


def test_a_deadline_on_a_clock_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.perf_counter", lambda: now)
    until = Deadline.after(8)
    assert (until.ends, until.seconds, until.left, until.over) == (108, 8, 8, False)
    now = 104.0
    assert until.left == 4 and until.share(0.25).ends == 105 and until.share(0.25).seconds == 1
    now = 108.0
    assert until.over and until.left == 0
    now = 120.0
    assert until.over and until.left == 0 and until.share(0.5).over
