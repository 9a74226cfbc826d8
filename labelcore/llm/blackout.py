"""An endpoint's key, blacked out of what the endpoint sends back before anything keeps it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import AnyStr

_SHORTEST = 8
"""Characters; what is shorter ("none", "ollama") is no secret and may stand in any sentence."""
_INSTEAD = "[key]"


def black_out(text: AnyStr, key: str) -> AnyStr:
    """The text without the key, however JSON, or JSON in a text of JSON, escapes it."""
    if isinstance(text, bytes):
        return _finder(key).sub(_INSTEAD.encode(), text)
    return black_out(text.encode("utf-8", "surrogatepass"), key).decode("utf-8", "surrogatepass")


@lru_cache(maxsize=64)
def _finder(key: str) -> re.Pattern[bytes]:
    return re.compile(pattern(key).encode())


def pattern(key: str) -> str:
    """The regular expression that finds a key; it finds nothing where the key is too short for a secret."""
    if len(key) < _SHORTEST:
        return "(?!)"
    return "".join(rf"(?:\\*{re.escape(sign)}|\\+u(?i:{ord(sign):04x}))" for sign in key)
