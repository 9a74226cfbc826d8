"""The greedy choice of a set: its objective by hand, and no neighbour that is better."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from labelcore.stats.counts import count
from labelcore.stats.selection import LARGEST, figures, select, worth
from tests.examples import examples

FAILS = np.array([True] * 4 + [False] * 6)
# Judge 0 catches three fails and wrongly fails one pass; judge 1 catches the fourth; judge 2 fails all.
VOTES = np.zeros((10, 3), dtype=bool)
VOTES[[0, 1, 2, 4], 0] = True
VOTES[[3, 4], 1] = True
VOTES[:, 2] = True


def test_the_worth_of_a_set_by_hand() -> None:
    # Shrunk by 4 outputs of which 4 in 10 fail: coverage (3 + 1.6) / 8, kept 1 - (1 + 1.6) / 10.
    alone = 2 * 0.575 * 0.74 / (0.575 + 0.74) - 0.01
    assert worth([VOTES], FAILS, [0], 1.0) == pytest.approx(alone)
    # Both: coverage (4 + 2) / 8, kept 1 - (1 + 2) / 10, and the price of two judges.
    both = 2 * 0.75 * 0.7 / (0.75 + 0.7) - 0.02
    assert worth([VOTES], FAILS, [0, 1], 1.0) == pytest.approx(both)
    assert worth([VOTES, VOTES], FAILS, [1, 0], 1.0) == pytest.approx(both)
    # One of six passes is wrongly failed, a tenth is allowed: ten times the excess.
    assert worth([VOTES], FAILS, [0], 0.1) == pytest.approx(alone - 10 * (1 / 6 - 0.1))
    assert worth([VOTES], FAILS, [], 1.0) == -1


def test_repeats_count_alike() -> None:
    other = ~VOTES
    mean = (worth([VOTES], FAILS, [0, 1], 0.3) + worth([other], FAILS, [0, 1], 0.3)) / 2
    assert worth([VOTES, other], FAILS, [0, 1], 0.3) == pytest.approx(mean)


def test_a_set_that_fails_everything_is_no_choice_under_a_limit() -> None:
    assert select([VOTES], FAILS, 0.5) == [0, 1]


@given(seed=st.integers(0, 10_000), judges=st.integers(1, 9), limit=st.sampled_from([0.05, 0.3, 1.0]))
@settings(max_examples=examples(40))
def test_no_set_with_one_judge_more_less_or_exchanged_is_better(seed: int, judges: int, limit: float) -> None:
    random = np.random.default_rng(seed)
    fails = random.random(30) < 0.4
    fails[:2] = True, False
    votes = [random.random((30, judges)) < np.where(fails[:, None], 0.5, 0.15) for _ in range(2)]
    members = select(votes, fails, limit)
    assert members == sorted(set(members)) and len(members) <= LARGEST
    best = worth(votes, fails, members, limit)
    others = [j for j in range(judges) if j not in members]
    smaller = [[m for m in members if m != gone] for gone in members]
    near = [*smaller, *([*kept, j] for kept in smaller for j in others)]
    if len(members) < LARGEST:
        near += [[*members, j] for j in others]
    assert all(worth(votes, fails, neighbour, limit) <= best + 1e-9 for neighbour in near)


def test_a_set_never_grows_beyond_six() -> None:
    """Ten judges, each the only one that catches its kind of failure, and none fails a pass."""
    fails = np.array([True] * 40 + [False] * 40)
    votes = np.zeros((80, 10), dtype=bool)
    votes[np.arange(40), np.arange(40) % 10] = True
    assert len(select([votes], fails, 0.5)) == LARGEST == 6


def test_figures_of_votes() -> None:
    found = figures(VOTES[:, 0], FAILS)
    assert found.coverage == 0.75 and found.n == 10
    assert found.false_failure_rate == pytest.approx(1 / 6)
    assert found.alignment == pytest.approx(2 * 0.75 * (5 / 6) / (0.75 + 5 / 6))
    counts = count((~VOTES[:, 0]).astype(float), ~FAILS)
    assert (counts.true_fail, counts.false_pass, counts.false_fail, counts.true_pass) == (3, 1, 1, 5)
    nothing = figures(VOTES[4:, 0], FAILS[4:])
    assert nothing.coverage is None and nothing.alignment is None
