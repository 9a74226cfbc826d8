"""What may be spent on calls: the most that a call can cost is set aside before it is sent.

No token is shorter than a byte, and no answer longer than what was asked for, so calls in flight together
never cost more than is there. A call that costs more all the same (an endpoint that does not keep to the
length that it is told) teaches what to set aside, and the first call goes alone to find that out.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from labelcore.contexts import within
from labelcore.errors import BadInput, ModelTrouble
from labelcore.settings import Endpoint

OVERSPENT = "cost limit"
"""The kind of trouble of a call that the limit does not allow."""
_HERE = {"localhost", "127.0.0.1", "::1"}


class Purse:
    """US dollars that one run may spend. ``spent`` counts calls that broke off as if they had been paid."""

    def __init__(self, limit: float) -> None:
        self.limit, self.spent = limit, 0.0
        self._aside, self._under_way = 0.0, 0
        self._dearer: float | None = (
            None  # how many times a call cost what was set aside; None before the first
        )
        self._over = False
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def is_over(self) -> bool:
        """Whether a call was refused, or nothing is left."""
        return self._over or self.spent >= self.limit

    async def set_aside(self, most: float) -> float:
        """Wait until so much is free; returns what is set aside. ModelTrouble where it never will be."""
        while True:
            amount = most * (self._dearer or 1.0)
            alone = self._dearer is not None or not self._under_way
            if alone and self.spent + self._aside + amount <= self.limit:
                self._aside += amount
                self._under_way += 1
                return amount
            if not self._under_way:
                self._over = True
                raise self._trouble(amount)
            freed = asyncio.get_running_loop().create_future()
            self._waiting.append(freed)
            await freed

    def settle(self, aside: float, cost: float) -> None:
        """Give back what was set aside for a call, less what it cost."""
        self._aside -= aside
        self._under_way -= 1
        self.spent += cost
        if cost and aside:
            before = self._dearer or 1.0
            self._dearer = max(before, before * cost / aside)
        waiting, self._waiting = self._waiting, []
        for freed in waiting:
            if not freed.done():
                freed.set_result(None)

    def _trouble(self, cost: float) -> ModelTrouble:
        return ModelTrouble(
            "The spending limit is reached: US$ {spent:.4f} of {limit:.4f} are spent, and the next call may "
            "cost {wanted:.4f}.",
            next_step="Raise the limit and run again: nothing is asked twice.",
            kind=OVERSPENT,
            fatal=True,
            spent=self.spent,
            limit=self.limit,
            wanted=cost,
        )


def purse_of(limit: float | None) -> Purse | None:
    """What may be spent where people name a limit, in US dollars; None where they name none."""
    return None if limit is None else Purse(limit)


_purse: ContextVar[Purse | None] = ContextVar("what calls here are paid from", default=None)


def spending(purse: Purse | None) -> contextlib.AbstractContextManager[Purse | None]:
    """Within, calls are paid from this purse; None: from nobody's."""
    return within(_purse, purse)


class Bill:
    """One call; ``paid`` is None while nobody knows what it cost."""

    paid: float | None = None


@contextlib.asynccontextmanager
async def charged(
    endpoint: Endpoint, body: Mapping[str, Any], free: type[Exception]
) -> AsyncIterator[Bill | None]:
    """One call from the purse, None where there is none; what ends it with a ``free`` error costs nothing.

    A call that broke off otherwise may have been paid all the same, so it counts as what was set aside.
    """
    if (purse := _purse.get()) is None:
        yield None
        return
    bill = Bill()
    aside = await purse.set_aside(most_of(endpoint, body))
    try:
        yield bill
    except free:
        bill.paid = 0.0
        raise
    finally:
        purse.settle(aside, aside if bill.paid is None else bill.paid)


def most_of(endpoint: Endpoint, body: Mapping[str, Any]) -> float:
    """US dollars that a call can cost at most: a token for every byte, and the longest answer."""
    size = len(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))
    answer_tokens = body.get("max_tokens") or body.get("max_completion_tokens") or 0
    dearest = max(endpoint.price_in or 0.0, endpoint.price_cached or 0.0)
    return (size * dearest + int(answer_tokens) * (endpoint.price_out or 0.0)) / 1_000_000


def is_here(address: str | None) -> bool:
    """Whether an address is this machine's; one that is none is not."""
    try:
        return urlsplit(address or "").hostname in _HERE
    except ValueError:
        return False


def refuse_unpriced(endpoints: Iterable[Endpoint]) -> None:
    """BadInput where a limit could not hold, because nobody said what an endpoint costs."""
    for endpoint in endpoints:
        if not endpoint.priced and (endpoint.may_cost or not is_here(endpoint.base_url)):
            raise BadInput(
                "What {model} costs is not known, so a spending limit cannot hold.",
                next_step="Set both LABELCORE_PRICE_IN and LABELCORE_PRICE_OUT (US dollars per million "
                "tokens; of a named endpoint price_in and price_out), or run without a limit.",
                model=endpoint.model,
            )
