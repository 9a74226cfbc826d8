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
