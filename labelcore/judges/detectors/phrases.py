"""Phrases that failed (or passed) outputs share: mined from the grades, shrunk against chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcore.arrays import Bools, Floats, Ints
from labelcore.judges.detectors import register
from labelcore.models import Output
from labelcore.text.reading import words

_LONGEST = 3
_SHORTEST, _SHORTEST_CHINESE = 3, 2
_PRIOR = 0.5
_GROUPS = 3
_MOST = 8_000
_EMPTY = set(
    "a an and as at be by for from has have if in is it its more of on or that the their this to was were "
    "which will with your you i we are can not but they he she his her been also "
    "的 了 是 在 和 有 我 您 你 们 这 那 也 就 都 与 及 为 对 以 可 会 不 一 个 上 下 中".split()
)


@register("phrase", "uses of a given phrase", "either", "phrase wording 用词 措辞 说法", parameter="phrase")
def phrase_count(output: Output, parameters: dict[str, Any]) -> float:
    phrase = tuple(parameters["phrase"])
    text_words = words(output.text)
    count, after = 0, 0
    for _ in range(text_words.count(phrase[0])):
        after = text_words.index(phrase[0], after) + 1
        count += text_words[after - 1 : after - 1 + len(phrase)] == phrase
    return count


Phrase = tuple[str, ...]


def phrases_of(text: str) -> set[Phrase]:
    """All runs of one to three words of a text."""
    text_words = words(text)
    return {
        text_words[at : at + size]
        for size in range(1, _LONGEST + 1)
        for at in range(len(text_words) - size + 1)
    }


def written(phrase: Sequence[str]) -> str:
    """Its words as a text has them: Chinese ones without a blank."""
    text = "".join(phrase)
    return " ".join(phrase) if text.isascii() else text


def says_something(phrase: Phrase) -> bool:
    """Whether it has two Chinese characters or three letters besides empty words."""
    telling = "".join(word for word in phrase if word not in _EMPTY)
    return len(telling) >= (_SHORTEST if telling.isascii() else _SHORTEST_CHINESE)


@dataclass(frozen=True)
class Incidence:
    """Which outputs show which phrases: ``shown`` has shape (n outputs, p phrases)."""

    phrases: tuple[Phrase, ...]
    shown: Bools

    @classmethod
    def of(cls, outputs: Sequence[Output]) -> Incidence:
        """The 8,000 commonest phrases that say something and that outputs of at least three groups show."""
        groups: dict[Phrase, set[str]] = {}
        phrases = [phrases_of(output.text) for output in outputs]
        for output, output_phrases in zip(outputs, phrases, strict=True):
            for phrase in output_phrases:
                groups.setdefault(phrase, set()).add(output.group)
        common = [
            (len(sources), phrase)
            for phrase, sources in groups.items()
            if len(sources) >= _GROUPS and says_something(phrase)
        ]
        columns = tuple(phrase for _, phrase in sorted(common, reverse=True)[:_MOST])
        place = {phrase: at for at, phrase in enumerate(columns)}
        shown = np.zeros((len(outputs), len(columns)), dtype=bool)
        for row, output_phrases in enumerate(phrases):
            shown[row, [place[phrase] for phrase in output_phrases if phrase in place]] = True
        return cls(columns, shown)

    def best(self, rows: Ints, fails: Bools, limit: int) -> list[int]:
        """The phrases (column numbers) that tell failed from passed rows best, by the shrunk log odds ratio
        times the square root of how many rows show one, so that a rare one cannot win; none contains a better
        one.
        """
        if not self.phrases or not len(rows):
            return []
        uses = self.shown[rows]
        in_fails, in_passes = uses[fails].sum(axis=0), uses[~fails].sum(axis=0)
        score = np.abs(_log_odds(in_fails, fails.sum()) - _log_odds(in_passes, (~fails).sum()))
        order = np.argsort(-score * np.sqrt(in_fails + in_passes), kind="stable")
        return self.different(order[: 20 * limit], limit)

    def different(self, ranked: Ints, limit: int) -> list[int]:
        """The first ``limit`` of some ranked phrases of which none contains another."""
        columns: list[int] = []
        for column in ranked:
            phrase_words = set(self.phrases[int(column)])
            others = (set(self.phrases[other]) for other in columns)
            if not any(phrase_words <= other or other <= phrase_words for other in others):
                columns.append(int(column))
            if len(columns) == limit:
                break
        return columns


def _log_odds(count: Ints, size: int) -> Floats:
    return np.asarray(np.log((count + _PRIOR) / (size - count + _PRIOR)))
