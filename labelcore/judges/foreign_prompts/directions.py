"""Which end of a prompt's scale is good: what it says counts, then what it rates; else it is asked."""

from __future__ import annotations

import re

from labelcore.judges.foreign_prompts import polarity
from labelcore.judges.foreign_prompts.scales import range_of

_FAULTS = re.compile(
    rf"{polarity.BAD}|sever(?:e|ity)\b|danger|\brisk|profan|sycophan|\bhat(?:e|eful|red)\b|threat|abus|"
    r"violen|sexual|spam|verbos|redundan|repetit|defect|\bflaw|\bissues?\b|mistake|\bfaults?\b|mis-?inform|"
    r"disinform|"
    r"decept|deceiv|manipulat|aggress|vulgar|obscen|plagiar|ambigu|confus|vulnerab|\bbugs?\b|nonsens|"
    rf"{polarity.NEGATED}|{polarity.LACK}|\b(?:difficult(?:y|\b)|how hard|hard(?:er)? (?:to|for)\b)|"
    r"\b(?:poor|bad)ly\b|"
    r"风险|冗余|冗长|仇恨|暴力|色情|辱骂|攻击性|缺陷|严重|危险|重复|失真|虚假|误导|难以|难懂|难度",
    re.IGNORECASE,
)
_QUALITIES = (
    rf"{polarity.GOOD}|ground|help|follow|complet|address|support|clear|"
    r"clarity|concis|coheren|fluen|creativ|original|engag|empath|polite|profession|useful|inform(?:ative|ed)|"
    r"insight|depth|detail|safe|honest|truth|factual|consisten|natural|readab|gramma|style|struct|organi|"
    r"persua|"
    r"compell|similar|equivalen|match|align|well\b|confiden|appropriat|logic|reason|valid|precis|recall|"
    r"novel|divers|thorough|comprehens|robust|efficien|effective|perform|success|interest|funny|humou?r|"
    r"friendl|warm|respect|harmless|compli|instruct|overall|agree|cover|sound|suitab|concrete|specific|"
    r"right\b|understand|trust|reliab|use(?:d|s)?\b|closely|much\b.{0,30}\b(?:support|agree|help|cover)|"
    r"fair|simpl|brev|有用|帮助|完整|清[晰楚]|简洁|连贯|流畅|创意|专业|礼貌|安全|一致|真实|逻辑|合理|相似|有效|充分|品質|忠実|流暢|自然|明確"
)
_QUALITY = re.compile(rf"(?<![a-z])(?:{_QUALITIES})", re.IGNORECASE)
_THING = re.compile(
    r"(?:(?:following|given|above|below|two|new|final|whole|full|candidate|generated|submitted|proposed|"
    r"predicted|assistant|ai|model|student|bot|user|agent|system|chatbot)(?:'s|’s)? )*"
    r"(?:response|answer|output|reply|text|summar|translation|generation|submission|essay|code|conversation|"
    r"dialog|message|completion|result|work|article|story|email|criteri|explanation|document|passage|⟨)",
    re.IGNORECASE,
)
"""What is rated as such, without a word on what of it."""
_RATE = r"(?:rate|rates|rating|score|scores|scoring|evaluate|assess|grade|judge|measure|quantify|determine)"
_OF_AMOUNT = (
    r"(?:degree|level|extent|severity|amount|likelihood|presence|number|count|frequency|"
    r"probability|risk|chance)"
)
_TOPIC = re.compile(
    rf"\b{_OF_AMOUNT} (?:of|that|to which) (?:(?:the|any|its|all|such|this) )?"
    rf"(?P<amount>[^.,;:()\n]{{2,50}})|"
    r"\bhow (?P<how>(?!(?:to|it|you|an?|the|its|this|that|each|confident)\b|many points)"
    r"[a-z][^.,;:()?\n]{1,50})|"
    rf"\b{_RATE} (?:(?:the|its|their|this|each|overall) )+(?P<rated>[^.,;:()\n]{{2,50}})|"
    r"(?P<han>[\u4e00-\u9fff]{2,6}?)(?:程度|等级|水平)|"
    r"(?:评估|评价|衡量|判断|评判)(?P<seen>(?:(?![\u4e00-\u9fff]{0,6}(?:程度|等级|水平))[^，。；,\n]){1,20})",
    re.IGNORECASE,
)
_MATTER = re.compile(
    r"(?:errors?|problems?|issues?|risks?|bugs?|mistakes?|flaws?|defects?|difficult\w*|refus\w+)\b",
    re.IGNORECASE,
)
"""A fault that a good output may be about: "how well the reply solves the problem"."""
_DENIED = re.compile(polarity.NEGATION, re.IGNORECASE)
_GOOD_END = (
    r"best|excellent|perfect|outstanding|ideal|great|good|strong|superb|exemplary|flawless|highest quality|"
    r"fully (?:correct|accurate)|meets|follows|very good|最好|优秀|完美|极好|很好|"
    r"完全正确|非常好"
)
_BAD_END = (
    r"worst|poor|terrible|awful|horrible|bad|weak|useless|unusable|dreadful|very poor|very bad|unacceptable|"
    r"最差|很差|极差|糟糕|较差"
)
_NONE_OF = re.compile(rf"\A\W*(?:{polarity.NEGATION}|(?:the )?least\b)(?: (?:of|from)\b)? ?", re.IGNORECASE)
_LACK = re.compile(rf"\W*(?:{polarity.LACK})", re.IGNORECASE)
_JOINT = re.compile(
    r"\s*(?:(?P<list>\b(?:and|n?or)\b|、|和|或者?)|[,;，；]|\b(?:but|yet|because|since|though|although)\b|"
    r"且|但是?|因为?)\s*",
    re.IGNORECASE,
)
"""Where the next clause begins; in a list what was denied before may be so behind it."""
_NO_FAULTS = re.compile(
    r"\W*(?:no|without|zero|free (?:of|from)) [\w-]+ (?:and|or) (?!many|some|several|ha[sd]|contains?)"
    r"[\w-]+ (?:errors?|mistakes?|issues?|problems?|flaws?|faults?)\b",
    re.IGNORECASE,
)
"""A denial of one thing with two adjectives: "no factual or logical errors"."""
_ANCHOR = re.compile(
    r"(?<![\d.\-–/])(?P<value>\d{1,3}(?:\.\d+)?)\s*[%分点]?[\"'*]{0,2}\s*(?:points?\s*)?"
    r"(?:=|:|：|->|→|–|—|-(?= )|is\b|means|meaning|being|indicates|represents|denotes|signifies|"
    r"表示|代表|为|是|意味着|\()"
    r"\s*\(?(?P<meant>(?!\s*(?:(?:how|whether|where)\b|[^\d()\n]{2,40}\(\d))[^\d.,;，；。\n()]{2,60})"
)
_SHORT = re.compile(
    r"(?:\band|,|;|，|；|\bto)\s*(?P<value>\d{1,3}(?:\.\d+)?)\s+(?P<meant>(?!(?:to|and|or|points?|how|"
    r"where|if|when|for|based|is|"
    r"means|being|indicates|represents|denotes|signifies|scale|stars?|whether|on|in|by)\b)[a-z][a-z ]{2,40})"
)
"""The second end of a pair that leaves its verb out: "1 being excellent and 5 terrible"."""
_BEFORE = re.compile(
    rf"\b(?P<meant>{_GOOD_END}|{_BAD_END})\s*[(\[=]\s*(?P<value>\d{{1,3}}(?:\.\d+)?)\s*[)\]]?", re.IGNORECASE
)
_GOOD, _BAD = (re.compile(rf"\b(?:{end})", re.IGNORECASE) for end in (_GOOD_END, _BAD_END))
_ORDER = re.compile(
    rf"\b(?P<first>{_GOOD_END}|{_BAD_END}|lowest)\W+(?:to|through|and)\W+\d*[^.\n]{{0,12}}?"
    rf"(?P<second>{_GOOD_END}|{_BAD_END}|highest)",
    re.IGNORECASE,
)
_MORE = r"(?:higher|larger|greater|bigger|more)"
_LESS = r"(?:lower|smaller|fewer|less)"
_SAID = r"(?: the)?(?: (?:scores?|ratings?|numbers?|values?|points?))?[^.\n]{0,30}?\b"
_WORSENED = rf"(?:worse|more (?:{polarity.BAD}|severe|unsafe))"
_LOWER = re.compile(
    rf"\b{_LESS}{_SAID}better\b|\b{_MORE}{_SAID}{_WORSENED}|(?:越低|越小|越少)[^。\n]{{0,12}}(?:越好|更好|越优)|"
    r"(?:越高|越大|分数高)[^。\n]{0,12}(?:越差|越严重|越有害|更差)",
    re.IGNORECASE,
)
_HIGHER = re.compile(
    rf"\b{_MORE}{_SAID}better\b|\b{_LESS}{_SAID}worse\b|(?:越高|越大)[^。\n]{{0,12}}(?:越好|更好|越优)|"
    r"(?:越低|越小)[^。\n]{0,12}(?:越差|越严重)|\bhighest\b[^.\n]{0,20}\b(?:best|excellent|perfect)",
    re.IGNORECASE,
)
_NOT_SAID = re.compile(r"\b(?:not|n't|n’t|never)\b[^.\n]{0,20}\bbetter\b|不[^。\n]{0,6}越好", re.IGNORECASE)


