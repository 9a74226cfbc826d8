"""Prompts that only name what an output is: its language or topic, which are neither good nor bad."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from labelcore.judges.foreign_prompts.choices import QUOTE, asks_for_answer, options

_FAR = 60
_WORD = rf"[{QUOTE}]?[^\W_][\w\-]{{0,30}}[{QUOTE}]?"
_BARS = re.compile(rf"(?<![\w|])(?P<words>{_WORD}(?: ?\| ?{_WORD}){{1,11}})(?![\w|])")
"""``en|de|fr``, wherever it stands."""
_PLACE = re.compile(
    rf"^[ \t]*[\w ]{{1,24}}[:：][ \t]*[<\[(]?(?P<words>{_WORD}(?: ?/ ?{_WORD}){{1,11}})[>\])]?[ \t]*$",
    re.MULTILINE,
)
"""``Tone: formal/informal``."""
_OR = re.compile(
    r"(?:\b(?:as|into|between|either|is|answer|reply|respond|return|output|with|of)\b|[:：])[ \t]*[\[(]?"
    rf"(?P<words>{_WORD}(?:, ?{_WORD}){{0,10}},? (?:or|and) {_WORD})(?=[\])]?[ \t]*(?:[.,;:?\n]|$))",
    re.IGNORECASE,
)
_ONE_OF = re.compile(
    rf"\bone of[ \t]*[:：]?[ \t]*[\[(]?(?P<words>{_WORD}(?:, ?{_WORD}){{1,11}})", re.IGNORECASE
)
_HAN = re.compile(
    r"(?:输出|回答|返回|分为|归为|标为|判断为|选择)[：:]?\s*"
    r"(?P<words>\w{1,12}?(?:[、，,/]\s?\w{1,12}?){0,10}\s*(?:或者?|、)\s*\w{1,12}?)(?=[。，；\s]|$)"
)
_HEAD = re.compile(
    r"(?:\b(?:labels?|categories|class(?:es)?|intents?|topics?|languages?|options|tags?|"
    r"types?)\b[^\n:：.]{0,30}|(?:标签|类别|分类|意图|主题|语言|选项|类型)[^\n:：。]{0,10})[:：][ \t]*"
    r"(?:\n+(?P<lines>(?:[ \t]*[-*•][ \t]+[^\n]+(?:\n|\Z)){2,12})|(?P<line>[^\n⟨.]{3,200}))",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"^[ \t]*[-*•][ \t]+(?P<name>[^\n:：(（–—]{1,40}?)[ \t]*(?:[:：(（–—]|[ ]-[ ]|$)", re.MULTILINE
)
_BETWEEN = re.compile(r"\s*(?:[,，、|/]\s*(?:(?:or|and)\b|或)?|\b(?:or|and)\b|或者?)\s*", re.IGNORECASE)
_THING = (
    r"(?:languages?|intents?|intentions?|topics?|categor(?:y|ies)|sentiments?|emotions?|moods?|tones?|"
    r"domains?|genres?|departments?|subjects?|urgency|priority|persona|dialect)"
)
_UNASKED = r"(?:(?!\b(?:whether|if|how|does|do)\b)[^.\n?])"
"""Within what asks for a kind: a question stands behind these."""
_ONLY_LABELS = re.compile(
    r"\b(?:classif(?:y|ies)|categori[sz]e|detect|identify|label|tag|name|determine|recogni[sz]e|predict|tell|"
    rf"state|give|assign|return|what|which|infer)\b{_UNASKED}{{0,60}}\b{_THING}\b|"
    r"(?:判断|识别|检测|分类|标注|确定|说出)(?:(?!是否|如何|怎么)[^。\n]){0,30}(?:语言|语种|意图|主题|话题|类别|情感|情绪|语气|领域)"
    r"(?![^。，\n]{0,12}(?:是否|如何|怎么))",
    re.IGNORECASE,
)


def only_labels(text: str) -> bool:
    """Whether a prompt asks what kind of thing an output is."""
    return _ONLY_LABELS.search(text) is not None


def labels_offered(text: str, *, every: bool = False) -> tuple[str, ...]:
    """The labels between which a prompt lets choose, or the value of a field (``every``): ``"en" | "de"``; ()
    where it names none.
    """
    every = every or only_labels(text)
    return next((labels for labels, is_answer in _offered(text) if labels and (every or is_answer)), ())


def _offered(text: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Labels, and whether the words before them speak of the answer that is given."""
    for pattern in (_BARS, _PLACE, _ONE_OF, _OR, _HAN):
        for match in pattern.finditer(text):
            before = re.split(r"[.。\n]", text[max(0, match.start() - _FAR) : match.start("words")])[-1]
            yield _labels(_BETWEEN.split(match["words"])), asks_for_answer(before)
    for head in _HEAD.finditer(text):
        lines = head["lines"]
        names = [item["name"] for item in _ITEM.finditer(lines)] if lines else _BETWEEN.split(head["line"])
        yield _labels(names), False


def _labels(words: Sequence[str]) -> tuple[str, ...]:
    """The words where all of them are labels; () where one is a piece of a sentence."""
    labels = options([word.strip(f"{QUOTE}[]() \t.,") for word in words])
    is_label = (
        len(label.split()) < 4 and re.search(r"[^\W\d]", label) and "." not in label for label in labels
    )
    return labels if all(is_label) else ()
