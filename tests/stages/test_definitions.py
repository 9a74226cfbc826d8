"""Definitions of terms are read from notes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies as st

from labelcore.text.terms import abbreviations, definitions


@pytest.mark.parametrize(
    ("note", "term", "meaning"),
    [
        ("AOV means average order value, not the sum", "AOV", "average order value"),
        ("Wrong: here AOV stands for average order value.", "AOV", "average order value"),
        ("Too long; F1 = harmonic mean", "F1", "harmonic mean"),
        ("churn means customers who cancel or pause", "churn", "customers who cancel or pause"),
        ("churn = customers who cancel", "churn", "customers who cancel"),
        ('"soft launch" means a release to few', "soft launch", "a release to few"),
        ("SLA is short for service level agreement", "SLA", "service level agreement"),
        ("uses AOV (average order value) wrongly", "AOV", "average order value"),
        ("the service level agreement (SLA) is missing", "SLA", "service level agreement"),
        ("no Bank of China (BOC) here", "BOC", "Bank of China"),
        ("这里杭分是杭州分公司的简称，不是杭州分行", "杭分", "杭州分公司"),
        ("BOC是Bank of China的缩写", "BOC", "Bank of China"),
        ("回答没有说明杭分即杭州分公司", "杭分", "杭州分公司"),
        ("“杭分”指杭州分公司。", "杭分", "杭州分公司"),
        ("KPI指的是关键绩效指标", "KPI", "关键绩效指标"),
        ("杭分，全称杭州分公司", "杭分", "杭州分公司"),
        ("杭州分公司（杭分）没有提到", "杭分", "杭州分公司"),
        ("没有提到杭分（杭州分公司）", "杭分", "杭州分公司"),
        ("杭州分公司，以下简称杭分", "杭分", "杭州分公司"),
        ("杭分=杭州分公司", "杭分", "杭州分公司"),
        ("GMV表示成交总额", "GMV", "成交总额"),
    ],
)
def test_definitions_are_read_from_notes(note: str, term: str, meaning: str) -> None:
    assert {(definition.term, definition.meaning) for definition in definitions(note)} == {(term, meaning)}


@pytest.mark.parametrize(
    "note",
    [
        "The answer means nothing",
        "It means that",
        "The price means nothing",
        "total = 12",
        "a == b",
        "wrong price (see input)",
        "x >= some value",
        "立即退款",
        "用户指责客服",
        "这指出了问题",
        "金额指标错误",
        "即使如此也不对",
        "手指受伤",
        "他随即离开",
        "没说明原因，即没有依据",
        "这个意思是不对",
        "tone = rude",
    ],
)
def test_what_only_looks_like_a_definition_is_none(note: str) -> None:
    assert definitions(note) == []


@given(st.text() | st.text(alphabet="AB=（）()“”是指即 的简称，means", max_size=200))
def test_any_note_is_read(note: str) -> None:
    for definition in definitions(note):
        assert definition.term in note
        assert definition.meaning in note
    assert all(word in note for word in abbreviations(note))


@pytest.mark.parametrize(
    "text", ["(" * 50_000, "a=" * 25_000, "是" * 50_000, "A " * 25_000, "即简称" * 9_000]
)
def test_no_note_makes_reading_slow(text: str) -> None:
    started = time.process_time()
    definitions(text)
    assert time.process_time() - started < 3
