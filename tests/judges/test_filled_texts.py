"""Texts that a program fills: each place has its words, or is asked about under the name that tells most."""

from __future__ import annotations

import pytest

from labelcore.errors import BadInput
from labelcore.judges.foreign_prompts import recognise

_NAMED = "{r} Q: {q} A: {a} Say YES or NO."
_DOLLARS = "Template('$r Q: $q A: ${a} Say YES or NO.')"
_PERCENTS = "'%(r)s Q: %(q)s A: %(a)s Say YES or NO.'"


def _user(prompt: str, before: str = "") -> str:
    judge = f"def judge(question, answer, rest):\n    return ai.say(prompt={prompt})\n"
    return recognise(f"import ai\nRUBRIC = 'Be polite.'\n{before}{judge}").template.user


@pytest.mark.parametrize(
    "prompt",
    [
        "'{} Q: {} A: {} Say YES or NO.'.format(RUBRIC, question, answer)",
        "'{2} Q: {0} A: {1} Say YES or NO.'.format(question, answer, RUBRIC)",
        f"{_NAMED!r}.format(r=RUBRIC, q=question, a=answer)",
        f"{_NAMED!r}.format(**{{'r': RUBRIC, 'q': question, 'a': answer}})",
        f"{_NAMED!r}.format_map({{'r': RUBRIC, 'q': question, 'a': answer}})",
        f"{_NAMED!r}.format_map(dict(r=RUBRIC, q=question, a=answer))",
        f"{_DOLLARS}.substitute(r=RUBRIC, q=question, a=answer)",
        f"{_DOLLARS}.safe_substitute({{'r': RUBRIC, 'q': question, 'a': answer}})",
        "'%s Q: %s A: %s Say YES or NO.' % (RUBRIC, question, answer)",
        f"{_PERCENTS} % {{'r': RUBRIC, 'q': question, 'a': answer}}",
        "'<r> Q: [Q] A: {a} Say YES or NO.'.replace('<r>', RUBRIC).replace('[Q]', question)"
        ".replace('{a}', answer)",
    ],
)
def test_in_every_form_words_are_filled_in_and_data_stays_a_place(prompt: str) -> None:
    assert _user(prompt) == "Be polite. Q: {{input}} A: {{output}} Say YES or NO."


def test_what_a_name_gives_in_a_dictionary_is_known_too() -> None:
    program = (
        "VALUES = {'r': 'Be polite.', 'q': question}\nP = '{r} {q} {output} Say YES.'.format(**VALUES)\n"
    )
    assert recognise(f"import ai\n{program}").template.user == "Be polite. {{input}} {{output}} Say YES."


@pytest.mark.parametrize(
    ("prompt", "unsure"),
    [
        ("'{} or {} {answer}? Say YES or NO.'.format(*rest, answer=answer)", ["value0", "value1"]),
        ("'{} or {}? {} Say YES or NO.'.format(more(), less(), answer)", ["value0", "value1"]),
        ("'%s or %s? Say YES or NO.' % rest", ["rest", "value1"]),
        ("'{rules} {answer} Say YES or NO.'.format(**locals())", ["rules"]),
        ("Template('$rules $answer Say YES or NO.').substitute(rest)", ["rules"]),
        ("'[RULES] {answer} Say YES or NO.'.replace('[RULES]', rest)", ["rest"]),
    ],
)
def test_what_is_only_known_where_the_program_runs_is_asked_about(prompt: str, unsure: list[str]) -> None:
    judge = f"def judge(question, answer, rest):\n    return ai.say(prompt={prompt})\n"
    assert [variable.name for variable in recognise(f"import ai\n{judge}").unsure] == unsure


def test_an_example_of_an_answer_is_not_filled_in_under_whatever_name() -> None:
    assert _user("'Is {x} polite? Say YES or NO.'.format(x=answer)", "answer = 'Hello'\n") == (
        "Is {{output}} polite? Say YES or NO."
    )


def test_numbers_are_words_and_signs_stay_single() -> None:
    prompt = "'%d%% of %s is {fine}: %s Say YES or NO.' % (90, RUBRIC, answer)"
    assert _user(prompt) == "90% of Be polite. is {fine}: {{output}} Say YES or NO."
    assert _user("'{answer} from {low:d} to {high}.'.format(answer=answer, low=1, high=5)") == (
        "{{output}} from 1 to 5."
    )


