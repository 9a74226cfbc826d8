"""Bring the catalogue, and the page on data in the docs, up to the code: ``python -m labelcore.messages``.

Messages that the code has lost go, new ones come without a translation, and those are printed. It works in
a checkout only.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from labelcore.judges.detectors import REGISTRY
from labelcore.judges.kinds.code import as_sentence
from labelcore.messages.card import CARD_WORDS
from labelcore.messages.catalogue import CATALOGUE, say, speaking
from labelcore.messages.phrases import PHRASES
from labelcore.messages.telling import WORDS
from labelcore.store.formats import every_format, every_tool
from labelcore.wording import BROUGHT

_ERRORS = (
    "LabelcoreError BadInput NotFound NotAllowed StoreBusy StoreDamaged StoreFull MemoryFull ModelTrouble "
    "SeveralParts Ambiguous"
)
SPOKEN: dict[str, tuple[int | str, ...]] = {
    **dict.fromkeys(("say", "Wording", "NotData", "not_measurable"), (0,)),
    **dict.fromkeys(_ERRORS.split(), (0, "next_step")),
    "say_in": (1,),
    "counted": (0, 1),
    "open_page": (0, 1),
    "go": (1,),
    "proportion": ("what",),
}
"""Functions that are given messages, and which of their arguments these are."""
HEADER = """msgid ""
msgstr ""
"Language: zh\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"Content-Type: text/plain; charset=UTF-8\\n"

"""
_WIDTH = 110
PLACES = re.compile(r"{\w+[^{}]*}")
Message = str | tuple[str, str]


def used(root: Path) -> set[Message]:
    """Every message that the code under a checkout's root may say; (single, several) where it counts."""
    messages = {*WORDS.values(), *PHRASES, *CARD_WORDS.values(), *_of_formats(), *_of_detectors()}
    for folder in ("labelcore", "pages"):
        for path in (root / folder).rglob("*.py"):
            for call, arguments in spoken(ast.parse(path.read_text("utf-8"))):
                texts = [text for argument in arguments for text in literals(argument)]
                pair = call == "counted" and len(texts) == 2 and "{n" in texts[1]
                messages |= {(texts[0], texts[1])} if pair else set(texts)
    return messages - {"", "{words}", "{why}", "{why}.", "{trouble}", "{name}: {fault}."}


def _of_formats() -> Iterator[str]:
    for form in every_format().values():
        yield form.title
    for tool in every_tool().values():
        yield from (tool.title, tool.get, tool.brings)


def _of_detectors() -> Iterator[str]:
    for detector in REGISTRY.values():
        yield from (detector.name, detector.quantity)
        for phrase in detector.holds or ():
            yield from (phrase, as_sentence(phrase))


def spoken(tree: ast.AST) -> Iterator[tuple[str, list[ast.expr]]]:
    """The calls that are given messages: the function's name and the messages' expressions."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            places = SPOKEN.get(name, ())
            arguments = [argument for place, argument in enumerate(call.args) if place in places]
            arguments += [keyword.value for keyword in call.keywords if keyword.arg in places]
            if arguments:
                yield name, arguments


def literals(expression: ast.expr) -> list[str]:
    """The texts that an expression may be, as far as they stand there."""
    if isinstance(expression, ast.Constant):
        return [expression.value] if isinstance(expression.value, str) else []
    if isinstance(expression, ast.IfExp):
        return literals(expression.body) + literals(expression.orelse)
    if isinstance(expression, ast.BoolOp):
        return [text for part in expression.values for text in literals(part)]
    return []


def updated(catalogue: Catalog, messages: set[Message]) -> Catalog:
    """The catalogue with these messages and no others, in the order of the alphabet."""
    fresh = Catalog(locale="zh")
    for message in sorted(messages, key=str):
        entry = catalogue.get(message if isinstance(message, str) else message[0])
        fresh.add(message, entry.string if entry else "")
    return fresh


def page_on_data(page: str) -> str:
    """The page with what every tool's format says of itself, and with the names of all containers."""
    names = ", ".join(form.title for form in every_format().values())
    containers = f"Tables and lists of objects: {names}. Compressed files and zips are opened."
    begun = re.split("^Tables and lists|^## ", page, maxsplit=1, flags=re.M)[0].rstrip()
    sections = (
        part
        for tool in every_tool().values()
        for part in (f"## {tool.title}", *(textwrap.fill(words, _WIDTH) for words in (tool.get, tool.brings)))
    )
    return "\n\n".join([begun, textwrap.fill(containers, _WIDTH), *sections]) + "\n"


def chinese_page_on_data(page: str) -> str:
    """The same in Chinese, whose lines are not broken."""
    begun = re.split("^## ", page, maxsplit=1, flags=re.M)[0].rstrip()
    with speaking("zh"):
        sections = [
            f"## {say(tool.title)}\n\n{say(tool.get)}\n\n{say(tool.brings)}" for tool in every_tool().values()
        ]
    return "\n\n".join([begun, *sections]) + "\n"


def main() -> int:
    """Write the catalogue and the pages anew; 1 where translations are missing."""
    docs = CATALOGUE.parents[3] / "docs"
    for page, write in ((docs, page_on_data), (docs / "zh", chinese_page_on_data)):
        page /= "bring-your-data.md"
        page.write_text(write(page.read_text("utf-8")), "utf-8")
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh")
    fresh = updated(catalogue, used(CATALOGUE.parents[3]) - BROUGHT.keys())
    with CATALOGUE.open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, fresh, width=110, omit_header=True)
    missing = [str(entry.id) for entry in fresh if entry.id and not any(entry.string or "")]
    sys.stdout.writelines(f"{message}\n" for message in missing)
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
