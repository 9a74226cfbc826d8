"""What sampling says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.models import Sample
from labelcore.workspace import Workspace


@lines("sample")
def drawn(_workspace: Workspace, sample: Sample) -> Iterator[str]:
    """How many were drawn by what, what to know of it, and the reasons."""
    yield f"Drew {len(sample.picks)} outputs by '{sample.rule}' with seed {sample.seed}."
    yield from sample.warnings
    for reason, number in sorted(Counter(pick.reason for pick in sample.picks).items()):
        yield f"  {number} × {reason}"
