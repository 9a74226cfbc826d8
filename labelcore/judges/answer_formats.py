"""How a judge's answer in a model's words is read: a field of JSON, a word, a score, or a pattern.

What has not the form that the prompt asks for is malformed, and asked again; it is never guessed.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import not_
from typing import Any, Literal

import re2
from pydantic import Field, FiniteFloat, field_serializer, field_validator, model_validator

from labelcore.llm.protocol import FreeText
from labelcore.models import Frozen, VerdictValue
from labelcore.text.reading import well_formed

FormatKind = Literal["json", "first_word", "last_word", "score", "pattern"]
_LONGEST = 60_000
_LONGEST_REASON = 600
_MOST_OBJECTS = 40
_LONGEST_DICT = 4_000
_QUOTED_BRACES, _BRACES = re.compile(r"\\[\s\S]|[{}'\"]"), re.compile(r"[{}]")
_BEGUN, _DOUBLED = re.compile(r"\{\s*['\"]"), re.compile(r"\{\s*\{")
_REASONS = (
    *("reason", "reasoning", "explanation", "rationale", "feedback", "critique", "justification", "analysis"),
    *("理由", "原因", "解释", "说明", "分析"),
)
_THOUGHTS = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"\A\s*```[^\n`]{0,12}\n(.*?)\n?\s*```\s*\Z", re.DOTALL)
TICKS, CROSSES = "✅✓✔☑👍🟢🟩√", "❌✗✘✖✕☒👎🔴🟥×"
"""Marks that stand for yes and for no; what may stand behind one makes it look different, no more."""
_MARKS = TICKS + CROSSES
_LOOKS = "\ufe0e\ufe0f\u200d🏻🏼🏽🏾🏿"
_DRESS = f" \t\r\n*_`\"'“”‘’「」『』()（）[]【】<>.。!！,，;；:：#~{_LOOKS}"
_PREFIX = re.compile(
    r"\A[\s*_`\"'#>\[(（【\-]{0,8}[^\W\d]\w{0,20}(?: \w{1,20}){0,2}[\s*_`\"'\])）】]{0,6}[:：]"
)
_NUMBER = r"[-+]?\d{1,12}(?:\.\d{1,12})?"
_OUT_OF = rf"(?:\s*(?:/|out of)\s*(?P<most>{_NUMBER}))?"
_SCORED = re.compile(
    r"(?:scores?|rating|grade|评分|得分|分数|打分)(?:\s*[(（][^)）\n]{1,30}[)）])?[\s\"'*_`]{0,6}"
    rf"(?:is|of|[:：=为是])?[\s\"'*_`\[【]{{0,6}}(?P<number>{_NUMBER})(?![\d.]|\s*(?:[-–~到至]|to)\s*\d){_OUT_OF}",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"(?P<number>{_NUMBER}){_OUT_OF}(?:\s*分)?", re.IGNORECASE)
_GAPS = re.compile(r"[\s_\-]+")
ASSENT = frozenset("yes y true 1 是 对 有 はい".split()) | {*TICKS}
DISSENT = frozenset("no n false 0 否 不是 错 不对 没有 无 いいえ".split()) | {*CROSSES}
"""Words that say yes and no to the question, whatever it is about: "yes" may well fail."""
_CLEAR = frozenset(
    "yes no y n pass fail passed failed true false "
    "是 否 对 错 通过 不通过 未通过 合格 不合格 はい いいえ".split()
) | {*TICKS, *CROSSES}
"""Words that decide whatever follows them: "factual errors" is not "factual", "yes it is" is "yes"."""
_LETTER = re.compile(r"\A[\s*_`\"'(\[]{0,6}([^\W_])[)\].:](?=\s|\Z)")
"""The letter before the words of an option: ``(B) Part of it is right.``"""
_BEHIND = re.compile(rf"[ \t*_`\"'{_LOOKS}]*[{_MARKS}]+")
_GOES_ON = re.compile(r"[ \t]+(?!because\b|since\b|as\b)\w", re.IGNORECASE)


def is_none(value: object) -> bool:
    """Whether a field is left out of what is written."""
    return value is None


class AnswerFormat(Frozen):
    """What an answer looks like, and which answers pass; where there is none, it is labelcore's JSON.

    ``json``: the value of ``field``, a path with dots; ``pattern``: the only group of a regular expression
    (RE2). Words are compared whole, in any case. Without words it is a number, from ``low`` to ``high``, that
    passes from ``threshold`` on (to it, where not ``higher_passes``); without a threshold it decides nothing.
    ``scores``: the words that stand for numbers, with these.
    """

    kind: FormatKind
    field: str = Field(default="", max_length=200, exclude_if=not_)
    pattern: str = Field(default="", max_length=400, exclude_if=not_)
    passes: tuple[str, ...] = Field(default=(), exclude_if=not_)
    fails: tuple[str, ...] = Field(default=(), exclude_if=not_)
    abstains: tuple[str, ...] = Field(default=(), exclude_if=not_)
    low: float | None = Field(default=None, exclude_if=is_none)
    high: float | None = Field(default=None, exclude_if=is_none)
    threshold: float | None = Field(default=None, exclude_if=is_none)
    higher_passes: bool = Field(default=True, exclude_if=bool)
    scores: tuple[tuple[str, FiniteFloat], ...] = Field(default=(), max_length=40, exclude_if=not_)

    @field_validator("scores", mode="before")
    @classmethod
    def _in_pairs(cls, scores: Any) -> Any:
        return tuple(scores.items()) if isinstance(scores, Mapping) else scores

    @field_serializer("scores")
    def _as_mapping(self, scores: tuple[tuple[str, float], ...]) -> dict[str, float]:
        return dict(scores)

    @field_validator("pattern")
    @classmethod
    def _has_one_group(cls, pattern: str) -> str:
        if pattern and _compiled(pattern).groups != 1:
            raise ValueError("a pattern needs exactly one group")
        return pattern

    @property
    def numeric(self) -> bool:
        """Whether the answer is a number, or a word that stands for one."""
        return bool(self.scores) or not self.words

    @property
    def words(self) -> dict[str, VerdictValue]:
        """Each word, as it is compared, with what it means."""
        meanings: tuple[tuple[tuple[str, ...], VerdictValue], ...] = (
            (self.passes, "pass"),
            (self.fails, "fail"),
            (self.abstains, "abstain"),
        )
        return {plain(word): value for words, value in meanings for word in words}

    @property
    def numbers(self) -> dict[str, float]:
        """Each word that stands for a number, as it is compared, with that number."""
        return {plain(word): score for word, score in self.scores}

    @property
    def choices(self) -> tuple[str, ...]:
        """All words that an answer can be, as they are compared."""
        return (*self.words, *self.numbers)

    @property
    def form(self) -> type[FreeText]:
        """What a client fills from the text of an answer."""
        return _form(self)

    def read(self, text: str) -> AnswerReading:
        """What a text says; ValueError where it says nothing, or several things."""
        words, reason = _READERS[self.kind](self, _undressed(text))
        word, marks = _unmarked(self, words)
        verdict, score = self.words.get(plain(word)), None
        if verdict is None and not self.numeric:
            raise ValueError(f"{words[:40]!r} is none of {', '.join(self.choices)}")
        if verdict is None:
            score = self._number(word)
            if self.threshold is None:
                explanation = f"{score:g}, and no threshold. {reason}".strip()
                return AnswerReading(text=text, reason=explanation, score=score)
            good = score >= self.threshold if self.higher_passes else score <= self.threshold
            verdict = "pass" if good else "fail"
        if _contradicted(plain(word), verdict, marks):
            raise ValueError(f"the marks beside {word[:40]!r} contradict it")
        return AnswerReading(text=text, verdict=verdict, reason=reason, score=score)

    def score_of(self, text: str) -> float:
        """The number that a text gives, whatever the threshold; ValueError where it gives none."""
        return self._number(_unmarked(self, _READERS[self.kind](self, _undressed(text))[0])[0])

    def _number(self, word: str) -> float:
        """The number that a word stands for, or that stands there itself, within its range."""
        if self.scores:
            score = self.numbers.get(plain(word))
            if score is None:
                raise ValueError(f"{word[:40]!r} is none of {', '.join(self.choices)}")
            return score
        match = _ALONE.fullmatch(word.strip(_DRESS))
        if match is None:
            raise ValueError(f"{word[:40]!r} is no number")
        score, most = float(match["number"]), match["most"]
        if most is not None and self.high is not None and float(most) != self.high:
            raise ValueError(f"it is out of {most} where {self.high:g} was asked for")
        if (self.low is not None and score < self.low) or (self.high is not None and score > self.high):
            raise ValueError(f"{score:g} is outside of its range")
        return score


class AnswerReading(FreeText):
    """An answer that was read: its verdict, its reason, and its score where it has one."""

    verdict: VerdictValue = "abstain"
    reason: str = ""
    score: float | None = None


@lru_cache(maxsize=256)
def _form(answer: AnswerFormat) -> type[FreeText]:
    class Written(AnswerReading):
        @model_validator(mode="before")
        @classmethod
        def _read(cls, value: Any) -> Any:
            if isinstance(value, dict) and "verdict" not in value:
                return answer.read(str(value.get("text", ""))).model_dump()
            return {"text": "", **value}

    return Written


def _unmarked(form: AnswerFormat, text: str) -> tuple[str, str]:
    """A word without the marks round it ("✅ PASS" is "PASS"), and these; as it is where words have some."""
    word = text.strip(_dress(form))
    marks = "".join(mark for mark in text.replace(word, "", 1) if mark in _MARKS)
    return (word, marks) if word and marks and _dress(form) != _DRESS else (text, "")


def _dress(form: AnswerFormat) -> str:
    """What may stand round a word and is no part of it: marks too, unless its words have some."""
    return _DRESS if set(_MARKS) & set("".join(form.choices)) else _DRESS + _MARKS


def _contradicted(word: str, verdict: VerdictValue, marks: str) -> bool:
    """Whether marks contradict each other, or the word and what it means: "❌ No" may well pass."""
    kinds = {mark in TICKS for mark in marks}
    if len(kinds) != 1 or verdict == "abstain":
        return len(kinds) > 1
    (good,) = kinds
    return good != (verdict == "pass") and word not in (ASSENT if good else DISSENT)


def _undressed(text: str) -> str:
    """An answer without thoughts, and without a code fence round the whole of it."""
    answer = _THOUGHTS.sub("", well_formed(text[:_LONGEST])).strip()
    fenced = _FENCE.match(answer)
    return fenced[1].strip() if fenced else answer


def plain(word: str) -> str:
    """A word as it is compared: lower case, with gaps in the place of marks."""
    return _GAPS.sub(" ", word.casefold().strip(_DRESS)).strip()


def _short(reason: str) -> str:
    reason = reason.strip()
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[: _LONGEST_REASON - 1]}…"


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        raise ValueError("the pattern cannot be read (RE2: no look-around, no back references)") from None


def _alone(values: Sequence[str]) -> str:
    """The one value that all of them are; ValueError where there is none, or several."""
    different = dict.fromkeys(plain(value) for value in values)
    if not different:
        raise ValueError("the answer has not the form that its prompt asks for")
    if len(different) > 1:
        raise ValueError(f"the answer says several things: {', '.join(different)[:80]}")
    return values[-1]


def _by_json(form: AnswerFormat, answer: str) -> tuple[str, str]:
    objects = [candidate for candidate in _objects(answer) if _at(candidate, form.field) is not None]
    value = _alone([_as_word(_at(candidate, form.field)) for candidate in objects])
    reasons = (_at(objects[-1], name) for name in _REASONS)
    return value, _short(next((reason for reason in reasons if isinstance(reason, str)), ""))


def _objects(answer: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in a text, outermost ones, in their order."""
    decoder, at = json.JSONDecoder(), 0
    for _ in range(_MOST_OBJECTS):
        at = answer.find("{", at)
        if at < 0:
            return
        try:
            document, at = decoder.raw_decode(answer, at)
        except (ValueError, RecursionError):
            document, at = _python_dict(answer, at)
        if document is not None:
            yield document


