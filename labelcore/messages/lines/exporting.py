"""What exporting says."""

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.stages.exporting import Exported


@lines("export")
def written(found: Exported) -> Iterator[str]:
    yield f"Wrote {found.rows:,} rows of {found.what} to {found.out}."
