"""Experts that are simulated: two to four rules each, grades with noise, and notes in a person's words.

An expert fails an output when one of the rules holds. The rules are marks of a corpus (corpora.py). Noise
flips training grades only; what is measured on is the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.bench.corpora import Answers, Forms, Item
from tests.bench.corpus_shop import shop

NOISE = 0.08
CORPORA = ("shop", "forms", "answers")
Row = dict[str, str]
_LEAST, _MOST = 0.28, 0.55  # of the outputs that an expert fails
_OTHERS = 0.03  # how often a fault is planted that the expert does not mind
NOTES: dict[str, dict[str, str]] = {
    "empty": {
        "en": "nothing in {label};{label} is empty;{label} only has a placeholder;there should be something "
        "under {label}, it was said in the call;no content for {label}",
        "zh": "{label}没有内容;{label}是空的;{label}只写了占位的话;{label}什么都没写",
    },
    "absent": {
        "en": "the part on {label} is gone;no {label} at all;{label} missing;where is {label}?",
        "zh": "没有{label}这一部分;缺了{label};{label}哪去了",
    },
    "long": {
        "en": "{label} is far too long;{label} rambles;too much under {label};{label} should be two lines",
        "zh": "{label}太长;{label}说得太啰嗦;{label}两句就够了",
    },
    "omits": {
        "en": "leaves out what takes up half of the text;most of what was said is not in {label};misses the "
        "main complaint;does not mention what they talk about at length;incomplete {label}",
        "zh": "漏掉了原文讲得最多的内容;{label}不完整;重点没有提到;原文说了很多，这里没有",
    },
    "layout": {
        "en": "{label} is not laid out as the others;wrong format in {label};format of {label}: list or "
        "text, as agreed",
        "zh": "{label}格式不对;{label}的排版和别的不一样;{label}要按约定的格式",
    },
    "wrong number": {
        "en": "the number is wrong;amount differs from the source;wrong figure, check the input;says a "
        "number that is not in the text",
        "zh": "数字不对;金额和原文不一致;数字写错了",
    },
    "wrong unit": {
        "en": "wrong unit;right number, but the unit is another;unit does not match the input",
        "zh": "单位错了;数字对但单位不对;单位与原文不符",
    },
    "wrong date": {
        "en": "the date is wrong;wrong day;date is not the one in the source;other date than in the input",
        "zh": "日期不对;日期写错;与原文日期不一致",
    },
    "wrong name": {
        "en": "wrong person;the name is not right;mixes up who it was;somebody else said that",
        "zh": "人名不对;搞错了人;不是这个人说的",
    },
    "wrong negation": {
        "en": "says the opposite;contradicts the input;it is the other way round;says not where it is so",
        "zh": "说反了;与原文矛盾;意思相反",
    },
    "concession": {
        "en": "sounds negative, all these howevers;should not weaken what it says;too much on the one hand, "
        "on the other;no buts please;the unfortunately has to go",
        "zh": "转折太多;不要写但是;语气太消极，总是遗憾",
    },
    "hedges": {
        "en": "too vague, perhaps, possibly;does not commit to anything;hedging;sounds unsure",
        "zh": "太含糊;不确定的说法太多;不要说也许可能",
    },
    "rude": {
        "en": "rude;the tone is not ok;unfriendly to the customer;you cannot write that to people",
        "zh": "语气太冲;没有礼貌;不能这样跟客户说话",
    },
    "blames": {
        "en": "blames the person;puts the mistake on them;we do not accuse people;says that it is their "
        "fault",
        "zh": "把责任推给对方;不能怪客户;指责用户",
    },
    "repeats": {
        "en": "says the same thing twice;repetitive;repeats itself;the sentence is there two times",
        "zh": "同一句说了两遍;重复;内容重复了",
    },
    "too long": {
        "en": "too long;much too wordy;could be half as long;nobody reads that much",
        "zh": "太长了;太啰嗦;可以短一半",
    },
    "too short": {
        "en": "too short;one sentence is not enough;hardly says anything;needs more detail",
        "zh": "太短;内容太少;一句话不够",
    },
    "unaddressed": {
        "en": "does not greet the person;no salutation;should begin with the name;no Dear or Hello",
        "zh": "没有称呼;没有问候;开头应该写名字",
    },
    "no next step": {
        "en": "ends without telling what is next;no next step;what should they do now?;stops without a way "
        "to go on",
        "zh": "没有说下一步怎么办;结尾没有后续;客户不知道接下来做什么",
    },
    "no thanks": {
        "en": "no word of thanks or sorry;not polite enough, no thank you;impolite, thanks are missing",
        "zh": "没有感谢或道歉;不够礼貌;应该先道谢",
    },
    "placeholder": {
        "en": "placeholder left in;[your name] is still there;brackets that nobody filled in",
        "zh": "占位符没有替换;方括号里的内容没填;还留着模板的括号",
    },
    "refuses": {
        "en": "refuses to help;says it cannot assist;a refusal, though the answer is known",
        "zh": "拒绝回答;说无法帮助;明明可以答却说不能",
    },
    "cut off": {
        "en": "cut off at the end;the last sentence is not finished;stops in the middle",
        "zh": "结尾被截断;最后一句没有写完;话没说完",
    },
    "leaves out numbers": {
        "en": "the figures are missing;leaves out the prices and numbers;none of the data is in it",
        "zh": "数字都没写;漏掉了数据;没有价格和数字",
    },
    "other language": {
        "en": "wrong language;answers in another language than the question",
        "zh": "语言不对;应该用提问的语言回答",
    },
    "bullets": {
        "en": "should be running text, no list;too many bullet points;we do not want lists",
        "zh": "不要用列表;分点太多;应该写成一段话",
    },
    "shouts": {
        "en": "too many exclamation marks;shouty;sounds like an advertisement!!",
        "zh": "感叹号太多;太夸张;像广告一样",
    },
}
_VAGUE = {
    "en": "not good enough;something is off;I would not send this;no;hm, does not work for me",
    "zh": "不太好;有问题;这个不能发;不行",
}
_TOO = {
    "en": "also a bit stiff;otherwise fine;the rest is ok;it could be clearer",
    "zh": "另外有点生硬;其他还好;还可以更清楚",
}
_AND = {"en": " and ", "zh": "，而且"}
_VAGUE_SHARE, _TOO_SHARE = 0.08, 0.12


@dataclass(frozen=True)
class Expert:
    """``rules``: marks; ``notes``: on which share of the fails a note is written."""

    rules: tuple[str, ...]
    notes: float
    corpus: Forms | Answers | None = None

    def broken(self, item: Item) -> list[str]:
        """The rules that hold of an output."""
        return [rule for rule in self.rules if rule in item.marks]

    def note(self, item: Item, random: Random) -> str:
        """What is written on a failed output; of one that is failed by mistake something vague."""
        language, broken = item.language, self.broken(item)
        if random.random() >= self.notes:
            return ""
        if not broken or random.random() < _VAGUE_SHARE:
            return random.choice(_VAGUE[language].split(";"))
        random.shuffle(broken)
        parts = [self._words(rule, language, random) for rule in broken[: random.choice([1, 2])]]
        if random.random() < _TOO_SHARE:
            parts.append(random.choice(_TOO[language].split(";")))
        text = _AND[language].join(parts)
        return text[0].upper() + text[1:] + "." if random.random() < 0.3 and language == "en" else text

    def _words(self, rule: str, language: str, random: Random) -> str:
        label = self.corpus.about(rule) if self.corpus else ""
        usual = "it" if language == "en" else "回复"
        shown = random.choice([label, label.lower(), f'"{label}"']) if label else usual
        return random.choice(NOTES[rule.partition(":")[0]][language].split(";")).format(label=shown)

    def row(self, item: Item, random: Random) -> Row:
        """The output as a row with its grade, its truth, and the note."""
        fails = bool(self.broken(item))
        graded = fails != (random.random() < NOISE)
        return {
            "output": item.output,
            "input": item.input,
            "context": item.context,
            "group": item.group,
            "truth": "fail" if fails else "pass",
            "grade": "fail" if graded else "pass",
            "note": self.note(item, random) if graded else "",
        }


def rows_of(corpus: str, split: int, count: int) -> tuple[Expert, list[Row]]:
    """An expert by chance and at most so many graded outputs of a corpus."""
    random = Random(f"{corpus} {split}")
    if corpus == "shop":
        items = shop()
        random.shuffle(items)
        expert = _of_shop(items, random)
    else:
        pipeline = (Forms if corpus == "forms" else Answers).drawn(random)
        expert = Expert(_rules(pipeline.marks(), random), random.uniform(0.5, 1), pipeline)
        rates = dict.fromkeys(pipeline.marks(), _OTHERS) | _rates(expert.rules, random)
        items = [pipeline.item(number, rates, random) for number in range(count)]
    return expert, [expert.row(item, random) for item in items[:count]]


def _rules(marks: Sequence[str], random: Random) -> tuple[str, ...]:
    """Two to four rules, no two of one family and section."""
    found: list[str] = []
    for mark in dict.fromkeys(random.sample(marks, k=len(marks))):
        section = mark.partition(":")[2]
        if not section or all(section != other.partition(":")[2] for other in found):
            found.append(mark)
    return tuple(found[: random.choice([2, 3, 3, 4])])


def _rates(rules: Sequence[str], random: Random) -> dict[str, float]:
    """How often each rule is broken, together about as often as an expert fails."""
    shares = [random.uniform(0.5, 1.5) for _ in rules]
    total = random.uniform(_LEAST, _MOST)
    return {rule: 1 - (1 - total) ** (share / sum(shares)) for rule, share in zip(rules, shares, strict=True)}


def _of_shop(items: Sequence[Item], random: Random) -> Expert:
    """An expert whose rules are broken often enough, and not by most outputs."""
    marks = sorted({mark for item in items for mark in item.marks})
    while True:
        rules = tuple(random.sample(marks, k=random.choice([2, 3, 3, 4])))
        expert = Expert(rules, random.uniform(0.5, 1))
        each = [sum(rule in item.marks for item in items) / len(items) for rule in rules]
        share = sum(bool(expert.broken(item)) for item in items) / len(items)
        if min(each) >= _OTHERS and _LEAST - 0.05 <= share <= _MOST + 0.05:
            return expert
