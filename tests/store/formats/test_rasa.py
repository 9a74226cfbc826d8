"""Rasa: what was understood of a message is the output, the message its input; conversations with a bot."""

from __future__ import annotations

from tests.store.formats.source import apart, contents, document, read

INTENTS = [
    {
        "text": "what is my balance",
        "intent": "balance",
        "intent_prediction": {"name": "greet", "confidence": 0.6},
    },
    {"text": "hm", "intent": "none", "intent_prediction": {"name": None, "confidence": 0.0}},
]
ENTITIES = [
    {
        "text": "fly to Rome",
        "entities": [{"entity": "city", "value": "Rome"}],
        "predicted_entities": [{"entity": "name", "value": "Rome"}],
    }
]
TRACKERS = [
    {
        "sender_id": "u1",
        "events": [
            {"event": "action", "name": "action_listen"},
            {"event": "user", "text": "hi", "timestamp": 1_700_000_000},
            {"event": "bot", "text": "Hello!", "timestamp": 1_700_000_001},
            {"event": "bot", "text": "How can I help?", "timestamp": 1_700_000_002},
            {"event": "user", "text": "bye"},
            {"event": "bot", "text": "Bye."},
        ],
    }
]


def test_what_was_understood_is_the_output_and_never_the_message() -> None:
    (row,) = read("rasa", document(INTENTS), whole=False)
    assert (row.input, row.output, row.details["expected"]) == ("what is my balance", "greet", "balance")
    (failed,) = apart("rasa", document(INTENTS))
    assert "nothing was understood" in failed.reason
    (row,) = read("rasa", document(ENTITIES))
    assert (row.input, "name" in row.output) == ("fly to Rome", True)


def test_a_conversation_gives_an_output_for_each_answer_of_the_bot() -> None:
    first, second = read("rasa", document(TRACKERS))
    assert (first.output, first.group) == ("How can I help?", "u1")
    assert contents(first) == [("user", "hi"), ("assistant", "Hello!")]
    assert (second.output, contents(second)[-1]) == ("Bye.", ("user", "bye"))
