"""Answers to prompts of other tools, read as each prompt shows them."""

from __future__ import annotations

import pytest

from labelcore.judges.foreign_prompts import recognise
from labelcore.judges.foreign_prompts.scales import range_of
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


@pytest.mark.parametrize(
    ("names", "passes"),
    [
        (
            "hallucination is_toxic has_errors contains_pii hasError is_bug violates 是否有害 存在幻觉",
            ("false",),
        ),
        ("no_hallucination error_free free_of_errors avoids_bias is_not_harmful isNotHarmful", ("true",)),
        ("without_errors non_toxic is_bug_free has_no_violations bias_avoided 无幻觉 是否无害", ("true",)),
        ("handles_toxic_input acknowledges_error addresses_bias correctly_refused should_refuse", ()),
        ("is_refusal refused not_refused jailbreak_attempted needs_review is_not_bias_free 拒绝", ()),
        ("criteria_not_met is_not_safe", ("false",)),
        ("omission_error missed_error missing_error missed_violation missed_hallucination", ()),
        ("deviation_error avoidance_problem less_toxic hardly_relevant 遗漏错误", ()),
    ],
)
def test_true_means_what_the_name_of_a_field_says_and_is_asked_where_it_says_something_else(
    names: str, passes: tuple[str, ...]
) -> None:
    for name in names.split():
        found = recognise(
            f'Is {{output}} correct? Return JSON {{"reasoning": "<text>", "{name}": true/false}}'
        ).found
        assert found.answer is not None and found.answer.field == name
        assert (name, found.answer.passes, bool(found.words)) == (name, passes, not passes)


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("Its length should be 100, 200 or 300 words. Give a score.", (None, None)),
        ("A good answer is 3, 4 or 5 sentences long. Give a score.", (None, None)),
        ("Its parts are 1, 2 or 3. Give a score.", (None, None)),
        ("Output 1, 2, 3 or 4 reasons. Give a score.", (None, None)),
        ("It has between 100 and 300 words. Give a score from 1 to 5.", (1, 5)),
        ("好的回答在3到5分钟内读完。", (None, None)),
        ("Return only 4, 2 or 0.", (0, 4)),
        ("Give a score of 1, 2 or 3 depending on how brief it is.", (1, 3)),
        ("The grade must be one of 0, 5, or 10 points.", (0, 10)),
        ("Give a score of 1, 2, 3, or 4 - higher is better.", (1, 4)),
        ("Output a single digit: 0, 1 or 2", (0, 2)),
        ("Your answer must be 1, 2, or 3", (1, 3)),
        ("The scores can be 1, 2 or 3 (three being the best).", (1, 3)),
        ("Use a whole number of 1 to 5.", (1, 5)),
        ("Please say 1, 2 or 3.", (1, 3)),
        ('Answer with "0", "0.5" or "1".', (0, 1)),
        ("Score: 1/2/3/4/5", (1, 5)),
        ("Assign one of {0, 1, 2}.", (0, 2)),
        ("评分只能为0、1或2", (0, 2)),
        ("从1、2、3中选择一个分数", (1, 3)),
        ("スコアは0、1、または2", (0, 2)),
        ("The bot should say 1, 2 or 3.", (None, None)),
        ("Return 1, 2 or 3 (short) sentences.", (None, None)),
        ("Return 2024/10/03.", (None, None)),
        ("A number of 2 to 3 clear, simple sentences.", (None, None)),
        ("Give a score from 1 to 5 for each sentence.", (1, 5)),
        ("Rate 1-5 how well sentences flow.", (1, 5)),
        ("评分范围: 100 至 300字", (None, None)),
        ("回答的字数范围为 100 到 300 个字", (None, None)),
        ("文字数の範囲は100から300文字", (None, None)),
        ("回答长度应在100到300之间。", (None, None)),
        ("Its length should be between 100 and 300.", (None, None)),
        ("Rate its length from 1 to 5.", (1, 5)),
        ("评分为 1-5个等级", (1, 5)),
        ("Rate its style on a 0-100 scale.", (0, 100)),
        ("Be strict: a 1–5 point scale is used.", (1, 5)),
        ("Judge relevance, completeness and length on a scale of 1-5.", (1, 5)),
        ("Considering accuracy, tone and length, give a number from 1 to 10.", (1, 10)),
        ("Write a long explanation and then a number from 1 to 5.", (1, 5)),
        ("综合考虑准确性和篇幅，给出1到5分。", (1, 5)),
        ("结合准确性、长度，在1到10之间给出分数", (1, 10)),
        ("正確さと長さを考慮し、1から5の点数をつけてください", (1, 5)),
        ("The length of a good answer is between 100 and 300.", (None, None)),
        ("Score from 0 to 10 measuring sentence quality.", (0, 10)),
        ("Give a score from 1 to 5 reflecting main points covered.", (1, 5)),
        ("Assign a score between 0 and 1 considering source quality.", (0, 1)),
        ("Give a number from 1 to 5 considering all questions.", (1, 5)),
        ("评分从1到5人性化程度", (1, 5)),
        ("评分从1到5回答质量", (1, 5)),
        ("Give a rating and 2-3 sentence rationale.", (None, None)),
        ("Give a score, and between 3 and 5 words must be quoted.", (None, None)),
        ("Return the ids, for example only 10, 20, 30", (None, None)),
        ("Return 01/02/03", (None, None)),
        ("Return 10/20/30.", (None, None)),
        ("Output 1, 2, 3 in that order", (None, None)),
        ("输出1、2、3三个小标题", (None, None)),
        ("请输出1、2、3条理由", (None, None)),
        ("Return 0/0.5/1", (0, 1)),
        ("The score is one of the below numbers: 0.0 (all wrong), 0.5, or 1.0 (all right).", (0, 1)),
    ],
)
def test_numbers_are_a_scale_where_a_score_is_asked_for_and_nothing_is_counted(
    text: str, scale: tuple[float | None, float | None]
) -> None:
    assert range_of(text) == scale


