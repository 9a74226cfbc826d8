"""The openai package against any OpenAI-compatible endpoint, with retries of our own.

A rate limit, a server's error, a timeout and a lost connection are tried again with jitter
(honouring Retry-After); a malformed or truncated answer is asked for again. An endpoint that refuses
JSON schemas gets the schema in the prompt and is parsed strictly.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic import ValidationError

from labelcore.errors import ModelTrouble
from labelcore.llm.protocol import Answer, Message, Schema
from labelcore.llm.refusing import refuses
from labelcore.settings import Settings, settings

_TRIES = 6
_LONGEST_WAIT = 20.0
_TOKENS = 800
_FENCE = re.compile(r"^\s*```(?:json)?\s*|\s*```\s*$")


class OpenAIClient:
    """A client for one endpoint and one model."""

    def __init__(self, config: Settings) -> None:
        import openai

        self.model = config.model or ""
        self._config = config
        self._by_schema = True
        self._openai = openai
        self._client = openai.AsyncOpenAI(
            base_url=config.base_url,
            api_key=config.api_key.get_secret_value() if config.api_key else "none",
            timeout=config.call_timeout,
            max_retries=0,
        )

    @classmethod
    def from_settings(cls) -> OpenAIClient:
        """A client for what the environment names.

        Raises:
            ModelTrouble: no model is configured.
        """
        config = settings()
        if not config.has_model:
            raise ModelTrouble(
                "No model is configured.",
                next_step="Set LABELCORE_MODEL with LABELCORE_API_KEY or LABELCORE_BASE_URL, "
                "or work offline.",
                kind="no model", fatal=True,
            )  # fmt: skip
        return cls(config)

    async def answer(
        self, messages: Sequence[Message], schema: type[Schema], *, most_tokens: int = _TOKENS
    ) -> Answer[Schema]:
        """An answer that fits the schema; see the protocol."""
        started = time.monotonic()
        trouble = ModelTrouble("The model was not asked.")
        tokens_in = tokens_out = 0
        for attempt in range(_TRIES):
            try:
                completion = await self._ask(messages, schema, most_tokens)
            except (self._openai.APIError, TimeoutError) as error:
                trouble = self._explain(error)
                if self._refused_schema(error):
                    continue
                if trouble.fatal or attempt == _TRIES - 1:
                    raise trouble from error
                await asyncio.sleep(_wait(attempt, error))
                continue
            except ValueError:  # the client parses the body and lets the parser's error through
                trouble = ModelTrouble("The endpoint's answer was no JSON.", kind="malformed")
                continue
            tokens_in += _usage(completion, "prompt_tokens")
            tokens_out += _usage(completion, "completion_tokens")
            text, reason = _text(completion)
            if refused := _refusal(completion):
                raise ModelTrouble(f"The model refuses: {refused[:200]}", kind="refusal")
            try:
                parsed = schema.model_validate_json(_FENCE.sub("", text))
            except ValidationError:
                how = "cut off" if reason == "length" else "not the asked-for JSON"
                trouble = ModelTrouble(f"The model's answer was {how}.", kind="malformed")
                continue
            return Answer(
                parsed=parsed, text=text, model=completion.model or self.model,
                tokens_in=tokens_in, tokens_out=tokens_out, requests=attempt + 1,
                cost_usd=self._cost(tokens_in, tokens_out),
                latency_ms=(time.monotonic() - started) * 1000,
            )  # fmt: skip
        raise trouble

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()

    async def _ask(
        self, messages: Sequence[Message], schema: type[Schema], most_tokens: int
    ) -> Any:
        description = schema.model_json_schema()
        prompt: list[Any] = list(messages)
        options: dict[str, Any] = {}
        if self._by_schema:
            form = {"name": schema.__name__, "schema": description}
            options["response_format"] = {"type": "json_schema", "json_schema": form}
        else:
            form_text = json.dumps(description, ensure_ascii=False)
            prompt.append({"role": "user", "content": f"Answer with one JSON object only, by this schema: {form_text}"})  # fmt: skip
        create: Callable[..., Awaitable[Any]] = self._client.chat.completions.create
        return await asyncio.wait_for(
            create(
                model=self.model, messages=prompt, temperature=0, max_tokens=most_tokens, **options
            ),
            self._config.call_timeout,
        )

    def _refused_schema(self, error: Exception) -> bool:
        """Whether the endpoint does not know response_format; from then on the prompt carries it."""
        refused = (
            self._by_schema
            and isinstance(error, self._openai.BadRequestError)
            and re.search(r"response_format|json_schema|schema", str(error)) is not None
        )
        if refused:
            self._by_schema = False
        return refused

    def _explain(self, error: Exception) -> ModelTrouble:
        o, where = self._openai, self._config.base_url or "the provider"
        if isinstance(error, o.AuthenticationError | o.PermissionDeniedError):
            return ModelTrouble(f"{where} refuses the key.", next_step="Check LABELCORE_API_KEY.", kind="key", fatal=True)  # fmt: skip
        if isinstance(error, o.NotFoundError):
            return ModelTrouble(
                f"{where} knows no model '{self.model}', or the address is wrong.",
                next_step="Check LABELCORE_MODEL and LABELCORE_BASE_URL.", kind="unknown model", fatal=True,
            )  # fmt: skip
        if isinstance(error, o.RateLimitError):
            spent = "insufficient_quota" in str(error)
            return ModelTrouble(
                "The quota of the key is used up." if spent else "The provider limits the rate of calls.",
                next_step="Raise it, then run again: nothing is asked twice." if spent else "",
                kind="quota" if spent else "rate limit", fatal=spent,
            )  # fmt: skip
        if isinstance(error, o.APITimeoutError | TimeoutError):
            return ModelTrouble(f"{where} gave no answer in {self._config.call_timeout:g} s.", kind="timeout")  # fmt: skip
        if isinstance(error, o.APIConnectionError):
            cause = error.__cause__ or error
            hint = "Its certificate is not trusted." if "CERTIFICATE" in str(cause).upper() else ""
            return ModelTrouble(f"{where} cannot be reached. {hint}".strip(), next_step="Check LABELCORE_BASE_URL.", kind="connection")  # fmt: skip
        if isinstance(error, o.BadRequestError):
            return ModelTrouble(f"{where} rejects the prompt: {str(error)[:200]}", kind="rejected")
        return ModelTrouble(f"{where} failed: {str(error)[:200]}", kind="server")

    def _cost(self, tokens_in: int, tokens_out: int) -> float:
        priced = tokens_in * self._config.price_in + tokens_out * self._config.price_out
        return priced / 1_000_000


def _wait(attempt: int, error: Exception) -> float:
    """Seconds to wait: what the server asks for, else doubling from half a second; with jitter."""
    response = getattr(error, "response", None)
    asked = response.headers.get("retry-after") if response is not None else None
    try:
        least = float(asked) if asked else 0.0
    except ValueError:
        least = 0.0
    doubled = 0.5 * 2**attempt * (0.5 + random.random())
    return min(
        _LONGEST_WAIT, max(least, doubled if not asked else least * (1 + 0.1 * random.random()))
    )


def _usage(completion: Any, name: str) -> int:
    return int(getattr(getattr(completion, "usage", None), name, 0) or 0)


def _text(completion: Any) -> tuple[str, str]:
    """The answer's text and why it ended; empty where the endpoint sent no choice or no message."""
    choices = getattr(completion, "choices", None)
    if not choices or not getattr(choices[0], "message", None):
        return "", ""
    return choices[0].message.content or "", choices[0].finish_reason or ""


def _refusal(completion: Any) -> str:
    """What the model says instead of an answer, in the field for it or in plain words; or ""."""
    choices = getattr(completion, "choices", None)
    message = getattr(choices[0], "message", None) if choices else None
    if message is None:
        return ""
    if said := getattr(message, "refusal", None):
        return str(said)
    text = message.content or ""
    return text if isinstance(text, str) and refuses(text) else ""
