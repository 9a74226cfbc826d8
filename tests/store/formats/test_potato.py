"""Potato: items with what an annotator chose, in lines, in a table, and an annotator's state alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.store.formats.source import apart, contents, document, lines, read, said

ITEM = {
    "id": "i1",
    "displayed_text": "The tenant<br>pays.",
    "label_annotations": {
        "quality": {"bad": "true", "good": "false"},
        "tone": {"scale_4": "1"},
        "faults": {"short": "true", "vague": "true"},
        "note": {"text_box": "Says nothing of the sum."},
    },
    "span_annotations": {},
    "behavioral_data": {"time_string": "Time spent: 0d 0h 0m 4s "},
}
PAIRS = [[{"schema": "quality", "name": "bad"}, "true"], [{"schema": "tone", "name": "scale_2"}, "2"]]
STATE = {"user_id": "ida", "instance_id_to_label_to_value": {"i1": PAIRS, "i2": []}}


def test_what_was_chosen_is_a_grade_for_each_question() -> None:
    (row,) = read("potato", lines([ITEM]))
    assert (row.output, row.id) == ("The tenant\npays.", "i1")
    assert said(row) == [
        ("grade", "quality", "bad", "", ""),
        ("grade", "tone", "1", "", ""),
        ("grade", "faults", "short, vague", "", ""),
        ("grade", "note", "Says nothing of the sum.", "", ""),
    ]


def test_a_chat_is_a_conversation_and_a_page_of_the_survey_no_item() -> None:
    chat = {**ITEM, "user_id": "ida", "displayed_text": "User: Hi<br>Bot: Hello", "label_annotations": {}}
    page = {**ITEM, "id": "consent.html"}
    (row,) = read("potato", lines([chat, page]), whole=False)
    assert (row.output, contents(row)) == ("Hello", [("user", "Hi")])
    assert [rejected.row for rejected in apart("potato", lines([chat, page]))] == [2]


def test_the_table_has_a_column_for_each_label() -> None:
    record = {
        "user": "ida",
        "instance_id": "i1",
        "displayed_text": "The tenant pays.",
        "quality:::good": "",
        "quality:::bad": "true",
    }
    (row,) = read("potato", lines([record]))
    assert (row.id, said(row)) == ("i1", [("grade", "quality", "bad", "", "ida")])


def test_a_state_alone_says_of_items_by_their_ids() -> None:
    first, second = read("potato_state", document(STATE))
    assert (first.id, first.output) == ("i1", "")
    assert said(first) == [("grade", "quality", "bad", "", "ida"), ("grade", "tone", "2", "", "ida")]
    assert (second.id, said(second)) == ("i2", [])


@pytest.mark.parametrize(
    ("labels", "value"),
    [
        ({"False": "False", "True": "false"}, "False"),
        ({"off": "off"}, "off"),
        ({"0": "0"}, "0"),
        ({"positive": "1", "negative": "0"}, "positive"),
        ({"positive": "0", "negative": "2"}, "negative"),
        ({"scale_0": "0"}, "0"),
        ({"slider": "40"}, "40"),
    ],
)
def test_a_label_that_was_chosen_is_said_whatever_it_is_called(labels: dict[str, str], value: str) -> None:
    (row,) = read("potato", lines([{**ITEM, "label_annotations": {"correct": labels}}]))
    assert said(row) == [("grade", "correct", value, "", "")]


def test_an_answer_without_labels_is_what_was_said() -> None:
    (row,) = read("potato", lines([{**ITEM, "label_annotations": {"correct": "false", "tone": ""}}]))
    assert said(row) == [("grade", "correct", "false", "", "")]


def rated(**questions: Any) -> list[list[tuple[str, ...]]]:
    """What is said of items whose questions were answered one after the other."""
    count = max(map(len, questions.values()))
    items = [
        {**ITEM, "label_annotations": {name: values[at] for name, values in questions.items()}}
        for at in range(count)
    ]
    return [said(row) for row in read("potato", lines(items))]


def test_each_criterion_of_a_rubric_has_its_number() -> None:
    rubric = [{"helpful": "4", "right": "4"}, {"helpful": "5", "right": "3"}, {"helpful": "0"}]
    assert rated(quality=rubric) == [
        [("grade", "quality/helpful", "4", "", ""), ("grade", "quality/right", "4", "", "")],
        [("grade", "quality/helpful", "5", "", ""), ("grade", "quality/right", "3", "", "")],
        [("grade", "quality/helpful", "0", "", "")],
    ]


def test_each_part_that_is_rated_in_words_has_its_word() -> None:
    ratings = [{"clear": "Good", "kind": "Bad"}, {"clear": "yes", "kind": "Good"}]
    assert rated(parts=ratings) == [
        [("grade", "parts/clear", "Good", "", ""), ("grade", "parts/kind", "Bad", "", "")],
        [("grade", "parts/clear", "yes", "", ""), ("grade", "parts/kind", "Good", "", "")],
    ]


def test_numbers_that_never_vary_are_marks_of_the_labels_that_were_chosen() -> None:
    faults = [{"short": "1", "vague": "2"}, {"vague": "2"}, {"rude": "3"}] * 5
    assert rated(faults=faults)[:3] == [
        [("grade", "faults", value, "", "")] for value in ("short, vague", "vague", "rude")
    ]
    assert rated(faults=[{"short": "1", "vague": "1"}]) == [[("grade", "faults", "short, vague", "", "")]]


def test_numbers_that_may_be_marks_or_ratings_are_one_text() -> None:
    assert rated(
        flags=[{"tone": "1", "fact": "2"}, {"fact": "2", "text_box": "the sum"}, {"rude": "true"}]
    ) == [
        [("grade", "flags", "tone 1, fact 2", "", "")],
        [("grade", "flags", "fact 2", "", ""), ("grade", "flags", "the sum", "", "")],
        [("grade", "flags", "rude", "", "")],
    ]
    assert rated(quality=[{"helpful": "4", "right": "3"}]) == [
        [("grade", "quality", "helpful 4, right 3", "", "")]
    ]


def test_a_text_beside_what_was_chosen_is_an_answer_too() -> None:
    chosen = {"bad": "true", "free_response": "curt"}
    assert rated(quality=[chosen, {"select-one": "3"}]) == [
        [("grade", "quality", "bad", "", ""), ("grade", "quality/free_response", "curt", "", "")],
        [("grade", "quality", "3", "", "")],
    ]


def test_a_rubric_in_a_state_has_its_numbers_and_a_text_alone_is_kept_apart() -> None:
    pairs = [[{"schema": "quality", "name": name}, 4] for name in ("helpful", "right")]
    text = [[{"schema": "note", "name": "text_box"}, "x" * 200]]
    state = document({**STATE, "instance_id_to_label_to_value": {"i1": pairs, "i2": text}})
    (row,) = read("potato_state", state, whole=False)
    assert [entry[1:3] for entry in said(row)] == [("quality/helpful", "4"), ("quality/right", "4")]
    (failed,) = apart("potato_state", state)
    assert "without a grade" in failed.reason and failed.raw == "x" * 200
