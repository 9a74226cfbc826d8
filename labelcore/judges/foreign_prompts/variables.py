"""The variables of a prompt from elsewhere, in whichever of the usual ways they are written."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from labelcore.judges.foreign_prompts.slots import slot_like, slot_named
from labelcore.models import Fact, Frozen, fact

Syntax = Literal["none", "braces", "double braces", "percent", "dollar", "angles"]
_NAME = r"[^\W\d][\w\-]{0,80}(?:\.[\w\-]{1,80}|\[[^\[\]{}\n]{1,80}\]){0,8}"
_FILTERS = r"(?:\|[^{}\n]{0,200})?"
_DOUBLE = re.compile(
    rf"\{{\{{\{{\s*(?P<raw>{_NAME})\s*\}}\}}\}}"
    rf"|\{{\{{[-~]?\s*[&.$]?(?P<name>{_NAME})\s*(?P<filters>{_FILTERS})[-~]?\}}\}}"
)
_SINGLE = re.compile(rf"(?<!\{{)\{{({_NAME})\}}(?!\}})")
_IDENTIFIER = re.compile(rf"(?:{_NAME})?\Z")
_COMMAND = re.compile(r"\\[A-Za-z]+$")
"""A command of LaTeX, whose empty braces are words."""
_PERCENT = re.compile(rf"%\(({_NAME})\)[sdrfi]")
_DOLLAR = re.compile(r"\$\{([^\W\d]\w{0,80})\}|\$([A-Za-z_]\w{0,80})")
_DOLLAR_BRACED = re.compile(r"\$\{([^\W\d]\w{0,80})\}")
_ANGLES = re.compile(r"<<\s*([^\W\d]\w{0,80})\s*>>")
_COMMENT = re.compile(r"\{#(?:[^#]|#(?!\})){0,5000}#\}|\{\{!(?:[^{}]){0,5000}\}\}")
_BLOCK = re.compile(r"(?P<before>[ \t]*)\{%(?P<left>-?)\s*(?P<words>[^%{}]{0,300}?)\s*(?P<right>-?)%\}")
_SECTION = re.compile(r"\{\{(?P<kind>[#^/])\s*(?P<words>[^{}\n]{1,100}?)\s*\}\}")
_KEPT = str.maketrans({"{": "\ue07b", "}": "\ue07d"})
"""Braces that are words of a text, whatever is put together with it."""
_SHOWN = {ord(sign): chr(brace) for brace, sign in _KEPT.items()}
_PLAIN_FILTERS = {"safe", "string", "e", "escape"}


@dataclass(frozen=True)
class PromptPiece:
    """Words of the prompt, then the variable that follows them; "" at the end."""

    words: str
    name: str = ""


class TextPieces(Frozen):
    """A text in pieces: (words, name of the variable behind them), "" at its end."""

    pieces: tuple[tuple[str, str], ...]

    @property
    def names(self) -> list[str]:
        """The variables in the order of their first use."""
        return list(dict.fromkeys(name for _, name in self.pieces if name))

    def written(self, fill: Callable[[str], str]) -> str:
        """The words with each variable as ``fill`` writes it."""
        return "".join(words + (fill(name) if name else "") for words, name in self.pieces)


class BroughtText(Frozen):
    """A prompt's parts (system, user) in pieces, how variables are written, and what is not taken over."""

    syntax: Syntax
    parts: tuple[TextPieces, TextPieces]
    notices: tuple[Fact, ...] = ()

    @property
    def names(self) -> list[str]:
        """The variables of both parts, in their order."""
        return list(dict.fromkeys(name for part in self.parts for name in part.names))


def escaped(text: str) -> str:
    """With braces that begin no variable, which ``take`` shows as they were."""
    return text.translate(_KEPT)


def unescaped(text: str) -> str:
    """As it was before ``escaped``."""
    return text.translate(_SHOWN)


def shows_output(text: str) -> bool:
    """Whether one of its variables is the output, by its name."""
    return _has_output(take("", text))