def higher_is_better(about: str, *, said_only: bool = False) -> bool | None:
    """Whether more is better on a scale; None where a prompt says neither, or both, and what it rates is not
    clearly something good, or counts for nothing (``said_only``).
    """
    said = {*_said(about)}
    if said or said_only or _NOT_SAID.search(about):
        return said.pop() if len(said) == 1 and not _NOT_SAID.search(about) else None
    return True if _rates_good(about) else None


def _said(about: str) -> list[bool]:
    """What a prompt says of the direction, each time that it does."""
    found = [False] * bool(_LOWER.search(about)) + [True] * bool(_HIGHER.search(about))
    for order in _ORDER.finditer(about):
        kinds = [_end_means(order[name]) for name in ("first", "second")]
        found += [kinds[1] == "good"] if set(kinds) == {"good", "bad"} else []
    return found + _by_anchors(about)


def _by_anchors(about: str) -> list[bool]:
    """What the meanings of single scores say: two of them among each other, one against the scale."""
    scores: dict[str, list[float]] = {"good": [], "bad": [], "": []}
    for pattern in (_ANCHOR, _SHORT, _BEFORE):
        for anchor in pattern.finditer(about):
            scores[_end_means(anchor["meant"])].append(float(anchor["value"]))
    good, bad = scores["good"], scores["bad"]
    if good and bad:
        return [max(good) > max(bad)] if max(good) != max(bad) else [True, False]
    low, high = range_of(about)
    if low is None or high is None or low == high:
        return []
    ends = {*(value == high for value in good if value in (low, high))}
    ends |= {value == low for value in bad if value in (low, high)}
    return list(ends)


