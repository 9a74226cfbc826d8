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
from labelcore.store.remarks import MOST_VALUES, Signal, Value

PASS, FAIL, UNSURE, NOTHING = "pass", "fail", "unsure", ""

_WORDS: dict[str, str] = {
    word: meaning
    for meaning, words in {
        PASS: "pass passed good great excellent ok okay correct accept accepted acceptable right approve "
        "approved thumbs_up thumbsup thumb_up up 👍 ✅ ✓ ✔ √ 通过 合格 对 好 正确 赞 良い 正解 richtig "
        "korrekt gut sehr_gut akzeptabel bestanden correcto bueno bon bom buono corretto хорошо верно "
        "i.o 优 优秀 满意 好评 правильно 通過 正確 합격 통과 جيد صحيح",
        FAIL: "fail failed bad poor incorrect wrong reject rejected unacceptable disapproved thumbs_down "
        "thumbsdown thumb_down down 👎 ❌ ✗ ✘ 不通过 未通过 不合格 错 差 错误 不正确 踩 悪い 不正解 falsch "
        "inkorrekt schlecht mangelhaft durchgefallen incorrecto malo mauvais ruim cattivo scorretto "
        "n.i.o nok ng 不满意 差评 плохо неверно неправильно 불합격 不通過 錯誤 不正確 سيئ خطأ",
        UNSURE: "unsure unknown maybe unclear uncertain 不确定 不清楚 unklar unsicher",
    }.items()
    for word in words.split()
}
EMPTY = frozenset(
    "n/a na n.a. nan null - -- – — skip skipped tbd todo ungraded unrated k.a. 未标注 (空) (跳过)".split()
)
"""What people and programs write where there is no grade."""
_ANSWERS: dict[str, bool] = {
    word: affirmed
    for affirmed, words in {
        True: "yes y true t 1 1.0 ☑ checked 是 有 はい 真 ja wahr vrai verdadero vero sí si sì oui sim да 예 "
        "네 نعم हाँ हां "
        "tak evet так có ya ใช่ ναι כן بله ◎ ○ ◯",
        False: "no n false f 0 0.0 ☐ unchecked 否 无 没有 不是 いいえ 假 偽 nein faux falso non não нет "
        "아니오 아니요 لا नहीं "
        "nie hayır ні không tidak ไม่ใช่ όχι לא خیر ×",
    }.items()
    for word in words.split()
}
EMPTY_CELL = "(empty)"
"""How an empty cell is spoken of, where it may say no: in a column of nothing but ticks."""
_TICKS = frozenset("x ✓ ✔ √ ✅ ☑ ☒ checked yes y true 1 on ja oui si sí да 是 有 はい".split())
VERDICTS = frozenset(word for word in (*_WORDS, *_ANSWERS) if not word[0].isdigit())
"""The words that may begin a cell, before a text that says why."""
_LIGHTS = {
    word: good
    for good, words in {
        True: "green 🟢 🟩 💚 grün verde vert зеленый зелёный 绿 绿色 綠 緑",
        False: "red 🔴 🟥 ❤ rot rojo rouge rosso vermelho красный 红 红色 紅 赤",
        None: "yellow amber orange 🟡 🟨 🟠 gelb amarillo jaune giallo amarelo желтый жёлтый 黄 黄色",
    }.items()
    for word in words.split()
}
"""The lights of a traffic light: they grade, and a person says so."""
_DIGITS = frozenset("0 1 0.0 1.0".split())
_DASHES = frozenset("- -- – —".split())
"""No grade, but where others say "+"."""
_TRUTHS = {"richtig": True, "falsch": False, "对": True, "错": False}
"""Words for good and bad that under a name that blames only affirm it, or deny it."""
_GOOD = (
    "pass passed correct correctness good ok okay accept accepted acceptable success successful valid "
    "helpful accurate accuracy appropriate useful faithful grounded relevant resolved safe approved grade "
    "factual factuality truthful polite coherent fluent consistent "
    "korrekt richtig hilfreich akzeptabel bestanden brauchbar 通过 合格 正确 准确 有用 有帮助 解决 相关 適切 "
    "正確"
).split()
_BAD = (
    "fail failed failure error errors incorrect inaccurate wrong bad toxic toxicity hallucination "
    "hallucinated hallucinations fabricated misleading offensive inappropriate problem problems issue "
    "issues harmful harm unsafe violation violations biased bias rejected refusal refused spam leak leaked "
    "unfaithful irrelevant unhelpful incomplete defect defects bug bugs mistake mistakes flaw flaws "
    "complaint complaints severity too fehler fehlerhaft falsch mangelhaft probleme "
    "halluzination halluziniert toxisch schädlich beschwerde "
    "不合格 不通过 错误 幻觉 有害 违规 问题 問題 毒性 不適切 誤り"
).split()
_NOT = {"no", "not", "non", "without", "free", "kein", "keine", "ohne", "nicht", "sans", "sin"}
_DOUBTS = frozenset(
    "missing lack lacks lacking need needs needed should must never isn isnt doesn didn wasn aren overly "
    "over hardly almost absent fixed corrected avoided prevented removed expected fehlt fehlend fehlende "
    "nie braucht".split()
)
_DOUBTED = re.compile("缺少|缺乏|缺失|需要|应该|应当|過於|过于|过度|修复|避免|必要|=")
"""Beside these a name does not tell what a yes under it affirms."""
_MARKS = frozenset("✅ ✓ ✔ √ ❌ ✗ ✘ 👍 👎 correct right incorrect wrong 正确 错误 正解 不正解".split())
"""Under a name that blames these affirm it or praise the output."""
_DIRECTIONS, _VOTES = frozenset({"up", "down"}), re.compile("thumb|vote|feedback|rating|reaction")
_LEGEND, _EITHER = (
    re.compile(r"[（(\[].*"),
    re.compile(r"\b(yes|y|true|ja|oui|s[ií])\s*/\s*(no|n|false|nein|non)\b"),
)
_QUESTION = re.compile("(?<![有无無没沒的在出现現])(问题|問題)(?!あり|なし|が|点|の有|有|无|無)")
"""The word for a problem is also the one for a question, where none is said to be there."""
_DENIED = re.compile("[无無没沒不未非]|なし|ない")
_ASKED = re.compile("是否|有没有|有无|有無")


