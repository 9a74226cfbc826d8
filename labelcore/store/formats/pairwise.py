"""Pairs of answers to one question: preference data sets, and comparisons by people or by judges."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from labelcore.store.formats.base import FileHead, Record, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    each,
    exchange,
    first,
    likeness,
    loaded,
    made,
    plain,
)
from labelcore.text.chats import turns
from labelcore.wording import Wording, in_chinese

_WRAPPINGS = ("", "data", "rows")
_STEMS = "output response answer completion generation conversation reply summary assistant".split()
_SIDES = (("1", "2", "3"), ("a", "b", "c"), ("0", "1", "2"))
_JOINS = ("_", "", " ", "-")
_PREFERRED = (
    ("chosen", "rejected"),
    ("preferred_output", "non_preferred_output"),
    ("chosen_response", "rejected_response"),
    ("response_chosen", "response_rejected"),
    ("preferred", "dispreferred"),
    ("human_ref_a", "human_ref_b"),
)
_SIDES_OF = {
    "chosen_response": ("chosen", "rejected"),
    "response_chosen": ("chosen", "rejected"),
    "human_ref_a": ("A", "B"),
}
_SHP = {"human_ref_A", "human_ref_B", "labels"}
_VOTED = {"score_A": "karma_A", "score_B": "karma_B"}
_MISSING = Wording("one of the two answers is missing")
_TRANSCRIPT = re.compile(r"\s*(Human|User):")
_NAMED = {"chosen", "preferred", "preferred_output"}
_MODELS = ("model", "generator", "model_name", "model_id", "source")
_VERDICTS = re.compile(
    r"(winner|preference|preferred|better|vote|choice|verdict|judge?ment|annotator|annotation|compar)",
    re.IGNORECASE,
)
_QUESTIONS = (
    "instruction prompt question query user_input user_query user_prompt input conversation context history"
).split()


class _Pair(NamedTuple):
    """The columns of both answers, and how they are told apart."""

    columns: tuple[str, str]
    sides: tuple[str, str]


def _pair(names: Sequence[str]) -> _Pair | None:
    """The two columns of answers; None where there are none, or more than two."""
    known = {name.lower(): name for name in reversed(names)}
    for one, other in _PREFERRED:
        if one in known and other in known:
            return _Pair((known[one], known[other]), _SIDES_OF.get(one, (one, other)))
    for stem, join, sides in itertools.product(_STEMS, _JOINS, _SIDES):
        one, other, third = (f"{stem}{join}{side}" for side in sides)
        if one in known and other in known and third not in known:
            return _Pair((known[one], known[other]), (sides[0], sides[1]))
    return None


def _is_pair(record: Record) -> bool:
    pair = _pair(list(map(str, record)))
    return pair is not None and all(plain(record.get(column)).strip() for column in pair.columns)


def _is_certain(record: Record) -> bool:
    """Whether more than the columns' names tells that two answers are compared: models, or a preference."""
    pair = _pair(list(map(str, record)))
    if pair is None or not _is_pair(record):
        return False
    beside = [str(name).lower() for name in record if name not in pair.columns]
    models = any(f"{stem}{join}{pair.sides[0]}" in beside for stem in _MODELS for join in _JOINS)
    is_known = pair.sides[0] in _NAMED or pair.columns[0].lower() in _SIDES_OF
    return is_known or models or any(map(_VERDICTS.search, beside))


def _recognise(head: FileHead) -> float:
    sure = likeness(_is_certain, *_WRAPPINGS, sure=0.9)(head)
    return max(sure, likeness(_is_pair, *_WRAPPINGS, sure=0.45)(head))


