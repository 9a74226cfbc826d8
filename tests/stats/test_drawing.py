"""Draws are seeded, independent of the order of ids, and keep the probabilities they state."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from labelcore.stats import drawing
from labelcore.stats.changes import of_move
from labelcore.stats.settling import chances, grading_order
from labelcore.stats.splits import Splits, split_of

IDS = [f"o{i:03d}" for i in range(120)]
FAILS = np.array([1.0 if i % 4 == 0 else 0.0 for i in range(120)])
RARE = np.array([1.0 if i < 3 else 0.0 for i in range(120)])
PARTS = {"judge fails it": FAILS, "rare kind": RARE}


@given(seed=st.integers(0, 9), n=st.integers(1, 150))
@settings(deadline=None)
def test_any_order_of_ids_gives_the_same_draw(seed: int, n: int) -> None:
    backwards = IDS[::-1]
    assert drawing.draw_random(IDS, n, seed) == drawing.draw_random(backwards, n, seed)
    turned = {name: scores[::-1] for name, scores in PARTS.items()}
    one = drawing.draw_mixture(IDS, n, seed, PARTS)
    other = drawing.draw_mixture(backwards, n, seed, turned)
    assert {pick.output_id for pick in one} == {pick.output_id for pick in other}
    assert len(one) == len({pick.output_id for pick in one}) == min(n, len(IDS))


@pytest.mark.slow
def test_mixture_draws_with_the_probabilities_it_states() -> None:
    rounds, n = 3_000, 20
    seen = dict.fromkeys(IDS, 0)
    stated: dict[str, float] = {}
    for seed in range(rounds):
        for pick in drawing.draw_mixture(IDS, n, seed, PARTS):
            seen[pick.output_id] += 1
            assert pick.probability is not None
            stated[pick.output_id] = pick.probability
    assert sum(stated.values()) == pytest.approx(n)
    for output_id, share in stated.items():
        assert seen[output_id] / rounds == pytest.approx(share, abs=0.05)


@pytest.mark.whole
def test_weighted_mean_is_unbiased() -> None:
    truth = FAILS.copy()
    estimates = []
    for seed in range(800):
        picks = drawing.draw_mixture(IDS, 30, seed, PARTS)
        weights = np.array([1 / (pick.probability or 1) for pick in picks])
        values = np.array([truth[IDS.index(pick.output_id)] for pick in picks])
        estimates.append(float((weights * values).sum() / len(IDS)))
    assert np.mean(estimates) == pytest.approx(truth.mean(), abs=0.01)


def test_stratified_takes_at_least_one_of_each_and_states_its_share() -> None:
    strata = {output_id: ("rare" if k < 2 else "common") for k, output_id in enumerate(IDS)}
    picks = drawing.draw_stratified(strata, 12, seed=1)
    names = [strata[pick.output_id] for pick in picks]
    assert len(picks) == 12
    assert names.count("rare") == 1
    total = sum(1 / (pick.probability or 1) for pick in picks)
    assert total == pytest.approx(len(IDS))


def test_missing_parts_fall_to_uniform() -> None:
    picks = drawing.draw_mixture(IDS, 30, 0, {"rare kind": np.zeros(120)})
    assert {pick.reason for pick in picks} == {"uniform"}
    assert all(pick.probability == pytest.approx(0.25) for pick in picks)


def test_splits_are_fixed_for_ever() -> None:
    assert [split_of("p", f"g{i}") for i in range(6)] == [split_of("p", f"g{i}") for i in range(6)]
    names = [split_of("project", f"group {i}") for i in range(5_000)]
    assert names.count("train") / 5_000 == pytest.approx(0.4, abs=0.03)
    assert names.count("test") / 5_000 == pytest.approx(0.3, abs=0.03)
    # Recorded: changing the hash would move outputs between splits of existing projects.
    assert split_of("project", "group 1") == "dev"


def test_weighted_draws_keep_every_probability_above_zero() -> None:
    ids = [f"o{i}" for i in range(40)]
    scores = np.array([1.0] * 4 + [0.0] * 36)
    picks = drawing.draw_weighted(ids, 10, 3, scores, "judges disagree")
    assert len({pick.output_id for pick in picks}) == 10
    assert all(0 < (pick.probability or 0) <= 1 for pick in picks)
    certain = {pick.output_id for pick in picks if pick.probability == 1}
    assert certain == set(ids[:4])


@given(
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=8), n=st.integers(1, 120), seed=st.integers(0, 5)
)
def test_strata_get_their_share_and_none_is_left_out_while_there_is_room(
    sizes: list[int], n: int, seed: int
) -> None:
    strata = {f"{name}-{k}": f"s{name}" for name, size in enumerate(sizes) for k in range(size)}
    picks = drawing.draw_stratified(strata, n, seed)
    n = min(n, len(strata))
    assert len(picks) == len({pick.output_id for pick in picks}) == n
    assert [pick.position for pick in picks] == list(range(1, n + 1))
    taken = [sum(strata[pick.output_id] == f"s{name}" for pick in picks) for name in range(len(sizes))]
    for pick in picks:
        name = int(strata[pick.output_id][1:])
        assert pick.probability == pytest.approx(taken[name] / sizes[name])
        assert pick.reason == f"stratum s{name}"
    if n >= len(sizes):
        assert min(taken) >= 1
    exact = [n * size / len(strata) for size in sizes]
    if min(exact) >= 1:  # nobody gives one away: the largest remainders are rounded up
        assert all(share - 1 < got < share + 1 for share, got in zip(exact, taken, strict=True))
        up = [share - int(share) for share, got in zip(exact, taken, strict=True) if got > int(share)]
        down = [share - int(share) for share, got in zip(exact, taken, strict=True) if got <= int(share)]
        assert min(up, default=1.0) >= max(down, default=0.0) - 1e-9


def test_a_stratum_without_a_name_is_said_to_have_none() -> None:
    (pick,) = drawing.draw_stratified({"a": ""}, 5, 0)
    assert pick.reason == "stratum (none)" and pick.probability == 1


@given(n=st.integers(0, 150), seed=st.integers(0, 20))
def test_a_random_draw_states_its_share(n: int, seed: int) -> None:
    picks = drawing.draw_random(IDS, n, seed)
    assert len(picks) == min(n, 120)
    assert all(pick.probability == min(n, 120) / 120 and pick.reason == "uniform" for pick in picks)
    assert [pick.position for pick in picks] == list(range(1, len(picks) + 1))
    assert [pick.output_id for pick in picks] == drawing.hash_order(IDS, seed)[:n]
    assert drawing.draw_random([], n, seed) == [] and drawing.draw_mixture([], n, seed, {}) == []


def test_each_part_of_the_mixture_adds_its_share() -> None:
    """Of 10 picks: 30 % by the judge's 30 fails, 15 % by 3 rare ones, the rest (none is unsure) uniform."""
    stated = {
        pick.output_id: pick.probability
        for seed in range(200)
        for pick in drawing.draw_mixture(IDS, 10, seed, PARTS)
    }
    uniform, fail, rare = 0.55 / 120, 0.3 / 30, 0.15 / 3
    assert stated["o005"] == pytest.approx(10 * uniform)
    assert stated["o004"] == pytest.approx(10 * (uniform + fail))
    assert stated["o001"] == pytest.approx(10 * (uniform + rare))
    assert stated["o000"] == pytest.approx(10 * (uniform + fail + rare))


