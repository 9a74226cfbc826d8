"""How a run goes, beside what it decides."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from labelcore.settings import settings


@dataclass(frozen=True)
class RunOptions:
    """How a run goes.

    ``repeats``: how often each LLM judge decides each output in all; those made before count.
    ``concurrency``: model calls at once, None for what each endpoint takes. ``batch``: LLM judges'
    questions go to the providers' batches; what these have answered is collected, and the run stays
    "stopped" until all is. ``engine``: where the judges run, as the setting of this name says it; ""
    in this process. ``stop`` is set by whoever wants the run to end.
    """

    repeats: int = 1
    concurrency: int | None = None
    batch: bool = False
    engine: str | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def elsewhere(self) -> str:
        """The engine that decides; "" where this process does."""
        return settings().engine if self.engine is None else self.engine
