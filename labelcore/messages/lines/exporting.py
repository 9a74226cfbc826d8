"""What exporting says."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.stages.exporting import Exported
from labelcore.workspace import Workspace


@lines("export")
def written(_workspace: Workspace, found: Exported) -> Iterator[str]:
    """How much of what is where."""
    yield f"Wrote {found.rows:,} rows of {found.what} to {found.out}."
