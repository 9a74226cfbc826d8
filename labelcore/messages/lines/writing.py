"""What the writing of files says."""

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.messages.writing import Written, WrittenCard


@lines("report")
def report(written: Written) -> Iterator[str]:
    yield f"Wrote {written.out} ({written.bytes / 1000:.0f} kB)."


@lines("card")
def card(written: WrittenCard) -> Iterator[str]:
    made, where = written.card, f"Wrote {written.out}." if written.out else "Give --out FILE to keep it."
    flatters = " (in-sample: the figures flatter)" if made.in_sample else ""
    yield f"{made.judge} on '{made.split}'{flatters}, valid until {made.valid_until}. {where}"