def _python_dict(answer: str, at: int) -> tuple[dict[str, Any] | None, int]:
    """The object that begins there as Python writes it (``{'score': 7}``), and where to read on: behind the
    whole of it, for what stands within an object that cannot be read is not the answer.
    """
    end = _closed(answer, at, _QUOTED_BRACES) or _closed(answer, at, _BRACES)
    if not end:
        return None, len(answer) if _BEGUN.match(answer, at) else at + 1
    try:
        document = ast.literal_eval(answer[at:end]) if end - at <= _LONGEST_DICT else None
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        document = None
    if isinstance(document, dict):
        return document, end
    return None, at + 1 if _DOUBLED.match(answer, at) and answer[end - 2] == "}" else end


def _closed(answer: str, at: int, marks: re.Pattern[str]) -> int:
    """Behind the brace that closes the one there, outside of quotes where these are marks; 0 without it."""
    depth, quote = 0, ""
    for match in marks.finditer(answer, at):
        mark = match[0]
        if quote or mark in "'\"":
            quote = "" if mark == quote else quote or mark
        elif mark in "{}":
            depth += 1 if mark == "{" else -1
            if not depth:
                return match.end()
    return 0


def _at(document: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(document, dict):
            return None
        fields = {str(key).casefold().strip(): value for key, value in document.items()}
        document = fields.get(name.casefold())
    return document


def _as_word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value) if isinstance(value, int | str) else json.dumps(value, ensure_ascii=False, default=str)


