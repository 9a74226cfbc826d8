"""Prompts of other tools: their variables, their forms of answer, and words that stay as they are."""

from __future__ import annotations

import re
import string
import time
from collections.abc import Callable

import pytest

from labelcore.errors import BadInput
from labelcore.judges.answer_formats import AnswerFormat
from labelcore.judges.foreign_prompts import recognise
from labelcore.judges.foreign_prompts.programs import is_program
from labelcore.messages.catalogue import speaking
from labelcore.messages.lines.bringing import values_words
from tests.judges.foreign_cases import CASES, Case


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_variables_and_forms_of_answer_are_found_or_asked_for(case: Case) -> None:
    found = recognise(case.text)
    assert {variable.name: variable.slot or "?" for variable in found.variables} == case.variables
    assert found.family == case.family
    answer = found.found.answer
    if case.form is None or answer is None:
        assert (answer, case.form) == (None, None)
    elif answer.words or found.found.words:
        assert (answer.kind, answer.field, answer.passes, answer.fails) == case.form
        assert bool(found.found.words) == (not answer.passes)
    else:
        assert (answer.kind, answer.field, answer.low, answer.high) == case.form
        assert answer.higher_passes is case.higher_passes
        assert not found.found.direction_asked
    assert found.found.accepted_from == case.accepted_from


def _filled(text: str, values: dict[str, str]) -> str:
    """A text as str.format fills it, or name by name where other braces stand in it."""
    try:
        return text.format(**values)
    except (KeyError, IndexError, ValueError):
        return re.sub(r"\{(\w+)\}", lambda m: values[m[1]], text)


FILLERS: dict[str, Callable[[str, dict[str, str]], str]] = {
    "braces": lambda text, values: _filled(text, values),
    "percent": lambda text, values: text % values,
    "dollar": lambda text, values: string.Template(text).safe_substitute(values),
    "double braces": lambda text, values: re.sub(
        r"\{\{\s*([\w.]+?)(?:\[(\d)\])?\s*\}\}", lambda m: values[".".join(filter(None, m.groups()))], text
    ),
    "angles": lambda text, values: re.sub(r"<<\s*(\w+)\s*>>", lambda m: values[m[1]], text),
}
"""How each tool fills its variables itself."""
_MARKS = ("<|", "[INST]", "CONFIG", "import ", "export ", "optimization_", "points:", "best:")
WRAPPED = (
    '{"',
    "[{",
    "default",
    "from ",
    "ChatPrompt",
    "---",
    "prompt: ",
    "const ",
    "same:",
    "name: ",
    *_MARKS,
)
PLAIN = [
    name
    for name, case in CASES.items()
    if not (case.text.startswith(WRAPPED) or is_program(case.text)) and "{%" not in case.text
]


@pytest.mark.parametrize("name", PLAIN)
def test_outside_of_variables_every_byte_is_as_its_own_tool_would_send_it(name: str) -> None:
    found = recognise(CASES[name].text)
    values = {variable.name: f"«{variable.name}»" for variable in found.variables}
    system, user = (part.written(values.__getitem__) for part in found.taken.parts)
    assert system == ""
    assert user == FILLERS[found.syntax](CASES[name].text, values)


def test_messages_and_source_keep_their_words_too() -> None:
    found = recognise(CASES["promptfoo messages"].text)
    assert found.template.user == "<Output>\n{{output}}\n</Output>\n<Rubric>\n{{statement}}\n</Rubric>"
    assert "{pass: boolean; reason: string; score: number}" in found.template.system
    source = recognise('PROMPT = f"""Say {{\'ok\': true}} of {output}."""\n')
    assert source.template.user == "Say {'ok': true} of {{output}}."


def test_a_prompty_file_loses_its_settings_and_keeps_its_messages() -> None:
    found = recognise(CASES["Azure prompty"].text)
    assert found.template.system.startswith("# Instruction") and "temperature" not in found.template.user
    assert found.template.user.startswith("# Ratings") and "user:" not in found.template.user


def test_an_answer_in_numbered_tags_is_read_and_a_score_of_faults_passes_below() -> None:
    tagged = recognise(CASES["Azure prompty"].text).found.answer
    assert tagged is not None
    answer = "<S0>Let me think: 5 facts.</S0><S1>All borne out.</S1><S2>4</S2>"
    assert tagged.model_copy(update={"threshold": 3}).read(answer).verdict == "pass"
    faults = recognise(CASES["Opik"].text).found.answer
    assert faults is not None
    below = faults.model_copy(update={"threshold": 0.3})
    assert [below.read(f'{{"score": {n}}}').verdict for n in (0.1, 0.9)] == ["pass", "fail"]


