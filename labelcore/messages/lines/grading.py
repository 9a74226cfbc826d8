"""What grading says: acts and their undoing, the team's figures, the splits."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.stages.grading import SplitReport
from labelcore.workspace import Workspace


@lines("splits show", "splits limit", "splits renew")
def splits(_workspace: Workspace, report: SplitReport) -> Iterator[str]:
    """How big they are, how the sealed test stands, what to do, and who looked."""
    for size in report.sizes:
        yield (
            f"{size.split}: {size.graded:,} of {size.outputs:,} outputs graded, {size.fails:,} failed "
            f"({size.groups:,} sources)."
        )
    state = "spent" if report.spent else "sealed" if report.sealed else "not sealed yet"
    yield f"The test is {state}: {report.looks} of {report.limit} looks used."
    yield report.advice
    for opening in report.openings:
        which = f", test {opening.round + 1}" if report.round else ""
        yield f"  {opening.at:%Y-%m-%d %H:%M} {opening.author or 'somebody'} ({opening.purpose}{which})"
