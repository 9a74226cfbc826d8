"""Prompts within programs: each with the texts that its names stand for where it is used."""

from __future__ import annotations

import json

import pytest

from labelcore.errors import BadInput
from labelcore.judges.answer_formats import AnswerFormat
from labelcore.judges.foreign_prompts import recognise
from labelcore.judges.foreign_prompts.programs import prompts_of

_CHATBOT = "You are a helpful chatbot of a bank."
_JUDGE = "You judge politeness. Say YES or NO."
_SCORE = AnswerFormat(kind="json", field="score", threshold=3)


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("{'criteria': {'score': 1}, 'score': 5}", 5),
        ("Well: {'criteria': [{'score': 1}, {'score': 2}], 'score': 5}", 5),
        ("{'reason': 'a } and a { in it', 'score': 5}", 5),
        ("{'reason': \"it's good\", 'score': 5}", 5),
        ("{{'score': 5}}", 5),
        ('{it\'s fine} {"score": 5}', 5),
        ('The set {a, b: {"score": 5}', 5),
    ],
)
def test_an_object_as_python_writes_it_is_read_whole(answer: str, score: float) -> None:
    assert _SCORE.score_of(answer) == score


@pytest.mark.parametrize(
    "answer",
    [
        "{'criteria': {'score': 1}, 'score': many}",
        '{"criteria": {"score": 1}, "score": }',
        '{"criteria": {"score": 1}, "sco',
        '{"criteria": {"score": 1}, "note": "5" tall", "score": 5}',
        "{'criteria': {'score': 1}, 'note': '" + "x" * 5_000 + "', 'score': 5}",
        "{'a': " * 10_000,
    ],
)
def test_what_stands_within_an_object_that_cannot_be_read_is_no_answer(answer: str) -> None:
    with pytest.raises(ValueError, match="form that its prompt asks for"):
        _SCORE.score_of(answer)


def _judge(before: str, system: str = "system", arguments: str = "output") -> str:
    return (
        f"import ai\n{before}\ndef judge({arguments}):\n    return ai.chat(messages=["
        f'{{"role": "system", "content": {system}}}, '
        '{"role": "user", "content": f"Reply: {output}"}])\n'
    )


@pytest.mark.parametrize(
    "program",
    [
        f"def answer(question):\n    system = {_CHATBOT!r}\n    return ai.chat(messages=["
        '{"role": "system", "content": system}, {"role": "user", "content": question}])\n'
        + _judge("").replace("return", f"system = {_JUDGE!r}\n    return"),
        _judge(f"system = {_JUDGE!r}\ndef answer(question):\n    system = {_CHATBOT!r}\n"),
        _judge(f"def answer(question):\n    system = {_CHATBOT!r}\nsystem = {_JUDGE!r}\n"),
        _judge(f"class Bot:\n    system = {_CHATBOT!r}\nsystem = {_JUDGE!r}\n"),
        _judge(f"system = {_CHATBOT!r}\n", arguments=f"output, system={_JUDGE!r}"),
        _judge(f"system = {_JUDGE!r}\nsystem = system.strip()\n"),
        _judge(f"system = {_JUDGE!r}\n", arguments="output, system=system"),
        _judge("").replace(
            "return", f"system = {_CHATBOT!r}\n    ask(system)\n    system = {_JUDGE!r}\n    return"
        ),
        _judge("").replace(
            "return", f"system = {_JUDGE[:9]!r}\n    system = system + {_JUDGE[9:]!r}\n    return"
        ),
        _judge("").replace("return", f"system = {_JUDGE!r}\n    system = laid_out(system)\n    return"),
        _judge(f"system = {_JUDGE!r}\n").replace("def judge", "async def judge"),
    ],
)
def test_a_name_stands_for_what_its_function_keeps_under_it(program: str) -> None:
    template = recognise(program).template
    assert (template.system, template.user) == (_JUDGE, "Reply: {{output}}")


def test_the_system_message_of_another_function_is_not_put_before_a_prompt() -> None:
    chatbot = (
        f"def answer(question):\n    system = {_CHATBOT!r}\n    return ai.chat(messages=["
        '{"role": "system", "content": system}, {"role": "user", "content": f"{question}"}])\n'
    )
    judge = 'def judge(output):\n    return ai.say(prompt=f"Is {output} polite? Say YES or NO.")\n'
    template = recognise(f"import ai\n{chatbot}{judge}").template
    assert (template.system, template.user) == ("", "Is {{output}} polite? Say YES or NO.")


