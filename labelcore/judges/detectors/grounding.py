"""Detectors that compare an output with what it answers: its input, context and conversation."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from labelcore.judges.detectors import register
from labelcore.models import Output
from labelcore.text.reading import content_words, fours, han_share, names, numbers, quotes, words

_INVENT = (
    "invent hallucinat fabricat made-up unsupported not-in source fact accura wrong incorrect false "
    "mention stated document 编造 捏造 虚构 不实 原文 没有提 未提 事实 错误 不准"
)
_OMIT = "miss omit lack forgot leave absent incomplete not-mention 遗漏 缺 漏掉 没有包含 忽略"
_COPY = "copy copied verbatim word-for-word parrot same-as 照抄 复制 原样 照搬"
_TOPIC = "off-topic irrelevant relevan topic question answer unrelated 跑题 无关 答非所问 离题"
_NUMBERS = " number price figure date amount percent 数字 价格 日期 金额"
_FIGURES = " number price figure date amount 数字 价格 日期"
_WHO = " name person who company brand 名字 人名 品牌"
_LANGUAGE = "language english chinese translat 语言 英文 中文 翻译"
_MIXED = "language mixed english chinese 中英 混杂 夹杂"


def source(output: Output) -> str:
    """Everything that the output answers, as one text."""
    if not output.context and not output.conversation:
        return output.input
    turns = "\n".join(turn.content for turn in output.conversation)
    return "\n".join(part for part in (output.input, output.context, turns) if part)


@register("new numbers", "numbers that are not in its input", "high", _INVENT + _NUMBERS)
def new_numbers(output: Output, _: dict[str, Any]) -> float | None:
    text = source(output)
    small = {str(k) for k in range(1, 11)}  # list marks and "two of three" are no claims
    return len(numbers(output.text) - numbers(text) - small) if text else None


@register("missing numbers", "share of its input's numbers left out", "high", _OMIT + _FIGURES, percent=True)
def missing_numbers(output: Output, _: dict[str, Any]) -> float | None:
    expected = numbers(source(output))
    return len(expected - numbers(output.text)) / len(expected) if expected else None


@register("new names", "names that are not in its input", "high", _INVENT + _WHO)
def new_names(output: Output, _: dict[str, Any]) -> float | None:
    text = source(output).lower()
    return sum(name not in text for name in names(output.text)) if text else None


@register(
    "missing names",
    "share of its input's names left out",
    "high",
    _OMIT + " name who 名字 人名",
    percent=True,
)
def missing_names(output: Output, _: dict[str, Any]) -> float | None:
    expected, text = names(source(output)), output.text.lower()
    return sum(name not in text for name in expected) / len(expected) if expected else None


@register(
    "quotes not in the input",
    "quotes that are not in its input",
    "high",
    _INVENT + " quote quotation 引用 引文",
)
def unfounded_quotes(output: Output, _: dict[str, Any]) -> float | None:
    text = source(output).lower()
    return sum(quote.lower() not in text for quote in quotes(output.text)) if text else None


@register(
    "new words",
    "share of content words that are not in its input",
    "high",
    _INVENT + " " + _TOPIC,
    percent=True,
)
def new_words(output: Output, _: dict[str, Any]) -> float | None:
    source_words, output_words = content_words(source(output)), content_words(output.text)
    return len(output_words - source_words) / len(output_words) if source_words and output_words else None


@register(
    "covered words", "share of its input's content words used", "low", _OMIT + " " + _TOPIC, percent=True
)
def covered_words(output: Output, _: dict[str, Any]) -> float | None:
    source_words, output_words = content_words(source(output)), content_words(output.text)
    return len(output_words & source_words) / len(source_words) if source_words else None


@register("copied", "share of five-word runs copied from its input", "high", _COPY, percent=True)
def copied(output: Output, _: dict[str, Any]) -> float | None:
    output_words, text = words(output.text), source(output)
    here = set(zip(*(output_words[start:] for start in range(5)), strict=False))
    if not here or len(words(text)) < 5:
        return None
    return len(here & _copies(output.text, text, text, 5)) / len(here)


@register("longest copy", "words copied from its input in one run", "high", _COPY)
def longest_copy(output: Output, _: dict[str, Any]) -> float | None:
    text, origin = output.text, source(output)
    if not words(origin):
        return None
    longest = 4 if _in_both(text, origin) else 0
    for size in (8, 16, 32, 64):
        if _copies(text, origin, text, size).isdisjoint(_copies(text, origin, origin, size)):
            break
        longest = size
    return longest


@lru_cache(maxsize=256)
def _in_both(text: str, origin: str) -> frozenset[str]:
    return frozenset(fours(text)).intersection(fours(origin))


def _copies(text: str, origin: str, of: str, size: int) -> set[tuple[str, ...]]:
    """Those runs of so many words of one of the two texts that begin with four words of both."""
    both, tokens = _in_both(text, origin), words(of)
    starts = [at for at, four in enumerate(fours(of)) if four in both] if both else []
    return {tokens[at : at + size] for at in starts if at + size <= len(tokens)}


@register("other language", "difference in script from its input", "high", _LANGUAGE, percent=True)
def other_language(output: Output, _: dict[str, Any]) -> float | None:
    text = output.input or source(output)
    return abs(han_share(output.text) - han_share(text)) if text else None


@register("mixed script", "mix of scripts", "high", _MIXED, percent=True)
def mixed_script(output: Output, _: dict[str, Any]) -> float:
    share = han_share(output.text)
    return 4 * share * (1 - share)


@register("names", "names", "either", "name person who people identif privacy anonym pii 姓名 人名 名字 隐私")
def name_count(output: Output, _: dict[str, Any]) -> float:
    return len(names(output.text))