def _by_first_word(form: AnswerFormat, answer: str) -> tuple[str, str]:
    word, rest = _marked(form, answer)
    if not word and (prefix := _PREFIX.match(answer)):
        word, rest = _marked(form, answer[prefix.end() :])
    if not word:
        raise ValueError(f"the answer begins with none of {', '.join(form.choices)}")
    return word, _short(rest.lstrip(_DRESS))


def _marked(form: AnswerFormat, text: str) -> tuple[str, str]:
    """The word that a text begins with, with the marks before and behind it, and what follows."""
    head = text.lstrip(_dress(form))
    word, rest = _begins(form, head)
    behind = _BEHIND.match(rest) if word and _dress(form) != _DRESS else None
    marks = behind[0] if behind else ""
    return word and f"{text[: len(text) - len(head)]}{word}{marks}", rest.removeprefix(marks)


def _begins(form: AnswerFormat, text: str) -> tuple[str, str]:
    """The word that a text begins with, the longest, and what follows; "" without any, or with a choice."""
    for word in sorted(form.choices, key=len, reverse=True):
        pattern = r"[\s_\-]+".join(map(re.escape, word.split(" ")))
        if match := re.match(rf"{pattern}(?!\w)", text, re.IGNORECASE):
            rest = text[match.end() :]
            others = "|".join(re.escape(other) for other in form.choices if other != word)
            choice = re.match(rf"[\W_]*(?:/|\||\bor\b|或)[\W_]*(?:{others})(?!\w)", rest, re.IGNORECASE)
            other_words = word not in _CLEAR and _GOES_ON.match(rest)
            return ("", text) if other_words or (others and choice) else (word, rest)
    return "", text


