"""Runs of benchmarks: lm-evaluation-harness, HELM, OpenAI evals, MT-Bench and Arena-Hard."""

from __future__ import annotations

from typing import Any

from labelcore.store.formats.base import FormatRow
from tests.store.formats.source import apart, contents, document, lines, read, said

WRITTEN = [
    {
        "doc_id": 3,
        "doc": {"question": "2+2?"},
        "target": "4",
        "arguments": {"gen_args_0": {"arg_0": "Question: 2+2?\nAnswer:", "arg_1": {"until": ["\n"]}}},
        "resps": [["It is 4."]],
        "filtered_resps": ["4"],
        "filter": "strict-match",
        "metrics": ["exact_match"],
        "exact_match": 1.0,
    },
    {"doc_id": 4, "doc": {"question": "3+3?"}, "target": "6", "resps": [["6", "7"]], "acc": 0.5},
    {
        "doc_id": 5,
        "doc": {"question": "A?"},
        "target": "1",
        "resps": [[[-1.0, False]], [[-2.0, True]]],
        "acc": 0,
    },
]
STATES = {
    "adapter_spec": {"model": "m-1"},
    "request_states": [
        {
            "instance": {
                "id": "id7",
                "split": "test",
                "input": {"text": "2+2?"},
                "references": [
                    {"output": {"text": "4"}, "tags": ["correct"]},
                    {"output": {"text": "5"}, "tags": []},
                ],
            },
            "request": {"model": "m-1", "prompt": "Question: 2+2?\nAnswer:"},
            "result": {"success": True, "completions": [{"text": " 4"}, {"text": " four"}]},
        }
    ],
}
EVENTS: list[Any] = [
    {"spec": {"completion_fns": ["m-2"], "eval_name": "sums"}},
    {
        "run_id": "r",
        "event_id": 0,
        "sample_id": "sums.0",
        "type": "sampling",
        "data": {"prompt": [{"role": "user", "content": "2+2?"}], "sampled": ["It is 4."]},
        "created_at": "2026-05-01 10:00:00",
    },
    {
        "run_id": "r",
        "event_id": 1,
        "sample_id": "sums.0",
        "type": "sampling",
        "data": {"prompt": [{"role": "user", "content": "Is 'It is 4.' right?"}], "sampled": ["Y"]},
    },
    {
        "run_id": "r",
        "event_id": 2,
        "sample_id": "sums.0",
        "type": "match",
        "data": {"correct": True, "expected": "4"},
    },
    {"final_report": {"accuracy": 1.0}},
]
ANSWERS: list[Any] = [
    {
        "question_id": 81,
        "answer_id": "x",
        "model_id": "m-3",
        "choices": [{"index": 0, "turns": ["First.", "Second."]}],
        "tstamp": 1_700_000_000,
    },
    {"question_id": "82", "model_id": "m-3", "choices": [{"index": 0, "turns": [{"content": "Only."}]}]},
]


def test_what_the_model_wrote_is_an_output_with_its_prompt_and_metrics() -> None:
    first, second, third = read("lm_eval", lines(WRITTEN), whole=False)
    assert (first.output, first.input, first.id) == ("It is 4.", "Question: 2+2?\nAnswer:", "3")
    assert said(first) == [("verdict", "exact_match strict-match", "1.0", "", "")]
    assert [(row.output, row.group, row.input) for row in (second, third)] == [
        ("6", "4", "3+3?"),
        ("7", "4", "3+3?"),
    ]
    assert said(second) == [], "a metric of two answers says of neither"
    (failed,) = apart("lm_eval", lines(WRITTEN))
    assert (failed.row, "how likely" in failed.reason) == (4, True)


def test_each_completion_of_a_request_is_an_output_of_one_source() -> None:
    first, second = read("helm", document(STATES))
    assert (first.output, second.output, first.group, second.group) == ("4", "four", "id7", "id7")
    assert (first.model, first.details["expected"]) == ("m-1", "4")
    scenario: dict[str, Any] = STATES
    (state,) = scenario["request_states"]
    rows = read("helm", document({"request_states": [{**state, "train_trial_index": 2}]}))
    assert [first.id, second.id, *(row.id for row in rows)] == [
        "id7",
        "id7/2",
        "id7/trial 2",
        "id7/trial 2/2",
    ]


