"""What reporting says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from labelcore.messages import checking, slicing
from labelcore.messages.catalogue import say
from labelcore.messages.results import lines
from labelcore.messages.trusting import trust_lines
from labelcore.stages.reporting import GateReport, MomentComparison, SliceReport, Trust, VersionComparison
from labelcore.workspace import Workspace


@lines("trust")
def trust(_workspace: Workspace, verdict: Trust) -> Iterable[str]:
    """The whole verdict."""
    return trust_lines(verdict)


@lines("check")
def check(_workspace: Workspace, gate: GateReport) -> Iterable[str]:
    """What was checked."""
    return checking.gate_lines(gate)


@lines("slices")
def slices(_workspace: Workspace, found: Sequence[SliceReport]) -> Iterator[str]:
    """A line for each slice, then what is to be said of the field."""
    for sliced in found:
        yield from (slicing.slice_line(sliced.field, row) for row in sliced.rows)
        yield from (f"  {note}" for note in slicing.notes(sliced))
    if not found:
        yield say("No field has 2 to 30 values among the graded outputs.")


@lines("compare moments")
def moments(_workspace: Workspace, found: MomentComparison) -> Iterable[str]:
    """The figures side by side."""
    return checking.moment_lines(found)


@lines("compare versions")
def versions(_workspace: Workspace, found: VersionComparison) -> Iterator[str]:
    """How many inputs, then who prefers what."""
    yield say("{n} inputs.", n=found.pairs)
    yield from checking.version_lines(found)