def test_the_sign_of_a_template_literal_is_no_word_of_the_prompt() -> None:
    assert "$" not in recognise(CASES["template literal"].text).template.user


def test_conditions_keep_their_first_branch_and_are_told() -> None:
    found = recognise(
        "{% if rubric %}By {{ rubric }}:{% else %}By taste:{% endif %} rate {{ output | upper }} from 1 to 5."
    )
    assert found.template.user == "By {{statement}}: rate {{output}} from 1 to 5."
    assert [notice.code for notice in found.notices] == ["foreign_blocks", "foreign_filters"]


@pytest.mark.in_part(2)
@pytest.mark.parametrize(
    "text",
    [
        "{" * 50_000,
        "{{" * 30_000,
        "<<" * 30_000,
        "{% if " * 10_000,
        "[[" * 30_000,
        '"a" or ' * 14_000,
        '{"a": ' * 10_000,
        "- " * 40_000,
        "score from 1 to " * 6_000,
        "a" * 99_999,
    ],
)
def test_hostile_texts_take_no_longer_than_others(text: str) -> None:
    began = time.process_time()
    recognise(text)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "shape",
    [
        '{"reason": string, "pass": boolean, "score": number}',
        "{reason: string, pass: boolean, score: number}",
        '{"reason": "in one line, with: a quote", "pass": true|false}',
    ],
)
def test_fields_of_a_shape_on_one_line_are_all_found(shape: str) -> None:
    found = recognise(f"Is {{output}} good? Answer with a JSON object {shape}.").found.answer
    assert found is not None and (found.field, found.passes, found.fails) == ("pass", ("true",), ("false",))


def test_two_answers_side_by_side_are_told_and_a_number_without_a_sibling_means_nothing() -> None:
    pair = "Question: {question}\nA: {answer_a}\nB: {answer_b}\nSay [[A]] or [[B]]."
    codes = [told.code for told in recognise(pair).notices]
    assert "foreign_compares" in codes
    settled = recognise(pair, {"answer_a": "output", "answer_b": "reference"})
    assert "foreign_compares" not in [told.code for told in settled.notices]
    alone = recognise("Q: {question_1}\nReference: {ref_answer_1}\nAnswer: {answer}\nRate 1 to 10: [[5]]")
    slots = {variable.name: variable.slot for variable in alone.variables}
    assert slots == {"question_1": "input", "ref_answer_1": "reference", "answer": "output"}


def test_an_overall_score_among_scores_in_chinese_is_the_verdict() -> None:
    found = recognise(
        '评价回答：{回答}\n按字典格式返回：{{"事实正确性": 9, "满足需求": 6, "综合得分": 7}}，1到10分'
    )
    answer = found.found.answer
    assert answer is not None and answer.field == "综合得分" and answer.numeric


def test_options_beside_a_prompt_are_read_and_asked_for_below_its_words() -> None:
    facts = recognise(CASES["Braintrust facts"].text)
    form = facts.found.answer
    assert form is not None and form.numbers == {"a": 0.4, "b": 0.6, "c": 1, "d": 0, "e": 1}
    words, _, line = facts.template.user.rpartition("\n\n")
    assert words.endswith("(E) They differ in what does not matter.")
    assert line.endswith("alone on the last line, one of these: A, B, C, D, E.")
    assert [notice.code for notice in facts.found.notices] == ["foreign_choice_added"]
    at_once = recognise(CASES["autoevals in Python"].text).template.user
    assert at_once.endswith("Answer with one of these alone, and nothing else: brief, long.")
    truths = recognise(CASES["YAML truth values"].text).found.answer
    assert truths is not None and truths.abstains == ("Unclear",)
    asked = recognise(CASES["OpenAI evals with strings"].text).found
    assert asked.words == ("A", "B"), "what they mean is nowhere said"


def test_a_prompt_that_says_itself_where_its_option_stands_is_asked_nothing_more() -> None:
    found = recognise(
        'prompt: |-\n  Is {{output}} right? Reason first. End with "GRADE: good" or "GRADE: bad".\n'
        "choice_scores: {good: 1, bad: 0}\n"
    )
    assert found.found.added == "" and found.found.answer is not None
    assert (found.found.answer.passes, found.found.answer.fails) == (("good",), ("bad",))


