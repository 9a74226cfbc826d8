"""A prompt's file is read back as it was written, and what is wrong with one is said with its place."""

import json

import pytest
from hypothesis import given, strategies as st

from labelcore.errors import BadInput
from labelcore.judges import kinds, prompt_files
from labelcore.judges.answer_formats import AnswerFormat
from labelcore.judges.templates import DEFAULT, SLOTS, Template

SHOWING = Template(system="Judge.", user="{{statement}} {{output}}")
YES = AnswerFormat(kind="first_word", passes=("yes",), fails=("no",))
lines = st.lists(
    st.one_of(
        st.sampled_from(
            ["system:", "user:", "\\user:", "marked: no", "answer: {", "# words", "", "{{output}}"]
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    ),
    max_size=6,
).map("\n".join)


@given(system=lines, user=lines, marked=st.booleans(), answer=st.sampled_from([None, YES]))
def test_a_file_is_read_back_as_it_was_written(
    system: str, user: str, marked: bool, answer: AnswerFormat | None
) -> None:
    template = Template(system=system, user=user + "\n{{output}}", marked=marked)
    found = prompt_files.read(prompt_files.write(template, answer))
    assert (found.template, found.answer) == (template, answer)


def test_a_line_of_a_part_may_begin_like_a_setting() -> None:
    found = prompt_files.read("answer: null\nuser:\nQ\nanswer: {{output}}\nmarked: red\n\\answer: x")
    assert found.template.user == "Q\nanswer: {{output}}\nmarked: red\nanswer: x"


def test_the_file_of_the_default_prompt_is_plain_text() -> None:
    text = prompt_files.write(DEFAULT)
    assert text.startswith("system:\nYou decide whether")
    assert "\n\nuser:\n{{criterion}}\n" in text
    assert prompt_files.read(text.replace("\n", "\r\n")).template == DEFAULT


def test_the_document_of_a_shown_prompt_is_read_too() -> None:
    shown = {"judge": "tone", "version": 3, "system": "s", "user": "{{output}}", "slots": [], "tokens": 4}
    found = prompt_files.read(json.dumps(shown | {"marked": False, "answer": YES.model_dump()}))
    assert found.template == Template(system="s", user="{{output}}", marked=False)
    assert found.answer == YES


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Judge this: {{output}}", "line 1: words before the first part"),
        ("system:\nJudge.\n", "has no user part"),
        ("user:\n{{output}}\nuser:\nmore", "line 3: a second 'user:'"),
        ("marked: perhaps\nuser:\n{{output}}", "'perhaps' is neither yes nor no"),
        ('answer: {"kind": "mood"}\nuser:\n{{output}}', "answer.kind"),
        (f"answer: {'[' * 9_000}\nuser:\n{{{{output}}}}", "answer: it is not JSON"),
        ("answer: {\nuser:\n{{output}}", "answer: it is not JSON"),
        ("{", "not JSON (line 1)"),
        ('{"usr": "{{output}}"}', "'usr' is not part of a prompt"),
        ('{"user": 3}', "'user' is not what it should be"),
        ("user:\n" + "x" * prompt_files.MOST, "characters; at most"),
    ],
)
def test_what_is_no_prompt_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(BadInput) as trouble:
        prompt_files.read(text)
    assert says in str(trouble.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("system:\ns\n\n\nuser:\n\nIs it good?", "never shows the output: it has no slot {{output}}"),
        (
            "system:\ns\n\nuser:\n\nlook:\n{{outptu}}",
            "line 7: there is no slot 'outptu'. Did you mean {{output}}?",
        ),
        ("system:\n\n{{metadata.}}\nuser:\n{{output}}", "line 3: there is no slot 'metadata.'"),
        ("user:\n{{output}}\n{{ input }", "line 3: '{{ input' is not closed"),
        ('{"system": "s", "user": "{{output}}\\n{{answer}}"}', "line 2 of user: there is no slot 'answer'"),
    ],
)
def test_what_cannot_be_asked_is_said_with_its_place(text: str, says: str) -> None:
    with pytest.raises(BadInput) as trouble:
        prompt_files.check(prompt_files.read(text), DEFAULT)
    assert says in str(trouble.value)


def test_braces_that_the_present_prompt_has_may_stay() -> None:
    present = Template(user='{{output}} Answer {{"score": 1}}.', marked=False)
    prompt_files.check(prompt_files.read(prompt_files.write(present)), present)
    with pytest.raises(BadInput):
        prompt_files.check(prompt_files.read(prompt_files.write(present)), DEFAULT)


@pytest.mark.parametrize("slot", [*SLOTS, "metadata.language"])
def test_every_slot_may_be_used(slot: str) -> None:
    prompt_files.check(prompt_files.read(f"user:\n{{{{{slot}}}}} {{{{output}}}}"), DEFAULT)


def test_a_judge_that_came_by_file_shows_the_output() -> None:
    spec = {"prompt_version": "judge-v2", "name": "Short", "statement": "It is short.", "model": "m"}
    assert kinds.fault("llm", spec | {"template": SHOWING.model_dump()}) is None
    blind = SHOWING.model_copy(update={"user": "Say pass. {{input}}"})
    assert "never shows the output" in (kinds.fault("llm", spec | {"template": blind.model_dump()}) or "")
