"""How close an output is to its reference (None where it has none), and what it means to its input. Texts
are cut at 20,000 characters, because comparing grows faster than the texts.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from labelcore.judges.detectors import Bad, register
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
_TOPIC = "off-topic irrelevant relevan topic question unrelated 跑题 无关 答非所问 离题"
_LIKE = {"percent": True, "embeds": True}


def _scored(name: str, quantity: str, bad: Bad = "low") -> Callable[[Callable[[str, str], float]], None]:
    """Register a score of an output and its reference, both cut."""

    def add(score: Callable[[str, str], float]) -> None:
        def feature(output: Output, _: dict[str, Any]) -> float | None:
            reference = output.reference.strip()
            return score(output.text[:_LONGEST], reference[:_LONGEST]) if reference else None

        register(name, quantity, bad, _FAR, percent=bad == "low", needs="reference")(feature)

    return add


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@_scored("no exact match", "mismatches with its reference", "high")
def exact(text: str, reference: str) -> float:
    return float(_normal(text) != _normal(reference))


@_scored("fuzzy match", "fuzzy match with its reference")
def fuzzy(text: str, reference: str) -> float:
    from rapidfuzz import fuzz

    return float(fuzz.ratio(_normal(text), _normal(reference))) / 100


@_scored("BLEU", "BLEU against its reference")
def bleu(text: str, reference: str) -> float:
    scorer = _bleu("zh" if han_share(text + reference) > 0 else "13a")
    return float(scorer.sentence_score(text, [reference]).score) / 100


@lru_cache(maxsize=2)
def _bleu(tokenizer: str) -> Any:
    """BLEU of one sentence (Papineni et al. 2002) as sacreBLEU counts it (Post 2018)."""
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(effective_order=True, tokenize=tokenizer)


@_scored("chrF", "chrF against its reference")
def chrf(text: str, reference: str) -> float:
    """chrF2 on characters (Popović 2015), which needs no words and so reads Chinese as it is."""
    from sacrebleu.metrics.chrf import CHRF

    return float(CHRF().sentence_score(text, [reference]).score) / 100


@_scored("ROUGE-1", "ROUGE-1 against its reference")
def rouge_1(text: str, reference: str) -> float:
    """F1 of shared words (Lin 2004); a Chinese character is a word."""
    here, there = Counter(words(text)), Counter(words(reference))
    return _f1((here & there).total(), here.total(), there.total())


@_scored("ROUGE-L", "ROUGE-L against its reference")
def rouge_l(text: str, reference: str) -> float:
    """F1 of the longest common subsequence of words (Lin 2004)."""
    from rapidfuzz.distance import LCSseq

    here, there = words(text), words(reference)
    return _f1(int(LCSseq.similarity(here, there)), len(here), len(there))


def _f1(shared: int, here: int, there: int) -> float:
    return 2 * shared / (here + there) if here + there else 0.0


@register(
    "similar to the reference",
    "likeness in meaning to its reference",
    "low",
    _MEANING + _FAR,
    needs="reference",
    **_LIKE,
)
def like_reference(output: Output, _: dict[str, Any]) -> float | None:
    return similarity(output.text, output.reference) if output.reference.strip() else None


@register("similar to the input", "likeness in meaning to its input", "low", _MEANING + _TOPIC, **_LIKE)
def like_input(output: Output, _: dict[str, Any]) -> float | None:
    text = source(output)
    return similarity(output.text, text) if text.strip() else None


def embedded_texts(output: Output) -> tuple[str, ...]:
    """The texts that the encoder reads for this output's likenesses, so that they can be kept."""
    return tuple(text for text in (output.text, output.reference, source(output)) if text.strip())
