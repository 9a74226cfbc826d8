"""Krippendorff's alpha against a published example and its own definition."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelcore.stats.agreement import agreement, krippendorff_alpha

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
    expected = sum(a != b for a, b in itertools.permutations(every, 2))
    expected /= len(every) * (len(every) - 1)
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
