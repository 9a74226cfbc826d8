"""Free answers are read right, whatever they are dressed in, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from labelcore.judges.answer_formats import AnswerFormat

BRACKETS = AnswerFormat(
    kind="pattern", pattern=r"\[\[\s*([^\]\n]{1,12}?)\s*\]\]", low=1, high=10, threshold=7
)
LABELS = AnswerFormat(kind="first_word", passes=("factual",), fails=("hallucinated",))
CHINESE = AnswerFormat(kind="first_word", passes=("通过",), fails=("不通过",))
YES_NO = AnswerFormat(kind="first_word", passes=("yes",), fails=("no",))
LETTER = AnswerFormat(kind="last_word", passes=("Y",), fails=("N",))
JSON_SCORE = AnswerFormat(kind="json", field="score", low=0, high=10, threshold=5)
JSON_PASS = AnswerFormat(kind="json", field="result.pass", passes=("true",), fails=("false",))
SCORE = AnswerFormat(kind="score", low=1, high=10, threshold=6)
FAULTS = AnswerFormat(kind="score", low=0, threshold=1, higher_passes=False)


@pytest.mark.parametrize(
    ("form", "text", "verdict", "score"),
    [
        (BRACKETS, "Short but right.\nRating: [[7]]", "pass", 7),
        (BRACKETS, "评分：[[3]]", "fail", 3),
        (BRACKETS, "[[7]], so **Rating: [[7]]**", "pass", 7),
        (LABELS, "factual", "pass", None),
        (LABELS, "**Hallucinated**\nIt names a lake.", "fail", None),
        (LABELS, "```\nFACTUAL\n```", "pass", None),
        (LABELS, 'Label: "hallucinated".', "fail", None),
        (CHINESE, "通过", "pass", None),
        (CHINESE, "不通过。日期错了", "fail", None),
        (CHINESE, "结论：不通过", "fail", None),
        (YES_NO, "Yes the dates are there", "pass", None),
        (YES_NO, "<think>no? yes?</think>\nNo, because the price is missing", "fail", None),
        (LETTER, "It asks for a date.\n\n**Y**\n", "pass", None),
        (LETTER, "It asks for a date.\nAnswer: N.", "fail", None),
        (JSON_SCORE, 'Here it is:\n```json\n{"Score": "7/10", "reason": "ok"}\n```', "pass", 7),
        (JSON_SCORE, '{"score": 4.5}', "fail", 4.5),
        (JSON_PASS, '{"result": {"pass": false}, "reason": "no date"}', "fail", None),
        (JSON_PASS, '{"result": {"pass": "True"}}', "pass", None),
        (SCORE, "8", "pass", 8),
        (SCORE, "**5/10**", "fail", 5),
        (SCORE, "It has 3 faults. Score (1-10): 7", "pass", 7),
        (SCORE, "4\nIt has 3 faults", "fail", 4),
        (SCORE, "评分：8分", "pass", 8),
        (FAULTS, "Score: 2", "fail", 2),
    ],
)
def test_an_answer_in_its_form_is_read(
    form: AnswerFormat, text: str, verdict: str, score: float | None
) -> None:
    found = form.read(text)
    assert (found.verdict, found.score) == (verdict, score)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (BRACKETS, "[[11]]"),
        (BRACKETS, "First [[3]], then [[8]]"),
        (BRACKETS, "Rating: 7"),
        (BRACKETS, "[[rating]]"),
        (LABELS, "It is not factual"),
        (LABELS, "Factual errors are there: hallucinated"),
        (LABELS, "factual or hallucinated"),
        (CHINESE, "通过率是一半"),
        (LETTER, "Answer: not Y"),
        (LETTER, ""),
        (JSON_SCORE, '{"score": 12}'),
        (JSON_SCORE, '{"score": 3} {"score": 9}'),
        (JSON_SCORE, '{"score": true}'),
        (JSON_SCORE, '{"grade": 7}'),
        (JSON_PASS, '{"result": "pass"}'),
        (SCORE, "Score: 1-10"),
        (SCORE, "Accuracy score 3, overall score 9"),
        (SCORE, "8/5"),
        (SCORE, "-3"),
        (SCORE, "{" * 5000),
    ],
)
def test_what_has_another_form_or_says_several_things_is_not_guessed(form: AnswerFormat, text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        form.read(text)


def test_a_score_is_known_before_its_threshold() -> None:
    bare: dict[str, Any] = JSON_SCORE.model_dump() | {"threshold": None}
    assert AnswerFormat(**bare).score_of('{"score": 9}') == 9
    assert AnswerFormat(**bare).read('{"score": 9}').verdict == "abstain"


def test_reasons_come_along() -> None:
    assert JSON_SCORE.read('{"score": 7, "理由": "日期在"}').reason == "日期在"
    assert LETTER.read("The date is there.\nY").reason == "The date is there."
    assert YES_NO.read("No: the date is missing").reason == "the date is missing"


@pytest.mark.parametrize("pattern", ["a", "(a)(b)", "(?=a)(b)", "("])
def test_a_pattern_has_one_group_and_is_safe(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        AnswerFormat(kind="pattern", pattern=pattern)