def take(system: str, user: str) -> BroughtText:
    """Both parts in pieces, by the way of writing variables that most of the known ones have.

    Braces that were escaped begin variables where the output stands nowhere else: a later call fills them.
    """
    read = _take(system, user)
    plain = unescaped(system), unescaped(user)
    if plain == (system, user) or _has_output(read):
        return read
    later = _take(*plain)
    return later if _has_output(later) else read


def _has_output(read: BroughtText) -> bool:
    return any(slot_like(name) == "output" for name in read.names)


def _take(system: str, user: str) -> BroughtText:
    notices: list[Fact] = []
    texts = [_without_blocks(text, notices) for text in (system, user)]
    whole = "\n".join(texts)
    names_by_way = _names_by_way(whole)
    syntax = max(
        names_by_way,
        key=lambda way: _weight(names_by_way[way], alone=way in {"double braces", "braces", "percent"}),
    )
    if not _weight(names_by_way[syntax], alone=syntax in {"double braces", "braces", "percent"}):
        parts = (_pieces([PromptPiece(texts[0])]), _pieces([PromptPiece(texts[1])]))
        return BroughtText(syntax="none", parts=parts, notices=tuple(notices))
    if syntax == "double braces":  # three braces around a name are no one brace too many
        names_by_way = _names_by_way(_DOUBLE.sub("", whole))
    others = [
        name for way, names in names_by_way.items() if way != syntax for name in names if slot_named(name)
    ]
    if others and syntax != "braces":
        notices.append(fact("foreign_other_variables", names=list(dict.fromkeys(others))))
    cut = _CUTTERS[syntax]
    if filters := _filters(whole) if syntax == "double braces" else []:
        notices.append(fact("foreign_filters", filters=filters))
    parts = (_pieces(cut(texts[0], whole)), _pieces(cut(texts[1], whole)))
    return BroughtText(syntax=syntax, parts=parts, notices=tuple(notices))


def _pieces(pieces: Iterable[PromptPiece]) -> TextPieces:
    return TextPieces(pieces=tuple((unescaped(piece.words), piece.name) for piece in pieces))


def _names_by_way(whole: str) -> dict[Syntax, list[str]]:
    """The names that would be variables, by each way of writing them."""
    names: dict[Syntax, list[str]] = {
        "double braces": _names(_DOUBLE, whole),
        "braces": _braced_names(whole),
        "percent": _names(_PERCENT, whole),
        "dollar": _names(_DOLLAR, whole),
        "angles": _names(_ANGLES, whole),
    }
    if set(names["braces"]) <= set(_names(_DOLLAR_BRACED, whole)):
        names["braces"] = []  # a template literal: the sign before each is no word of the prompt
    return names


def _weight(names: Sequence[str], *, alone: bool) -> tuple[int, ...]:
    """How likely these are variables; () where they are none. ``alone``: unknown names suffice."""
    slots = [slot_named(name) for name in names]
    count = sum(map(bool, slots))
    return ("output" in slots, count, len(names)) if count or (names and alone) else ()


def _names(pattern: re.Pattern[str], text: str) -> list[str]:
    """The variables in a text, once each."""
    names = (next(filter(None, match.groups()), "") for match in pattern.finditer(text))
    return list(dict.fromkeys(_bare(name) for name in names if name))


def _bare(name: str) -> str:
    """A name as people say it: ``inputs["question"]`` is ``inputs.question``."""
    return re.sub(r"\[[\s\"']*([^\[\]\"']{1,80}?)[\s\"']*\]", r".\1", name)


def _formatted(text: str) -> list[tuple[str, str | None]] | None:
    """(words, field) of a text that ``str.format`` would take with names alone; None where it would not."""
    try:
        pieces = list(string.Formatter().parse(text))
    except ValueError:
        return None
    if any(form and not re.fullmatch(r"[\w.,<>^+%=-]{1,12}", form) for _, _, form, _ in pieces):
        return None
    pieces = [
        (f"{words}{{}}", None, "", None)
        if field == "" and _COMMAND.search(words)
        else (words, field, form, end)
        for words, field, form, end in pieces
    ]
    fields = [field for _, field, _, _ in pieces if field is not None]
    if any(fields) and not all(fields):
        return None  # an empty pair of braces beside names is a word
    numbered = {*fields} == set(map(str, range(len({*fields}))))
    fits = numbered or all(map(_IDENTIFIER.match, fields))
    return [(words, field) for words, field, _, _ in pieces] if fits else None


