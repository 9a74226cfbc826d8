"""Which words of an answer mean that the output is good: by their names, never by their place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from labelcore.judges.answer_formats import ASSENT, DISSENT, plain

PASSES = frozenset(
    """pass passed passes passing correct right accurate factual relevant good acceptable accepted
    accept valid grounded faithful supported compliant helpful safe harmless readable positive
    satisfied satisfactory consistent complete appropriate ok okay nontoxic unbiased met meets
    success successful entailed entailment useful polite equivalent aligned follows followed
    fulfilled coherent clean answered excellent resolved 通过 合格 正确 准确 相关 良好 满足 符合
    达标 事实 忠实 安全 有帮助 优秀 好 一致 无害 合规 正しい 正解 適切 忠実 安全 良い""".split()
) | {"bug free", "non toxic", "not toxic", "criteria met", "criterion met", "not hallucinated"}
FAILS = frozenset(
    """fail failed fails failing incorrect wrong inaccurate hallucinated hallucination irrelevant
    unrelated bad unacceptable rejected reject invalid ungrounded unfaithful unsupported harmful
    unsafe toxic biased unreadable negative unsatisfied inconsistent incomplete inappropriate
    contradiction contradicted noncompliant unhelpful unmet violation violates violated frustrated
    refuted contradictory useless rude fabricated unanswered unresolved 不通过 不合格 不正确 错误
    不准确 不相关 无关 不满足 不符合 不达标 幻觉 不忠实 不安全 有害 差 不一致 违规 未通过
    不正解 誤り 間違い 不適切 不合格 有害 悪い""".split()
) | {
    "is bug",
    "not relevant",
    "not correct",
    "not grounded",
    "not met",
    "not factual",
    "non compliant",
    "not supported",
}
ABSTAINS = frozenset(
    """unsure unknown abstain uncertain unclear na inconclusive unverifiable
    不确定 无法判断 不适用 未作答 弃权""".split()
) | {"not attempted", "cannot determine", "cannot tell", "not sure", "n/a", "not applicable"}
_ROOTS = "hallucinat|toxic|harmful|offensiv|violat|contradict|fabricat|leak|frustrat|malicious|"
_ROOTS += "insensitiv|stereotyp"
_FAULTS = "unsafe|off.topic|misleading|unsupported|pii"
_FAULTS_ELSEWHERE = "有害|幻觉|违规|错误|泄露|偏见|冒犯|矛盾|捏造|毒性|誤り|違反|ハルシネーション|差別|漏洩"
BAD = rf"{_ROOTS}|\bbias(?:ed)?\b|\berrors?\b|problem|{_FAULTS}|jailbr[eo]a?k|refus|inject|拒绝"
BAD += f"|{_FAULTS_ELSEWHERE}"
_BAD_TOPIC = re.compile(BAD, re.IGNORECASE)
_FAULT = re.compile(
    rf"(?:{_ROOTS})(?:s|e|e[ds]|ions?|ity|ness|eness|age|ory)?|bias(?:es|ed)?|errors?|problems?|bugs?|"
    rf"{_FAULTS}|{_FAULTS_ELSEWHERE}"
)
"""A fault by its name alone. What a model refuses, or a user attempts, is none: either may be right."""
_IN_BETWEEN = frozenset(
    """is are was were has have had contain contains any a an the of from eval evaluation test
    存在 包含 含有 有""".split()
)
LACK = r"\b(?:lack\w*|omi(?:t|ssion)\w*|miss(?:es|ed|ing)?|deviat\w*)\b|缺少|缺乏|遗漏|偏离"
NO = (
    rf"{LACK}|\b(?:non?|not|never|nothing|neither|cannot|without|less|(?<!a )little|hardly)\b|"
    r"\b\w{1,12}n['’]t\b|不|没有?|[无無未]|非(?!常)"
)
NEGATION = rf"{NO}|\b(?:free|zero|absen(?:t|ce)|avoid\w*|far from)\b|不(?:存在|包含|含)|避免"
"""What turns that which stands behind it into its opposite."""
_DENIAL = re.compile(
    r"no|not|non|without|free|zero|never|avoid(?:s|ed)|不|没有?|[无無未非]|不(?:存在|包含|含)|避免"
)
"""A part of a field's name that denies the rest; that something is lacking may be the fault it names."""
_CHINESE_BEGIN = re.compile(r"\A(?P<word>无|没有|不?存在|不?包含|不含|含有|避免|有(?!害))?(?=.)")
NEGATED = (
    r"\b(?:in(?:accura|correct|complete|consisten|cohere|appropria|valid)|ir(?:relevan|respons)|"
    r"un(?:safe|faith|helpful|clear|true|truth|ground|reliab)|dis(?:honest|respect)|wrong|worse|rude)\w*|"
    r"不(?:正确|准确|相关|一致)"
)
"""Words for the opposite of something good."""
GOOD = (
    r"\b(?:meets?|satisf\w+|pass(?:es|ed)?|correct(?:ness|ly)?|accura\w+|faithful\w*|grounded|relevan\w+|"
    r"helpful\w*|follows?|good|quality|complete\w*|addresses|fulfil\w*|adher\w+|supported)\b|"
    r"符合|满足|通过|正确|准确|相关|质量|合格|忠实|満たし|正しい|適切|正確"
)
"""Words for something good that is asked about."""
_GOOD_TOPIC = re.compile(GOOD, re.IGNORECASE)
_DENIED_GOOD = re.compile(
    rf"(?:{NO}|\brather than|\bfail(?:s|ed|ing)? to|\b(?:have|has|had) to)(?:(?<=[a-z])[^.?!;,\n]{{0,50}}?|"
    rf"[^。？！，；,\n]{{0,6}}?)(?:{GOOD})|"
    rf"\b(?:lacks?|omits?|misses|deviates?|neglects?|ignores?)\b|{NEGATED}|"
    r"(?:正しく|正確では|適切では|満たして(?:い)?)な",
    re.IGNORECASE,
)
"""Where something good is denied, or the opposite of it is asked for."""
_NO_CLAUSE = re.compile(
    r"[\"'“‘*]*\b(?:no|false|n)\b[\"'”’*]*,? ?(?:\(|=|:|->|-|if|when|means|for|otherwise)[^.;\n]{0,120}|"
    r"[^.;,\n]{0,80}(?:answer|say|respond|return|output|reply)(?: with)? [\"'“‘*]*(?:no|false)\b|"
    r"\b(?:do|does|should|must) not (?:explain|add|write|include|output|use|give|provide|return)[^.\n]{0,80}|"
    rf"\bor (?:not\b|(?:{NEGATED}))|"
    r"(?:否则|则?(?:回答|输出|返回))[“\"']?否|[“\"']?否[”\"']?(?:表示|代表|[:：=])[^。；\n]{0,30}|"
    r"[^。；，\n]{0,20}(?:则|就)?(?:回答|输出|返回)[“\"'：:]?否|或(?:者)?不\w{2}|还是不\w{2}",
    re.IGNORECASE,
)
"""What "no" means, which may be anything bad, and how to answer."""


