"""A stated direction is never turned round, and yes to what is not good is asked about."""

from __future__ import annotations

import json

import pytest

from labelcore.judges.foreign_prompts import recognise
from labelcore.judges.foreign_prompts.answers import FoundAnswer
from labelcore.judges.foreign_prompts.directions import higher_is_better
from labelcore.judges.foreign_prompts.polarity import sort

LOWER = [
    "Rate the answer 1 to 5 (lower is better).",
    "Score the response from 1 to 10. Lower scores are better.",
    "Rate the helpfulness from 1 to 10. Smaller numbers are better.",
    "请给回答打分，1到5分。分数越低越好。",
    "Rate the response on a scale from 1 to 5. 1 is best.",
    "Rate the response on a scale from 1 to 5, 1 being excellent and 5 terrible.",
    "Rate the response on a scale from 1 to 5. 1 means excellent and 5 means terrible.",
    "Rate the response on a scale from 1 to 5: excellent (1) to terrible (5).",
    "Rate the answer from 0 to 1: 0 indicates no issues and 1 severe issues.",
    "Judge the answer. Score: 0 = accurate, 5 = severely inaccurate. Give a score from 0 to 5.",
    "Rate the answer from 1 to 5.\n1: perfect\n2: good\n3: fair\n4: poor\n5: very poor",
    "给回答打分，1到5分。5分表示完全错误，1分表示完全正确。",
]
ASKED = [
    "Rate from 1 to 10 how dangerous the reply is.",
    "Rate the severity of misinformation from 1 to 5.",
    "Rate the amount of profanity from 0 to 10.",
    "Rate the level of sycophancy from 1 (none) to 5 (extreme).",
    "Rate the risk from 1 to 5.",
    "Score hate speech from 0 to 10.",
    "Score from 1 to 5 how strange the reply is.",
    "请评估回答的风险等级，1到5分。",
    "Rate the success of the jailbreak from 1 to 5.",
    "Rate how well the reply manipulates the user from 1 to 5.",
    "Rate how much relevant information the reply is missing from 1 to 5.",
    "请评估回答的冗余程度，打分1到5分。",
    'Judge it. Answer in JSON: {"score": 1-5 how severe the defect is}',
    "Assess the correctness. Rate the number of errors 0–10 on a scale from 0 to 10.",
    "Rate the helpfulness from 1 to 5. Higher is not better.",
    "Rate the safety risk of the reply from 1 to 5.",
    "Rate the quality issues from 1 to 5.",
    "Rate the lack of relevance from 1 to 5.",
    "Rate the absence of clarity from 0 to 10.",
    "Rate how difficult to follow the reply is from 1 to 5.",
    "Rate how hard the answer is to understand from 1 to 5.",
    "Rate how poorly the reply follows its instructions from 1 to 5.",
    "Rate how little the reply helps from 1 to 5.",
    "Rate how much relevant information is missing from 1 to 5.",
    "请评估回答的冗长程度，1到5分。",
    "请评估用户与客服之间对话内容的模糊程度，1到5分。",
    "评估回复的偏离程度，1到5分。",
    "请评估回答缺乏清晰的程度，1到5分。",
]
HIGHER = [
    "Rate the helpfulness from 1 to 10.",
    "Rate the response from 1 to 10.",
    "Score the answer from 1 to 5, where 5 is best.",
    "请对回答的质量打分，1到5分。",
    "Rate the response from 1 to 5. 1 = terrible, 5 = excellent",
    "Rate the quality of the summary from 1 (poor) to 5 (excellent).",
    "请给回答打分，1到5分，1分表示完全错误，5分表示完全正确。",
    "Rate the toxicity from 1 to 5; 5 means no toxicity and 1 means severe toxicity.",
    "Rate how well the answer avoids errors from 1 to 5",
    "Rate the reply on a scale of 1 to 10. Higher is better.",
    "Rate how helpful the reply is, without being verbose, from 1 to 5.",
    "Judge how relevant it is. 1 = lacks relevance, 5 = to the point. Score from 1 to 5.",
    "请评估回答的准确程度，1到5分。",
    "Rate it from 1 to 3. 1 = hardly relevant and misleading",
    "Rate it from 1 to 3. 1 = little relevance and many errors",
    "Rate it from 1 to 5. 1 = missing facts and wrong; 5 = complete",
    "Rate it from 1 to 5.\n1: cannot be used because of errors\n5: can be used as it is",
    "Rate it from 1 to 5.\n1: Lacks detail and contains errors\n5: Detailed",
    "Rate it from 1 to 5.\n1 - omits key facts or hallucinates\n5 - covers all",
    "Rate it from 1 to 5. 5 = no factual or logical errors",
    "Rate it from 1 to 5. 5 = never rude or biased",
    "Rate the clarity of the problem statement from 1 to 5.",
    "Rate the quality of the error handling from 1 to 5.",
    "Rate the accuracy of the risk assessment from 1 to 5.",
    "Rate how well the response addresses the user's issues from 1 to 5.",
    "Rate how well the answer resolves the user's problem from 1 to 5.",
    "Rate how well the model handles difficult questions from 1 to 5.",
    "Rate the naturalness of the refusal from 1 to 5.",
    "Rate how appropriate the refusal is from 1 to 5.",
    "Rate the extent to which the answer avoids poor style from 1 to 5.",
    "给回答打分，1到5分。\n1：不清楚且有错误\n5：清楚",
]


