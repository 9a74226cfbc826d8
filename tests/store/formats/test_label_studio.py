"""Label Studio: tasks with annotations, and the flat export."""

from __future__ import annotations

import pytest

from labelcore.store.formats import every_tool
from tests.store.formats.source import apart, contents, document, lines, read, said

CHAT = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]


def result(name: str, kind: str, **value: object) -> dict[str, object]:
    return {"from_name": name, "to_name": "text", "type": kind, "value": value}


TASKS = [
    {
        "id": 11,
        "data": {"question": "Who pays?", "answer": "The tenant.", "source": "lease 4"},
        "annotations": [
            {
                "id": 1,
                "completed_by": {"id": 5, "email": "fay@x.org"},
                "was_cancelled": False,
                "updated_at": "2026-02-01T00:00:00Z",
                "result": [
                    result("verdict", "choices", choices=["Good"]),
                    result("stars", "rating", rating=4),
                    result("why", "textarea", text=["short and right"]),
                    result("spans", "labels", start=0, end=3, labels=["X"]),
                ],
            },
            {
                "id": 2,
                "completed_by": 6,
                "was_cancelled": False,
                "result": [result("verdict", "choices", choices=["Bad"])],
            },
            {
                "id": 3,
                "completed_by": 7,
                "was_cancelled": True,
                "result": [result("verdict", "choices", choices=["Bad"])],
            },
        ],
        "predictions": [
            {"model_version": "v2", "score": 0.4, "result": [result("verdict", "choices", choices=["Bad"])]}
        ],
    },
    {"id": 12, "data": {"dialog": CHAT}, "annotations": [], "predictions": []},
]
FLAT = [
    {
        "id": "11",
        "question": "Who pays?",
        "answer": "The tenant.",
        "verdict": "Good",
        "topics": '{"choices": ["rent", "law"]}',
        "annotator": "fay@x.org",
        "annotation_id": "1",
        "created_at": "2026-02-01T00:00:00Z",
        "updated_at": "2026-02-01T00:00:00Z",
        "lead_time": "3.2",
    }
]


def test_each_persons_choices_are_grades_with_their_text_as_the_reason() -> None:
    first, second = read("label_studio", document(TASKS))
    assert (first.output, first.input, first.id) == ("The tenant.", "Who pays?", "11")
    assert first.details == {"source": "lease 4"}
    assert said(first) == [
        ("grade", "verdict", "Good", "", "fay@x.org"),
        ("grade", "stars", "4", "", "fay@x.org"),
        ("grade", "verdict", "Bad", "", "6"),
        ("verdict", "verdict", "Bad", "", ""),
    ]
    assert first.remarks[0].reason == "short and right"
    assert (second.output, contents(second)) == ("Hello", [("user", "Hi")])


def test_the_flat_export_brings_its_choices_too() -> None:
    (row,) = read("label_studio", lines(FLAT))
    assert (row.output, row.input) == ("The tenant.", "Who pays?")
    assert said(row) == [
        ("grade", "verdict", "Good", "", "fay@x.org"),
        ("grade", "topics", "rent, law", "", "fay@x.org"),
    ]


@pytest.mark.parametrize("place", ["/data/upload/1/a cat (1).jpg", "set/images/train/a cat (1).jpg"])
def test_pictures_are_no_outputs_and_that_is_said(place: str) -> None:
    task = {"id": 1, "data": {"image": place}, "annotations": [{"result": []}]}
    assert every_tool()["label_studio"].recognise(document([task]).head) >= 0.5
    (failed,) = apart("label_studio", document([task]))
    assert "a picture" in failed.reason


def _message(role: str, content: str) -> dict[str, object]:
    chat = {"chatmessage": {"role": role, "content": content}}
    return {"type": "chatmessage", "from_name": "chat", "value": chat}


def test_each_chat_that_was_held_in_a_task_is_an_output() -> None:
    choice = {"type": "choices", "from_name": "verdict", "value": {"choices": ["Good"]}}
    chats = [
        {"completed_by": who, "result": [_message("user", "Hi"), _message("assistant", text), choice]}
        for who, text in ((5, "Hello"), (6, "What is it?"))
    ]
    task = {"id": 4, "data": {"scenario": "You are a tenant who is late."}, "annotations": chats}
    rows = read("label_studio", document([task]))
    assert [(row.number, row.id, row.output, contents(row)) for row in rows] == [
        (1, "4/1", "Hello", [("user", "Hi")]),
        (2, "4/2", "What is it?", [("user", "Hi")]),
    ]
    assert [said(row) for row in rows] == [
        [("grade", "verdict", "Good", "", "5")],
        [("grade", "verdict", "Good", "", "6")],
    ]
    assert rows[0].group == "4" and rows[0].details == {"scenario": "You are a tenant who is late."}


def test_what_was_said_of_no_chat_of_a_task_is_kept_apart() -> None:
    choice = {"type": "choices", "from_name": "verdict", "value": {"choices": ["Bad"]}}
    talk = {"completed_by": 5, "result": [_message("user", "Hi"), _message("assistant", "Hello")]}
    other = {"completed_by": {"email": "b@x.org"}, "result": [choice]}
    empty = {"completed_by": 7, "result": []}
    task = {"id": 4, "data": {"scenario": "Late."}, "predictions": [{"result": [choice]}]}
    single = document([{**task, "annotations": [talk, other, empty]}])
    (row,) = read("label_studio", single, whole=False)
    assert said(row) == [("verdict", "verdict", "Bad", "", "")]
    (failed,) = apart("label_studio", single)
    assert "of no chat" in failed.reason and "b@x.org" in failed.raw
    several = document([{**task, "annotations": [talk, talk]}])
    assert [said(row) for row in read("label_studio", several, whole=False)] == [[], []]
    assert [failed.row for failed in apart("label_studio", several)] == [3]


def test_which_of_two_texts_is_preferred_is_no_grade() -> None:
    data = {"prompt": "Who pays?", "response": "The tenant.", "response_b": "Nobody."}
    preference = {"type": "pairwise", "from_name": "side", "value": {"selected": "left"}}
    task = {"id": 5, "data": data, "annotations": [{"completed_by": 5, "result": [preference]}]}
    (row,) = read("label_studio", document([task]))
    assert said(row) == [] and row.details["preferred"] == {"5": "left"}


def test_what_a_person_wrote_without_a_grade_is_a_note() -> None:
    written = {"completed_by": 5, "result": [result("why", "textarea", text=["Says nothing of the sum."])]}
    (row,) = read("label_studio", document([{**TASKS[0], "annotations": [written], "predictions": []}]))
    assert (said(row), row.details["notes"]) == ([], "Says nothing of the sum.")
