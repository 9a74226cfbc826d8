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
_NO_ADJECTIVE = (
    r"(?:for|per|of|on|in|to|by|if|when|where|each|every|based|according|depending|as|and|or|with|that|which|"
    r"using|points?|stars?|levels?|is|are|how|what|who|whether|the|an?|your|its|their|this|these|those)\b"
)
_NOUN = (
    r"(?:words?|sentences?|characters?|chars?|letters?|tokens?|paragraphs?|lines?|pages?|items?|steps?|"
    r"examples?|bullets?|bullet points?|key points?|main points?|questions?|sources?|citations?|references?|"
    r"reasons?|arguments?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|users?|dollars?|euros?|"
    r"emojis?|people|times)\b"
    r"(?=\s*(?:\Z|\n|[^\w\s]|[^\x00-\x7f])|\s+(?:of|in|on|for|from|to|with|by|at|as|per|and|or|that|"
    r"which|who|"
    r"if|when|where|about|long|each|only|total|the|max\w*|min\w*|is|are|was|were|has|have|must|should|"
    r"can|may|will|limit|expla\w+|rationale|justif\w+|reason|summary|feedback|comment|description|\w+ing)\b)"
)
"""What is counted, and no word that belongs to another one ("sentence quality")."""
_HAN_NOUN = (
    r"(?:多|余)?(?:个(?!等级|级|档|分)|個|汉字|漢字|字(?!面|体)|词|単語|語|句|段(?!階|阶)|行(?!为|文|业)|页|頁|"
    r"ページ|条(?!理(?!由)|件)|項|项|例|步|文|分钟|分間|秒|小时|時間|天(?!然)|日(?!常)|周(?!到|全)|週|月|か月|年(?!龄)|"
    r"次(?!序|要)|回(?!答|复|应)|人(?![性工物类格情文气])|名(?!称)|件|つ|岁|歳|元(?!素)|円)"
)
_UNIT = (
    rf"(?:[ \-](?:\([^)\n]{{1,20}}\) )?(?:(?!{_NO_ADJECTIVE}|\w+ing\b)[a-z][a-z\-]*,? ){{0,2}}{_NOUN}|"
    rf"\s*{_HAN_NOUN})"
)
"""What is counted where numbers are no scores: "100 to 300 words", "3 到 5 句"."""
_LENGTH = re.compile(
    r"(?:\blength\b[^,;:]{0,30}?\b(?:be|is|of|between)\b|"
    r"(?:字数|长度|篇幅|文字数|長さ)[^，,、;；]{0,8}?(?:应|为|在|范围|は|の範囲))[^，,;；]{0,24}\Z",
    re.IGNORECASE,
)
"""A length of which the numbers behind it are said."""
_RATED = re.compile(
    r"\b(?:rat(?:e|ing)|scor|scale|grade|number(?! of)|points?\b)|评分|打分|分数|得分|分值|評価|採点|点数",
    re.IGNORECASE,
)
_RANGES = (
    re.compile(
        rf"(?:{_NAMED})[^\d\n\-]{{0,30}}?(?<![A-Za-z0-9.])(?P<low>{NUMBER})\s*%?(?:\([^)\n]{{1,60}}\))"
        rf"?\s*{_TO}\s*(?P<high>{NUMBER})(?![\w.]*\d)(?!{_UNIT})",
        re.IGNORECASE,
    ),
    re.compile(rf"[(\[<（]\s*(?P<low>{NUMBER})\s*{_TO}\s*(?P<high>{NUMBER})\s*[)\]>）]"),
    re.compile(
        rf"(?<![A-Za-z0-9.])(?P<low>{NUMBER})(?:-|–|—| to )(?P<high>{NUMBER})[ -](?:\w+ )?"
        r"(?:scale|rating|range)\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![A-Za-z0-9.])(?P<low>{NUMBER})\s*[分点]?\s*(?:-|–|~|～|〜|到|至|から)\s*(?P<high>{NUMBER})\s*"
        r"(?:分(?![钟間])|打分|评分|之间|的|点|の|まで|段階)"
    ),
    re.compile(
        r"(?<![\d.])(?P<low>\d)(?: ?[,、，] ?\d){1,9} ?(?:[,、，]|或|和) ?(?P<high>\d)(?!\d) ?(?:の|中的|这)?"
        r"(?:\d|[三四五六七])?(?:段階|のいずれか|之一|之间打分|[之当]?中(?:选|择|打|给))"
    ),
)
_QUOTED = r"[\"'“”‘’`*]{0,2}"
_SCORE = rf"{_QUOTED}\d{{1,3}}(?:\.\d{{1,2}})?{_QUOTED}(?: ?\([^()\d\n]{{2,40}}\)(?=,| or\b))?"
_SCORES = rf"{_SCORE}(?: ?[,、，/|] ?{_SCORE})+(?: ?[,、，/|]? ?(?:or|and|或者?|または|か) ?{_SCORE})?"
_MORE_SCORES = rf" ?(?:[,、，/|] ?)?(?:(?:or|and|或者?|または|か) ?)?{_SCORE}"
_ASKED_OF_JUDGE = (
    r"\b(?:scores?|scoring|rat(?:e|ings?)|grades?|return|output|only|your (?:\w+ ){0,2}(?:answer|response|"
    r"reply|verdict|judge?ment|label)|(?:answer|respond|reply) with)\b|"
    r"(?:\A|[\n.;:,(!?*]|\b(?:and|then|please|only|always|just|simply|you(?: \w+)?))\s*\b(?:answer|respond|"
    r"reply|say|write|print|give|choose|pick|select|assign|use|provide|state|enter)\b|"
    r"(?:请|只|仅|只能)?(?:输出|返回|给出|评分|打分|得分|分数|分值|点数|スコア)"
)
_BETWEEN = (
    r"an?|the|it|this|one|either|of|as|is|are|be|can|may|must|should|will|only|just|exactly|single|score|"
    r"rating|grade|number|integer|digit|value|whole|with|to|from|these|following|below|numbers|values|scores|"
    r"options|out|in|between|among"
)
_SINGLE = re.compile(
    rf"(?:{_ASKED_OF_JUDGE})(?:[ :,(\[{{]+(?:{_BETWEEN})\b|[为是：只能应必须一个数字整数取值は]){{0,8}}"
    rf"[ :,(\[{{：（]*(?<![A-Za-z0-9.\-])(?P<numbers>{_SCORES})(?![\w.]*\d)(?!{_MORE_SCORES})(?!{_UNIT})"
    r"(?=\s*(?:\Z|\n|[.,;:!?()\[\]}\"'”’`*]|[^\x00-\x7f])|\s+[-–—]\s|[ ](?:points?|stars?|based|for|"
    r"depending|according|as|where|if|when|to|on|in|with|and|or|only|alone|by|that|which|using|without|"
    r"after|then)\b)",
    re.IGNORECASE,
)
"""The scores one by one: "only 4, 2 or 0"; what is counted behind them makes them something else."""
_MEANT = r"\d{1,2} ?(?:=|表示|代表) ?[^\d\n,;，；.。]{2,60}"
_ANCHORED = re.compile(rf"(?<![\w.]){_MEANT}(?:[,;，；] ?(?:and |和)?{_MEANT}){{2,9}}")
"""Scores in a line, each with what it means: "1 = poor, 2 = fair, 3 = good"."""
_DATE = re.compile(r"/.*(?<!\.)\d\d|(?<![.\d])\d\d.*/")
_EXAMPLE = re.compile(r"\b(?:example|e\.g|such as)\b|例如|比如|例えば", re.IGNORECASE)
_IN_ORDER = re.compile(
    r"\s+in (?:\w+ )?(?:order|turn)\b|\s+(?:respectively|separately)\b|"
    r"\s*[两二三四五六七八九十](?:个(?!等级|级|档|分|数|值|选)|条|项|句|段|点|种)",
    re.IGNORECASE,
)
"""What follows numbers of things that are all named."""
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
        and not _is_length(match, text)
        and ("%" not in match[0] or (match["low"], match["high"]) == ("0", "100"))
    )
    singles = (
        [float(number) for number in re.findall(r"\d+(?:\.\d+)?", match["numbers"])]
        for match in _SINGLE.finditer(text)
        if not _are_things(match, text)
    )
    anchored = ([float(n) for n in re.findall(r"\d+", row)] for row in anchored_rows(text))
    in_order = (
        scores
        for scores in (*singles, *anchored)
        if scores in (sorted({*scores}), sorted({*scores}, reverse=True))
    )
    ranges.update((min(scores), max(scores)) for scores in in_order if len(scores) > 2)
    return ranges.most_common(1)[0][0] if ranges else (None, None)


