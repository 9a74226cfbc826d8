"""Argilla: records of both versions, and the flat table."""

from __future__ import annotations

from tests.store.formats.source import contents, document, lines, read, said

RECORDS = [
    {
        "id": "r1",
        "status": "completed",
        "_server_id": "9",
        "metadata": {"lang": "en"},
        "vectors": {},
        "fields": {"prompt": "Say hi", "response": "Hello there"},
        "suggestions": {"quality": {"value": "good", "score": 0.8, "agent": "judge-1"}},
        "responses": {
            "quality": [
                {"value": "good", "user_id": "u1"},
                {"value": "bad", "user_id": "u2"},
                {"value": "good", "user_id": "u3", "status": "discarded"},
            ],
            "why": [{"value": "It greets, but it does not say who it is. " * 4, "user_id": "u2"}],
            "topics": [{"value": ["greeting", "tone"], "user_id": "u1"}],
        },
    },
    {
        "id": "r2",
        "status": "pending",
        "_server_id": "8",
        "metadata": {},
        "vectors": {},
        "fields": {"chat": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]},
        "suggestions": {},
        "responses": {},
    },
]
OLDER = {
    "items": [
        {
            "id": "o1",
            "fields": {"instruction": "Say hi", "generation": "Hello"},
            "metadata": None,
            "responses": [
                {"user_id": "u1", "status": "submitted", "values": {"rating": {"value": 4}}},
                {"user_id": "u2", "status": "draft", "values": {"rating": {"value": 1}}},
            ],
            "suggestions": [{"question_name": "rating", "value": 5, "agent": "m"}],
        }
    ]
}
FLAT = [
    {
        "id": "f1",
        "status": "completed",
        "_server_id": "7",
        "prompt": "Say hi",
        "response": "Hello",
        "rating.responses": "[4, 2]",
        "rating.responses.users": "['u1', 'u2']",
        "rating.responses.status": "['submitted', 'submitted']",
        "rating.suggestion": "5",
        "rating.suggestion.agent": "m",
        "rating.suggestion.score": "",
    }
]


def test_each_persons_submitted_response_is_a_grade() -> None:
    first, second = read("argilla", document(RECORDS))
    assert (first.output, first.input, first.id) == ("Hello there", "Say hi", "r1")
    assert said(first) == [
        ("grade", "quality", "good", "", "u1"),
        ("grade", "topics", "greeting, tone", "", "u1"),
        ("grade", "quality", "bad", "", "u2"),
        ("verdict", "quality", "good", "", ""),
    ]
    assert first.remarks[2].reason.startswith("It greets")
    assert (second.output, contents(second)) == ("Hello", [("user", "Hi")])


def test_older_records_and_flat_tables_say_the_same() -> None:
    (row,) = read("argilla", document(OLDER))
    assert (row.output, row.input) == ("Hello", "Say hi")
    assert said(row) == [("grade", "rating", "4", "", "u1"), ("verdict", "rating", "5", "", "")]
    (row,) = read("argilla", lines(FLAT))
    assert said(row) == [
        ("grade", "rating", "4", "", "u1"),
        ("grade", "rating", "2", "", "u2"),
        ("verdict", "rating", "5", "", ""),
    ]


def test_a_ranking_is_its_order_and_marked_stretches_are_no_answer() -> None:
    record = {
        "prompt": "Who pays?",
        "response": "The tenant.",
        "parts.responses": [[{"start": 0, "end": 3, "label": "WHO"}]],
        "parts.responses.users": ["u1"],
        "order.responses": [[{"value": "b", "rank": 2}, {"value": "a", "rank": 1}]],
        "order.responses.users": ["u1"],
    }
    (row,) = read("argilla", lines([record]))
    assert said(row) == [("grade", "order", "a > b", "", "u1")]
