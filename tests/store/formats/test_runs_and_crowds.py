"""n8n, EvalScope, OpenCompass, HELM's statistics, and the answers of crowd workers."""

from __future__ import annotations

from typing import Any

from labelcore.store.formats.base import FormatRow
from tests.store.formats.source import apart, contents, document, lines, read, said


def execution(number: int, answer: str, **result: Any) -> dict[str, Any]:
    """An execution of a workflow in which an agent with a model is asked in a chat."""
    asked = {"sessionId": "s7", "action": "sendMessage", "chatInput": f"Question {number}?"}
    runs: dict[str, Any] = {"Chat": [{"startTime": 1, "data": {"main": [[{"json": asked}]]}}]}
    if answer:
        runs["Agent"] = [{"startTime": 3, "data": {"main": [[{"json": {"output": answer}}]]}}]
        runs["Sheet"] = [{"startTime": 9, "data": {"main": [[{"json": {"text": "row 12"}}]]}}]
    kinds = {"Chat": "chatTrigger", "Agent": "agent", "Model": "lmChat"}
    nodes = [
        {"name": name, "type": f"@n8n/n8n-nodes-langchain.{kind}", "parameters": {"model": "m-1"}}
        for name, kind in kinds.items()
    ]
    return {
        "id": str(number),
        "mode": "webhook",
        "stoppedAt": "2026-04-01T10:00:00Z",
        "data": {"resultData": {"runData": runs, **result}},
        "workflowData": {"name": "Support", "nodes": [*nodes, {"name": "Sheet", "type": "n8n-nodes-base.x"}]},
    }


def test_the_agents_answer_of_an_execution_is_the_output_and_no_later_nodes_row() -> None:
    one = execution(5, "Press it.")
    failed = execution(6, "", error={"message": "the model did not answer"})
    for source in (document({"data": [one, failed]}), lines([one, failed])):
        (row,) = read("n8n", source, whole=False)
        assert (row.output, row.input, row.id, row.group, row.model) == (
            "Press it.",
            "Question 5?",
            "5",
            "s7",
            "m-1",
        )
        (refused,) = apart("n8n", source)
        assert str(refused.reason) == "the model did not answer"
    assert read("n8n", document(one))[0].details["workflow"] == "Support"


def test_a_chains_words_are_the_output_and_a_classifier_passes_on_what_the_user_said() -> None:
    one = execution(5, "Press it.")
    one["data"]["resultData"]["runData"]["Agent"][0]["data"]["main"][0][0]["json"] = {
        "response": {"text": "Hold."}
    }
    passed = {"text": "Question 5?", "classification": "urgent"}
    one["data"]["resultData"]["runData"]["Sort"] = [{"startTime": 8, "data": {"main": [[{"json": passed}]]}}]
    one["workflowData"]["nodes"].append({"name": "Sort", "type": "@n8n/n8n-nodes-langchain.textClassifier"})
    (row,) = read("n8n", lines([one]))
    assert row.output == "Hold."
    del one["workflowData"]
    said_by = {"response": {"generations": [[{"text": "Turn it."}]]}}
    one["data"]["resultData"]["runData"]["Model"] = [{"data": {"ai_languageModel": [[{"json": said_by}]]}}]
    (row,) = read("n8n", lines([one]))
    assert row.output == "Turn it."


def review(**more: Any) -> dict[str, Any]:
    score = {
        "value": {"acc": 0.0},
        "prediction": "It is 5.",
        "extracted_prediction": "5",
        "explanation": "No.",
    }
    return {
        "index": 3,
        "target": "4",
        "sample_score": {"score": score, "sample_id": 3, "group_id": 3},
        **more,
    }


def test_a_review_of_evalscope_comes_with_its_messages_and_metrics() -> None:
    chat = [{"role": "user", "content": "2+2?"}, {"role": "assistant", "content": "It is 5.", "model": "m-1"}]
    new, old = read("evalscope", lines([review(messages=chat), review(input="**User**: \n2+2?")]))
    assert (new.output, contents(new), new.model) == ("It is 5.", [("user", "2+2?")], "m-1")
    assert (old.output, old.input, old.id, old.details["expected"]) == ("It is 5.", "2+2?", "3", "4")
    assert said(old) == [("verdict", "acc", "0.0", "", "")]