_MOOD = re.compile(r"\bsentiments?\b|\bemotion|\bmood\b|情感|情绪", re.IGNORECASE)
"""Of what a text feels neither end is good."""


def meaning(word: str) -> str:
    """pass, fail or abstain where a word says so by itself, else ""."""
    folded = plain(word)
    kinds = (("pass", PASSES), ("fail", FAILS), ("abstain", ABSTAINS))
    return next((value for value, words in kinds if folded in words), "")


def telling_words(phrase: str) -> list[str]:
    """The words of a phrase that mean pass or fail; of Chinese ones that hold another the longer."""
    words = [word for word in re.findall(r"[A-Za-z][A-Za-z\-]*", phrase) if meaning(word) in {"pass", "fail"}]
    han = [word for word in PASSES | FAILS if word in phrase and not word.isascii()]
    return words + [word for word in han if not any(word in other for other in han if other != word)]


def sort(words: Sequence[str], about: str) -> dict[str, str]:
    """Word -> pass, fail, abstain, or "" where it must be asked. ``about`` is what is asked for the answer.

    "yes" and "no" mean what the question means: where that is about a fault, they are asked about.
    """
    meanings = {word: meaning(word) for word in words}
    if _MOOD.search(about):
        meanings |= {word: "" for word in words if plain(word) in {"positive", "negative"}}
    good = not _BAD_TOPIC.search(about) and bool(_GOOD_TOPIC.search(about))
    for word in words:
        if good and plain(word) in ASSENT | DISSENT and not denies_good(about):
            meanings[word] = "pass" if plain(word) in ASSENT else "fail"
    return meanings


def names_fault(about: str) -> bool:
    """Whether a prompt speaks of a fault, so that finding it could be called a pass."""
    return _BAD_TOPIC.search(about) is not None


def denies_good(about: str) -> bool:
    """Whether yes may be said to what is not good, whatever good words stand beside it."""
    return _DENIED_GOOD.search(_NO_CLAUSE.sub(" ", about)) is not None


def field_means_pass(name: str) -> bool | None:
    """Whether a field that is true means a good output; None where its name is not that of a good or a bad
    thing alone, or of one that is denied: "handles_toxic_input" says neither.
    """
    folded = plain(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).split(".")[-1]).removeprefix("是否")
    words = [folded]
    if not meaning(folded):
        spaced = _CHINESE_BEGIN.sub(lambda begin: f"{begin['word'] or ''} ", folded)
        words = [word for word in spaced.split() if word not in _IN_BETWEEN]
    topic = " ".join(word for word in words if not _DENIAL.fullmatch(word))
    denials = sum(map(bool, map(_DENIAL.fullmatch, words)))
    kind = "fail" if _FAULT.fullmatch(topic) else meaning(topic)
    return None if kind not in {"pass", "fail"} or denials > 1 else (kind == "pass") is not bool(denials)
