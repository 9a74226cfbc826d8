"""Short pauses for a hundred people: how this process shares the interpreter and collects garbage."""

from __future__ import annotations

import asyncio
import gc
import sys

_TURN = 0.001
"""Seconds after which a computing page lets another thread go on (Python's own: 0.005). One press
changes threads a dozen times, and each time it waits that long behind a page that computes."""
_SETTLED = 60.0
"""Seconds after which the pages and the libraries behind them have been loaded."""


async def keep_steady() -> None:
    """Set the turns, and take what was loaded out of the garbage collector's rounds.

    A full round looks at every object. With the libraries in it (400,000 objects) all people waited
    for it several times a minute; modules never become garbage, so they need not be looked at. Twice:
    at the start, and when the first visits have loaded the rest.
    """
    sys.setswitchinterval(_TURN)
    _set_apart()
    await asyncio.sleep(_SETTLED)
    _set_apart()


def _set_apart() -> None:
    gc.collect()
    gc.freeze()