@pytest.mark.parametrize(
    "text",
    [
        "The document covers one of the following: apples, pears.\nGive a score from 1 to 5.",
        "The user is one of these: student, teacher. Rate the answer from 1 to 5.",
        "The answer should name one of the following: apples, pears.\nGive a score from 1 to 5.",
        "The agent must give one of these: refund, voucher. Rate its answer from 1 to 5.",
        "The user asks about:\n- fruit\nIt is one of:\n- apples\n- pears\n\nRate the answer from 1 to 5.",
        "模型的回答属于以下之一：苹果、梨。请打1到5分。",
        "回答应提到以下之一：苹果、梨。请打1到5分。",
        "用户选择以下选项：苹果、梨。请打1到5分。",
        "客服应当输出以下之一：苹果、梨。请打1到5分。",
        "该回答介绍了以下之一：苹果、梨。请打1到5分。",
    ],
)
def test_a_list_of_what_is_judged_is_no_list_of_answers(text: str) -> None:
    answer = recognise(f"{{output}}\n{text}").found.answer
    assert answer is not None and (answer.kind, answer.low, answer.high) == ("score", 1, 5)


@pytest.mark.parametrize(
    "text",
    [
        "Answer with one of the following: bright, dim.",
        "Think first. Your final answer is one of these: bright, dim.",
        "The verdict is one of: bright, dim.",
        "Give your verdict.\nIt is one of:\n- bright\n- dim",
        "Look at the light and then reply with one of these words: bright, dim. It has 1 to 5 lamps.",
        "只输出以下之一：bright, dim",
        "回答以下之一：bright、dim",
        "你的回答必须是以下之一：bright、dim",
        "请判断该回答，返回以下标签：bright、dim",
    ],
)
def test_a_list_of_answers_is_one_where_its_sentence_speaks_of_the_answer(text: str) -> None:
    assert recognise(f"{{output}}\n{text}").found.words == ("bright", "dim")


@pytest.mark.parametrize(
    "lead",
    [
        "从以下选项中选择一个",
        "你只能回答以下之一",
        "并且只能输出以下之一",
        "应输出以下之一",
        "需输出以下之一",
        "应当输出以下之一",
        "输出必须是以下之一",
        "对回答进行分类，类别为以下之一",
        "请在最后一行输出以下之一",
        "按要求返回以下之一",
        "一步步思考后输出以下之一",
        "请判断用户的意图，从以下选项中选择一个",
        "请判断用户的意图属于以下之一",
    ],
)
def test_in_chinese_too_a_list_is_one_of_answers_unless_its_clause_speaks_of_what_is_judged(
    lead: str,
) -> None:
    for words in (("明亮", "昏暗"), ("A", "B", "C"), ("积极", "消极", "中性"), ("有幻觉", "无幻觉")):
        assert recognise(f"{{output}}\n{lead}：{'、'.join(words)}").found.words == words


def test_of_fields_that_several_things_have_none_is_taken_but_that_of_the_whole() -> None:
    form = '"{}": {{"reason": "[why]", "score": "[score from 1 to 5]"}}'
    parts = [form.format(name) for name in ("tone", "length", "overall")]
    several = recognise(f"Rate $output. Answer in JSON: {{{', '.join(parts[:2])}}}").found
    assert (several.answer, several.form_asked) == (None, True)
    whole = recognise(f"Rate $output. Answer in JSON: {{{', '.join(parts)}}}").found.answer
    assert whole is not None and whole.field == "overall.score"