def test_a_text_with_numbered_places_alone_has_them_as_variables() -> None:
    found = recognise("Question: {0}\nAnswer: {1}\nSay YES or NO.")
    assert [(variable.name, variable.label) for variable in found.unsure] == [
        ("0", "Question:"),
        ("1", "Answer:"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "f'Question: {question}\\nReply: {answer}'",
        "'Question: {}\\nReply: {}'.format(question, answer)",
        "'Question: {q}\\nReply: {a}'.format(q=question, a=answer)",
        "'Question: {q}\\nReply: {a}'.format_map({'q': question, 'a': answer})",
        "'Question: %s\\nReply: %s' % (question, answer)",
        "'Question: %(q)s\\nReply: %(a)s' % {'q': question, 'a': answer}",
        "Template('Question: $q\\nReply: $a').substitute({'q': question, 'a': answer})",
        "'Question: [Q]\\nReply: {a}'.replace('[Q]', question).replace('{a}', answer)",
    ],
)
def test_a_text_that_is_used_in_a_bigger_prompt_is_read_there(body: str) -> None:
    for prompt in (
        "f'{RUBRIC}\\n\\n{body}\\n\\nVerdict:'",
        "RUBRIC + '\\n\\n' + body + '\\n\\nVerdict:'",
        "'{}\\n\\n{}\\n\\nVerdict:'.format(RUBRIC, body)",
        "'%s\\n\\n%s\\n\\nVerdict:' % (RUBRIC, body)",
    ):
        found = recognise(
            "import ai\nRUBRIC = 'Be polite.'\ndef judge(question, answer):\n"
            f"    body = {body}\n    prompt = {prompt}\n    return ai.say(prompt=prompt)\n"
        )
        assert found.template.user == "Be polite.\n\nQuestion: {{input}}\nReply: {{output}}\n\nVerdict:"
        assert not found.unsure


def test_a_part_that_is_not_known_in_whole_is_asked_about_in_its_prompt() -> None:
    found = recognise(
        "import ai\ndef judge(question, answer, more):\n"
        "    body = f'Question: {question}\\nReply: {answer}'\n"
        "    if more:\n        body += more\n"
        "    prompt = f'You check whether a reply is polite.\\n\\n{body}\\n\\nVerdict:'\n"
        "    return ai.say(prompt=prompt)\n"
    )
    assert [variable.name for variable in found.unsure] == ["body"]
    assert found.template.user == "You check whether a reply is polite.\n\n{{body}}\n\nVerdict:"


@pytest.mark.parametrize(
    "change",
    [
        "v['r'] = load()",
        "del v['r']",
        "v['r'] += load()",
        "v.update(load())",
        "v.pop('r')",
        "v.clear()",
        "v.setdefault('r', load())",
    ],
)
def test_a_dictionary_that_is_changed_gives_no_words(change: str) -> None:
    found = recognise(
        f"import ai\ndef judge(answer):\n    v = {{'r': 'Be nice.'}}\n    {change}\n"
        "    return ai.say(prompt='{r} Is {answer} ok? Say YES or NO.'.format(answer=answer, **v))\n"
    )
    assert [variable.name for variable in found.unsure] == ["r"]


@pytest.mark.parametrize(
    "change", ["p[0] = load()", "p[:] = load()", "p.pop()", "p.remove('Be nice.')", "p.sort()", "p.reverse()"]
)
def test_a_list_that_is_changed_gives_no_words(change: str) -> None:
    found = recognise(
        f"import ai\ndef judge(answer):\n    p = ['Be nice.', 'Be brief.']\n    {change}\n"
        "    rules = ' '.join(p)\n    return ai.say(prompt=f'{rules} Is {answer} ok? Say YES or NO.')\n"
    )
    assert [variable.name for variable in found.unsure] == ["rules"]


@pytest.mark.parametrize(
    ("prompt", "user"),
    [
        (
            "Template('It costs $$5. $a ok? Say YES.').substitute(a=answer)",
            "It costs $5. {{output}} ok? Say YES.",
        ),
        ("Template('$x$a ok? Say YES or NO.').substitute(x='', a=answer)", "{{output}} ok? Say YES or NO."),
        (
            "Template('$r $a ok? Say YES.').substitute(r=PRICE, a=answer)",
            "Over $amount. {{output}} ok? Say YES.",
        ),
        (
            "Template('$r $a ok? Say YES.').substitute(r=FORM, a=answer)",
            "Say {verdict}. {{output}} ok? Say YES.",
        ),
        ("'%s %s ok? Say YES.' % (FORM, answer)", "Say {verdict}. {{output}} ok? Say YES."),
        ("'X and X {answer} ok? Say YES.'.replace('X', 'A', 1)", "A and X {{output}} ok? Say YES."),
    ],
)
def test_what_is_filled_in_stays_as_it_is_written(prompt: str, user: str) -> None:
    words = "PRICE = 'Over $amount.'\nFORM = 'Say {verdict}.'\n"
    found = recognise(f"import ai\n{words}def judge(answer):\n    return ai.say(prompt={prompt})\n")
    assert (found.template.user, found.unsure) == (user, ())


