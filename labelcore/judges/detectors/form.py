"""Detectors of length, structure, format and completeness."""

from __future__ import annotations

import json
import re
from typing import Any

from labelcore.judges.detectors.base import register
from labelcore.models import Output
from labelcore.text.reading import LONGEST, ngrams, sentences, words

_LONG = "long length verbose wordy concise brief short rambl lengthy 太长 啰嗦 冗长 字数 简短 简洁 太短 篇幅"
_FORMAT = (
    "format markdown heading bullet list structure layout bold table 格式 标题 列表 排版 结构 加粗"
)
_BULLET = re.compile(r"^[ \t]*(?:[-*•·]|\d{1,3}[.)、])[ \t]+\S", re.M)
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+\S", re.M)
_BOLD = re.compile(r"\*\*[^*\n]{1,200}\*\*")
_TABLE = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.M)
_FENCE = re.compile(r"^[ \t]*```", re.M)
_LINK = re.compile(r"https?://|www\.|\]\(")
_PLACEHOLDER = re.compile(
    r"\[[A-Z][\w '/]{1,40}\]|\[(?:your|name|insert|link|date|company)[^\]\n]{0,40}\]|\{\{?[\w ]{1,40}\}?\}"
    r"|<[A-Z_ ]{3,30}>|\bX{3,}\b|\bTBD\b|\bTODO\b|lorem ipsum|【[^】\n]{0,12}(?:姓名|名字|链接|日期)[^】\n]{0,12}】",
    re.I,
)
_ENDED = re.compile(r"[.!?。！？…\"”」』)\]}）】:：*|`>~]$")


def _text(output: Output) -> str:
    return output.text[:LONGEST]


@register("words", "words", "either", _LONG)
def word_count(output: Output, _: dict[str, Any]) -> float:
    return len(words(output.text))


@register("characters", "characters", "either", _LONG)
def character_count(output: Output, _: dict[str, Any]) -> float:
    return len(output.text.strip())


@register("sentences", "sentences", "either", _LONG + " sentence 句")
def sentence_count(output: Output, _: dict[str, Any]) -> float:
    return len(sentences(output.text))


@register("paragraphs", "paragraphs", "either", _LONG + " paragraph 段")
def paragraph_count(output: Output, _: dict[str, Any]) -> float:
    return len([part for part in re.split(r"\n[ \t]*\n", _text(output)) if part.strip()])


@register(
    "longest sentence",
    "words in its longest sentence",
    "high",
    _LONG + " sentence run-on hard 句子",
)
def longest_sentence(output: Output, _: dict[str, Any]) -> float:
    return max((len(words(part)) for part in sentences(output.text)), default=0)


@register(
    "mean sentence",
    "words in a sentence on average",
    "high",
    "sentence readab complex simple 易读 复杂",
)
def mean_sentence(output: Output, _: dict[str, Any]) -> float:
    return len(words(output.text)) / max(1, len(sentences(output.text)))


@register("length against input", "times the length of its input", "either", _LONG)
def length_ratio(output: Output, _: dict[str, Any]) -> float | None:
    source = len(output.input) + len(output.context)
    return len(output.text) / source if source > 20 else None


@register("bullets", "list items", "either", _FORMAT + " item point 要点 条")
def bullets(output: Output, _: dict[str, Any]) -> float:
    return len(_BULLET.findall(_text(output)))


@register("headings", "headings", "either", _FORMAT)
def headings(output: Output, _: dict[str, Any]) -> float:
    return len(_HEADING.findall(_text(output)))


@register("bold", "bold phrases", "either", _FORMAT)
def bold(output: Output, _: dict[str, Any]) -> float:
    return len(_BOLD.findall(_text(output)))


@register("tables", "table rows", "either", _FORMAT)
def table_rows(output: Output, _: dict[str, Any]) -> float:
    return len(_TABLE.findall(_text(output)))


@register("code fences", "code fences", "either", _FORMAT + " code 代码")
def code_fences(output: Output, _: dict[str, Any]) -> float:
    return len(_FENCE.findall(_text(output)))


@register("links", "links", "high", "link url website http 链接 网址")
def links(output: Output, _: dict[str, Any]) -> float:
    return len(_LINK.findall(_text(output)))


@register(
    "placeholders",
    "placeholders left in",
    "high",
    "placeholder template bracket fill blank 占位 模板 未填",
)
def placeholders(output: Output, _: dict[str, Any]) -> float:
    return len(_PLACEHOLDER.findall(_text(output)))


@register(
    "unfinished",
    "signs of being cut off",
    "high",
    "cut truncat incomplete unfinished abrupt ends 截断 不完整 没写完 戛然 中断",
)
def unfinished(output: Output, _: dict[str, Any]) -> float:
    return 0.0 if _ENDED.search(_text(output).rstrip()) else 1.0


@register(
    "repeated phrases",
    "share of repeated four-word phrases",
    "high",
    "repeat repetit redundan again same duplicate 重复 反复 雷同",
    percent=True,
)
def repeated_phrases(output: Output, _: dict[str, Any]) -> float:
    grams = ngrams(output.text, 4)
    total = sum(grams.values())
    return 1 - len(grams) / total if total else 0.0


@register(
    "repeated sentences",
    "sentences said twice",
    "high",
    "repeat repetit redundan duplicate 重复 反复",
)
def repeated_sentences(output: Output, _: dict[str, Any]) -> float:
    own = [part.lower() for part in sentences(output.text) if len(part) > 8]
    return len(own) - len(set(own))


@register(
    "vocabulary",
    "share of different words",
    "low",
    "repeat repetit monoton 重复 单调",
    percent=True,
)
def vocabulary(output: Output, _: dict[str, Any]) -> float:
    own = words(output.text)
    return len(set(own)) / len(own) if own else 0.0


@register("invalid JSON", "JSON faults", "high", "json parse valid schema key field 解析 字段")
def invalid_json(output: Output, _: dict[str, Any]) -> float | None:
    text = _text(output).strip().removeprefix("```json").removesuffix("```").strip()
    if not text.startswith(("{", "[")):
        return None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return 1.0
    return 0.0


@register("empty lines", "line breaks", "either", _FORMAT + " line 换行")
def line_breaks(output: Output, _: dict[str, Any]) -> float:
    return output.text.count("\n")