@pytest.mark.parametrize(
    "program",
    [
        _judge(f"if TEST:\n    rules = {_CHATBOT!r}\nelse:\n    rules = {_JUDGE!r}\n", "rules"),
        _judge(f"rules = {_CHATBOT!r}\ndef other():\n    pass\nrules = {_JUDGE!r}\n", "rules"),
        _judge(f"rules = {_CHATBOT!r}\n", "rules", "output, rules"),
        _judge(f"rules = {_CHATBOT!r}\nfor rules in read():\n    pass\n", "rules"),
    ],
)
def test_a_name_that_may_stand_for_several_texts_stands_for_none(program: str) -> None:
    roles = [role for prompt in prompts_of(program) for role, _ in prompt.messages]
    assert "system" not in roles


def test_however_many_texts_are_added_they_are_one_prompt() -> None:
    lines = ["Reply: {output}\n", *(f"Rule {n}: be brief.\n" for n in range(60)), "Say YES or NO."]
    added = recognise("PROMPT = (" + " + ".join(map(repr, lines)) + ")\n").template.user
    assert added == "".join(lines).replace("{output}", "{{output}}")
    listed = recognise(f"PROMPT = [[[[[[[[[[[[[[0]]]]]]]]]]]]]]\nTEXT = {''.join(lines)!r}\n").template.user
    assert listed == added


@pytest.mark.parametrize("form", ["rules = rules + {}", "rules += {}"])
def test_a_name_that_is_added_to_keeps_all_that_it_was_made_of(form: str) -> None:
    lines = [f"Rule {n}: be brief.\n" for n in range(1_500)]
    added = "".join(f"{form.format(repr(line))}\n" for line in lines)
    found = recognise("rules = 'Reply: {output}\\n'\n" + added).template
    assert found.user == "Reply: {{output}}\n" + "".join(lines)


def test_names_that_multiply_each_other_are_no_text_without_end() -> None:
    doubled = "".join(f"a{n} = {' + '.join([f'a{n - 1}'] * 40)}\n" for n in range(1, 40))
    assert len(recognise(f"a0 = 'words of a prompt'\n{doubled}").template.user) <= 100_000


def test_what_a_formatted_text_shows_is_no_condition() -> None:
    found = recognise('PROMPT = f"Reply: {output if long else output[:9]}. Is it polite? Say YES or NO."\n')
    assert [variable.name for variable in found.variables] == ["output"]


def test_a_text_for_each_role_is_a_prompt_whose_empty_braces_of_latex_are_words() -> None:
    system = "Ignore what stands around the answer in \\\\boxed{} and \\\\text{}."
    program = f'P = {{"system": "{system}", "user": f"Is {{{{pred}}}} right? Say YES or NO."}}\n'
    template = recognise(program).template
    assert template.system == "Ignore what stands around the answer in \\boxed{} and \\text{}."
    assert template.user == "Is {{output}} right? Say YES or NO."
    alone = recognise("Is the answer in \\boxed{} right?\n{answer}\nSay YES or NO.").template.user
    assert alone == "Is the answer in \\boxed{} right?\n{{output}}\nSay YES or NO."


@pytest.mark.parametrize(
    "settings",
    [
        '{"provider": "ollama", "model": "small:8b", "timeout": 180}',
        "provider: ollama\nmodel: small:8b\nstop:\n  - '</s>'\n",
    ],
)
def test_settings_without_a_sentence_are_no_prompt(settings: str) -> None:
    with pytest.raises(BadInput, match="settings and no prompt"):
        recognise(settings)
    words = (
        f"{settings}note: Is {{{{output}}}} fine?\n"
        if settings[0] == "p"
        else "Task: rate the text\nAsk: yes\nA: no"
    )
    assert recognise(words).template.user == words


@pytest.mark.parametrize(
    "words", ["请判断下面的回答是否礼貌，答是或否。", "回答が丁寧かどうかを判定してください。"]
)
def test_a_sentence_in_chinese_or_japanese_is_no_setting(words: str) -> None:
    settings = f'{{"model": "small:8b", "timeout": 180, "note": "{words}"}}'
    assert recognise(settings).template.user == settings


def test_a_record_of_a_judge_is_no_file_of_prompts_under_test() -> None:
    record = {"type": "factuality", "prompt": "Judge whether {{output}} is factual. Say YES or NO."}
    assert recognise(json.dumps(record)).template.user == record["prompt"]
    valued = {**record, "type": "llm-rubric", "value": 3}
    assert recognise(json.dumps([valued])).template.user == record["prompt"]


def test_a_judge_of_a_tool_without_words_is_named_by_its_kind() -> None:
    tested = (
        "prompts:\n  - Write about {{topic}}.\ntests:\n  - assert:\n    - type: answer-relevance\n"
        "      threshold: 0.8\n"
    )
    with pytest.raises(BadInput, match="no judge's prompt") as told:
        recognise(tested)
    assert "“answer-relevance”" in str(told.value)


