"""Defects planted into a text, so that what people and judges catch can be tested.

The same text and the same state of ``rng`` give the same result; None: the text has no place for it.
Beyond English and Chinese only the defects that need no words of the language are planted.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

from labelcore.models import Frozen
from labelcore.text.neutral import FILLERS, GAPS, INSTRUCTIONS, MOST_FILLERS, STATEMENTS
from labelcore.text.reading import (
    Stretch,
    is_json,
    language_of,
    longest_paragraph,
    put_behind,
    sentences_at,
    steps_at,
    tokens_at,
)

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
    before, after = text[max(0, place[0] - 10) : place[0]], text[place[1] : place[1] + 1]
    if (
        re.fullmatch("[0-9]{4}", number)
        and int(number) in _YEARS
        and (after == "年" or _YEAR_BEFORE.search(before))
    ):
        return rng.choice([str(int(number) + by) for by in range(-12, 13) if by])
    digits = iter(_other_digits(re.sub(r"[.,]", "", number), number, _MOST.get(after), rng))
    # Points and commas where the other number has them.
    return "".join(next(digits) if character.isdigit() else character for character in number)


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


class PlantedText(Frozen):
    """A text with one planted defect; ``where``: the changed bit verbatim, or what was taken away."""

    defect: str
    text: str
    where: str


Plant = Callable[[str, random.Random], PlantedText | None]
Change = tuple[int, int, str, str]
"""(begin, end, what takes its place, what is shown as changed)."""
DEFECTS: dict[str, Plant] = {}
"""Every defect by its name, in the order in which they are shown."""


def _defect(name: str, *, prose: bool = False) -> Callable[[Plant], Plant]:
    """Register a defect; ``prose`` keeps it away from JSON, which it would break altogether."""

    def register(function: Plant) -> Plant:
        def plant(text: str, rng: random.Random) -> PlantedText | None:
            planted = None if prose and is_json(text) else function(text, rng)
            if planted is None or planted.text == text or not planted.where.strip():
                return None
            return planted if any(c.isalnum() for c in planted.text) else None

        plant.__name__, plant.__doc__ = function.__name__, function.__doc__
        DEFECTS[name] = plant
        return plant

    return register


def _changed(defect: str, text: str, changes: Sequence[Change], rng: random.Random) -> PlantedText | None:
    """One of the changes, by chance."""
    if not changes:
        return None
    begin, end, new, where = rng.choice(changes)
    return PlantedText(defect=defect, text=text[:begin] + new + text[end:], where=where)


_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_URL = r"https?://[^\s<>\"()\[\]，。；、）】」]{1,500}"
_CITATION = re.compile(
    rf"\[(?P<label>[^\[\]\n]{{1,200}})\]\({_URL}\)"
    r"|\[[0-9]{1,3}(?:[ ]?[,\-–][ ]?[0-9]{1,3}){0,8}\]"
    r"|【[0-9]{1,3}[^】\n]{0,40}】"
    rf"|\((?:see )?(?!{_MONTHS})[A-Z][^()0-9\n]{{0,80}}(?:19|20)[0-9]{{2}}[a-z]?(?:[;,:][^()\n]{{0,120}})?\)"
    r"|（[^（）0-9\n，,]{1,30}[，,] ?(?:19|20)[0-9]{2}[a-z]?）"
    r"|[（(]?(?:数据|资料|信息)?(?:来源|出处|引自|摘自|参考文献)[ ]?[:：][^\n。）)]{1,200}[。）)]?"
    r"|据[^，。\n]{2,30}(?:报道|统计|显示)，"
    r"|\b(?:Sources?|References?): [^\n]{1,300}"
    rf"|{_URL}(?<![.,;:!?])"
)


@_defect("citation dropped")
def drop_citation(text: str, rng: random.Random) -> PlantedText | None:
    """One citation is taken away: [1], (Smith 2020), a link, a line "Source: …" or "来源：…"."""
    changes = [_without(text, match) for match in _CITATION.finditer(text)]
    return _changed("citation dropped", text, changes, rng)


def _without(text: str, match: re.Match[str]) -> Change:
    """A link keeps its label; white space goes with what is taken away."""
    begin, end = match.span()
    label = match["label"] or ""
    if not label:
        line = text.rfind("\n", 0, begin) + 1
        begin = line + len(text[line:begin].rstrip(" \t"))
        if begin == line:
            end += len(text[end:]) - len(text[end:].lstrip(" \t"))
    return begin, end, label, match[0]


# Not "may" and "might": "may not" does not contradict "may".
_VERBS = "is|are|was|were|can|could|will|would|should|must"
_ADD_NOT = re.compile(
    rf"(?<![\w./'’\-])(?:{_VERBS})(?=[ ]{{1,3}}"
    r"(?!(?:not|never|no|nothing|none|nobody|hardly|only|just|of)\b)\w)"
)
_TAKE_NOT = re.compile(
    rf"(?<![\w./])(?:(?:{_VERBS}|do|does|did|has|have|had)(?:[ ]{{1,3}}not|n['’]t)|cannot|can['’]t|"
    r"won['’]t)\b"
    r"(?![ ]{1,3}(?:only|just|merely|simply)\b)",
    re.IGNORECASE,
)
# A character before or after it makes another word of 是, 能 and 会: 但是, 可能, 社会, 会议.
_ADD_BU = re.compile(
    "(?<![不但可还于就总凡若要只或老硬算])是(?![否非的不])"
    "|(?<![不可功性智技职效动才节产潜机热电核本赋体只])能(?![量力源耗效见手否不人])"
    "|(?<![不社机协大员议教体学误聚宴开国工商公年例晚省市都酒舞])"
    "会(?![不议计员谈见话场长面晤诊合展馆费堂签客师心意审])"
    "|(?<!不)可以(?![说不])|(?<!不)应[该当]|(?<![不的])需要"
)
_TAKE_BU = re.compile(
    "(?<![是要岂可])不是|(?<!能)不能(?!不)|(?<!会)不会|不可以|不应[该当]|不需要|(?<!有)没有"
)


@_defect("fact negated")
def negate(text: str, rng: random.Random) -> PlantedText | None:
    """A statement is turned around: a negation is put in or taken away, never in a question."""
    language = language_of(text)
    if language is None:
        return None
    turns = _turned_zh if language == "zh" else _turned_en
    questions = ("?", "？", "吗", "吗。")
    changes = [
        change
        for stretch in sentences_at(text)
        if not text[slice(*stretch)].rstrip('"”’)」』）').endswith(questions)
        for change in turns(text, stretch)
    ]
    return _changed("fact negated", text, changes, rng)


def _turned_en(text: str, stretch: Stretch) -> Iterator[Change]:
    for match in _ADD_NOT.finditer(text, *stretch):
        new = "cannot" if match[0] == "can" else f"{match[0]} not"
        yield match.start(), match.end(), new, new
    for match in _TAKE_NOT.finditer(text, *stretch):
        yield match.start(), match.end(), _affirmed(match[0]), match[0]


def _affirmed(negated: str) -> str:
    """The verb alone, in the case of the original: "isn't" and "is not" become "is"."""
    if negated.lower().startswith("won"):
        return f"{negated[0]}ill"
    if negated.lower().startswith("can"):
        return negated[:3]
    return negated[:-3].rstrip()


def _turned_zh(text: str, stretch: Stretch) -> Iterator[Change]:
    for match in _ADD_BU.finditer(text, *stretch):
        yield match.start(), match.end(), f"不{match[0]}", f"不{match[0]}"
    for match in _TAKE_BU.finditer(text, *stretch):
        yield match.start(), match.end(), match[0][1:], match[0]


@_defect("number swapped")
def swap_number(text: str, rng: random.Random) -> PlantedText | None:
    """A number becomes another one of like size, in the same format; citations are left alone."""
    cited = {at for match in _CITATION.finditer(text) for at in range(*match.span())}
    places = [
        place
        for stretch in sentences_at(text)
        for place in numbers_at(text, stretch)
        if place[0] not in cited
    ]
    if not places:
        return None
    begin, end = rng.choice(places)
    new = another(text, (begin, end), rng)
    return _changed("number swapped", text, [(begin, end, new, new)], rng)


def _behind_any(
    defect: str, text: str, extra: Callable[[str], str], rng: random.Random
) -> PlantedText | None:
    """``extra`` of the text's language, behind one of its sentences."""
    language, stretches = language_of(text), sentences_at(text)
    if language is None or not stretches:
        return None
    sentence = extra(language)
    return PlantedText(
        defect=defect, text=put_behind(text, rng.choice(stretches)[1], sentence), where=sentence
    )


