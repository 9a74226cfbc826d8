"""LangSmith: runs as the client gives them, and a dataset's examples."""

from __future__ import annotations

import json

from tests.store.formats.source import apart, contents, document, lines, read, said

ROOT = {
    "id": "r1",
    "name": "rag-chain",
    "run_type": "chain",
    "start_time": "2026-09-01T10:00:00",
    "end_time": "2026-09-01T10:00:04",
    "inputs": {"question": "Who signs the lease?", "chat_history": []},
    "outputs": {"answer": "The tenant signs it.", "documents": [{"page_content": "The tenant signs."}]},
    "error": None,
    "serialized": {"lc": 1, "repr": "RunnableSequence(…)"},
    "extra": {"metadata": {"thread_id": "th-9", "ls_model_name": "gpt-4.1"}},
    "tags": ["prod"],
    "parent_run_id": None,
    "session_id": "p1",
    "trace_id": "r1",
    "dotted_order": "20260901T100000Zr1",
    "feedback_stats": {
        "correctness": {"n": 1, "avg": 1.0, "values": {}, "comments": ["matches the contract"]},
        "user_score": {"n": 1, "avg": 0.0, "values": {}},
    },
    "feedback": [
        {
            "key": "tone",
            "score": 0,
            "value": None,
            "comment": "too curt",
            "feedback_source": {"type": "app", "user_name": "Bo"},
        }
    ],
}
CHILD = {
    **ROOT,
    "id": "r2",
    "run_type": "llm",
    "parent_run_id": "r1",
    "inputs": {
        "messages": [
            [
                {
                    "lc": 1,
                    "type": "constructor",
                    "id": ["langchain", "HumanMessage"],
                    "kwargs": {"content": "Who signs?"},
                }
            ]
        ]
    },
    "outputs": {
        "generations": [
            [
                {
                    "text": "The tenant.",
                    "message": {
                        "lc": 1,
                        "type": "constructor",
                        "id": ["langchain", "AIMessage"],
                        "kwargs": {"content": "The tenant."},
                    },
                }
            ]
        ]
    },
    "feedback": [],
    "feedback_stats": None,
}
EXAMPLES = [
    {
        "id": "e1",
        "dataset_id": "d1",
        "inputs": {"question": "Capital of Peru?"},
        "outputs": {"answer": "Lima"},
        "metadata": {"dataset_split": ["base"]},
        "created_at": "2026-08-01T00:00:00Z",
        "source_run_id": None,
    },
    {
        "id": "e2",
        "dataset_id": "d1",
        "inputs": {"messages": [{"type": "human", "content": "Hi"}]},
        "outputs": {"messages": [{"type": "human", "content": "Hi"}, {"type": "ai", "content": "Hello"}]},
        "metadata": None,
        "created_at": "2026-08-01T00:00:00Z",
        "source_run_id": None,
    },
]
NOTE = {"id": "f1", "run_id": "r1", "key": "tone", "score": 0.0, "value": None, "comment": "curt"}
NOTES = [
    {**NOTE, "feedback_source": {"type": "app", "user_name": "Ida"}},
    {**NOTE, "feedback_source": json.dumps({"type": "model"})},
]


def test_a_trace_is_one_output_and_says_who_scored_it() -> None:
    (row,) = read("langsmith", lines([ROOT, CHILD]))
    assert (row.output, row.input, row.context) == (
        "The tenant signs it.",
        "Who signs the lease?",
        "The tenant signs.",
    )
    assert (row.id, row.group, row.model, row.at) == ("r1", "th-9", "gpt-4.1", "2026-09-01T10:00:04")
    assert said(row) == [
        ("grade", "tone", "0", "", "Bo"),
        ("verdict", "correctness", "1.0", "", ""),
        ("feedback", "user_score", "0.0", "", ""),
    ]
    assert row.remarks[1].reason == "matches the contract"


def test_where_only_models_runs_were_exported_each_is_an_output() -> None:
    (row,) = read("langsmith", lines([CHILD]))
    assert (row.output, contents(row)) == ("The tenant.", [("user", "Who signs?")])


