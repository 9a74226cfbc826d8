"""The prompts of a JavaScript or TypeScript program: its texts with the names that they have there."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_DECLARED = (
    r"(?:async\s+)?function\s*\*?\s*[\w$]*\s*(?:<[^>\n]{0,200}>)?"
    r"\((?:[^()]|\([^()]*+\))*+\)\s*(?::[^{}\n]{0,200})?\{|"
    r"(?:const|let|var)\s+(?:[\w$]+\s*(?::[^=]{1,400})?|[{\[][^=;]{0,2000}[}\]]\s*)=|"
    r"type\s+[\w$]+\s*(?:<[^=\n]{0,200}>\s*)?=|"
    r"(?:interface|(?:abstract\s+)?class)\s+[\w$]+\s*(?:<[^{\n]{0,200}>\s*)?"
    r"(?:(?:extends|implements)\s[^{\n]{0,200})?\{|"
    r"(?:const\s+)?enum\s+[\w$]+\s*\{"
)
_BEGINS = re.compile(
    r"\A(?:\s|//[^\n]*\n|/\*[\s\S]*?\*/)*+(?:[\"']use \w+[\"']|"
    rf"(?:export\s+(?:default\s+|declare\s+)?)?(?:{_DECLARED})|"
    r"export\s+default\s*(?:[{(\[\"'`]|(?:async|function|class)\b|[\w$.]+(?:\(|\s*(?:;|\n|\Z)))|"
    r"(?:import|export)\s*(?:type\s+)?(?:[\w$]+\s*,\s*)?(?:[\w$]+|\*\s*(?:as\s+[\w$]+)?|"
    r"\{[^}]{0,4000}\})\s*from\s*"
    r"[\"']|import\s*[\"'][^\"'\n]+[\"']\s*(?:;|\n|\Z)|export\s*\{[^}]{0,4000}\}\s*(?:;|\n|\Z))"
)
_TEXT = re.compile(
    r"[\"']?\b(?:content|system)[\"']?\s*:\s*(?P<named>[A-Za-z_$][\w$.]*)(?![\w$.`'\"])|"
    r"'(?:[^'\\\n]|\\[\s\S])*+(?:'|(?=\n|\\?\Z))|\"(?:[^\"\\\n]|\\[\s\S])*+(?:\"|(?=\n|\\?\Z))|"
    r"//[^\n]*|/\*(?:[\s\S]*?\*/|[\s\S]*)|`|[()\[\]{}]"
)
_IN_TEMPLATE = re.compile(r"\\[\s\S]|\$\{|`")
_IN_PLACE = re.compile(r"'(?:[^'\\\n]|\\.)*+'?|\"(?:[^\"\\\n]|\\.)*+\"?|[`{}]")
_PAIRS = {")": "(", "]": "[", "}": "{"}
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
_CONSTANT = re.compile(r"\$\{(?P<name>[A-Z][A-Z0-9_]+)\}")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}
_GLOBALS = frozenset("JSON String Object Array Math Number Date process".split())
_DOTTED = re.compile(r"[^\W\d][\w$]*(?:\??\.[^\W\d][\w$]*)*")
_CONDITION = re.compile(r"(?<!\?)\?(?![.?])")
_CALLED = re.compile(r"(?<![.\w$])(?P<name>[^\W\d][\w$]*+)(?!\s*+\()")
_BETWEEN_MESSAGES = re.compile(r"(?:\[|\},)\s*\Z")
"""Before a text alone in a list of messages."""
_QUOTED_KEY = re.compile(r"(['\"])[^'\"\n]{0,60}\1\s*:")


class ProgramText(NamedTuple):
    """A text of a program: the name that it has there, and its role where it is a message, else ""; where the
    list begins that it stands in, -1 for none.
    """

    name: str
    text: str
    role: str = ""
    within: int = -1


class _Piece(NamedTuple):
    """A text in quotes, from ``begin`` to ``end``, with the two innermost lists that it stands in; or the
    ``name`` that stands in the place of one.
    """

    begin: int
    end: int
    words: str
    lists: tuple[int, int]
    name: str = ""


def is_javascript(text: str) -> bool:
    """Whether a text begins as a JavaScript or TypeScript program does, and holds texts in quotes."""
    return _BEGINS.match(text) is not None and re.search(r"=>|=|\(", text) is not None


def texts_of(source: str) -> Iterator[ProgramText]:
    """Every text of a program that has a name, is a message or is returned, in their order; a name in the
    place of a message's text is the text that it stands for.
    """
    pieces = list(_pieces(source))
    kept: dict[str, set[str]] = {}
    for text in _named(source, [piece for piece in pieces if not piece.name]):
        if not text.role:
            kept.setdefault(text.name, set()).add(text.text)
    known = {name: words.pop() for name, words in kept.items() if len(words) == 1}

    def filled(words: str) -> str:
        return _CONSTANT.sub(lambda place: known.get(place["name"], place[0]), words)

    pieces = [
        piece._replace(words=filled(known.get(piece.name.split(".")[-1], piece.words))) for piece in pieces
    ]
    yield from _named(source, [piece for piece in pieces if piece.words or not piece.name])


def _named(source: str, pieces: Sequence[_Piece]) -> Iterator[ProgramText]:
    functions = list(_ENCLOSING.finditer(source))
    begins = [match.start() for match in functions]
    texts = list(_joined(source, _added(source, pieces)))
    roles = [_ROLE.search(source[max(0, begin - 300) : begin]) for begin, _, _ in texts]
    lists = {within for (_, _, within), role in zip(texts, roles, strict=True) if role and within >= 0}
    for (begin, words, within), message in zip(texts, roles, strict=True):
        before = source[max(0, begin - 300) : begin]
        if message:
            yield ProgramText("messages", words, message["role"].casefold(), within)
        elif within in lists and _BETWEEN_MESSAGES.search(before) and not _QUOTED_KEY.match(source, begin):
            yield ProgramText("messages", words, "user", within)
        elif named := _KEY.search(before) or _NAMED.search(before):
            yield ProgramText(named["name"], words)
        elif _RETURNED.search(before):
            around = bisect_left(begins, begin)
            match = functions[around - 1] if around else None
            yield ProgramText((match["function"] or match["name"]) if match else "", words)


def _added(source: str, pieces: Sequence[_Piece]) -> list[_Piece]:
    """The texts in quotes, those that are added to each other as one."""
    whole: list[_Piece] = []
    for piece in pieces:
        if whole and re.fullmatch(r"\s*\+\s*", source[whole[-1].end : piece.begin]):
            whole[-1] = whole[-1]._replace(end=piece.end, words=whole[-1].words + piece.words)
        else:
            whole.append(piece)
    return whole


def _joined(source: str, pieces: list[_Piece]) -> Iterator[tuple[int, str, int]]:
    """(begin, words, list it stands in) of each text; a list of texts that is joined is one."""
    at = 0
    while at < len(pieces):
        first, after, by = pieces[at], at + 1, None
        if source[max(0, first.begin - 200) : first.begin].rstrip().endswith("["):
            while after < len(pieces) and _BETWEEN.fullmatch(
                source, pieces[after - 1].end, pieces[after].begin
            ):
                after += 1
            by = _JOINED.match(source, pieces[after - 1].end)
        if by:
            words = _plain(by["by"][1:-1]).join(piece.words for piece in pieces[at:after])
            yield source.rfind("[", 0, first.begin), words, first.lists[0]
        else:
            yield first.begin, first.words, first.lists[1]
        at = after if by else at + 1


def _pieces(source: str) -> Iterator[_Piece]:
    """Each text in quotes; what fills a place in a template has one name there."""
    at = 0
    opened: list[str] = []
    lists = [-1, -1]
    while match := _TEXT.search(source, at):
        mark, at = match[0], match.end()
        if match["named"]:
            yield _Piece(match.start("named"), at, "", (lists[-2], lists[-1]), match["named"])
        elif mark == "`":
            words, at = _template(source, at)
            yield _Piece(match.start(), at, words, (lists[-2], lists[-1]))
        elif mark[0] in "'\"" and len(mark) > 1 and mark[-1] == mark[0]:
            yield _Piece(match.start(), at, _plain(mark[1:-1]), (lists[-2], lists[-1]))
        elif mark in "([{":
            opened.append(mark)
            lists += [match.start()] if mark == "[" else []
        elif opened and _PAIRS.get(mark) == opened[-1] and opened.pop() == "[":
            lists.pop()


def _template(source: str, at: int) -> tuple[str, int]:
    """The words of a template literal from behind its first mark, and where it ends."""
    words: list[str] = []
    while match := _IN_TEMPLATE.search(source, at):
        words.append(source[at : match.start()])
        at = match.end()
        if match[0] == "`":
            return "".join(words), at
        if match[0] == "${":
            end = _closing(source, at)
            words.append(f"${{{_name_of(source[at:end])}}}")
            at = min(end + 1, len(source))
        else:
            words.append(_plain(match[0]))
    return "".join([*words, source[at:]]), len(source)


def _closing(source: str, at: int) -> int:
    """Where the brace closes that was opened before this place, whatever texts stand there."""
    opened = ["{"]
    while match := (_IN_TEMPLATE if opened[-1] == "`" else _IN_PLACE).search(source, at):
        mark, at = match[0], match.end()
        if mark == "}" or (mark == "`" and opened[-1] == "`"):
            opened.pop()
            if not opened:
                return match.start()
        elif mark in {"`", "{", "${"}:
            opened.append(mark[-1])
    return len(source)


def _name_of(expression: str) -> str:
    """What a place in a template is called: the name that stands there, or the first that is worked with."""
    bare = expression.strip()
    if _DOTTED.fullmatch(bare):
        return bare.replace("?.", ".")
    without_texts = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`]*`", "", bare)
    condition, *shown = _CONDITION.split(without_texts, maxsplit=1)
    names = [match["name"] for part in (*shown, condition) for match in _CALLED.finditer(part)]
    return next((name for name in names if name not in _GLOBALS), "value")


def _plain(raw: str) -> str:
    return re.sub(r"\\([\s\S])", lambda mark: _ESCAPES.get(mark[1], mark[1]), raw)
