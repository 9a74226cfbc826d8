"""How fast one endpoint may be asked: what settings say, what it tells, and what it refuses.

Requests and tokens are reserved in two token buckets (each holds one second's worth), so callers go in the
order of their coming. Once more than a tenth of the answers of a second are 429s, the rate falls to nine
tenths of what was just accepted, and grows by a fiftieth each second while at most one in fifty is one:
additive increase, multiplicative decrease (Chiu and Jain 1989). Rarer refusals are left to the single calls.

A call that is not answered in time says that too many are under way: a small model answers one after the
other, and those that wait behind it would be given up in vain. From then on at most half as many are, and no
more than half of what was answered meanwhile; one more after each twenty rounds of good answers, but never
again as many as were too many.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping

_WINDOW = 1.0  # seconds over which answers and refusals are counted
_FULL, _QUIET = 0.10, 0.02  # shares of refusals
_SHRINK, _GROW = 0.9, 0.02
_SLOWEST = 0.05  # calls a second: never stop for good
_ROUNDS = 20  # of good answers before one more call is under way at once
_DAY = 600.0  # a window longer than this is a daily budget, which says nothing about pace
_LONGEST_HOLD = 60.0
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Bucket:
    """A rate with one second's worth of burst; reserving tells how long to wait."""

    def __init__(self, per_second: float | None) -> None:
        self.per_second = per_second
        self._level = per_second or 0.0
        self._at = time.monotonic()

    def reserve(self, amount: float) -> float:
        """Take ``amount``; returns the seconds until it is there."""
        if self.per_second is None:
            return 0.0
        now = time.monotonic()
        room = max(1.0, self.per_second)
        self._level = min(room, self._level + (now - self._at) * self.per_second) - amount
        self._at = now
        return max(0.0, -self._level / self.per_second)

    def limit(self, per_second: float) -> None:
        """Change the rate; debts of those who wait already are theirs alone."""
        if self.per_second is None:
            self._level, self._at = 0.0, time.monotonic()
        self.per_second = per_second


class Limiter:
    """One model's limits: calls at once, calls and tokens a minute; behind it the ``gate`` of its address."""

    def __init__(
        self,
        concurrency: int,
        calls_a_minute: float | None = None,
        tokens_a_minute: float | None = None,
        *,
        gate: Limiter | None = None,
    ) -> None:
        self._gate = gate
        self._slots = asyncio.Semaphore(concurrency)
        self._start = float(concurrency)
        self._open = self._at_once = self._most = concurrency
        self._good = self._answered = 0
        self._slowed_at = 0.0
        self._told = calls_a_minute and calls_a_minute / 60
        self._requests = Bucket(self._told)
        self._tokens = Bucket(tokens_a_minute and tokens_a_minute / 60)
        self._hold_until = 0.0
        self._window_from = time.monotonic()
        self._accepted = self._refused = 0
        self._proved = 0.0

    @property
    def calls_per_second(self) -> float | None:
        """The pace that is allowed now; None while no limit is known."""
        return self._requests.per_second

    async def enter(self, tokens: int) -> None:
        """Wait for a slot and for the pace; :meth:`leave` gives the slot back."""
        await self._slots.acquire()
        try:
            wait = max(self._requests.reserve(1), self._tokens.reserve(tokens))
            if wait:
                await asyncio.sleep(wait)
            while (wait := self._hold_until - time.monotonic()) > 0:  # noqa: ASYNC110 - a time, no event
                await asyncio.sleep(wait)
            if self._gate:
                await self._gate.enter(tokens)
        except BaseException:
            self._slots.release()
            raise

    def leave(self) -> None:
        """Give the slot back, unless fewer calls are allowed at once by now."""
        if self._open > self._at_once:
            self._open -= 1
        else:
            self._slots.release()
        if self._gate:
            self._gate.leave()

    @property
    def answered(self) -> int:
        """How many good answers there were, to be given to :meth:`late`."""
        return self._answered

    def late(self, began: float, answered: int) -> None:
        """Take in a call that was not answered in time. ``began``: when it was sent, by the monotonic clock;
        ``answered``: how many good answers there were then.
        """
        if began < self._slowed_at:
            return  # it was under way when that was too many
        self._most = max(1, self._at_once - 1)
        self._at_once = max(1, min(self._at_once // 2, (self._answered - answered) // 2))
        self._slowed_at, self._good = time.monotonic(), 0

    def _allow_more(self) -> None:
        self._answered, self._good = self._answered + 1, self._good + 1
        if self._at_once < self._most and self._good >= _ROUNDS * self._at_once:
            self._at_once, self._good = self._at_once + 1, 0
            if self._open < self._at_once:
                self._open += 1
                self._slots.release()

    def accepted(self, headers: Mapping[str, str]) -> None:
        """Take in a good answer and what its headers say of limits."""
        self._accepted += 1
        self._allow_more()
        self._turn()
        if "x-ratelimit-limit-requests" in headers or "x-ratelimit-limit-tokens" in headers:
            self._learn(headers)
            for what in ("requests", "tokens"):
                if headers.get(f"x-ratelimit-remaining-{what}") == "0":
                    reset = min(span(headers.get(f"x-ratelimit-reset-{what}")), _LONGEST_HOLD)
                    self._hold_until = max(self._hold_until, time.monotonic() + reset)

    def refused(self, headers: Mapping[str, str]) -> None:
        """Take in a 429."""
        self._refused += 1
        self._learn(headers)
        self._turn()

    def _turn(self) -> None:
        """At the end of each second: slow down, or go faster again."""
        now = time.monotonic()
        passed = now - self._window_from
        everything = self._accepted + self._refused
        if passed < _WINDOW or not everything:
            return
        share, self._proved = self._refused / everything, self._accepted / passed
        pace = self._requests.per_second
        if share > _FULL and self._refused > 2:
            before = pace if pace is not None else max(self._start, everything / passed)
            proved = self._proved * _SHRINK
            self._requests.limit(max(_SLOWEST, min(before, proved or before / 2)))
        elif share <= _QUIET and pace is not None:
            self._requests.limit(min(self._told or 1e9, pace * (1 + _GROW) + 0.01))
        self._window_from, self._accepted, self._refused = now, 0, 0

    def _learn(self, headers: Mapping[str, str]) -> None:
        if rate := _told(headers, "requests"):
            self._told = min(rate, self._told or rate)
            if self._requests.per_second is None or self._requests.per_second > self._told:
                self._requests.limit(self._told)
        tokens = _told(headers, "tokens")
        if tokens and (self._tokens.per_second is None or self._tokens.per_second > tokens):
            self._tokens.limit(tokens)


def span(words: str | None) -> float:
    """Seconds of a reset header: "1m30s", "250ms" or a bare number; 0 for anything else."""
    text = (words or "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    return sum(float(number) * _SECONDS[unit] for number, unit in _SPAN.findall(text))


def _told(headers: Mapping[str, str], what: str) -> float | None:
    """The pace that headers allow, a second. A bucket emptied by u of n refills in reset = u / n windows."""
    try:
        most = float(headers.get(f"x-ratelimit-limit-{what}", 0))
        rest = float(headers.get(f"x-ratelimit-remaining-{what}", most))
    except ValueError:
        return None
    reset = span(headers.get(f"x-ratelimit-reset-{what}"))
    if most <= 0 or (0 < rest < most and reset * most / (most - rest) > _DAY):
        return None
    return most / 60
