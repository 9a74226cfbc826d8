"""Families of failures: what notes complain about, each with its name and statement in both languages.

They are what graders of assistants complain about, and two typologies: FRANK (Pagnoni et al., NAACL 2021)
and MQM (Lommel et al., 2014).
"""

from __future__ import annotations

from typing import NamedTuple


class TwoLanguages(NamedTuple):
    """The same in English and in Chinese."""

    english: str
    chinese: str


class Family(NamedTuple):
    """A kind of failure: what it is called, what fails and passes, and the terms by which notes name it.

    Terms have bars between them; ``*`` ends a stem, ``NOT~x`` is x soon after a negation.
    """

    name: TwoLanguages
    statement: TwoLanguages
    terms: TwoLanguages


FAMILIES = (
    Family(
        TwoLanguages("Too long", "太长"),
        TwoLanguages(
            "Longer than asked, or than the matter needs, fails; passes when every sentence is needed.",
            "超出要求的长度或啰嗦不通过；每句话都有必要才通过。",
        ),
        TwoLanguages(
            (
                "too long|verbose|wordy|lengthy|rambl*|concise|shorter|long winded|over the limit|"
                "word limit|long-winded|far too long|sentences for"
            ),
            "太长|啰嗦|冗长|过长|不简洁|太多字|超过字数|超字",
        ),
    ),
    Family(
        TwoLanguages("Too short or thin", "太短、不够具体"),
        TwoLanguages(
            "So short that the reader must ask again fails; passes when it says what is needed.",
            "短到读者还得再问不通过；该说的都说到才通过。",
        ),
        TwoLanguages(
            "too short|too brief|thin|more detail|not enough detail|lacks detail|lack of detail",
            "太短|过短|太简单|不够详细|缺少细节|不够具体|没有具体|不具体|太少",
        ),
    ),
    Family(
        TwoLanguages("Invents what is not in the source", "编造原文没有的内容"),
        TwoLanguages(
            "Anything that the source does not say fails; passes when each statement can be found there.",
            "写了原文没有的内容不通过；每句话都有原文依据才通过。",
        ),
        TwoLanguages(
            (
                "invent*|made up|makes up|hallucinat*|fabricat*|not in the source|unsupported|"
                "not supported|extrinsic|adds|NOT~mention*|NOT~stated|NOT~state|NOT~information|"
                "NOT~said|NOT~specif*|NOT~apparent|NOT~indicat*|NOT~discuss*|NOT~describ*|"
                "NOT~explicit*|NOT~reference to|NOT~evidence|made-up|never happened|nobody said|"
                "nobody says"
            ),
            "编造|捏造|虚构|无中生有|没有提到|未提到|没提到|没有提及|未提及|原文没有|资料里没有|臆造|凭空|是编|编的|都没有依据|资料里没|资料里都没|没人说",
        ),
    ),
    Family(
        TwoLanguages("Contradicts the source", "与原文矛盾"),
        TwoLanguages(
            "Saying the opposite of what the source says fails; passes when nothing conflicts with it.",
            "说法与原文相反或冲突不通过；没有冲突才通过。",
        ),
        TwoLanguages(
            (
                "contradict*|opposite|contrary|reverse|inconsistent|conflicts with|at odds|forbids|"
                "is not allowed|not possible any more|wrong way round"
            ),
            "矛盾|相反|不一致|说反|不符|冲突|不允许|说成相反|恰恰相反",
        ),
    ),
    Family(
        TwoLanguages("Mixes up people or things", "张冠李戴"),
        TwoLanguages(
            "Naming the wrong person or thing for something fails; passes when each is credited rightly.",
            "把人或事物弄混、归错不通过；对应无误才通过。",
        ),
        TwoLanguages(
            (
                "wrong person|wrong name|wrong speaker|wrong company|misattribut*|attribut*|"
                "misreferenc*|refers to|referring to|referenced|confuses|confused with|mixes up|"
                "mixed up|conflat*|someone else|another person|"
                "the wrong thing|takes the"
            ),
            "张冠李戴|归属|指代|混淆|弄混|搞混|认错|另一个人|的人也错|人错了|人称错",
        ),
    ),
    Family(
        TwoLanguages("Draws a wrong conclusion", "推理或结论有误"),
        TwoLanguages(
            "A conclusion that does not follow, or a wrong sum, fails; passes when each step holds.",
            "推理不成立或算错不通过；每一步都站得住才通过。",
        ),
        TwoLanguages(
            (
                "reasoning|logic*|illogical|conclu*|infer|infers|inferred|inference|caus*|because of|"
                "leads to|assum*|implies|implied|jumps to|calculat*|math"
            ),
            "推理|逻辑|结论|因果|推断|推论|算错|计算",
        ),
    ),
    Family(
        TwoLanguages("States opinion as fact", "把观点当成事实"),
        TwoLanguages(
            "An opinion or a guess told as a fact fails; passes when it says whose view it is.",
            "把看法或猜测说成事实不通过；说明是谁的看法才通过。",
        ),
        TwoLanguages(
            "opinion|opinions|editorial*|subjective|as fact|as a fact|speculat*|belief|point of view",
            "观点|主观|当成事实|当作事实|个人看法|猜测|臆测",
        ),
    ),
    Family(
        TwoLanguages("Tense or certainty", "时态或把握程度不对"),
        TwoLanguages(
            "Telling plans as done, or guesses as sure, fails; passes when time and certainty are as given.",
            "把计划说成已完成、把不确定说得太肯定不通过；时间和把握与原文一致才通过。",
        ),
        TwoLanguages(
            (
                "tense|modality|future|has not happened|not yet|hasn't happened|already happened|"
                "certainty|uncertain*|hypothetical|overconfident|too certain|proposed|proposal|"
                "plans to|planned"
            ),
            "时态|尚未|还没|不确定|太肯定|过于肯定|绝对化|计划中",
        ),
    ),
    Family(
        TwoLanguages("Shifts the meaning", "意思走样"),
        TwoLanguages(
            "Saying something other, stronger or broader than was meant fails; passes when the meaning is "
            "kept.",
            "意思被夸大、缩小或改变不通过；保持原意才通过。",
        ),
        TwoLanguages(
            (
                "misrepresent*|misconstru*|mischaracteri*|distort*|twist*|nuance*|misleading|"
                "overstat*|understat*|overgenerali*|generali*|too strong|too broad|exaggerat*|"
                "not quite|not exactly|slightly different|misinterpret*|oversimplif*"
            ),
            "曲解|误导|歪曲|断章取义|以偏概全|夸大|偏离原意|意思变",
        ),
    ),
    Family(
        TwoLanguages("Wrong facts", "事实有误"),
        TwoLanguages(
            "A wrong number, date, name or other fact fails; passes when all facts are right.",
            "数字、日期、名称等事实有错不通过；事实全对才通过。",
        ),
        TwoLanguages(
            ("wrong|incorrect*|inaccura*|false|mistake*|misstat*|misread*|erroneous|untrue|factual*"),
            "错误|不准确|写错|弄错|搞错|不对|不属实|事实|错了|说错|变成",
        ),
    ),
    Family(
        TwoLanguages("Leaves something out", "漏掉了内容"),
        TwoLanguages(
            "Leaving out what the reader needs fails; passes when everything that matters is there.",
            "漏掉读者需要的内容不通过；要紧的都写到才通过。",
        ),
        TwoLanguages(
            (
                "miss|misses|missing|omit*|omission|left out|leaves out|forgot|forgets|does not include|"
                "doesn't include|incomplete list|ignores|skips|no word of|nothing on|nothing about|"
                "no mention|is gone|is lost|not in it|is not there|lacks|neither|nobody gave"
            ),
            "遗漏|漏掉|漏了|缺少|缺失|没有包含|没写|没有说明|忽略|未包含|少了|没提|一句没|没告诉|没有告诉|没讲|没说|不说|没给|没列|"
            "没有正文|没有给|没有列|没提供|没有提供|没交代|没解释",
        ),
    ),
    Family(
        TwoLanguages("Wrong language", "语言不对"),
        TwoLanguages(
            "Words in a language that was not asked for fail; passes when all of it is in the reader's "
            "language.",
            "用了不该用的语言不通过；全文使用读者的语言才通过。",
        ),
        TwoLanguages(
            (
                "wrong language|in english|in chinese|in french|in german|in spanish|in japanese|language*|"
                "must be english|must be chinese|NOT~english|NOT~chinese"
            ),
            "语言|英文|中文|英语|法语|德语|日语|俄语|韩语|西班牙语|外语|外文|中英|夹杂",
        ),
    ),
    Family(
        TwoLanguages("Wrong term or translation", "术语或翻译不对"),
        TwoLanguages(
            "A wrong term or translation fails; passes when terms are those of the field.",
            "术语或翻译有误不通过；用词符合行业习惯才通过。",
        ),
        TwoLanguages(
            "terminolog*|wrong term|mistranslat*|translat*|untranslated|literal",
            "术语|译错|误译|漏译|翻译|直译",
        ),
    ),
    Family(
        TwoLanguages("Wrong tone", "语气不对"),
        TwoLanguages(
            "A tone that does not suit the reader fails; passes when it is friendly and fitting.",
            "语气不适合读者不通过；得体、友好才通过。",
        ),
        TwoLanguages(
            (
                "tone|rude|cold|unfriendly|impolite|formal|informal|robotic|empathy|apologi*|chatty|hype|"
                "praise|superlative*|insult*|blames|blaming"
            ),
            "语气|态度|生硬|冷淡|不礼貌|太正式|随便|夸张|道歉|客套|指责|责怪|推卸",
        ),
    ),
    Family(
        TwoLanguages("Sounds like advertising", "推销、像广告"),
        TwoLanguages(
            "Selling or praising in place of the matter fails; passes when it keeps to the matter.",
            "借机推销、像广告不通过；只谈正事才通过。",
        ),
        TwoLanguages(
            "advert|advertisement*|advertising|salesy|sales pitch|upsell*", "推销|像广告|打广告|营销"
        ),
    ),
    Family(
        TwoLanguages("Wrong format or structure", "格式或结构不对"),
        TwoLanguages(
            "Not having the form that was asked for fails; passes when form and structure are as asked.",
            "没有按要求的格式写不通过；格式和结构符合要求才通过。",
        ),
        TwoLanguages(
            (
                "format*|markdown|bullet*|heading*|structure|layout|list|table|paragraph*|json|"
                "running text|labels|bold"
            ),
            "格式|排版|标题|列表|结构|分段|条目|要点",
        ),
    ),
    Family(
        TwoLanguages("Placeholder left in", "留着占位符"),
        TwoLanguages(
            "A blank to be filled in, left standing, fails; passes when nothing is left to fill in.",
            "留有没填的占位内容不通过；没有待填内容才通过。",
        ),
        TwoLanguages("placeholder*|template|brackets|unfilled", "占位|模板|未填|没填|没有填|方括号"),
    ),
    Family(
        TwoLanguages("Cut off or unfinished", "没写完"),
        TwoLanguages(
            "Ending in the middle fails; passes when it is finished.",
            "中途断掉、没写完不通过；完整收尾才通过。",
        ),
        TwoLanguages(
            ("cut off|truncated|unfinished|incomplete|ends abruptly|mid sentence|stops in|breaks off"),
            "截断|没写完|不完整|中断|戛然而止|半句",
        ),
    ),
    Family(
        TwoLanguages("Repeats itself", "重复"),
        TwoLanguages(
            "Saying the same twice fails; passes when nothing comes back without need.",
            "同样的话说两遍不通过；没有多余的重复才通过。",
        ),
        TwoLanguages("repeat*|repetiti*|redundan*|twice|again and again|duplicate*", "重复|反复|车轱辘"),
    ),
    Family(
        TwoLanguages("Misses the question", "答非所问"),
        TwoLanguages(
            "Not answering what was asked fails; passes when the question is answered.",
            "没有回答所问不通过；答到点子上才通过。",
        ),
        TwoLanguages(
            (
                "off topic|irrelevant|does not answer|doesn't answer|not answer|unrelated|"
                "misunderst*|misses the point|is not the question|so nothing will happen|"
                "does not help"
            ),
            "答非所问|跑题|无关|没有回答|没回答|误解|理解错",
        ),
    ),
    Family(
        TwoLanguages("Refuses", "拒绝回答"),
        TwoLanguages(
            "Refusing without need fails; passes when it helps as far as it may.",
            "无故拒绝不通过；在允许范围内给予帮助才通过。",
        ),
        TwoLanguages("refus*|declines|declined|won't help|won't answer|unhelpful", "拒绝|不肯|不愿回答"),
    ),
    Family(
        TwoLanguages("Harmful or biased", "有害或有偏见"),
        TwoLanguages(
            "What can harm or demean somebody fails; passes when nobody is put at risk.",
            "可能伤害或贬低他人不通过；不给任何人带来风险才通过。",
        ),
        TwoLanguages(
            (
                "harmful|unsafe|danger*|bias*|stereotyp*|offensive|toxic|discriminat*|hateful|"
                "illegal|inappropriate|safety|not safe"
            ),
            "有害|危险|偏见|歧视|冒犯|违法|不安全|不当",
        ),
    ),
    Family(
        TwoLanguages("Promises what cannot be kept", "作出无法兑现的承诺"),
        TwoLanguages(
            "A promise that nobody may give fails; passes when only what the rules allow is promised.",
            "作出规定不允许的承诺不通过；只承诺规定允许的才通过。",
        ),
        TwoLanguages("promis*|commits|guarantee*|refund|overpromis*", "承诺|保证|答应|许诺|打包票"),
    ),
    Family(
        TwoLanguages("Gives away personal data", "泄露个人信息"),
        TwoLanguages(
            "Showing what points at a person fails; passes when no such data stand in it.",
            "出现能认出某个人的信息不通过；没有这类信息才通过。",
        ),
        TwoLanguages(
            (
                "personal data|personal information|privacy|pii|name of the|phone number|e mail|"
                "email address|identifiable"
            ),
            "隐私|个人信息|电话|邮箱|姓名|身份",
        ),
    ),
    Family(
        TwoLanguages("No source given", "没有出处"),
        TwoLanguages(
            "A claim without its source fails; passes when sources are named where they are needed.",
            "该有出处而没有不通过；需要的地方都注明出处才通过。",
        ),
        TwoLanguages(
            "citation*|cite|cites|cited|uncited|unsourced|source link", "引用|出处|没有来源|没有依据|无依据"
        ),
    ),
    Family(
        TwoLanguages("Grammar or spelling", "语病或错别字"),
        TwoLanguages(
            "Mistakes of grammar or spelling fail; passes when it reads without a mistake.",
            "有语病或错别字不通过；通顺无误才通过。",
        ),
        TwoLanguages("grammar|grammatical|typo*|spelling|misspel*|punctuation", "语病|语法|错别字|标点|拼写"),
    ),
    Family(
        TwoLanguages("Hard to read", "难懂"),
        TwoLanguages(
            "What must be read twice, or makes no sense, fails; passes when it is clear at once.",
            "要读两遍才懂或说不通不通过；一看就懂才通过。",
        ),
        TwoLanguages(
            (
                "unclear|confusing|hard to read|hard to follow|awkward|jargon|clumsy|unnatural|"
                "nonsense|makes no sense|means nothing|no sense"
            ),
            "不清楚|难懂|拗口|不通顺|生涩|别扭|看不懂|说不通|不知所云",
        ),
    ),
    Family(
        TwoLanguages("Vague", "空泛"),
        TwoLanguages(
            "General words in place of something to act on fail; passes when it says what to do.",
            "空话、套话不通过；说清楚具体怎么做才通过。",
        ),
        TwoLanguages(
            "vague*|generic|boilerplate|fluff|filler|empty|cliche*|unspecific|no next step",
            "空洞|笼统|套话|泛泛|含糊|模糊",
        ),
    ),
    Family(
        TwoLanguages("Ignores an instruction", "没有按要求做"),
        TwoLanguages(
            "Not doing what the instructions ask fails; passes when all of them are followed.",
            "没有按要求做不通过；每条要求都做到才通过。",
        ),
        TwoLanguages(
            "instruct*|asked for|was told|required|prompt says|should have|ignores the",
            "指令|要求|没有按|未按|不符合要求",
        ),
    ),
    Family(
        TwoLanguages("Copies instead of writing", "照抄"),
        TwoLanguages(
            "Copying the source in place of the work asked for fails; passes when it is in fitting words.",
            "照抄原文而没有完成任务不通过；用自己的话写好才通过。",
        ),
        TwoLanguages(
            "copy|copied|copies|verbatim|word for word|parrots|pasted|transcript", "照抄|复制|原样|照搬"
        ),
    ),
)
