"""What questions to models took, counted; a run and each chunk on a worker keep one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labelcore.errors import ModelTrouble
from labelcore.llm import Answer, Weighed
from labelcore.models import Paid


@dataclass(kw_only=True)
class Usage:
    """``cached``: answers that were known; ``cost`` in US$; ``faults``: what went wrong, by kind."""

    cached: int = 0
    requests: int = 0
    cost: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def paid(self, answer: Answer[Any] | Weighed) -> None:
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

    def collected(self, paid: Paid) -> None:
        """Count an answer that came another way than by asking now, such as in a batch."""
        self.requests += 1
        self.cost += paid.cost_usd
        self.tokens_in += paid.tokens_in
        self.tokens_out += paid.tokens_out

    def join(self, part: Mapping[str, Any]) -> None:
        """Count what a part of the run took elsewhere; what it knew was counted here before."""
        self.requests += part["requests"]
        self.cost += part["cost"]
        self.tokens_in += part["tokens_in"]
        self.tokens_out += part["tokens_out"]
        self.faults.update(part["faults"])
