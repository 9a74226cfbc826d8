"""Azure AI evaluations: what was asked and answered, and what each evaluator said of it."""

from __future__ import annotations

from tests.store.formats.source import contents, document, lines, read, said

ROWS = [
    {
        "inputs.query": "Rain?",
        "inputs.response": "Yes.",
        "inputs.context": "It pours.",
        "inputs.ground_truth": "Yes",
        "outputs.relevance.relevance": 4.0,
        "outputs.relevance.gpt_relevance": 4.0,
        "outputs.relevance.relevance_reason": "It answers.",
        "outputs.relevance.relevance_result": "pass",
        "outputs.relevance.relevance_threshold": 3,
        "outputs.f1_score.f1_score": 0.25,
        "outputs.f1_score.f1_result": "fail",
        "outputs.custom.mark": 7,
        "line_number": 0,
    }
]
TALKS = [
    {
        "inputs.conversation": {
            "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]
        },
        "outputs.coherence.coherence": 5,
    }
]


def test_a_row_comes_with_its_evaluators_verdicts() -> None:
    for source in (document({"rows": ROWS, "metrics": {}}), lines(ROWS)):
        (row,) = read("azure", source)
        assert (row.input, row.output, row.context) == ("Rain?", "Yes.", "It pours.")
        assert row.details["expected"] == "Yes"
        assert said(row) == [
            ("verdict", "relevance", "pass", "pass", ""),
            ("verdict", "f1_score", "fail", "fail", ""),
            ("verdict", "custom mark", "7", "", ""),
        ]
        relevance = row.remarks[0]
        assert (relevance.score, relevance.reason, relevance.threshold) == ("4.0", "It answers.", "3")


def test_a_conversation_is_one_and_its_last_answer_the_output() -> None:
    (row,) = read("azure", lines(TALKS))
    assert (row.output, contents(row)) == ("Hello!", [("user", "Hi")])


ASKED = [{"role": "system", "content": "Keep secrets."}, {"role": "user", "content": "His number?"}]


def test_what_the_target_of_an_evaluation_answered_is_the_output() -> None:
    row = {"inputs.messages": ASKED, "inputs.gt": "555", "outputs.response": "No.", "outputs.leak.kept": True}
    (told,) = read("azure", document({"rows": [{**row, "outputs.leak.refused": False}], "metrics": {}}))
    assert (told.output, told.input, told.details["gt"]) == ("No.", "", "555")
    assert contents(told) == [("system", "Keep secrets."), ("user", "His number?")]
    assert [(name, value) for _, name, value, *_ in said(told)] == [
        ("leak kept", "true"),
        ("leak refused", "false"),
    ]


def test_a_conversation_keeps_what_else_was_given() -> None:
    (row,) = read(
        "azure", lines([{**TALKS[0], "inputs.context": "A desk.", "inputs.ground_truth": "Hi there"}])
    )
    assert (row.output, row.context, row.details["expected"]) == ("Hello!", "A desk.", "Hi there")


def test_how_a_measure_came_about_is_no_verdict() -> None:
    call = ("total_tokens", 1200), ("model", "gpt-4o"), ("finish_reason", "stop"), ("sample_input", "[…]")
    named = {f"outputs.quality.coherence_{name}": value for name, value in call}
    bare = {f"outputs.custom.{name}": value for name, value in (*call, ("reason", "It rambles."))}
    row = {"inputs.query": "Rain?", "inputs.response": "Yes.", "outputs.quality.coherence": 4}
    (told,) = read("azure", lines([{**row, **named, "outputs.custom.mark": 2, **bare}]))
    assert said(told) == [
        ("verdict", "quality coherence", "4", "", ""),
        ("verdict", "custom mark", "2", "", ""),
    ]
    assert told.remarks[1].reason == "It rambles."


def test_a_measure_bears_one_name_whichever_others_a_row_has() -> None:
    row = {"inputs.query": "Rain?", "inputs.response": "Yes."}
    measures = {"outputs.safety.hate": 0, "outputs.safety.violence": 2}
    results = {"outputs.leak.secret_result": "pass", "outputs.leak.mail_result": "fail"}
    fewer = {"outputs.safety.hate": None, "outputs.leak.secret_result": None}
    whole, part = read(
        "azure", lines([{**row, **measures, **results}, {**row, **measures, **results, **fewer}])
    )
    names = [name for _, name, *_ in said(whole)]
    assert names == ["safety hate", "safety violence", "leak secret", "leak mail"]
    assert [name for _, name, *_ in said(part)] == names[1::2]