@_defect("padded", prose=True)
def pad(text: str, rng: random.Random) -> PlantedText | None:
    """Sentences that say nothing, about a third of the text and at least three."""
    count = min(MOST_FILLERS, max(3, len(sentences_at(text)) // 3))
    return _behind_any(
        "padded", text, lambda language: GAPS[language].join(rng.sample(FILLERS[language], count)), rng
    )


@_defect("reordered", prose=True)
def reorder(text: str, rng: random.Random) -> PlantedText | None:
    """Numbered steps in reverse, or the sentences of the longest paragraph shuffled."""
    steps = steps_at(text)
    stretches = steps if len(steps) > 1 else longest_paragraph(text, sentences_at(text))
    old = [text[begin:end] for begin, end in stretches]
    if len(set(old)) < 2:
        return None
    new = old[::-1] if len(steps) > 1 else rng.sample(old, len(old))
    if new == old:
        new = [*old[1:], old[0]]  # with two different parts, turning by one always differs
    moved = [at for at, part in enumerate(old) if part != new[at]]
    pieces, at = [], 0
    for (begin, end), part in zip(stretches, new, strict=True):
        pieces += [text[at:begin], part]
        at = end
    after = "".join([*pieces, text[at:]])
    # What is moved is as long as before, so the first and the last place stay where they were.
    where = after[stretches[moved[0]][0] : stretches[moved[-1]][1]]
    return PlantedText(defect="reordered", text=after, where=where)


@_defect("instruction inserted", prose=True)
def insert_instruction(text: str, rng: random.Random) -> PlantedText | None:
    """A sentence that tells the judge to answer pass."""
    return _behind_any("instruction inserted", text, lambda language: rng.choice(INSTRUCTIONS[language]), rng)


@_defect("language changed", prose=True)
def change_language(text: str, rng: random.Random) -> PlantedText | None:
    """A sentence gives way to one of the other language; the text keeps at least one of its language."""
    language = language_of(text)
    places = [stretch for stretch in sentences_at(text) if len(tokens_at(text, stretch)) >= _WHOLE]
    if language is None or len(places) < 2:
        return None
    begin, end = rng.choice(places)
    new = rng.choice(STATEMENTS["en" if language == "zh" else "zh"])
    return _changed("language changed", text, [(begin, end, new, new)], rng)


_WHOLE = 3
"""From so many words on a line counts as a sentence."""
_CUTTABLE = 4


@_defect("truncated")
def truncate(text: str, rng: random.Random) -> PlantedText | None:
    """The end is missing, from the middle of a sentence of the last third on."""
    stretches = sentences_at(text)
    late = [stretch for stretch in stretches if 3 * stretch[1] > 2 * len(text)] or stretches[-1:]
    places = [words for words in (tokens_at(text, stretch) for stretch in late) if len(words) >= _CUTTABLE]
    if not places:
        return None
    tokens = rng.choice(places)
    cut = tokens[rng.randint(len(tokens) // 3, 2 * len(tokens) // 3) - 1][1]
    beginning = text[:cut].rstrip(" \t.,;:!?。，；：、！？…—-")
    return PlantedText(defect="truncated", text=beginning, where=text[len(beginning) :].strip())


@_defect("sentence repeated", prose=True)
def repeat(text: str, rng: random.Random) -> PlantedText | None:
    """A sentence stands twice, the second time right behind it or later."""
    stretches = sentences_at(text)
    places = [at for at, stretch in enumerate(stretches) if len(tokens_at(text, stretch)) >= _WHOLE]
    if not places:
        return None
    at = rng.choice(places)
    sentence = text[slice(*stretches[at])]
    behind = rng.choice(stretches[at:])[1]
    return PlantedText(defect="sentence repeated", text=put_behind(text, behind, sentence), where=sentence)
