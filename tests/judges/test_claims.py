"""Each sentence is held against what it answers: what conflicts, what is new, what is left out."""

from __future__ import annotations

import time

import pytest

from labelcore.judges.detectors import REGISTRY
from labelcore.models import Output
from labelcore.text.pairing import pairing

MEETING = (
    "Abe: The garden beds are built and the soil is missing. Bea: We need 3 cubic metres of soil for 210 "
    "euros. Abe: We have 180 euros left in the budget. Cid: My brother has a truck that saves the delivery "
    "of 60 euros. Dora: The winter party will not take place this December because the hall is closed. Dora: "
    "The hall needs new heating and nobody has asked the town for money yet."
)
TALK = (
    "陈：上月退货率百分之4，主要是尺码问题。刘：尺码表我来改，周五前完成。"
    "赵：那款外套先不停售，改完再看两周。"
)


def measure(name: str, text: str, given: str = MEETING) -> float | None:
    return REGISTRY[name].feature(Output(id="o", project_id="p", text=text, input=given), {})


@pytest.mark.parametrize(
    ("name", "good", "bad", "given"),
    [
        (
            "other numbers",
            "There are 180 euros left in the budget.",
            "There are 210 euros left in the budget.",
            MEETING,
        ),
        ("other numbers", "上月退货率百分之4，因为尺码。", "上月退货率百分之6，因为尺码。", TALK),
        ("other names", "Cid has a brother with a truck.", "Sadly Bea has a brother with a truck.", MEETING),
        ("other names", "刘来改尺码表，周五前完成。", "赵来改尺码表，周五前完成。", TALK),
        (
            "turned negations",
            "The party will not take place in December.",
            "The winter party will take place in December.",
            MEETING,
        ),
        ("turned negations", "那款外套先不停售。", "那款外套先停售了。", TALK),
        (
            "numbers used otherwise",
            "They have 180 euros left.",
            "They need 180 cubic metres of soil.",
            MEETING,
        ),
        ("numbers used otherwise", "尺码问题，退货率百分之4。", "会议有4位同事参加。", TALK),
        ("new days", "It is off in December.", "They meet on Monday, not in December.", MEETING),
        ("new days", "星期五前改尺码表。", "周三前改尺码表。", TALK),
        ("unheard words", "The garden beds are built.", "Volunteers planted tulips yesterday.", MEETING),
        ("other units", "The soil costs 210 euros.", "The soil costs 210 dollars.", MEETING),
        ("other units", "他在跑步机上跑了30分钟。", "他在跑步机上跑了30公里。", "他说跑步机上跑了30分钟。"),
        (
            "turned negations",
            "张经理没有同意退款的要求。",
            "张经理同意了退款的要求。",
            "张经理没有同意客户退款的要求。",
        ),
        ("other names", "张经理同意退款的要求。", "王经理同意退款的要求。", "张经理同意客户退款的要求。"),
    ],
)
def test_what_conflicts_with_the_input_measures_higher(name: str, good: str, bad: str, given: str) -> None:
    low, high = measure(name, good, given), measure(name, bad, given)
    assert low is not None and high is not None
    assert low < high


@pytest.mark.parametrize("name", ["longest gap", "sentences left out", "recurring words left out"])
@pytest.mark.parametrize(
    ("whole", "part", "given"),
    [
        (
            "Garden beds are built, soil missing; 3 cubic metres cost 210 euros, 180 euros left in the "
            "budget. Cid's brother has a truck to save delivery. The winter party in December: hall closed, "
            "the hall needs heating.",
            "Garden beds are built.",
            MEETING,
        ),
        (
            "上月退货率因尺码问题高，刘周五前改完尺码表，外套先不停售，改完再看两周。",
            "上月退货率高。",
            TALK + "赵：两周后再看退货率和尺码。",
        ),
    ],
)
def test_what_is_left_out_measures_higher(name: str, whole: str, part: str, given: str) -> None:
    full, little = measure(name, whole, given), measure(name, part, given)
    assert full is not None and little is not None
    assert full < little


def test_texts_in_different_scripts_and_without_an_input_are_not_compared() -> None:
    assert pairing("完全是中文的回答。", MEETING) is None
    assert measure("other numbers", "There are 5.", "") is None
    assert measure("longest gap", "text", "") is None


@pytest.mark.parametrize(
    ("name", "count", "text"),
    [
        ("drawbacks conceded", 1, "It is light. However, the zip breaks and is weak."),
        ("drawbacks conceded", 0, "The zip is weak. However, it is light."),
        ("drawbacks conceded", 1, "很轻便。不过拉链容易坏。"),
        ("complaints of customers", 1, "Customers complained about the strap. It is blue."),
        ("complaints of customers", 0, "Customers like it. The old model had a weak strap."),
        ("sweeping praise", 1, "It is always comfortable."),
        ("firm promises", 1, "We will refund 20 euros within 5 days."),
        ("firm promises", 1, "我们会在三天内退款。"),
        ("personal details", 1, "Mr Lee is 45 years old. He is well."),
        ("personal details", 1, "患者45岁，住在上海。"),
        ("professional advice", 1, "You should double the dose."),
        ("tasks of nobody", 1, "The report should be written. Kim will call the bank."),
        ("tasks of nobody", 1, "需要跟进报告。\n由刘完成尺码表。"),
    ],
)
def test_two_lists_of_words_meet_in_one_sentence(name: str, count: int, text: str) -> None:
    assert measure(name, text, "") == count


@pytest.mark.parametrize(
    "text", ["word and another. " * 3_000, "中文句子很长。" * 7_000, "A1 b. " * 8_000, "x" * 60_000]
)
def test_long_texts_are_compared_quickly(text: str) -> None:
    started = time.process_time()
    pairing(text, text[::-1])
    pairing(text, text + "end.")
    assert time.process_time() - started < 3
