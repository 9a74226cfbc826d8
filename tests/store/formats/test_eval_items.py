"""Items of an evaluation run: what was sampled or given, and each grader's result."""

from __future__ import annotations

from tests.store.formats.source import contents, document, lines, read, said

ITEM = {
    "object": "eval.run.output_item",
    "id": "o1",
    "eval_id": "e1",
    "run_id": "r1",
    "created_at": 1790000000,
    "datasource_item_id": 4,
    "datasource_item": {"item": {"question": "Who pays?", "expected": "The tenant pays."}},
    "results": [{"name": "match", "passed": False, "score": 0.0}],
    "sample": {
        "input": [{"role": "user", "content": "Who pays?"}],
        "output": [{"role": "assistant", "content": "The tenant."}],
        "model": "gpt-4o",
    },
}


def test_what_was_sampled_is_the_output_and_a_grader_says_whether_it_passed() -> None:
    (row,) = read("eval_items", document({"object": "list", "data": [ITEM]}))
    assert (row.output, row.model, row.id, contents(row)) == (
        "The tenant.",
        "gpt-4o",
        "o1",
        [("user", "Who pays?")],
    )
    assert row.details["expected"] == "The tenant pays."
    assert said(row) == [("verdict", "match", "false", "fail", "")]


def test_where_nothing_was_sampled_the_data_holds_the_answer() -> None:
    item = {
        **ITEM,
        "datasource_item": {"query": "Who pays?", "response": "The tenant."},
        "results": [{"name": "fluency", "label": "pass", "score": 4, "reason": "fine", "passed": True}],
        "sample": None,
    }
    (row,) = read("eval_items", lines([item]))
    assert (row.input, row.output) == ("Who pays?", "The tenant.")
    assert said(row) == [("verdict", "fluency", "true", "pass", "")] and row.remarks[0].reason == "fine"
