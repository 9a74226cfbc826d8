"""How fast an endpoint is asked: by settings, by its headers, and by what it refuses."""

from __future__ import annotations

import asyncio
import itertools
import time

import pytest
from hypothesis import given, strategies as st

from labelcore.llm.limits import Bucket, Limiter, span


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that the test moves; index 0 is the time."""
    now = [1_000.0]
    monkeypatch.setattr("labelcore.llm.limits.time.monotonic", lambda: now[0])
    return now


def second(limiter: Limiter, clock: list[float], good: int, bad: int) -> None:
    """A second of answers, which ends with the next one."""
    for _ in range(good):
        limiter.accepted({})
    for _ in range(bad):
        limiter.refused({})
    clock[0] += 1.0


def test_a_bucket_lets_a_second_through_and_then_keeps_the_pace(clock: list[float]) -> None:
    bucket = Bucket(10.0)
    waits = [bucket.reserve(1) for _ in range(30)]
    assert waits[:10] == [0.0] * 10
    assert waits[10:] == pytest.approx([(i + 1) / 10 for i in range(20)])


@given(st.lists(st.floats(0.1, 50), min_size=1, max_size=40), st.floats(0.5, 500))
def test_no_bucket_gives_more_than_its_rate_and_one_second(amounts: list[float], rate: float) -> None:
    bucket = Bucket(rate)
    wait = 0.0
    for amount in amounts:
        wait = bucket.reserve(amount)
    # Time passes while the test runs, which only shortens waits.
    spent = time.monotonic() - bucket._at
    assert wait <= sum(amounts) / rate + 1e-6
    assert wait >= (sum(amounts) - max(1.0, rate)) / rate - spent - 0.5


def test_no_limit_means_no_wait() -> None:
    assert Bucket(None).reserve(1e9) == 0.0


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("1m30s", 90), ("250ms", 0.25), ("8.64s", 8.64), ("1h", 3600), ("7", 7), ("soon", 0), (None, 0)],
)
def test_reset_headers_are_read(words: str | None, seconds: float) -> None:
    assert span(words) == pytest.approx(seconds)


def test_a_limit_per_minute_is_learned_from_headers() -> None:
    limiter = Limiter(100)
    limiter.accepted(
        {
            "x-ratelimit-limit-requests": "600",
            "x-ratelimit-remaining-requests": "599",
            "x-ratelimit-reset-requests": "100ms",
        }
    )
    assert limiter.calls_per_second == pytest.approx(10)


def test_a_budget_of_a_day_is_no_pace() -> None:
    limiter = Limiter(100)
    limiter.accepted(
        {
            "x-ratelimit-limit-requests": "10000",
            "x-ratelimit-remaining-requests": "9999",
            "x-ratelimit-reset-requests": "8.64s",
        }
    )
    assert limiter.calls_per_second is None


def test_a_full_endpoint_is_asked_more_slowly_and_then_faster_again(clock: list[float]) -> None:
    limiter = Limiter(100)
    second(limiter, clock, 60, 40)
    second(limiter, clock, 1, 0)
    assert limiter.calls_per_second == pytest.approx(54 * 61 / 61, rel=0.1)
    slow = limiter.calls_per_second
    for _ in range(5):
        second(limiter, clock, 50, 0)
    assert limiter.calls_per_second is not None and slow is not None
    assert slow < limiter.calls_per_second < 1.2 * slow


def test_nothing_accepted_halves_the_pace_each_second(clock: list[float]) -> None:
    limiter = Limiter(64)
    paces: list[float] = []
    for _ in range(4):
        second(limiter, clock, 0, 10)
        limiter.refused({})
        assert limiter.calls_per_second is not None
        paces.append(limiter.calls_per_second)
    assert paces[0] <= 32
    assert all(after == pytest.approx(before / 2) for before, after in itertools.pairwise(paces))


def test_a_few_refusals_at_random_slow_nobody_down(clock: list[float]) -> None:
    limiter = Limiter(100)
    for _ in range(5):
        second(limiter, clock, 95, 5)
    assert limiter.calls_per_second is None


def test_an_endpoint_that_has_nothing_left_is_left_alone_until_its_reset(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleep(seconds: float) -> None:
        clock[0] += seconds

    async def two() -> float:
        limiter = Limiter(10)
        limiter.accepted(
            {
                "x-ratelimit-limit-requests": "600",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "200ms",
            }
        )
        started = time.monotonic()
        await limiter.enter(1)
        return time.monotonic() - started

    monkeypatch.setattr("labelcore.llm.limits.asyncio.sleep", sleep)
    assert asyncio.run(two()) == pytest.approx(0.2)


def test_only_so_many_are_under_way() -> None:
    async def most() -> int:
        limiter, now, seen = Limiter(3), 0, 0

        async def ask() -> None:
            nonlocal now, seen
            await limiter.enter(1)
            now += 1
            seen = max(seen, now)
            await asyncio.sleep(0.001)
            now -= 1
            limiter.leave()

        await asyncio.gather(*(ask() for _ in range(20)))
        return seen

    assert asyncio.run(most()) == 3


async def _most_at_once(limiter: Limiter) -> int:
    """How many may be under way now."""
    count = 0
    while not limiter._slots.locked():
        await limiter.enter(0)
        count += 1
    for _ in range(count):
        limiter.leave()
    return count


def test_calls_that_come_too_late_leave_fewer_under_way_and_never_again_as_many(clock: list[float]) -> None:
    async def whole() -> list[int]:
        limiter, seen = Limiter(16), list[int]()
        began = clock[0]
        for _ in range(16):
            await limiter.enter(0)
        limiter.accepted({})
        clock[0] += 60
        for _ in range(15):  # all of them were sent before anybody knew
            limiter.late(began, 0)
        for _ in range(16):
            limiter.leave()
        seen.append(await _most_at_once(limiter))
        for _ in range(20):
            limiter.accepted({})
        seen.append(await _most_at_once(limiter))
        await limiter.enter(0)
        limiter.late(clock[0], limiter.answered - 1)
        limiter.leave()
        seen.append(await _most_at_once(limiter))
        for _ in range(200):
            limiter.accepted({})
        seen.append(await _most_at_once(limiter))
        return seen

    assert asyncio.run(whole()) == [1, 2, 1, 1]


def test_an_endpoint_that_answers_many_is_not_brought_down_by_one_late_call(clock: list[float]) -> None:
    async def whole() -> list[int]:
        limiter, seen = Limiter(16), list[int]()
        began = clock[0]
        for _ in range(300):
            limiter.accepted({})
        limiter.late(began, 0)
        clock[0] += 1
        await limiter.enter(0)
        limiter.leave()
        for _ in range(8):
            await limiter.enter(0)
        for _ in range(8):
            limiter.leave()
        seen.append(await _most_at_once(limiter))
        for at_once in range(8, 16):
            for _ in range(20 * at_once):
                limiter.accepted({})
        seen.append(await _most_at_once(limiter))
        return seen

    assert asyncio.run(whole()) == [8, 15]
