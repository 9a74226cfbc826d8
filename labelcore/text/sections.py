"""The labelled sections of a text, and whether one says anything. Labels are headings, bold leads, 【…】,
"Label:" lines, rows of two cells and the keys of JSON, in English and Chinese.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from labelcore.text.reading import LONGEST, words

_MOST = 200
_DEEPEST = 6
_MOST_WORDS = 6  # of a label; a Chinese character is a word, and says less
_MOST_CHARACTERS = 14
_MARKER = re.compile(
    r"([ \t]*)((?:[-•·>]|\*(?!\*))[ \t]+|\d{1,3}[.)、][ \t]*|[一二三四五六七八九十]{1,3}、[ \t]*)?"
)
_MAYBE = re.compile(r"[#:：】|]|\*\*|__")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
_LABELS = tuple(
    re.compile(pattern)
    for pattern in (
        r"【([^】\n]{1,30})】[ \t]*[:：]?(.*)",
        r"(?:\*\*|__)([^*\n:：]{1,60})(?:[:：][ \t]*(?:\*\*|__)|(?:\*\*|__)[ \t]*(?:[:：]|$))(.*)",
        r"\|[ \t]*\**([^|*\n]{1,60})\**[ \t]*\|([^|\n]*)\|[ \t]*$",
        r"[\"']?([^\W\d_][^:：\n.!?。！？;；,，\"“”*#|<>{}\[\]]{0,59})[\"']?[ \t]*"
        r"(?:：|:(?=[ \t]|$|[^\x00-\x7f]))(.*)",
    )
)
_OPENS = re.compile(
    r"here\b|below\b|the following\b|以下|如下|好的", re.IGNORECASE
)  # an answer, not a section
_FENCE = re.compile(r"\A```[a-zA-Z]{0,8}[ \t]*\n(.*?)\n?```\Z", re.DOTALL)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MARKS = " \t\r\n*_`#\"'“”:：|-–—"
_PLAIN, _NUMBERED, _ITEM = 8, 9, 10  # how deep a label stands; a heading stands at its level


class _Label(NamedTuple):
    line: int
    depth: int
    title: str
    rest: str


class Section(NamedTuple):
    """A section's label as it is written, and what stands under it."""

    title: str
    body: str


@lru_cache(maxsize=4096)
def sections(text: str) -> Mapping[str, Section]:
    """The sections by their labels in small letters; what repeats a label is joined."""
    by_label: dict[str, Section] = {}
    for section in list(_of_json(text) or _of_lines(text[:LONGEST]))[:_MOST]:
        label = label_of(section.title)
        before = by_label.get(label)
        body = f"{before.body}\n{section.body}" if before else section.body
        by_label[label] = Section(before.title if before else section.title, body)
    return MappingProxyType(by_label)


def label_of(title: str) -> str:
    """A label however it is written: "next steps" for "Next Steps", next_steps and nextSteps."""
    return " ".join(_CAMEL.sub(" ", title).replace("_", " ").casefold().split())


def _of_json(text: str) -> list[Section]:
    bare = text.strip()
    if fenced := _FENCE.match(bare):
        bare = fenced[1].strip()
    if not bare.startswith(("{", "[")) or len(bare) > LONGEST:
        return []
    try:
        return list(_keys(json.loads(bare), 0))
    except (ValueError, RecursionError):
        return []


def _keys(data: Any, depth: int) -> Iterator[Section]:
    """Every key with all that stands under it as text, to a depth of six."""
    if isinstance(data, list):
        for item in data[:_MOST]:
            yield from _keys(item, depth + 1) if depth < _DEEPEST else ()
    elif isinstance(data, dict):
        for key, value in list(data.items())[:_MOST]:
            yield Section(key.strip(), "\n".join(_values(value, 0)))
            yield from _keys(value, depth + 1) if depth < _DEEPEST else ()


def _values(data: Any, depth: int) -> Iterator[str]:
    if isinstance(data, dict | list) and depth < _DEEPEST:
        for value in data.values() if isinstance(data, dict) else data:
            yield from _values(value, depth + 1)
    elif data not in (None, {}, []):
        yield data if isinstance(data, str) else "data" if isinstance(data, dict | list) else str(data)


def _of_lines(text: str) -> Iterator[Section]:
    lines = text.splitlines()
    candidates = (_label(number, line) for number, line in enumerate(lines))
    labels = [label for label in candidates if label][:_MOST]
    for at, label in enumerate(labels):
        after = (other.line for other in labels[at + 1 :] if other.depth <= label.depth)
        below = lines[label.line + 1 : next(after, len(lines))]
        if label.depth >= _PLAIN and label.rest.strip(
            _MARKS
        ):  # what follows an empty line is no longer its text
            below = below[: next((k for k, line in enumerate(below) if not line.strip()), len(below))]
        yield Section(label.title, "\n".join((label.rest, *below)).strip())


