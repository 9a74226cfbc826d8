"""What exporting says."""

from collections.abc import Iterator

from labelcore.messages.figures import amount
from labelcore.messages.results import lines
from labelcore.stages.exporting import Exported


@lines("export")
def written(found: Exported) -> Iterator[str]:
    yield f"Wrote {amount(found.rows, 'row')} of {found.what} to {found.out}."