@pytest.mark.parametrize(
    "lines",
    [
        "    rules = ''\n    for c in criteria:\n        rules += f'- {c}\\n'\n",
        "    rules = 'Rules:\\n'\n    for c in criteria:\n        rules = rules + c\n",
        "    parts = []\n    for c in criteria:\n        parts.append(c)\n    rules = '\\n'.join(parts)\n",
        "    parts = ['Be polite.']\n    parts.extend(more())\n    rules = '\\n'.join(parts)\n",
        "    parts = []\n    parts += more()\n    body = '\\n'.join(parts)\n    rules = 'Rules:' + body\n",
        "    rules = 'Rules:'\n    rules = rules + more()\n",
        "    rules = ''\n    if strict:\n        rules += 'Be strict.'\n",
        "    rules = ''\n    def add(c):\n        nonlocal rules\n        rules += c\n    add('x')\n",
        "    global rules\n    rules = more()\nrules = ''\ndef other():\n",
        "    rules = 'Be strict.' if strict else ''\n",
    ],
)
@pytest.mark.parametrize(
    "prompt",
    [
        "f'Is it polite?\\n{rules}\\nText: {output}\\nSay YES or NO.'",
        "'Is it polite?\\n{rules}\\nText: {output}\\nSay YES or NO.'.format(rules=rules, output=output)",
    ],
)
def test_words_that_a_program_puts_together_are_asked_about(lines: str, prompt: str) -> None:
    found = recognise(f"import ai\ndef judge(output, criteria):\n{lines}    return ai.say(prompt={prompt})\n")
    assert {variable.name for variable in found.variables} == {"rules", "output"}
    assert [variable.name for variable in found.unsure] == ["rules"]


@pytest.mark.parametrize(
    "before",
    [
        "def judge(output, rules=''):\n    if not rules:\n        rules = 'Be polite.'\n",
        "def judge(output, rules='Be polite.'):\n    rules = rules.strip()\n",
        "def judge(output, rules='Be polite.'):\n",
        "class Judge:\n  rules = ''\n  def add(self, c):\n    self.rules += c\n  def judge(self, output):\n",
    ],
)
def test_words_that_may_be_given_otherwise_are_asked_about(before: str) -> None:
    rules = "self.rules" if "self" in before else "rules.strip()"
    prompt = f"'Is it polite? {{rules}} Text: {{output}} Say YES or NO.'.format(rules={rules})"
    found = recognise(f"import ai\n{before}    return ai.say(prompt={prompt})\n")
    assert {variable.name for variable in found.variables} == {"rules", "output"}


@pytest.mark.parametrize(
    "lines",
    [
        "    rules = 'Be '\n    rules += 'polite.'\n",
        "    rules = ' '.join(['Be', 'polite.'])\n",
        "    for _ in range(3):\n        rules = 'Be polite.'\n",
        "    with timer():\n        rules = 'Be polite.'\n",
    ],
)
def test_words_that_a_program_writes_out_are_filled_in_wherever_they_are_used(lines: str) -> None:
    prompt = "'{rules} Is it {{so}}? {output} Again: {rules}'.format(rules=rules)"
    found = recognise(f"import ai\ndef judge(output):\n{lines}    return ai.say(prompt={prompt})\n")
    assert found.template.user == "Be polite. Is it {so}? {{output}} Again: Be polite."


def test_words_that_are_filled_in_often_are_no_text_without_end() -> None:
    program = f"P = {'Is it polite? {rules} {output}' * 1_000!r}\nQ = P.format(rules={'x' * 5_000!r})\n"
    assert len(recognise(program).template.user) < 100_000


def test_of_a_program_that_leaves_the_prompt_to_its_tool_a_criterion_is_to_be_made() -> None:
    program = """from deepeval.metrics import GEval
polite = GEval(name="Polite", criteria="The reply is polite.", evaluation_steps=["Read it", "Judge it"])
"""
    with pytest.raises(BadInput, match="“The reply is polite"):
        recognise(program)


@pytest.mark.parametrize(
    "other", ["{'failed': 'Could not judge {response}'}", "{'title': 'Report on {answer}'}"]
)
def test_a_line_in_a_dictionary_that_asks_nothing_is_no_prompt(other: str) -> None:
    with pytest.raises(BadInput, match="holds no prompt"):
        recognise(f"WORDS = {other}\n")
    beside = recognise(f"WORDS = {other}\nPROMPT = 'Is this reply polite? Say yes or no: {{response}}'\n")
    assert not beside.notices


def test_a_prompt_in_a_dictionary_of_prompts_has_the_name_that_it_has_there() -> None:
    program = """
RUBRICS = {
    "tone": "Rate how rude the reply is from 1 (not at all) to 5 (very). Reply: {response}\\nScore:",
    "colour": "blue",
}
"""
    found = recognise(program)
    assert {variable.name: variable.slot for variable in found.variables} == {"response": "output"}
    assert found.found.answer is not None and (found.found.answer.low, found.found.answer.high) == (1, 5)
    assert found.found.direction_asked
