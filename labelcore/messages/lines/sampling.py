"""What sampling says."""

from collections import Counter
from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.models import Sample


@lines("sample")
def drawn(sample: Sample) -> Iterator[str]:
    yield f"Drew {len(sample.picks)} outputs by '{sample.rule}' with seed {sample.seed}."
    yield from sample.warnings
    for reason, number in sorted(Counter(pick.reason for pick in sample.picks).items()):
        yield f"  {number} × {reason}"