@pytest.mark.parametrize(
    "beside",
    [
        "choice_scores: {A: 1}",
        "choice_scores: {A: 1, B: 1}",
        "choice_scores: {A: one, B: two}",
        "choices: [A, B]",
        "choice_scores: {A: .inf, B: .nan}",
    ],
)
def test_options_that_tell_nothing_apart_are_none(beside: str) -> None:
    found = recognise(f'prompt: "Rate {{{{output}}}} from 1 to 5."\n{beside}\n').found
    assert found.answer is not None and (found.answer.kind, found.answer.high) == ("score", 5)


@pytest.mark.parametrize(
    ("text", "kind", "passes", "fails"),
    [
        ("Answer with ✅ if it is correct or ❌ if it is not.", "first_word", "✅", "❌"),
        ("Is it correct? Reply with ✓/✗ only.", "first_word", "✓", "✗"),
        ("Respond with one of:\n- ✔️ if grounded\n- ✖️ if not", "first_word", "✔", "✖"),
        ("如果符合要求，输出 ✅；否则输出 ❌。", "first_word", "✅", "❌"),
        ("Is it relevant? End your answer with 👍 or 👎.", "last_word", "👍", "👎"),
        ("Is it correct?\nVerdict: ✅ or ❌", "pattern", "✅", "❌"),
        ('Is it correct? Return JSON {"reason": "...", "verdict": "✅" or "❌"}', "json", "✅", "❌"),
        ("Is it correct? <verdict>✅ or ❌</verdict>", "pattern", "✅", "❌"),
        ('End your answer with "✅ PASS" or "❌ FAIL".', "last_word", "PASS", "FAIL"),
        (
            "Be strict.\n✅ Do: cite\n❌ Don't: invent\nAnswer only PASS or FAIL.",
            "first_word",
            "PASS",
            "FAIL",
        ),
        ("如果回答正确请输出“对”，否则输出“错”", "first_word", "对", "错"),
        ("是否正确？只输出 对/错", "first_word", "对", "错"),
        ("请只回答：通过/不通过", "first_word", "通过", "不通过"),
        ("请判断是否正确，回答“是”或“否”", "first_word", "是", "否"),
    ],
)
def test_marks_and_chinese_words_are_a_choice_like_any_other(
    text: str, kind: str, passes: str, fails: str
) -> None:
    answer = recognise(f"The reply: {{output}}\n{text}").found.answer
    assert answer is not None
    assert (answer.kind, answer.passes, answer.fails) == (kind, (passes,), (fails,))


def test_what_a_mark_means_is_asked_where_the_question_is_about_a_fault() -> None:
    found = recognise("{output}\nIs there a hallucination? Answer ✅ if there is, ❌ if not.").found
    assert found.answer is not None and not found.answer.passes and set(found.words) == {"✅", "❌"}


@pytest.mark.parametrize(
    "name",
    [
        "record with a system prompt",
        "record with defaults",
        "chat marks",
        "header marks",
        "instruction marks",
        "evaluator with messages",
        "message classes",
        "messages of a JavaScript program",
    ],
)
def test_the_system_message_keeps_its_role_whatever_it_comes_in(name: str) -> None:
    template = recognise(CASES[name].text).template
    assert template.system.startswith(("Be a fair", "You "))
    for mark in ("<|", "[INST]", "SYS", "role", "content="):
        assert mark not in f"{template.system}{template.user}"


def test_words_that_stand_beside_a_prompt_fill_its_variables() -> None:
    user = recognise(CASES["record with defaults"].text).template.user
    assert user.startswith("Rate the reply by these skills.") and "a higher score is better" in user


def test_of_several_prompts_the_one_that_shows_an_output_is_taken_and_the_others_are_named() -> None:
    one = recognise(CASES["text that a call lays out"].text)
    assert one.template.user.startswith("Passage: {{context}}") and not one.notices
    both = recognise(
        'BRIEF = "Is {output} brief? Answer only YES or NO."\n'
        'RIGHT = "Is {output} right by {reference}? Answer only YES or NO."\n'
    )
    told = next(notice for notice in both.notices if notice.code == "foreign_several_prompts")
    assert told.values["names"] == ["BRIEF"] and "{{reference}}" in both.template.user
    lines = recognise(
        '{"name": "first", "prompt_template": "Is {output} good? Answer only YES or NO."}\n'
        '{"name": "second", "prompt_template": "Is {output} brief? Answer only YES or NO."}\n'
    )
    assert "good" in lines.template.user and lines.notices[0].values["names"] == ["second"]


def test_a_program_without_a_prompt_is_no_prompt() -> None:
    with pytest.raises(BadInput, match="no prompt"):
        recognise("import os\n\ndef grade(output):\n    return len(output) < 80\n")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("letters after words", "pass: A; fail: B; abstain: C"),
        ("a scale of danger", "a score from 0 to 1, less is better"),
        ("MT-Bench single", "a score from 1 to 10"),
        ("words in a tag", "pass: safe; fail: unsafe"),
    ],
)
def test_what_its_answers_mean_is_said_whole(name: str, words: str) -> None:
    answer = recognise(CASES[name].text).found.answer
    assert answer is not None and values_words(answer) == words


