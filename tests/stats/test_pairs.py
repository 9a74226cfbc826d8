"""Pairs of people are balanced as far as what they may grade allows, and quotas and shares hold."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings, strategies as st

from labelcore.stats.pairs import PairGroup, plan_pairs
from tests.examples import examples

PEOPLE = "abcdef"
Kinds = list[PairGroup]


def even(kinds: Kinds, **given_: dict[str, int]) -> list[list[tuple[str, str]]]:
    return plan_pairs(kinds, met={}, share={}, room={}, **given_)


def test_six_people_meet_equally_often_and_have_as_much_each() -> None:
    (pairs,) = even([PairGroup(60, tuple(combinations(PEOPLE, 2)))])
    assert set(Counter(pairs).values()) == {4}
    assert set(Counter(who for pair in pairs for who in pair).values()) == {20}
    for n in (15, 30, 45):  # every beginning of the queue is balanced too
        assert set(Counter(pairs[:n]).values()) == {n // 15}


def test_a_part_of_a_turn_gives_nobody_more_than_others() -> None:
    (pairs,) = even([PairGroup(6, tuple(combinations(PEOPLE, 2)))])
    assert set(Counter(who for pair in pairs for who in pair).values()) == {2}


@pytest.mark.parametrize("share", [{}, {"b": 2.0}])
@pytest.mark.parametrize("idle", "cdef")
def test_of_pairs_that_never_met_the_one_with_the_least_work_is_next(
    idle: str, share: dict[str, float]
) -> None:
    busy = [PairGroup(4, (("a", who),)) for who in "cdef" if who != idle]
    kinds = [*busy, PairGroup(1, tuple(("b", who) for who in "cdef"))]
    *_, (pair,) = plan_pairs(kinds, met={}, share=share, room={})
    assert pair == ("b", idle)


def test_a_chain_of_kinds_evens_out_what_no_kind_can_alone() -> None:
    kinds = [PairGroup(4, (("a", "b"), ("a", "c"))), PairGroup(10, (("a", "b"), ("b", "c")))]
    counts = Counter(pair for found in even(kinds) for pair in found)
    assert counts == {("a", "b"): 5, ("b", "c"): 5, ("a", "c"): 4}


def test_who_has_a_larger_share_meets_others_more_often_and_a_quota_ends_a_persons_pairs() -> None:
    kind = PairGroup(90, tuple(combinations("abc", 2)))
    (pairs,) = plan_pairs([kind], met={}, share={"a": 2.0}, room={})
    assert Counter(pairs) == {("a", "b"): 36, ("a", "c"): 36, ("b", "c"): 18}
    (pairs,) = plan_pairs([kind], met={}, share={}, room={"a": 10, "b": 20})
    counts = Counter(who for pair in pairs for who in pair)
    assert (counts["a"], counts["b"]) == (10, 20)
    assert len(pairs) < kind.n


@pytest.mark.slow
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_no_other_plan_is_more_even(data: st.DataObject) -> None:
    """The spread of counts is the least that moving any number of outputs can reach: compared with the best
    of a search that lets each kind in turn move single outputs to any other of its pairs.
    """
    everybody = list(combinations(PEOPLE[: data.draw(st.integers(2, 5))], 2))
    kinds = [
        PairGroup(
            data.draw(st.integers(0, 12)),
            tuple(sorted(data.draw(st.sets(st.sampled_from(everybody), min_size=1)))),
        )
        for _ in range(data.draw(st.integers(1, 4)))
    ]
    found = even(kinds)
    counts = Counter(pair for pairs in found for pair in pairs)
    for kind, pairs in zip(kinds, found, strict=True):
        assert len(pairs) == kind.n
        assert set(pairs) <= set(kind.pairs)
    reach = {pair: _reached(pair, kinds, found) for pair in counts}
    for pair, others in reach.items():
        assert all(counts[pair] - counts[other] <= 1 for other in others)


def _reached(
    start: tuple[str, str], kinds: Kinds, found: list[list[tuple[str, str]]]
) -> set[tuple[str, str]]:
    """The pairs to which an output of a pair can go, in any number of exchanges."""
    seen = {start}
    while True:
        more = {
            other
            for kind, pairs in zip(kinds, found, strict=True)
            if seen & set(pairs)
            for other in kind.pairs
        }
        if more <= seen:
            return seen
        seen |= more