def test_predictions_of_opencompass_have_who_spoke_and_results_what_was_right() -> None:
    asked = [
        {"role": "HUMAN", "prompt": "2+2?"},
        {"role": "BOT", "prompt": "4"},
        {"role": "HUMAN", "prompt": "3+3?"},
    ]
    (row,) = read("opencompass", lines([{"id": "0", "origin_prompt": asked, "prediction": "6", "gold": "7"}]))
    assert contents(row) == [("user", "2+2?"), ("assistant", "4"), ("user", "3+3?")]
    assert (row.output, row.details["expected"]) == ("6", "7")
    one = {
        "prompt": asked[:1],
        "origin_prediction": "It is 5.",
        "predictions": "5",
        "references": "4",
        "correct": False,
    }
    found = read("opencompass", document({"accuracy": 0.0, "details": {"type": "GEN", "0": one, "1": one}}))
    assert [(row.output, row.id, said(row)) for row in found] == [
        ("It is 5.", name, [("verdict", "correct", "false", "fail", "")]) for name in "01"
    ]


def test_statistics_of_helm_are_found_by_the_instance_and_counts_are_no_metrics() -> None:
    stats = [
        {"name": {"name": name, "split": "test"}, "mean": mean}
        for name, mean in (("exact_match", 0.0), ("num_prompt_tokens", 12.0))
    ]
    changed = {"name": "typos", "prob": 0.1}
    states = [{"instance_id": "id7", "train_trial_index": 0, "stats": stats}]
    states.append({"instance_id": "id7", "train_trial_index": 1, "perturbation": changed, "stats": stats})
    first, second = read("helm_stats", document(states))
    assert (first.output, first.id, second.id) == ("", "id7", "id7/typos 0.1/trial 1")
    assert said(first) == [("verdict", "exact_match", "0.0", "", "")]


def assignment(who: str, status: str = "Approved", **answers: Any) -> dict[str, Any]:
    item = {"Input.question": "2+2?", "Input.answer": "It is 5."}
    told = {f"Answer.{name}": value for name, value in answers.items()}
    return {"HITId": "h1", "WorkerId": who, "AssignmentStatus": status, **item, **told}


def grades(row: FormatRow) -> list[tuple[str, str, str]]:
    return [(found.name, found.value, found.who) for found in row.remarks if found.kind == "grade"]


def test_each_workers_answers_are_grades_and_those_that_were_rejected_none() -> None:
    rows = read(
        "crowd",
        lines(
            [
                assignment("w1", **{"quality.label": "Incorrect"}),
                assignment("w2", "Rejected", **{"quality.label": "Correct"}),
                assignment("w3", **{"yes.on": "false", "no.on": "true"}),
                assignment(
                    "w4", taskAnswers='[{"tone": {"label": "Good"}, "right": {"yes": false, "no": true}}]'
                ),
            ]
        ),
    )
    assert {(row.output, row.input, row.id) for row in rows} == {("It is 5.", "2+2?", "h1")}
    assert [grades(row) for row in rows] == [
        [("quality", "Incorrect", "w1")],
        [],
        [("answer", "no", "w3")],
        [("tone", "Good", "w4"), ("right", "no", "w4")],
    ]


def test_answers_of_toloka_and_surge_are_their_workers() -> None:
    shown = {"INPUT:question": "2+2?", "INPUT:answer": "It is 5."}
    about = {"ASSIGNMENT:task_id": "t1", "ASSIGNMENT:worker_id": "w1", "ASSIGNMENT:status": "APPROVED"}
    (row,) = read("crowd", lines([{**shown, "OUTPUT:result": "BAD", **about}]))
    assert (row.output, row.id, grades(row)) == ("It is 5.", "t1", [("result", "BAD", "w1")])
    responses = [
        {"worker_id": name, "data": {"Right?": "No"}, "completed_at": "2026-04-01"} for name in ("a", "b")
    ]
    fields = {"prompt": "2+2?", "response": "It is 5."}
    (row,) = read("crowd", document([{"id": "x", "fields": fields, "responses": responses}]))
    assert (row.output, grades(row)) == ("It is 5.", [("Right?", "No", "a"), ("Right?", "No", "b")])
