"""UltraFeedback: completions with a judge's ratings, with rationales and without."""

from __future__ import annotations

from typing import Any

from tests.store.formats.source import document, lines, read, said

RATED: dict[str, Any] = {
    "source": "sharegpt",
    "instruction": "Who pays?",
    "models": ["alpaca-7b", "gpt-4"],
    "completions": [
        {
            "annotations": {
                "helpfulness": {"Type": ["1"], "Rating": "2", "Rationale For Rating": "says nothing"},
                "honesty": {"Rating": "4", "Rationale": "unsure where it is"},
            },
            "custom_system_prompt": "Be honest.",
            "model": "alpaca-7b",
            "principle": "honesty",
            "response": "It depends.",
            "critique": "too short",
            "fine-grained_score": 3.0,
            "overall_score": 4.0,
        },
        {"model": "gpt-4", "principle": "honesty", "response": "The tenant.", "overall_score": 8.0},
    ],
    "correct_answers": ["None"],
    "incorrect_answers": ["None"],
}
NAMED = {"rows": [{**RATED, "id": "q1"}]}


def test_each_completion_is_an_output_of_its_model_with_its_ratings() -> None:
    short, whole = read("ultrafeedback", lines([RATED]))
    assert (short.input, short.output, short.model) == ("Who pays?", "It depends.", "alpaca-7b")
    assert said(short) == [
        ("verdict", "helpfulness", "2", "", ""),
        ("verdict", "honesty", "4", "", ""),
        ("verdict", "overall", "4.0", "", ""),
    ]
    assert [entry.reason for entry in short.remarks] == ["says nothing", "unsure where it is", "too short"]
    assert (whole.output, said(whole)) == ("The tenant.", [("verdict", "overall", "8.0", "", "")])


def test_the_completions_of_a_row_with_an_id_are_of_one_group() -> None:
    rows = read("ultrafeedback", document(NAMED))
    assert [(row.id, row.group, row.number) for row in rows] == [("q1/1", "q1", 1), ("q1/2", "q1", 2)]