def _by_last_word(form: AnswerFormat, answer: str) -> tuple[str, str]:
    lines = [line for line in answer.splitlines() if line.strip(_DRESS)]
    last = lines[-1].strip(_DRESS) if lines else ""
    tail = re.split(r"[:：]|\bis\b|是|为", last)[-1]
    words = form.choices
    for ending in (last, tail):
        word, marks = _unmarked(form, ending)
        if plain(word) in words:
            return ending, _short("\n".join(lines[:-1]))
        letter = _LETTER.match(word)
        if letter and plain(letter[1]) in words and not _names_another(letter, words):
            return f"{marks}{letter[1]}", _short(answer)
    raise ValueError(f"the answer ends with none of {', '.join(words)}")


def _names_another(letter: re.Match[str], words: Sequence[str]) -> bool:
    """Whether behind the letter of an option stands that of another one: "(A) is wrong, so B"."""
    rest = letter.string[letter.end() :]
    return any(plain(word) in words for word in re.findall(r"\b[A-Z0-9]\b", rest))


def _by_score(_: AnswerFormat, answer: str) -> tuple[str, str]:
    if _ALONE.fullmatch(answer.strip(_DRESS)):
        return answer.strip(_DRESS), ""
    scores = [match[0][match.start("number") - match.start() :] for match in _SCORED.finditer(answer)]
    lines = [line.strip(_DRESS) for line in answer.splitlines()]
    return _alone(scores or [line for line in lines if _ALONE.fullmatch(line)]), _short(answer)


def _by_pattern(form: AnswerFormat, answer: str) -> tuple[str, str]:
    captured = [match.group(1) or "" for match in _compiled(form.pattern).finditer(answer)]
    if form.choices:
        captured = [_marked(form, group)[0] or group for group in captured]
    return _alone(captured), _short(answer)


_READERS = {
    "json": _by_json,
    "first_word": _by_first_word,
    "last_word": _by_last_word,
    "score": _by_score,
    "pattern": _by_pattern,
}