def test_what_its_answers_mean_is_said_in_chinese_as_chinese_lists_are() -> None:
    answer = AnswerFormat(kind="first_word", passes=("A", "B"), fails=("C",), abstains=("D", "E"))
    with speaking("zh"):
        assert values_words(answer) == "通过：A、B；不通过：C；弃权：D、E"


def test_a_program_gives_its_words_as_it_would_send_them_with_its_system_message() -> None:
    beside = recognise(CASES["system beside the messages of a program"].text).template
    assert beside.system == "You are a strict checker of replies. Say only PASS or FAIL."
    assert beside.user == "Rule: {{statement}}\nReply: {{output}}\nIs it kept? Only PASS or FAIL."
    named = recognise(CASES["messages by their names"].text).template
    assert named.system == "You are a careful grader of replies."
    assert named.user.startswith("Question: {{input}}\nReply: {{output}}\n")
    joined = recognise(CASES["lines that are joined"].text).template
    assert joined.user.splitlines()[1:3] == ["Rubric: {{statement}}", "Reply: {{output}}"]
    arrow = recognise(CASES["arrow that returns a prompt"].text).template
    assert arrow.user.startswith("Rate how well") and "query: string" not in arrow.user
    template = recognise(CASES["template among other keys"].text).template
    assert template.user.startswith("Score how brief") and "import" not in template.user
    called = recognise(CASES["formatted text with calls in it"].text).template
    assert called.user.startswith("Sources: {{context}}\nRules: {{rules}}\nReply: {{output}}\n")


@pytest.mark.parametrize(
    "text",
    [
        'import os\nCONFIG = dict(path="./data/place", messages=[dict(role="user", content="{prompt}")])\n',
        "export const LIMIT = 5;\nexport function grade(reply) { return reply.length < LIMIT; }\n",
    ],
)
def test_a_program_without_words_for_a_judge_is_refused_and_never_sent_itself(text: str) -> None:
    with pytest.raises(BadInput, match="no prompt"):
        recognise(text)


def test_a_file_of_prompts_under_test_has_no_judge_of_its_own() -> None:
    tested = (
        "prompts:\n  - Write a post about {{topic}}.\n"
        "tests:\n  - assert:\n    - type: llm-rubric\n      value: is friendly\n"
    )
    with pytest.raises(BadInput, match="no judge's prompt") as told:
        recognise(tested)
    assert "is friendly" in str(told.value)
    prompt = 'defaultTest:\n  options:\n    rubricPrompt: "Is {{output}} right? Say YES or NO."\n'
    kept = recognise(prompt + tested)
    assert kept.template.user == "Is {{output}} right? Say YES or NO."


def test_several_verdicts_in_one_answer_are_told_and_never_read_as_one() -> None:
    found = recognise("{output}\nAnswer in one line:\nFaithfulness: [Yes/No], Relevance: [Yes/No]").found
    assert found.answer is None and found.form_asked
    assert [notice.values["names"] for notice in found.notices] == [["Faithfulness", "Relevance"]]
    numbers = recognise("{output}\nClarity: <1-5>\nDepth: <1-5>\nWhy: a sentence").found
    assert numbers.form_asked and [notice.code for notice in numbers.notices] == ["foreign_several_verdicts"]
    listed = recognise(
        'Judge each claim of {output}. Return a JSON list of {"claim": "...", "verdict": "yes" or "no"}.'
    )
    assert [notice.code for notice in listed.found.notices] == ["foreign_list_of_verdicts"]


def test_json_whose_fields_are_filled_in_is_asked_about_until_they_are_said() -> None:
    text = (
        "Is {response} bad?\nA. It is good.\nB. It is not.\nReturn the output only in JSON format:\n{shape}"
    )
    assert recognise(text).found.form_asked
    said = recognise(text, {"shape": 'text:{"Choice": "A" or "B", "Why": "..."}'}).found
    assert said.answer is not None and (said.answer.kind, said.answer.field) == ("json", "Choice")


def test_one_output_beside_another_is_a_comparison_though_one_has_no_number() -> None:
    for second in ("prediction2", "prediction_other"):
        found = recognise(f"Which is better?\n{{prediction}}\n{{{second}}}\nSay [[A]] or [[B]].")
        assert "foreign_compares" in [notice.code for notice in found.notices]
