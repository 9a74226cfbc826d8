"""The sentences of an answer, each beside the sentence of what it answers that is most like it.

Likeness is the share of a sentence's content words, the rarer the heavier, that the other sentence has too:
words by their beginnings in English, by pairs of characters in Chinese.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import re2

from labelcore.text.patterns import bytes_of
from labelcore.text.reading import han_share, names, numbers, sentences, words

_MOST = 300  # sentences of either text
_BEGINNING = 5
_TERMS = 3  # content words from which on a sentence is a claim
_OTHER_SCRIPT = 0.6
_COMMON = frozenset(
    "this that with from have been were will they them their there then than what when which would could "
    "should about into over such some only more most very your does just like".split()
)
_SMALL = frozenset(
    "a an the of and or to in on at for by is are was were be it its i we you he she they".split()
)
_ABOUT = frozenset(  # what answers say of what they answer
    "summa passa text artic menti provi descr state discu inclu addit detai infor accor sourc given also "
    "note conci speci overa follo docum 总结 摘要 原文 文中 提到 提供 描述 以下 信息 内容 包括".split()
)
_COMMON_HAN = frozenset("的了是在和有我您你们这那也就都与及为对以可会")
_NEGATED = re.compile(
    r"\b(?:not|no|never|none|without|nor|neither|cannot|refus\w*|den(?:y|ies|ied)|\w+n['’]t)\b"
    r"|不|没|未|无|别|勿|拒绝|否"
)
_NOT_NEGATED = re.compile(
    "不[过仅但论管错同少断久只]|未来|无[论疑]|[特分区级性类个]别|别[的人]|[是能可]否|否则"
    "|差不多|对不起|not only|no doubt"
)
_MAYBE_NEGATED = re2.compile(  # whatever the two find, and more
    r"(?i)\b(?:not|no|never|none|without|nor|neither|cannot|refus|den(?:y|ies|ied))|n['’]t|not only|no doubt"
    r"|[不没未无别勿否]|拒绝"
)
_DIGIT = re.compile(r"\d")
_NO_NUMBERS: frozenset[str] = frozenset()
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
)
_HAN_NAME = re.compile(
    rf"[小老][{_SURNAMES}]|[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?=先生|女士|小姐|经理|老师|医生|主任|师傅|同学|总监|教授|总)"
)
_SPEAKER = re.compile(r"(?:^|(?<=[\s.!?。！？]))([A-Z][a-z]{1,14}|[\u4e00-\u9fff]{1,3})[:：]")


class Claim(NamedTuple):
    """One sentence, and what can be held against another."""

    text: str
    terms: frozenset[str]
    numbers: frozenset[str]
    negated: bool

    @property
    def says_enough(self) -> bool:
        """Whether it has words enough to be compared."""
        return len(self.terms) >= _TERMS


class SentencePairs(NamedTuple):
    """``nearest`` gives for each answering sentence the number of the sentence most like it (-1: none is),
    ``likeness`` how like it is (0..1), ``new`` how many of its content words stand nowhere in what it
    answers; ``covered`` for each sentence answered to the share of its words that the answer has.
    """

    answer: tuple[Claim, ...]
    given: tuple[Claim, ...]
    nearest: tuple[int, ...]
    likeness: tuple[float, ...]
    new: tuple[float, ...]
    covered: tuple[float, ...]
    people: frozenset[str]


@lru_cache(maxsize=512)
def claims(text: str) -> tuple[Claim, ...]:
    """The sentences of a text, at most 300."""
    negated = _may_deny(text)
    return tuple(_claim(sentence, negated=negated) for sentence in sentences(text)[:_MOST])


def _claim(sentence: str, *, negated: bool) -> Claim:
    figures = numbers(sentence) if _DIGIT.search(sentence) else _NO_NUMBERS
    return Claim(sentence, _terms(sentence), figures, negated and negations(sentence) > 0)


def negations(sentence: str) -> int:
    """How often it says no."""
    if not _may_deny(sentence):
        return 0
    return len(_NEGATED.findall(_NOT_NEGATED.sub("", sentence.lower())))


def _may_deny(text: str) -> bool:
    """Most texts do not, which is seen sooner than how often."""
    return _MAYBE_NEGATED.search(bytes_of(text)) is not None


def _terms(sentence: str) -> frozenset[str]:
    tokens = words(sentence)
    latin = {
        word[:_BEGINNING]
        for word in tokens
        if len(word) > 3 and word.isascii() and not word.isdigit() and word not in _COMMON
    }
    if sentence.isascii():
        return frozenset(latin)
    han = [word if _is_han(word) else "" for word in tokens]
    return frozenset(latin | {a + b for a, b in pairwise(han) if a and b})


def _is_han(word: str) -> bool:
    return "\u3400" <= word <= "\u9fff" and len(word) == 1 and word not in _COMMON_HAN


@lru_cache(maxsize=256)
def pairing(answer: str, source: str) -> SentencePairs | None:
    """The two texts beside each other; None where one says nothing or they are in different scripts."""
    ours, theirs = claims(answer), claims(source)
    if not ours or not theirs or abs(han_share(answer) - han_share(source)) > _OTHER_SCRIPT:
        return None
    index = _Index.of(theirs)
    pairs = [index.nearest(claim) for claim in ours]
    every = frozenset().union(*(claim.terms for claim in ours))
    return SentencePairs(
        ours,
        theirs,
        tuple(near for near, _ in pairs),
        tuple(like for _, like in pairs),
        tuple(_size(claim.terms - index.terms - _ABOUT) for claim in ours),
        tuple(_share(claim.terms & every, claim.terms) for claim in theirs),
        _people(answer, source),
    )


def _people(answer: str, source: str) -> frozenset[str]:
    """The names in both, in small letters."""
    speakers = (
        {name.lower() for name in _SPEAKER.findall(source)} if ":" in source or "：" in source else set()
    )
    both = source + answer
    han = set() if both.isascii() else set(_HAN_NAME.findall(both))
    return frozenset(names(source) | names(answer) | speakers | han)


def _share(part: frozenset[str], whole: frozenset[str]) -> float:
    return len(part) / len(whole) if whole else 0.0


def _size(terms: frozenset[str]) -> float:
    """How many words they are: a Chinese word is about two pairs of characters."""
    latin = sum(term.isascii() for term in terms)
    return latin + (len(terms) - latin) / 2


class _Index(NamedTuple):
    """What is answered to by its terms: ``places`` of each, its ``rarity``; ``lengths`` of the sentences."""

    terms: frozenset[str]
    places: Mapping[str, Sequence[int]]
    rarity: Mapping[str, float]
    lengths: Sequence[float]
    unknown: float

    @classmethod
    def of(cls, claims: Sequence[Claim]) -> _Index:
        """From at least one sentence."""
        places: dict[str, list[int]] = defaultdict(list)
        for at, claim in enumerate(claims):
            for term in claim.terms:
                places[term].append(at)
        logs = [math.log(1 + len(claims) / rows) for rows in range(1, len(claims) + 1)]
        rarity = {term: logs[len(rows) - 1] for term, rows in places.items()}
        lengths = [math.sqrt(1 + len(claim.terms)) for claim in claims]
        return cls(frozenset(places), places, rarity, lengths, math.log(1 + len(claims)))

    def nearest(self, claim: Claim) -> tuple[int, float]:
        """The sentence that shares most for its length, and the share of the claim's words in it."""
        shared: dict[int, float] = defaultdict(float)
        shared_terms, whole = sorted(claim.terms & self.terms), 0.0  # sorted: always summed alike
        for term in shared_terms:
            whole += self.rarity[term]
            for at in self.places[term]:
                shared[at] += self.rarity[term]
        if not shared:
            return -1, 0.0
        best = max(shared, key=lambda at: (shared[at] / self.lengths[at], -at))
        return best, shared[best] / ((len(claim.terms) - len(shared_terms)) * self.unknown + whole)