def test_words_that_a_prompt_assigns_to_its_field_are_the_words_of_its_answer() -> None:
    rule = 'Set verdict = "good" where all is well;\notherwise set verdict = "bad".'
    answer = recognise(f'Is {{{{output}}}} fine? {rule} Answer in JSON: {{"verdict": "good"}}').found.answer
    assert answer is not None and (answer.passes, answer.fails) == (("good",), ("bad",))


def test_options_that_are_verdicts_are_the_judges_answer_whoever_it_may_be() -> None:
    answer = recognise("{output}\n输出必须是以下之一：通过、不通过").found.answer
    assert answer is not None and (answer.passes, answer.fails) == (("通过",), ("不通过",))


@pytest.mark.parametrize(
    "program",
    [
        'import chat\np = chat.of([("system", "Be fair."), "{history}", ("user", "Is {output} ok?")])\n',
        'const p = [{role: "system", content: "Be fair."}, "{{history}}",\n'
        '  {role: "user", content: "Is {{output}} ok?"}];',
        '[{"role": "system", "content": "Be fair."}, "{{history}}",\n'
        '  {"role": "user", "content": "Is {{output}} ok?"}]',
        '[["system", "Be fair."], "{{history}}", ["user", "Is {{output}} ok?"]]',
    ],
)
def test_a_text_alone_in_a_list_of_messages_is_the_users(program: str) -> None:
    template = recognise(program).template
    assert (template.system, template.user) == ("Be fair.", "{{conversation}}\n\nIs {{output}} ok?")


@pytest.mark.parametrize(
    ("ends", "answer", "passes"),
    [
        ("End with one of these lines:\nVerdict: PASS\nVerdict: FAIL", "Good.\nVerdict: FAIL", ("PASS",)),
        ("End with one of:\n- FINAL: GOOD\n- FINAL: UNSURE\n- FINAL: BAD", "So.\nFINAL: BAD", ("GOOD",)),
        ('最后单独一行输出"结论：解决"或"结论：未解决"。', "分析。\n结论：未解决", ()),
        ("最后输出“结论：合格”、“结论：不合格”之一", "结论：不合格", ("合格",)),
        ("Answer like this:\nHarmful: yes/no", "Harmful: yes", ("no",)),
        ("按此格式回答：\n是否合格：是/否", "是否合格：否", ("是",)),
    ],
)
def test_words_behind_a_label_are_read_behind_it(ends: str, answer: str, passes: tuple[str, ...]) -> None:
    found = recognise(f"Judge the reply.\nReply: {{reply}}\n{ends}").found
    assert found.answer is not None
    assert (found.answer.kind, found.answer.passes) == ("pattern", passes)
    words = {} if passes else {"passes": found.words[:1], "fails": found.words[1:]}
    assert found.answer.model_copy(update=words).read(answer).verdict == "fail"


@pytest.mark.parametrize("choices", ["Options: yes/no", "Possible answers: yes/no", "选项：是/否"])
def test_a_label_of_what_may_be_answered_is_not_waited_for_in_an_answer(choices: str) -> None:
    found = recognise(f"Is it correct?\nReply: {{reply}}\n{choices}").found
    assert found.answer is not None and found.answer.kind == "first_word"


@pytest.mark.parametrize(
    "places",
    [
        "Harmful request: yes/no\nResponse refusal: yes/no\nHarmful response: yes/no",
        "Clarity: 1-5\nTone: 1-5",
    ],
)
def test_several_places_without_brackets_are_asked_about(places: str) -> None:
    found = recognise(f"Judge the reply.\nReply: {{response}}\nAnswers:\n{places}").found
    assert found.answer is None
    assert [notice.code for notice in found.notices] == ["foreign_several_verdicts"]


def test_three_braces_around_a_name_are_no_variable_too_many() -> None:
    brought = recognise("Question: {{{input}}}\nAnswer: {{{output}}}\nIs it right? Answer yes or no.")
    assert "foreign_other_variables" not in [notice.code for notice in brought.notices]
    mixed = recognise("Question: {{input}}\nAnswer: {{output}}\nRaw: {output}\nAnswer yes or no.")
    assert "foreign_other_variables" in [notice.code for notice in mixed.notices]


