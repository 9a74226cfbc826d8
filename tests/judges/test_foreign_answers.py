"""Answers to prompts of other tools, read as each prompt shows them."""

from __future__ import annotations

from labelcore.judges.foreign_prompts import recognise
from tests.judges.foreign_cases import CASES


def test_an_answer_is_read_as_its_prompt_shows_it() -> None:
    box = recognise(CASES["system and user by their names alone"].text).found.answer
    assert box is not None
    boxed = box.model_copy(update={"threshold": 1})
    assert [boxed.read(f"So: \\boxed{{{n}}}").verdict for n in (1, 0)] == ["pass", "fail"]
    checks = recognise(CASES["verdict over a list of checks"].text).found.answer
    assert (
        checks is not None and checks.read("RULE_1: FAIL\nRULE_2: PASS\nOVERALL: **PASS**").verdict == "pass"
    )
    overall = recognise(CASES["overall score over others"].text).found.answer
    assert overall is not None
    assert (
        overall.model_copy(update={"threshold": 6}).read("清楚：2\n总体评分（1-10分）：8").verdict == "pass"
    )
    python = recognise(
        "{output}: give a dictionary such as {{'clear': 3, 'overall_score': 7}}, from 1 to 10."
    )
    assert python.found.answer is not None
    read = python.found.answer.model_copy(update={"threshold": 7}).read(
        "Well: {'clear': 2, 'overall_score': 8}"
    )
    assert (read.verdict, read.score) == ("pass", 8)