_DAY = re2.compile(
    r"(?i)\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:january|february|march|april|june|july|august"
    r"|september|october|november|december)\b|\b(?:today|tomorrow|yesterday|tonight|noon|midnight)\b"
    r"|(?:周|星期|礼拜)[一二三四五六日天]|今天|明天|昨天|后天|前天|今晚|上午|下午|中午|晚上|[上下本]周|[上下本]个?月"
)
_AROUND = 4  # words


def days(text: str) -> set[str]:
    """Weekdays, months and days by name, in one spelling."""
    names_of_days = {day.decode().lower().removesuffix("s") for day in _DAY.findall(bytes_of(text))}
    return {re.sub("星期|礼拜", "周", day).replace("天", "日") for day in names_of_days}


@lru_cache(maxsize=512)
def beside_numbers(text: str) -> dict[str, set[str]]:
    """For each number the beginnings of the words around it."""
    around_number: dict[str, set[str]] = defaultdict(set)
    text_words = words(text)
    for at in [at for at, word in enumerate(text_words) if word[0].isdigit()]:
        word, around = text_words[at], text_words[max(0, at - _AROUND) : at + _AROUND + 1]
        around_number[word] |= {
            other[:_BEGINNING] for other in around if other != word and other not in _SMALL
        }
    return dict(around_number)


_UNIT = re2.compile(
    r"(?i)(\d[\d.,:]*)[ -]?(%|percent|°c|°f|degrees?|mm|cm|km|m|inch(?:es)?|feet|foot|ft|miles?|yards?"
    r"|mg|g|kg|grams?"
    r"|kilograms?|kilos?|tons?|tonnes?|lbs?|pounds?|oz|ounces?|ml|l|lit(?:re|er)s?|gallons?|cups?|mb|gb|tb"
    r"|w|watts?|kwh|volts?|hz|seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|decades?"
    r"|euros?|eur|usd|dollars?|gbp|yen|rmb|yuan|cents?|francs?|hundred|thousand|million|billion"
    r"|pieces?|boxes|bottles?|pages?|people|persons?|times"
    r"|[毫厘分千公]?[米克升]|公里|公斤|英[里寸尺]|吨|斤|度|瓦|伏|页|[秒天周年月]|个[月]|分钟|小时|万?[元块]|美元|欧元|英镑"
    r"|日元|[百千万亿]|[人名位件个箱瓶次本台条])(?:\b|[^a-z0-9]|$)"
)
_SIGN = re2.compile(r"([$€£¥])\s?(\d[\d.,]*)")


@lru_cache(maxsize=512)
def units(text: str) -> dict[str, set[str]]:
    """For each number the units that stand with it, in small letters and the singular."""
    units_of: dict[str, set[str]] = defaultdict(set)
    if not _DIGIT.search(text):
        return units_of
    plain = bytes_of(text)
    pairs = _UNIT.findall(plain) + [(number, sign) for sign, number in _SIGN.findall(plain)]
    for number, unit in pairs:
        key = number.decode().rstrip(".,:").replace(",", "")
        units_of[key].add(unit.decode().lower().removesuffix("s"))
    return dict(units_of)
