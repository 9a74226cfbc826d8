"""Prompts that only name what an output is: which of their labels pass is asked, whatever form they have."""

from __future__ import annotations

import pytest

from labelcore.judges.foreign_prompts import recognise

_LABELS = {
    "in JSON": ('What language is it in?\n{output}\nReturn JSON: {{"language": "en|de|fr"}}', "en de fr"),
    "as types": (
        'Name its intent.\n{output}\nRespond with JSON: {{"reason": "", "intent": "refund" | "other"}}',
        "refund other",
    ),
    "in a row": ("Which language is it in?\n{output}\nAnswer with exactly one of: en, de, fr", "en de fr"),
    "behind a label": ("Detect the language.\n{output}\nlanguage: en|de|fr", "en de fr"),
    "in lines": (
        "Classify the intent.\n\nLabels:\n- billing: an invoice\n- refund: money\n\n{output}\n\nAnswer: ",
        "billing refund",
    ),
    "in lines, with quotes and stops": (
        'Classify the sentiment.\n\nLabels:\n- "positive."\n- "negative."\n\n{output}',
        "positive negative",
    ),
    "moods": (
        "Classify the sentiment as positive, negative or neutral.\n{output}",
        "positive negative neutral",
    ),
    "two moods": ('Say the sentiment of {output}: "negative" or "positive".', "negative positive"),
    "moods in JSON": (
        'The sentiment of {output} as JSON: {{"sentiment": "positive|negative|neutral"}}',
        "positive negative neutral",
    ),
    "two manners": ('Is it formal or informal? {output}\nAnswer "formal" or "informal".', "formal informal"),
    "a place": (
        "Label the topic.\n{output}\nOutput format:\ntopic: <sports|politics|tech>",
        "sports politics tech",
    ),
    "alone": (
        'Detect the intent: "billing", "refund" or "fault".\n{output}\nOnly one word.',
        "billing refund fault",
    ),
    "Chinese": ("判断下列回复的语言。\n{output}\n只输出 中文、英文 或 日文。", "中文 英文 日文"),
}


@pytest.mark.parametrize("name", _LABELS)
def test_which_labels_pass_is_asked_of_every_one(name: str) -> None:
    text, labels = _LABELS[name]
    found = recognise(text).found
    assert found.answer is not None and not found.answer.words
    assert found.words == tuple(labels.split())


@pytest.mark.parametrize(
    "text",
    [
        "Name the language of the following reply.\n{output}",
        "Determine the customer's intent in this message.\n{output}\nReturn the intent name.",
        "识别这条回复的情绪。\n{output}",
    ],
)
def test_a_prompt_that_names_no_label_is_asked_for_its_form_and_is_no_judge_by_default(text: str) -> None:
    found = recognise(text).found
    assert found.answer is None and found.form_asked and not found.added


_SCORES = "\n\nRubric:\n1: {}\n2: {}\n3: {}\n\n{{output}}"


@pytest.mark.parametrize(
    "words",
    [
        "Determine whether the tone of the reply is polite.",
        "Determine if the reply stays on topic.",
        "State how well the language of the reply fits.",
        "判断回复的语气是否礼貌。",
        "判断回复是否符合主题。",
    ],
)
def test_a_question_for_quality_is_a_judge_also_where_it_names_what_others_label(words: str) -> None:
    assert not recognise(f"{words}\n{{output}}").found.form_asked
    found = recognise(words + _SCORES.format("poor", "fair", "excellent")).found
    assert found.answer is not None and len(found.answer.scores) == 3 and not found.direction_asked


def test_scores_of_a_rubric_are_the_answer_whatever_the_words_above_it_detect() -> None:
    words = "Give feedback on the tone."
    found = recognise(words + _SCORES.format("poor/rude", "fair", "excellent")).found
    assert found.answer is not None and len(found.answer.scores) == 3 and not found.direction_asked
    kinds = recognise("Name the topic." + _SCORES.format("sports", "politics", "art")).found
    assert kinds.answer is not None and kinds.direction_asked


def test_a_named_field_that_holds_labels_is_no_score() -> None:
    labels = recognise('{output}: JSON {{"grade": 1, "language": "en|de"}}', {}, "language").found
    assert labels.words == ("en", "de")
    written = recognise('{output}: JSON {{"language": "<ISO code>", "sure": 0.9}}', {}, "language").found
    assert written.form_asked and written.answer is not None and written.answer.field == "language"


def test_a_prompt_that_asks_whether_an_output_is_good_is_still_a_judge() -> None:
    for text in ("Is the output brief?\n{output}", "Is it correct, in tone and in fact?\n{output}"):
        found = recognise(text).found
        assert found.answer is None and not found.form_asked and not found.words
    safe = recognise('Classify it into one of two categories, "safe" or "unsafe". {output}').found
    assert safe.answer is not None and (safe.answer.passes, safe.answer.fails) == (("safe",), ("unsafe",))
