"""Answers of Anthropic, Bedrock, Gemini and Vertex, as batches and logs keep them; also Helicone's log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    each,
    entries,
    exchange,
    first,
    kind_of,
    likeness,
    loaded,
    made,
    plain,
    remark,
)
from labelcore.text.chats import split_last, turns
from labelcore.wording import in_chinese

_WRAPPINGS = ("", "data")
_ANSWERED = ("result.message", "output.outputBodyJson", "modelOutput", "response_body", "response")
_ASKED = ("input.inputBodyJson", "modelInput", "request_body", "request", "params")
_OF_CALLS = {"result", "input", "output", "modelInput", "modelOutput", "response", "request", "params"}
_BODIES = {"request_body", "response_body"}
_TEXTS = (
    "results.0.outputText",
    "outputs.0.text",
    "generations.0.text",
    "completions.0.data.text",
    "outputText",
)
"""Where the makers on Bedrock write a text that is not known by its name alone."""
_TROUBLES = (
    "result.error.error.message",
    "result.error.message",
    "error.errorMessage",
    "error.message",
    "errorCode",
)


def _is_log(record: Record) -> bool:
    """Whether it is a line of Bedrock's log or batch, of another maker's batch, or of Helicone's log."""
    if record.get("schemaType") == "ModelInvocationLog" or {"recordId", "modelInput"} <= record.keys():
        return True
    if record.keys() >= _BODIES:
        return True
    if "custom_id" in record and isinstance(first(record, "result.type"), str):
        return bool(first(record, "result.type"))
    return _is_answer(loaded(record.get("response"))) or _is_answer(record)


def _is_answer(body: Any) -> bool:
    """Whether an object is what Gemini's or Anthropic's interface answers."""
    if not isinstance(body, dict):
        return False
    candidates = entries(body.get("candidates"))
    if candidates and isinstance(candidates[0].get("content"), dict):
        return True
    return body.get("type") == "message" and body.get("role") == "assistant" and "stop_reason" in body


@tool(
    "providers",
    "Anthropic, Bedrock or Gemini answers",
    get="Batches: download the results of a finished batch. Bedrock: take the files of model invocation "
    'logging. Other logs: write each answer as one line of JSON, best with its request: {"request": '
    '…, "response": …}.',
    brings="Each answer becomes an output with model, time and id, its conversation where the request "
    "stands beside it, and what else a log says of it. The results of an Anthropic batch alone do not say "
    "what was asked.",
    recognise=likeness(_is_log, *_WRAPPINGS, sure=0.93),
)
@each(_is_log, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each answer; failed requests are kept apart."""
    body = record if _is_answer(record) else loaded(first(record, *_ANSWERED))
    asked = loaded(first(record, *_ASKED))
    asked = first(asked, "inputText") or asked
    details = {key: value for key, value in record.items() if key not in {*_OF_CALLS, *_BODIES}}
    yield made(
        number,
        _exchange(asked, body),
        id=first(record, "custom_id", "recordId", "key", "requestId", "request_id", "id"),
        model=first(body, "model", "modelVersion") or first(record, "modelId", "model"),
        at=first(record, "timestamp", "processed_time", "request_created_at", "created_at"),
        details=details if record is not body else {},
        remarks=_said(record) if record.keys() >= _BODIES else [],
        trouble=first(record, *_TROUBLES),
        raw=record,
    )


def _exchange(asked: Any, body: Any) -> Exchange:
    """What was asked and answered; an answer in pieces, as it was streamed, is one."""
    if isinstance(body, list):
        body = {"role": "assistant", "content": "".join(map(_piece, entries(body)))}
    if isinstance(body, dict) and isinstance(first(body, "output.message"), dict):
        body = body["output"]["message"]
    text = first(body, *_TEXTS)
    if isinstance(text, str) and text:
        return exchange(asked, text)
    chat = turns(body) or []
    said = split_last(chat)
    if not said:
        return exchange(asked, body) if not chat else Exchange()
    return exchange(asked, {"messages": chat})


def _piece(event: Record) -> str:
    """The text of a piece: of Anthropic's stream, or of Converse's."""
    text = first(event, "delta.text", "contentBlockDelta.delta.text", "outputText", "generation")
    return text if isinstance(text, str) else ""


def _said(record: Record) -> list[Remark]:
    """What Helicone's log says of an answer: scores as verdicts, its users' thumbs as feedback."""
    scores = loaded(record.get("scores"))
    remarks = remark("feedback", "rating", first(record, "feedback_rating"))
    for name, score in scores.items() if isinstance(scores, dict) else ():
        value = first(score, "value") if isinstance(score, dict) else score
        remarks += remark(kind_of(plain(name)), name, value)
    return remarks


in_chinese(
    {
        "Anthropic, Bedrock or Gemini answers": "Anthropic、Bedrock 或 Gemini 的回答",
        "Batches: download the results of a finished batch. Bedrock: take the files of model invocation "
        "logging. Other logs: write each answer as one line of JSON, best with its request: "
        '{"request": …, "response": …}.': (
            "批处理：下载已完成批次的结果。Bedrock：使用模型调用日志的文件。自己的日志：每个回答写成一行 "
            'JSON，最好连同请求：{"request": …, "response": …}。'
        ),
        "Each answer becomes an output with model, time and id, its conversation where the request stands "
        "beside it, and what else a log says of it. The results of an Anthropic batch alone do not say "
        "what was asked.": (
            "每个回答成为一条输出，附带模型、时间和编号；若旁边有请求，还附带对话以及日志中的其他内容。仅有 "
            "Anthropic 批处理的结果时，看不出问的是什么。"
        ),
    }
)
