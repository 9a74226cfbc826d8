"""The prompts of a JavaScript or TypeScript program: its texts with the names that they have there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_BEGINS = re.compile(
    r"\A(?:\s|//[^\n]*\n|/\*[\s\S]{0,4000}?\*/)*(?:export\b|import\b|(?:async )?function\b|"
    r"(?:const|let|var)\s+[\w{\[]|type \w|interface \w|[\"']use \w+[\"'])"
)
_TEXT = re.compile(r"'(?:[^'\\\n]|\\.){0,20000}'|\"(?:[^\"\\\n]|\\.){0,20000}\"|//[^\n]*|/\*[\s\S]*?\*/|`")
_BETWEEN = re.compile(r"[\s,]*")
_JOINED = re.compile(r"[\s,]*\]\s*\.join\(\s*(?P<by>'[^'\n]{0,8}'|\"[^\"\n]{0,8}\")\s*\)")
_ROLE = re.compile(
    r"\brole[\"']?\s*:\s*['\"`](?P<role>\w{1,20})['\"`](?: as const)?\s*,\s*[\"']?content[\"']?\s*:\s*\Z"
)
_KEY = re.compile(r"[\"']?\b(?P<name>\w{1,60})[\"']?\s*:\s*\w{0,20}\Z")
_NAMED = re.compile(r"\b(?P<name>\w{1,60})\s*(?::\s*[\w<>\[\], ]{1,60})?=\s*\w{0,20}\Z")
_ENCLOSING = re.compile(
    r"(?:\bfunction\s+(?P<function>\w{1,60})|\b(?:const|let|var)\s+(?P<name>\w{1,60})\s*=)"
)
_RETURNED = re.compile(r"(?:\breturn|=>)\s*\(?\s*\w{0,20}\Z")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}
_GLOBALS = frozenset("JSON String Object Array Math Number Date process".split())
_DOTTED = re.compile(r"[^\W\d][\w$]*(?:\??\.[^\W\d][\w$]*)*")
_CALLED = re.compile(r"(?<![.\w$])(?P<name>[^\W\d][\w$]*)(?![\w$]*\s*\()")


class ProgramText(NamedTuple):
    """A text of a program: the name that it has there, and its role where it is a message, else ""."""

    name: str
    text: str
    role: str = ""


class _Piece(NamedTuple):
    begin: int
    end: int
    words: str


def is_javascript(text: str) -> bool:
    """Whether a text begins as a JavaScript or TypeScript program does, and holds texts in quotes."""
    return _BEGINS.match(text) is not None and re.search(r"=>|=|\(", text) is not None


def texts_of(source: str) -> Iterator[ProgramText]:
    """Every text of a program that has a name, is a message or is returned, in their order."""
    for begin, words in _joined(source, _added(source)):
        before = source[max(0, begin - 300) : begin]
        if message := _ROLE.search(before):
            yield ProgramText("messages", words, message["role"].casefold())
        elif named := _KEY.search(before) or _NAMED.search(before):
            yield ProgramText(named["name"], words)
        elif _RETURNED.search(before):
            yield ProgramText(_enclosing(source[:begin]), words)


def _added(source: str) -> list[_Piece]:
    """The texts in quotes, those that are added to each other as one."""
    pieces: list[_Piece] = []
    for piece in _pieces(source):
        if pieces and re.fullmatch(r"\s*\+\s*", source[pieces[-1].end : piece.begin]):
            pieces[-1] = _Piece(pieces[-1].begin, piece.end, pieces[-1].words + piece.words)
        else:
            pieces.append(piece)
    return pieces


def _joined(source: str, pieces: list[_Piece]) -> Iterator[tuple[int, str]]:
    """(begin, words) of each text; a list of texts that is joined is one."""
    at = 0
    while at < len(pieces):
        first, after = pieces[at], at + 1
        while after < len(pieces) and _BETWEEN.fullmatch(source[pieces[after - 1].end : pieces[after].begin]):
            after += 1
        before = source[max(0, first.begin - 200) : first.begin].rstrip()
        by = _JOINED.match(source, pieces[after - 1].end) if before.endswith("[") else None
        if by:
            words = _plain(by["by"][1:-1]).join(piece.words for piece in pieces[at:after])
            yield source.rfind("[", 0, first.begin), words
        else:
            yield first.begin, first.words
        at = after if by else at + 1


def _enclosing(before: str) -> str:
    found = list(_ENCLOSING.finditer(before))
    return (found[-1]["function"] or found[-1]["name"]) if found else ""


def _pieces(source: str) -> Iterator[_Piece]:
    """Each text in quotes; what fills a place in a template has one name there."""
    at = 0
    while match := _TEXT.search(source, at):
        at = match.end()
        if match[0] == "`":
            words, at = _template(source, at)
            yield _Piece(match.start(), at, words)
        elif match[0][0] in "'\"":
            yield _Piece(match.start(), at, _plain(match[0][1:-1]))


def _template(source: str, at: int) -> tuple[str, int]:
    """The words of a template literal from behind its first mark, and where it ends."""
    words: list[str] = []
    while at < len(source):
        character = source[at]
        if character == "`":
            return "".join(words), at + 1
        if character == "\\":
            words.append(_plain(source[at : at + 2]))
            at += 2
        elif source.startswith("${", at):
            end = _closing(source, at + 2)
            words.append(f"${{{_name_of(source[at + 2 : end])}}}")
            at = end + 1
        else:
            words.append(character)
            at += 1
    return "".join(words), at


def _closing(source: str, at: int) -> int:
    """Where the brace closes that was opened before this place."""
    depth = 0
    while at < len(source):
        if source[at] == "`":
            _, at = _template(source, at + 1)
            continue
        if source[at] == "}" and not depth:
            return at
        depth += {"{": 1, "}": -1}.get(source[at], 0)
        at += 1
    return at


def _name_of(expression: str) -> str:
    """What a place in a template is called: the name that stands there, or the first that is worked with."""
    bare = expression.strip()
    if _DOTTED.fullmatch(bare):
        return bare.replace("?.", ".")
    without_texts = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`]*`", "", bare)
    names = (match["name"] for match in _CALLED.finditer(without_texts))
    return next((name for name in names if name not in _GLOBALS), "value")


def _plain(raw: str) -> str:
    return re.sub(r"\\([\s\S])", lambda mark: _ESCAPES.get(mark[1], mark[1]), raw)
