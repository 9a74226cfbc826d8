"""What labelcore asks of a model: an answer that fits a schema, with what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypedDict, TypeVar

from pydantic import BaseModel

Schema = TypeVar("Schema", bound=BaseModel)


class Message(TypedDict):
    """One message of a prompt."""

    role: str
    content: str


@dataclass(frozen=True)
class Answer(Generic[Schema]):
    """A model's answer: parsed, raw, and with its price.

    ``model`` is the name that the endpoint returned; ``requests`` counts every call that it took.
    """

    parsed: Schema
    text: str
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    latency_ms: float = 0.0
    requests: int = 1


class ModelClient(Protocol):
    """Anything that answers prompts by a schema."""

    model: str

    async def answer(
        self, messages: Sequence[Message], schema: type[Schema], *, most_tokens: int = 800
    ) -> Answer[Schema]:
        """An answer that fits the schema, in at most so many tokens.

        Raises:
            ModelTrouble: the endpoint refuses, is not there, or answers nonsense again and again.
        """
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