def test_what_is_certain_gives_its_excess_to_the_others() -> None:
    picks = drawing.draw_mixture(IDS, 40, 1, PARTS)
    stated = {pick.output_id: pick.probability for pick in picks}
    assert {output_id for output_id, chance in stated.items() if chance == 1} == {"o000", "o001", "o002"}
    # 37 picks among 88 plain outputs and 29 that the judge fails, in proportion to their shares.
    plain, fail = 0.55 / 120, 0.55 / 120 + 0.3 / 30
    factor = 37 / (88 * plain + 29 * fail)
    for output_id, chance in stated.items():
        if chance != 1:
            share = plain if int(output_id[1:]) % 4 else fail
            assert chance == pytest.approx(factor * share)


def test_the_reason_of_a_pick_is_drawn_by_what_it_is_owed_to() -> None:
    reasons = [
        pick.reason
        for seed in range(400)
        for pick in drawing.draw_mixture(IDS, 20, seed, PARTS)
        if pick.output_id == "o004"
    ]
    owed = 0.3 / 30 / (0.3 / 30 + 0.55 / 120)
    assert set(reasons) == {"uniform", "judge fails it"}
    assert reasons.count("judge fails it") / len(reasons) == pytest.approx(owed, abs=0.12)


def test_a_weighted_draw_follows_its_scores() -> None:
    scores = np.arange(120.0)
    drawn = {
        pick.output_id: pick.probability
        for seed in range(40)
        for pick in drawing.draw_weighted(IDS, 12, seed, scores, "doubt")
    }
    for output_id in ("o010", "o060", "o119"):
        if output_id in drawn:
            at = int(output_id[1:])
            expected = 12 * (0.2 / 120 + 0.8 * at / scores.sum())
            assert drawn[output_id] == pytest.approx(expected)
    assert len(drawn) > 60


