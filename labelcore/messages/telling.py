"""Sentences from facts: each code has its words here, in English; the catalogue has the other languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import to_jsonable_python

from labelcore.messages.catalogue import (
    BETWEEN,
    calling,
    counted,
    field_words,
    judge_words,
    language,
    names_judge,
    paragraph,
    say,
    speaking,
)
from labelcore.messages.figures import rate_words
from labelcore.models import Fact, Noun
from labelcore.stats.rate import Rate
from labelcore.wording import Wording

Words = str | tuple[str, str]
"""What a fact says; two texts where it counts something (``n``), for one and for several."""

WORDS: dict[str, Words] = {"as_written": "{words}", "reason": "{why}", "because": "{why}."}


def learn(words: Mapping[str, Words]) -> None:
    """Know what to say for these codes."""
    if doubles := words.keys() & WORDS.keys():
        raise ValueError(f"two facts have the code {min(doubles)}")
    WORDS.update(words)


def sentence(facts: Fact | Iterable[Fact]) -> str:
    """A fact, or several one after the other, in the language spoken here."""
    several = (facts,) if isinstance(facts, Fact) else facts
    return paragraph(*map(_said, several))


def _said(fact: Fact) -> str:
    if not fact:
        return ""
    words, values = WORDS[fact.code], {name: _value(name, value) for name, value in fact.values.items()}
    text = say(words, **values) if isinstance(words, str) else counted(words[0], words[1], **values)
    return paragraph(text, sentence(fact.then)) if fact.then else text


def _value(name: str, value: Any) -> Any:
    if isinstance(value, Fact):
        return sentence(value)
    if isinstance(value, Rate):
        return rate_words(value)
    if isinstance(value, list | tuple):
        several = clauses if any(isinstance(part, Fact) for part in value) else listed
        return several(str(_value(name, part)) for part in value)
    if names_judge(value, name):
        return judge_words(value)
    if name == "sliced":
        return field_words(value)
    return say(value) if isinstance(value, Wording) or (name in {"why", "assumption"} and value) else value


def listed(names: Iterable[str]) -> str:
    """Names one after the other."""
    return BETWEEN[language()][1].join(names)


def clauses(parts: Iterable[str]) -> str:
    """Clauses one after the other."""
    return BETWEEN[language()][2].join(parts)


def sentences(facts: Iterable[Fact]) -> tuple[str, ...]:
    """Each of several facts as a separate sentence."""
    return tuple(sentence(part) for part in facts)


def document(report: Any) -> Any:
    """A report, or anything with facts in it, as plain JSON values with facts as English sentences."""
    with speaking("en"), calling(Noun()):
        return to_jsonable_python(_spoken(report), context={"sentence": sentence, "say": say}, fallback=str)


def _spoken(data: Any) -> Any:
    """Data whose sentences agree with their numbers, outside models, which say theirs themselves."""
    if isinstance(data, Mapping):
        return {key: _spoken(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_spoken(value) for value in data]
    return say(data) if isinstance(data, Wording) and data.values else data
