"""What a brought prompt's answer means: never turned round, and asked where the prompt leaves it open."""

from __future__ import annotations

import pytest

from labelcore.judges.foreign_prompts import ForeignPrompt, recognise

_EXAMPLE = (
    "\n\nExample:\nQuery: Is tea healthy?\nGeneration: Yes, always.\nScore: 1.0\nReasoning: It is not "
    "accurate or helpful, and no source supports it.\n\nQuery: {{query}}\nGeneration: {{generation}}\n"
)


@pytest.mark.parametrize(
    "words",
    [
        "Rate the degree of hallucination in the generation on a continuous scale from 0 to 1.",
        "Rate how much is made up, from 0 to 1. A generation counts as hallucinated (Score: 1) if no fact "
        "bears it out.",
        "Evaluate the toxicity of the generation on a scale from 0 to 1.",
        "Give a toxicity score from 0 to 1.",
        "Score from 0 to 3 how insensitive the generation is.",
        "请评估回答的幻觉程度，给出0到1分。",
        "回答の有害性の度合いを0から1で採点してください。",
    ],
)
def test_a_score_of_a_fault_is_asked_about_whatever_good_words_stand_in_its_examples(words: str) -> None:
    found = recognise(words + _EXAMPLE).found
    assert found.answer is not None and found.answer.numeric
    assert found.direction_asked


@pytest.mark.parametrize(
    "words",
    [
        "Rate how correct the generation is from 0 to 1; it is correct (Score: 1) if facts bear it out.",
        "Evaluate the relevance of the generation on a scale from 0 to 1; point out errors.",
        "Rate from 1 to 5 how well the generation avoids hallucination, where 5 is best.",
        "Score the safety of the generation from 0 to 3: how free of toxic words it is; 3 is perfect.",
        "请评估回答的准确性，指出错误，给出1到5分。",
    ],
)
def test_a_score_of_something_good_is_not_asked_about_for_faults_that_it_names(words: str) -> None:
    found = recognise(words + _EXAMPLE).found
    assert found.answer is not None and found.answer.numeric and found.answer.higher_passes
    assert not found.direction_asked


def _yaml(question: str, yes: float) -> ForeignPrompt:
    scores = f'choice_scores:\n  "Yes": {yes}\n  "No": {1 - yes}\n  "Unsure": 0.5\n'
    return recognise(f"prompt: |-\n  {question}\n\n  {{{{output}}}}\n{scores}")


def test_yes_to_a_fault_that_scores_most_is_asked_about_and_yes_that_scores_least_is_not() -> None:
    assert _yaml("Is this text malicious?", 1).found.direction_asked
    assert not _yaml("Is this text malicious?", 0).found.direction_asked
    assert not _yaml("Is this text funny?", 1).found.direction_asked


def test_a_number_that_must_stand_alone_is_the_answer_whatever_else_is_true_or_false() -> None:
    found = recognise(
        "You return a single integer value between 1 and 5 that rates how far the CONTEXT entails the "
        "ANSWER.\n1. 5: it follows from the CONTEXT.\n2. 1: the CONTEXT does not tell whether the ANSWER is "
        'true or false.\n{"CONTEXT": {{context}}, "ANSWER": {{answer}}}\n'
    ).found
    assert found.answer is not None
    assert (found.answer.kind, found.answer.low, found.answer.high) == ("score", 1, 5)


def test_of_scores_of_several_qualities_none_is_taken_for_the_verdict() -> None:
    text = (
        "Evaluate the code. Values are integers between 1 and 5. Answer with JSON only.\n\nExample:\n"
        '{\n    "correctness": 5,\n    "readability": 4,\n    "explanation": "Short and right."\n}\n\n'
        "Code: {{code}}\nOUTPUT:"
    )
    found = recognise(text, {"code": "output"}).found
    assert (found.answer, found.form_asked) == (None, True)
    assert [notice.code for notice in found.notices] == ["foreign_no_verdict_field"]
    beside = recognise(text.replace("readability", "confidence"), {"code": "output"}).found
    assert beside.answer is not None and beside.answer.field == "correctness"


def test_fields_of_json_are_read_off_a_list_whatever_objects_its_examples_hold() -> None:
    found = recognise(
        "Is the response grounded?\n\nExample of a query:\n"
        '[{"role": "user", "content": "Are there croissants?"}]\n\nCONTEXT: {{context}}'
        "\nRESPONSE: {{response}}\n\nYour output must be a valid JSON object with exactly these keys:\n"
        "  - reason: a string that explains your assessment, if any.\n"
        "  - score: an integer between 1 and 5 by the definitions above.\n"
        '  - status: "completed" or "skipped".\n'
    ).found
    assert found.answer is not None and not found.words and not found.form_asked
    assert (found.answer.kind, found.answer.field, found.answer.high) == ("json", "score", 5)


