"""What the writing of files says."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.messages.writing import Written, WrittenCard
from labelcore.workspace import Workspace


@lines("report")
def report(_workspace: Workspace, written: Written) -> Iterator[str]:
    """Where it stands."""
    yield f"Wrote {written.out} ({written.bytes / 1000:.0f} kB)."


@lines("card")
def card(_workspace: Workspace, written: WrittenCard) -> Iterator[str]:
    """Of what it is, and where it stands."""
    made, where = written.card, f"Wrote {written.out}." if written.out else "Give --out FILE to keep it."
    flatters = " (in-sample: the figures flatter)" if made.in_sample else ""
    yield f"{made.judge} on '{made.split}'{flatters}, valid until {made.valid_until}. {where}"
