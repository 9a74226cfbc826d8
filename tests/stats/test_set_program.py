"""The exact program finds the best set, holds its limits, and says what cannot be met."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from threadpoolctl import threadpool_info

from labelcore.stats import set_program
from labelcore.stats.selection import Deadline, SetVotes, Wish
from labelcore.stats.set_program import ChosenJudges, front
from labelcore.stats.threads import one_thread


def _votes(seed: int, judges: int = 6, n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    fails = random.random(n) < 0.4
    fails[:2] = True, False
    votes = random.random((n, judges)) < np.where(fails[:, None], 0.5, 0.12)
    return votes.astype(float), fails


def solve(votes: np.ndarray, fails: np.ndarray, wish: Wish, *, time_limit: float = 5.0) -> ChosenJudges:
    problem, until = SetVotes(votes, fails, wish), Deadline.after(time_limit)
    return set_program.explained(set_program.solve(problem, until), problem, until)


def _price(votes: np.ndarray, fails: np.ndarray, members: tuple[int, ...]) -> tuple[float, float]:
    any_ = np.any(votes[:, list(members)] > 0, axis=1)
    return float(any_[fails].mean()), float(any_[~fails].mean()) + 0.01 * len(members)


@given(seed=st.integers(0, 200), wanted=st.sampled_from([0.3, 0.6, 0.8]))
@settings(max_examples=15, deadline=None)
def test_equals_trying_every_set(seed: int, wanted: float) -> None:
    votes, fails = _votes(seed)
    every = [c for size in range(7) for c in itertools.combinations(range(6), size)]
    able = [_price(votes, fails, c)[1] for c in every if _price(votes, fails, c)[0] >= wanted]
    found = solve(votes, fails, Wish(min_coverage=wanted))
    if not able:
        assert found.unmet
        return
    assert not found.unmet
    assert found.gap == 0
    assert _price(votes, fails, found.members)[1] == pytest.approx(min(able), abs=1e-6)


@given(seed=st.integers(0, 200), wanted=st.sampled_from([0.31, 0.61, 0.81, 0.97]))
@settings(max_examples=15, deadline=None)
def test_a_wish_is_impossible_exactly_where_no_set_meets_it(seed: int, wanted: float) -> None:
    votes, fails = _votes(seed)
    sets = [
        np.any(votes[:, list(c)] > 0, axis=1) for n in range(7) for c in itertools.combinations(range(6), n)
    ]
    able = any(chosen[fails].mean() >= wanted and chosen[~fails].mean() <= 0.213 for chosen in sets)
    problem = SetVotes(votes, fails, Wish(min_coverage=wanted, max_ffr=0.213))
    assert set_program._Solver(problem, Deadline.after(60)).impossible() is not able


def test_limits_of_criteria_and_members_that_must_be_in_hold() -> None:
    votes, fails = _votes(3)
    names = ("a", "a", "b", "b", None, None)
    wish = Wish(min_coverage=0.6, must_include=(2,), criterion=names, limits={"a": 0.1, "b": 0.3})
    found = solve(votes, fails, wish)
    assert 2 in found.members
    assert not SetVotes(votes, fails, wish).broken(found.members)


def test_says_by_how_much_a_coverage_is_missed() -> None:
    votes, fails = _votes(1)
    found = solve(votes, fails, Wish(min_coverage=1.0, max_ffr=0.2))
    assert found.coverage is not None and found.coverage < 1
    assert found.false_failure_rate is not None and found.false_failure_rate <= 0.2 + 1e-9
    assert "cannot be met" in found.unmet[0]
    assert f"{found.coverage:.0%}" in found.unmet[0]


def test_says_by_how_much_members_that_must_be_in_break_a_limit() -> None:
    votes, fails = _votes(1)
    votes[~fails, 0] = 1.0
    found = solve(votes, fails, Wish(max_ffr=0.2, must_include=(0,)))
    assert 0 in found.members
    assert "100%" in found.unmet[0] and "20%" in found.unmet[0]


def test_a_false_failure_of_a_should_criterion_weighs_less() -> None:
    fails = np.array([True, True, False, False])
    votes = np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    assert solve(votes, fails, Wish(min_coverage=1.0, severity=(1.0, 0.5))).members == (1,)
    assert solve(votes, fails, Wish(min_coverage=1.0, severity=(0.5, 1.0))).members == (0,)


def test_cells_without_a_verdict_neither_catch_nor_fail() -> None:
    fails = np.array([True, True, False, False])
    votes = np.array([[1.0, np.nan], [np.nan, np.nan], [np.nan, np.nan], [0.0, np.nan]])
    found = solve(votes, fails, Wish(min_coverage=0.5))
    assert (found.members, found.coverage, found.false_failure_rate) == ((0,), 0.5, 0.0)
    assert found.unknown_cells == 2
    assert found.left_out == (1,)


def test_without_a_fail_coverage_is_not_measurable() -> None:
    found = solve(np.ones((3, 2)), np.zeros(3, dtype=bool), Wish(min_coverage=0.5))
    assert found.coverage is None
    assert "not measurable" in found.unmet[0]


def test_each_limit_that_judges_who_must_be_in_break_is_named_with_its_rate() -> None:
    fails = np.arange(40) < 20
    votes = np.stack([fails | (np.arange(40) % 2 == 0), fails], axis=1).astype(float)
    wish = Wish(max_ffr=0.1, limits={"Tone": 0.2}, criterion=("Tone", "Facts"), must_include=(0,))
    rest = "with the judges that must be in: it is 50%."
    assert solve(votes, fails, wish).unmet == (
        f"The false failure rate of the set cannot be kept at 10% {rest}",
        f"The false failure rate of “Tone” cannot be kept at 20% {rest}",
    )


def test_the_front_holds_growing_coverages() -> None:
    votes, fails = _votes(8)
    wish = Wish()
    found = front(SetVotes(votes, fails, wish), (0.3, 0.6, 0.8), Deadline.after(3))
    assert found.gap == 0 and not found.stopped
    sets = found.sets
    reached = [SetVotes(votes, fails, wish).coverage(members) for members in sets]
    assert reached == sorted(reached) and len(sets) >= 2


def test_the_time_limit_holds_for_all_solves_together() -> None:
    random = np.random.default_rng(0)
    kinds = random.random((200, 10)) < 0.05
    chance = np.where(kinds[:, np.arange(60) % 10], 0.7, 0.08)
    votes, fails = (random.random((200, 60)) < chance).astype(float), np.any(kinds, axis=1)
    started = time.perf_counter()
    found = solve(votes, fails, Wish(min_coverage=0.97, max_ffr=0.1), time_limit=0.6)
    assert time.perf_counter() - started < 3 * 0.6  # the solver looks at the clock now and then
    assert found.members and found.unmet


def test_overlapping_blocks_leave_the_threads_as_they_were() -> None:
    def limits() -> list[int]:
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    before = limits()
    first, second = one_thread(), one_thread()
    first.__enter__()
    second.__enter__()
    assert set(limits()) <= {1}
    first.__exit__(None, None, None)
    assert set(limits()) <= {1}
    second.__exit__(None, None, None)
    assert limits() == before
