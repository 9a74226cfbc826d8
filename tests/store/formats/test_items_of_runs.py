"""Several items of an n8n execution, boxes of crowd workers, and what cannot be read in the files of runs."""

from __future__ import annotations

from typing import Any

import pytest

from labelcore.store.formats import every_tool
from tests.store.formats.source import apart, document, lines, read
from tests.store.formats.test_runs_and_crowds import assignment, execution, grades, review

ITEMS = range(3)
DETAIL: dict[str, Any] = {
    "prompt": [{"role": "HUMAN", "prompt": "2+2?"}],
    "origin_prediction": "5",
    "references": "4",
    "correct": False,
}


def of_items(*, paired: bool) -> dict[str, Any]:
    """An execution in which an agent answers three rows, the last one first."""
    one = execution(5, "Press it.")
    asked = [{"json": {"question": f"Q{item}?"}} for item in ITEMS]
    answers: list[Any] = [{"json": {"output": f"A{item}"}} for item in reversed(ITEMS)]
    if paired:
        answers = [{**answer, "pairedItem": {"item": 2 - place}} for place, answer in enumerate(answers)]
    runs = one["data"]["resultData"]["runData"]
    del runs["Chat"]
    runs["Rows"] = [{"startTime": 1, "data": {"main": [asked]}}]
    runs["Agent"] = [{"startTime": 3, "source": [{"previousNode": "Rows"}], "data": {"main": [answers]}}]
    return one


def test_each_item_of_an_execution_has_the_question_that_it_was_paired_with_or_none() -> None:
    rows = read("n8n", lines([of_items(paired=True)]))
    assert [(row.input, row.output, row.id) for row in rows] == [
        ("Q2?", "A2", "5/1"),
        ("Q1?", "A1", "5/2"),
        ("Q0?", "A0", "5/3"),
    ]
    rows = read("n8n", lines([of_items(paired=False)]))
    assert [(row.input, row.output) for row in rows] == [("", "A2"), ("", "A1"), ("", "A0")]


def test_each_round_of_a_loop_has_the_question_of_its_round() -> None:
    one = of_items(paired=True)
    runs = one["data"]["resultData"]["runData"]
    runs["Loop"] = [{"data": {"main": [[], [{"json": {"question": f"Q{item}?"}}]]}} for item in ITEMS]
    runs["Agent"] = [
        {
            "source": [{"previousNode": "Loop", "previousNodeOutput": 1, "previousNodeRun": item}],
            "data": {"main": [[{"json": {"output": f"A{item}"}, "pairedItem": [{"item": 0}]}]]},
        }
        for item in ITEMS
    ]
    rows = read("n8n", lines([one]))
    assert [(row.input, row.output) for row in rows] == [(f"Q{item}?", f"A{item}") for item in ITEMS]


@pytest.mark.parametrize("name", ["chatInput", "message", "query", "question", "text"])
def test_what_a_webhook_was_sent_is_the_question_and_an_object_is_none(name: str) -> None:
    one = execution(5, "Press it.")
    (item,) = one["data"]["resultData"]["runData"]["Chat"][0]["data"]["main"][0]
    item["json"] = {"query": {"q": "hello"}, "body": {name: "How?", "sessionId": "s8"}}
    (row,) = read("n8n", lines([one]))
    assert (row.input, row.group) == ("How?", "s8")
    item["json"] = {"query": {}, "body": {name: {"a": 1}}}
    (row,) = read("n8n", lines([one]))
    assert (row.input, row.group) == ("", "")


