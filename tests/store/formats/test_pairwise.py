"""Pairs of answers to one question: two outputs of one source, and no grade out of a preference."""

from __future__ import annotations

from typing import Any

from labelcore.store.formats import every_tool
from tests.store.formats.source import apart, contents, document, lines, read, said


def chat(*texts: str) -> list[dict[str, str]]:
    return [
        {"role": "user" if at % 2 == 0 else "assistant", "content": text} for at, text in enumerate(texts)
    ]


PREFERRED = [
    {"prompt": "Capital?", "chosen": "Rome.", "rejected": "Milan.", "score_chosen": 9, "score_rejected": 2},
    {"prompt": "Rain?", "chosen": "Yes.", "rejected": "No.", "score_chosen": 7, "score_rejected": 7},
]
CHATS = [{"chosen": chat("Hi", "Hello!"), "rejected": chat("Hi", "What?"), "prompt_id": "p1"}]
WRITTEN = [{"chosen": "\n\nHuman: Hi\n\nAssistant: Hello!", "rejected": "\n\nHuman: Hi\n\nAssistant: No."}]
ARENA = [
    {
        "question_id": "q1",
        "model_a": "m-1",
        "model_b": "m-2",
        "winner": "model_a",
        "conversation_a": chat("Hi", "Hello!"),
        "conversation_b": chat("Hi", "Yes?"),
    }
]
JUDGED = [
    {
        "instruction": "Shorten it.",
        "input": "A long text.",
        "output_1": "A text.",
        "generator_1": "m-1",
        "output_2": "Text.",
        "generator_2": "m-2",
        "annotator": "judge",
        "preference": 1.7,
    }
]
LISTS = [
    {
        "id": 7,
        "model_a": "m-1",
        "model_b": "m-2",
        "prompt": '["Hi", "Bye"]',
        "response_a": '["Hello!", "Bye."]',
        "response_b": '["Yes?", "So long."]',
        "winner_model_a": 1,
        "winner_model_b": 0,
    }
]


def pairs(records: list[Any]) -> list[tuple[str, ...]]:
    rows = read("pairwise", lines(records))
    assert not any(said(row) for row in rows), "a preference is no grade"
    return [(row.input, row.output, row.model, row.group, str(row.details["answer"])) for row in rows]


def test_both_answers_are_outputs_of_one_question() -> None:
    assert pairs(PREFERRED)[:2] == [
        ("Capital?", "Rome.", "", "", "chosen of two"),
        ("Capital?", "Milan.", "", "", "rejected of two"),
    ]
    assert [row.details["score"] for row in read("pairwise", document(PREFERRED))] == [9, 2, 7, 7]
    (first, second) = read("pairwise", lines(JUDGED))
    assert (first.model, second.model, first.context) == ("m-1", "m-2", "A long text.")
    assert (second.output, second.details["preference"]) == ("Text.", 1.7)


def test_conversations_end_with_the_answer_however_they_are_written() -> None:
    for records in (CHATS, WRITTEN, ARENA):
        first, second = read("pairwise", lines(records))
        assert contents(first) == contents(second) == [("user", "Hi")]
        assert first.output == "Hello!" != second.output
    first, second = read("pairwise", lines(ARENA))
    assert (first.id, second.id, first.group, second.model) == ("q1/a", "q1/b", "q1", "m-2")
    _, second = read("pairwise", lines(LISTS))
    assert contents(second) == [("user", "Hi"), ("assistant", "Yes?"), ("user", "Bye")]
    assert (second.output, second.details["winner_model"]) == ("So long.", 0)


def test_of_half_a_pair_the_answer_comes_in_and_the_gap_is_said() -> None:
    half = [*PREFERRED, {**PREFERRED[0], "rejected": None}]
    assert len(read("pairwise", lines(half), whole=False)) == 5
    (failed,) = apart("pairwise", lines(half))
    assert "one of the two answers is missing" in failed.reason


def test_options_of_a_question_are_no_answers() -> None:
    recognise = every_tool()["pairwise"].recognise
    options = {"question": "Capital?", "answer_a": "Rome", "answer_b": "Milan"}
    assert 0 < recognise(lines([options]).head) < 0.5
    assert recognise(lines([{**options, "answer_c": "Turin", "preference": "a"}]).head) == 0


def test_what_is_said_of_one_answer_stays_with_it_and_the_systems_words_come_first() -> None:
    scores = {"chosen_score": 9, "rejected_score": 3, "judge": "m-1"}
    record = {**PREFERRED[0], "system": "Be brief.", "context": "A map.", "metadata": scores}
    first, second = read("pairwise", lines([record]))
    assert first.details["metadata"] == {"score": 9, "judge": "m-1"}
    assert second.details["metadata"] == {"score": 3, "judge": "m-1"}
    assert contents(first) == [("system", "Be brief."), ("user", "Capital?")] and first.context == "A map."


def test_where_a_question_comes_from_is_no_model_and_what_each_answer_comes_from_is() -> None:
    both = read("pairwise", lines([{**PREFERRED[0], "source": "evol_instruct"}]))
    assert [(row.model, row.details["source"]) for row in both] == [("", "evol_instruct")] * 2
    sources = {"chosen_source": "m-1", "rejected_source": "m-2"}
    each = read("pairwise", lines([{**PREFERRED[0], **sources}]))
    assert [row.model for row in each] == ["m-1", "m-2"]


def test_pairs_of_stanfords_human_preferences_say_which_was_preferred() -> None:
    record = {
        "post_id": "himc90",
        "domain": "askacademia_train",
        "history": "Shall I take it?",
        "score_A": 52,
        "score_B": 54,
        "human_ref_A": "Take it.",
        "human_ref_B": "Wait.",
        "labels": 0,
    }
    first, second = read("pairwise", lines([record]))
    assert (first.input, first.output, second.output) == ("Shall I take it?", "Take it.", "Wait.")
    assert {row.details["preferred"] for row in (first, second)} == {"B of two"}
    assert (said(first), first.details["karma"], "labels" in first.details) == ([], 52, False)
