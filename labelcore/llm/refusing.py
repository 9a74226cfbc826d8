"""Whether a model's words refuse the task: known by how they begin."""

from __future__ import annotations

import json
import re

_WILL_NOT = (
    r"(?:can['’]?t|cannot|can not|am unable to|am not able to|won['’]?t|will not|"
    r"must decline to|decline to)"
)
_TASK = (
    r"(?:assist|help|comply|fulfill?|continue|engage|participate|process (?:that|this|the)|"
    r"do (?:that|this)|respond to (?:that|this)|answer (?:that|this)|"
    r"provide (?:that|this|any|such|an assessment|a judge?ment)|take part|support (?:that|this))\b"
)
_ENGLISH = re.compile(
    r"\W{0,9}(?:(?:i['’]m|i am|we['’]re)?\s?(?:very |so )?sorry|i apologi[sz]e|"
    r"unfortunately)?\W{0,3}(?:but )?"
    rf"(?:as an? (?:ai|language model)[^.\n]{{0,60}}?,\s?)?i {_WILL_NOT} {_TASK}",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"\W{0,9}(?:非常|很|十分)?(?:抱歉|对不起|不好意思)?\W{0,3}(?:作为[^，。\n]{0,20}，)?"
    r"(?:我|本助手)(?:无法|不能|不会|没办法|不便)(?:为[您你])?"
    r"(?:协助|帮助|帮您|帮你|满足|提供|继续|回答|回应|处理|完成|参与|执行|讨论)"
)


def refusal_text(text: str) -> str:
    """A refusal that a provider gives in a field of its own, as a text to be kept."""
    return json.dumps({"refusal": text}, ensure_ascii=False)


def kept_refusal(text: str) -> str:
    """What a kept text says of refusing, in either form; "" where it is no refusal."""
    if refuses(text):
        return text
    try:
        found = json.loads(text) if text.startswith('{"refusal"') else {}
    except ValueError:
        return ""
    return str(found["refusal"]) if list(found) == ["refusal"] else ""


def refuses(text: str) -> bool:
    """Whether the words begin as a refusal does, in English or Chinese.

    What a judge says about an output ("I cannot find a source") is none: the verb must be one of
    helping or answering.
    """
    return bool(_ENGLISH.match(text) or _CHINESE.match(text))
