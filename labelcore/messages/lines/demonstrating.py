"""What is said of the sample project."""

from collections.abc import Iterator

from labelcore.messages.catalogue import say
from labelcore.messages.results import lines
from labelcore.stages.demonstrating import Demonstration


@lines("demo")
def ready(report: Demonstration) -> Iterator[str]:
    yield say(
        "The project '{project}' holds {outputs} outputs, {graded} of them graded, "
        "{criteria_accepted} criteria, {judges} judges and a chosen set of {chosen}.",
        report,
    )
