"""One gettext catalogue for everything that labelcore says; the English text is the key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh"]
NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}
CATALOGUE = Path(__file__).parent / "locale" / "zh.po"

_spoken: ContextVar[Language] = ContextVar("language", default="en")


def language() -> Language:
    """The language that is spoken here: that of the page that runs, or of `speaking`."""
    return _spoken.get()


def speak(chosen: Language) -> None:
    """Speak a language from here on, in this thread."""
    _spoken.set(chosen)


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Speak a language for a while."""
    before = _spoken.set(chosen)
    try:
        yield
    finally:
        _spoken.reset(before)


def say(words: str, /, **values: object) -> str:
    """The words in the language spoken here, with names in braces filled in."""
    return say_in(_spoken.get(), words, **values)


def say_in(chosen: Language, words: str, /, **values: object) -> str:
    """The same in a language."""
    found = chinese().get(words, words) if chosen == "zh" else words
    return found.format(**values) if values else found


def counted(single: str, several: str, /, *, n: int, **values: object) -> str:
    """The words for one or for several, with ``{n}`` and other names in braces filled in."""
    words = single if n == 1 else several
    found = chinese().get(single, words) if _spoken.get() == "zh" else words
    return found.format(n=n, **values)


@cache
def chinese() -> dict[str, str]:
    """English words and what they are in Chinese; those with a plural by their singular."""
    from babel.messages.pofile import read_po  # a command in English should not wait for it

    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh")
    pairs = ((_first(entry.id), _first(entry.string)) for entry in catalogue if entry.id)
    return {words: translated for words, translated in pairs if translated}


def _first(forms: str | Sequence[str] | None) -> str:
    return forms if isinstance(forms, str) else next(iter(forms or ()), "")
