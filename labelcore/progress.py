"""How long work tells its caller where it stands."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Called with (done, total, a few words); total is 0 while it is not known."""


def silent(done: int, total: int, words: str) -> None:
    """Report to nobody."""
