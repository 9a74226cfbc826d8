"""Changes of a text that leave what it says as it was, so that a verdict should stay too.

Each is a function ``change(text) -> text``: None where the text has no place for it (JSON, a language
whose stock sentences are not known, nothing to change).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from labelcore.text import stock
from labelcore.text.reading import is_json
from labelcore.text.stretches import language_of, sentences_at

Change = Callable[[str], str | None]
_LONG_WORD = re.compile(r"[A-Za-z]{7,}|[\u3400-\u9fff]{4}")
_MOST_BOLD = 5


def _padded(text: str) -> str | None:
    """All stock sentences that say nothing, in the language of the text, behind it."""
    language = language_of(text)
    if language is None:
        return None
    gap = "" if language == "zh" else " "
    return f"{text}\n\n{gap.join(stock.FILLERS[language])}"


def _other_language(text: str) -> str | None:
    """Sentences that say nothing, in the other of English and Chinese, behind the text."""
    language = language_of(text)
    if language is None:
        return None
    other = "en" if language == "zh" else "zh"
    return f"{text}\n\n{(' ' if other == 'en' else '').join(stock.STATEMENTS[other])}"


def _spaced(text: str) -> str:
    """Blank lines doubled, spaces at the ends of lines and around the text."""
    return "\n\n  " + re.sub(r"\n", "  \n\n", text) + "  \n\n\n"


def _marked(text: str) -> str | None:
    """A heading, bold words and a rule in Markdown."""
    if not sentences_at(text):
        return None
    bold = _LONG_WORD.sub(lambda match: f"**{match[0]}**", text, count=_MOST_BOLD)
    return f"## Answer\n\n{bold}\n\n---"


def _fenced(text: str) -> str:
    """The text as a block of code."""
    return f"```text\n{text}\n```"


_CHANGES: dict[str, Change] = {
    "idle sentences": _padded,
    "another language": _other_language,
    "white space": _spaced,
    "markup": _marked,
    "code block": _fenced,
}


def _guarded(change: Change) -> Change:
    def guarded(text: str) -> str | None:
        found = None if is_json(text) or not text.strip() else change(text)
        return None if found == text else found

    guarded.__doc__ = change.__doc__
    return guarded


CHANGES: dict[str, Change] = {name: _guarded(change) for name, change in _CHANGES.items()}
"""Every change by its name, in the order in which they are shown."""