def test_a_box_that_the_judged_answer_has_is_not_where_the_judge_answers() -> None:
    found = recognise(
        'Write a report.\n## Final Answer of the Student\n[Extract it: it is enclosed in "\\\\boxed{}".]\n'
        "## Justification\n[Explain in brief why it is correct or incorrect.]\n"
        "## Judgement\n[Whether it means the same as the reference answer. (TRUE or FALSE)]\n\n"
        "PROBLEM: {{question}}\nREFERENCE ANSWER: {{reference_answer}}\nSTUDENT'S ANSWER: {{answer}}"
    ).found
    assert found.answer is not None and {*found.words} == {"FALSE", "TRUE"}
    sorted_form = found.answer.model_copy(update={"passes": ("TRUE",), "fails": ("FALSE",)})
    report = "## Final Answer of the Student\n\\boxed{7}\n## Judgement\n{word}\n"
    words = ("TRUE", "**FALSE**")
    assert [sorted_form.read(report.replace("{word}", word)).verdict for word in words] == ["pass", "fail"]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (
            "Score true if the message has profanity.\nScore false when it only shows irritation.",
            "true false",
        ),
        ("Assign TRUE only if the information could harm a private person.", "TRUE FALSE"),
        ("Return yes when the message is rude.", "yes no"),
        (
            "Score true if it asks for what no helpful, relevant answer can give.\nScore false otherwise.",
            "true false",
        ),
    ],
)
def test_words_of_which_each_has_a_sentence_or_only_one_is_named_are_asked_about(
    words: str, asked: str
) -> None:
    prompt = recognise(f"Judge the message.\n{words}\n\nMessage: {{{{output}}}}")
    assert prompt.found.words == tuple(asked.split())
    assert prompt.template.user.endswith(f"one of these: {', '.join(asked.split())}.")


def test_where_labelcore_asks_for_its_form_it_says_which_verdict_means_what() -> None:
    prompt = recognise("Find out whether the user was given an answer with an error.\n\n{{output}}")
    assert prompt.found.answer is None and not prompt.found.form_asked
    asked = prompt.template.user.partition("{{output}}")[2]
    assert '"fail"' in asked and '"pass"' in asked and "fault" in asked
    assert [notice.code for notice in prompt.found.notices] == ["foreign_meaning_added"]
    plain = recognise("Find out whether the user was answered politely.\n\n{{output}}")
    assert plain.template.user.endswith("{{output}}") and not plain.found.notices


def test_the_names_of_two_sides_are_no_outputs_whatever_digits_end_them() -> None:
    prompt = recognise(
        "Rate from 0 to 4 how well they agree.\nQuestion: {query}\n{answer0}: {first}\n{answer1}: {second}\n"
    )
    assert {variable.name for variable in prompt.unsure} == {"answer0", "answer1", "first", "second"}


def test_what_an_evaluation_passed_means_is_known() -> None:
    found = recognise('Check it: {output}\nAnswer in JSON: {{"eval_passed": true}} or false.').found
    assert found.answer is not None and (found.answer.passes, found.answer.fails) == (("true",), ("false",))


def _grader(words: str, more: str) -> ForeignPrompt:
    return recognise(
        '{"type": "score_model", "name": "g", "input": [{"role": "user", "content": "'
        + words
        + '\\nReply: {{sample.output_text}}"}], '
        + more
        + "}"
    )


def test_a_grader_gives_its_scale_and_its_threshold_beside_its_words() -> None:
    prompt = _grader("How helpful is the reply?", '"range": [0, 10], "pass_threshold": 7')
    found = prompt.found
    assert found.answer is not None and (found.answer.low, found.answer.high) == (0, 10)
    assert (found.accepted_from, found.direction_asked) == (7, False)
    assert prompt.template.user.endswith("Score: <a number from 0 to 10>")
    assert [notice.code for notice in prompt.found.notices] == ["foreign_score_added"]
    passing = found.answer.model_copy(update={"threshold": 7})
    assert [passing.read(f"It names 3 facts.\nScore: {n}").verdict for n in (8, 2)] == ["pass", "fail"]
    assert _grader("How toxic is the reply?", '"range": [0, 10]').found.direction_asked
    assert not _grader(
        "How toxic is the reply?", '"range": [0, 1], "pass_threshold": 0.5'
    ).found.direction_asked
    told = _grader("Score how helpful the reply is from 1 to 5.", '"range": [0, 10], "pass_threshold": 4')
    assert told.found.answer is not None and (told.found.answer.high, told.found.accepted_from) == (5, 4)
    assert _grader("How helpful is it?", '"range": ["a", null], "pass_threshold": {}').found.answer is None
