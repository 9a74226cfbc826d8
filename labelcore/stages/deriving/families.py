"""Families of failures that experts name again and again, in English and Chinese.

They pull together notes that say the same thing in other words or another language ("too long",
"太长了") and give a group its plain name. A note that fits none is grouped by its meaning alone.
Besides what graders of assistants complain about, they follow two published typologies: factual
errors as in FRANK (Pagnoni et al., NAACL 2021) and text quality as in MQM (Lommel et al., 2014).
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from labelcore.text.reading import words

_NOT = (
    "not|no|never|nowhere|none|neither|without|doesn't|don't|didn't|isn't|wasn't|aren't|weren't|hasn't|"
    "haven't|cannot|can't"
)

FAMILIES: dict[str, tuple[str, str]] = {
    "Too long": (
        "too long|verbose|wordy|lengthy|rambl*|concise|shorter|long winded|over the limit|word limit",
        "太长|啰嗦|冗长|过长|不简洁|太多字|超过字数|超字",
    ),
    "Too short or thin": (
        "too short|too brief|thin|more detail|not enough detail|lacks detail|lack of detail",
        "太短|过短|太简单|不够详细|缺少细节",
    ),
    "Invents what is not in the source": (
        (
            "invent*|made up|makes up|hallucinat*|fabricat*|not in the source|unsupported|not supported|"
            "extrinsic|adds|NOT~mention*|NOT~stated|NOT~state|NOT~information|NOT~said|NOT~specif*|"
            "NOT~apparent|NOT~indicat*|NOT~discuss*|NOT~describ*|NOT~explicit*|NOT~reference to|"
            "NOT~evidence"
        ),
        "编造|捏造|虚构|无中生有|没有提到|未提到|没提到|没有提及|未提及|原文没有|资料里没有|臆造|凭空",
    ),
    "Contradicts the source": (
        "contradict*|opposite|contrary|reverse|inconsistent|conflicts with|at odds",
        "矛盾|相反|不一致|说反|不符|冲突",
    ),
    "Wrong person or thing": (
        (
            "wrong person|wrong name|wrong speaker|wrong company|misattribut*|attribut*|misreferenc*|"
            "refers to|referring to|referenced|confuses|confused with|mixes up|mixed up|conflat*|"
            "instead of|someone else|another person|rather than"
        ),
        "张冠李戴|归属|指代|混淆|弄混|搞混|认错|另一个人",
    ),
    "Wrong conclusion": (
        (
            "reasoning|logic*|illogical|conclu*|infer|infers|inferred|inference|caus*|because of|"
            "leads to|assum*|implies|implied|jumps to|calculat*|math"
        ),
        "推理|逻辑|结论|因果|推断|推论|算错|计算",
    ),
    "States opinion as fact": (
        "opinion|opinions|editorial*|subjective|as fact|as a fact|speculat*|belief|point of view",
        "观点|主观|当成事实|当作事实|个人看法|猜测|臆测",
    ),
    "Tense or certainty": (
        (
            "tense|modality|future|has not happened|not yet|hasn't happened|already happened|certainty|"
            "uncertain*|hypothetical|overconfident|too certain|proposed|proposal|plans to|planned"
        ),
        "时态|尚未|还没|不确定|太肯定|过于肯定|绝对化|计划中",
    ),
    "Shifts the meaning": (
        (
            "misrepresent*|misconstru*|mischaracteri*|distort*|twist*|nuance*|misleading|overstat*|"
            "understat*|overgenerali*|generali*|too strong|too broad|exaggerat*|not quite|not exactly|"
            "slightly different|misinterpret*|oversimplif*"
        ),
        "曲解|误导|歪曲|断章取义|以偏概全|夸大|偏离原意|意思变",
    ),
    "Wrong facts": (
        "wrong|incorrect*|inaccura*|false|mistake*|misstat*|misread*|erroneous|untrue|factual*",
        "错误|不准确|写错|弄错|搞错|不对|不属实|事实",
    ),
    "Leaves something out": (
        (
            "miss|misses|missing|omit*|omission|left out|leaves out|forgot|forgets|does not include|"
            "doesn't include|incomplete list|ignores|skips"
        ),
        "遗漏|漏掉|漏了|缺少|缺失|没有包含|没写|没有说明|忽略|未包含|少了",
    ),
    "Wrong language": (
        "wrong language|in english|in chinese|language|mixed languages",
        "语言|英文|中文|中英|夹杂",
    ),
    "Wrong term or translation": (
        "terminolog*|wrong term|mistranslat*|translat*|untranslated|literal",
        "术语|译错|误译|漏译|翻译|直译",
    ),
    "Tone": (
        "tone|rude|cold|unfriendly|impolite|formal|informal|robotic|empathy|apologi*|salesy|pushy|hype",
        "语气|态度|生硬|冷淡|不礼貌|太正式|随便|夸张|道歉|推销|客套",
    ),
    "Format or structure": (
        "format*|markdown|bullet*|heading*|structure|layout|list|table|paragraph*|json",
        "格式|排版|标题|列表|结构|分段|条目|要点",
    ),
    "Placeholder left in": ("placeholder*|template|brackets|unfilled", "占位|模板|未填|方括号"),
    "Cut off or unfinished": (
        "cut off|truncated|unfinished|incomplete|ends abruptly|mid sentence|stops in",
        "截断|没写完|不完整|中断|戛然而止|半句",
    ),
    "Repeats itself": ("repeat*|repetiti*|redundan*|twice|again and again|duplicate*", "重复|反复|车轱辘"),
    "Misses the question": (
        (
            "off topic|irrelevant|does not answer|doesn't answer|not answer|unrelated|misunderst*|"
            "misses the point"
        ),
        "答非所问|跑题|无关|没有回答|没回答|误解|理解错",
    ),
    "Refuses": ("refus*|declines|declined|won't help|won't answer|unhelpful", "拒绝|不肯|不愿回答"),
    "Harmful or biased": (
        "harmful|unsafe|danger*|bias*|stereotyp*|offensive|toxic|discriminat*|hateful|illegal|inappropriate",
        "有害|危险|偏见|歧视|冒犯|违法|不安全|不当",
    ),
    "Promises what cannot be kept": ("promis*|commits|guarantee*|refund|overpromis*", "承诺|保证|答应|许诺"),
    "Personal data": (
        (
            "personal data|personal information|privacy|pii|name of the|phone number|e mail|"
            "email address|identifiable"
        ),
        "隐私|个人信息|电话|邮箱|姓名|身份",
    ),
    "No source given": (
        "citation*|cite|cites|cited|uncited|unsourced|source link",
        "引用|出处|没有来源|没有依据|无依据",
    ),
    "Grammar or spelling": (
        "grammar|grammatical|typo*|spelling|misspel*|punctuation",
        "语病|语法|错别字|标点|拼写",
    ),
    "Hard to read": (
        "unclear|confusing|hard to read|hard to follow|awkward|jargon|clumsy|unnatural",
        "不清楚|难懂|拗口|不通顺|生涩|别扭",
    ),
    "Vague": (
        "vague*|generic|boilerplate|fluff|filler|empty|cliche*|unspecific|no next step",
        "空洞|笼统|套话|泛泛|含糊|模糊",
    ),
    "Ignores an instruction": (
        "instruct*|asked for|was told|required|prompt says|should have|ignores the",
        "指令|要求|没有按|未按|不符合要求",
    ),
    "Copies instead of writing": ("copy|copied|copies|verbatim|word for word|parrots", "照抄|复制|原样|照搬"),
}
"""Name: (English terms, Chinese terms). ``*`` ends a stem; ``NOT~x`` is x soon after a negation."""


def _pattern(terms: str) -> re.Pattern[str]:
    """What finds the English terms in lower-case words with a blank around each."""
    known = [
        re.escape(term)
        .replace(r"\*", r"[^ ]*")
        .replace(r"NOT\~", f"(?:{_NOT}) (?:[^ ]+ ){{0,4}}")
        .replace(r"\ ", " ")
        for term in terms.split("|")
    ]
    return re.compile(f"(?<= )(?:{'|'.join(known)})(?= )")


_TERMS = [(_pattern(english), chinese.split("|")) for english, chinese in FAMILIES.values()]


def family_scores(text: str) -> npt.NDArray[np.float64]:
    """How strongly a note speaks of each family, shape (len(FAMILIES),), unit length or zero."""
    return np.array(_scores(text))


@lru_cache(maxsize=16_384)
def _scores(text: str) -> tuple[float, ...]:
    padded, plain = f" {' '.join(words(text))} ", text.lower()
    scores = np.array(
        [
            len(set(english.findall(padded))) + sum(term in plain for term in chinese)
            for english, chinese in _TERMS
        ],
        dtype=float,
    )
    length = float(np.linalg.norm(scores))
    return tuple(scores / length if length else scores)
