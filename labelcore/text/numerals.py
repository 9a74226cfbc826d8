"""Numbers as they are written in English and Chinese, and other numbers of like size."""

from __future__ import annotations

import random
import re

from labelcore.text.stretches import Stretch

# Not parts of names (GPT-4), versions, times, dates and citations: another digit there is nonsense.
_DIGITS = re.compile(
    r"(?<![A-Za-z0-9_.,:/#\[【\-–~])(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,15})(?:\.[0-9]{1,12})?"
    r"(?![0-9]|[.,:/\-–][0-9]|st\b|nd\b|rd\b|th\b|\]|】)"
)
_ENGLISH = tuple("two three four five six seven eight nine ten eleven twelve".split())
_CHINESE = tuple("两三四五六七八九十")
_IN_WORDS = re.compile(
    rf"(?<![\w\-])(?:{'|'.join(_ENGLISH)})(?![\w\-])"
    "|(?<![第一二两三四五六七八九十百千万几])[两三四五六七八九十](?=[个种次天年人倍项条名岁元位家])"
)
_YEAR_BEFORE = re.compile(r"(?:\b(?:in|since|until|from|year|after|before|by|of|during)|[(（]) ?$", re.I)
_YEARS = range(1500, 2101)
_FACTORS = (0.5, 0.6, 0.7, 0.8, 1.25, 1.4, 1.6, 1.9)
_MOST = {"月": 12, "日": 28, "号": 28, "时": 23, "点": 23, "%": 100, "％": 100}


def numbers_at(text: str, stretch: Stretch) -> list[Stretch]:
    """Where numbers stand: those in digits, or, without any, small ones in words."""
    digits = [match.span() for match in _DIGITS.finditer(text, *stretch)]
    return digits or [match.span() for match in _IN_WORDS.finditer(text, *stretch)]


def another(text: str, place: Stretch, rng: random.Random) -> str:
    """Another number than the one at ``place``, of like size and in the same format."""
    number = text[slice(*place)]
    for small in (_ENGLISH, _CHINESE):
        if number in small:
            return rng.choice([word for word in small if word != number])
    if _is_year(text, place):
        return rng.choice([str(int(number) + by) for by in range(-12, 13) if by])
    after = text[place[1] : place[1] + 1]
    return _dressed(_other_digits(re.sub(r"[.,]", "", number), number, _MOST.get(after), rng), number)


def _is_year(text: str, place: Stretch) -> bool:
    number = text[slice(*place)]
    if len(number) != 4 or not number.isdigit() or int(number) not in _YEARS:
        return False
    before = text[max(0, place[0] - 10) : place[0]]
    return text[place[1] : place[1] + 1] == "年" or bool(_YEAR_BEFORE.search(before))


def _other_digits(digits: str, written: str, most: int | None, rng: random.Random) -> str:
    """As many digits with as many zeros in front; ``most`` bounds a whole number such as a month."""
    plain = digits.lstrip("0")
    width = max(1, len(plain))
    low, high = 10 ** (width - 1), 10**width - 1
    number = int(plain or "0")
    if most and "." not in written and number <= most:
        high = min(high, most)
    near = {round(number * factor) for factor in _FACTORS}
    pool = sorted(value for value in near if low <= value <= high and value != number)
    pool = pool or [value for value in range(low, min(high, low + 9) + 1) if value != number]
    pool = pool or [low + 1 if number == low else low]
    return str(rng.choice(pool)).rjust(len(digits), "0")


def _dressed(digits: str, like: str) -> str:
    """The digits with points and commas where the other number has them."""
    left = iter(digits)
    return "".join(next(left) if c.isdigit() else c for c in like)
