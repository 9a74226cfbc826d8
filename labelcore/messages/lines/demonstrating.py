"""What is said of the sample project."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.stages.demonstrating import Demonstration
from labelcore.workspace import Workspace


@lines("demo")
def ready(_workspace: Workspace, seen: Demonstration) -> Iterator[str]:
    """What it holds."""
    yield (
        f"The project '{seen.project}' holds {seen.outputs} outputs, {seen.graded} of them graded, "
        f"{seen.criteria_accepted} criteria, {seen.judges} judges and a chosen set of {seen.chosen}."
    )
