"""What is said of the sample project."""

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.stages.demonstrating import Demonstration


@lines("demo")
def ready(seen: Demonstration) -> Iterator[str]:
    yield (
        f"The project '{seen.project}' holds {seen.outputs} outputs, {seen.graded} of them graded, "
        f"{seen.criteria_accepted} criteria, {seen.judges} judges and a chosen set of {seen.chosen}."
    )
