"""Detectors of tone, refusals, personal data and habits of language models."""

from __future__ import annotations

import re
from typing import Any

from labelcore.judges.detectors.base import register
from labelcore.models import Output
from labelcore.text.reading import LONGEST, words


def _counter(
    name: str, quantity: str, bad: str, topics: str, pattern: str, *, relative: bool = False
) -> None:
    """Register how often a pattern occurs (per 100 words when ``relative``)."""
    compiled = re.compile(pattern, re.I)

    def feature(output: Output, _: dict[str, Any]) -> float:
        found = len(compiled.findall(output.text[:LONGEST]))
        return found * 100 / max(1, len(words(output.text))) if relative else found

    register(name, quantity, bad, topics)(feature)  # type: ignore[arg-type]  # literals below


_counter("refusals", "refusals", "high", "refus declin unable cannot help 拒绝 无法 不能",
         r"\bI(?:'m| am) (?:sorry|unable|not able)|\bI (?:can(?:'|no)t|won't)\b|as an? (?:AI|language model)|作为(?:一个)?(?:AI|人工智能|语言模型)|抱歉|无法(?:提供|回答|完成)")  # fmt: skip
_counter("talk about itself", "phrases about the answer itself", "high", "preamble meta intro filler here-is unnecessary 开场 废话 多余 客套",
         r"^\s*(?:sure|certainly|of course|here(?:'s| is| are))\b|\b(?:in this (?:summary|response|description)|the (?:summary|response) (?:is|above|below)|I hope this helps|let me know if)\b|以下是|当然[，,]|希望(?:这|能|对您)|总结如下")  # fmt: skip
_counter("hedges", "hedging words", "high", "hedg vague uncertain unclear specific wishy 含糊 模糊 不确定 具体",
         r"\b(?:may|might|could|perhaps|possibly|probably|seems?|appears?|generally|typically|likely)\b|可能|也许|大概|似乎|或许")  # fmt: skip
_counter("superlatives", "superlatives and sales words", "high", "market sales hype exaggerat overclaim promot tone superlativ 夸张 夸大 营销 广告 吹",
         r"\b(?:best|perfect|amazing|incredible|ultimate|revolutionary|unmatched|unparalleled|guaranteed?|world-class|must-have|stunning|exceptional)\b|最(?:好|佳|棒|强)|完美|极致|顶级|首选|无与伦比|绝佳")  # fmt: skip
_counter(
    "exclamations", "exclamation marks", "high", "exclam enthusias tone excited 感叹 语气", r"[!！]"
)
_counter("questions", "questions", "either", "question ask clarif 提问 反问 问题", r"[?？]")
_counter("emoji", "emoji", "high", "emoji emoticon 表情", "[\U0001f300-\U0001faff\u2600-\u27bf]")
_counter("capitals", "words in capitals", "high", "caps capital shout 大写", r"\b(?-i:[A-Z]{4,})\b")
_counter("apologies", "apologies", "either", "apolog sorry empath tone rude 道歉 抱歉 态度 礼貌",
         r"\b(?:sorry|apolog\w+|regret)\b|抱歉|对不起|歉意|不好意思")  # fmt: skip
_counter("thanks", "thanks and courtesies", "either", "polite courte thank friendly warm rude 礼貌 感谢 友好 态度",
         r"\b(?:thank|thanks|please|appreciate|kindly)\b|感谢|谢谢|请您|敬请")  # fmt: skip
_counter("greetings", "greetings", "either", "greet salutation dear hello hi 问候 称呼 您好",
         r"^\s*(?:dear|hi|hello|hey|good (?:morning|afternoon))\b|您好|尊敬的|亲爱的")  # fmt: skip
_counter("closings", "closing formulas", "either", "sign-off signature closing regards 落款 署名 结尾",
         r"\b(?:best|kind|warm) regards|\bsincerely|\bcheers\b|此致|敬礼|祝您|顺祝")  # fmt: skip
_counter("promises", "promises", "high", "promis commit guarantee refund overpromis policy 承诺 保证 答应 退款",
         r"\b(?:we|I)(?:'ll| will)\b|\bguarantee|\bwill be (?:sent|refunded|processed|delivered)|within \d+ (?:hours|days|business)|我们(?:会|将)|保证|承诺|\d+个?(?:小时|工作日|天)内")  # fmt: skip
_counter("first person", "uses of the first person", "either", "first-person voice person we our 第一人称 人称 口吻",
         r"\b(?:I|we|our|my|us)\b|我们|我|咱")  # fmt: skip
_counter("second person", "uses of the second person", "either", "address second-person you your 第二人称 称呼",
         r"\b(?:you|your|yours)\b|您|你")  # fmt: skip
_counter("e-mail addresses", "e-mail addresses", "high", "email e-mail privacy personal pii contact 邮箱 隐私 个人信息",
         r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{2,20}")  # fmt: skip
_counter("phone numbers", "phone numbers", "high", "phone privacy personal pii contact number 电话 隐私 个人信息",
         r"(?<!\d)(?:\+?\d{1,3}[ -])?\(?\d{3}\)?[ -]\d{3,4}[ -]\d{3,4}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)")  # fmt: skip
_counter("titled names", "names with a title", "high", "name privacy personal pii identif anonym 姓名 隐私 身份",
         r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s+(?-i:[A-Z])\w+|[\u4e00-\u9fff]{1,2}(?:先生|女士|小姐|医生|教授)")  # fmt: skip
_counter("ages and dates of birth", "ages or dates of birth", "high", "age birth privacy personal pii 年龄 生日 隐私",
         r"\b\d{1,3}[- ]years?[- ]old\b|\bborn (?:on|in)\b|\bDOB\b|\d{1,3}岁|出生")  # fmt: skip
_counter(
    "numbers",
    "numbers",
    "either",
    "number figure detail specific data quantif 数字 数据 细节 具体",
    r"\d+(?:[.,]\d+)*",
)
_counter("contrast words", "words of contrast", "either", "negative balance con drawback critic downside 缺点 负面 不足",
         r"\b(?:but|however|although|though|despite|unfortunately|drawback|complain\w*|issue|problem)\b|但|不过|然而|缺点|问题|投诉")  # fmt: skip
_counter("negations", "negations", "either", "negative not deny contradict opposite 否定 矛盾 相反",
         r"\b(?:not|no|never|none|without|\w+n't)\b|不|没有|未|无")  # fmt: skip
_counter("jargon", "very long words in 100", "high", "jargon technical simple plain complex readab 术语 专业 难懂 通俗",
         r"\b[a-z]{12,}\b", relative=True)  # fmt: skip
_counter("filler", "filler phrases", "high", "generic fluff filler vague cliche boilerplate 空洞 套话 泛泛 笼统",
         r"\b(?:in conclusion|overall|additionally|furthermore|moreover|it is important to|whether you|look no further|not only|designed to|perfect for|ideal for)\b|总之|综上|此外|不仅|无论|值得")  # fmt: skip
