"""What went wrong with a call, as a sentence with the next step."""

from __future__ import annotations

import random
import re
import time
from email.utils import parsedate_to_datetime

from labelcore.errors import ModelTrouble
from labelcore.llm.transports import Garbled, Refused, Unreachable
from labelcore.settings import DEFAULT, Endpoint

LONGEST_WAIT = 300.0
"""Seconds; an endpoint that asks for a longer pause pauses the run instead."""
_LONGEST_GUESS = 20.0
_NO_MODEL = re.compile(
    r"model_not_found|invalid.model\b|not a valid model|model\b.{0,80}\b(?:not exist|not found)", re.I
)


def explain(endpoint: Endpoint, trouble: Exception) -> ModelTrouble:
    """The sentence for what a transport raised; ``fatal`` where no other call can succeed."""
    where = endpoint.base_url or "The provider"
    if isinstance(trouble, Refused):
        return _refusal(endpoint, where, trouble)
    if isinstance(trouble, TimeoutError):
        return ModelTrouble(f"{where} gave no answer in {endpoint.call_timeout:g} s.", kind="timeout")
    if isinstance(trouble, Garbled):
        return ModelTrouble(
            f"{where} sent an answer that is no JSON.",
            next_step=f"Check {_setting(endpoint, 'base_url')}.",
            kind="malformed",
        )
    if isinstance(trouble, Unreachable) and trouble.certificate:
        return ModelTrouble(
            f"The certificate of {where} is not trusted.",
            next_step="Name the file of your authority in SSL_CERT_FILE, or mend the address.",
            kind="certificate",
            fatal=True,
        )
    return ModelTrouble(
        f"{where} cannot be reached: {str(trouble)[:200]}.",
        next_step=f"Check {_setting(endpoint, 'base_url')}.",
        kind="connection",
    )


def _refusal(endpoint: Endpoint, where: str, trouble: Refused) -> ModelTrouble:
    status, message = trouble.status, f"{trouble.code} {trouble.message}"
    if status in {401, 403}:
        return ModelTrouble(
            f"{where} refuses the key.",
            next_step=f"Check {_setting(endpoint, 'api_key')}.",
            kind="key",
            fatal=True,
        )
    if status == 404 or (status in {400, 422} and _NO_MODEL.search(message[:300])):
        return ModelTrouble(
            f"{where} knows no model '{endpoint.model}', or the address is wrong.",
            next_step=f"Check {_setting(endpoint, 'model')} and {_setting(endpoint, 'base_url')}.",
            kind="unknown model",
            fatal=True,
        )
    if status == 402 or "insufficient_quota" in message:
        return ModelTrouble(
            "The quota of the key is used up.",
            next_step="Raise it, then run again: nothing is asked twice.",
            kind="quota",
            fatal=True,
        )
    if status == 429:
        asked = retry_after(trouble) or 0.0
        long = asked > LONGEST_WAIT
        after = f" and asks to wait {asked:,.0f} s" if long else ""
        return ModelTrouble(
            f"The provider limits the rate of calls{after}.",
            next_step="Run again then: nothing is asked twice." if long else "",
            kind="rate limit",
            fatal=long,
        )
    if status in {408, 409} or status >= 500:
        return ModelTrouble(f"{where} failed ({status}): {trouble.message[:200]}", kind="server")
    return ModelTrouble(f"{where} rejects the prompt: {trouble.message[:200]}", kind="rejected")


def retry_after(trouble: Exception) -> float | None:
    """Seconds that the endpoint asks to wait; None where it asks for nothing."""
    headers = trouble.headers if isinstance(trouble, Refused) else {}
    try:
        if exact := headers.get("retry-after-ms"):
            return float(exact) / 1000
        if (told := headers.get("retry-after")) is None:
            return None
        if told.strip().replace(".", "", 1).isdigit():
            return float(told)
        return max(0.0, parsedate_to_datetime(told).timestamp() - time.time())
    except ValueError:
        return None


def waiting(attempt: int, trouble: Exception) -> float:
    """Seconds before the next try: what the endpoint asks for, else doubling from half a second.

    Jitter keeps calls that failed together from coming back together.
    """
    asked = retry_after(trouble)
    if asked is not None:
        return min(LONGEST_WAIT, asked * (1 + 0.1 * random.random()) + 0.005)
    return min(_LONGEST_GUESS, 0.5 * 2.0**attempt * (0.5 + random.random()))


def _setting(endpoint: Endpoint, name: str) -> str:
    """How a person sets it."""
    if endpoint.name == DEFAULT:
        return f"LABELCORE_{name.upper()}"
    return f"{name} of the endpoint '{endpoint.name}'"
