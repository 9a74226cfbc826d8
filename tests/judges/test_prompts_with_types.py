"""Prompts that show the type of their answer: words listed beside a bool are read or asked, never guessed."""

from __future__ import annotations

import pytest

from labelcore.judges.foreign_prompts import recognise

CLASS = 'Judge {output}. Answer with JSON:\n\nclass Result(BaseModel):\n    """What is found."""\n'


@pytest.mark.parametrize(
    ("fields", "field", "passes", "fails"),
    [
        ('    is_complete: bool\n    verdict: Literal["good", "bad"]\n', "verdict", ("good",), ("bad",)),
        ('    verdict: Literal["A", "B"]\n    flagged: bool = False\n', "verdict", (), ()),
        (
            '    tone: Literal["polite", "rude"]\n    passed: bool  # decides\n',
            "passed",
            ("true",),
            ("false",),
        ),
    ],
)
def test_the_field_that_says_that_it_decides_is_read_with_its_words(
    fields: str, field: str, passes: tuple[str, ...], fails: tuple[str, ...]
) -> None:
    found = recognise(CLASS + fields).found
    assert found.answer is not None and not found.form_asked
    assert (found.answer.field, found.answer.passes, found.answer.fails) == (field, passes, fails)
    assert bool(found.words) is (not passes), "which of its words pass is asked"


@pytest.mark.parametrize(
    "fields",
    [
        '    severity: Literal["low", "high"]\n    refused: bool\n',
        '    label: Literal["polite", "rude"]\n    is_relevant: bool\n',
        '    rating: Literal["fine", "poor"] = Field(description="overall")\n    refused: bool\n',
    ],
)
def test_where_either_field_may_decide_it_is_asked(fields: str) -> None:
    found = recognise(CLASS + fields).found
    assert found.answer is None and found.form_asked


def test_a_type_within_braces_is_read_by_its_field_and_not_by_its_line() -> None:
    found = recognise('Judge {output}. Answer as JSON: {"grade": Literal["A", "B"], "flagged": bool}').found
    assert found.answer is not None and (found.answer.field, found.words) == ("grade", ("A", "B"))
    other = recognise('Judge {output}. JSON: { severity: Literal["low", "high"]; refused: bool }').found
    assert other.answer is None and other.form_asked


@pytest.mark.parametrize(
    "code",
    [
        "class Foo(Base):\n    def bar(self) -> int:\n        return 1\n",
        "class Point:\n    label: str\n    score: int\n",
        "def first(xs):\n    return xs[0]\n\nclass Point:\n    passed: bool\n",
    ],
)
def test_a_class_that_is_judged_is_not_the_form_of_the_answer(code: str) -> None:
    text = f"Is this code as good as {{output}}?\n\n{code}\nAnswer as JSON with 'verdict' yes or no."
    answer = recognise(text).found.answer
    assert answer is not None
    assert (answer.field, answer.passes, answer.fails) == ("verdict", ("yes",), ("no",))


@pytest.mark.parametrize(
    "text",
    [
        "Judge {output}. Return JSON of this form:\n\n```python\nclass Result:\n",
        "Judge {output}.\n\nclass Result(TypedDict):\n",
        "Judge {output}.\n\nclass Result:\n    reason: str\n",
    ],
)
def test_a_class_that_the_answer_is_to_have_is_read(text: str) -> None:
    found = recognise(f"{text}    passed: bool\n\nGive a Result as JSON.").found
    assert found.answer is not None and found.answer.field == "passed"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("""Literal["it's good", "isn't good"]""", ("it's good", "isn't good")),
        ("""Literal['a "fine" one', 'a poor one']""", ('a "fine" one', "a poor one")),
        ('Literal[\n        "good",\n        "bad",\n    ]', ("good", "bad")),
        ('Optional[\n        Literal["good", "bad"]\n    ] = None', ("good", "bad")),
    ],
)
def test_the_words_of_a_type_are_whole_over_several_lines_too(kind: str, words: tuple[str, ...]) -> None:
    found = recognise(f"{CLASS}    verdict: {kind}\n    why: str\n").found
    assert found.answer is not None and found.answer.field == "verdict"
    assert found.words == words or (found.answer.passes, found.answer.fails) == (words[:1], words[1:])


def test_a_program_of_many_classes_is_no_form_of_an_answer_and_is_read_through_once() -> None:
    code = "".join(f"class Part{number}(BaseModel):\n    passed: bool\n" for number in range(2_000))
    found = recognise(f"Judge {{output}}.\n\n{code}\nAnswer as JSON with 'verdict' yes or no.").found
    assert found.answer is not None and found.answer.field == "verdict"
