"""Families of failures that experts name again and again, in English and Chinese.

They pull together notes that say the same thing in other words or another language ("too long",
"太长了") and give a group its plain name. A note that fits none is grouped by its meaning alone.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from labelcore.text.reading import words

FAMILIES: dict[str, tuple[str, str]] = {
    "Too long": ("too long|verbose|wordy|lengthy|ramble|concise|shorter|long-winded|over the limit|word limit", "太长|啰嗦|冗长|过长|不简洁|太多字|超过字数|超字"),
    "Too short or thin": ("too short|too brief|thin|more detail|not enough detail|lacks detail|lack of detail", "太短|过短|太简单|不够详细|缺少细节"),
    "Invents what is not in the source": ("invent|invents|made up|makes up|hallucinate|hallucinated|fabricate|fabricated|not in the source|not mentioned|never mentioned|does not mention|doesn't mention|not stated|no mention|unsupported|not supported|adds", "编造|捏造|虚构|无中生有|没有提到|未提到|没提到|没有提及|未提及|原文没有|资料里没有|臆造|凭空"),
    "Wrong facts": ("wrong|incorrect|inaccurate|false|mistake|mistaken|misstate|misstates|misread|contradict|contradicts|opposite|misrepresents", "错误|不准确|写错|弄错|搞错|不对|说反|矛盾|不符|不一致|张冠李戴"),
    "Leaves something out": ("miss|misses|missing|omit|omits|omitted|left out|leaves out|forgot|forgets|does not include|doesn't include|incomplete list|ignores|skips", "遗漏|漏掉|漏了|缺少|缺失|没有包含|没写|没有说明|忽略|未包含|少了"),
    "Wrong language": ("wrong language|in english|in chinese|language|translate|translated|mixed languages", "语言|英文|中文|翻译|中英|夹杂"),
    "Tone": ("tone|rude|cold|unfriendly|impolite|formal|informal|robotic|empathy|apologise|apologize|apology|salesy|pushy|exaggerated|hype", "语气|态度|生硬|冷淡|不礼貌|太正式|随便|夸张|夸大|道歉|推销|客套"),
    "Format or structure": ("format|markdown|bullet|bullets|heading|structure|layout|list|table|paragraph|json", "格式|排版|标题|列表|结构|分段|条目|要点"),
    "Placeholder left in": ("placeholder|template|brackets|unfilled|[name]|[your", "占位|模板|未填|方括号"),
    "Cut off or unfinished": ("cut off|truncated|unfinished|incomplete|ends abruptly|mid-sentence|stops in", "截断|没写完|不完整|中断|戛然而止|半句"),
    "Repeats itself": ("repeat|repeats|repetitive|redundant|twice|again and again|duplicate", "重复|反复|车轱辘"),
    "Misses the question": ("off topic|off-topic|irrelevant|does not answer|doesn't answer|not answer|unrelated|misunderstand|misunderstood|misses the point", "答非所问|跑题|无关|没有回答|没回答|误解|理解错"),
    "Promises what cannot be kept": ("promise|promises|commits|guarantee|guarantees|refund|overpromise", "承诺|保证|答应|许诺"),
    "Personal data": ("personal data|personal information|privacy|pii|name of the|phone number|e-mail|email address|identifiable", "隐私|个人信息|电话|邮箱|姓名|身份"),
    "Hard to read": ("unclear|confusing|hard to read|hard to follow|awkward|grammar|typo|spelling|jargon|clumsy|unnatural", "不清楚|难懂|拗口|语病|不通顺|错别字|生涩|别扭|术语"),
    "Vague": ("vague|generic|boilerplate|fluff|filler|empty|cliche|unspecific|no next step", "空洞|笼统|套话|泛泛|含糊|模糊"),
    "Ignores an instruction": ("instruction|instructed|asked for|was told|required|prompt says|should have|ignores the", "指令|要求|没有按|未按|不符合要求"),
    "Copies instead of writing": ("copy|copied|copies|verbatim|word for word|parrots", "照抄|复制|原样|照搬"),
}  # fmt: skip


_TERMS = [
    ([f" {' '.join(words(term))} " for term in english.split("|")], chinese.split("|"))
    for english, chinese in FAMILIES.values()
]


def family_scores(text: str) -> npt.NDArray[np.float64]:
    """How strongly a note speaks of each family, shape (len(FAMILIES),), unit length or zero."""
    return np.array(_scores(text))


@lru_cache(maxsize=16_384)
def _scores(text: str) -> tuple[float, ...]:
    padded, plain = f" {' '.join(words(text))} ", text.lower()
    scores = np.array(
        [
            sum(term in padded for term in english) + sum(term in plain for term in chinese)
            for english, chinese in _TERMS
        ],
        dtype=float,
    )
    length = float(np.linalg.norm(scores))
    return tuple(scores / length if length else scores)