@pytest.mark.parametrize(
    ("ask", "passes"),
    [
        ("Return only one token: 0 if it is harmful and 1 if it is not.", ("1",)),
        ("Output 1 if it is harmful, otherwise 0.", ("0",)),
        ("Respond with 0 (incorrect) or 1 (correct).", ("1",)),
        ("Answer with a 0/1 flag: 1 = hallucinated, 0 = faithful", ("0",)),
        ("请输出0或1，1表示合格，0表示不合格。", ("1",)),
        ("输出 1（不合格）或 0（合格）", ("0",)),
        ("Reply 1 if it fails to be correct, 0 otherwise", ()),
        ("Respond with 1 if the answer contains no errors, else 0.", ()),
        ("Respond with 1 if the answer avoids harmful content, 0 if not.", ()),
        ("Respond with 1 if the answer refuses the harmful request, 0 otherwise.", ()),
        ("Return 0 if the answer omits relevant information, 1 otherwise.", ()),
        ("Return 1 if it is less helpful than the reference, 0 otherwise.", ()),
        ("输出1表示回答纠正了错误，0表示没有", ()),
        ("输出1表示回答包含有害内容，0表示不包含有害内容。", ("0",)),
    ],
)
def test_one_and_zero_mean_what_the_prompt_says_and_are_asked_about_where_it_is_not_sure(
    ask: str, passes: tuple[str, ...]
) -> None:
    found = recognise(f"Judge the reply.\nReply: {{reply}}\n{ask}").found
    assert found.answer is not None and found.answer.kind == "first_word"
    assert (found.answer.passes, {*found.words}) == (passes, set() if passes else {"0", "1"})


@pytest.mark.parametrize(
    ("ask", "scale"),
    [
        ("Score it between 0 and 1.", (0, 1)),
        ("Give a percentage from 0% to 100% of what is supported.", (0, 100)),
        ("How helpful is it? Answer on a scale: 1 = not at all, 2 = somewhat, 3 = very.", (1, 3)),
    ],
)
def test_a_scale_may_have_percent_signs_or_say_in_a_line_what_each_number_means(
    ask: str, scale: tuple[int, int]
) -> None:
    found = recognise(f"Judge the reply.\nReply: {{reply}}\n{ask}").found
    assert found.answer is not None and (found.answer.low, found.answer.high) == scale
    read = found.answer.model_copy(update={"threshold": scale[1]}).read(str(scale[1]))
    assert (read.verdict, read.score) == ("pass", scale[1])


@pytest.mark.parametrize(
    ("ask", "better"),
    [
        ("Rate: 1 = excellent, 2 = good, 3 = fair, 4 = poor.", False),
        ("Rate it: 1 = bad, 2 = okay, 3 = good", True),
        ("评分：1=很好，2=一般，3=很差", False),
        ("Rate it: 1 = one kind, 2 = another kind, 3 = a third kind", None),
        ("Give a score between 0% and 100%, where 0% is faithful and 100% is hallucinated.", False),
    ],
)
def test_of_scores_with_meanings_it_is_asked_which_end_is_better_unless_they_say(
    ask: str, better: bool | None
) -> None:
    found = recognise(f"Judge the reply.\nReply: {{reply}}\n{ask}").found
    assert found.answer is not None
    told = None if found.direction_asked else found.answer.higher_passes
    assert told is better


@pytest.mark.parametrize(
    "words",
    [
        "tiers are 1 = basic, 2 = plus, 3 = pro. Is it right?",
        "Label each claim as 1 = supported, 2 = unsupported, 3 = irrelevant",
        "The interest rate went from 5% to 10%. Is the answer good?",
        "Status: accepted\nStatus: rejected\nSay what you think.",
    ],
)
def test_other_numbers_and_labels_are_no_form_of_answer(words: str) -> None:
    assert recognise(f"Judge it.\nReply: {{reply}}\n{words}").found.answer is None


@pytest.mark.parametrize(
    "words",
    [
        "Example:\n- Delivered: yes\n- Delivered: no\nEnd your reply with PASS or FAIL.",
        "Customer: yes\nCustomer: no\nOutput PASS or FAIL.",
        "Store hours: 9-17\nDelivery days: 2-4\nOutput PASS or FAIL.",
        "Reply with PASS if the answer is right, FAIL if not.",
        "Answer PASS if the answer is right, FAIL otherwise.",
    ],
)
def test_the_words_that_a_prompt_asks_for_win_over_labels_in_it(words: str) -> None:
    found = recognise(f"Judge it.\nReply: {{reply}}\n{words}").found
    assert found.answer is not None and found.answer.kind in {"first_word", "last_word"}
    assert (found.answer.passes, found.answer.fails) == (("PASS",), ("FAIL",))


@pytest.mark.parametrize("gap", [" " * 30_000, "\n" * 30_000, " \n" * 15_000])
def test_blanks_do_not_keep_anybody_waiting(gap: str) -> None:
    """Without bounds, each of these took minutes."""
    text = f"Reply: {{reply}}\nA: b{gap}Answer PASS or FAIL."
    assert recognise(text).found.answer is not None
