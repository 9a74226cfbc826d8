"""Detectors of two lists of words that meet in one sentence, or of which only one is there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from labelcore.judges.detectors import register
from labelcore.judges.detectors.manner import PATTERNS
from labelcore.models import Output
from labelcore.text.patterns import Patterns, bytes_of
from labelcore.text.reading import sentences

_DRAWBACK = "negativ drawback con downside complain critic flaw weak disadvant 缺点 负面 差评 不足 抱怨"
_CONTRAST = (
    r"\b(?:but|however|although|though|despite|while|whereas|yet|even if|unfortunately|except)\b"
    r"|\bon the other hand\b|虽然|尽管|但|不过|然而|却|可惜"
)
_PROMISE = (
    r"\b(?:we|I)(?:'ll| will| can)\b|\bwill be\b|\bguarantee|\bpromise|我们?(?:会|将|可以)|保证|承诺|一定会"
)
_GOODS = (
    r"\b(?:refund\w*|replac\w+|free|discount\w*|compensat\w+|credit|voucher|reimburs\w+|money back)\b"
    r"|\d+ (?:hours|days|business|working|weeks)"
    r"|退款|退货|免费|赔|补偿|折扣|更换|代金券|\d+个?(?:小时|工作日|天)内?"
)
_PERSON = (
    r"\b(?:mr|mrs|ms|miss|dr|patient|client|customer|he|she|his|her|my|your|named?)\b"
    r"|先生|女士|小姐|患者|病人|客户|姓名|他|她|您|我"
)
_DETAIL = (
    r"\b\d{1,3}[- ]years?[- ]old\b|\b(?:aged?|born|birth\w*|dob|ssn|passport|address|lives? (?:at|in|on)"
    r"|phone|e-?mail|street|avenue|married|divorced|salary)\b|[\w.+-]{1,64}@[\w-]{1,64}\.\w{2,10}"
    r"|\d{1,3}岁|出生|生日|身份证|护照|住址|地址|住在|电话|手机|邮箱|已婚|离异|工资"
)
_PROFESSION = (
    r"\b(?:dos(?:e|age)s?|medication\w*|medicines?|symptoms?|diagnos\w+|treat(?:ment|ed)?|doctors?|"
    r"physician|mg"
    r"|invest\w*|stocks?|shares|loans?|tax\w*|lawsuits?|legal\w*|contracts?|attorneys?|lawyers?|courts?|"
    r"sue)\b|药|剂量|诊断|治疗|症状|医生|就医|投资|股票|基金|贷款|税|法律|合同|律师|诉讼|起诉"
)
_TASK = (
    r"\b(?:will|should|must|needs? to|has to|have to|to be done|action|follow[- ]up|task)\b"
    r"|需要|需|负责|将|跟进|完成|落实|待办|安排"
)
_OWNER = (
    r"\b(?-i:[A-Z][a-z]+) (?:will|should|must|needs?|has|to)\b|\b(?:I|we|he|she|they)\b|\d"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|\b(?:today|tomorrow|tonight|week|month)\b"
    r"|由|负责人|[他她我您你]|周[一二三四五六日]|星期|今天|明天|本周|下周|月底|之前|[：:]"
)


_PATTERNS = {_TASK: _TASK, _OWNER: _OWNER}
_NOWHERE: frozenset[int] = frozenset()


@cache
def _patterns() -> Patterns:
    return Patterns(_PATTERNS)


@lru_cache(maxsize=256)
def _where(text: str) -> Mapping[str, frozenset[int]]:
    """The numbers of the sentences that show each pattern."""
    places: dict[str, set[int]] = {name: set() for name in _patterns().standing(bytes_of(text))}
    for at, sentence in enumerate(sentences(text) if places else ()):
        for name in _patterns().standing(bytes_of(sentence)):
            if name in places:
                places[name].add(at)
    return {name: frozenset(where) for name, where in places.items()}


def _together(name: str, quantity: str, topics: str, first: str, second: str) -> None:
    """Register in how many sentences both patterns stand."""
    _PATTERNS[first], _PATTERNS[second] = first, second

    def feature(output: Output, _: dict[str, Any]) -> float:
        where = _where(output.text)
        return float(len(where.get(first, _NOWHERE) & where.get(second, _NOWHERE)))

    register(name, quantity, "high", topics)(feature)


_together(
    "drawbacks conceded",
    "sentences that concede a drawback",
    f"{_DRAWBACK} but concession balanced although 但是 让步",
    _CONTRAST,
    PATTERNS["negative words"],
)
_together(
    "complaints of customers",
    "sentences in which customers complain",
    f"{_DRAWBACK} review customer user feedback 评论 用户 客户 评价",
    PATTERNS["talk of customers"],
    PATTERNS["negative words"],
)
_together(
    "sweeping praise",
    "sentences of sweeping praise",
    "exaggerat overclaim hype absolute sales promot oversell 夸大 夸张 绝对 吹嘘 过度",
    PATTERNS["absolute words"],
    PATTERNS["positive words"],
)
_together(
    "firm promises",
    "sentences that promise money, goods or a date",
    "promis commit guarantee refund overpromis policy compensat 承诺 保证 答应 退款 赔偿",
    _PROMISE,
    _GOODS,
)
_together(
    "personal details",
    "sentences with a personal detail of somebody",
    "privacy personal pii identif anonym confidential sensitive 隐私 个人信息 身份 匿名",
    _PERSON,
    _DETAIL,
)
_together(
    "professional advice",
    "sentences with advice on health, law or money",
    "advice recommend diagnos legal medical financial lawyer doctor 建议 诊断 医疗 法律 投资",
    PATTERNS["advice"],
    _PROFESSION,
)


@register(
    "tasks of nobody",
    "tasks without a person or a date",
    "high",
    "action owner deadline assign who task responsib vague due 负责人 截止 待办 谁 分工 期限",
)
def tasks_of_nobody(output: Output, _: dict[str, Any]) -> float:
    where = _where(output.text)
    return float(len(where.get(_TASK, _NOWHERE) - where.get(_OWNER, _NOWHERE)))
