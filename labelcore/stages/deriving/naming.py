"""What notes say: families of failures, words of the case, and from both the names of groups.

Families pull together notes that say the same in other words or another language ("too long", "太长了") and
give a group its plain name and statement.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from labelcore.arrays import Floats
from labelcore.stages.deriving.families import FAMILIES
from labelcore.text.reading import han_share, words

_NOT = (
    "not|no|never|nowhere|none|neither|without|doesn't|don't|didn't|isn't|wasn't|aren't|weren't|hasn't|"
    "haven't|cannot|can't"
)


def _pattern(terms: str) -> re.Pattern[str]:
    """What finds the English terms in lower-case words with a blank around each."""
    patterns = [
        re.escape(term)
        .replace(r"\*", r"[^ ]*")
        .replace(r"NOT\~", f"(?:{_NOT}) (?:[^ ]+ ){{0,4}}")
        .replace(r"\ ", " ")
        for term in terms.split("|")
    ]
    return re.compile(f"(?<= )(?:{'|'.join(patterns)})(?= )")


_TERMS = [
    (_pattern(english), chinese.split("|")) for english, chinese in (family.terms for family in FAMILIES)
]
_STOP = frozenset(
    (
        "a an and are as at be been but by can could did do does for from had has have he her his how i if "
        "in into is it its just more most much no nor not of on only or our out she should so some such than "
        "that the their them then there these they this those to too up very was we were what when where "
        "which who why will with would you your output answer response text summary sentence 的 了 是 在 和 "
        "有 我 他 她 它 们 这 那 也 就 都 而 及 与 着 或 一 个 不 没 很 太"
    ).split()
)
_VAGUE = frozenset(
    (
        "anybody anyone anything bad best better enough feel feels fine fix good great hm like liked make "
        "makes maybe need needs nice nobody off okay poor quite read reads really seem seems send sent "
        "somebody someone something somehow sure thing things think use used want way weird well work works "
        "wrong 感觉 觉得 问题 能发 会发 能用 好用 可以 东西 奇怪 怪怪 再看 看看 重写"
    ).split()
)
"""Words with which a note says that it fails the output, and not for what."""
LONGEST_NAME = 48
_MOST_WORDS = 8
_DOMINANT = 0.4
_SHORT_NOTE = 5
_SHARE = 0.75
_OFTEN, _FEW_GROUPS = 3, 0.5
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’\-]*")
_NAME_WORDS, _NAME_CHARACTERS = 2, 4  # a longer quote is a part of a sentence
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"]*\"|(?<!\w)'[^'\n]*'(?!\w)|(?<!\w)‘[^’\n]*’(?!\w)")
_NUMBER = r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_NO_NAME = "Answer Reply Response Summary Output Text Tone Style Format It This That OK Ok Good Clear".split()
_NAMED = rf"\b(?!(?:{'|'.join(_NO_NAME)})\b)[A-Z]\w+"
_CORRECTED = re.compile(
    rf"{_NAMED},? not {_NAMED}|\b{_NUMBER}(?: \w+)?,? not {_NUMBER}\b"
    r"|不是\s*\d[^，。；]*(?:，|而)?\s*是\s*\d|\d[^，。；]*(?:，|而)?\s*不是\s*\d"
)
"""A fact set right: "Lille not Lyon", "12 not 21 million"."""
_MODEL = re.compile(r"language models?|语言模型", re.IGNORECASE)
"""What speaks of a language model complains of no language."""
_FACTS = next(at for at, family in enumerate(FAMILIES) if family.name.english == "Wrong facts")
_FRAMES = (("A good output gives an expert no reason to say: ", "."), ("好的输出不应让专家指出：", "。"))
"""What stands around an expert's words in a statement, in English and in Chinese."""


@lru_cache(maxsize=16_384)
def family_scores(text: str) -> Floats:
    """How strongly a note speaks of each family, shape (len(FAMILIES),), unit length or zero; read-only."""
    said = _MODEL.sub(" ", without_quotes(text))
    padded, plain = f" {' '.join(words(said))} ", said.lower()
    counts = [
        len(set(english.findall(padded))) + sum(term in plain for term in chinese)
        for english, chinese in _TERMS
    ]
    if not any(counts) and _CORRECTED.search(said):
        counts[_FACTS] = 1
    scores = np.array(counts, dtype=float) / (float(np.linalg.norm(counts)) or 1)
    scores.flags.writeable = False
    return scores


def without_quotes(text: str) -> str:
    """A note without the sentences that it quotes of the output, which are no complaint; a word or two may
    name what is wrong. As it is where nothing is left.
    """
    plain = _QUOTED.sub(lambda quote: " " if _is_sentence(quote[0]) else quote[0], text)
    return plain if terms(plain) else text


def _is_sentence(quote: str) -> bool:
    return len(words(quote)) > (_NAME_CHARACTERS if han_share(quote) > 0.5 else _NAME_WORDS)