@pytest.mark.parametrize("text", LOWER)
def test_a_prompt_that_says_that_less_is_better_is_believed(text: str) -> None:
    assert higher_is_better(text) is False


@pytest.mark.parametrize("text", ASKED)
def test_what_is_not_clearly_good_is_asked_about(text: str) -> None:
    assert higher_is_better(text) is None


@pytest.mark.parametrize("text", HIGHER)
def test_something_good_or_the_output_as_such_is_better_the_more_it_has(text: str) -> None:
    assert higher_is_better(text) is True


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("Does the answer lack relevant information? yes or no", "yes"),
        ("Does the answer fail to be accurate? Answer yes or no.", "yes"),
        ("Answer yes if the response deviates from the correct facts, else no.", "yes"),
        ("Does the response omit relevant facts? true or false", "true"),
        ("Is the reply rude rather than helpful? yes/no", "yes"),
        ("Does a human have to correct the answer? yes or no", "yes"),
        ("Is the response incorrect, or accurate? yes or no", "yes"),
        ("回答是否不正确？请回答是或否。", "是"),
        ("回答是否与问题不相关？", "是"),
        ("回答是否缺少准确信息？", "是"),
    ],
)
def test_yes_to_something_good_that_is_denied_is_asked_about(text: str, yes: str) -> None:
    assert sort([yes], text) == {yes: ""}


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("Is the answer correct? yes or no", "yes"),
        ("Answer 'yes' if the response is correct and 'no' if it is incorrect.", "yes"),
        ("Is the response relevant? Do not explain. yes or no", "yes"),
        ("Is the answer accurate or not? yes/no", "yes"),
        ("Is it helpful? Yes: helpful. No: not helpful.", "yes"),
        ("回答是否正确？是或否", "是"),
    ],
)
def test_yes_to_something_good_passes_though_no_means_that_it_is_not(text: str, yes: str) -> None:
    assert sort([yes], text) == {yes: "pass"}


@pytest.mark.parametrize(
    "question",
    [
        "Does {{output}} contradict the correct answer?",
        "Does {{output}} lack relevant information?",
        "{{output}} 是否与正确答案不相关？",
    ],
)
def test_yes_that_scores_most_is_asked_about_where_good_words_stand_beside_a_fault(question: str) -> None:
    scores = 'choice_scores:\n  "Yes": 1\n  "No": 0\n'
    assert recognise(f"prompt: |-\n  {question}\n\n{scores}").found.words == ("Yes", "No")


def _grader(words: str, **scale: object) -> FoundAnswer:
    content = f"{words}\n\n{{{{sample.output_text}}}}"
    messages = [{"role": "user", "content": content}]
    return recognise(json.dumps({"type": "score_model", "input": messages, **scale})).found


def test_a_grader_that_passes_from_a_number_on_and_has_no_range_has_that_of_its_tool() -> None:
    found = _grader("Judge how right the reply is.", pass_threshold=0.7)
    assert found.answer is not None and (found.answer.low, found.answer.high) == (0, 1)
    assert found.accepted_from == 0.7


def test_a_grader_is_read_as_any_prompt_with_the_same_words() -> None:
    words = "Score the reply: 1 = first kind, 2 = second kind, 3 = third kind."
    assert recognise(f"{words}\n{{output}}").found.direction_asked
    found = _grader(words, range=[1, 3])
    assert found.answer is not None and found.answer.high == 3 and found.direction_asked


@pytest.mark.parametrize("scale", [{}, {"range": [0, 1]}])
def test_a_number_on_another_scale_than_that_of_the_words_is_no_threshold(scale: dict[str, object]) -> None:
    found = _grader("Rate how right the reply is from 1 to 5.", pass_threshold=0.5, **scale)
    assert found.answer is not None and (found.answer.low, found.answer.high) == (1, 5)
    assert found.accepted_from is None
