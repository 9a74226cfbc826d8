"""What is said of a project as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.stages.projects import Overview
from labelcore.workspace import Workspace


@lines("status")
def counts(_workspace: Workspace, seen: Overview) -> Iterator[str]:
    """One count on each line."""
    for name, value in seen.model_dump(exclude={"project"}).items():
        yield f"{name.replace('_', ' ')}: {value:,}"
    if seen.passes + seen.fails + seen.unsure > seen.graded:
        yield "An output with several grades counts in each of them."