Limits = tuple[float | None, float | None]


class GivenMeanings(Frozen):
    """What a person says of values: words, or ``NAME=word`` for one column; limits likewise."""

    passes: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    no_grade: tuple[str, ...] = ()
    passes_from: tuple[str, ...] = ()
    passes_to: tuple[str, ...] = ()

    def words(self, name: str) -> dict[str, str]:
        """The values that are spoken of for a signal of this name."""
        pairs = ((PASS, self.passes), (FAIL, self.fails), (UNSURE, self.unsure), (NOTHING, self.no_grade))
        return {plain(value): meaning for meaning, values in pairs for value in _for(values, name)}

    def limits(self, name: str) -> Limits | None:
        """The numbers between which a value of this signal passes; None where nothing is said.

        Raises:
            BadInput: one is no number.
        """
        low, high = (_limit(_for(values, name)) for values in (self.passes_from, self.passes_to))
        return None if low is high is None else (low, high)


def _limit(values: Sequence[str]) -> float | None:
    if not values:
        return None
    if (number := number_of(values[-1])) is None:
        raise BadInput(
            "'{value}' is not a number.", next_step="For example --passes-from 4.", value=values[-1]
        )
    return number


def _for(values: Sequence[str], name: str) -> list[str]:
    """The values for a name, without it; those for everything where none is for it."""
    prefix = f"{name or 'overall'}="
    of_name = [value.removeprefix(prefix) for value in values if value.startswith(prefix)]
    return of_name or [value for value in values if "=" not in value]


class SignalReading(Frozen):
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


def affirmed(value: str) -> bool | None:
    """Whether a value says yes or no; None where it says neither."""
    return _ANSWERS.get(value)


def are_lights(values: Iterable[str]) -> bool:
    """Whether the values are the lights of a traffic light, the good and the bad one among them."""
    lights = [_LIGHTS.get(value, "") for value in values]
    return "" not in lights and {True, False} <= {*lights}


def are_ticks(values: Sequence[str]) -> bool:
    """Whether a column holds just one value, and that is a tick, so that an empty cell may say no."""
    return len(values) == 1 and values[0] in _TICKS


