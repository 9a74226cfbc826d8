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
OPTIONS = AnswerFormat(
    kind="last_word", scores=(("A", 0.4), ("B", 0.6), ("C", 1), ("D", 0)), abstains=("E",), threshold=0.6
)
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
        (OPTIONS, "It holds more.\n\nB", "pass", 0.6),
        (OPTIONS, "A part.\n**(A)**", "fail", 0.4),
        (OPTIONS, "Nothing in common.\nAnswer: (D) They disagree.", "fail", 0),
        (OPTIONS, "No telling.\nE", "abstain", None),
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
        (OPTIONS, "(A) is wrong, so B or C."),
        (OPTIONS, "0.6"),
        (OPTIONS, "F"),
        (OPTIONS, "A good answer."),
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


def test_a_form_with_scores_is_written_as_a_person_would_and_read_back() -> None:
    written = OPTIONS.model_dump(mode="json")
    assert written["scores"] == {"A": 0.4, "B": 0.6, "C": 1, "D": 0}
    assert AnswerFormat.model_validate(written) == OPTIONS
    assert "scores" not in SCORE.model_dump()


MARKS = AnswerFormat(kind="first_word", passes=("✅",), fails=("❌",))
LAST = AnswerFormat(kind="last_word", passes=("PASS",), fails=("FAIL",))
ENDING = AnswerFormat(kind="last_word", passes=("✔️",), fails=("✖️",))
IN_JSON = AnswerFormat(kind="json", field="verdict", passes=("pass",), fails=("fail",))
IN_TAG = AnswerFormat(kind="pattern", pattern="<v>([^<]{1,20})</v>", passes=("yes",), fails=("no",))
IN_WORDS = AnswerFormat(kind="first_word", passes=("✅ PASS",), fails=("❌ FAIL",))
NO_FAULT = AnswerFormat(kind="first_word", passes=("No",), fails=("Yes",))


@pytest.mark.parametrize(
    ("form", "text", "verdict"),
    [
        (MARKS, "✅ The dates are right.", "pass"),
        (MARKS, "**❌** the price is missing", "fail"),
        (MARKS, "Verdict: ❌", "fail"),
        (ENDING, "All is there.\nVerdict: ✔", "pass"),
        (ENDING, "It invents.\n✖️", "fail"),
        (LAST, "All is there.\n✅ PASS", "pass"),
        (LAST, "It invents.\nVerdict: FAIL ❌", "fail"),
        (LABELS, "✅ Factual", "pass"),
        (IN_JSON, '{"verdict": "❌ fail"}', "fail"),
        (CHINESE, "不通过 理由：日期错了", "fail"),
        (LABELS, "Verdict: ✅ Factual", "pass"),
        (LABELS, "Factual ✅ The dates are right, no ❌", "pass"),
        (NO_FAULT, "❌ No, nothing is invented", "pass"),
        (NO_FAULT, "✅ No", "pass"),
        (NO_FAULT, "✅ Yes, it invents a lake", "fail"),
        (IN_WORDS, "✅ PASS", "pass"),
        (OPTIONS, "A part.\n❌ (A)", "fail"),
    ],
)
def test_marks_are_read_and_those_round_a_word_say_nothing_more(
    form: AnswerFormat, text: str, verdict: str
) -> None:
    assert form.read(text).verdict == verdict


@pytest.mark.parametrize(
    ("form", "text"), [(MARKS, "✅ or ❌"), (MARKS, "correct"), (LAST, "✅ PASS ❌"), (LABELS, "✅")]
)
def test_marks_that_say_two_things_or_nothing_are_not_guessed(form: AnswerFormat, text: str) -> None:
    with pytest.raises(ValueError, match=r"none of|contradict"):
        form.read(text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (LABELS, "❌ Factual"),
        (LABELS, "**Hallucinated** ✅\nIt names a lake."),
        (LABELS, "Verdict: ❌ factual"),
        (CHINESE, "❌ 通过"),
        (YES_NO, "❌ Yes"),
        (LAST, "All is there.\n❌ PASS"),
        (LAST, "Verdict: FAIL ✅"),
        (IN_JSON, '{"verdict": "❌ pass"}'),
        (IN_TAG, "<v>yes ❌</v>"),
        (JSON_SCORE, '{"score": "❌ 9"}'),
        (OPTIONS, "It holds more.\n❌ C"),
        (OPTIONS, "It holds more.\n✅ (D) They disagree."),
    ],
)
def test_a_mark_that_contradicts_the_word_beside_it_makes_no_verdict(form: AnswerFormat, text: str) -> None:
    with pytest.raises(ValueError, match="contradict"):
        form.read(text)
