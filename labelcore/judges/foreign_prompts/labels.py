"""Answers behind a label ("Verdict: PASS") that a prompt from elsewhere asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labelcore.judges.answer_formats import ASSENT, DISSENT, AnswerFormat, plain
from labelcore.judges.foreign_prompts import polarity
from labelcore.judges.foreign_prompts.choices import (
    QUOTE,
    asks_for_answer,
    first_choice,
    letters,
    main_choice,
)
from labelcore.judges.foreign_prompts.scales import NUMBER

SCORES = re.compile(r"score|rating|grade|overall|评分|得分|评级|总分|評点|評価|スコア|点数", re.IGNORECASE)
"""Labels and tags of a number."""
SHORT = r"([^\n]{1,60})"
_LABELS = (
    "final verdict|verdict|total rating|overall rating|label|final grade|grade|final decision|decision|"
    "judge?ment|classification|"
    "passed|correct|final answer|answer|result|final score|overall score|total score|score|final rating|"
    "rating|evaluation|conclusion|overall|最终结论|结论|判定结果|判定|评分结果|最终评分|总体评分|综合评分|"
    "总评分|评分|得分|判断|结果|评级|最終評価|総合評価|総合スコア|評価|評点|スコア|点数|結論"
)
_LABEL_LINE = re.compile(
    rf"(?:^|[\n\"'“`*(\[]|\b(?:end|finish|conclude)(?:ing)? with )[ \t]*(?P<label>{_LABELS})"
    rf"[*\"'`]{{0,3}}[ \t]*[:：][ \t]*(?P<rest>[^\n]{{1,400}})",
    re.IGNORECASE,
)
_LABELLED = r"(?P<label>[^\W\d][\w ]{0,24})[*_]{0,2}[:：] ?[*_]{0,2}(?P<word>[^\W\d][\w-]{0,24})"
_OR = rf"[{QUOTE}]?(?:,? (?:or|and) |、|\s?(?:或者?|还是|または)\s?)[{QUOTE}]?"
_NEXT_LINE = (
    r"[ \t]*[.,;，；]?[ \t]*\n+(?:[ \t]*(?:or|或者?)[ \t]*\n+|[ \t]*(?:or|或者?)\b)?[ \t]*[-*•]?[ \t]*"
)
_LABELLED_WORDS = re.compile(
    rf"(?:[{QUOTE}]|^[ \t]*[-*•]?[ \t]*|(?<=\bwith )|(?<=\bas )|(?<=\beither )){_LABELLED}"
    rf"(?:(?P<or>{_OR})|[{QUOTE}]?{_NEXT_LINE}[{QUOTE}]?)"
    rf"(?P=label)[*_]{{0,2}}[:：] ?[*_]{{0,2}}(?!(?P=word)\b)[^\W\d][\w-]{{0,24}}[*_]{{0,2}}"
    rf"(?=[{QUOTE}.,;，；。]|\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
"""``"FINAL: YES" or "FINAL: NO"``, beside each other or in lines one below the other."""
_PLACE_FOR_NUMBER = re.compile(
    rf"[<\[(（{QUOTE}]*\s*(?:{NUMBER}|number|score|rating|x|n|integer|float|decimal|数字|分数|整数|your)\b",
    re.IGNORECASE,
)
PLACE_FOR_WORD = re.compile(
    rf"[<\[(${QUOTE}]*\s*(?:letter|grade|verdict|label|choice|option|your)", re.IGNORECASE
)
PLACE_OF_LABEL = re.compile(rf"\b(?P<label>{_LABELS})[ \t]*[:：][ \t]*[\[<](?P=label)[\]>]", re.IGNORECASE)
_PLACE = re.compile(
    rf"(?:^|[\n,;，；])[ \t]*[-*\d.]{{0,3}}[ \t]*[*_]{{0,2}}(?P<label>[^\W\d][\w \-]{{1,30}}?)"
    rf"[*_]{{0,2}}[ \t]*[:：][ \t]*(?=[\[<(（{QUOTE}]*(?:(?P<word>[^\W\d_]{{1,20}}) ?[/|] ?[^\W\d_]{{1,20}}|"
    rf"{NUMBER} ?[-–~～] ?{NUMBER}(?=[\])>）{QUOTE}])|[01] ?[-–~～] ?(?:\d|10|100)(?!\d))"
    rf"(?:[\])>）{QUOTE}]|[ \t]{{0,9}}(?:\n|$)))"
)
"""A label with a place for a verdict or a score: ``Faithfulness: [Yes/No]``, ``Clarity: <1-5>``."""
_HEADED = re.compile(
    r"^#{1,6}[ \t]*(?P<label>[^\n:#⟨]{1,60}?)[ \t]*:?\n{1,2}[ \t]*[\[<](?P<place>[^\n⟨]{1,200})[\]>]",
    re.MULTILINE,
)
_EXPLAINS = re.compile(r"expla|justif|\bwhy\b|reason|理由|解释", re.IGNORECASE)
_OF_OPTIONS = re.compile(
    r"options?$|choices?$|answers?$|values?$|labels?$|words?$|formats?$|outputs?$|scale$|range$|ratings?$|"
    r"scores?$|one of$|选项$|取值$|格式$|范围$|输出$|回答$|评分$",
    re.IGNORECASE,
)
"""Labels of what may be answered, which an answer does not repeat."""


def by_label(text: str) -> AnswerFormat | None:
    """``GRADE: C``, ``Verdict: PASS or FAIL``, ``Score: <1-5>``: a label that the prompt gives a form of."""
    if both := next(filter(_is_asked, _LABELLED_WORDS.finditer(text)), None):
        label = re.escape(both["label"])
        found = re.findall(
            rf"(?i)\b{label}[*_]{{0,2}}[:：] ?[*_]{{0,2}}([^\W\d][\w-]{{0,24}})", text[both.start() :]
        )
        return _of_words(both["label"], tuple(dict.fromkeys(found)))
    lines = [match for match in _LABEL_LINE.finditer(text) if "⟨" not in match["rest"]]
    for line in reversed(lines):
        label, rest = line["label"], line["rest"]
        words = first_choice(rest)
        if not words and PLACE_FOR_WORD.match(rest):
            words = tuple(letters(text)) or first_choice(text)
        if words:
            return _of_words(label, words)
        if SCORES.search(label) and _PLACE_FOR_NUMBER.match(rest):
            return AnswerFormat(kind="pattern", pattern=labelled(label, r"(-?\d+(?:\.\d+)?)"))
    return _by_heading(text)


def _by_heading(text: str) -> AnswerFormat | None:
    """A heading with a place for one of some words below it: ``## Judgement``, ``[TRUE or FALSE]``."""
    for match in _HEADED.finditer(text):
        words = () if _EXPLAINS.search(match[0]) else first_choice(match["place"])
        if words:
            below = (
                rf"(?im)^#{{1,6}}\s*{re.escape(match['label'])}[^\n]*\n\s*[\[*_(]{{0,3}}([^\n\])*_]{{1,60}})"
            )
            return AnswerFormat(kind="pattern", pattern=below, passes=words)
    return None


