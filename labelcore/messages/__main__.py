"""Bring the catalogue up to the code: ``python -m labelcore.messages``, in a checkout.

Messages that the code has lost go, new ones come without a translation, and those are printed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from labelcore.messages.card import CARD_WORDS
from labelcore.messages.catalogue import CATALOGUE
from labelcore.messages.phrases import PHRASES
from labelcore.messages.telling import WORDS
from labelcore.store.formats import every_format, every_tool

SPOKEN = {"say": None, "say_in": (2,), "counted": (1, 2), "open_page": (1, 2), "go": (2,)}
"""Functions that are given messages, and which of their arguments these are."""
HEADER = """msgid ""
msgstr ""
"Language: zh\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"Content-Type: text/plain; charset=UTF-8\\n"

"""
PLACES = re.compile(r"{\w+[^{}]*}")
Message = str | tuple[str, str]


def used(root: Path) -> set[Message]:
    """Every message that the code under a checkout's root may say; (single, several) where it counts."""
    found = {*WORDS.values(), *PHRASES, *CARD_WORDS.values(), *_in_calls(root), *_of_formats()}
    return found - {"{words}", "{why}", "{why}."}


def _of_formats() -> Iterator[str]:
    for form in every_format().values():
        yield form.title
    for tool in every_tool().values():
        yield from (tool.title, tool.get, tool.brings)


def _in_calls(root: Path) -> Iterator[Message]:
    for folder in ("labelcore/messages", "labelcore/dispatch", "labelcore/cli", "pages"):
        found = extract_from_dir(root / folder, [("**.py", "python")], keywords=SPOKEN)
        for _, _, message, _, _ in found:
            if isinstance(message, str):
                yield message
            elif len(message) == 2 and all(message):
                yield from [message] if "{n" in message[1] else message


def updated(known: Catalog, wanted: set[Message]) -> Catalog:
    """The catalogue with these messages and no others, in the order of the alphabet."""
    fresh = Catalog(locale="zh")
    for message in sorted(wanted, key=str):
        entry = known.get(message if isinstance(message, str) else message[0])
        fresh.add(message, entry.string if entry else "")
    return fresh


def main() -> int:
    """Write the catalogue anew; 1 where translations are missing."""
    with CATALOGUE.open("rb") as file:
        known = read_po(file, locale="zh")
    fresh = updated(known, used(CATALOGUE.parents[3]))
    with CATALOGUE.open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, fresh, width=110, omit_header=True)
    missing = [str(entry.id) for entry in fresh if entry.id and not any(entry.string or "")]
    sys.stdout.writelines(f"{message}\n" for message in missing)
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
