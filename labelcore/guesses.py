"""Guesses at passwords and invitations: after some of a kind each next one waits longer."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from labelcore.errors import NotAllowed

_FREE_TRIES = {"name from": 5, "address": 20, "name": 50}
"""Failures after which each next one waits: of a name from one address, of an address whatever the name, of a
name from anywhere. Somebody else's failures must not keep a person out, and a hundred an hour guess nothing.
"""
_FIRST_WAIT, _LONGEST_WAIT, _FORGOTTEN = 5.0, 900.0, 3600.0
_MOST_WATCHED = 20_000


@dataclass
class _Guesses:
    """How often somebody failed in a row, and until when nobody is heard under that name or address."""

    failed: int = 0
    until: float = 0.0
    last: float = 0.0


Source = tuple[str, ...]
"""What failures are counted by: a kind of ``_FREE_TRIES``, then the name, the address or both."""


class Guard:
    """Slows down guessing: after some failures of a kind each next one waits longer. An hour without any
    forgets them.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[Source, _Guesses] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, *sources: Source) -> None:
        """Raises NotAllowed: too many failures from one of these."""
        with self._lock:
            until = max((self._seen[source].until for source in sources if source in self._seen), default=0.0)
        if (wait := until - time.monotonic()) > 0:
            raise NotAllowed(
                "Too many attempts.", next_step="Try again in {seconds:,.0f} s.", seconds=max(wait, 1)
            )

    def failed(self, *sources: Source) -> None:
        """Count a failure."""
        moment = time.monotonic()
        with self._lock:
            for source in sources:
                guesses = self._seen.setdefault(source, _Guesses())
                self._seen.move_to_end(source)
                guesses.failed = 1 if moment - guesses.last > _FORGOTTEN else guesses.failed + 1
                guesses.last = moment
                if (over := guesses.failed - _FREE_TRIES[source[0]]) >= 0:
                    guesses.until = moment + min(_FIRST_WAIT * 2.0 ** min(over, 20), _LONGEST_WAIT)
            while len(self._seen) > _MOST_WATCHED:
                self._seen.popitem(last=False)

    def passed(self, *sources: Source) -> None:
        """A name that was proved begins anew; an address does not, or one good account would reset it."""
        with self._lock:
            for source in sources:
                self._seen.pop(source, None)
