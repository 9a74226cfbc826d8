"""Texts that a program fills: each place has its words, or is asked about under the name that tells most."""

from __future__ import annotations

import pytest

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
