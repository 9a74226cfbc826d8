"""The field of a JSON answer that holds a judge's verdict: from an example, a schema, a type, or names."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from labelcore.judges.answer_formats import ASSENT, DISSENT, plain
from labelcore.judges.foreign_prompts import polarity
from labelcore.judges.foreign_prompts.choices import QUOTE, choice_with, first_choice, letters
from labelcore.judges.foreign_prompts.labelling import labels_offered
from labelcore.judges.foreign_prompts.scales import NUMBER, range_of
from labelcore.judges.foreign_prompts.slots import slot_like

_FIELDS = (
    *"pass passed passing is_pass verdict binary_verdict criteria_met criterion_met meets_criteria".split(),
    *"is_correct correct correctness is_relevant relevant is_faithful faithful grounded is_grounded".split(),
    *"hallucinated is_hallucination hallucination toxic is_toxic safe is_safe harmful is_harmful".split(),
    *"label judgement judgment decision classification category result evaluation outcome answer".split(),
    *"grade score rating overall_score total_score overall overall_rating final_score points value".split(),
    *"choice 通过 是否通过 结论 判定 判断 结果 标签".split(),
    *"综合得分 综合评分 最终得分 最终评分 总分 评分 得分 分数 评级".split(),
)
"""Names under which judges give their verdict, the surest first."""
_SUREST = _FIELDS[: _FIELDS.index("is_correct")]
"""Those that say of themselves that they decide."""
_QUALITIES = frozenset(
    "correct correctness relevant faithful grounded hallucination toxic safe harmful".split()
)
_ASIDE = re.compile(r"confidence|certainty|probability|index|\bid\b|count|weight", re.IGNORECASE)
"""What a number beside a verdict may be."""
_LISTED_KEYS = re.compile(
    r"\b(?:keys?|fields?|properties)\b[^\n]{0,40}[:：][ \t]*\n"
    r"(?P<lines>(?:[ \t]*(?:[-*•]|\d[.)])[^\n]*(?:\n|\Z)){1,24})",
    re.IGNORECASE,
)
_LISTED_KEY = re.compile(
    rf"^[ \t]{{0,3}}(?:[-*•]|\d[.)])[ \t]*[{QUOTE}]{{0,2}}(?P<key>[^\W\d]\w{{0,40}})[{QUOTE}]{{0,2}}[ \t]*"
    r"(?:\([^)\n]{1,30}\)[ \t]*)?[:：][ \t]*(?P<about>[^\n]{1,300})",
    re.MULTILINE,
)
_NUMERIC = re.compile(r"score|rating|points|评分|得分|分", re.IGNORECASE)
_BOOLEAN = re.compile(r"\b(?:true|false|bool(?:ean)?)\b|布尔", re.IGNORECASE)
_ONE_OR_NOUGHT = re.compile(
    r"\b(?:0 or 1|1 or 0|binary|1 if|0/1|'?1'? (?:for|if)|either [01]\b[^.\n]{0,120}\bor [01]\b)|0或1|1或0",
    re.IGNORECASE,
)
_JSON = re.compile(r"json|\bdict(?:ionary)?\b", re.IGNORECASE)
_WHOLE = re.compile(r"overall|final|total|综合|总", re.IGNORECASE)
_INPUT = re.compile(r"input\W*\Z", re.IGNORECASE)
_LONGEST, _MOST_CLASSES = 6000, 20
_LITERAL = re.compile(r"\bLiteral\[([^\]]{1,400})\]")
_QUOTED = re.compile(r"""(?P<mark>["'])(?P<word>[^\n]{1,40}?)(?P=mark)|“(?P<other>[^”\n]{1,40})”""")
_CLASS = re.compile(
    r"^[ \t]*class[ \t]+(?P<name>\w{1,60})(?P<bases>\([^)\n]{0,80}\))?:[^\n]*\n"
    r"(?P<body>(?:[ \t]+[^\n]*(?:\n|\Z)|\n){1,40})",
    re.MULTILINE,
)
_ANSWER_BASES = re.compile(r"\b(?:BaseModel|TypedDict)\b")
_ANSWER_FORM = re.compile(r"json|schema|\breturn (?:an?|the|this|only|your|one|in)\b", re.IGNORECASE)
_WITHIN = r"(?:[^\[\]]|\[[^\[\]]{0,400}\]){0,400}"
_CLASS_FIELD = re.compile(
    r"^[ \t]+(?P<key>[^\W\d]\w{0,40})[ \t]*:[ \t]*(?P<kind>[A-Za-z_][\w.]{0,40}"
    rf"(?:\[(?:[^\n]{{0,400}}?|{_WITHIN})\])?)"
    r"(?:[ \t]*\|[^=#\n]{1,40})?[ \t]*(?:[=#][^\n]*)?$",
    re.MULTILINE,
)


_GENERIC = frozenset(
    "label category classification result evaluation outcome answer decision choice value".split()
)
"""Names of fields that may hold something else than a verdict."""
_LETTER = re.compile(r"\b(?:letter|选项字母|字母)\b", re.IGNORECASE)


_IN_A_LIST = re.compile(
    rf"\bJSON (?:list|array)\b|\b(?:list|array) of JSON\b|with the [{QUOTE}]verdicts[{QUOTE}] key",
    re.IGNORECASE,
)


class JsonAnswer(NamedTuple):
    """The field with the verdict, "" for none; its words, () for a number or for words that are not known;
    every field, for people.
    """

    field: str
    words: tuple[str, ...]
    fields: tuple[str, ...]
    is_number: bool = True

    @property
    def is_list(self) -> bool:
        """Whether there is a verdict on each of several things."""
        return self.field.startswith("*.")


def json_answer(text: str, named: str = "") -> JsonAnswer | None:
    """What JSON a prompt asks for; None where it asks for none, and no field is named by who brings it.
    ``text``: variables as ``⟨name⟩``.
    """
    if not named and not _JSON.search(text) and not _objects(text):
        return None
    fields = _fields(text)
    verdicts = [path for name in _FIELDS for path in fields if _snake(_last(path)) == name]
    truths = [path for path, values in fields.items() if values and all(map(_BOOLEAN.search, values))]
    if len(truths) == 1 and truths[0] not in verdicts:
        chosen = any(_literals(value) for values in fields.values() for value in values)
        verdicts = _beside_truth(verdicts) if verdicts else [] if chosen else truths
    elif _one_of_two_kinds(verdicts, truths, fields):
        verdicts = []
    words_of = {path: _words(fields[path], _last(path), text) for path in verdicts}
    sure = (path for path in verdicts if words_of[path] or _is_number(fields[path], _last(path), text))
    found = _of_the_whole(next(sure, next(iter(verdicts), "")), fields)
    field = named or ("" if _one_of_qualities(found, fields) else found)
    words = _words(fields.get(field, []), _last(field), text) if field else ()
    labels = {path: labels_offered(" ".join(values), every=True) for path, values in fields.items()}
    if not field and sum(map(bool, labels.values())) == 1:
        field = next(path for path in labels if labels[path])  # no verdict, but all that it chooses
    if field and (named or not found):
        words = words or labels.get(field, ())
    if named and not words and polarity.field_means_pass(_last(field)) is not None:
        words = ("true", "false")
    if _IN_A_LIST.search(text) and field and not named and not field.startswith("*."):
        field = f"*.{field}"
    written = fields.get(field, [])
    is_number = not field or (bool(named) and not written) or _is_number(written, _last(field), text)
    return JsonAnswer(field, words, tuple(fields), is_number)


def names_verdict(field: str) -> bool:
    """Whether a field bears a name under which judges give their verdict."""
    return _snake(_last(field)) in _FIELDS


def _beside_truth(verdicts: Sequence[str]) -> list[str]:
    """The fields that could be the verdict beside one that is true or false: beside a score either may be."""
    return [] if _NUMERIC.search(_last(verdicts[0])) else list(verdicts)


def _one_of_two_kinds(
    verdicts: Sequence[str], truths: Sequence[str], fields: Mapping[str, Sequence[str]]
) -> bool:
    """Whether one field is true or false and another one of some words, and no name says which decides."""
    chosen = [path for path in verdicts if any(map(_literals, fields[path]))]
    sure = bool(verdicts) and _snake(_last(verdicts[0])) in _SUREST
    return bool(chosen) and not sure and any(path in truths for path in verdicts)


def _of_the_whole(field: str, fields: Iterable[str]) -> str:
    """A field; where several things have one of that name, the one that speaks of them all, else ""."""
    alike = [path for path in fields if _last(path) == _last(field)]
    if len(alike) < 2 or not field or field.startswith("*."):
        return field
    whole = [path for path in alike if _WHOLE.search(path)] or [path for path in alike if "." not in path]
    return whole[0] if len(whole) == 1 else ""


def _one_of_qualities(field: str, fields: Mapping[str, Sequence[str]]) -> bool:
    """Whether a field is one of several that bear a quality's name and hold a number each."""
    if _snake(_last(field)) not in _QUALITIES or not _holds_number(fields[field]):
        return False
    others = (path for path in fields if path != field and not _ASIDE.search(_last(path)))
    return any(_holds_number(fields[path]) for path in others)


def _holds_number(values: Sequence[str]) -> bool:
    return bool(values) and all(re.fullmatch(rf"\s*{NUMBER}\s*", value) for value in values)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold()


def _is_number(values: Sequence[str], name: str, text: str) -> bool:
    """Whether a field without words holds a number, as far as its name and its values say."""
    written = " ".join(values)
    if _NUMERIC.search(name) or re.search(rf"(?<![\w.]){NUMBER}(?![\w.])|\b(?:int|float|number)", written):
        return True
    return _snake(name) not in _GENERIC and range_of(text) != (None, None)


def _last(path: str) -> str:
    return path.split(".")[-1]


def _objects(text: str) -> list[str]:
    """The outermost stretches in braces that have keys and hold no variable and no example of an input."""
    stretches: list[str] = []
    braces: list[int] = []
    for at, character in enumerate(text):
        if character == "{":
            braces.append(at)
        elif character == "}" and braces:
            start = braces.pop()
            stretch = text[start : at + 1]
            data = any(map(slot_like, re.findall(r"⟨([^⟩]{1,200})⟩", stretch)))
            mere_data = data or _INPUT.search(text[max(0, start - 14) : start])
            if not braces and len(stretch) < _LONGEST and not mere_data:
                stretches.append(stretch)
    return [stretch for stretch in stretches if re.search(r"[\w\"'”]\s*[:：]", stretch)]


def _fields(text: str) -> dict[str, list[str]]:
    """Path -> what stands as its value in every object; "*." before what stands in a list."""
    values: dict[str, list[str]] = {}
    for stretch in _objects(text):
        for path, value in _pairs(stretch):
            values.setdefault(path, []).append(value)
    for listed in _LISTED_KEYS.finditer(text):
        for line in _LISTED_KEY.finditer(listed["lines"]):
            values.setdefault(line["key"], []).append(line["about"])
    for key, kind in _of_class(text):
        values.setdefault(key, []).append(kind)
    lists = re.finditer(r"(?:keys?|fields?|字段)[^.\n]{0,80}", text, re.IGNORECASE) if not values else ()
    stretches = [match[0] for match in lists]
    names = [
        name for words in stretches for name in re.findall(rf"[{QUOTE}]([^\W\d]\w{{1,30}})[{QUOTE}]", words)
    ]
    before = rf"((?:[{QUOTE}][^\W\d]\w{{1,30}}[{QUOTE}][^\n.{QUOTE}]{{0,40}}){{1,6}})\b(?:keys?|fields?|字段)"
    for match in re.finditer(before, text):
        names += re.findall(rf"[{QUOTE}]([^\W\d]\w{{1,30}})[{QUOTE}]", match[1])
    if not values and not names:
        after = " ".join(match[0] for match in re.finditer(r"json[^\n]{0,200}", text, re.IGNORECASE))
        quoted = re.findall(rf"[{QUOTE}]([^\W\d]\w{{1,30}})[{QUOTE}]", after)
        names = [name for name in quoted if name.casefold() in _FIELDS]
    return values | {name: [] for name in names if name not in values}


def _of_class(text: str) -> Iterator[tuple[str, str]]:
    """(name, type as written) of each field of the only class by which a prompt shows its answer; what shows
    many is a program.
    """
    shown = list(itertools.islice(_CLASS.finditer(text), _MOST_CLASSES + 1))
    classes = [match for match in shown if len(shown) <= _MOST_CLASSES and _is_answer(match, text)]
    for field in _CLASS_FIELD.finditer(classes[0]["body"]) if len(classes) == 1 else ():
        yield field["key"], field["kind"]


def _is_answer(shown: re.Match[str], text: str) -> bool:
    """Whether a class is the form of the answer, and no code that is judged: it is derived like one, or what
    stands before it or names it speaks of JSON, a schema or what to return.
    """
    if _ANSWER_BASES.search(shown["bases"] or ""):
        return True
    lines = list(filter(str.strip, text[: shown.start()].split("\n")))[-3:]
    around = (text[: shown.start()] + "\n" + text[shown.end() :]).split("\n")
    lines += [line for line in around if re.search(rf"\b{shown['name']}\b", line)]
    return any(map(_ANSWER_FORM.search, lines))


def _pairs(stretch: str) -> Iterator[tuple[str, str]]:
    """(path, value as written) of an object, be it JSON, a schema, or only like one."""
    try:
        data = json.loads(stretch)
    except (ValueError, RecursionError):
        yield from _loose_pairs(stretch)
        return
    if isinstance(data.get("properties"), dict):
        for name, about in data["properties"].items():
            yield name, json.dumps(about, ensure_ascii=False)
        return
    yield from _flat(data, "", 4)


def _flat(data: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if isinstance(value, dict) and depth:
            yield from _flat(value, f"{prefix}{name}.", depth - 1)
        elif isinstance(value, list) and value and isinstance(value[0], dict) and depth:
            yield from ((f"*.{path}", inner) for path, inner in _flat(value[0], "", depth - 1))
        else:
            yield f"{prefix}{name}", json.dumps(value, ensure_ascii=False)


def _loose_pairs(stretch: str) -> Iterator[tuple[str, str]]:
    """The keys of something like JSON, as in ``{pass: boolean; reason: string;}``, with those they are in."""
    within: list[tuple[int, int, str]] = []
    mark = rf"[{QUOTE}]" if re.match(rf"\{{\s*[{QUOTE}]", stretch) else rf"[{QUOTE}]?"
    following = rf",\s*{mark}[^\W\d]\w{{0,40}}{mark}\s*[:：]"
    key = rf"{mark}(?P<key>[^\W\d]\w{{0,40}}){mark}"
    value = rf"(?P<value>(?:(?!{following})[^\n;]){{0,160}})"
    for match in re.finditer(rf"[{{,;\n]\s*{key}\s*[:：]\s*{value}", stretch):
        around = "".join(name for begin, end, name in within if begin < match.start("key") < end)
        opened = re.match(r"(\[\s*)?\{", stretch[match.start("value") :])
        if opened:
            begin = match.start("value") + opened.end() - 1
            prefix = "*." if opened[1] else f"{match['key']}."
            within.append((begin, _closed(stretch, begin), prefix))
        else:
            yield around + match["key"], match["value"]


def _closed(stretch: str, at: int) -> int:
    """Where the brace closes that opens there."""
    depth = 0
    for place in range(at, len(stretch)):
        depth += {"{": 1, "}": -1}.get(stretch[place], 0)
        if not depth:
            return place
    return len(stretch)


def _literals(value: str) -> list[str]:
    """The words of a type that lists all that a field may hold."""
    listed = _QUOTED.finditer(" ".join(_LITERAL.findall(value)))
    return [match["word"] or match["other"] for match in listed]


def _words(values: Sequence[str], name: str, text: str) -> tuple[str, ...]:
    """The words that a field can hold; () where it holds a number."""
    text_of_values = " ".join(values).replace('\\"', '"')
    if words := tuple(dict.fromkeys(_literals(text_of_values))):
        return words
    if _BOOLEAN.search(text_of_values):
        return ("true", "false")
    if words := first_choice(text_of_values) or _words_beside(name, text):
        return words
    given = re.findall(
        rf"\b{re.escape(name)}[{QUOTE}]?\s*(?:=|:|is|to|as)\s*[{QUOTE}]([^\W\d]\w{{0,23}})[{QUOTE}]", text
    )
    if len({*map(polarity.meaning, given)} - {""}) > 1:
        return tuple(dict.fromkeys(given))
    if _LETTER.search(text_of_values) and (listed := [key for key in letters(text) if key.isalpha()]):
        return tuple(listed)
    numbers = re.findall(rf"(?<![\w.]){NUMBER}(?![\w.])", text_of_values)
    if words := _one_or_nought([] if range_of(text_of_values) == (0, 1) else numbers, text):
        return words
    if range_of(text) != (None, None) and (numbers or _NUMERIC.search(name)):
        return ()
    quoted = dict.fromkeys(re.findall(r'"([^"\n]{1,24})"', text_of_values))
    if verdicts := {word for word in quoted if polarity.meaning(word)}:
        return tuple(sorted(verdicts)) if len(verdicts) > 1 else choice_with(verdicts.pop(), text)
    if len(quoted) > 1 and all(plain(word) in ASSENT | DISSENT for word in quoted):
        return tuple(quoted)
    choice = () if numbers else first_choice(text)
    return choice if not _NUMERIC.search(name) or any(map(polarity.meaning, choice)) else ()


def _words_beside(name: str, text: str) -> tuple[str, ...]:
    """A choice of words on the line on which a field is named, behind its name."""
    for match in re.finditer(rf"[{QUOTE}]{re.escape(name)}[{QUOTE}](?P<rest>[^\n]{{0,160}})", text):
        if re.search(r"\btrue or false\b|\bbool(?:ean)?\b", match["rest"], re.IGNORECASE):
            return ("true", "false")
        if words := first_choice(match["rest"]):
            return words
    return ()


def _one_or_nought(numbers: Sequence[str], text: str) -> tuple[str, ...]:
    """1 and 0 where a prompt has no other numbers for its verdict."""
    binary = set(numbers) <= {"0", "1"} and range_of(text) in {(None, None), (0, 1)}
    return ("1", "0") if binary and (_ONE_OR_NOUGHT.search(text) or set(numbers) == {"0", "1"}) else ()