def _braced_names(whole: str) -> list[str]:
    formatted = _formatted(whole)
    if formatted is None:
        return _names(_SINGLE, whole)
    fields = [field for _, field in formatted if field is not None]
    return list(dict.fromkeys(_bare(field) if field else str(n + 1) for n, field in enumerate(fields)))


def _cut_braces(text: str, whole: str) -> Iterator[PromptPiece]:
    """Doubled braces are single ones only where the whole prompt is a format string."""
    formatted = _formatted(text) if _formatted(whole) is not None else None
    if formatted is None:
        yield from _cut_by(_SINGLE, text)
        return
    words, unnamed = "", 0
    for before, field in formatted:
        words += before
        if field is not None:
            unnamed += not field
            yield PromptPiece(words, _bare(field) if field else str(unnamed))
            words = ""
    yield PromptPiece(words)


def _cut_by(pattern: re.Pattern[str], text: str) -> Iterator[PromptPiece]:
    at = 0
    for match in pattern.finditer(text):
        name = next((group for group in match.groups() if group), "")
        yield PromptPiece(text[at : match.start()], _bare(name))
        at = match.end()
    yield PromptPiece(text[at:])


def _cut_percent(text: str, whole: str) -> Iterator[PromptPiece]:
    """Doubled signs are single ones only where no sign stands alone."""
    whole_form = "%" not in _PERCENT.sub("", whole).replace("%%", "")
    for piece in _cut_by(_PERCENT, text):
        yield PromptPiece(piece.words.replace("%%", "%") if whole_form else piece.words, piece.name)


_CUTTERS: dict[Syntax, Callable[[str, str], Iterator[PromptPiece]]] = {
    "double braces": lambda text, _: _cut_by(_DOUBLE, text),
    "braces": _cut_braces,
    "percent": _cut_percent,
    "dollar": lambda text, _: _cut_by(_DOLLAR, text),
    "angles": lambda text, _: _cut_by(_ANGLES, text),
}


def _filters(text: str) -> list[str]:
    """Filters that change a value, as they are written."""
    filters = []
    for match in _DOUBLE.finditer(text):
        names = [part.strip() for part in (match["filters"] or "").split("|")]
        if any(name and name.split("(")[0] not in _PLAIN_FILTERS for name in names):
            filters.append(match[0])
    return list(dict.fromkeys(filters))


def _without_blocks(text: str, notices: list[Fact]) -> str:
    """The text without comments and without the tags of conditions, whose first branch stays; a loop stays
    as it is written. What that changes is told.
    """
    text = _COMMENT.sub("", text)
    tags: list[str] = []
    if "{%" in text:
        text = _first_branches(text, tags)
    tags += [match[0] for match in _SECTION.finditer(text)]
    text = _SECTION.sub("", text)
    if tags:
        notices.append(fact("foreign_blocks", tags=list(dict.fromkeys(tags))[:12]))
    return text


def _first_branches(text: str, tags: list[str]) -> str:
    """The text with the first branch of every condition; other branches fall out with what is in them."""
    pieces, at, skipping = [], 0, 0
    depth: list[bool] = []  # of each open condition, whether what follows falls out
    for match in _BLOCK.finditer(text):
        word = (match["words"].split() or [""])[0]
        words = text[at : match.start()]
        if not skipping:
            pieces.append(words.rstrip() if match["left"] else words + match["before"])
        tags.append(match[0].strip())
        if word in {"if", "for", "unless"}:
            depth.append(False)
        elif word in {"else", "elif", "elsif"} and depth and not depth[-1]:
            depth[-1], skipping = True, skipping + 1
        elif word.startswith("end") and depth and depth.pop():
            skipping -= 1
        at = match.end()
        if match["right"]:
            at += len(text[at:]) - len(text[at:].lstrip())
    if not skipping:
        pieces.append(text[at:])
    return "".join(pieces)
