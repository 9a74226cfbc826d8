"""A prompt as a template says the same as the prompt it stands for, and its slots cannot be left."""

import pytest
from hypothesis import given, strategies as st

from labelcore.judges import prompts
from labelcore.judges.answer_formats import AnswerFormat
from labelcore.judges.prompts import Example, JudgeWording
from labelcore.judges.templates import DEFAULT, Filling, Template
from labelcore.llm import parse
from labelcore.models import Output, Turn

words = st.text(max_size=60)
examples = st.lists(
    st.builds(Example, st.sampled_from(["pass", "fail"]), words.filter(bool), words), max_size=3
)


def an_output(text: str, asked: str = "", context: str = "", turn: str = "") -> Output:
    turns = (Turn(role="user", content=turn),) if turn else ()
    return Output(id="o", project_id="p", text=text, input=asked, context=context, conversation=turns)


@given(words, words, words, words, words, words, examples, st.dictionaries(words, words, max_size=2))
def test_the_default_template_asks_what_judges_always_asked(
    text: str,
    asked: str,
    context: str,
    turn: str,
    name: str,
    statement: str,
    shown: list[Example],
    terms: dict[str, str],
) -> None:
    output = an_output(text, asked, context, turn)
    by_template = DEFAULT.render(Filling(name, statement, output, shown, terms))
    assert by_template == prompts.render(output, JudgeWording(name, statement), shown, terms)


def test_words_of_a_prompt_from_elsewhere_stay_as_they_are() -> None:
    template = Template(user='Q: {{input}}\n\n\nA: {{ output }}\nAnswer {"score": 1}.  ', marked=False)
    filled = template.render(Filling("", "", an_output("yes {{input}}", "why?")))
    assert filled == [{"role": "user", "content": 'Q: why?\n\n\nA: yes {{input}}\nAnswer {"score": 1}.  '}]
    assert template.slots == ("input", "output")


def test_what_looks_like_a_slot_and_is_none_is_named() -> None:
    assert Template(user="{{output}} {{metadata.language}} {{question}}").unknown == ("question",)


def test_a_slot_of_metadata_is_filled_between_marks() -> None:
    output = an_output("text").model_copy(update={"metadata": {"language": "zh"}})
    [message] = Template(user="{{metadata.language}}\n\n{{metadata.none}}\n\n{{output}}").render(
        Filling("name", "statement", output)
    )
    assert message["content"].count("<<DATA ") == 2
    assert "\nzh\n<<END metadata.language" in message["content"]


@pytest.mark.parametrize(
    ("answer", "text", "verdict"),
    [
        (
            AnswerFormat(kind="json", field="score", threshold=4),
            'Well: {"score": 4, "reason": "fine"}',
            "pass",
        ),
        (AnswerFormat(kind="json", field="score", threshold=4), '{"score": "3"}', "fail"),
        (AnswerFormat(kind="first_word", passes=("yes",), fails=("no",)), "**No**, because", "fail"),
        (AnswerFormat(kind="pattern", pattern=r"\[\[(\d+)\]\]", threshold=7), "Rating: [[7]]", "pass"),
        (
            AnswerFormat(kind="pattern", pattern=r"Errors: (\d+)", threshold=0, higher_passes=False),
            "Errors: 2",
            "fail",
        ),
    ],
)
def test_an_answer_is_read_by_its_format(answer: AnswerFormat, text: str, verdict: str) -> None:
    assert parse(text, answer.form).model_dump()["verdict"] == verdict


@pytest.mark.parametrize("text", ["", "Perhaps", "{", '{"other": 1}'])
def test_what_an_answer_does_not_say_is_not_guessed(text: str) -> None:
    for answer in (
        AnswerFormat(kind="first_word", passes=("yes",), fails=("no",)),
        AnswerFormat(kind="json", field="score", threshold=4),
    ):
        with pytest.raises(ValueError, match=r"answer|neither|JSON|Expecting"):
            parse(text, answer.form)
