"""The words between which a prompt lets a judge choose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from labelcore.judges.answer_formats import ASSENT, CROSSES, DISSENT, TICKS, plain
from labelcore.judges.foreign_prompts import polarity

QUOTE = "\"'“”‘’`「」『』*"
_WORD = r"[^\W\d_][\w\-]{0,30}(?: [^\W\d_][\w\-]{0,20})?"
_OR = r"(?:/|\||or\b|and\b|或者?|和|、|,)"
_MARK = rf"[{TICKS}{CROSSES}]"
_AFTER = rf"[\ufe0e\ufe0f{QUOTE}]{{0,3}}"
_IF = r"(?:if|when|for|where)"
_ON = r"(?:[^\n\"“”]|\n(?![\s\-*#]))"
"""What may stand between two words of a choice: anything within their paragraph."""
_PLAIN = r"(?:[A-Z][A-Z_]{1,24}|[Yy]es|[Nn]o|[Pp]ass|[Ff]ail|[Tt]rue|[Ff]alse|(?:[Ii]n)?correct)"
"""A word of an answer that stands without quotes."""
_PAIRS = (
    re.compile(
        rf"[{QUOTE}](?P<first>{_WORD}|[01])[{QUOTE}][,，]?(?:\s*\([^)\n]{{1,40}}\))?\s*{_OR}\s*(?:or\s+)?"
        rf"[{QUOTE}](?P<second>{_WORD}|[01])[{QUOTE}]"
        rf"(?:[,，]?\s*{_OR}?\s*(?:or\s+)?[{QUOTE}](?P<third>{_WORD})[{QUOTE}])?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"[{QUOTE}](?P<first>{_WORD}|[01])[{QUOTE}] {_IF}\b{_ON}{{1,90}}?\b(?:or|and|otherwise)\b"
        rf"{_ON}{{0,30}}[{QUOTE}](?P<second>{_WORD}|[01])[{QUOTE}]",
        re.IGNORECASE,
    ),
    re.compile(
        rf"[{QUOTE}](?P<first>{_WORD}|[01])[{QUOTE}] {_IF}\b{_ON}{{1,260}}?[.;] ?(?:\w{{1,12}} ){{0,3}}"
        rf"[{QUOTE}](?P<second>{_WORD}|[01])[{QUOTE}] (?:{_IF}|otherwise|else)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<first>\b1\b) {_IF}\b[^\n]{{1,90}}?(?:\bor\b|\band\b|,|;)[^\n]{{0,30}}?(?P<second>\b0\b) "
        rf"(?:{_IF}|otherwise|else)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<first>通过|合格|是|对|正确|相关)\s*(?:/|\||或者?|、)\s*"
        r"(?P<second>不通过|不合格|未通过|否|错|不对|不正确|错误|不相关)"
    ),
    re.compile(
        rf"[{QUOTE}](?P<first>{_WORD})[{QUOTE}][,，;；。]?\s*(?:否则|反之|不然)[^\n\"“”]{{0,20}}"
        rf"[{QUOTE}](?P<second>{_WORD})[{QUOTE}]"
    ),
    re.compile(
        rf"[{QUOTE}](?P<first>{_WORD})[{QUOTE}][^\n\"“”「」]{{0,40}}(?:なければ|ない場合|場合は?)[、,]?\s*"
        rf"[{QUOTE}](?P<second>{_WORD})[{QUOTE}]"
    ),
    re.compile(
        rf"[(\[（](?P<first>{_WORD}) ?[/|] ?(?P<second>{_WORD})(?: ?[/|] ?(?P<third>{_WORD}))?[)\]）]",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<first>{_MARK}){_AFTER},?\s*{_OR}\s*(?:or\s+)?[{QUOTE}]?(?P<second>{_MARK})"),
    re.compile(
        r"(?:answer|respond|reply|output|return|print|write|use|verdict|with|输出|回答|返回|结论|标记|用|给出|判定)"
        rf"[^.\n。{TICKS}{CROSSES}]{{0,25}}(?:\n\s*)?[-*•]?\s*[{QUOTE}]?(?P<first>{_MARK}){_AFTER}"
        rf"[^{TICKS}{CROSSES}]{{1,110}}?(?P<second>{_MARK})",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?P<first>[A-Z][A-Z_]{0,24})\b\s*(?:/|\||,|or|或者?)\s*(?:or\s+)?\b(?P<second>[A-Z][A-Z_]{0,24})\b"
        r"(?:\s*(?:/|\||,|or|或)\s*(?:or\s+)?\b(?P<third>[A-Z][A-Z_]{1,24})\b)?"
    ),
    re.compile(
        rf"\b(?P<first>{_PLAIN}) {_IF}\b{_ON}{{1,160}}?(?:[,;.]|\b(?:and|or|otherwise|else)\b) ?"
        rf"(?:\w{{1,12}} ){{0,2}}?\b(?P<second>{_PLAIN})\b"
        rf"(?= (?:{_IF}|otherwise|else)\b|[.,;]|\s{{0,3}}(?:\n|$))"
    ),
    re.compile(
        r"\b(?P<first>yes|pass|true|correct)\b\s*(?:/|\||or)\s*\b(?P<second>no|fail|false|incorrect)\b",
        re.IGNORECASE,
    ),
)
_MARKED_WORD = re.compile(
    rf"{_MARK}\ufe0f? ?(?=(?:pass|fail|yes|no|true|false|(?:in)?correct)\b|不?通过|不?合格|是|否)|"
    rf"(?<=PASS|FAIL) {_MARK}\ufe0f?",
    re.IGNORECASE,
)
"""The mark of a word, which says nothing more: "✅ PASS"."""
_LISTED = re.compile(
    r"^[ \t]*[(\[]?(?P<key>[A-E1-9CIPYN])[)\].:：][ \t]+(?P<text>[^\n]{2,300})", re.MULTILINE
)
_LETTER_FOR = re.compile(
    r"[\"'“`]?\b(?P<key>[A-Z])\b[\"'”`]?\s*(?:for|=|means|:)\s*[\"'“`]?(?P<text>[A-Za-z_ ]{3,30})"
)
_FIELD_NAMES = frozenset("reason reasoning explanation feedback rationale score verdict label json".split())
_ASKS = re.compile(
    r"\b(?:either|answer|respond|reply|label|output|return|verdict|words?|grade|letter|print)\b|输出|回答|返回|结论",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    rf"\b(?:assign|score|return|answer|output|label|mark|say|respond|reply|verdict|set|give|write)\b"
    rf"(?: (?:it|as|with|is|to|a))* [{QUOTE}]?(?P<word>true|false|yes|no)[{QUOTE}]? "
    r"(?:only )?(?:if|when|for|where|unless)\b",
    re.IGNORECASE,
)
_ALTERNATIVE = re.compile(r"\bor\b|[/|或]", re.IGNORECASE)
_LETTERS = re.compile(r"\bletters?\b|字母", re.IGNORECASE)
_CHOOSES = re.compile(r"option|choice|letter|choose|select|选项|选择|字母", re.IGNORECASE)


_ANSWER = re.compile(
    r"(?:^|[\n.;:,(]|\b(?:and|then|please|only|always|you(?: \w+)?|now|by))[\s\-*]*(?:answer|respond|reply|"
    r"return|output|classify|label|choose|select|pick|assign|say|write|print|give|grade|rate|"
    r"categori[sz]e|judge|decide|mark|use|provide|state|name|end|finish|conclude)(?:ing)?\b|"
    r"\byour (?:\w+ ){0,2}(?:answer|reply|response|output)|\[answer\]|"
    r"\b(?:labels?|verdicts?|grades?|ratings?|judge?ments?|classification)\b|"
    r"(?:^|[\n。；，：,.;:]|请|只|仅|并|再|然后|最后|直接|统一|必须|你[要应需]?)\s*"
    r"(?:输出|回答|返回|选择|选出|分类|判定|判断|给出|填写|写出)(?!的|中|里|内容|应|必须|需|可|属于|是(?!否)|包含|涉及|提到)|"
    r"你的(?:最终)?(?:输出|回答|答案|回复|判断|结论)|标签|结论|判定(?:结果|为)|评级|(?:最终|评判)结果",
    re.IGNORECASE,
)
"""Words with which a sentence speaks of the answer that the judge gives, not of the one that it judges."""
_HAN_ANSWER = re.compile(
    r"输出|回答|返回|选|分类|类别|归(?:为|类|入)|判定|判断|给出|填写|写出|标签|标注|标记|结论|结果|答案|回复|打上"
)
_JUDGED = re.compile(
    r"(?:提到|提及|属于|包含|包括|涉及|介绍|满足|符合)了?(?:以下|其中)|"
    r"^\s*(?!请|对|将|把|给|根据|按|从|你)(?:[^，]{0,10}(?:模型|用户|客服|客户|顾客|助手|机器人|学生|作者|文档|文章|原文|系统)|"
    r"[^，]{0,8}(?:该|这|此|其|的|个|好|参考|标准|理想)(?:回答|回复|答案|输出)|"
    r"(?:回答|回复)(?!以下|必须[是为]|只能|[限为是])|(?:答案|输出)(?!以下|(?:必须|应当?|需|须|只能|仅限)?[是为])(?!只能|[限：]))"
)
"""What a clause says where it speaks of the answer that is judged."""
_EITHER_ANSWER = re.compile(r"输出|回答|答案|回复|选择|分类|判断")
"""In Chinese also the answer that is judged: its options tell."""
_ONE_OF = re.compile(
    r"\bone of (?:the following|these)(?: (?!options\b)\w+){0,3}[ \t]*(?:[:：]|(?=\n))|"
    r"\bis one of[ \t]*(?:[:：]|(?=\n))|\b(?:one|single) (?:word|label)[ \t]*(?:\([^)\n]*\))?[ \t]*[:：]|"
    r"以下(?:之一|标签|选项)[^：:\n]{0,8}[：:]|其中之一[：:]",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\s*(?:[,，、|/]\s*(?:or\b|或)?|\bor\b|或者?)\s*", re.IGNORECASE)
_BULLET = re.compile(r"^[ \t]*(?:[-*•][ \t]+)?(?P<option>[^\n]{1,60}?)[ \t]*$")
_MOST_OPTIONS = 12
_LONGEST_OPTION = 40


def options_listed(text: str) -> tuple[str, ...]:
    """The words of an answer where a prompt says that it is one of them, in a line or in lines below; ()
    without any.
    """
    for lead in _ONE_OF.finditer(text):
        sentence = _sentence_before(lead, text) + lead[0]
        is_judges = _ANSWER.search(sentence) is not None or _asks_in_han(lead, text)
        if not is_judges and not _EITHER_ANSWER.search(sentence):
            continue
        rest = text[lead.end() : lead.end() + 1_000]
        line = re.split(r"[.。;；\n]", rest.lstrip(), maxsplit=1)[0]
        found = options(_NEXT.split(line)) or options(_lines(rest))
        if found and (is_judges or any(map(polarity.meaning, found))):
            return found
    return ()


def _asks_in_han(lead: re.Match[str], text: str) -> bool:
    """Whether the clause before a list speaks in Chinese of the answer that the judge gives."""
    clause = re.split(r"[，,；;。：:\n]", text[max(0, lead.start() - 100) : lead.start()])[-1] + lead[0]
    is_han = re.search(r"以下|其中之一", lead[0]) is not None
    return is_han and _HAN_ANSWER.search(clause) is not None and not _JUDGED.search(clause)


def _sentence_before(lead: re.Match[str], text: str) -> str:
    """What its sentence says before it, and the whole sentence before that where this is hardly anything."""
    *before, begin = re.split(r"(?<=[.!?。！？])\s+|\n+", text[max(0, lead.start() - 300) : lead.start()])
    return begin if len(begin.split()) > 2 or not before else f"{before[-1]}\n{begin}"


def _lines(rest: str) -> list[str]:
    """The lines of a list, or between fences; [] where they are sentences."""
    fenced = re.match(r"\s*```\w*\n(?P<inside>[^`]{1,600})\n\s*```", rest)
    block = fenced["inside"] if fenced else re.split(r"\n\s*\n", rest.lstrip("\n \t"), maxsplit=1)[0]
    lines = [line for line in block.splitlines() if line.strip()]
    listed = fenced or all(re.match(r"\s*[-*•]\s", line) for line in lines)
    return [match["option"] for match in map(_BULLET.match, lines) if match] if listed else []


def options(words: Sequence[str]) -> tuple[str, ...]:
    """The words without their quotes; () where they are not several short ones."""
    bare = dict.fromkeys(word.strip(f"{QUOTE} \t,") for word in words)
    fits = all(word and len(word) <= _LONGEST_OPTION and not re.search(r"[⟨⟩:：]", word) for word in bare)
    return tuple(bare) if fits and 2 <= len(bare) <= _MOST_OPTIONS else ()


def letters(text: str) -> dict[str, str]:
    """What a prompt says that its letters stand for."""
    meanings = {match["key"]: match["text"].strip() for match in _LETTER_FOR.finditer(text)}
    return meanings | {match["key"]: match["text"].strip() for match in _LISTED.finditer(text)}


def first_choice(text: str) -> tuple[str, ...]:
    """The first choice of words in a stretch; () where there is none."""
    return next(_choices(text), ())


def asks_for_answer(words: str) -> bool:
    """Whether some words speak of the answer that the judge gives."""
    return _ANSWER.search(words) is not None


def asks_something(words: str) -> bool:
    """Whether some words are a question or ask for an answer, or are more than a line for a log."""
    return re.search(r"[?？]|\S\s*\n", words) is not None or asks_for_answer(words)


def any_choice(text: str) -> tuple[str, ...]:
    """The first choice of any words, where a prompt says that the answer stands there; () of numbers."""
    if re.search(r"\d", text):
        return ()
    matches = (match for pattern in _PAIRS for match in pattern.finditer(text))
    return next((tuple(word for word in match.groupdict().values() if word) for match in matches), ())


def condition_words(text: str) -> tuple[str, ...]:
    """True and false, or yes and no, where a prompt says when to answer one: "Assign TRUE only if"."""
    match = _CONDITION.search(text)
    if match is None:
        return ()
    words = ("yes", "no") if match["word"].casefold() in {"yes", "no"} else ("true", "false")
    return tuple(map(str.upper, words)) if match["word"].isupper() else words


def choice_with(word: str, text: str) -> tuple[str, ...]:
    """The first choice that a word is part of, else the word alone."""
    folded = word.casefold()
    return next((pair for pair in _choices(text) if folded in {part.casefold() for part in pair}), (word,))


def main_choice(text: str) -> tuple[str, ...]:
    """The choice that a prompt names most often, else the letters of its list."""
    if lettered := _letters_asked_for(text):
        return lettered
    counts: Counter[tuple[str, ...]] = Counter()
    for pair in _choices(text):
        counts[tuple(sorted(pair, key=str.casefold))] += 2 + any(map(polarity.meaning, pair))
    if counts:
        return counts.most_common(1)[0][0]
    keys = dict.fromkeys(match["key"] for match in _LISTED.finditer(text) if match["key"].isalpha())
    return tuple(keys) if len(keys) > 1 and _CHOOSES.search(text) else ()


def _letters_asked_for(text: str) -> tuple[str, ...]:
    """The letters of its list, where a prompt lets choose between some and they stand for verdicts."""
    listed = letters(text) if _LETTERS.search(text) else {}
    if not any(map(polarity.meaning, listed.values())):
        return ()
    pairs = (_words_of(match) for pattern in _PAIRS for match in pattern.finditer(text))
    chosen = any(len(pair) > 1 and set(pair) <= listed.keys() for pair in pairs)
    return tuple(letter for letter in listed if letter.isalpha()) if chosen else ()


def _words_of(match: re.Match[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in match.groupdict().values() if word))


def _choices(text: str) -> Iterator[tuple[str, ...]]:
    words = _MARKED_WORD.sub("", text).replace('\\"', '"')
    for pattern in _PAIRS:
        for match in pattern.finditer(words):
            pair = _words_of(match)
            before = words[max(0, match.start() - 60) : match.start()]
            if _is_verdict(pair, before if _ALTERNATIVE.search(match[0]) else ""):
                yield pair


def _is_verdict(pair: Sequence[str], before: str) -> bool:
    """Whether some words are a choice between verdicts: one fails, or the words before them ask for one."""
    words = [plain(word) for word in pair]
    if len(set(words)) < 2 or any(word in _FIELD_NAMES for word in words):
        return False
    if any(polarity.meaning(word) == "fail" or word in DISSENT for word in words):
        return True
    says_so = any(polarity.meaning(word) or word in ASSENT for word in words)
    return says_so and _ASKS.search(before) is not None
