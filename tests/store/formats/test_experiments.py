"""Traces and data sets of Opik, Braintrust and Phoenix; conversations downloaded from ChatGPT."""

from __future__ import annotations

from typing import Any

from tests.store.formats.source import contents, document, lines, read, said

OPIK = [
    {
        "id": "t1",
        "project_name": "p",
        "start_time": "2026-05-01T10:00:00Z",
        "input": {"messages": [{"role": "user", "content": "Rain?"}]},
        "output": {"choices": [{"message": {"role": "assistant", "content": "Yes."}}]},
        "metadata": {"model": "m-1"},
        "thread_id": "s1",
        "feedback_scores": [
            {"name": "Hallucination", "value": 0.2, "reason": "fits", "source": "online_scoring"},
            {"name": "correct", "value": 1.0, "category_name": "yes", "source": "ui", "created_by": "anna"},
            {"name": "User feedback", "value": 1.0, "source": "sdk"},
        ],
    }
]
BRAINTRUST: list[dict[str, Any]] = [
    {
        "id": "e1",
        "span_id": "s1",
        "root_span_id": "s1",
        "span_parents": None,
        "is_root": True,
        "input": {"question": "Rain?"},
        "output": "Yes.",
        "expected": "Yes",
        "scores": {"Factuality": 0.6, "user_rating": None},
        "metadata": {"model": "m-2"},
        "created": "2026-05-01T10:00:00Z",
    },
    {
        "id": "e2",
        "span_id": "s2",
        "root_span_id": "s1",
        "span_parents": ["s1"],
        "is_root": False,
        "input": "a prompt",
        "output": "a model's words",
        "scores": {},
    },
]
EXAMPLES = [
    {"example_id": "RGF0", "input_question": "Rain?", "output_answer": "Yes.", "metadata_topic": "weather"},
    {"example_id": "RGF1", "input_question": "Sun?", "output_answer": "No.", "metadata_topic": ""},
]


def node(
    name: str, parent: str | None, children: list[str], role: str = "", text: str = ""
) -> dict[str, Any]:
    message = (
        {"author": {"role": role}, "content": {"content_type": "text", "parts": [text]}} if role else None
    )
    return {"id": name, "message": message, "parent": parent, "children": children}


TREES = [
    {
        "title": "Rain",
        "conversation_id": "c1",
        "update_time": 1_700_000_000.5,
        "current_node": "b2",
        "mapping": {
            "root": node("root", None, ["sys"]),
            "sys": node("sys", "root", ["u"], "system", ""),
            "u": node("u", "sys", ["b1", "b2"], "user", "Rain?"),
            "b1": node("b1", "u", [], "assistant", "No."),
            "b2": node("b2", "u", [], "assistant", "Yes."),
        },
    }
]


def test_scores_that_people_gave_are_grades_and_others_verdicts() -> None:
    (row,) = read("opik", document(OPIK))
    assert (row.output, row.model, row.group, contents(row)) == ("Yes.", "m-1", "s1", [("user", "Rain?")])
    assert said(row) == [
        ("verdict", "Hallucination", "0.2", "", ""),
        ("grade", "correct", "yes", "", "anna"),
        ("feedback", "User feedback", "1.0", "", ""),
    ]


def test_the_root_of_a_trace_is_the_output_with_its_scores() -> None:
    (row,) = read("braintrust", lines(BRAINTRUST))
    assert (row.input, row.output, row.model) == ("Rain?", "Yes.", "m-2")
    assert (row.details["expected"], said(row)) == ("Yes", [("verdict", "Factuality", "0.6", "", "")])


def test_examples_are_read_by_the_beginnings_of_their_columns() -> None:
    first, second = read("phoenix_examples", lines(EXAMPLES))
    assert (first.input, first.output, first.id) == ("Rain?", "Yes.", "RGF0")
    assert (first.details, second.details) == ({"metadata": {"topic": "weather"}}, {})


def test_of_a_tree_of_answers_the_one_that_was_shown_is_the_output() -> None:
    (row,) = read("chat_exports", document(TREES))
    assert (row.output, row.id, contents(row)) == ("Yes.", "c1", [("user", "Rain?")])
    assert row.details["title"] == "Rain"


def test_each_author_of_a_score_in_opik_gave_it() -> None:
    by_author: dict[str, Any] = {"ida": {"value": 1, "reason": "right"}, "bo": {"value": 0}}
    by_author["cy"] = {}
    score = {"name": "right", "value": 0.5, "reason": "right, ", "source": "ui", "value_by_author": by_author}
    (row,) = read("opik", document([{**OPIK[0], "feedback_scores": [score]}]))
    assert said(row) == [("grade", "right", "1", "", "ida"), ("grade", "right", "0", "", "bo")]
    assert [remark.reason for remark in row.remarks] == ["right", ""]


def test_a_score_of_one_author_keeps_what_is_said_of_the_whole() -> None:
    whole: dict[str, Any] = {"name": "right", "value": 1.0, "category_name": "yes", "reason": "right"}
    score = {**whole, "source": "ui", "last_updated_at": "2026-05-01T10:00:00Z"}
    by_author = {"ida": {"value": 1.0, "reason": None}}
    (row,) = read(
        "opik", document([{**OPIK[0], "feedback_scores": [{**score, "value_by_author": by_author}]}])
    )
    assert said(row) == [("grade", "right", "yes", "", "ida")]
    assert (row.remarks[0].reason, row.remarks[0].at) == ("right", "2026-05-01T10:00:00Z")
