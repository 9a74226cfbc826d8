"""Where a scale ends, where sources are few, where room is short: what a rule does at its last step."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from labelcore.stats import changes, paired, set_beam
from labelcore.stats.changes import Change, Rates, of_trial
from labelcore.stats.prevalence.weighing import group_number, group_sums, posterior
from labelcore.stats.rate import Rate
from labelcore.stats.selection import MUST, SHOULD, SetVotes, Wish
from labelcore.stats.set_beam import packed
from labelcore.stats.settling import SettlingCount, more_to_settle
from tests.examples import examples

# ---- intervals end where the scale ends


@pytest.mark.parametrize("turned", [False, True])
def test_a_difference_over_few_groups_ends_at_one(turned: bool) -> None:
    """Four of five groups change as a whole: Student's t reaches beyond what a difference can be."""
    groups = np.repeat(np.arange(5), 4)
    none, most = np.zeros(20, dtype=bool), groups > 0
    first, second = (most, none) if turned else (none, most)
    found = paired.clustered_difference(first, second, groups)
    sums, half_width = np.array([0.0, 4, 4, 4, 4]), stats.t.ppf(0.975, 4)
    half = half_width * math.sqrt(((sums - 0.8 * 4) ** 2).sum() * 5 / 4) / 20
    assert 0.8 + half > 1
    assert found.value == pytest.approx(-0.8 if turned else 0.8)
    far, near = (found.low, found.high) if turned else (found.high, found.low)
    assert far == (-1.0 if turned else 1.0)
    assert near == pytest.approx((-1 if turned else 1) * (0.8 - half))


# ---- degrees of freedom


