"""What points at a person leaves a text and comes back to it: finds become stand-ins that a key remembers.

``[PERSON-3]`` stands for one value in every field and file; ``[PERSON-3.2]`` for the same value in another
way of writing, so that restoring gives every text back to the character.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from labelcore.text.personal import Find, Finder, settled

_SHAPE = r"\[[A-Z][A-Z0-9_]{0,19}-[0-9]{1,9}(?:\.[0-9]{1,9})?\]"
_LITERAL = re.compile(_SHAPE)
_STAND_IN = re.compile(rf'"{_SHAPE}"|{_SHAPE}')
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*', re.DOTALL)
_ESCAPE = re.compile(rb'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_SIGNS = dict(zip(b'"\\/bfnrt', b'"\\/\b\f\n\r\t', strict=True))
_DEEPEST = 3
LITERAL = "TEXT"
"""The kind of what looked like a stand-in before anything was redacted."""


class Entry(NamedTuple):
    """A line of a key: what stands in the texts, for which value, and the words that stood there."""

    stand_in: str
    value: str
    original: str


class Key:
    """Which stand-in is which original. ``fresh``: the entries since it was read or written."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._forms: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self._last: Counter[str] = Counter()
        self._originals: dict[str, str] = {}
        self.fresh: list[Entry] = []
        for entry in entries:
            self._learn(entry)

    def __len__(self) -> int:
        return len(self._originals)

    def stand_in(self, kind: str, value: str, original: str, *, quoted: bool = False) -> str:
        """What stands for a value in these words. ``quoted``: for a bare number in JSON, as a string."""
        forms = self._forms[kind, value]
        form = f"#{original}" if quoted else f"'{original}"
        if form not in forms:
            name = self._next(kind, value, len(forms) + 1)
            entry = Entry(f'"{name}"' if quoted else name, value, original)
            self._learn(entry)
            self.fresh.append(entry)
        return forms[form]

    def literal(self, text: str) -> str:
        """What stands for words that look like a stand-in: themselves, unless they stand for something."""
        original = self._originals.get(text)
        if original is None and f'"{text}"' not in self._originals:
            entry = Entry(text, text, text)
            self._learn(entry)
            self.fresh.append(entry)
            original = text
        return text if original == text else self.stand_in(LITERAL, text, text)

    def restored(self, text: str) -> str:
        """The text with the words that stood there; a stand-in that is not known stays."""
        return _STAND_IN.sub(self._original, text) if "[" in text else text

    def _original(self, match: re.Match[str]) -> str:
        whole, inner = match[0], match[0].strip('"')
        if whole in self._originals:
            return self._originals[whole]
        return whole.replace(inner, self._originals.get(inner, self._originals.get(f'"{inner}"', inner)))

    def number(self, text: str) -> int | None:
        """The bare number of a JSON document for which a string stands, if it does."""
        original = self._originals.get(f'"{text}"')
        return int(original) if original else None

    def unknown(self, text: str) -> int:
        """How many stand-ins of a text are not in the key: another one's, or none."""
        return sum(not self._is_taken(match[0]) for match in _LITERAL.finditer(text))

    def _learn(self, entry: Entry) -> None:
        self._originals[entry.stand_in] = entry.original
        if entry.stand_in == entry.original:
            return
        name = entry.stand_in.strip('"')
        kind, _, number = name[1:-1].rpartition("-")
        self._numbers[kind, entry.value] = first = int(number.partition(".")[0])
        self._last[kind] = max(self._last[kind], first)
        form = f"'{entry.original}" if entry.stand_in == name else f"#{entry.original}"
        self._forms[kind, entry.value][form] = entry.stand_in

    def _next(self, kind: str, value: str, form: int) -> str:
        number = self._numbers.get((kind, value), 0)
        while not number or self._is_taken(self._name(kind, number, form)):
            if number and form > 1:
                form += 1
            else:
                self._last[kind] += 1
                number = self._last[kind]
        return self._name(kind, number, form)

    def _name(self, kind: str, number: int, form: int) -> str:
        return f"[{kind}-{number}]" if form == 1 else f"[{kind}-{number}.{form}]"

    def _is_taken(self, name: str) -> bool:
        return name in self._originals or f'"{name}"' in self._originals


