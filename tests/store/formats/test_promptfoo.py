"""promptfoo: the documents of several versions, and the table as CSV."""

from __future__ import annotations

from typing import Any

from tests.store.formats.source import apart, contents, document, lines, read, said

RUBRIC = {"type": "llm-rubric", "value": "is polite", "metric": "polite"}
RESULTS: list[dict[str, Any]] = [
    {
        "id": "a1",
        "promptIdx": 0,
        "testIdx": 0,
        "testCase": {
            "description": "a late parcel",
            "vars": {"question": "Where is it?", "expected": "Lyon"},
        },
        "prompt": {
            "raw": '[{"role":"system","content":"Be kind."},{"role":"user","content":"Where is it?"}]',
            "label": "kind v2",
        },
        "provider": {"id": "openai:gpt-4.1-mini", "label": ""},
        "vars": {"question": "Where is it?", "expected": "Lyon"},
        "response": {"output": "In Lyon.", "tokenUsage": {"total": 40}},
        "success": False,
        "score": 0.5,
        "gradingResult": {
            "pass": False,
            "score": 0.5,
            "reason": "not polite",
            "componentResults": [
                {
                    "pass": True,
                    "score": 1,
                    "reason": "ok",
                    "assertion": {"type": "contains", "value": "Lyon"},
                },
                {"pass": True, "score": 1, "reason": "ok", "assertion": {"type": "contains", "value": "In"}},
                {"pass": False, "score": 0, "reason": "curt", "assertion": RUBRIC},
            ],
        },
    },
    {
        "id": "a2",
        "promptIdx": 0,
        "testIdx": 1,
        "provider": {"id": "openai:gpt-4.1-mini"},
        "prompt": {"raw": "When?", "label": "kind v2"},
        "vars": {"question": "When?"},
        "response": {"output": {"day": "Friday"}},
        "success": True,
        "score": 1,
        "gradingResult": {
            "pass": True,
            "comment": "fine",
            "componentResults": [
                {"pass": False, "score": 0, "reason": "curt", "assertion": RUBRIC},
                {
                    "pass": True,
                    "score": 1,
                    "reason": "Manual result",
                    "comment": "good",
                    "assertion": {"type": "human"},
                },
            ],
        },
    },
    {
        "promptIdx": 0,
        "testIdx": 2,
        "vars": {"question": "Why?"},
        "response": {},
        "success": False,
        "error": "API error: 429",
        "gradingResult": None,
    },
]
NEWEST = {"evalId": "eval-1", "results": {"version": 3, "prompts": [{"raw": "…"}], "results": RESULTS[:2]}}
TABLE = [
    {
        "question": "Q1?",
        "expected": "Paris",
        "[openai:gpt-4.1] Briefly: {{question}}": "[PASS] Paris",
        "Status": "PASS",
        "Score": "1.00",
        "Named Scores": '{"polite":0.8}',
        "Grader Reason": "All assertions passed",
        "Comment": "",
        "[openai:gpt-4.1] Fully: {{question}}": "[FAIL] (0.50) Too long\n---\nIt is Paris.",
        "Status_2": "FAIL",
        "Score_2": "0.50",
        "Named Scores_2": "",
        "Grader Reason_2": "",
        "Comment_2": "",
    },
    {
        "question": "Q2?",
        "expected": "Rome",
        "[openai:gpt-4.1] Briefly: {{question}}": "[ERROR] timeout",
        "Status": "ERROR",
        "Score": "0.00",
        "Named Scores": "",
        "Grader Reason": "",
        "Comment": "",
        "[openai:gpt-4.1] Fully: {{question}}": "[PASS] Rome\n---\nItaly",
        "Status_2": "PASS",
        "Score_2": "1.00",
        "Named Scores_2": "",
        "Grader Reason_2": "",
        "Comment_2": "",
    },
]