def test_the_model_of_an_execution_is_the_one_lent_to_the_node_that_answered_and_never_an_embedding() -> None:
    kinds = {"Embed": "embeddingsOpenAi", "Other": "lmChatOpenAi", "Model": "lmChatOpenAi"}
    nodes: list[Any] = [
        {"name": name, "type": f"@n8n/n8n-nodes-langchain.{kind}", "parameters": {"model": {"value": name}}}
        for name, kind in kinds.items()
    ]
    nodes.append({"name": "Agent", "type": "@n8n/n8n-nodes-langchain.agent"})
    one = execution(5, "Press it.")
    one["data"]["resultData"]["runData"] |= {name: [{}] for name in kinds}
    links = {"Model": {"ai_languageModel": [[{"node": "Agent"}]]}}
    for told, model in (
        ({"nodes": nodes, "connections": links}, "Model"),
        ({"nodes": nodes}, ""),
        ({"nodes": [nodes[0], nodes[3]]}, ""),
        ({"nodes": [nodes[0], nodes[2], nodes[3]]}, "Model"),
    ):
        (row,) = read("n8n", lines([{**one, "workflowData": told}]))
        assert row.model == model


def test_a_box_is_a_question_and_boxes_of_which_one_is_ticked_in_every_row_are_a_choice() -> None:
    boxes = {"correct.on": "true", "fluent.on": "false"}
    (row,) = read("crowd", lines([assignment("w1", **boxes)]))
    assert grades(row) == [("answer", "correct", "w1")]
    rows = read(
        "crowd", lines([assignment("w1", **boxes), assignment("w2", **{**boxes, "fluent.on": "true"})])
    )
    assert [grades(row) for row in rows] == [
        [("correct", "true", "w1"), ("fluent", "false", "w1")],
        [("correct", "true", "w2"), ("fluent", "true", "w2")],
    ]
    form = '[{"right": {"on": false}, "fluent": {"on": true}, "tone": {"a": false, "b": false}}]'
    (row,) = read("crowd", lines([assignment("w1", taskAnswers=form)]))
    assert grades(row) == [("right", "false", "w1"), ("fluent", "true", "w1")]


def test_a_summary_is_graded_where_nothing_else_is_named_as_an_output_or_a_question() -> None:
    known = {"WorkerId": "w1", "HITId": "h1", "Answer.good": "yes"}
    item = {"Input.article": "Long.", "Input.summary": "Short."}
    (row,) = read("crowd", lines([{**known, **item}]))
    assert (row.output, row.context) == ("Short.", "Long.")
    (row,) = read("crowd", lines([{**known, **item, "Input.question": "What?", "Input.answer": "That."}]))
    assert (row.output, row.input, row.details["summary"]) == ("That.", "What?", "Short.")
    unclear = lines([{**known, **item, "Input.translation": "Kurz."}])
    assert every_tool()["crowd"].recognise(unclear.head) < 0.5 and apart("crowd", unclear)


def test_one_record_with_odd_values_keeps_no_others_from_coming_in() -> None:
    late, broken = execution(5, "Press it."), execution(6, "Hold it.")
    late["data"]["resultData"]["runData"]["Agent"][0]["startTime"] = 10**400
    broken["data"]["resultData"]["runData"]["Agent"][0]["data"]["main"] = 5
    source = lines([late, broken])
    assert [row.output for row in read("n8n", source, whole=False)] == ["Press it."]
    assert len(apart("n8n", source)) == 1
    roles: list[Any] = [{}, [], "HUMAN"]
    asked: list[Any] = [{**DETAIL, "prompt": [{"role": role, "prompt": "2+2?"}]} for role in roles]
    asked = [*asked[:1], 7, *asked[1:]]
    source = document({"details": asked})
    assert [row.output for row in read("opencompass", source, whole=False)] == ["5"] * 3
    assert [(row.row, row.reason) for row in apart("opencompass", source)] == [(2, "this is not an object")]


def test_the_first_group_of_samples_is_named_like_the_others() -> None:
    score = review()["sample_score"]
    rows = read(
        "evalscope",
        lines(
            [
                review(index=number, sample_score={**score, "sample_id": number, "group_id": number // 2})
                for number in range(3)
            ]
        ),
    )
    assert [row.group for row in rows] == ["0", "0", "1"]
