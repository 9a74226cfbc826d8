"""Krippendorff's alpha against a published example and its definition."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, strategies as st

from labelcore.stats.agreement import agreement, change, krippendorff_alpha

# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", example A: two observers,
# ten binary units; alpha = 0.095.
ONE = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
TWO = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]


def test_published_example() -> None:
    grades = np.array([ONE, TWO])
    alpha = krippendorff_alpha(np.stack([(1 - grades).sum(axis=0), grades.sum(axis=0)], axis=1))
    assert alpha == pytest.approx(0.095, abs=0.0005)


# Example C of the same paper: four observers, twelve units, five values, missing data.
FOUR = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]


def test_published_example_with_levels_and_gaps() -> None:
    units = [[int(row[at]) for row in FOUR if row[at] != "."] for at in range(12)]
    counts = np.array([[unit.count(value) for value in range(1, 6)] for unit in units])
    assert krippendorff_alpha(counts) == pytest.approx(0.743, abs=0.0005)
    assert krippendorff_alpha(counts, ordinal=True) == pytest.approx(0.815, abs=0.0005)


units = st.lists(st.lists(st.booleans(), min_size=0, max_size=5), min_size=1, max_size=12)


@given(units=units)
def test_equals_the_definition_by_pairs(units: list[list[bool]]) -> None:
    passes = np.array([sum(unit) for unit in units])
    fails = np.array([len(unit) - sum(unit) for unit in units])
    pairable = [unit for unit in units if len(unit) > 1]
    every = [value for unit in pairable for value in unit]
    alpha = krippendorff_alpha(np.stack([fails, passes], axis=1))
    if len(set(every)) < 2:
        assert alpha is None
        return
    observed = sum(
        sum(a != b for a, b in itertools.permutations(unit, 2)) / (len(unit) - 1) for unit in pairable
    ) / len(every)
    unlike = sum(a != b for a, b in itertools.permutations(every, 2))
    expected = unlike / (len(every) * (len(every) - 1))
    assert alpha == pytest.approx(1 - observed / expected, abs=1e-9)


def test_says_why_it_is_not_measurable() -> None:
    assert agreement({"ann": {"a": True}}).why_not == "agreement needs a second annotator"
    apart = agreement({"ann": {"a": True}, "bo": {"b": True}})
    assert apart.alpha is None
    assert apart.why_not == "no output was graded by two people"


def test_interval_contains_the_value() -> None:
    votes = {
        "ann": {str(i): bool(i % 3) for i in range(40)},
        "bo": {str(i): bool(i % 3) ^ (i % 7 == 0) for i in range(40)},
    }
    found = agreement(votes)
    assert found.alpha is not None and found.low is not None and found.high is not None
    assert found.low <= found.alpha <= found.high


def test_a_change_of_agreement_is_the_difference_with_an_interval_over_both_sets() -> None:
    agrees, differs = (
        {
            "ann": {f"{part}{i}": bool(i % 2) for i in range(60)},
            "bo": {f"{part}{i}": bool(i % 2) ^ (i % often == 0) for i in range(60)},
        }
        for part, often in (("x", 20), ("y", 3))
    )
    rose, fell = change(differs, agrees), change(agrees, differs)
    alphas = [agreement(votes).alpha or 0 for votes in (differs, agrees)]
    risen = alphas[1] - alphas[0]
    assert rose.value == pytest.approx(risen) and fell.value == pytest.approx(-risen)
    assert rose.low is not None and rose.high is not None and 0 < rose.low < risen < rose.high
    assert fell.high is not None and fell.high < 0


def _binary(votes: list[list[int]]) -> np.ndarray:
    return np.array([[unit.count(value) for value in (0, 1)] for unit in votes])


def test_all_three_figures_of_two_people() -> None:
    """Krippendorff's example A again, from people's grades: alpha, Fleiss' kappa and AC1 by hand."""
    found = agreement(
        {
            "ann": dict(zip("abcdefghij", map(bool, ONE), strict=True)),
            "bo": dict(zip("abcdefghij", map(bool, TWO), strict=True)),
        }
    )
    same = sum(a == b for a, b in zip(ONE, TWO, strict=True)) / 10
    passes = (sum(ONE) + sum(TWO)) / 20
    by_chance = passes**2 + (1 - passes) ** 2
    assert found.alpha == pytest.approx(0.095, abs=5e-4)
    assert found.fleiss == pytest.approx((same - by_chance) / (1 - by_chance))
    assert found.ac == pytest.approx((same - 2 * passes * (1 - passes)) / (1 - 2 * passes * (1 - passes)))
    assert (found.n_annotators, found.n_outputs, found.why_not) == (2, 10, None)


def test_only_what_two_people_graded_counts() -> None:
    people = {"ann": {"a": True, "b": False, "c": True}, "bo": {"a": True, "b": True}, "cy": {"d": False}}
    found = agreement(people)
    assert (found.n_annotators, found.n_outputs) == (3, 2)
    assert found.alpha == pytest.approx(krippendorff_alpha(_binary([[1, 1], [0, 1]])))
    one = agreement({"ann": {"a": True, "b": False}, "bo": {"a": False}})
    assert one.alpha is None and one.n_outputs == 1 and "only one output" in str(one.why_not)
    same = agreement({"ann": {"a": True, "b": True}, "bo": {"a": True, "b": True}})
    assert same.alpha is None and same.low is None and same.fleiss is None and same.ac is None
    assert "same grade everywhere" in str(same.why_not)


@pytest.mark.parametrize("ordinal", [False, True])
def test_the_interval_is_that_of_outputs_drawn_again(ordinal: bool) -> None:
    random = np.random.default_rng(2)
    first = random.integers(1, 5, 60)
    second = np.clip(first + random.integers(-1, 2, 60), 1, 4)
    people = {
        name: {str(i): int(level) for i, level in enumerate(levels)}
        for name, levels in (("ann", first), ("bo", second))
    }
    found = agreement(people, ordinal=ordinal)
    counts = np.array(
        [[[a, b].count(level) for level in range(1, 5)] for a, b in zip(first, second, strict=True)]
    )
    drawn = [
        krippendorff_alpha(counts[random.integers(0, 60, 60)], ordinal=ordinal) or 0.0 for _ in range(2_000)
    ]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.02)
    assert found.alpha == pytest.approx(krippendorff_alpha(counts, ordinal=ordinal))
    assert found == agreement(people, ordinal=ordinal)
    assert found.low != agreement(people, ordinal=ordinal, seed=1).low


def test_levels_far_apart_disagree_more() -> None:
    near = agreement({"ann": {"a": 1, "b": 2, "c": 4}, "bo": {"a": 2, "b": 2, "c": 4}}, ordinal=True)
    far = agreement({"ann": {"a": 1, "b": 2, "c": 4}, "bo": {"a": 4, "b": 2, "c": 4}}, ordinal=True)
    assert (far.alpha or 0) < (near.alpha or 0) and (far.ac or 0) < (near.ac or 0)


def test_an_interval_needs_most_of_the_draws() -> None:
    """Of forty outputs one alone has a second grade that differs: many draws have but one value."""
    same = {str(i): True for i in range(40)}
    found = agreement({"ann": same, "bo": same | {"0": False}})
    assert found.alpha is not None and found.low is not None  # 64 % of the draws can be measured
    two = agreement({"ann": {"a": True, "b": True}, "bo": {"a": True, "b": False}})
    assert two.alpha is not None and two.low is not None and two.low <= two.alpha
