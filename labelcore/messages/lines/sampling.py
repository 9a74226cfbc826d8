"""What sampling says."""

from collections import Counter
from collections.abc import Iterator

from labelcore.messages.catalogue import counted, say
from labelcore.messages.results import lines
from labelcore.models import Sample


@lines("sample")
def drawn(sample: Sample) -> Iterator[str]:
    yield counted(
        "Drew 1 output by '{rule}' with seed {seed}.",
        "Drew {n:,} outputs by '{rule}' with seed {seed}.",
        sample,
        n=len(sample.picks),
    )
    yield from map(say, sample.warnings)
    for reason, number in sorted(Counter(pick.reason for pick in sample.picks).items()):
        yield f"  {number} × {pick_words(reason)}"


def pick_words(reason: str) -> str:
    """Why an output was picked."""
    return say("drawn at random") if reason == "uniform" else say(reason)
