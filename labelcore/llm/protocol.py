"""What labelcore asks of a model: an answer that fits a schema, with what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypedDict, TypeVar

from pydantic import BaseModel

Schema = TypeVar("Schema", bound=BaseModel)
MOST_TOKENS = 800
"""The longest answer, unless a question says otherwise."""
TRIES = 6
"""How often a question is asked until its answer is of use, or it is an error."""


class Message(TypedDict):
    """One message of a prompt."""

    role: str
    content: str


@dataclass(frozen=True)
class Answer(Generic[Schema]):
    """A model's answer: parsed, raw, and with its price.

    ``model`` is the name that the endpoint returned; ``requests`` counts every call that it took;
    ``faults`` are the kinds of what went wrong before it came ("rate limit", "malformed", …).
    """

    parsed: Schema
    text: str
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    latency_ms: float = 0.0
    requests: int = 1
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Weighed:
    """How probable the model finds each of some words as its next one.

    ``probabilities`` add up to 1 over the words; the rest is as in an :class:`Answer`.
    """

    probabilities: Mapping[str, float]
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    latency_ms: float = 0.0
    requests: int = 1
    faults: tuple[str, ...] = ()


class NotYet(Exception):
    """The answer comes another day; until then there is no decision and no error."""


class ModelClient(Protocol):
    """Anything that answers prompts by a schema."""

    model: str

    async def answer(
        self, messages: Sequence[Message], schema: type[Schema], *, most_tokens: int = MOST_TOKENS
    ) -> Answer[Schema]:
        """An answer that fits the schema, in at most so many tokens.

        Raises:
            ModelTrouble: the endpoint refuses, is not there, or answers nonsense again and again.
        """
        ...

    async def weigh(self, messages: Sequence[Message], words: Sequence[str]) -> Weighed | None:
        """The probabilities of words as the next one, from a separate call for one token.

        None where the endpoint gives no log-probabilities, or none of the words is likely.

        Raises:
            ModelTrouble: the endpoint refuses or is not there.
        """
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