def test_each_assertion_is_a_verdict_and_a_persons_rating_stands_for_the_whole() -> None:
    first, second = read("promptfoo", document(NEWEST))
    assert (first.output, first.input, first.prompt_version) == ("In Lyon.", "Where is it?", "kind v2")
    assert contents(first) == [("system", "Be kind."), ("user", "Where is it?")]
    scores = {"score": "0.5", "contains score": "1", "contains 2 score": "1", "polite score": "0"}
    assert first.details == {"expected": "Lyon", "test": "a late parcel", **scores}
    assert said(first) == [
        ("verdict", "contains", "true", "pass", ""),
        ("verdict", "contains 2", "true", "pass", ""),
        ("verdict", "polite", "false", "fail", ""),
        ("verdict", "", "false", "fail", ""),
    ]
    assert second.output == '{"day":"Friday"}'
    assert said(second) == [("grade", "", "true", "pass", ""), ("verdict", "polite", "false", "fail", "")]
    assert second.remarks[0].reason == "good"


def test_older_documents_and_lines_of_results_are_read_too() -> None:
    flat = {"version": 1, "results": RESULTS[:2], "stats": {"successes": 1}}
    body = {
        "results": {
            "version": 2,
            "table": {
                "head": {"vars": ["question"]},
                "body": [
                    {
                        "outputs": [{"pass": True, "text": "In Lyon.", "score": 1, "gradingResult": None}],
                        "test": {"vars": {"question": "Where is it?"}},
                        "vars": ["Where is it?"],
                    }
                ],
            },
        }
    }
    assert [row.id for row in read("promptfoo", document(flat))] == ["a1", "a2"]
    assert [row.id for row in read("promptfoo", lines(RESULTS), whole=False)] == ["a1", "a2"]
    (row,) = read("promptfoo", document(body))
    assert (row.output, row.input, said(row)) == (
        "In Lyon.",
        "Where is it?",
        [("verdict", "", "true", "pass", "")],
    )


def test_a_test_without_an_answer_is_kept_apart_with_its_error() -> None:
    (failed,) = apart("promptfoo", lines(RESULTS))
    assert (failed.row, failed.reason) == (3, "API error: 429")


def test_the_tables_marks_are_taken_off_and_kept_as_verdicts() -> None:
    rows = read("promptfoo", lines(TABLE), whole=False)
    assert [(row.number, row.output) for row in rows] == [
        (1, "Paris"),
        (2, "It is Paris."),
        (4, "Rome\n---\nItaly"),
    ]
    assert (rows[0].input, rows[0].model, rows[0].details) == ("Q1?", "openai:gpt-4.1", {"expected": "Paris"})
    assert said(rows[0]) == [("verdict", "", "PASS", "pass", ""), ("verdict", "polite", "0.8", "", "")]
    assert said(rows[1]) == [("verdict", "", "FAIL", "fail", "")]
    assert (rows[1].remarks[0].reason, rows[1].prompt_version) == ("Too long", "Fully: {{question}}")
    (failed,) = apart("promptfoo", lines(TABLE))
    assert failed.reason == "timeout"


def test_the_newest_table_has_no_marks_and_is_known_by_its_columns() -> None:
    plain = [
        {name: value.split("] ", 1)[-1] if name.startswith("[") else value for name, value in row.items()}
        for row in TABLE[:1]
    ]
    first, _ = read("promptfoo", lines(plain))
    assert (first.output, said(first)[0]) == ("Paris", ("verdict", "", "PASS", "pass", ""))


def test_a_result_without_pass_says_its_score_whose_meaning_is_asked() -> None:
    part = {"score": 0, "reason": "rude", "assertion": {"type": "llm-rubric"}}
    result = RESULTS[0] | {"gradingResult": {"score": 0, "componentResults": [part]}}
    (row,) = read("promptfoo", document([result]))
    assert said(row) == [("verdict", "llm-rubric", "0", "", "")]


def test_a_red_teams_report_comes_with_what_withstood() -> None:
    row = {"Plugin": "pii", "Strategy": "basic", "Target": "bot", "Prompt": "His number?", "Score": "0"}
    report = [
        {"Test ID": "1", **row, "Response": "No.", "Pass": "Pass (1)", "Score": "1", "Reason": "Refused"},
        {"Test ID": "2", **row, "Response": "123", "Pass": "Fail (0)", "Reason": "It tells"},
    ]
    first, second = read("promptfoo", lines(report))
    assert (first.input, first.output, first.id, first.model) == ("His number?", "No.", "1", "bot")
    assert said(first) == [("verdict", "", "Pass", "pass", "")]
    assert said(second) == [("verdict", "", "Fail", "fail", "")] and second.remarks[0].reason == "It tells"
