"""What labelcore asks of a model: an answer that fits a schema, read strictly, and whether it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel
from typing_extensions import TypedDict

Schema = TypeVar("Schema", bound=BaseModel)
MOST_TOKENS = 800
"""The longest answer, unless a question says otherwise."""
TRIES = 6
"""How often a question is asked until its answer is of use, or it is an error."""
_MOST_COUNTED = 100_000_000


class Message(TypedDict):
    """One message of a prompt."""

    role: str
    content: str


@dataclass(frozen=True, kw_only=True)
class CallCost:
    """What an answer took: ``requests`` counts every call, ``faults`` are the kinds of what went wrong before
    it came ("rate limit", "malformed", …); ``model``: as the endpoint names it.
    """

    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    latency_ms: float = 0.0
    requests: int = 1
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelAnswer(CallCost, Generic[Schema]):
    """A model's answer: parsed and raw."""

    parsed: Schema
    text: str


@dataclass(frozen=True)
class WordOdds(CallCost):
    """How probable the model finds each of some words as its next one; they add up to 1 over the words."""

    probabilities: Mapping[str, float]


class CompletionFields(NamedTuple):
    """What a chat completion holds; "" and 0 where it is absent or of another type than it should be.

    ``tokens_cached``: those of ``tokens_in`` that the provider had in its cache.
    """

    text: str
    ended: str
    model: str
    refused: str
    tokens_in: int
    tokens_out: int
    tokens_cached: int


def read(completion: Mapping[str, Any]) -> CompletionFields:
    """What is of use in a chat completion, whatever else an endpoint sends in its place."""
    choices = completion.get("choices")
    choice = _table(choices[0]) if isinstance(choices, list) and choices else {}
    message, usage = _table(choice.get("message")), _table(completion.get("usage"))
    tokens = _count(usage.get("prompt_tokens"))
    text = _text(message.get("content"))
    return CompletionFields(
        text,
        _text(choice.get("finish_reason")),
        _text(completion.get("model")),
        _text(message.get("refusal")) or (text if refuses(text) else ""),
        tokens,
        _count(usage.get("completion_tokens")),
        min(tokens, _count(_table(usage.get("prompt_tokens_details")).get("cached_tokens"))),
    )


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int:
    """A number of tokens; 0 for what none can be: negative, NaN, a text, more than any model takes."""
    return int(value) if isinstance(value, int | float) and 0 <= value <= _MOST_COUNTED else 0


class AnswerPending(Exception):
    """The answer comes another day; until then there is no decision and no error."""


class ModelClient(Protocol):
    """Anything that answers prompts by a schema."""

    model: str

    async def answer(
        self, messages: Sequence[Message], schema: type[Schema], *, most_tokens: int = MOST_TOKENS
    ) -> ModelAnswer[Schema]:
        """An answer in at most so many tokens; ModelTrouble where none of use can be had."""
        ...

    async def weigh(self, messages: Sequence[Message], words: Sequence[str]) -> WordOdds | None:
        """The probabilities of words as the next one, from a separate call for one token.

        None where the endpoint gives no log-probabilities, or none of the words is likely.
        """
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


_WRAPPING = re.compile(r"^\s*(?:<think>.*?</think>)?\s*(?:```(?:json)?)?\s*|\s*(?:```)?\s*$", re.S)


class FreeText(BaseModel):
    """An answer in the model's words: no schema is sent, and what it says is read from ``text``."""

    text: str


def parse(text: str, schema: type[Schema]) -> Schema:
    """The answer without a code fence and thoughts; ValidationError where it is no JSON of the schema."""
    if issubclass(schema, FreeText):
        return schema.model_validate({"text": text})
    return schema.model_validate_json(_WRAPPING.sub("", text))


_WILL_NOT = (
    r"(?:can['’]?t|cannot|can not|am unable to|am not able to|won['’]?t|will not|"
    r"must decline to|decline to)"
)
_TASK = (
    r"(?:assist|help|comply|fulfill?|continue|engage|participate|process (?:that|this|the)|"
    r"do (?:that|this)|respond to (?:that|this)|answer (?:that|this)|"
    r"provide (?:that|this|any|such|an assessment|a judge?ment)|take part|support (?:that|this))\b"
)
_ENGLISH = re.compile(
    r"\W{0,9}(?:(?:i['’]m|i am|we['’]re)?\s?(?:very |so )?sorry|i apologi[sz]e|"
    r"unfortunately)?\W{0,3}(?:but )?"
    rf"(?:as an? (?:ai|language model)[^.\n]{{0,60}}?,\s?)?i {_WILL_NOT} {_TASK}",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"\W{0,9}(?:非常|很|十分)?(?:抱歉|对不起|不好意思)?\W{0,3}(?:作为[^，。\n]{0,20}，)?"
    r"(?:我|本助手)(?:无法|不能|不会|没办法|不便)(?:为[您你])?"
    r"(?:协助|帮助|帮您|帮你|满足|提供|继续|回答|回应|处理|完成|参与|执行|讨论)"
)


def is_another(expected: str, answered: str) -> bool:
    """Whether an endpoint that was asked for one model says that it is another one."""
    return bool(expected and answered) and expected.strip() != answered.strip()


def refusal_text(text: str) -> str:
    """A refusal that a provider gives in a separate field, as a text to be kept."""
    return json.dumps({"refusal": text}, ensure_ascii=False)


def kept_refusal(text: str) -> str:
    """What a kept text says of refusing, in either form; "" where it is no refusal."""
    if refuses(text):
        return text
    try:
        document = json.loads(text) if text.startswith('{"refusal"') else {}
    except (ValueError, RecursionError):
        return ""
    return str(document["refusal"]) if list(document) == ["refusal"] else ""


def refuses(text: str) -> bool:
    """Whether the words begin as a refusal to help or answer does; "I cannot find a source" is none."""
    return bool(_ENGLISH.match(text) or _CHINESE.match(text))
