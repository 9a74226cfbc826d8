"""DeepEval: the latest run, and results of evaluate()."""

from __future__ import annotations

from tests.store.formats.source import contents, document, lines, read, said

METRIC = {
    "name": "Correctness [GEval]",
    "threshold": 0.5,
    "success": False,
    "score": 0.3,
    "reason": "wrong city",
    "evaluationModel": "gpt-4.1",
    "strictMode": False,
}
RUN = {
    "testFile": "test_support.py",
    "testCases": [
        {
            "name": "late_parcel",
            "input": "Where is it?",
            "actualOutput": "In Paris.",
            "expectedOutput": "In Lyon.",
            "retrievalContext": ["Parcel 7 is in Lyon."],
            "success": False,
            "metricsData": [
                METRIC,
                {"name": "Answer Relevancy", "success": True, "score": 1.0, "threshold": 0.5},
            ],
        }
    ],
    "conversationalTestCases": [],
    "metricsScores": [],
}
CHATS = {
    "test_results": [
        {
            "name": "chat_0",
            "success": True,
            "conversational": True,
            "input": None,
            "actual_output": None,
            "turns": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}],
            "metrics_data": [{"name": "Role Adherence", "success": True, "score": 0.9, "reason": "in role"}],
        }
    ]
}
CASES = [
    {
        "input": "Where is it?",
        "actual_output": "In Lyon.",
        "expected_output": "",
        "retrieval_context": '["a", "b"]',
        "context": "",
        "name": "n",
    }
]


def test_each_metric_is_a_verdict_by_its_own_threshold() -> None:
    (row,) = read("deepeval", document(RUN))
    assert (row.output, row.input, row.context) == ("In Paris.", "Where is it?", "Parcel 7 is in Lyon.")
    scores = {"Correctness [GEval] score": "0.3", "Answer Relevancy score": "1.0"}
    assert row.details == {"name": "late_parcel", "expected": "In Lyon.", **scores}
    assert said(row) == [
        ("verdict", "Correctness [GEval]", "false", "fail", ""),
        ("verdict", "Answer Relevancy", "true", "pass", ""),
    ]
    assert row.remarks[0].reason == "wrong city"


def test_a_conversational_case_brings_its_last_answer() -> None:
    (row,) = read("deepeval", document(CHATS))
    assert (row.output, contents(row)) == ("Hello", [("user", "Hi")])
    assert said(row) == [("verdict", "Role Adherence", "true", "pass", "")]


def test_a_table_of_cases_is_read_too() -> None:
    (row,) = read("deepeval", lines(CASES))
    assert (row.output, row.context, row.remarks) == ("In Lyon.", "a\n\nb", ())


def test_chats_beside_the_test_cases_are_cases_too() -> None:
    metric = {"name": "Role", "success": False, "score": 0.1, "threshold": 0.5}
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    single = {"name": "a", "input": "Who pays?", "actualOutput": "You.", "metricsData": [metric]}
    run = {"testCases": [single], "conversationalTestCases": [{"turns": turns, "metricsData": [metric]}]}
    rows = read("deepeval", document({"testRunData": run}))
    assert [(row.number, row.output) for row in rows] == [(1, "You."), (2, "Hello")]
