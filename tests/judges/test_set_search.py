"""The choice of a set keeps its deadline, says what it cut short, and its held-out figures."""

from __future__ import annotations

import time

import numpy as np
import pytest

from labelcore.arrays import Bools, Ints
from labelcore.judges.candidates import Candidate, FixedCandidate, Target, parties
from labelcore.judges.features import TrainingData
from labelcore.judges.held_out import FEWEST_DRAWN, Grades, Repeat, rates, summary
from labelcore.judges.kinds.code import CodeCandidate
from labelcore.judges.set_search import choose
from labelcore.models import Output
from labelcore.stats.rate import Rate
from labelcore.stats.selection import Wish


def _world(n: int = 80, judges: int = 12, seed: int = 0) -> tuple[Bools, list[FixedCandidate]]:
    random = np.random.default_rng(seed)
    kinds = random.random((n, 4)) < 0.12
    votes = random.random((n, judges)) < np.where(kinds[:, np.arange(judges) % 4], 0.8, 0.06)
    return np.any(kinds, axis=1), [FixedCandidate(votes[:, j]) for j in range(judges)]


def _alone(n: int) -> list[str]:
    return [str(i) for i in range(n)]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock of this process's work, which a busy machine makes no faster; index 0 goes on top."""
    waited = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: time.process_time() + waited[0])
    return waited


class _Slow(Candidate):
    """A judge whose every fit takes a while."""

    def __init__(self, judge: FixedCandidate, seconds: float, clock: list[float]) -> None:
        self.judge, self.seconds, self.clock = judge, seconds, clock

    def fails(self, train: Ints, test: Ints) -> Bools:
        self.clock[0] += self.seconds
        return self.judge.fails(train, test)


def test_the_same_seed_gives_the_same_choice_where_time_is_enough() -> None:
    fails, judges = _world()
    found = [choose(judges, Grades.of(fails, _alone(80)), seed=3, seconds=120) for _ in range(2)]
    assert found[0].cut_short == ""
    assert found[0].members == found[1].members
    assert found[0].held_out == found[1].held_out
    assert found[0].held_out.repeats == 2


@pytest.mark.parametrize(("n", "stands"), [(30, True), (200, False)])
def test_with_few_grades_the_default_stands(n: int, stands: bool) -> None:
    fails, judges = _world(n, 12)
    good, poor = FixedCandidate(fails), FixedCandidate(np.arange(n) % 2 == 0)
    found = choose([*judges, poor, good], Grades.of(fails, _alone(n)), Wish(default=(12,)), seconds=120)
    assert (found.members == [12]) == stands


