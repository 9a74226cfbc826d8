"""How often notes that say the same in two languages become one, and others never.

    PYTHONPATH=. python tests/bench/two_languages.py [--projects 60]

Invented notes on topics that no family of failures names, in English and Chinese, never translated word by
word. The limits of ``alike.py`` were chosen on ``CHOSEN_ON``; ``MEASURED_ON`` was written afterwards. Links:
random projects with 3 to 11 topics in each language, up to three of them in both; precision and recall of
the links across languages. Criteria: whole derivations of small projects; the share of same-topic pairs
across languages that stand in one criterion, and pairs of other topics in one, families of failures among
them (they are broad on purpose).
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from labelcore.models import Grade, Output, new_id
from labelcore.stages import projects
from labelcore.stages.deriving import derivation
from labelcore.stages.deriving.grouping import sayings
from labelcore.store import Database, grades as grade_table, open_database, outputs as output_table
from labelcore.text.embedding import SentenceEncoder
from labelcore.text.reading import han_share
from labelcore.workspace import Workspace

_CHOSEN_ON = """
missing greeting|does not greet|no hello at the start / 没有问候|没打招呼|开头没有问好
no signature|not signed at the end|missing sign-off / 没有署名|结尾没有落款|没签名
too many emojis|emoji in a formal letter / 表情符号太多|正式信里用了表情
SHOUTING in capitals|written in all caps / 全是大写字母|用大写喊话
too many exclamation marks / 感叹号太多
does not apologise|no apology|never says sorry / 没有道歉|不道歉|没说对不起
does not thank the customer|no thank you / 没有感谢客户|没说谢谢
calls the customer by first name|too familiar with the name / 直呼客户名字|称呼太随便
link does not work|broken link / 链接打不开|链接失效
price is not given|does not say what it costs / 没有写价格|没说多少钱
no deadline|does not say by when / 没有截止日期|没说什么时候完成
does not say who does it|no owner for the task / 没写由谁负责|没有负责人
tries to sell something|reads like an advertisement / 在推销|像广告
names a competitor|mentions rival products / 提到了竞争对手|说到对手的产品
gives medical advice|recommends a medicine / 给出医疗建议|推荐药物
gives legal advice / 给出法律意见
talks about politics / 谈论政治
makes a joke about a serious matter|joking is out of place / 在严肃的事上开玩笑|不该开玩笑
steps in the wrong order|order of the steps is mixed up / 步骤顺序不对|步骤顺序乱了
steps are not numbered / 步骤没有编号
no title|title is missing / 没有标题|缺标题
should be a table|no table / 应该用表格|没有表格
picture has no description / 图片没有说明
wrong currency|euros instead of dollars / 货币单位不对|把美元写成欧元
miles instead of kilometres|units are mixed / 单位混用|用英里不用公里
time zone is missing|no time zone / 没有写时区|缺少时区
no contact to call|does not say whom to call / 没有联系方式|没说找谁联系
should hand over to a human|does not pass it on to a colleague / 应该转人工|没有转给人工客服
does not see that the customer is angry|ignores the customer's anger / 没看出客户生气|不理会客户的怒气
blames the customer|says it is the customer's fault / 怪客户|把责任推给客户
assumes the customer is a man|wrong gender / 以为客户是男的|性别弄错
uses slang|slang words / 用了网络用语|用俚语
british spelling in an american text / 用了英式拼写
code does not run|the code has an error / 代码跑不起来|代码有错
no unit test|tests are missing / 没有单元测试|缺测试
code has no comments / 代码没有注释
asks for the password / 索要密码
ends without a question|asks nothing back / 最后没有反问|没有追问
does not rhyme / 不押韵
the ending gives away the plot|spoils the ending / 剧透了结局|剧透
"""
_MEASURED_ON = """
footnotes in the wrong style / 脚注格式不对
no date on the letter|the date is missing / 信上没有日期|缺日期
no subject line / 没有邮件主题|缺主题
does not say how long it takes|no waiting time given / 没说要等多久|没写需要多长时间
no tracking number / 没有快递单号|没给运单号
too pushy|pressures the reader / 太强势|逼读者做决定
flatters the reader|too much flattery / 拍马屁|奉承太多
sounds like talking to a child / 像在跟小孩说话
sounds like a machine|robotic / 像机器人说的|机器味太重
passive voice everywhere / 到处是被动句
uses old data|figures are out of date / 数据过时|用了旧数据
brand name is misspelt / 品牌名拼错
wrong colour of the product / 商品颜色不对
size is not given|no size / 没写尺寸|没有尺码
does not say what it is made of / 没写材质|没说是什么做的
warranty is not mentioned / 没有保修说明
no warning about allergies / 没有过敏提示
not suitable for children / 不适合儿童
describes violence / 描写暴力
comments on religion / 评论宗教
headings are too big / 标题字太大
one single block of text|no paragraphs / 整篇一大段|没有分段
too much bold type / 加粗太多
bullets inside bullets / 列表套列表
quotation marks are wrong / 引号用错
regular expression is too greedy / 正则表达式太贪心
unused imports / 有没用到的导入
open to sql injection / 有SQL注入漏洞
infinite loop / 死循环
the chorus is weak / 副歌太弱
verses have different lengths / 每句长短不一
the hero has no motive / 主角没有动机
oven temperature is missing / 没写烤箱温度
far too salty a recipe / 盐放太多
directions lead the wrong way / 路线指错了
opening hours are missing / 没有营业时间
forgets the public holiday / 忘了节假日
does not take the complaint seriously / 没有认真对待投诉
asks for a review / 要求好评
offers an upgrade nobody wanted / 推荐没人要的升级
"""
Topic = tuple[tuple[str, ...], tuple[str, ...]]
"""What is said of one thing, in English and in Chinese."""


def topics_of(lines: str) -> list[Topic]:
    """A topic a line: what English says, a slash, what Chinese says, bars between."""
    halves = (line.split(" / ") for line in lines.strip().splitlines())
    return [(tuple(english.split("|")), tuple(chinese.split("|"))) for english, chinese in halves]


CHOSEN_ON, MEASURED_ON = topics_of(_CHOSEN_ON), topics_of(_MEASURED_ON)
OPPOSITES = (
    ("too many emojis", "没有表情符号"),
    ("no emojis", "表情符号太多"),
    ("no exclamation mark", "感叹号太多"),
    ("too formal", "太随便"),
    ("too polite", "不够礼貌"),
    ("thanks the customer twice", "没有感谢客户"),
    ("apologises too much", "没有道歉"),
    ("greets twice", "没有问候"),
    ("has a table", "没有表格"),
    ("price is given twice", "没有写价格"),
    ("too serious", "太搞笑"),
    ("the font is too small", "字太大"),
)


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=60)
    chosen = parser.parse_args()
    for name, topics in (("chosen on", CHOSEN_ON), ("measured on", MEASURED_ON)):
        found = Counter[str]()
        for seed in range(500):
            found += _links(topics, np.random.default_rng(seed))
        right, wrong, missed = (found[kind] for kind in ("right", "wrong", "missed"))
        print(
            f"{name}: {len(topics)} topics; links {right + wrong}, precision {right / (right + wrong):.3f}, "
            f"recall {right / (right + missed):.3f}"
        )
        print(f"  criteria of {chosen.projects} projects: {dict(_criteria(topics, chosen.projects))}")


def _links(topics: list[Topic], random: np.random.Generator) -> Counter[str]:
    """The links across languages of one random project, by whether they are right."""
    count, both = int(random.integers(3, 12)), int(random.integers(0, 4))
    order = random.permutation(len(topics))
    english = {str(random.choice(topics[at][0])): at for at in order[:count]}
    chinese = {str(random.choice(topics[at][1])): at for at in order[count - both : 2 * count - both]}
    texts = [*english, *chinese]
    numbers = dict(zip(texts, sayings(texts, SentenceEncoder().encode(texts).astype(float)), strict=True))
    found = Counter[str]()
    for first, other in itertools.product(english, chinese):
        same, linked = english[first] == chinese[other], numbers[first] == numbers[other]
        if same or linked:
            found["missed" if not linked else "right" if same else "wrong"] += 1
    return found


def _criteria(topics: list[Topic], count: int) -> Counter[str]:
    found = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(Path(folder) / "notes.duckdb")
        for seed in range(count):
            notes = dict(_notes(topics, np.random.default_rng(seed)))
            criteria = derivation.derive(_project(db, f"p{seed}", notes), offline=True).criteria
            groups = [{item.quote for item in criterion.evidence} for criterion in criteria]
            found["criteria"] += len(groups)
            for first, other in itertools.combinations(notes, 2):
                together = any({first, other} <= group for group in groups)
                if notes[first] != notes[other]:
                    found["of other topics in one criterion"] += together
                elif (han_share(first) > 0.5) != (han_share(other) > 0.5):
                    found["the same in two languages"] += 1
                    found["of these in one criterion"] += together
        db.close()
    return found


def _notes(topics: list[Topic], random: np.random.Generator) -> Iterator[tuple[str, int]]:
    """One or two notes on each of 1 to 4 topics in both languages, and of as many in one."""
    order = random.permutation(len(topics))
    both, alone = int(random.integers(1, 5)), int(random.integers(1, 5))
    for place, at in enumerate(order[: both + 2 * alone]):
        languages = (0, 1) if place < both else (int(place >= both + alone),)
        for language in languages:
            for note in random.permutation(topics[at][language])[: random.integers(1, 3)]:
                yield str(note), int(at)


def _project(db: Database, name: str, notes: Mapping[str, int]) -> Workspace:
    workspace = Workspace(db, projects.open_project(db, name))
    place = {"project_id": workspace.project.id}
    texts = [f"Reply {number} to case {number}." for number in range(len(notes))]
    outputs = [
        Output(id=output_table.content_id(place["project_id"], text), text=text, **place) for text in texts
    ]
    output_table.add(db, outputs)
    given = [
        Grade(id=new_id("grade"), output_id=output.id, annotator="ann", value="fail", note=note, **place)
        for output, note in zip(outputs, notes, strict=True)
    ]
    grade_table.record(db, given)
    return workspace


if __name__ == "__main__":
    main()
