"""What questions to models took, counted; a run and each chunk on a worker keep one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from labelcore.errors import ModelTrouble
from labelcore.llm import Answer


@dataclass(kw_only=True)
class Usage:
    """``cached``: answers that were known; ``cost`` in US$; ``faults``: what went wrong, by kind."""

    cached: int = 0
    requests: int = 0
    cost: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def paid(self, answer: Answer[Any]) -> None:
        """Count an answer that was paid for now."""
        self.requests += answer.requests
        self.cost += answer.cost_usd
        self.tokens_in += answer.tokens_in
        self.tokens_out += answer.tokens_out
        self.faults.update(answer.faults)

    def lost(self, trouble: ModelTrouble) -> None:
        """Count what a question took that got no answer."""
        self.requests += trouble.requests
        self.cost += trouble.cost_usd
        self.faults.update(trouble.faults)
