"""What each value of a column of grades counts as: known by its words, said by a person, or not taken.

Some words say pass or fail wherever they stand ("passed", "不合格", a thumb). Others (yes, 1) say it only
under a name that tells what they affirm: "correct: yes" is a pass, "hallucination: yes" a fail. A number
needs the project's scale or a threshold. A column is taken whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from labelcore.errors import BadInput
from labelcore.models import Frozen, GradingRules
from labelcore.store.staging import MOST_VALUES, Signal, Value

PASS, FAIL, UNSURE, NOTHING = "pass", "fail", "unsure", ""

_WORDS: dict[str, str] = {
    word: meaning
    for meaning, words in {
        PASS: "pass passed good ok okay correct accept accepted acceptable right approve approved thumbs_up "
        "thumbsup thumb_up up 👍 ✅ ✓ ✔ 通过 合格 对 好 正确 赞 richtig gut bestanden correcto bueno bon",
        FAIL: "fail failed bad incorrect wrong reject rejected unacceptable disapproved thumbs_down "
        "thumbsdown thumb_down down 👎 ❌ ✗ ✘ 不通过 未通过 不合格 错 差 错误 不正确 踩 falsch "
        "schlecht incorrecto",
        UNSURE: "unsure unknown maybe unclear uncertain 不确定 不清楚 unklar",
    }.items()
    for word in words.split()
}
_ANSWERS: dict[str, bool] = {
    word: affirmed
    for affirmed, words in {
        True: "yes y true t 1 1.0 是 有 ja sí si oui sim да",
        False: "no n false f 0 0.0 否 无 没有 不是 nein non não нет",
    }.items()
    for word in words.split()
}
_GOOD = (
    "pass passed correct correctness good ok okay accept accepted acceptable success successful valid "
    "helpful "
    "faithful grounded relevant resolved safe approved grade 通过 合格 正确 有用 有帮助 解决"
).split()
_BAD = (
    "fail failed failure error errors incorrect wrong bad toxic toxicity hallucination hallucinated "
    "hallucinations "
    "problem problems issue issues harmful harm unsafe violation violations biased bias rejected refusal "
    "refused spam "
    "leak leaked unfaithful irrelevant defect bug complaint 不合格 不通过 错误 幻觉 有害 违规 问题 毒性"
).split()
_NOT = {"no", "not", "non", "without", "free", "无", "没有"}


class Said(Frozen):
    """What a person says of values: words, or ``NAME=word`` for one column; a threshold likewise."""

    passes: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    no_grade: tuple[str, ...] = ()
    passes_from: tuple[str, ...] = ()

    def words(self, name: str) -> dict[str, str]:
        """The values that are spoken of for a signal of this name."""
        told = ((PASS, self.passes), (FAIL, self.fails), (UNSURE, self.unsure), (NOTHING, self.no_grade))
        return {plain(value): meaning for meaning, values in told for value in _for(values, name)}

    def threshold(self, name: str) -> float | None:
        """The number from which on a value of this signal passes.

        Raises:
            BadInput: it is no number.
        """
        values = _for(self.passes_from, name)
        if not values:
            return None
        if (number := number_of(values[-1])) is None:
            raise BadInput(f"'{values[-1]}' is no number.", next_step="For example --passes-from 4.")
        return number


def _for(values: Sequence[str], name: str) -> list[str]:
    """The values for a name, without it; those for everything where none is for it."""
    prefix = f"{name or 'overall'}="
    named = [value.removeprefix(prefix) for value in values if value.startswith(prefix)]
    return named or [value for value in values if "=" not in value]


class Reading(Frozen):
    """What a signal's values count as. ``known`` is False where a person has to say it first.

    ``why``: how it is known ("words", "name", "threshold", "scale", "said", "tool"), or why it is not
    ("numbers", "answers", "mixed", "texts", "many"). ``open``: the values without a meaning.
    """

    kind: str
    name: str
    values: dict[str, str]
    known: bool
    why: str
    open: tuple[str, ...] = ()


def plain(value: str) -> str:
    """A value without case, skin tone and blanks, as the store compares it."""
    return re.sub("[\U0001f3fb-\U0001f3ff\ufe0f]", "", value).strip().lower()


def by_word(value: str) -> str | None:
    """What a word means wherever it stands; None where that depends on what it is said of."""
    return _WORDS.get(value)


def affirmed(value: str) -> bool | None:
    """Whether a value says yes or no; None where it says neither."""
    return _ANSWERS.get(value)


def are_answers(values: Iterable[str]) -> bool:
    """Whether all values are words for good and bad, or for yes and no."""
    return all(value in _WORDS or value in _ANSWERS for value in values)


def number_of(value: str) -> float | None:
    """A number in any writing of the decimal mark, a fraction of a scale ("4/5") by its first part."""
    text = value.strip().replace("\u2212", "-")
    found = re.fullmatch(r"([-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?)(?:\s*/\s*\d+|\s*%)?", text)
    return float(found[1].replace(",", ".")) if found else None


def polarity(name: str) -> int:
    """+1 where "yes" under this name praises, -1 where it blames, 0 where the name does not tell."""
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower()
    words = re.findall(r"[a-z]+|[\u4e00-\u9fff]+", split)
    if any(word in name for word in ("不合格", "不通过", "不正确")):
        return -1
    turn = -1 if _NOT & set(words) else 1
    for word in reversed(words):
        if word in _BAD or any(len(bad) > 1 and bad in word for bad in _BAD if ord(bad[0]) > 255):
            return -turn
        if word in _GOOD or any(len(good) > 1 and good in word for good in _GOOD if ord(good[0]) > 255):
            return turn
    return 0


def read(signal: Signal, said: Said, rules: GradingRules, column: str = "") -> Reading:
    """What the values of a signal mean, by the tool, by what was said, by their words, name or scale.

    ``column``: where it stands in a table; its name tells what a "yes" affirms, as the signal's own does.
    """
    words = [value.value for value in signal.values]
    told = said.words(signal.name)
    spoken = {word: told[word] for word in words if word in told}
    rest = [value for value in signal.values if value.value not in spoken]
    by_tool = {value.value: value.meaning for value in rest if value.meaning}
    if len(by_tool) == len(rest):
        return _reading(signal, spoken | by_tool, "said" if spoken else "tool")
    found, why = _by_itself(column or signal.name, rest, said.threshold(signal.name), rules)
    if len(signal.values) >= MOST_VALUES:
        found, why = None, "many"
    if found is not None:
        return _reading(signal, spoken | found, "said" if spoken and not found else why)
    return Reading(
        kind=signal.kind,
        name=signal.name,
        values=spoken,
        known=False,
        why=why,
        open=tuple(value.value for value in rest if value.value not in _WORDS),
    )


def _reading(signal: Signal, values: Mapping[str, str], why: str) -> Reading:
    return Reading(kind=signal.kind, name=signal.name, values=dict(values), known=True, why=why)


def _by_itself(
    name: str, values: Sequence[Value], threshold: float | None, rules: GradingRules
) -> tuple[dict[str, str] | None, str]:
    words = [value.value for value in values]
    numbers = {word: number for word in words if (number := number_of(word)) is not None}
    if threshold is not None:
        others = {word: _WORDS[word] for word in words if word in _WORDS}
        if len(numbers) + len(others) == len(words):
            return {
                word: PASS if numbers[word] >= threshold else FAIL for word in numbers
            } | others, "threshold"
        return None, "mixed"
    if words and (levels := _named_levels(words, rules)):
        return levels, "scale"
    if all(word in _WORDS for word in words):
        return {word: _WORDS[word] for word in words}, "words"
    if all(word in _WORDS or word in _ANSWERS for word in words):
        sign = polarity(name)
        answers = {word: PASS if _ANSWERS[word] == (sign > 0) else FAIL for word in words if word in _ANSWERS}
        return (answers | {w: _WORDS[w] for w in words if w in _WORDS}, "name") if sign else (None, "answers")
    if len(numbers) == len(words):
        return _by_scale(numbers, rules)
    return None, "mixed" if any(word in _WORDS or word in _ANSWERS for word in words) else "texts"


def _named_levels(words: Sequence[str], rules: GradingRules) -> dict[str, str]:
    levels = {
        plain(level): PASS if place >= rules.passing_from else FAIL
        for place, level in enumerate(rules.scale, 1)
    }
    return {word: levels[word] for word in words} if all(word in levels for word in words) else {}


def _by_scale(numbers: Mapping[str, float], rules: GradingRules) -> tuple[dict[str, str] | None, str]:
    top = len(rules.scale)
    fits = top and all(number.is_integer() and 1 <= number <= top for number in numbers.values())
    if not fits:
        return None, "numbers"
    return {word: PASS if number >= rules.passing_from else FAIL for word, number in numbers.items()}, "scale"
