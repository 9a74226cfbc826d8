"""Detectors of length, structure, format and completeness."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from labelcore.judges.detectors import Bad, register
from labelcore.models import Output
from labelcore.text.reading import LONGEST, fours, is_json, quotes, sentences, words

_LONG = "long length verbose wordy concise brief short rambl lengthy 太长 啰嗦 冗长 字数 简短 简洁 太短 篇幅"
_CUT = "cut truncat incomplete unfinished abrupt ends 截断 不完整 没写完 戛然 中断"
_READABLE = "sentence readab complex simple 易读 复杂"
_AGAIN = "repeat repetit redundan again same duplicate 重复 反复 雷同"
_FORMAT = "format markdown heading bullet list structure layout bold table 格式 标题 列表 排版 结构 加粗"
_BULLET = re.compile(r"^[ \t]*(?:[-*•·]|\d{1,3}[.)、])[ \t]+\S", re.M)
_ENDED = re.compile(r"[.!?。！？…\"”」』)\]}）】:：*|`>~]$")


def _text(output: Output) -> str:
    return output.text[:LONGEST]


def _counts(name: str, quantity: str, bad: Bad) -> Callable[[str, str], None]:
    """Register how often a pattern occurs."""

    def of(topics: str, pattern: str) -> None:
        find = re.compile(pattern, re.M).findall
        register(name, quantity, bad, topics)(lambda output, _: len(find(_text(output))))

    return of


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


@register("longest sentence", "words in its longest sentence", "high", _LONG + " sentence run-on hard 句子")
def longest_sentence(output: Output, _: dict[str, Any]) -> float:
    return max((len(words(part)) for part in sentences(output.text)), default=0)


@register("mean sentence", "words in a sentence on average", "high", _READABLE, whole=False)
def mean_sentence(output: Output, _: dict[str, Any]) -> float:
    return len(words(output.text)) / max(1, len(sentences(output.text)))


@register("length against input", "times the length of its input", "either", _LONG, whole=False)
def length_ratio(output: Output, _: dict[str, Any]) -> float | None:
    source = len(output.input) + len(output.context)
    return len(output.text) / source if source > 20 else None


_counts("bullets", "list items", "either")(_FORMAT + " item point 要点 条", _BULLET.pattern)
_counts("headings", "headings", "either")(_FORMAT, r"^[ \t]*#{1,6}[ \t]+\S")
_counts("bold", "bold phrases", "either")(_FORMAT, r"\*\*[^*\n]{1,200}\*\*")
_counts("tables", "table rows", "either")(_FORMAT, r"^[ \t]*\|.*\|[ \t]*$")
_counts("code fences", "code fences", "either")(_FORMAT + " code 代码", r"^[ \t]*```")
_counts("links", "links", "high")("link url website http 链接 网址", r"https?://|www\.|\]\(")
# Marks that a writer leaves in a draft; a model that repeats them has not finished its answer.
_counts("placeholders", "placeholders left in", "high")(
    "placeholder template bracket fill blank 占位 模板 未填",
    r"(?i)\[[A-Z][\w '/]{1,40}\]|\[(?:your|name|insert|link|date|company)[^\]\n]{0,40}\]|"
    r"\{\{?[\w ]{1,40}\}?\}|<[A-Z_ ]{3,30}>|\bX{3,}\b|\bTBD\b|\bTODO\b|lorem ipsum"
    r"|【[^】\n]{0,12}(?:姓名|名字|链接|日期)[^】\n]{0,12}】",
)


@register("unfinished", "signs of being cut off", "high", _CUT)
def unfinished(output: Output, _: dict[str, Any]) -> float:
    return 0.0 if _ENDED.search(_text(output).rstrip()) else 1.0


@register("repeated phrases", "share of repeated four-word phrases", "high", _AGAIN, percent=True)
def repeated_phrases(output: Output, _: dict[str, Any]) -> float:
    phrases = fours(output.text)
    return 1 - len(set(phrases)) / len(phrases) if phrases else 0.0


@register("repeated sentences", "sentences said twice", "high", "repeat repetit redundan duplicate 重复 反复")
def repeated_sentences(output: Output, _: dict[str, Any]) -> float:
    parts = [part.lower() for part in sentences(output.text) if len(part) > 8]
    return len(parts) - len(set(parts))


@register("vocabulary", "share of different words", "low", "repeat repetit monoton 重复 单调", percent=True)
def vocabulary(output: Output, _: dict[str, Any]) -> float:
    output_words = words(output.text)
    return len(set(output_words)) / len(output_words) if output_words else 0.0


@register("invalid JSON", "JSON faults", "high", "json parse valid schema key field 解析 字段")
def invalid_json(output: Output, _: dict[str, Any]) -> float | None:
    text = _text(output).strip().removeprefix("```json").removesuffix("```").strip()
    return float(not is_json(text)) if text.startswith(("{", "[")) else None


@register("empty lines", "line breaks", "either", _FORMAT + " line 换行")
def line_breaks(output: Output, _: dict[str, Any]) -> float:
    return output.text.count("\n")


_counts("empty fields", "fields without a value", "high")(
    _FORMAT + " empty blank none unknown n/a field fill missing 空 未填 未知 字段",
    r"(?i)[:：][ \t*]*(?:n/?a|none|null|unknown|not (?:mentioned|specified|provided|applicable|"
    r"available|stated|discussed)|unspecified|无|未知|不详|未提及|未说明|-)?[ \t.。*]*$",
)
_counts("fields", "lines with a label", "either")(
    _FORMAT + " field label key section 字段 标签 项", r"^[ \t]*(?:[-*•][ \t]+)?\**[^\W\d][^:：\n]{0,40}[:：]"
)
_counts("numbered items", "numbered items", "either")(
    _FORMAT + " number step 编号 步骤 序号", r"^[ \t]*\d{1,3}[.)、]"
)
_counts("nested items", "nested list items", "either")(
    _FORMAT + " nest indent sub 嵌套 缩进", r"^[ \t]{2,}(?:[-*•·]|\d{1,3}[.)、])[ \t]"
)


@register("longest line", "words in its longest line", "high", _LONG + " line item bullet 行 条")
def longest_line(output: Output, _: dict[str, Any]) -> float:
    return max((len(words(line)) for line in _text(output).splitlines()), default=0)


@register(
    "words in an item", "words in a list item on average", "either", _LONG + " item bullet 条", whole=False
)
def words_in_item(output: Output, _: dict[str, Any]) -> float | None:
    items = [line for line in _text(output).splitlines() if _BULLET.match(line)]
    return sum(len(words(line)) for line in items) / len(items) if items else None


@register("plain text", "words outside lists", "either", _FORMAT + " paragraph prose intro summary 段落 总结")
def words_outside_lists(output: Output, _: dict[str, Any]) -> float:
    prose = (line for line in _text(output).splitlines() if not _BULLET.match(line))
    return sum(len(words(line)) for line in prose)


_counts("markup", "HTML tags and stray markup", "high")(
    _FORMAT + " html tag markup escape 标签 乱码", r"(?i)</?[a-z][^<>\n]{0,80}>|&[a-z]{2,6};|\\[nt\"]|\ufffd"
)
_counts("speaker labels", "speaker labels", "high")(
    "speaker dialogue dialog conversation transcript role 对话 说话人 角色",
    r"(?i)^[ \t>*]*(?:user|assistant|system|human|ai|agent|customer|doctor|patient|speaker|interviewer|host|"
    r"q|a|客户|客服|用户|助手|医生|患者)\**[ \t]*\d*[:：]",
)


@register("quotation marks", "quotes", "either", "quote quotation verbatim cite 引号 引用 原话")
def quotation_marks(output: Output, _: dict[str, Any]) -> float:
    return len(quotes(output.text))


_counts("parentheses", "remarks in parentheses", "either")(
    "parenthes bracket aside 括号 备注", r"[(（][^()（）\n]{1,200}[)）]"
)