def anchored_rows(text: str) -> list[str]:
    """The scores in a line, each with what it means, where the words before them speak of a score."""
    rows = _ANCHORED.finditer(text)
    return [row[0] for row in rows if _RATED.search(_clause(text, row.start(), row.start()))]


def _clause(text: str, begin: int, end: int) -> str:
    """What the sentence of some numbers says before ``end``."""
    return re.split(r"[.。;；!?！？\n]", text[max(0, begin - 80) : end])[-1]


def _is_length(numbers: re.Match[str], text: str) -> bool:
    """Whether two numbers are those of a length, and not its score."""
    before = _clause(text, numbers.start(), numbers.start("low"))
    after = re.split(r"[.。;；,，!?！？\n]", text[numbers.end("high") :][:30])[0]
    if not _LENGTH.search(before) or re.match(r"\s*分(?![钟間])", after):
        return False
    return not _RATED.search(f"{before} {after}")


def _are_things(numbers: re.Match[str], text: str) -> bool:
    """Whether numbers that stand one by one are a date, an example, or those of things that are all named."""
    if _DATE.search(numbers["numbers"]) or _IN_ORDER.match(text, numbers.end("numbers")):
        return True
    return _EXAMPLE.search(_clause(text, numbers.start(), numbers.start("numbers"))) is not None


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