def test_what_is_added_to_a_list_is_asked_about_behind_the_words_that_are_known() -> None:
    found = recognise(
        "import ai\ndef judge(answer):\n    rules = ['Be nice.']\n    rules.append(load())\n"
        "    return ai.say(prompt=' '.join(rules) + f' Is {answer} ok? Say YES or NO.')\n"
    )
    assert [variable.name for variable in found.unsure] == ["rules"]
    assert found.template.user == "Be nice. {{rules}} Is {{output}} ok? Say YES or NO."


@pytest.mark.parametrize(
    "prompt",
    [
        "'Return {\"x\": 2} Reply: %s' % answer + ' Say {\"v\": 1}'",
        "f'Return {{\"x\": 2}} Reply: {answer}' + ' Say {\"v\": 1}'",
        "'Return {{\"x\": 2}} Reply: {}'.format(answer) + ' Say {\"v\": 1}'",
        "Template('Return {\"x\": 2} Reply: $a').substitute(a=answer) + ' Say {\"v\": 1}'",
        "('%s Reply: {answer}' % 'Return {\"x\": 2}').replace('{answer}', answer) + ' Say {\"v\": 1}'",
    ],
)
def test_braces_of_an_answer_stay_as_they_are_whatever_is_put_behind_them(prompt: str) -> None:
    assert _user(prompt) == 'Return {"x": 2} Reply: {{output}} Say {"v": 1}'


@pytest.mark.parametrize(
    "prompt",
    [
        "'%s Reply: {answer} Say YES.' % R",
        "('%s Reply: {answer} Say YES.' % R).format(answer=answer)",
        "Template('$r Reply: {answer} Say YES.').substitute(r=R).replace('{answer}', answer)",
        "f'{R} Reply: {{answer}} Say YES.'",
        "f'{R} Reply: {{answer}} Say YES.'.format(answer=answer)",
        "f'{R} Reply: {{{{answer}}}} Say YES.'",
    ],
)
def test_a_place_that_a_later_call_fills_is_one_behind_words_with_braces(prompt: str) -> None:
    assert _user(prompt, "R = 'Be polite.'\n") == "Be polite. Reply: {{output}} Say YES."


def test_a_name_in_the_words_that_are_filled_in_takes_no_place_of_the_prompt() -> None:
    prompt = "'%s Reply: %s Say YES.' % (R, answer)"
    assert _user(prompt, "R = 'Return {answer} in JSON.'\n") == (
        "Return {answer} in JSON. Reply: {{output}} Say YES."
    )


def test_what_stands_in_for_a_name_of_a_tool_keeps_its_braces() -> None:
    tool = (
        '{"prompt": "{form} Reply: {answer} Say {\\"v\\": 1}", "defaults": {"form": "Return {\\"x\\": 2}"}}'
    )
    assert recognise(tool).template.user == 'Return {"x": 2} Reply: {{output}} Say {"v": 1}'


@pytest.mark.parametrize(
    ("count", "user"),
    [
        ("1", "A and X {{output}} ok? Say YES."),
        ("count=1", "A and X {{output}} ok? Say YES."),
        ("ONE", "A and X {{output}} ok? Say YES."),
        ("-1", "A and A {{output}} ok? Say YES."),
    ],
)
def test_a_count_that_is_written_is_kept(count: str, user: str) -> None:
    assert _user(f"'X and X {{answer}} ok? Say YES.'.replace('X', 'A', {count})", "ONE = 1\n") == user


def test_what_is_replaced_as_often_as_the_program_says_is_not_guessed() -> None:
    with pytest.raises(BadInput, match="holds no prompt"):
        _user("'X and X {answer} ok? Say YES.'.replace('X', 'A', rest)")


def test_a_line_for_a_log_is_no_prompt_however_long_it_is() -> None:
    found = recognise(
        "import ai\ndef judge(answer):\n    words = f'Is this polite? {answer} Say YES or NO.'\n"
        "    line = f'The judge of the night run was started and will be asked this now:\\n{words}\\n'\n"
        "    log(line)\n    return ai.say(prompt=words)\n"
    )
    assert found.template.user == "Is this polite? {{output}} Say YES or NO."


def test_a_prompt_that_begins_another_is_read_within_it() -> None:
    found = recognise(
        'BASE = "Judge the answer: {answer} of {question}"\nconfig = {"prompt": BASE}\n'
        'full = BASE + "\\nReply PASS or FAIL"\nllm.invoke(full)\n'
    )
    assert found.template.user.endswith("Reply PASS or FAIL")