def test_the_bulk_export_is_a_table_with_json_in_its_cells() -> None:
    flat = {
        key: json.dumps(value) if isinstance(value, dict | list) else value for key, value in ROOT.items()
    }
    (row,) = read("langsmith", lines([flat]))
    assert (row.output, row.model, len(row.remarks)) == ("The tenant signs it.", "gpt-4.1", 3)


def test_an_example_brings_its_reference_as_the_output() -> None:
    first, second = read("langsmith", document({"examples": EXAMPLES}))
    assert (first.output, first.input, first.id) == ("Lima", "Capital of Peru?", "e1")
    assert (second.output, contents(second)) == ("Hello", [("user", "Hi")])


def test_runs_inside_of_others_are_left_out_however_late_their_root_stands() -> None:
    inner = [{**CHILD, "id": f"c{place}"} for place in range(60)]
    assert [row.id for row in read("langsmith", lines([*inner, ROOT]))] == ["r1"]


def test_what_one_person_scored_is_their_grade_and_a_mean_of_several_is_nobodys() -> None:
    source = json.dumps({"type": "app", "user_name": "Ida"})
    stats = {
        "tone": {"n": 1, "avg": 0.0, "values": {}, "sources": [source]},
        "right": {"n": 2, "avg": 0.5, "values": {}, "sources": [source, {"type": "app", "user_name": "Bo"}]},
        "short": {"n": 1, "avg": 1.0, "values": {}, "sources": [{"type": "model"}]},
        "mixed": {"n": 2, "avg": 0.5, "values": {}, "sources": [source, {"type": "auto_eval"}]},
        "again": {"n": 2, "avg": 1.0, "values": {}, "sources": [source, source]},
        "unknown": {"n": 2, "avg": 0.5, "values": {}, "sources": [{"type": "app"}, {"type": "app"}]},
    }
    (row,) = read("langsmith", lines([{**ROOT, "feedback": [], "feedback_stats": stats}]))
    assert said(row) == [
        ("grade", "tone", "0.0", "", "Ida"),
        ("verdict", "short", "1.0", "", ""),
        ("grade", "again", "1.0", "", "Ida"),
    ]


def test_what_was_said_one_by_one_is_not_said_again_as_a_statistic() -> None:
    stats = {"tone": {"n": 1, "avg": 0.0, "values": {}}}
    (row,) = read("langsmith", lines([{**ROOT, "feedback_stats": stats}]))
    assert said(row) == [("grade", "tone", "0", "", "Bo")]


def test_an_experiments_table_brings_answers_references_and_scores() -> None:
    record = {
        "inputs.question": "Who pays?",
        "outputs.answer": "The tenant.",
        "reference.answer": "The tenant pays.",
        "feedback.correct": "1",
        "feedback.user_score": "0",
        "execution_time": "1.2",
        "error": "",
        "example_id": "e1",
        "id": "r1",
    }
    (row,) = read("langsmith", lines([record]))
    assert (row.input, row.output, row.id, row.group) == ("Who pays?", "The tenant.", "r1", "e1")
    assert row.details == {"expected": "The tenant pays."}
    assert said(row) == [("verdict", "correct", "1", "", ""), ("feedback", "user_score", "0", "", "")]


def test_feedback_apart_from_the_runs_is_found_by_their_ids() -> None:
    rows = read("langsmith_feedback", lines(NOTES))
    assert [(row.id, row.output, said(row)) for row in rows] == [
        ("r1", "", [("grade", "tone", "0.0", "", "Ida")]),
        ("r1", "", [("verdict", "tone", "0.0", "", "")]),
    ]


def test_a_note_without_a_score_stays_beside_its_run_and_apart_from_it_is_told() -> None:
    note = {**NOTES[0], "key": "note", "score": None, "value": None, "comment": "Says nothing of the sum."}
    (row,) = read("langsmith", lines([{**ROOT, "feedback": [note], "feedback_stats": None}]))
    assert (said(row), row.details["notes"]) == ([], "Says nothing of the sum.")
    (failed,) = apart("langsmith_feedback", lines([note]))
    assert "without a grade" in failed.reason and failed.raw == "Says nothing of the sum."
