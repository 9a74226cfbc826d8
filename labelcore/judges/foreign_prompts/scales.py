"""The scale of a score that a prompt names, and from where on it takes an output for good itself."""

from __future__ import annotations

import re
from collections import Counter

NUMBER = r"-?\d{1,4}(?:\.\d{1,3})?"
_TO = r"(?:-|–|—|~|～|〜|－|to|and|through|到|至|から)"
_NAMED = (
    r"from|between|scale of|range (?:of|from)|ranging from|score of|rating of|scores?|scale|rating|rate|"
    r"integer|number|range|分值|评分|打分|范围|分数|得分|从|評価|採点|点数|スコア"
)
_UNIT = (
    r"[ \-](?:(?:short|brief|full|different|complete) )?(?:(?:word|sentence|character|char|letter|token|"
    r"paragraph|line|page|item|step|example|bullet|bullet point|key point|main point|question|source|"
    r"citation|reference|reason|argument|second|minute|hour|day|week|month|year|user|dollar|euro|emoji)s?|"
    r"people|times)\b"
)
"""What is counted where two numbers are no scores: "100 to 300 words"."""
_RANGES = (
    re.compile(
        rf"(?:{_NAMED})[^\d\n\-]{{0,30}}?(?<![A-Za-z0-9.])(?P<low>{NUMBER})\s*(?:\([^)\n]{{1,60}}\))?\s*{_TO}\s*"
        rf"(?P<high>{NUMBER})(?![\w.]*\d)(?!{_UNIT})",
        re.IGNORECASE,
    ),
    re.compile(rf"[(\[<（]\s*(?P<low>{NUMBER})\s*{_TO}\s*(?P<high>{NUMBER})\s*[)\]>）]"),
    re.compile(
        rf"(?<![A-Za-z0-9.])(?P<low>{NUMBER})\s*[分点]?\s*(?:-|–|~|～|〜|到|至|から)\s*(?P<high>{NUMBER})\s*"
        r"(?:分(?!钟)|打分|评分|之间|的|点|の|まで|段階)"
    ),
    re.compile(
        r"(?<![\d.])(?P<low>\d)(?: ?[,、，] ?\d){1,9} ?[,、，] ?(?P<high>\d)(?!\d) ?(?:の|中的|这)?"
        r"(?:\d|[三四五六七])?(?:段階|のいずれか|之一)"
    ),
)
_SINGLE = re.compile(
    r"\b(?:scores?|scoring|rat(?:e|ings?)|grades?|return|output|only|(?:answer|respond|reply) with)\b"
    r"(?:[ :,(]+(?:an?|the|it|this|one|either|of|as|is|are|be|can|may|must|should|will|only|just|exactly|"
    r"single|score|rating|grade|number|integer|value|whole|with|to|from|these|following)\b){0,8}[ :,(]+"
    r"(?P<numbers>\d{1,3}(?: ?, ?\d{1,3})+,? or \d{1,3})(?![\d.]*\d)"
    r"(?=\s*(?:\Z|\n|[.,;:!?)\]\"'”’`*]|[^\x00-\x7f])|[ ](?:points?|stars?|based|for|depending|according|as|"
    r"where|if|when|to|on|in|with|and|or|only|alone|by|that|which|using|without|after|then)\b)",
    re.IGNORECASE,
)
"""The scores one by one: "only 4, 2 or 0"; what is counted behind them makes them something else."""
_RUBRIC_LINE = re.compile(
    r"^[ \t]*(?:[-*][ \t]*)?[\"'*]{0,2}(?P<value>\d{1,2})[\"'*]{0,2}[ \t]*(?:\([^)\n]{2,60}\))?"
    r"[ \t]*[:：=][ \t]",
    re.MULTILINE,
)
_RUBRIC_HEADING = re.compile(r"rubric|rating|scor(?:e|ing)|scale|评分|评级|打分", re.IGNORECASE)
_MORE = r"(?:or|and) (?:more|above|higher|greater|over)"
_BAD = r"(?:fail\w*|unaccept\w*|reject\w*)"
_PASSED = r"(?:pass(?:es|ed|ing)?|accept\w*)"
_GOOD = r"(?:accept\w*|pass(?:es|ed|ing)?|good|ok|sufficient|considered correct|meets)"
_ACCEPTED = (
    rf"(?<![\d.])(?P<value>{NUMBER}) {_MORE}[^.\n]{{0,60}}\b{_GOOD}\b",
    rf"\b{_PASSED}\b[^.\n]{{0,50}}?(?:at least|>=|≥|minimum(?: of)?)\s*(?P<value>{NUMBER})",
    rf"\b{_PASSED}\b[^.\n]{{0,50}}?\b(?P<value>{NUMBER}) {_MORE}",
    rf"(?:at least|>=|≥|minimum(?: score)?(?: of)?)\s*(?P<value>{NUMBER})[^.\n]{{0,40}}\b{_GOOD}\b",
    rf"(?P<value>{NUMBER})\s*分?(?:及以上|或以上|以上)[^。\n]{{0,16}}(?:通过|合格|可接受|达标)",
    rf"(?:below|under|less than|lower than)\s*(?P<value>{NUMBER})[^.\n]{{0,40}}\b{_BAD}\b",
)


def range_of(text: str) -> tuple[float | None, float | None]:
    """The (lowest, highest) score of the scale that a prompt names most often; None where it names none."""
    ranges = Counter(
        (float(match["low"]), float(match["high"]))
        for pattern in _RANGES
        for match in pattern.finditer(text)
        if float(match["low"]) < float(match["high"]) <= 1000
    )
    singles = (
        [float(number) for number in re.findall(r"\d+", match["numbers"])] for match in _SINGLE.finditer(text)
    )
    ranges.update((min(scores), max(scores)) for scores in singles if len(set(scores)) > 2)
    return ranges.most_common(1)[0][0] if ranges else (None, None)


def rubric_of(text: str) -> tuple[int, ...]:
    """The scores that a rubric lists line by line under its heading, each with what it means; () without any.
    They are all whole numbers from 0 or 1 on.
    """
    lines = list(_RUBRIC_LINE.finditer(text))
    scores = tuple(dict.fromkeys(int(line["value"]) for line in lines))
    if len(scores) < 2 or len(scores) != len(lines):
        return ()
    whole = sorted(scores) == list(range(min(scores), max(scores) + 1)) and min(scores) <= 1
    heading = text[max(0, lines[0].start() - 120) : lines[0].start()]
    return scores if whole and _RUBRIC_HEADING.search(heading) else ()


def accepted_from(text: str, low: float | None, high: float | None) -> float | None:
    """From which score on the prompt itself takes an output for good; None where it does not say."""
    for pattern in _ACCEPTED:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            value = float(match["value"])
            if (low is None or low < value) and (high is None or value <= high):
                return value
    return None
