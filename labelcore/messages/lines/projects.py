"""What is said of a project as a whole."""

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.stages.projects import Overview


@lines("status")
def counts(seen: Overview) -> Iterator[str]:
    for name, value in seen.model_dump(exclude={"project"}).items():
        yield f"{name.replace('_', ' ')}: {value:,}"
    if seen.passes + seen.fails + seen.unsure > seen.graded:
        yield "An output with several grades counts in each of them."