def by_word(value: str) -> str | None:
    """What a value says wherever it stands: pass, fail, unsure, or "" for no grade; None where nothing."""
    if value in EMPTY:
        return NOTHING
    mark, _, rest = value.partition(" ")
    if rest and not mark.isalnum() and _WORDS.get(mark) and _WORDS[mark] == by_word(rest):
        return _WORDS[mark]  # "✅ good"
    words = re.sub(r"[\s_-]+", "_", value).rstrip("!.")
    denied = re.sub("^(not|nicht|pas|non|не)_", "", words)
    meaning = _WORDS.get(denied)
    return {PASS: FAIL, FAIL: PASS}.get(meaning or "") if denied != words else meaning


def are_answers(values: Iterable[str]) -> bool:
    """Whether most values are words for good and bad, or for yes and no."""
    answers = [value in _ANSWERS or by_word(value) is not None for value in values]
    return sum(answers) * 2 >= len(answers) and any(answers)


def number_of(value: str) -> float | None:
    """A number in any writing of the decimal mark; of a scale ("4/5", "8 of 10", "★★☆") its first part."""
    return _measured(value)[0]


def _measured(value: str) -> tuple[float | None, str]:
    """A number and what it counts in."""
    text = value.strip().replace("\u2212", "-")
    if re.fullmatch("[★⭐🌟]+☆*|☆+", text):
        return float(len(text.rstrip("☆"))), "star"
    match = re.fullmatch(
        r"([-+]?\d+(?:[.,]\d+)?(?:e[-+]?\d+)?)\s*"
        r"((?:/|(?:out )?of|von|sur|de|su|из)\s*\d+|%|stars?|sterne?|星|点|分|)"
        r"(?:\s*[(（][^\d()（）]+[)）]|\s*[-–—=:：]\s*[^\W\d][^\d]*)?",
        text.lower(),
    )
    if not match:
        return None, ""
    return float(match[1].replace(",", ".")), re.sub(r"^[^\d%]+(?=\d)", "/", match[2]).rstrip("es")


def polarity(name: str) -> int:
    """+1 where "yes" under this name praises, -1 where it blames, 0 where the name does not tell.

    One that explains its values in brackets ("correct (1 = no)") is for a person to read.
    """
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", re.sub(r"\[\d+\]", " ", name)).lower()
    legend = _LEGEND.search(split)
    if legend and _explains(legend[0]):
        return 0
    words = re.findall(
        r"[a-zà-ÿ]+|[\u3040-\u30ff\u4e00-\u9fff]+", _EITHER.sub("", _LEGEND.sub("", split) or split)
    )
    if _DOUBTS & set(words) or _DOUBTED.search(split):
        return 0
    signs = {sign for word in words if (sign := _sign(word))}
    turn = -1 if _NOT & set(words) else 1
    return turn * signs.pop() if len(signs) == 1 else 0


def _explains(legend: str) -> bool:
    """Whether brackets say what single values mean, and not only which ones there are ("yes/no")."""
    words = re.findall(r"[^\W\d_]+", _EITHER.sub("", legend))
    explains = any(word in _ANSWERS or by_word(word) or re.match("pass|fail|mean", word) for word in words)
    return explains or bool(re.search(r"[=:：]|\d\s*[^\W\d_]|[^\W\d_]\s*\d", legend))


def _sign(word: str) -> int:
    """Whether a word praises or blames; one without blanks between words also by what stands in it."""
    if ord(word[0]) < 0x3000:
        return (word in _GOOD) - (word in _BAD)
    word = _QUESTION.sub("", word)
    parts = [part for part in (*_GOOD, *_BAD) if ord(part[0]) > 0x3000 and part in word]
    if not parts:
        return 0
    longest = max(parts, key=len)
    turn = -1 if _DENIED.search(_ASKED.sub("", word.replace(longest, ""))) else 1
    return turn if longest in _GOOD else -turn


