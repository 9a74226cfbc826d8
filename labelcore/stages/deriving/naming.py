"""What notes say: families of failures, words of the case, and from both the names of groups.

Families pull together notes that say the same in other words or another language ("too long", "太长了") and
give a group its plain name. They are what graders of assistants complain about, and two typologies: FRANK
(Pagnoni et al., NAACL 2021) and MQM (Lommel et al., 2014).
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from labelcore.text.reading import han_share, words

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
_STOP = frozenset(
    (
        "a an and are as at be been but by can could did do does for from had has have he her "
        "his how i if in into is it its just more most much no nor not of on only or our out "
        "she should so some such than that the their them then there these they this those to "
        "too up very was we were what when where which who why will with would you your output "
        "answer response text summary sentence "
        "的 了 是 在 和 有 我 他 她 它 们 这 那 也 就 都 而 及 与 着 或 一 个 不 没 很 太"
    ).split()
)
LONGEST_NAME = 48
_MOST_WORDS = 8
_DOMINANT = 0.4
_SHARE = 0.75
_OFTEN, _FEW_GROUPS = 3, 0.5
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’\-]*")
_FRAMES = (("A good output gives an expert no reason to say: ", "."), ("好的输出不应让专家指出：", "。"))
"""What stands around an expert's words in a statement, in English and in Chinese."""


@lru_cache(maxsize=16_384)
def family_scores(text: str) -> npt.NDArray[np.float64]:
    """How strongly a note speaks of each family, shape (len(FAMILIES),), unit length or zero; read-only."""
    padded, plain = f" {' '.join(words(text))} ", text.lower()
    found = [
        len(set(english.findall(padded))) + sum(term in plain for term in chinese)
        for english, chinese in _TERMS
    ]
    scores = np.array(found, dtype=float) / (float(np.linalg.norm(found)) or 1)
    scores.flags.writeable = False
    return scores


def terms(text: str) -> set[str]:
    """The words of a note that could name it: no stop words, no digits; pairs in Chinese."""
    found = words(text)
    latin = {word for word in found if word.isascii() and len(word) > 2 and word.isalpha()}
    pairs = itertools.pairwise(word if not word.isascii() and word not in _STOP else "" for word in found)
    return latin - _STOP | {first + second for first, second in pairs if first and second}


def case_words(texts: Sequence[str], sources: Sequence[str], groups: Sequence[str]) -> frozenset[str]:
    """Words of the case and not of quality: they would pull notes together by topic.

    In the notes they stand mostly where the note's own output has them too (``sources[i]``), or they come
    back only in few source documents (``groups[i]``).
    """
    used: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    where: dict[str, set[str]] = {}
    total = len(set(groups))
    known = {source: terms(source) for source in set(sources)}
    for text, source, group in zip(texts, sources, groups, strict=True):
        found = terms(text)
        used.update(found)
        inside.update(found & known[source])
        for term in found:
            where.setdefault(term, set()).add(group)

    def of_the_case(term: str, count: int) -> bool:
        by_chance = total * (1 - (1 - 1 / total) ** count)  # documents that chance would put it into
        gathered = count >= _OFTEN and len(where[term]) <= _FEW_GROUPS * by_chance
        return not family_scores(term).any() and (inside[term] >= _SHARE * count or gathered)

    return frozenset(term for term, count in used.items() if of_the_case(term, count))


def without_case(text: str, case: frozenset[str]) -> str:
    """A note without the case's words; as it is where nothing would be left."""
    plain = _LATIN.sub(lambda found: "" if found[0].lower() in case else found[0], text)
    plain = " ".join(plain.split())
    return plain if terms(plain) else text


def telling_words(groups: Sequence[Sequence[str]], case: frozenset[str]) -> list[list[str]]:
    """For each group the words that it uses more than the others do (class-based TF-IDF)."""
    counts = [Counter(term for text in texts for term in terms(text) - case) for texts in groups]
    everywhere = Counter(term for count in counts for term in count)
    found = []
    for counted, texts in zip(counts, groups, strict=True):
        score = {
            term: count / len(texts) * math.log(1 + len(groups) / everywhere[term])
            for term, count in counted.items()
        }
        found.append(sorted(score, key=lambda term: (-score[term], term))[:_MOST_WORDS])
    return found


def shortened(text: str) -> str:
    """A text as a name: cut behind a word, where it has words and is too long."""
    if len(text) <= LONGEST_NAME:
        return text
    cut = text[:LONGEST_NAME]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[LONGEST_NAME // 2 :] else cut[:-1]}…"


def name_of(texts: Sequence[str], typical: str, taken: set[str]) -> str:
    """A short name that nothing else has: the family of two in five notes, else the typical quote."""
    short, family = shortened(typical), ""
    if len(texts) > 1:
        scores = np.array([family_scores(text) for text in texts])
        share = ((scores >= scores.max(axis=1, keepdims=True)) & (scores > 0)).mean(axis=0)
        family = list(FAMILIES)[share.argmax()] if share.max() >= _DOMINANT else ""
    names = [name for name in (family, short, f"{family or 'again'}: {short}") if name]
    known = {name.casefold() for name in taken}
    return next((name for name in names if name.casefold() not in known), f"{short} ({len(taken) + 1})")


def statement_of(quote: str, *, marked: bool = False) -> str:
    """A criterion's wording from a quote: what an expert would object to, or words that were ``marked``."""
    quote = quote.strip().rstrip(".。")
    chinese = han_share(quote) > 0.5
    if marked:
        return (
            f"好的输出里没有这样的话：“{quote}”。"
            if chinese
            else f"A good output has no words like: “{quote}”."
        )
    opening, end = _FRAMES[chinese]
    return f"{opening}“{quote}”{end}"


def quoted_in(statement: str) -> str:
    """A statement without the words that `statement_of` puts before what an expert said."""
    opening = next((opening for opening, _ in _FRAMES if statement.startswith(opening)), "")
    return statement.removeprefix(opening)