def terms(text: str) -> set[str]:
    """The words of a note that could name it: no stop words, no digits; pairs in Chinese."""
    tokens = words(text)
    latin = {word for word in tokens if word.isascii() and len(word) > 2 and word.isalpha()}
    pairs = itertools.pairwise(word if not word.isascii() and word not in _STOP else "" for word in tokens)
    return latin - _STOP | {first + second for first, second in pairs if first and second}


def case_words(texts: Sequence[str], sources: Sequence[str], groups: Sequence[str]) -> frozenset[str]:
    """Words of the case and not of quality: they would pull notes together by topic.

    In the notes they stand mostly where the note's output has them too (``sources[i]``), or they come
    back only in few source documents (``groups[i]``).
    """
    used: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    where: dict[str, set[str]] = {}
    total = len(set(groups))
    terms_of = {source: terms(source) for source in set(sources)}
    for text, source, group in zip(texts, sources, groups, strict=True):
        here = terms(text)
        used.update(here)
        inside.update(here & terms_of[source])
        for term in here:
            where.setdefault(term, set()).add(group)

    def of_the_case(term: str, count: int) -> bool:
        by_chance = total * (1 - (1 - 1 / total) ** count)  # documents that chance would put it into
        gathered = count >= _OFTEN and len(where[term]) <= _FEW_GROUPS * by_chance
        return not family_scores(term).any() and (inside[term] >= _SHARE * count or gathered)

    return frozenset(term for term, count in used.items() if of_the_case(term, count))


def without_case(text: str, case: frozenset[str]) -> str:
    """A note without the case's words; as it is where nothing would be left."""
    plain = _LATIN.sub(lambda match: "" if match[0].lower() in case else match[0], text)
    plain = " ".join(plain.split())
    return plain if terms(plain) else text


def telling_words(groups: Sequence[Sequence[str]], case: frozenset[str]) -> list[list[str]]:
    """For each group the words that it uses more than the others do (class-based TF-IDF)."""
    counts = [Counter(term for text in texts for term in terms(text) - case) for texts in groups]
    everywhere = Counter(term for count in counts for term in count)
    telling = []
    for group_counts, texts in zip(counts, groups, strict=True):
        score = {
            term: count / len(texts) * math.log(1 + len(groups) / everywhere[term])
            for term, count in group_counts.items()
        }
        telling.append(sorted(score, key=lambda term: (-score[term], term))[:_MOST_WORDS])
    return telling


def shortened(text: str) -> str:
    """A text as a name: cut behind a word, where it has words and is too long."""
    if len(text) <= LONGEST_NAME:
        return text
    cut = text[:LONGEST_NAME]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[LONGEST_NAME // 2 :] else cut[:-1]}…"


def family_of(text: str) -> int | None:
    """The number of the family that a note speaks of most, None where of none."""
    scores = family_scores(text)
    return int(scores.argmax()) if scores.any() else None


def in_chinese(texts: Sequence[str]) -> bool:
    """Whether most of the texts are in Chinese."""
    return 2 * sum(han_share(text) > 0.5 for text in texts) > len(texts)


def family_name(texts: Sequence[str]) -> str:
    """The name of the family of two in five notes, in their language; "" where there is none."""
    scores = np.array([family_scores(text) for text in texts])
    share = ((scores >= scores.max(axis=1, keepdims=True)) & (scores > 0)).mean(axis=0)
    return FAMILIES[share.argmax()].name[in_chinese(texts)] if share.max() >= _DOMINANT else ""


def label_of(texts: Sequence[str], typical: str, taken: set[str]) -> str:
    """A short label that nothing else has: the family's name, else the typical quote."""
    short, family = shortened(typical), family_name(texts) if len(texts) > 1 else ""
    labels = [label for label in (family, short, f"{family or 'again'}: {short}") if label]
    labels_taken = {label.casefold() for label in taken}
    return next(
        (label for label in labels if label.casefold() not in labels_taken), f"{short} ({len(taken) + 1})"
    )


def name_of(note: str, case: frozenset[str]) -> str:
    """A typical note of no family as the name of what it says: one that is short, says something and names
    nothing of its case; else "", and a person has to say it.
    """
    vocabulary = terms(note)
    return note if vocabulary - _VAGUE and len(words(note)) <= _SHORT_NOTE and not vocabulary & case else ""


def statement_of(quote: str, *, marked: bool = False) -> str:
    """A criterion's wording from a quote: what an expert would object to, or words that were ``marked``."""
    quote = quote.strip().rstrip(".。")
    chinese = han_share(quote) > 0.5
    if marked:
        return (
            f"好的输出里没有这样的话：“{quote}”。"
            if chinese
            else f"A good output has no words like: “{quote}”."
        )
    opening, end = _FRAMES[chinese]
    return f"{opening}“{quote}”{end}"


def quoted_in(statement: str) -> str:
    """A statement without the words that `statement_of` puts before what an expert said."""
    opening = next((opening for opening, _ in _FRAMES if statement.startswith(opening)), "")
    return statement.removeprefix(opening)