def test_an_answer_of_a_run_comes_with_its_match_and_a_judges_words_are_none() -> None:
    (row,) = read("openai_evals", lines(EVENTS))
    assert (row.output, row.model, row.id) == ("It is 4.", "m-2", "sums.0")
    assert said(row) == [("verdict", "match", "true", "pass", "")]


def test_each_turn_of_an_answer_is_an_output_with_the_questions_number() -> None:
    rows = read("mt_bench", lines(ANSWERS))
    assert [(row.output, row.group, row.model) for row in rows] == [
        ("First.", "81", "m-3"),
        ("Second.", "81", "m-3"),
        ("Only.", "82", "m-3"),
    ]
    assert not any(contents(row) for row in rows)


def test_likelihoods_written_as_texts_are_no_answers_and_empty_answers_are_kept_apart_one_by_one() -> None:
    sample = {"doc": {"question": "A?"}, "target": "1"}
    rated: list[Any] = [[["-1.2", "True"]], [["-3.0", "False"]]]
    for resps in (rated, rated[:1], [["-1.2", "True"]]):
        (failed,) = apart("lm_eval", lines([{**sample, "doc_id": 1, "resps": resps}]))
        assert "how likely" in failed.reason and not rows_of([{**sample, "doc_id": 1, "resps": resps}])
    answers = [{**sample, "doc_id": 2, "resps": [["Six", "", "Seven"]]}]
    assert [(row.output, row.id) for row in rows_of(answers)] == [("Six", "2"), ("Seven", "2/3")]
    (failed,) = apart("lm_eval", lines(answers))
    assert (failed.row, failed.reason) == (2, "the record holds no answer of the model")
    pair = [{**sample, "doc_id": 3, "resps": [["5", "True"]]}]
    assert [row.output for row in rows_of(pair)] == ["5", "True"], "no logarithm of a likelihood"


def rows_of(samples: list[Any]) -> list[FormatRow]:
    return read("lm_eval", lines(samples), whole=False)


def test_the_last_answer_of_several_turns_is_the_samples_though_the_earlier_one_is_in_its_prompt() -> None:
    asked = EVENTS[1]["data"]["prompt"]
    history = [*asked, {"role": "assistant", "content": "It is 4. "}, {"role": "user", "content": "And 3+3?"}]
    second = {**EVENTS[2], "data": {"prompt": history, "sampled": ["It is 6."]}}
    (row,) = read("openai_evals", lines([EVENTS[0], EVENTS[1], second, *EVENTS[3:]]))
    assert (row.output, [text for _, text in contents(row)]) == (
        "It is 6.",
        ["2+2?", "It is 4. ", "And 3+3?"],
    )


def test_what_a_model_wrote_is_the_output_and_not_the_choice_that_it_was_taken_for() -> None:
    told = {"instance_id": "id7", "predicted_text": " C. Moss", "mapped_output": "moss", "stats": {"em": 1.0}}
    first, second = read("helm_predictions", document([{**told, "train_trial_index": n} for n in (0, 1)]))
    assert (first.output, first.id, first.group, second.id) == ("C. Moss", "id7", "id7", "id7/trial 1")
    assert first.details == {"mapped_output": "moss", "stats": {"em": 1.0}} and not first.remarks


def test_a_perturbed_instance_is_an_output_beside_the_one_that_was_not_changed_and_of_its_source() -> None:
    kinds: list[Any] = [
        None,
        {"name": "typos", "robustness": True, "prob": 0.1},
        {"name": "gender", "fairness": True, "mode": "terms"},
        {"name": "gender", "fairness": True, "mode": "pronouns"},
    ]
    ids = ["id7", "id7/typos 0.1", "id7/gender terms", "id7/gender pronouns"]
    told = {"instance_id": "id7", "predicted_text": "C.", "train_trial_index": 0}
    rows = read("helm_predictions", document([{**told, "perturbation": kind} for kind in kinds]))
    assert [(row.id, row.group) for row in rows] == [(name, "id7") for name in ids]
    scenario: dict[str, Any] = STATES
    (state,) = scenario["request_states"]
    states = [{**state, "instance": {**state["instance"], "perturbation": kind}} for kind in kinds]
    rows = read("helm", document({"request_states": states}))
    assert [row.id for row in rows if row.output == "4"] == ids and {row.group for row in rows} == {"id7"}