def test_an_earlier_test_settles_a_group_and_a_new_round_deals_anew() -> None:
    splits = Splits("project", 0, {"group 1": "test"})
    assert splits.of("group 1") == "test" and splits.of("group 2") == split_of("project", "group 2")
    later = Splits("project", 1)
    names = [f"group {i}" for i in range(2_000)]
    assert later.of("group 7") == split_of("project", "group 7", 1)
    moved = np.mean([later.of(name) != splits.of(name) for name in names])
    assert moved == pytest.approx(1 - (0.4**2 + 0.3**2 + 0.3**2), abs=0.04)


@pytest.mark.whole
def test_grades_that_a_move_asks_for_tell_of_all_outputs_without_bias() -> None:
    """The judge had decided bad outputs more often, flips come first, a third is sealed: weighted by one over
    the chances of both draws, the pass rate of all outputs comes out; without weights it does not.
    """
    world = np.random.default_rng(7)
    n, limit, number = 600, 200, 60
    passes = world.random(n) < 0.7
    right = [world.random(n) < share for share in (0.9, 0.75)]
    votes = [np.where(one, passes, ~passes).astype(np.float64) for one in right]
    decided = world.random(n) < np.where(passes, 0.3, 0.7)
    weighted, plain, totals = [], [], []
    for seed in range(400):
        sealed = np.random.default_rng(seed).random(n) < 0.3
        ids = [str(at) for at in range(n) if not sealed[at]]
        known, missing = ([key for key in ids if decided[int(key)] == is_] for is_ in (True, False))
        chance = drawing.in_two(known, missing, limit, seed)
        shadow = np.array([int(key) for key in chance])
        compared = of_move(votes[0][shadow], votes[1][shadow], np.full(limit, np.nan))
        chosen = grading_order(compared, seed)[:number]
        share = chances(compared, chosen) * np.array(list(chance.values())) * len(ids) / n
        weight = 1 / share[chosen]
        weighted.append((weight * passes[shadow[chosen]]).sum() / n)
        totals.append(weight.sum() / n)
        plain.append(passes[shadow[chosen]].mean())
    truth = passes.mean()
    error = np.std(weighted) / np.sqrt(len(weighted))
    assert abs(np.mean(weighted) - truth) < 3 * error < 0.03
    assert np.mean(totals) == pytest.approx(1, abs=0.03)
    assert abs(np.mean(plain) - truth) > 0.08