def _label(number: int, line: str) -> _Label | None:
    """The label with which a line begins."""
    marker = _MARKER.match(line) if _MAYBE.search(line) else None
    if not marker:
        return None
    bare, depth = line[marker.end() :], _PLAIN
    if marker[2]:
        depth = _ITEM if marker[2][0] in "-•·>*" else _NUMBERED
    depth += min(len(marker[1].expandtabs(4)) // 2, 8)
    title, rest = "", ""
    if heading := _HEADING.match(bare):
        depth, bare = len(heading[1]), heading[2].strip()
        title = bare
    if match := next(filter(None, (label.match(bare) for label in _LABELS)), None):
        title, rest = match[1], match[2]
    title = title.strip(_MARKS)
    return _Label(number, depth, title, rest) if _names(title) else None


def _names(title: str) -> bool:
    most = _MOST_WORDS if title.isascii() else _MOST_CHARACTERS
    tokens = words(title)
    return 0 < len(tokens) <= most and not _OPENS.match(title) and any(letter.isalpha() for letter in title)


_NOTHING = re.compile(
    r"(?:n/?a|n\.a|none|nil|null|nothing|tb[adc]|unknown|unspecified|undefined|undetermined|unclear|pending"
    r"|blank|empty|placeholder|coming soon|see above|as above|x{3,}|todo|lorem ipsum.*|\[[^\]]*\]"
    r"|(?:insert|add|enter|fill in) .{1,50}"
    r"|to be (?:determined|decided|confirmed|discussed|added|filled|provided|announced|completed|scheduled).*"
    r"|(?:none|nothing|n/?a|unknown|no (?:\S+ ){0,4})[\s,;(–-]*(?:needed|required|necessary|known|specific"
    r"|(?:at|for) (?:this|the|that) (?:time|moment|point)|for now|currently|so far|yet|to report).{0,30})"
    r"|无|暂无|没有|不详|未知|待定|不适用|不明|空白?|略|同上|见上文?|待(?:补充|确认|填写?|完善|讨论|安排|商议).{0,6}"
    r"|(?:暂|尚|目前)(?:时)?(?:无|没有).{0,8}"
    r"|(?:无|没有)(?:相关|具体|明确|其他|特殊|任何|此|内容|信息|数据|说明|资料|记录).{0,6}"
)
_SAYS = (
    r"(?:mention|specif|provid|stat(?:ed|e\b)|discuss|giv|list|record|report|document|applicab|availab|"
    r"indicat|identif|noted|found|describ|includ|known|determin|assign|agreed|cover|address|shar|suppl|detail"
    r"|decided|disclos|information|data\b|raised)"
)
_NOT = r"(?:no|not|none|nothing|never|neither|without|isn't|wasn't|aren't|weren't|didn't|doesn't)\b"
_WHO = r"(?:text|transcript|conversation|document|input|passage|meeting|notes?|source|call|patient|customer)"
_NOT_SAID = re.compile(
    rf"(?:\S+ ){{0,2}}{_NOT}.*\b{_SAYS}|(?:the |this )?{_WHO} .{{0,20}}{_NOT}.*\b{_SAYS}"
    r"|.{0,8}(?:未|没有?|无)(?:被|能|有|作)?(?:明确|具体|直接|详细)?(?:地)?"
    r"(?:提及|提到|提供|说明|指定|记录|涉及|给出|注明|填写|谈及|讨论|披露|确定|安排|交代|介绍|描述|写明)"
)
_SHORT = 14  # words
_SUPPOSED = "()（）[]【】<>《》.。,，;；!！…/\\~" + _MARKS


def says_nothing(body: str) -> bool:
    """Whether a section is empty or as good as empty: "N/A", "none mentioned", "待定", in any wording."""
    return all(_is_nothing(line) for line in body.splitlines())


def bare(line: str) -> str:
    """A line in small letters without its list mark, its label, and the marks around it."""
    label = _label(0, line)
    rest = _MARKER.sub("", line, count=1)
    if label and (label.rest.strip(_MARKS) or rest.rstrip(" \t*_").endswith((":", "："))):
        rest = label.rest
    return " ".join(rest.strip(_SUPPOSED).casefold().replace("’", "'").split())


@lru_cache(maxsize=4096)
def _is_nothing(line: str) -> bool:
    if len(line) > 200:
        return False
    text = bare(line)
    if not any(letter.isalnum() for letter in text):
        return True
    if _NOTHING.fullmatch(text):
        return True
    most = _SHORT if text.isascii() else 2 * _SHORT
    return len(words(text)) <= most and bool(_NOT_SAID.match(text))