def _is_asked(words: re.Match[str]) -> bool:
    """Whether two words behind a label are the answer's: between quotes with an "or", or in lines below one
    that speaks of the answer, where the prompt names no other words for it.
    """
    if words["or"]:
        return True
    before, behind = words.string[: words.start()], words.string[words.end() :]
    line = before[-200:].strip().rpartition("\n")[2]
    return asks_for_answer(line) and "⟨" not in line and not main_choice(f"{before}\n{behind}")


def each_label(text: str) -> list[str]:
    """The labels where a prompt asks for a verdict or a score on each of several things; [] for one."""
    labels = list(dict.fromkeys(label for label, _ in _places(text)))
    return labels if len(labels) > 1 else []


def by_place(text: str, words: tuple[str, ...]) -> AnswerFormat | None:
    """``Harmful: yes/no``: the place that the prompt gives these words behind some label."""
    found = (label for label, choice in _places(text) if choice and {*choice} == {*words})
    label = next(found, "")
    return _of_words(label, words) if label else None


def _places(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Label and words of every place for a verdict, () of words for a score."""
    for match in _PLACE.finditer(text):
        label = match["label"].strip()
        words = first_choice(text[match.start() :][:80]) if match["word"] else ()
        if bool(words) == bool(match["word"]) and not _OF_OPTIONS.search(label):
            yield label, words


def _of_words(label: str, words: tuple[str, ...]) -> AnswerFormat:
    return with_field(AnswerFormat(kind="pattern", pattern=labelled(label, SHORT), passes=words), label)


def with_field(answer: AnswerFormat, name: str) -> AnswerFormat:
    """Its words sorted where they assent to what the answer's name says of the output, or deny it."""
    good = polarity.field_means_pass(name) if name else None
    if good is None or not {plain(word) for word in answer.passes} <= ASSENT | DISSENT:
        return answer
    assents = tuple(word for word in answer.passes if plain(word) in ASSENT)
    denies = tuple(word for word in answer.passes if plain(word) in DISSENT)
    return answer.model_copy(
        update={"passes": assents if good else denies, "fails": denies if good else assents}
    )


def labelled(label: str, value: str) -> str:
    """The pattern of a value behind a label, however it is dressed."""
    remark = r"(?:\s*[(（][^)）\n]{1,30}[)）])?"
    begins = rf"(?im)(?:^|[\s*_#>\"']){re.escape(label)}{remark}[*_\"']{{0,3}}"
    return rf"{begins}\s*[:：][\s*_\"'\[(<（]{{0,6}}{value}"
