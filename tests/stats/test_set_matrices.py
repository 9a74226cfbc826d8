"""The search and HiGHS agree on what the cheapest set costs, by the matrices that HiGHS is given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import optimize

from labelcore.stats import set_program
from labelcore.stats.selection import MUST, SHOULD, SLACK_COST, Deadline, SetVotes, Wish
from labelcore.stats.set_beam import packed, search, sizes
from labelcore.stats.set_program import Matrices
from tests.examples import examples

NAMES = ("a", "a", "a", "b", "b", None, None)
EVERYTHING = ("coverage", "ffr", "limits")


def _problem(seed: int, wish: Wish, n: int = 30) -> SetVotes:
    random = np.random.default_rng(seed)
    fails = random.random(n) < 0.45
    fails[:2] = True, False
    votes = (random.random((n, 7)) < np.where(fails[:, None], 0.4, 0.12)).astype(float)
    votes[random.random(votes.shape) < 0.05] = np.nan
    return SetVotes(votes, fails, wish)


def _milp(problem: SetVotes, slack: tuple[str, ...]) -> optimize.OptimizeResult:
    matrices = Matrices(problem, slack)
    return optimize.milp(
        matrices.cost,
        integrality=matrices.integer,
        constraints=matrices.constraints,
        bounds=optimize.Bounds(matrices.low, matrices.high),
    )


wishes = st.builds(
    Wish,
    min_coverage=st.sampled_from([0.3, 0.6, 0.8, 1.0]),
    max_ffr=st.sampled_from([0.1, 0.3, 1.0]),
    must_include=st.sampled_from([(), (2,), (5, 0)]),
    severity=st.sampled_from([(), (MUST, SHOULD, MUST, SHOULD, MUST, MUST, SHOULD)]),
    criterion=st.just(NAMES),
    limits=st.sampled_from([{}, {"a": 0.1}, {"a": 0.2, "b": 0.1}]),
    price=st.sampled_from([0.01, 0.05]),
    most=st.sampled_from([None, 3, 4]),
)


@pytest.mark.whole
@given(seed=st.integers(0, 1_000), wish=wishes)
@settings(max_examples=examples(80))
def test_the_search_costs_what_highs_proves_to_be_least(seed: int, wish: Wish) -> None:
    problem = _problem(seed, wish)
    found = search(problem, [wish.min_coverage])
    best = found.best[0]
    assert found.complete and not found.stopped
    assert best.price == pytest.approx(problem.price(best.members), abs=1e-6)
    assert set(wish.must_include) <= set(best.members)
    assert len(best.members) <= max(wish.most or 7, len(wish.must_include))
    # Coverage is lowered before a limit is raised; limits only where the judges that must be in break one.
    result = _milp(problem, EVERYTHING if problem.broken(wish.must_include) else ("coverage",))
    assert best.price == pytest.approx(result.fun, abs=1e-5)
    hard = _milp(problem, ())
    meets = not problem.broken(best.members) and problem.coverage(best.members) >= wish.min_coverage - 1e-9
    assert meets == (hard.status == 0)


@given(seed=st.integers(0, 1_000))
@settings(max_examples=20)
def test_one_search_for_several_coverages_is_as_good_as_one_for_each(seed: int) -> None:
    problem, levels = _problem(seed, Wish(max_ffr=0.4)), (0.25, 0.5, 0.75)
    together = search(problem, levels)
    for level, best in zip(levels, together.best, strict=True):
        alone = search(problem, [level]).best[0]
        assert best.price == pytest.approx(alone.price)


def test_a_narrow_search_drops_sets_and_says_that_it_proves_nothing() -> None:
    random = np.random.default_rng(0)
    fails = np.arange(120) < 60
    votes = (random.random((120, 40)) < np.where(fails[:, None], 0.3, 0.1)).astype(float)
    problem = SetVotes(votes, fails, Wish(min_coverage=0.8, max_ffr=0.6, most=6))
    wide, narrow = search(problem, [0.8]), search(problem, [0.8], kept=1)
    assert not wide.complete and not narrow.complete
    assert wide.best[0].price <= narrow.best[0].price + 1e-9
    stopped = search(problem, [0.8], Deadline.after(0.0))
    assert stopped.stopped and not stopped.complete and stopped.best[0].members == ()


def test_the_gap_is_what_the_bound_leaves() -> None:
    random = np.random.default_rng(1)
    fails = np.arange(90) < 40
    votes = (random.random((90, 25)) < np.where(fails[:, None], 0.3, 0.1)).astype(float)
    problem = SetVotes(votes, fails, Wish(min_coverage=0.7, max_ffr=0.6, most=6))
    until = Deadline.after(60)
    chosen = set_program.solve(problem, until)
    assert chosen.gap is None and not chosen.stopped
    proven = set_program.explained(chosen, problem, until)
    assert proven.members == chosen.members and proven.gap is not None and not proven.unmet
    least = _milp(problem, ()).fun
    price = problem.price(chosen.members)
    assert price == pytest.approx(least, abs=1e-6)
    assert proven.gap == 0  # HiGHS finishes on so few cells
    parts = set_program.explained(chosen, problem, Deadline(until.ends, 0.1))
    assert parts.gap is not None and proven.gap < parts.gap < 0.6  # parts of judges bound it less well
    nothing = set_program.explained(chosen, problem, Deadline.after(0.0))
    assert nothing.gap == 1.0


def test_bits_are_counted_as_rows_are() -> None:
    rows = np.random.default_rng(3).random((131, 5)) < 0.3
    assert sizes(packed(rows)).tolist() == rows.sum(axis=0).tolist()
    assert sizes(packed(rows)[0] | packed(rows)[1]) == (rows[:, 0] | rows[:, 1]).sum()
    assert packed(rows[:0]).shape == (5, 1)


def test_what_is_missed_costs_far_more_than_any_set() -> None:
    fails = np.array([True, True, False, False])
    votes = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    problem = SetVotes(votes, fails, Wish(min_coverage=1.0, max_ffr=0.25))
    # Half of the coverage is missing, the false failure rate is a quarter beyond its limit.
    assert problem.price([0]) == pytest.approx(0.5 + 0.01 + SLACK_COST * (0.5 + 0.25))
    assert problem.price([]) == pytest.approx(SLACK_COST)
    assert problem.broken([0]) == {None: 0.5} and problem.broken([1]) == {}


@pytest.mark.parametrize("passes", [0, 3])
def test_without_passes_nothing_is_wrongly_failed(passes: int) -> None:
    fails = np.array([True] * 4 + [False] * passes)
    votes = np.zeros((4 + passes, 2))
    votes[:3, 0] = votes[3, 1] = 1.0
    problem = SetVotes(votes, fails, Wish(min_coverage=1.0, max_ffr=0.2))
    chosen = set_program.explained(set_program.solve(problem, Deadline.after(9)), problem, Deadline.after(9))
    assert chosen.members == (0, 1) and chosen.coverage == 1
    assert chosen.false_failure_rate == (0.0 if passes else None)
    assert chosen.gap == 0 and chosen.unmet == ()
