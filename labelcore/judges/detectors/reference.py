"""Classic scorers: how close an output is to its reference, and what it means to its input.

All are None where an output has no reference. Texts are cut at 20,000 characters, because comparing
grows faster than the texts.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Any

from labelcore.judges.detectors.base import register
from labelcore.judges.detectors.grounding import source
from labelcore.models import Output
from labelcore.text.embedding import similarity
from labelcore.text.reading import han_share, words

_LONGEST = 20_000
_FAR = (
    "reference expected gold differ deviat mismatch match same answer correct wrong "
    "参考 标准答案 不一致 不符 不同 偏离 答案 错误"
)
_MEANING = "meaning sense similar paraphrase 意思 含义 相似 "


def _pair(output: Output) -> tuple[str, str] | None:
    """The output and its reference, cut, or None where there is no reference."""
    reference = output.reference.strip()
    return (output.text[:_LONGEST], reference[:_LONGEST]) if reference else None


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@register("no exact match", "mismatches with its reference", "high", _FAR, needs="reference")
def exact(output: Output, _: dict[str, Any]) -> float | None:
    pair = _pair(output)
    return float(_normal(pair[0]) != _normal(pair[1])) if pair else None


@register("fuzzy match", "fuzzy match with its reference", "low", _FAR, percent=True, needs="reference")
def fuzzy(output: Output, _: dict[str, Any]) -> float | None:
    pair = _pair(output)
    if pair is None:
        return None
    from rapidfuzz import fuzz

    return float(fuzz.ratio(_normal(pair[0]), _normal(pair[1]))) / 100


@register("BLEU", "BLEU against its reference", "low", _FAR, percent=True, needs="reference")
def bleu(output: Output, _: dict[str, Any]) -> float | None:
    pair = _pair(output)
    if pair is None:
        return None
    scorer = _bleu("zh" if han_share(pair[0] + pair[1]) > 0 else "13a")
    return float(scorer.sentence_score(pair[0], [pair[1]]).score) / 100


@register("chrF", "chrF against its reference", "low", _FAR, percent=True, needs="reference")
def chrf(output: Output, _: dict[str, Any]) -> float | None:
    pair = _pair(output)
    return float(_chrf().sentence_score(pair[0], [pair[1]]).score) / 100 if pair else None


@lru_cache(maxsize=2)
def _bleu(tokenizer: str) -> Any:
    """BLEU of one sentence (Papineni et al. 2002) as sacreBLEU counts it (Post 2018)."""
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(effective_order=True, tokenize=tokenizer)


@lru_cache(maxsize=1)
def _chrf() -> Any:
    """chrF2 on characters (Popović 2015), which needs no words and so reads Chinese as it is."""
    from sacrebleu.metrics.chrf import CHRF

    return CHRF()


@register("ROUGE-1", "ROUGE-1 against its reference", "low", _FAR, percent=True, needs="reference")
def rouge_1(output: Output, _: dict[str, Any]) -> float | None:
    """F1 of shared words (Lin 2004); a Chinese character is a word."""
    pair = _pair(output)
    if pair is None:
        return None
    shown, wanted = Counter(words(pair[0])), Counter(words(pair[1]))
    return _f1(sum((shown & wanted).values()), shown.total(), wanted.total())


@register("ROUGE-L", "ROUGE-L against its reference", "low", _FAR, percent=True, needs="reference")
def rouge_l(output: Output, _: dict[str, Any]) -> float | None:
    """F1 of the longest common subsequence of words (Lin 2004)."""
    pair = _pair(output)
    if pair is None:
        return None
    from rapidfuzz.distance import LCSseq

    shown, wanted = words(pair[0]), words(pair[1])
    return _f1(int(LCSseq.similarity(shown, wanted)), len(shown), len(wanted))


def _f1(shared: int, shown: int, wanted: int) -> float:
    return 2 * shared / (shown + wanted) if shown + wanted else 0.0


@register(
    "similar to the reference",
    "likeness in meaning to its reference",
    "low",
    _MEANING + _FAR,
    percent=True,
    needs="reference",
    embeds=True,
)
def like_reference(output: Output, _: dict[str, Any]) -> float | None:
    pair = _pair(output)
    return similarity(output.text, output.reference) if pair else None


@register(
    "similar to the input",
    "likeness in meaning to its input",
    "low",
    _MEANING + "off-topic irrelevant relevan topic question unrelated 跑题 无关 答非所问 离题",
    percent=True,
    embeds=True,
)
def like_input(output: Output, _: dict[str, Any]) -> float | None:
    given = source(output)
    return similarity(output.text, given) if given.strip() else None


def embedded_texts(output: Output) -> tuple[str, ...]:
    """The texts that the encoder reads for this output's likenesses, so that they can be kept."""
    return tuple(text for text in (output.text, output.reference, source(output)) if text.strip())
