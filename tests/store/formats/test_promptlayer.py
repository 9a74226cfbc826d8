"""PromptLayer: whole requests, of one model and of another."""

from __future__ import annotations

from typing import Any

from labelcore.store.formats import every_tool
from tests.store.formats.source import apart, contents, document, lines, read


def message(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": text}]}


REQUEST: dict[str, Any] = {
    "success": True,
    "prompt_blueprint": {
        "prompt_template": {
            "type": "chat",
            "messages": [
                message("system", "Be brief."),
                message("user", "Who pays?"),
                message("assistant", "The tenant."),
            ],
        },
        "metadata": {"model": {"provider": "openai", "name": "gpt-4.1", "parameters": {}}},
        "inference_client_name": None,
    },
    "request_id": 12345,
    "provider": "openai",
    "model": "gpt-4.1",
    "input_tokens": 12,
    "output_tokens": 3,
    "request_start_time": "2026-05-01T10:00:00Z",
    "request_end_time": "2026-05-01T10:00:01Z",
    "trace_id": "a1b2",
}
OPEN: dict[str, Any] = {
    **REQUEST,
    "request_id": 12346,
    "prompt_blueprint": {"prompt_template": {"type": "chat", "messages": [message("user", "Anybody?")]}},
}


def test_the_last_answer_of_a_request_is_the_output() -> None:
    (row,) = read("promptlayer", lines([REQUEST]))
    assert (row.output, row.id, row.model, row.group) == ("The tenant.", "12345", "gpt-4.1", "a1b2")
    assert contents(row) == [("system", "Be brief."), ("user", "Who pays?")]


def test_a_request_without_an_answer_is_kept_apart() -> None:
    file = document([REQUEST, OPEN])
    assert len(read("promptlayer", file, whole=False)) == 1
    (failed,) = apart("promptlayer", file)
    assert failed.row == 2 and "nobody answers" in failed.reason


def test_a_request_without_messages_is_not_claimed() -> None:
    template = {"type": "completion", "content": [{"type": "text", "text": "Who pays?"}]}
    record = {**REQUEST, "prompt_blueprint": {"prompt_template": template}, "response": "The tenant."}
    assert every_tool()["promptlayer"].recognise(lines([record]).head) == 0
