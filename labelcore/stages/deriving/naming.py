"""Names for groups of notes: a family's plain name, else what is typically said; and their words."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from labelcore.stages.deriving.families import FAMILIES, family_scores
from labelcore.text.reading import han_share, words

_STOP = frozenset(
    (
        "a an and are as at be been but by can could did do does for from had has have he her "
        "his how i if in into is it its just more most much no nor not of on only or our out "
        "she should so some such than that the their them then there these they this those to "
        "too up very was we were what when where which who why will with would you your output "
        "answer response text summary sentence "
        "的 了 是 在 和 有 我 他 她 它 们 这 那 也 就 都 而 及 与 着 或 一 个 不 没 很 太"
    ).split()
)
LONGEST_NAME = 48
_DOMINANT = 0.4
_FRAMES = (("A good output gives an expert no reason to say: ", "."), ("好的输出不应让专家指出：", "。"))
"""What stands around an expert's words in a statement, in English and in Chinese."""


def terms(text: str) -> set[str]:
    """The words of a note that could name it: no stop words, no digits; pairs in Chinese."""
    found = words(text)
    latin = {w for w in found if w.isascii() and len(w) > 2 and w not in _STOP and w.isalpha()}
    pairs = {
        a + b
        for a, b in itertools.pairwise(found)
        if not a.isascii() and not b.isascii() and a not in _STOP and b not in _STOP
    }
    return latin | pairs


def telling_words(
    groups: Sequence[Sequence[str]], case: frozenset[str] = frozenset(), limit: int = 8
) -> list[list[str]]:
    """For each group the words that it uses more than the others do (class-based TF-IDF).

    ``case`` are words of the graded outputs: they say what a note is about, not what is wrong.
    """
    counts = [Counter(term for text in texts for term in terms(text) - case) for texts in groups]
    everywhere = Counter(term for count in counts for term in count)
    found = []
    for counted, texts in zip(counts, groups, strict=True):
        score = {
            term: count / len(texts) * math.log(1 + len(groups) / everywhere[term])
            for term, count in counted.items()
        }
        found.append(sorted(score, key=lambda term: (-score[term], term))[:limit])
    return found


def family_of(texts: Sequence[str]) -> str | None:
    """The family that at least two in five notes speak of, if there is one."""
    scores = np.array([family_scores(text) for text in texts])
    share = (scores >= scores.max(axis=1, keepdims=True)) & (scores > 0)
    each = share.mean(axis=0)
    best = int(each.argmax())
    return list(FAMILIES)[best] if each[best] >= _DOMINANT else None


def shortened(text: str) -> str:
    """A text as a name: cut behind a word, where it has words and is too long."""
    if len(text) <= LONGEST_NAME:
        return text
    cut = text[:LONGEST_NAME]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[LONGEST_NAME // 2 :] else cut[:-1]}…"


def name_of(texts: Sequence[str], typical: str, taken: set[str]) -> str:
    """A short name that nothing else has: the family of failures, else the most typical quote."""
    short = shortened(typical)
    family = family_of(texts) if len(texts) > 1 else None
    names = [name for name in (family, short, f"{family or 'again'}: {short}") if name]
    known = {name.casefold() for name in taken}
    return next((name for name in names if name.casefold() not in known), f"{short} ({len(taken) + 1})")


def statement_of(quote: str, *, marked: bool = False) -> str:
    """A criterion's wording from the most central quote: what an expert would object to.

    ``marked``: the quote is words of an output, not of a note.
    """
    quote = quote.strip().rstrip(".。")
    if marked:
        chinese = han_share(quote) > 0.5
        return (
            f"好的输出里没有这样的话：“{quote}”。"
            if chinese
            else f"A good output has no words like: “{quote}”."
        )
    opening, end = _FRAMES[han_share(quote) > 0.5]
    return f"{opening}“{quote}”{end}"


def quoted_in(statement: str) -> str:
    """A statement without the words that `statement_of` puts before what an expert said."""
    for opening, _ in _FRAMES:
        if statement.startswith(opening):
            return statement[len(opening) :]
    return statement