def read(signal: Signal, said: GivenMeanings, rules: GradingRules, column: str = "") -> SignalReading:
    """What the values of a signal mean, by the tool, by what was said, by their words, name or scale.

    ``column``: where it stands in a table; its name tells what a "yes" affirms, as the signal's does.
    """
    words = [value.value for value in signal.values]
    words_of_person = said.words(signal.name)
    empty = EMPTY - (_DASHES if "+" in words else frozenset())
    spoken = {
        word: words_of_person.get(word, NOTHING) for word in words if word in words_of_person or word in empty
    }
    rest = [value for value in signal.values if value.value not in spoken]
    by_tool = {value.value: value.meaning for value in rest if value.meaning}
    if len(by_tool) == len(rest):
        return _reading(signal, spoken | by_tool, "said" if spoken else "tool")
    meanings_read, why = _by_itself(column or signal.name, rest, said.limits(signal.name), rules)
    if contrary := _contrary([value.value for value in rest], spoken):
        by_name = {1: PASS, -1: FAIL}.get(polarity(column or signal.name))
        agrees = meanings_read in (None, contrary) and by_name in (None, *contrary.values())
        meanings_read, why = (contrary, "said") if agrees else (None, "answers")
    if "+" in words and _DASHES & {value.value for value in rest}:
        meanings_read, why = None, "texts"
    if len(signal.values) >= MOST_VALUES:
        meanings_read, why = None, "many"
    if meanings_read is not None:
        return _reading(signal, spoken | meanings_read, why)
    return SignalReading(
        kind=signal.kind,
        name=signal.name,
        values=spoken,
        known=False,
        why=why,
        open=tuple(
            value.value for value in rest if by_word(value.value) is None or value.value in _DASHES - empty
        )
        or tuple(value.value for value in rest),
    )


def _contrary(words: Sequence[str], spoken: Mapping[str, str]) -> dict[str, str]:
    """What a tick says where a person said that the empty cells beside it pass or fail."""
    meaning = {PASS: FAIL, FAIL: PASS}.get(spoken.get(EMPTY_CELL, ""))
    return {words[0]: meaning} if meaning and are_ticks(words) else {}


def _reading(signal: Signal, values: Mapping[str, str], why: str) -> SignalReading:
    return SignalReading(kind=signal.kind, name=signal.name, values=dict(values), known=True, why=why)


def _by_itself(
    name: str, values: Sequence[Value], limits: Limits | None, rules: GradingRules
) -> tuple[dict[str, str] | None, str]:
    words = [value.value for value in values]
    numbers = {word: number for word in words if (number := number_of(word)) is not None}
    by_words = {word: meaning for word in words if (meaning := by_word(word)) is not None}
    if _DIRECTIONS & by_words.keys() and not _VOTES.search(name.lower()):
        return None, "texts"
    if len({_measured(word)[1] for word in numbers}) > 1:
        return None, "mixed"
    if limits is not None:
        whole = len(numbers) + len(by_words) == len(words)
        by_number = {word: within(number, limits) for word, number in numbers.items()}
        return (by_number | by_words, "threshold") if whole else (None, "mixed")
    if words and (levels := _named_levels(words, rules)):
        return levels, "scale"
    sign = polarity(name)
    answers = {word: _ANSWERS[word] for word in words if word in _ANSWERS}
    if sign < 0:
        answers |= {word: _TRUTHS[word] for word in words if word in _TRUTHS}
    if len(answers | by_words) == len(words):
        if {PASS, FAIL} & {*by_words.values()} and len(
            {answers[word] for word in _DIGITS & answers.keys()}
        ) == 2:
            return None, "mixed"  # who writes words may number the other way round than who writes digits
        if (answers and not sign) or (sign < 0 and _MARKS & (by_words.keys() - answers.keys())):
            return None, "answers"
        if words and plain(name).startswith("grade") and not {*words} - {"0", "1", "0.0", "1.0"}:
            return None, "numbers"  # the ends of a scale, or its levels of which no others came up
        by_number = {word: PASS if affirmed == (sign > 0) else FAIL for word, affirmed in answers.items()}
        return by_words | by_number, "name" if answers else "words"
    if len(numbers) == len(words):
        return _by_scale(numbers, rules)
    return None, "mixed" if answers or by_words else "texts"


def within(number: float, limits: Limits) -> str:
    """Pass between the limits, fail outside."""
    low, high = limits
    return PASS if (low is None or number >= low) and (high is None or number <= high) else FAIL


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
