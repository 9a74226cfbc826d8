"""Many patterns in one text on RE2: one pass tells which of them stand there, and only these are sought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import re2

from labelcore.text.reading import LONGEST

_ALWAYS = ""  # stands in any text, so that an answer without it is none


def bytes_of(text: str) -> bytes:
    """As `well_formed` has it, at most ``LONGEST`` characters, in UTF-8: RE2 reads these without a copy."""
    return text[:LONGEST].encode("utf-8", "replace")


def compiled(pattern: str) -> Any:
    """A pattern for `bytes_of` a text, in small letters or large ones."""
    return re2.compile(f"(?i){pattern}")


class Patterns:
    """Patterns by their names."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._each = {name: compiled(pattern) for name, pattern in patterns.items()}
        self._names = list(self._each)

    @cached_property
    def _set(self) -> Any:
        patterns = re2.Set.SearchSet()
        for pattern in (*(pattern.pattern for pattern in self._each.values()), _ALWAYS):
            patterns.Add(pattern)
        patterns.Compile()
        return patterns

    def standing(self, text: bytes) -> Iterator[str]:
        """The names of those that the text shows."""
        places = self._set.Match(text) or ()
        if len(self._names) in places:
            return (self._names[at] for at in places if at < len(self._names))
        return (name for name, pattern in self._each.items() if pattern.search(text))  # its memory was full

    def counts(self, text: bytes) -> Counter[str]:
        """How often each stands in the text, which is seldom 0 of many."""
        return Counter(
            {name: sum(1 for _ in self._each[name].finditer(text)) for name in self.standing(text)}
        )