@pytest.mark.whole
@pytest.mark.parametrize("wish", [None, Wish(min_coverage=0.6, max_ffr=0.3, must_include=(3,), most=6)])
def test_a_busy_machine_chooses_the_same_set(wish: Wish | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock that runs four times as fast there is a quarter of the time."""
    fails, judges = _world(200, 40)
    grades = Grades.of(fails, _alone(200))
    calm = choose(judges, grades, wish)
    monkeypatch.setattr(time, "perf_counter", lambda: 4 * time.process_time())
    busy = choose(judges, grades, wish)
    assert calm.cut_short == busy.cut_short == ""
    assert busy.members == calm.members
    assert busy.held_out == calm.held_out
    assert busy.program == calm.program


@pytest.mark.parametrize(
    ("pause", "says"), [(0.004, "cross-fit"), (0.02, "held-out"), (0.3, "could not be compared")]
)
def test_one_deadline_holds_for_everything_however_slow_fitting_is(
    pause: float, says: str, clock: list[float]
) -> None:
    fails, judges = _world(60, 6)
    slow = [_Slow(judge, pause, clock) for judge in judges]
    started = time.perf_counter()
    found = choose(slow, Grades.of(fails, _alone(60)), seconds=1.0)
    assert time.perf_counter() - started < 1.0 + 0.6  # one fit
    assert says in found.cut_short and "1 seconds was too short" in found.cut_short
    if found.held_out.repeats == 0:
        assert found.held_out.alignment is None and found.held_out.why_not
    else:
        assert found.held_out.outputs <= 60


def test_judges_that_must_be_in_are_in_where_there_is_no_time_at_all() -> None:
    fails, judges = _world()
    wish = Wish(min_coverage=0.9, max_ffr=0.1, must_include=(5,))
    found = choose(judges, Grades.of(fails, _alone(80)), wish, seconds=1e-6)
    assert 5 in found.members
    assert found.program is not None and found.program.stopped and found.program.gap is not None


def test_more_time_repeats_the_split_more_often_than_too_little(clock: list[float]) -> None:
    fails, judges = _world(60, 6)
    slow = [_Slow(judge, 0.002, clock) for judge in judges]
    short, long = (
        choose(slow, Grades.of(fails, _alone(60)), seconds=seconds).held_out for seconds in (0.35, 20.0)
    )
    assert long.repeats == 2 and long.outputs == 60
    assert short.repeats <= 1


def test_thresholds_of_one_target_are_fitted_together_as_they_are_alone() -> None:
    random = np.random.default_rng(0)
    outputs = [
        Output(id=str(i), project_id="p", text="word. " * int(random.integers(1, 40))) for i in range(60)
    ]
    data = TrainingData.of(outputs, [""] * 60)
    fails = random.random(60) < 0.4
    targets = [Target(fails, np.ones(60, dtype=bool)), Target(~fails, fails | (random.random(60) < 0.7))]
    codes = [
        CodeCandidate(data, column, side, False, target)
        for target in targets
        for column in range(6)
        for side in ("above", "below")
    ]
    together = parties(codes)
    assert len(together) == 2
    train, test = np.arange(40), np.arange(40, 60)
    for party in together:
        votes = party.fails(train, test)
        for at, j in enumerate(party.which):
            assert (votes[:, at] == codes[j].fails(train, test)).all()


def _rates(
    fails: Bools,
    failed: Bools,
    groups: list[str],
    again: np.ndarray | None = None,
    weights: np.ndarray | None = None,
) -> dict[str, Rate]:
    drawn = np.tile(failed.astype(float), (FEWEST_DRAWN, 1)) if again is None else again
    return rates(failed[None].astype(float), drawn, Grades.of(fails, groups, weights))


def test_held_out_figures_are_those_of_the_counts() -> None:
    fails = np.array([True] * 20 + [False] * 60)
    failed = np.array([True] * 15 + [False] * 5 + [True] * 6 + [False] * 54)
    found = _rates(fails, failed, _alone(80))
    assert found["coverage"].value == pytest.approx(0.75)
    assert found["false_failure_rate"].value == pytest.approx(0.1)
    assert found["alignment"].value == pytest.approx(2 * 0.75 * 0.9 / 1.65)
    for rate in found.values():
        assert rate.low < rate.value < rate.high


def test_weights_give_the_figures_of_the_pool() -> None:
    fails = np.array([True] * 20 + [False] * 60)
    failed = np.array([True] * 15 + [False] * 5 + [True] * 6 + [False] * 54)
    weights = np.where(failed, 1.0, 4.0)
    found = _rates(fails, failed, _alone(80), weights=weights)
    assert found["coverage"].value == pytest.approx(15 / 35)
    assert found["false_failure_rate"].value == pytest.approx(6 / (6 + 4 * 54))


def test_sources_that_share_their_faults_widen_the_interval() -> None:
    random = np.random.default_rng(1)
    source = np.arange(200) // 5
    fails = (random.random(40) < 0.4)[source]
    failed = np.where(fails, (random.random(40) < 0.7)[source], (random.random(40) < 0.1)[source])
    alone, shared = (_rates(fails, failed, groups) for groups in (_alone(200), [str(i) for i in source]))
    for name, rate in alone.items():
        assert shared[name].value == rate.value
        assert shared[name].high - shared[name].low > 1.5 * (rate.high - rate.low)


def test_a_choice_that_varies_widens_the_interval() -> None:
    random = np.random.default_rng(1)
    fails = random.random(100) < 0.4
    failed = np.where(fails, random.random(100) < 0.7, random.random(100) < 0.1)
    other = np.where(fails, random.random(100) < 0.4, random.random(100) < 0.3)
    mixed = np.array([failed, other] * 10, dtype=float)
    plain, wide = _rates(fails, failed, _alone(100)), _rates(fails, failed, _alone(100), mixed)
    assert wide["alignment"].high - wide["alignment"].low > 1.3 * (
        plain["alignment"].high - plain["alignment"].low
    )


def test_what_cannot_be_measured_says_why() -> None:
    fails, nothing = np.zeros(30, dtype=bool), np.zeros(30, dtype=bool)
    assert (
        _rates(fails, nothing, _alone(30))["alignment"].why_not == "there are no outputs that people failed"
    )
    fails[:10] = True
    few = _rates(fails, fails, [str(i % 6) for i in range(30)])["alignment"]
    assert few.value == 1.0 and few.low is None and "6 sources only" in str(few.why_not)
    hurried = _rates(fails, fails, _alone(30), np.zeros((2, 30)))["alignment"]
    assert hurried.low is None and "no time" in str(hurried.why_not)


def test_an_unfinished_repeat_counts_with_the_outputs_that_it_saw() -> None:
    fails = np.array([True, False] * 20)
    seen = np.arange(40) < 24
    half = Repeat(failed=fails & seen, seen=seen)
    found = summary([half], np.tile(fails.astype(float), (FEWEST_DRAWN, 1)), Grades.of(fails, _alone(40)), 0)
    assert found.outputs == 24 and found.alignment == 1.0