@pytest.mark.parametrize("number", [1, 2, 3, 12])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_few_groups_shrink_what_is_known_by_student_t(number: int, level: float) -> None:
    """(z/t)² at one degree of freedom less than there are groups, and at one for a single group."""
    groups = np.repeat(np.arange(number), 24 // number)
    passes = np.arange(24) % 2 == 0  # the same share in every group: nothing but their number tells
    everywhere, ones = np.ones(24, dtype=bool), np.ones(24)
    alone, grouped = posterior(passes, everywhere, ones), posterior(passes, everywhere, ones, groups)
    few = [(stats.norm.ppf(at) / stats.t.ppf(at, max(number - 1, 1))) ** 2 for at in (0.975, (1 + level) / 2)]
    assert float(grouped.passes) == pytest.approx(float(alone.passes) * few[0])
    assert float(grouped.at(level).fails) == pytest.approx(float(alone.fails) * few[1])
    low, high = grouped.interval(level)
    beta = stats.beta(float(alone.passes) * few[1], float(alone.fails) * few[1])
    assert (float(low), float(high)) == pytest.approx(beta.interval(level), abs=1e-9)


# ---- how many sets there is room for


@pytest.mark.parametrize(("n", "limits"), [(40, {}), (300, {}), (300, {"tone": 0.1})])
def test_so_many_sets_are_kept_that_what_grows_of_them_fits(
    n: int, limits: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five trades of so many sets, each grown by every judge: caught, wrong by severity, wrong by limit."""
    random = np.random.default_rng(n)
    votes, fails = (random.random((n, 4)) < 0.3).astype(float), np.arange(n) % 3 == 0
    wish = Wish(severity=(MUST, SHOULD, MUST, MUST), criterion=("tone", "tone", None, None), limits=limits)
    problem = SetVotes(votes, fails, wish)
    caught, wrong = packed(problem.caught_by).size, packed(problem.wrong_by).size
    words = caught + wrong * (2 + len(limits))
    for room, expected in ((3 * 5 * words, 4), (7 * 5 * words, 7), (8 * 5 * words - 1, 7), (10**9, 30)):
        monkeypatch.setattr(set_beam, "_WORDS", room)
        assert set_beam._Growth(problem, 30).kept == expected


def test_a_word_holds_64_outputs() -> None:
    for n, words in ((0, 1), (1, 1), (64, 1), (65, 2), (128, 2), (129, 3)):
        rows = np.zeros((n, 2), dtype=bool)
        rows[-1:, 1] = True
        bits = packed(rows)
        assert bits.shape == (2, words)
        assert set_beam.sizes(bits).tolist() == [0, min(n, 1)]


# ---- how many more settle a comparison


def _half(n: int) -> float:
    return 1 / math.sqrt(n)


def _compared(gain: float, passes: int, fails: int) -> Change:
    """Rates whose halves shrink with the root of their numbers."""

    def rate(middle: float, half: float) -> Rate:
        return Rate(value=middle, low=middle - half, high=middle + half, n=passes + fails)

    tpr, tnr = rate(gain, _half(passes)), rate(gain, _half(fails))
    mean = rate(gain, math.hypot(_half(passes), _half(fails)) / 2)
    both = Rates(tpr=tpr, tnr=tnr)
    return Change(tpr=tpr, tnr=tnr, balanced=mean, present=both, new=both, passes=passes, fails=fails)


@given(gain=st.floats(0.03, 0.4), passes=st.integers(6, 80), fails=st.integers(6, 80))
@settings(max_examples=examples(80))
def test_no_smaller_number_would_settle_it(gain: float, passes: int, fails: int) -> None:
    """The number that is named takes the interval off 0; two fewer of that grade do not."""

    def settles(more: SettlingCount) -> bool:
        halves = _half(passes + more.passes), _half(fails + more.fails)
        return math.hypot(*halves) / 2 <= gain

    found = _compared(gain, passes, fails)
    more = more_to_settle(found)
    if found.verdict != "unclear" or more is None:
        return
    assert settles(more) and more.n > 0
    alone = [SettlingCount(passes=more.n - 2), SettlingCount(fails=more.n - 2)]
    if not (more.passes and more.fails) and more.n > 2:
        assert not any(settles(fewer) for fewer in alone)
    elif more.n > 4:  # of both grades, in the proportion that there is
        fewer = SettlingCount(passes=max(0, more.passes - 2), fails=max(0, more.fails - 2))
        assert not settles(fewer)


# ---- the prior's weight


def test_what_a_stratum_has_not_seen_weighs_as_an_output_of_it_does() -> None:
    """Half an output of Jeffreys' prior: by the typical weight of its stratum, of all where it is empty."""
    passes = np.arange(12) < 6
    present = np.ones(12, dtype=bool)  # the strata of a present version that is wrong are empty
    weights = np.where(passes, 2.0, 5.0)
    trial = of_trial(passes, present, np.full(12, np.nan), weights=weights)
    drawn = changes.drawn_cells(trial, draws=40_000, seed=2).mean(axis=0)
    usual = float((weights**2).sum() / weights.sum())
    wrong = [changes.PASS * grade + new for grade in (0, 1) for new in (0, changes.NEW_RIGHT)]
    assert drawn[wrong].tolist() == pytest.approx([usual / 2] * 4, rel=0.05)
    right = [changes.PASS * g + changes.PRESENT_RIGHT + new for g in (0, 1) for new in (0, 1)]
    assert drawn[right].tolist() == pytest.approx([15 + 2.5] * 2 + [6 + 1] * 2, rel=0.05)


# ---- which sets are kept


def test_all_sets_are_kept_while_there_are_no_more_than_the_trades_would_keep() -> None:
    """The order of coverage and of price are turned about: each trade keeps other sets."""
    coverage, price = np.linspace(0, 1, 16), np.linspace(0, 1, 16)
    assert set_beam._ranked(coverage[:15], price[:15], 3).tolist() == list(range(15))
    kept = set_beam._ranked(coverage, price, 3)
    wanted = {
        at for trade in set_beam._TRADES for at in np.argsort(trade * price - coverage, kind="stable")[:3]
    }
    assert set(kept.tolist()) == wanted and len(wanted) < 15


# ---- runs of a simulation beside each other


def test_groups_are_counted_and_summed_in_each_run_alone() -> None:
    groups = np.array([[0, 0, 1, 2], [0, 0, 0, 0], [3, 1, 3, 1]])
    values = np.array([[1.0, 2, 3, 4], [1, 1, 1, 1], [5, 1, 5, 1]])
    assert group_number(groups).tolist() == [3, 1, 2]
    assert group_sums(values, groups).tolist() == [[3, 3, 4, 0], [4, 0, 0, 0], [0, 2, 0, 10]]
    alone = [group_sums(row, group) for row, group in zip(values, groups, strict=True)]
    assert [part.tolist() for part in alone] == [[3, 3, 4], [4], [0, 2, 0, 10]]


# ---- abstentions


@given(
    states=st.lists(st.tuples(st.booleans(), st.integers(0, 2), st.integers(0, 2)), min_size=4, max_size=40)
)
@settings(max_examples=examples(60))
def test_where_somebody_abstains_the_mean_is_taken_with_it_as_wrong_too(
    states: list[tuple[bool, int, int]],
) -> None:
    """By counting: right of all of each grade, new less present, the mean of both grades."""
    passes = np.array([state[0] for state in states])
    present, new = (np.array([state[at] for state in states]) for at in (1, 2))
    found = changes.change(of_trial(passes, present, new.astype(float)), draws=60)
    silent = tuple(int((part == changes.SILENT).sum()) for part in (present, new))
    assert found.abstained == silent and (found.counted is None) == (silent == (0, 0))
    if found.counted is None or passes.all() or not passes.any():
        assert found.gain == (found.balanced.value or 0)
        return
    right = [(part == changes.RIGHT).astype(float) for part in (present, new)]
    mean = sum((right[1] - right[0])[grade].mean() for grade in (passes, ~passes)) / 2
    assert found.counted.value == pytest.approx(mean) and found.gain == pytest.approx(mean)
