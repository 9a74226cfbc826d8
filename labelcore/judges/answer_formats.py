"""How a judge's answer in a model's words is read: a field of JSON, a word, a score, or a pattern."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from labelcore.llm.protocol import FreeText
from labelcore.models import Frozen, VerdictValue

_LONGEST = 4000
_REASONS = ("reason", "reasoning", "explanation", "feedback", "rationale", "critique", "理由")
_JSON = re.compile(r"\{.*\}", re.S)
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_PLAIN = " \t\r\n*_`'\"“”‘’.,;:!?()[]【】。，；：！？"


class AnswerFormat(Frozen):
    """What an answer looks like, and which of its values pass.

    ``json``: the value of ``field``, a path with dots; ``first_word`` and ``last_word``; ``pattern``: the
    only group of a regular expression, at its last place. The value is one of ``passes`` or ``fails``, or a
    number that passes from ``threshold`` on (to it, where not ``higher_passes``).
    """

    kind: Literal["json", "first_word", "last_word", "pattern"]
    field: str = ""
    pattern: str = Field(default="", max_length=500)
    passes: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    threshold: float | None = None
    higher_passes: bool = True

    @field_validator("pattern")
    @classmethod
    def _has_one_group(cls, pattern: str) -> str:
        if pattern and re.compile(pattern).groups != 1:
            raise ValueError("a pattern needs exactly one group")
        return pattern

    @property
    def form(self) -> type[FreeText]:
        """What a client fills from the text of an answer."""
        return _form(self)

    def read(self, text: str) -> Reading:
        """What a text says; ValueError where it says nothing, or several things."""
        found, reason = self._value(text[:_LONGEST] if self.kind == "first_word" else text)
        value, score = self._decided(found)
        return Reading(text=text, verdict=value, reason=(reason or text.strip())[:600], score=score)

    def _value(self, text: str) -> tuple[object, str]:
        if self.kind == "json":
            return _at(_document(text), self.field)
        if self.kind == "pattern":
            found = re.findall(self.pattern, text)
            if not found:
                raise ValueError("the pattern is nowhere in the answer")
            return found[-1], ""
        words = text.split()
        if not words:
            raise ValueError("the answer is empty")
        return words[0 if self.kind == "first_word" else -1], ""

    def _decided(self, found: object) -> tuple[VerdictValue, float | None]:
        plain = str(found).strip(_PLAIN).casefold()
        for value, words in (("pass", self.passes), ("fail", self.fails)):
            if plain in {word.strip(_PLAIN).casefold() for word in words}:
                return ("pass" if value == "pass" else "fail"), None
        number = _NUMBER.fullmatch(plain)
        if self.threshold is None or not number:
            raise ValueError(f"'{plain[:40]}' is neither pass nor fail")
        score = float(number[0].replace(",", "."))
        good = score >= self.threshold if self.higher_passes else score <= self.threshold
        return ("pass" if good else "fail"), score


class Reading(FreeText):
    """An answer that was read: its verdict, its reason, and its score where it has one."""

    verdict: VerdictValue = "abstain"
    reason: str = ""
    score: float | None = None


@lru_cache(maxsize=256)
def _form(answer: AnswerFormat) -> type[FreeText]:
    class Written(Reading):
        @model_validator(mode="before")
        @classmethod
        def _read(cls, given: Any) -> Any:
            if isinstance(given, dict) and "verdict" not in given:
                return answer.read(str(given.get("text", ""))).model_dump()
            return {"text": "", **given}

    return Written


def _document(text: str) -> Any:
    found = _JSON.search(text)
    if not found:
        raise ValueError("there is no JSON in the answer")
    return json.loads(found[0])


def _at(document: Any, field: str) -> tuple[object, str]:
    value = document
    for name in field.split("."):
        if not isinstance(value, dict) or name not in value:
            raise ValueError(f"the answer has no field '{field}'")
        value = value[name]
    reason = next((document[name] for name in _REASONS if isinstance(document.get(name), str)), "")
    return value, reason