class Redactor:
    """Takes what the finders find out of texts. ``counts``: how often each kind was found in each field."""

    def __init__(self, finders: Sequence[Finder], key: Key) -> None:
        self.key = key
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._finders = finders
        self._field: Counter[str] = Counter()
        self._hidden = 0

    def redacted(self, text: str, field: str = "") -> str:
        """A text without what was found; one that is JSON stays it, in its way of writing."""
        self._begin(field)
        return _TOKEN.sub(self._token, text) if _json(text) is not None else self._plain(text)

    def structured(self, text: str, field: str = "") -> str:
        """The same of what is kept as a structure: JSON whose texts are redacted as they read."""
        document = _json(text)
        if document is None:
            return self.redacted(text, field)
        self._begin(field)
        before = self._field.total()
        walked = self._walk(document)
        return text if self._field.total() == before else _written(walked)

    def is_mostly_hidden(self, text: str) -> bool:
        """Whether more than half of the text that was redacted last are stand-ins."""
        return self._hidden * 2 > len(text.strip())

    def _begin(self, field: str) -> None:
        self._field, self._hidden = self.counts[field], 0

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str):
            return _TOKEN.sub(self._token, value) if _json(value) is not None else self._plain(value)
        if isinstance(value, dict):
            return {self._plain(key): self._walk(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._walk(inner) for inner in value]
        if isinstance(value, int) and not isinstance(value, bool):
            return self._number(str(value)).strip('"') or value
        return value

    def _token(self, match: re.Match[str]) -> str:
        token = match[0]
        return (
            f'"{self._plain(token[1:-1], escaped=True)}"' if token[0] == '"' else self._number(token) or token
        )

    def _number(self, token: str) -> str:
        """What stands for a bare number that was found as a whole; '' where it was not."""
        for find in self._finds(token.encode()) if len(token) > 5 and token.lstrip("-").isdigit() else ():
            if find.end - find.start == len(token):
                return self._counted(find, token, quoted=True)
        return ""

    def _plain(self, text: str, *, escaped: bool = False) -> str:
        if len(text) < 2:
            return text
        raw = text.encode("utf-8", "surrogatepass")
        parts, last = [], 0
        for find in self._finds(raw, escaped=escaped):
            parts.append(self._kept(raw[last : find.start]))
            parts.append(self._counted(find, raw[find.start : find.end].decode("utf-8", "surrogatepass")))
            last = find.end
        rest = self._kept(raw[last:]) if parts else self._literals(text)
        return "".join([*parts, rest])

    def _kept(self, raw: bytes) -> str:
        return self._literals(raw.decode("utf-8", "surrogatepass"))

    def _literals(self, text: str) -> str:
        return _LITERAL.sub(self._literal, text) if "[" in text else text

    def _literal(self, match: re.Match[str]) -> str:
        stand_in = self.key.literal(match[0])
        if stand_in != match[0]:
            self._field[LITERAL] += 1
        return stand_in

    def _counted(self, find: Find, original: str, *, quoted: bool = False) -> str:
        stand_in = self.key.stand_in(find.kind, find.value, original, quoted=quoted)
        self._field[find.kind] += 1
        self._hidden += len(stand_in)
        return stand_in

    def _finds(self, raw: bytes, *, escaped: bool = False) -> list[Find]:
        """What is found in the text, and in the text as its escapes read.

        ``escaped``: inside a string of JSON, where nothing may cut an escape in two.
        """
        finds: list[Find] = []
        view, steps = raw, [_Step([0], [0])]
        for depth in range(_DEEPEST + 1):
            signs = list(_ESCAPE.finditer(view)) if b"\\" in view and depth < _DEEPEST else []
            whole = [sign.span() for sign in signs if escaped or sign[1]]
            matches = (find for finder in self._finders for find in finder(view))
            finds += [
                find._replace(start=_back(steps, find.start), end=_back(steps, find.end))
                for find in matches
                if not _cuts(whole, find)
            ]
            if not signs:
                break
            view, step = _unescaped(view, signs)
            steps.append(step)
        return settled(finds, raw) if finds else finds


class _Step(NamedTuple):
    """From which place on a view of a text stands for which place of the text."""

    views: list[int]
    places: list[int]


def _cuts(whole: Sequence[tuple[int, int]], find: Find) -> bool:
    for place in (find.start, find.end):
        at = bisect_right(whole, (place,)) - 1
        if at >= 0 and whole[at][0] < place < whole[at][1]:
            return True
    return False


def _unescaped(raw: bytes, signs: Iterable[re.Match[bytes]]) -> tuple[bytes, _Step]:
    parts: list[bytes] = []
    step, size, last = _Step([0], [0]), 0, 0
    for match in signs:
        sign = (
            chr(int(match[1], 16)).encode("utf-8", "surrogatepass")
            if match[1]
            else bytes([_SIGNS[match[2][0]]])
        )
        parts += [raw[last : match.start()], sign]
        size += match.start() - last + len(sign)
        last = match.end()
        step.views.append(size)
        step.places.append(last)
    return b"".join([*parts, raw[last:]]), step


def _back(steps: Sequence[_Step], place: int) -> int:
    for step in reversed(steps):
        at = bisect_right(step.views, place) - 1
        place = step.places[at] + place - step.views[at]
    return place


def _json(text: str) -> Any:
    """The object or list that a text is; None where it is none."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _written(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace").decode()


def restored_document(value: Any, key: Key) -> Any:
    """A structure with the words that stood in its texts, and the numbers that were bare."""
    if isinstance(value, str):
        number = key.number(value)
        return key.restored(value) if number is None else number
    if isinstance(value, dict):
        return {key.restored(name): restored_document(inner, key) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [restored_document(inner, key) for inner in value]
    return value
