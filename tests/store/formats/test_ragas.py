"""Ragas: results as a table, and annotations of metrics."""

from __future__ import annotations

from tests.store.formats.source import contents, document, lines, read, said

RESULTS = [
    {
        "user_input": "Who pays?",
        "retrieved_contexts": ["The tenant pays.", "By the fifth."],
        "response": "The tenant.",
        "reference": "the tenant",
        "faithfulness": 1.0,
        "answer_relevancy": 0.91,
    },
    {
        "user_input": [{"content": "Who pays?", "type": "human"}, {"content": "The tenant.", "type": "ai"}],
        "retrieved_contexts": None,
        "response": None,
        "reference": "tenant",
        "faithfulness": None,
        "answer_relevancy": None,
    },
]
OLDER = [
    {
        "question": "Who pays?",
        "answer": "The tenant.",
        "contexts": "['The tenant pays.' 'By the fifth.']",
        "ground_truth": "the tenant",
        "faithfulness": "0.5",
    }
]
GIVEN = {"user_input": "Who pays?", "response": "The tenant.", "reference": "the tenant"}
ANNOTATED = {
    "helpful": [
        {"metric_input": GIVEN, "metric_output": 1, "prompts": {}, "is_accepted": True},
        {"metric_input": GIVEN, "metric_output": 1, "prompts": {}, "is_accepted": False},
    ],
    "short": [{"metric_input": GIVEN, "metric_output": 0, "is_accepted": False, "edited_output": 1}],
}


def test_the_metrics_of_a_sample_are_verdicts() -> None:
    first, second = read("ragas", lines(RESULTS))
    assert (first.output, first.input, first.context) == (
        "The tenant.",
        "Who pays?",
        "The tenant pays.\n\nBy the fifth.",
    )
    assert first.details == {"reference": "the tenant"}
    assert said(first) == [
        ("verdict", "faithfulness", "1.0", "", ""),
        ("verdict", "answer_relevancy", "0.91", "", ""),
    ]
    assert (second.output, contents(second)) == ("The tenant.", [("user", "Who pays?")])


def test_older_columns_are_read_too() -> None:
    (row,) = read("ragas", lines(OLDER))
    assert (row.output, row.input, said(row)) == (
        "The tenant.",
        "Who pays?",
        [("verdict", "faithfulness", "0.5", "", "")],
    )


def test_what_a_person_accepted_or_corrected_is_a_grade() -> None:
    rows = read("ragas", document(ANNOTATED))
    assert [said(row) for row in rows] == [
        [("verdict", "helpful", "1", "", ""), ("grade", "helpful", "1", "", "")],
        [("verdict", "helpful", "1", "", ""), ("grade", "helpful", "not 1", "", "")],
        [("verdict", "short", "0", "", ""), ("grade", "short", "1", "", "")],
    ]
    assert {row.output for row in rows} == {"The tenant."}
