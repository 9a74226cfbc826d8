"""OpenAI: the output of batches, logs of chat completions, and Responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import Said, each, entries, exchange, first, likeness, made, plain

_WRAPPINGS = ("", "data")
_ASKED = ("request", "request_body", "body", "input", "messages")
_OF_CALLS = {"id", "custom_id", "response", "completion", "error", "method", "url", "metadata", *_ASKED}
_TIMES = ("timestamp", "created_at", "start_time", "startTime", "request_created_at")
_BODIES = ("response.body", "response", "completion", "")


def _is_answer(body: Any) -> bool:
    """Whether an object is what the interface answers: chat completions, completions or Responses."""
    if not isinstance(body, dict):
        return False
    choices = entries(body.get("choices"))
    if choices and any("message" in choice or "text" in choice for choice in choices):
        return True
    return body.get("object") == "response" and isinstance(body.get("output"), list)


def _is_batch(record: Record) -> bool:
    return "custom_id" in record and {"response", "error"} <= record.keys()


def _is_record(record: Record) -> bool:
    return _is_batch(record) or _is_answer(_body(record))


def _body(record: Record) -> Record:
    bodies = (first(record, path) if path else record for path in _BODIES)
    return next((body for body in bodies if _is_answer(body)), {})


def _asked(request: Any) -> Any:
    """What was asked: the body of a request, where a gateway keeps it beside address and headers."""
    body = first(request, "body") if isinstance(request, dict) else ""
    return body if isinstance(body, dict) else request


def _beside(record: Record, body: Record) -> Record:
    """What somebody's log says of an answer: no key of the interface's."""
    return {} if record is body else {key: value for key, value in record.items() if key not in _OF_CALLS}


@tool(
    "openai",
    "OpenAI batch output, chat completions or Responses",
    get="Batches: download the output file of a finished batch (Dashboard, Batches, or files.content of its "
    "output_file_id). Logs: write each answer as one line of JSON, best with its request: "
    '{"request": …, "response": …}.',
    brings="Each choice becomes an output with model, time and id (custom_id of a batch), its conversation"
    " where the request stands beside it, and what else a log says of it. The output of a batch "
    "alone does not say what was asked.",
    recognise=likeness(_is_record, *_WRAPPINGS),
)
@each(_is_record, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each choice of each answer; failed requests are kept apart."""
    body = _body(record)
    choices = entries(body.get("choices"))
    answers = [{"choices": [choice]} for choice in choices] or [{"output": first(body, "output")}]
    name = plain(first(record, "custom_id") or first(body, "id") or first(record, "id"))
    name = name if record is body else plain(first(record, "custom_id", "id", "request_id")) or name
    prompt = {key: body[key] for key in ("instructions", "input", "messages") if body.get(key)}
    beside = [record[key] for key in _ASKED if record.get(key) and record[key] is not body]
    question = prompt or (_asked(beside[0]) if beside else "")
    for place, answer in enumerate(answers):
        yield made(
            number,
            exchange(question, answer),
            id=name if not place else f"{name}/{place + 1}",
            group=name if len(answers) > 1 else first(record, "session_id", "conversation_id"),
            model=first(body, "model"),
            at=first(body, "created", "created_at") or first(record, *_TIMES),
            details={
                "metadata": first(body, "metadata") or first(record, "metadata"),
                **_beside(record, body),
            },
            trouble=first(record, "error.message", "response.body.error.message", "error"),
            raw=record,
        )
