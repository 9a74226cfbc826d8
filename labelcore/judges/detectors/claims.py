"""Detectors that hold each sentence of an output against the sentence of its input that is most like it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import re2

from labelcore.judges.detectors import Bad, register
from labelcore.judges.detectors.grounding import source
from labelcore.models import Output
from labelcore.text.pairing import Claim, SentencePairs, beside_numbers, days, pairing, units
from labelcore.text.patterns import bytes_of
from labelcore.text.reading import LONGEST, words

_UNFOUNDED = (
    "invent hallucinat fabricat made-up unsupported not-in source fact accura wrong incorrect false mention "
    "stated document claim infer assum add 编造 捏造 虚构 不实 原文 没有提 未提 事实 错误 不准 添加 推断"
)
_AGAINST = (
    "contradict conflict inconsisten mix mistake swap confus opposite revers wrong incorrect false accura "
    "misread misstat error mismatch 矛盾 冲突 不一致 弄错 搞错 混淆 颠倒 写错 错误 不符 说反 写反 张冠李戴"
)
_LEFT_OUT = (
    "miss omit omission lack forgot leave left-out absent incomplete not-mention skip ignor cover "
    "遗漏 缺 漏 没有包含 忽略 没提 未提 没写 没有回答"
)
_DEGREE = re2.compile(
    r"(?i)\b(?:approximately|around|nearly|almost|roughly|over|more than|less than|under|at least|at most"
    r"|up to|only|mostly|entirely|all|every|some|many|several|most|few)\b"
    r"|大约|左右|将近|接近|几乎|超过|多于|不到|至少|最多|仅|全部|所有|大部分|多数|少数|部分"
)
_ALIKE = 0.3  # from here on two sentences speak of the same
_SAME = 0.5
_IN_HAN = 0.6  # pairs of characters repeat less than words
_COVERED = 0.25


def _held(
    name: str, quantity: str, bad: Bad, topics: str, *, percent: bool = False
) -> Callable[[Callable[[SentencePairs], float | None]], None]:
    """Register what can be said of an output beside its input."""

    def add(value: Callable[[SentencePairs], float | None]) -> None:
        def feature(output: Output, _: dict[str, Any]) -> float | None:
            pair = pairing(output.text[:LONGEST], source(output)[:LONGEST])
            return value(pair) if pair else None

        register(name, quantity, bad, topics, percent=percent)(feature)

    return add


def _alike(pair: SentencePairs, least: float = _ALIKE) -> Iterator[tuple[Claim, int]]:
    """The sentences that are like one of the input, with its number."""
    for claim, near, like in zip(pair.answer, pair.nearest, pair.likeness, strict=True):
        if near >= 0 and like >= (least if claim.text.isascii() else least * _IN_HAN) and claim.says_enough:
            yield claim, near


@_held("unheard words", "content words that are nowhere in its input", "high", _UNFOUNDED)
def unheard_words(pair: SentencePairs) -> float:
    return sum(pair.new)


@register(
    "new degrees",
    "words of degree (nearly, over, at least) that are not in its input",
    "high",
    _UNFOUNDED + " exact approximat vague degree exaggerat 程度 大约 准确",
)
def new_degrees(output: Output, _: dict[str, Any]) -> float | None:
    return _added(_degrees, output)


def _added(find: Callable[[str], set[str]], output: Output) -> float | None:
    """How much of what is found in the output is not found in its input."""
    text = source(output)
    return float(len(find(output.text) - find(text))) if text else None


def _degrees(text: str) -> set[str]:
    return {degree.decode().lower() for degree in _DEGREE.findall(bytes_of(text))}


@_held(
    "other numbers",
    "sentences with another number than the sentence of its input that is most like them",
    "high",
    _AGAINST + " number figure price date amount percent 数字 价格 日期 金额",
)
def other_numbers(pair: SentencePairs) -> float:
    near = ((claim, pair.given[at].numbers) for claim, at in _alike(pair))
    return float(sum(bool(there and claim.numbers - there) for claim, there in near))


@_held(
    "other names",
    "sentences with another name than the sentence of its input that is most like them",
    "high",
    _AGAINST + " name who person speaker attribut 名字 人名 谁",
)
def other_names(pair: SentencePairs) -> float:
    count = 0
    for claim, at in _alike(pair):
        here, there = (_people(sentence.text, pair.people) for sentence in (claim, pair.given[at]))
        count += bool(here and there and here.isdisjoint(there))
    return float(count)


def _people(sentence: str, people: frozenset[str]) -> set[str]:
    sentence_words = set(words(sentence))
    return {
        name
        for name in people
        if (sentence_words.issuperset(name.split()) if name.isascii() else name in sentence)
    }


@_held(
    "turned negations",
    "sentences that deny what a sentence of its input affirms, or affirm what it denies",
    "high",
    _AGAINST + " not deny negat 否定 相反",
)
def turned_negations(pair: SentencePairs) -> float:
    near = ((claim.negated, pair.given[at].negated) for claim, at in _alike(pair, _SAME))
    return float(sum(ours != theirs for ours, theirs in near))


@register(
    "numbers used otherwise",
    "numbers that stand beside other words than in its input",
    "high",
    _AGAINST + " number figure price amount unit quantity 数字 价格 金额 单位 数量",
)
def numbers_used_otherwise(output: Output, _: dict[str, Any]) -> float | None:
    there, here = beside_numbers(source(output)), beside_numbers(output.text)
    both = there.keys() & here.keys()
    return float(sum(there[number].isdisjoint(here[number]) for number in both)) if there else None


@register(
    "other units",
    "numbers with another unit than in its input",
    "high",
    _AGAINST + " unit measure currency 单位 币种",
)
def other_units(output: Output, _: dict[str, Any]) -> float | None:
    there, here = units(source(output)), units(output.text)
    both = there.keys() & here.keys()
    return float(sum(not here[number] <= there[number] for number in both)) if there else None


@register(
    "new days",
    "days or months that are not in its input",
    "high",
    _UNFOUNDED + " date day month when deadline 日期 时间 哪天",
)
def new_days(output: Output, _: dict[str, Any]) -> float | None:
    return _added(days, output)


@_held("longest gap", "share of its input left out in one stretch", "high", _LEFT_OUT, percent=True)
def longest_gap(pair: SentencePairs) -> float | None:
    sizes = [
        (share < _COVERED, len(claim.terms)) for share, claim in zip(pair.covered, pair.given, strict=True)
    ]
    whole = sum(size for _, size in sizes)
    if not whole:
        return None
    gaps = (
        sum(size for _, size in run) for left_out, run in groupby(sizes, key=lambda pair: pair[0]) if left_out
    )
    return max(gaps, default=0) / whole


@_held("sentences left out", "share of its input's sentences left out", "high", _LEFT_OUT, percent=True)
def sentences_left_out(pair: SentencePairs) -> float | None:
    shares = [share for share, claim in zip(pair.covered, pair.given, strict=True) if claim.says_enough]
    return sum(share < _COVERED for share in shares) / len(shares) if shares else None


@_held(
    "recurring words left out",
    "share of its input's recurring words left out",
    "high",
    _LEFT_OUT,
    percent=True,
)
def recurring_left_out(pair: SentencePairs) -> float | None:
    """Words of two sentences or more are what the input is about."""
    terms: set[str] = set()
    recurring: set[str] = set()
    for claim in pair.given:
        recurring |= terms & claim.terms
        terms |= claim.terms
    answered = frozenset().union(*(claim.terms for claim in pair.answer))
    return len(recurring - answered) / len(recurring) if recurring else None