def _end_means(words: str) -> str:
    """Whether that which a score stands for is good or bad, where it says so; else "".

    A denial turns round the clause that it stands in: "not clear and misleading" is bad twice, "not clear and
    accurate" once.
    """
    begun = " ".join(words.split()[:6])
    denied = _NONE_OF.match(begun)
    if not denied:
        return _clause_means(begun)
    joint = None if _NO_FAULTS.match(begun) else _JOINT.search(begun, denied.end())
    end = joint.start() if joint else len(begun)
    means = {"good": "bad", "bad": "good", "": ""}[_clause_means(begun[denied.end() : end])]
    behind = _end_means(begun[joint.end() :]) if joint else ""
    if behind in ("", means):
        return means
    is_list = joint is not None and joint["list"] is not None
    if means:
        return means if is_list else ""
    return "" if is_list and not _LACK.match(begun) else behind


def _clause_means(words: str) -> str:
    """What words without a denial before them say."""
    told = polarity.meaning(words.split(" ")[0])
    bad = _FAULTS.search(words) or _BAD.search(words)
    good = _GOOD.search(words) or (None if bad else _QUALITY.search(words))
    if told in {"pass", "fail"} and not (bad and told == "pass"):
        return "good" if told == "pass" else "bad"
    return "" if bool(good) == bool(bad) else "good" if good else "bad"


def _rates_good(about: str) -> bool:
    """Whether what is rated is something good, or nothing but the output in a prompt that names no fault."""
    good = unknown = False
    for topic in _TOPIC.finditer(about):
        words = topic[topic.lastgroup or 0]
        quality, fault, denial = (known.search(topic[0]) for known in (_QUALITY, _FAULTS, _DENIED))
        if _is_quality_of(words):
            good = True
            continue
        fault = fault or (denial and _BAD.search(topic[0]))
        known = fault or quality
        is_denied = denial is not None and known is not None and denial.start() < known.start()
        if known and bool(fault) is not is_denied:
            return False
        good = good or quality is not None
        unknown = unknown or (topic.lastgroup != "seen" and quality is None and _THING.match(words) is None)
    return good or not (unknown or _FAULTS.search(about))


def _is_quality_of(words: str) -> bool:
    """Whether a quality is rated of something that has a fault's name: "clarity of the problem statement"."""
    quality, fault = _QUALITY.match(words), _FAULTS.search(words)
    if not quality or not fault or not _MATTER.match(words, fault.start()):
        return False
    return re.search(r"\b(?:of|the|an?|its|their)\b", words[quality.end() : fault.start()]) is not None
