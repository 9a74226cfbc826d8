"""What a program fills into a text: its words, or the name of what it puts there."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from labelcore.judges.foreign_prompts.slots import slot_like
from labelcore.judges.foreign_prompts.variables import escaped, take, unescaped

LONGEST = 100_000
_PERCENT = re.compile(
    r"%(?:\((?P<name>[^()\n]{1,80})\))?[#0\- +]{0,5}(?:\d{1,4})?(?:\.\d{1,4})?(?P<kind>[diouxXeEfFgGcrsa%])"
)
_DOLLAR = re.compile(r"\$(?:\$|(?P<bare>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)\})")


@dataclass(frozen=True)
class Given:
    """What stands in one place. ``words``: None for what is only known where the program runs, whose ``name``
    there is "" where it has none; ``has_places``: the words have places themselves.
    """

    words: str | None = None
    name: str = ""
    has_places: bool = False

    def called(self, place: str) -> str:
        """What a place is called: as it is, or by what is put there where only that says what it is."""
        tells = slot_like(self.name) and not slot_like(place)
        return self.name if self.name and (tells or not place) else place

    @property
    def in_braces(self) -> str:
        """Its words as they stand in a text with places in braces."""
        words = self.words or ""
        return words if self.has_places else escaped(words)


@dataclass(frozen=True)
class Arguments:
    """What a call gives to a text: in turn, and by name."""

    in_turn: Sequence[Given] = ()
    named: Mapping[str, Given] = field(default_factory=dict)

    def at(self, place: str, turn: int) -> Given:
        """What stands in a place, nothing known of one that is not given; ``turn``: of one without a name."""
        if place and not place.isdigit():
            return self.named.get(place, Given())
        at = int(place or turn)
        return self.in_turn[at] if at < len(self.in_turn) else Given()


def braces(text: str, given: Arguments) -> str:
    """As ``str.format`` fills it; what is not known stays a place."""
    try:
        pieces = list(string.Formatter().parse(unescaped(text)))
    except ValueError:
        return text
    filled, turn = [], 0
    for before, place, form, conversion in pieces:
        filled.append(escaped(before))
        if place is None:
            continue
        name = re.split(r"\W", place, maxsplit=1)[0]
        part = place[len(name) :]
        value = given.at(name, turn)
        if value.words is not None and not part:
            filled.append(value.in_braces)
        else:
            called = value.called("" if name.isdigit() else name) or f"value{name or turn}"
            end = (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            filled.append(f"{{{called}{part}{end}}}")
        turn += not name
    return _bounded(filled, text)


def percents(text: str, given: Arguments) -> str:
    """As ``%`` fills it; what is not known is a place in braces, with a name."""
    turn = -1

    def fill(place: re.Match[str]) -> str:
        nonlocal turn
        if place["kind"] == "%":
            return "%"
        turn += not place["name"]
        value = given.at(place["name"] or "", turn)
        if value.words is not None:
            return value.in_braces
        return f"{{{value.called(place['name'] or '') or f'value{turn}'}}}"

    return _bounded(_pieces(_PERCENT, text, fill), text)


def dollars(text: str, given: Arguments) -> str:
    """As ``string.Template`` fills it; what is not known is a place in braces."""

    def fill(place: re.Match[str]) -> str:
        name = place["bare"] or place["braced"]
        if name is None:
            return "$"
        value = given.at(name, 0)
        return f"{{{value.called(name)}}}" if value.words is None else value.in_braces

    return _bounded(_pieces(_DOLLAR, text, fill), text)


FILLS = {
    **dict.fromkeys(("format", "format_map", "partial"), braces),
    **dict.fromkeys(("substitute", "safe_substitute"), dollars),
}
"""Methods that fill a text, each in its way."""


def replaced(text: str, place: str, value: Given, most: int = -1) -> str:
    """With what ``str.replace`` puts in a place, at ``most`` so often; what is not known is a place with a
    name.
    """
    if not place.strip() or (value.words is None and not value.name):
        return text
    text, (known, *_) = text.replace(escaped(place), place), [*take("", place).names, ""]
    if value.words is not None:
        words = value.words
    else:
        words = place.replace(known, value.called(known)) if known else f"{{{value.name}}}"
    return _bounded([words.join(text.split(place, most))], text)


def _pieces(pattern: re.Pattern[str], text: str, fill: Callable[[re.Match[str]], str]) -> list[str]:
    """A text with its places filled, the words between them as they stand in a text with braces."""
    pieces, at = [], 0
    for place in pattern.finditer(text):
        pieces += [escaped(text[at : place.start()]), fill(place)]
        at = place.end()
    return [*pieces, escaped(text[at:])]


def _bounded(pieces: Sequence[str], text: str) -> str:
    """The pieces as one text; the text before where they are too long together."""
    return "".join(pieces) if sum(map(len, pieces)) <= LONGEST else text
