"""The demands that a statement makes, where it makes several."""

from __future__ import annotations

import re

_AND = re.compile(r"\s+(?:and|as well as|but also)\s+|;\s+|以及|并且|而且|同时|，并|；", re.IGNORECASE)
_NUMBER = r"(?:[(（]?\d{1,2}[.):、）](?!\d)|[①-⑨])"
_ITEM = re.compile(rf"^\s*(?:{_NUMBER}\s*|[-*•]\s+)(.{{3,}})$", re.MULTILINE)
_NUMBERED = re.compile(rf"(?:^|(?<=[\s:：;；。])){_NUMBER}\s*")
"""What begins an item, also in the middle of a line."""
_BEFORE_NOUN = r"(?:(?!(?:of|for|in|on|about|with|when|that|the|an?|each|every|its|your)\b)\w+\s+){0,2}"
_NOT_CHECKED = (
    rf"(?!\s*{_BEFORE_NOUN}(?:answer|response|output|repl(?:y|ies)|text|question|input|conversation|"
    rf"document|context|"
    r"step|format|scale|option|label|verdict|example|score|categor|instruction|summar|fact|ticket|case|claim|"
    r"message|e-?mail|article|passage|sentence|transcript|dialog|chat|translation|essay|review|completion|"
    r"candidate)|\s*[\d两二三四五六七八九十几]{0,3}\s*[个條条段篇份则组封名]?(?:回答|回复|输出|文本|问题|对话|步骤|格式|选项|"
    r"标签|示例|内容(?![:：])|答案|事实|摘要|总结|工单|案例|说法|陈述|消息|邮件|文章|段落|句子|译文|翻译|材料|评论|信息))"
)
_SLOT = re.compile(r"\{\s*[\w.]+\s*\}|⟨|<<\s*\w|\$\{?[A-Za-z_]|%\(\w")
_HEADING = re.compile(
    r"^[^\n]{0,60}(?:criteri|rubric|requirement|aspect|dimension|factor|标准|要求|维度|方面)[^\n]{0,40}[:：]\s*$|"
    r"(?:\b(?:check|verify|evaluate|assess|consider|examine|ensure|make sure|look (?:for|at)|judge)\b"
    rf"[^\n.:]{{0,40}}\b(?:the following|these|following){_NOT_CHECKED}|"
    rf"(?:检查|核对|核查|确认|评估|评价|考虑|判断|确保)[^\n。:：]{{0,12}}(?:以下|下列|如下){_NOT_CHECKED})[^\n.。:：]{{0,30}}[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_ASPECTS = re.compile(
    r"\b(?:factors|criteria|aspects|dimensions|qualities)\b[^.\n:]{0,30}?(?:such as|like|including|:)\s+"
    r"(?:the\s+)?(?P<list>[\w\- ]{3,30}(?:,\s*[\w\- ]{3,30}){1,8},?\s*(?:and|or)\s+[\w\- ]{3,30})"
    r"|(?:从|考虑|包括)(?P<han>[\u3400-\u9fff]{2,8}(?:、[\u3400-\u9fff]{2,8})+[和与及]?[\u3400-\u9fff]{0,8}?)"
    r"(?:等)?(?:方面|维度|角度|标准)",
    re.IGNORECASE,
)
_MUST = r"(?:must|should|shall|has to|needs to|必须|应当|应该|需要|不得|不能)"
_DEMANDED = re.compile(
    rf"(?:\b(?:reply|answer|response|output|summary|message|text|it)\s+|回复|回答|输出|答复|答案)"
    rf"(?P<list>{_MUST}[^.!?;:\n。！？；]{{3,240}})",
    re.IGNORECASE,
)
"""What a sentence says that an output must do."""
_NEXT = re.compile(
    rf"(?:,\s*(?:and\s+)?|\s+and\s+|[，、]?(?:并且|而且|且|和)|[，、])(?={_MUST})", re.IGNORECASE
)
_BETWEEN = re.compile(r",\s*(?:and|or)\s+|\s+(?:and|or)\s+|,\s*|[、和与及]")
_FAILS = re.compile(r"\bfail(?:s|ed)?\b|不通过|不合格", re.IGNORECASE)
_PASSES = re.compile(r"\bpass(?:es|ed)?\b|(?<!不)通过|(?<!不)合格", re.IGNORECASE)
_SHORTEST = 3


def demands(statement: str) -> list[str]:
    """Its two halves where "and" joins two demands, else none; what fails and what passes is one demand."""
    halves = [half.strip(' .,“”"。，') for half in _AND.split(statement)][:2]
    if len(halves) < 2 or min(map(len, halves)) <= _SHORTEST or _both_sides(*halves):
        return []
    return halves


def _both_sides(first: str, other: str) -> bool:
    """Whether one half says what fails, and the other what passes."""
    sides = [(bool(_FAILS.search(half)), bool(_PASSES.search(half))) for half in (first, other)]
    return set(sides) == {(True, False), (False, True)}


def listed(text: str) -> list[str]:
    """Several criteria that a text has in a list, or names one after the other."""
    for heading in _HEADING.finditer(text):
        block = text[heading.end() :].lstrip("\n").partition("\n\n")[0]
        begins, *numbered = _NUMBERED.split(block)
        items = (
            [] if begins.strip() else [item.strip().partition("\n")[0].strip(" ;；。.") for item in numbered]
        )
        if len(items) < 2 or not all(items):
            items = [item.strip() for item in _ITEM.findall(block)]
        if len(items) > 1 and not any(map(_SLOT.search, items)):
            return items
    for match in _ASPECTS.finditer(text):
        words = [word.strip() for word in _BETWEEN.split(match["list"] or match["han"]) if word.strip()]
        if len(words) > 2:
            return words
    return []


def demanded(text: str) -> list[str]:
    """Several things that one sentence of a text demands of an output; [] where none does."""
    for sentence in _DEMANDED.finditer(text):
        asked = [part.strip() for part in _NEXT.split(sentence["list"]) if part.strip()]
        if len(asked) > 1:
            return asked
    return []
