"""Detectors of tone, refusals, personal data and habits of language models, on RE2: linear in any text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from labelcore.judges.detectors import Bad, register
from labelcore.models import Output
from labelcore.text.patterns import Patterns, bytes_of
from labelcore.text.reading import words

_VERY_LONG = "very long words"
PATTERNS: dict[str, str] = {_VERY_LONG: r"\b[a-z]{12,}\b"}
_JARGON = "jargon technical simple plain complex readab 术语 专业 难懂 通俗"


def _counts(name: str, quantity: str, bad: Bad) -> Callable[[str, str], None]:
    """Register how often a pattern occurs, in small letters or large ones."""

    def of(topics: str, pattern: str) -> None:
        PATTERNS[name] = pattern
        register(name, quantity, bad, topics)(lambda output, _: _counted(output.text)[name])

    return of


@cache
def _patterns() -> Patterns:
    return Patterns(PATTERNS)


@lru_cache(maxsize=256)
def _counted(text: str) -> Counter[str]:
    """How often each pattern occurs: all of them at once, so that later detectors only look it up."""
    return _patterns().counts(bytes_of(text))


_counts("refusals", "refusals", "high")(
    "refus declin unable cannot help 拒绝 无法 不能",
    r"\bI(?:'m| am) (?:sorry|unable|not able)|\bI (?:can(?:'|no)t|won't)\b|as an? (?:AI|language "
    r"model)|作为(?:一个)?(?:AI|人工智能|语言模型)|抱歉|无法(?:提供|回答|完成)",
)
_counts("talk about itself", "phrases about the answer itself", "high")(
    "preamble meta intro filler here-is unnecessary 开场 废话 多余 客套",
    r"^\s*(?:sure|certainly|of course|here(?:'s| is| are))\b|\b(?:in this (?:summary|response|"
    r"description)|the (?:summary|response) (?:is|above|below)|I hope this helps|let me know if)\b|"
    r"以下是|当然[，,]|希望(?:这|能|对您)|总结如下",
)
_counts("hedges", "hedging words", "high")(
    "hedg vague uncertain unclear specific wishy 含糊 模糊 不确定 具体",
    r"\b(?:may|might|could|perhaps|possibly|probably|seems?|appears?|generally|typically|likely)\b|"
    r"可能|也许|大概|似乎|或许",
)
_counts("superlatives", "superlatives and sales words", "high")(
    "market sales hype exaggerat overclaim promot tone superlativ 夸张 夸大 营销 广告 吹",
    r"\b(?:best|perfect|amazing|incredible|ultimate|revolutionary|unmatched|unparalleled|"
    r"guaranteed?|world-class|must-have|stunning|exceptional)\b|最(?:好|佳|棒|强)|完美|极致|顶级|"
    r"首选|无与伦比|绝佳",
)
_counts("exclamations", "exclamation marks", "high")("exclam enthusias tone excited 感叹 语气", r"[!！]")
_counts("questions", "questions", "either")("question ask clarif 提问 反问 问题", r"[?？]")
_counts("emoji", "emoji", "high")("emoji emoticon 表情", "[\U0001f300-\U0001faff\u2600-\u27bf]")
_counts("capitals", "words in capitals", "high")("caps capital shout 大写", r"\b(?-i:[A-Z]{4,})\b")
_counts("apologies", "apologies", "either")(
    "apolog sorry empath tone rude 道歉 抱歉 态度 礼貌",
    r"\b(?:sorry|apolog\w+|regret)\b|抱歉|对不起|歉意|不好意思",
)
_counts("thanks", "thanks and courtesies", "either")(
    "polite courte thank friendly warm rude 礼貌 感谢 友好 态度",
    r"\b(?:thank|thanks|please|appreciate|kindly)\b|感谢|谢谢|请您|敬请",
)
_counts("greetings", "greetings", "either")(
    "greet salutation dear hello hi 问候 称呼 您好",
    r"^\s*(?:dear|hi|hello|hey|good (?:morning|afternoon))\b|您好|尊敬的|亲爱的",
)
_counts("closings", "closing formulas", "either")(
    "sign-off signature closing regards 落款 署名 结尾",
    r"\b(?:best|kind|warm) regards|\bsincerely|\bcheers\b|此致|敬礼|祝您|顺祝",
)
_counts("promises", "promises", "high")(
    "promis commit guarantee refund overpromis policy 承诺 保证 答应 退款",
    r"\b(?:we|I)(?:'ll| will)\b|\bguarantee|\bpromise[sd]?\b|\bwill be (?:sent|refunded|processed|"
    r"delivered)|within \d+ (?:hours|days|business)|我们(?:会|将)|保证|承诺|答应|\d+个?(?:小时|工作日|天)内",
)
_counts("first person", "uses of the first person", "either")(
    "first-person voice person we our 第一人称 人称 口吻", r"\b(?:I|we|our|my|us)\b|我们|我|咱"
)
_counts("second person", "uses of the second person", "either")(
    "address second-person you your 第二人称 称呼", r"\b(?:you|your|yours)\b|您|你"
)
_counts("e-mail addresses", "e-mail addresses", "high")(
    "email e-mail privacy personal pii contact 邮箱 隐私 个人信息", r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{2,20}"
)
_counts("phone numbers", "phone numbers", "high")(
    "phone privacy personal pii contact number 电话 隐私 个人信息",
    r"(?:^|[^\d])(?:(?:\+?\d{1,3}[ -])?\(?\d{3}\)?[ -]\d{3,4}[ -]\d{3,4}|1[3-9]\d{9})(?:[^\d]|$)",
)
_counts("titled names", "names with a title", "high")(
    "name privacy personal pii identif anonym 姓名 隐私 身份",
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s+(?-i:[A-Z])\w+|\p{Han}{1,2}(?:先生|女士|小姐|医生|教授)",
)
_counts("ages and dates of birth", "ages or dates of birth", "high")(
    "age birth privacy personal pii 年龄 生日 隐私",
    r"\b\d{1,3}[- ]years?[- ]old\b|\bborn (?:on|in)\b|\bDOB\b|\d{1,3}岁|出生",
)
_counts("numbers", "numbers", "either")(
    "number figure detail specific data quantif 数字 数据 细节 具体", r"\d+(?:[.,]\d+)*"
)
_counts("contrast words", "words of contrast", "either")(
    "negative balance con drawback critic downside 缺点 负面 不足",
    r"\b(?:but|however|although|though|despite|unfortunately|drawback|complain\w*|issue|problem)\b|"
    r"但|不过|然而|缺点|问题|投诉",
)
_counts("negations", "negations", "either")(
    "negative not deny contradict opposite 否定 矛盾 相反",
    r"\b(?:not|no|never|none|without|\w+n't)\b|不|没有|未|无",
)


@register("jargon", "very long words in 100", "high", _JARGON, whole=False)
def jargon(output: Output, _: dict[str, Any]) -> float:
    return _counted(output.text)[_VERY_LONG] * 100 / max(1, len(words(output.text)))


_counts("filler", "filler phrases", "high")(
    "generic fluff filler vague cliche boilerplate 空洞 套话 泛泛 笼统",
    r"\b(?:in conclusion|overall|additionally|furthermore|moreover|it is important to|whether you|"
    r"look no further|not only|designed to|perfect for|ideal for)\b|总之|综上|此外|不仅|无论|值得",
)
_counts("negative words", "negative words", "high")(
    "negativ complain critic bad downside review unfavo 负面 差评 缺点 抱怨",
    r"\b(?:bad|poor(?:ly)?|worse|worst|cheap(?:ly)?|broken?|broke|fail(?:s|ed|ure)?|defect\w*|"
    r"flaw\w*|disappoint\w*|difficult\w*|uncomfortable|unreliable|lack(?:s|ing)?|complain\w*|"
    r"concern\w*|problem\w*|wrong|hate[ds]?|negative\w*|weak\w*|limited|annoy\w*|fragile|unhappy|"
    r"dissatisf\w*)\b|差|坏|失望|缺点|不足|故障|问题|难用|抱怨|负面|劣",
)
_counts("positive words", "positive words", "either")(
    "positiv upbeat praise bias balanced friendly warm 正面 积极 好评 客观",
    r"\b(?:good|great|excellent|love[ds]?|easy|easily|comfortable|reliable|durable|beautiful\w*|"
    r"high-quality|quality|enjoy\w*|happy|wonderful|fantastic|impressive|smooth\w*|versatile|"
    r"effective\w*|positive\w*|elegant|helpful)\b|优质|好用|喜欢|舒适|耐用|美观|方便|满意|优秀|"
    r"出色|可靠",
)
_counts("prices", "prices and amounts of money", "either")(
    "price cost money amount fee discount currency dollar 价格 费用 金额 优惠 价",
    r"[$€£¥]\s?\d|\b\d+(?:\.\d+)?\s?(?:usd|eur|gbp|dollars?|euros?|pounds?)\b|\d+(?:\.\d+)?\s?(?:元|块|美元)",
)
_counts("dates and times", "dates and times", "either")(
    "date time day month year when deadline schedule 日期 时间 月 截止",
    r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|"
    r"\b(?:january|february|march|april|june|july|august|september|october|november|december)\b|"
    r"\b\d{1,2}:\d{2}\b|\b\d{1,2}\s?(?:am|pm)\b|\b(?:today|tomorrow|yesterday)\b|\d{1,2}[月日点号]|"
    r"周[一二三四五六日]|星期|今天|明天|昨天",
)
_counts("calls to action", "calls to action", "either")(
    "call-to-action cta buy purchase order urge pushy sales 购买 下单 促销 推销",
    r"\b(?:buy|order|shop|purchase|get yours|add to (?:your )?cart|don't miss|try it|click|visit|"
    r"sign up|subscribe|learn more|upgrade|discover|experience)\b|立即|马上|赶快|下单|抢购|点击|"
    r"购买|不要错过|快来",
)
_counts("talk of customers", "mentions of customers and reviews", "either")(
    "review customer user rating testimonial star feedback 评价 评论 用户 客户 好评",
    r"\b(?:customers?|users?|reviews?|reviewers?|buyers?|ratings?|rated|stars?|feedback|"
    r"testimonials?)\b|用户|顾客|客户|买家|评价|评论|好评|星级|反馈",
)
_counts("comparisons", "comparisons with others", "either")(
    "compar competitor other brand than rival 比较 对比 竞品",
    r"\b(?:better|more|less|faster|cheaper|stronger|lighter|rather|other) than\b|\bunlike\b|"
    r"\bcompared? (?:to|with)\b|\bversus\b|\bvs\.?\b|\bcompetitors?\b|相比|优于|胜过|不同于|竞品",
)
_counts("absolute words", "absolute words", "high")(
    "absolute always never overclaim certain strong exaggerat generaliz 绝对 过度 夸大",
    r"\b(?:always|never|every|all|none|completely|totally|absolutely|definitely|certainly|entirely|"
    r"100\s?%|any)\b|绝对|完全|一定|永远|从不|所有|百分之百|100%",
)
_counts("advice", "words of advice", "either")(
    "advice recommend suggest instruct should diagnos legal medical 建议 推荐 应该 诊断",
    r"\b(?:should|must|recommend\w*|advis\w+|suggest\w*|need to|have to|ought|consult|make sure|"
    r"ensure)\b|应该|建议|必须|需要|推荐|务必|请咨询",
)
_counts("abbreviations", "abbreviations", "either")(
    "abbreviat acronym initial short-form jargon 缩写 简称", r"\b(?-i:[A-Z]{2,6}s?)\b|\b(?-i:[A-Z]\.){2,}"
)
_counts("units", "measurements with a unit", "either")(
    "unit measure size weight dimension spec dose 单位 尺寸 重量 规格 剂量",
    r"\b\d+(?:\.\d+)?\s?(?:mm|cm|m|km|in|inch(?:es)?|ft|feet|g|kg|mg|ml|l|oz|lbs?|pounds?|gb|mb|"
    r"mah|w|v|hz|°c|°f|degrees|hours?|minutes?|days?|weeks?|months?|years?)\b|\b\d+(?:\.\d+)?\s?%|"
    r"\d+(?:\.\d+)?\s?(?:毫米|厘米|米|克|千克|公斤|毫升|升|小时|分钟|天|周|个月|年|度)",
)
_counts("reasons", "words that give a reason", "either")(
    "reason explain why justif because rationale 原因 理由 解释 为什么",
    r"\b(?:because|since|therefore|due to|as a result|so that|thus|hence|reason)\b|因为|由于|因此|所以|原因",
)
_counts("colloquialisms", "colloquial words", "either")(
    "informal formal colloquial slang casual professional tone 口语 正式 随意 专业",
    r"\b(?:gonna|wanna|gotta|kinda|yeah|ok|okay|hey|guys?|cool|awesome|stuff|things?|lol|pretty|"
    r"super|really|you know|\w+'(?:ll|re|ve|d))\b|哈哈|哦|啦|嘛|呀|哟|挺|超级|蛮",
)
_counts("sensitive words", "words about violence, drugs, sex or insults", "high")(
    "unsafe harm offens toxic violen rude insult inappropriate sensitive hate sexual "
    "不安全 冒犯 暴力 侮辱 不当 敏感",
    r"\b(?:kill\w*|murder\w*|suicid\w*|weapons?|guns?|bombs?|drugs?|cocaine|heroin|weed|sex\w*|"
    r"porn\w*|naked|rape\w*|racis\w*|nazi\w*|stupid|idiots?|dumb|moron\w*|fuck\w*|shit\w*|bitch\w*|"
    r"damn|hell|ass|hate|die|beat|hurt|punch\w*|abus\w*|terroris\w*|slut\w*|whore\w*)\b|杀|自杀|"
    r"毒品|色情|强奸|炸弹|枪|傻|蠢|滚|他妈|垃圾|歧视",
)