@tool(
    "pairwise",
    "Pairs of answers (preferences, arena)",
    get="Take the data set's JSON, JSON lines, CSV or Parquet as it is: two answers a row (chosen and "
    "rejected, response_a and response_b, output_1 and output_2) beside what they answer.",
    brings="Each of the two answers becomes an output; both are of one source, and their details say which "
    "of the two it is and what was preferred. A preference is no grade: the better one of two may still be "
    "bad.",
    recognise=_recognise,
)
@each(_is_pair, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """Two rows for each pair."""
    record = _told(record)
    pair = _pair(list(map(str, record)))
    asked = next((name for name in _QUESTIONS if record.get(name) not in (None, "", [])), "")
    task = next((name for name in ("input", "context") if record.get(name) and name != asked), "")
    system = next((name for name in ("system", "system_prompt") if isinstance(record.get(name), str)), "")
    name = plain(first(record, "id", "question_id", "prompt_id", "pair_id", "idx"))
    used = {asked, "messages", task, system}
    for place, (side, column) in enumerate(zip(pair.sides, pair.columns, strict=True) if pair else ()):
        parts = _said(_with(record.get(system), record.get(asked, "")), record.get(column))
        about = _about(record, pair, place) if pair else {}
        yield made(
            number,
            parts._replace(context=parts.context or plain(record.get(task))),
            id=f"{name}/{side}" if name else "",
            group=name,
            model=next((about.pop(word) for word in _of_models(record) if word in about), ""),
            details={key: value for key, value in about.items() if key not in used}
            | {"answer": f"{side} of two"},  # "rejected" alone would look like a grade
            trouble=_MISSING,
            raw=record,
        )


def _told(record: Record) -> Record:
    """A pair of Stanford's human preferences with the preferred side named: label 1 is the first.

    Its scores count votes, and grade nothing.
    """
    side = {"1": "A", "0": "B"}.get(plain(record.get("labels"))) if record.keys() >= _SHP else None
    rest = {_VOTED.get(key, key): value for key, value in record.items() if key != "labels"}
    return {**rest, "preferred": f"{side} of two"} if side else record


def _of_models(record: Record) -> Iterator[str]:
    """The names of models; the source of both answers is where the question comes from."""
    return (word for word in _MODELS if word != "source" or word not in record)


def _with(system: Any, asked: Any) -> Any:
    """A question with the system's words before it, where there are some."""
    if not isinstance(system, str) or not system.strip() or not isinstance(asked, str):
        return asked
    return {"messages": [{"role": "system", "content": system}, {"role": "user", "content": asked}]}


def _about(record: Record, pair: _Pair, place: int) -> dict[str, Any]:
    """What stands beside the answers; of what each of the two has a value for, just this one's."""
    names = [str(name) for name in record if name not in pair.columns]
    beside: dict[str, Any] = {}
    for name in names:
        twins = [_twin(name, pair.sides[at], pair.sides[1 - at]) for at in (0, 1)]
        of = next((at for at, (twin, _) in enumerate(twins) if twin in names), None)
        value = loaded(record.get(name))
        if of in (None, place):
            inner = _about(value, pair, place) if isinstance(value, dict) else record.get(name)
            beside[twins[place][1] if of == place else name] = inner
    return beside


def _twin(name: str, side: str, other: str) -> tuple[str, str]:
    """The other answer's column, and what both are called without the side; "" where it names none."""
    letter = "(?<=[a-z])" if side.isdecimal() else "(?<=[_ -])"
    for pattern in (rf"(?<=[_ -]){side}$", rf"{letter}{side}$", rf"^{side}(?=[_ -])"):
        if re.search(pattern, name):
            return re.sub(pattern, other, name), re.sub(pattern, "", name).strip("_ -")
    return "", ""


def _said(asked: Any, answer: Any) -> Exchange:
    """A question and an answer to it, or a whole conversation that ends with the answer."""
    question, words = loaded(asked), loaded(answer)
    if _are_texts(question) and _are_texts(words) and len(question) == len(words):
        words = [
            turn
            for said, reply in zip(question, words, strict=True)
            for turn in ({"role": "user", "content": said}, {"role": "assistant", "content": reply})
        ]
    chat = turns(words) if isinstance(words, list) or _TRANSCRIPT.match(plain(answer)) else None
    if chat and len(chat) > 1:
        return exchange("", {"messages": chat})
    return exchange(asked, {"messages": chat} if chat else plain(answer))


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


in_chinese(
    {
        "Pairs of answers (preferences, arena)": "成对的回答（偏好、对战）",
        "Take the data set's JSON, JSON lines, CSV or Parquet as it is: two answers a row (chosen and "
        "rejected, response_a and response_b, output_1 and output_2) beside what they answer.": (
            "直接使用数据集的 JSON、JSON lines、CSV 或 Parquet：每行两个回答（chosen 与 rejected、"
            "response_a 与 response_b、output_1 与 output_2），旁边是所回答的问题。"
        ),
        "Each of the two answers becomes an output; both are of one source, and their details say which of "
        "the two it is and what was preferred. A preference is no grade: the better one of two may still "
        "be bad.": (
            "两个回答各成为一条输出，属于同一来源；详情中注明是哪一个以及偏好哪一个。偏好不是评分：两者中较"
            "好的也可能不通过。"
        ),
        "one of the two answers is missing": "两个回答缺了一个",
    }
)
