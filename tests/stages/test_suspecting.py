"""Duplicates, constants, inverted, silent and erroring judges are found, others are left alone."""

from __future__ import annotations

import numpy as np

from labelcore.messages import sentence
from labelcore.models import fact
from labelcore.stages.judging.testing import suspecting

RANDOM = np.random.default_rng(2)
N = 200
TRUTH = (RANDOM.random(N) < 0.7).astype(float)


def noisy(share: float) -> np.ndarray:
    wrong = RANDOM.random(N) < share
    return np.where(wrong, 1 - TRUTH, TRUTH)


def find(
    *columns: np.ndarray, errors: tuple[int, ...] = (), abstains: tuple[int, ...] = ()
) -> list[suspecting.Suspicion]:
    votes = np.column_stack(columns)
    none = (0,) * len(columns)
    truth = np.repeat(TRUTH[:, None], len(columns), axis=1)
    return suspecting.find(votes, truth, np.array(abstains or none), np.array(errors or none))


def faults(found: list[suspecting.Suspicion]) -> list[tuple[int, str]]:
    return [(suspicion.judge, suspicion.fault) for suspicion in found]


def test_honest_different_judges_are_not_suspected() -> None:
    assert find(noisy(0.2), noisy(0.2), noisy(0.1)) == []


def test_the_later_of_two_that_vote_the_same_is_named() -> None:
    one = noisy(0.2)
    found = find(one, noisy(0.2), one.copy())
    assert faults(found) == [(2, "duplicate")]
    assert found[0].other == 0
    shared = int((one == 0).sum())
    assert found[0].evidence == {"both_fail": shared, "either_fails": shared, "compared": N}
    words = f"both fail {shared} of the {shared} outputs that either fails, {N} compared"
    assert (
        sentence(fact("is_duplicate", judge="c", twin="a", **found[0].evidence)) == f"c repeats a: {words}."
    )


def test_two_that_nearly_always_pass_are_no_duplicates() -> None:
    one, two = np.ones(N), np.ones(N)
    one[:5], two[5:10] = 0, 0  # the same on 95 % of outputs, and never the same fail
    assert "duplicate" not in {suspicion.fault for suspicion in find(one, two)}


def test_constants_both_ways() -> None:
    found = find(np.ones(N), np.zeros(N))
    assert faults(found) == [(0, "constant"), (1, "constant")]
    assert found[1].evidence == {"passes": 0, "fails": N}


def test_an_inverted_judge_is_told_from_a_poor_one() -> None:
    assert faults(find(1 - noisy(0.2))) == [(0, "inverted")]
    assert find(noisy(0.5)) == []
    few = np.full(N, np.nan)
    few[:4] = 1 - TRUTH[:4]  # four mistakes in a row are no proof
    assert find(few) == []


def test_errors_and_silence() -> None:
    half = noisy(0.1)
    half[:120] = np.nan
    assert faults(find(half, abstains=(120,))) == [(0, "abstaining")]
    assert faults(find(half, errors=(120,))) == [(0, "erroring")]
    assert find(half, errors=(1,)) == []


def test_errors_are_set_against_all_outputs_that_were_tried() -> None:
    votes, truth = noisy(0.2)[:, None], TRUTH[:, None]
    none, errors = np.array([0]), np.array([100])
    assert faults(suspecting.find(votes, truth, none, errors)) == [(0, "erroring")]
    assert suspecting.find(votes, truth, none, errors, np.array([100_000])) == []
