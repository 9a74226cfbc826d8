"""Potato: items with what an annotator chose, in lines, in a table, and an annotator's state alone."""

from __future__ import annotations

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
