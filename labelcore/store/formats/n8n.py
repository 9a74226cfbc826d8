"""n8n: executions of workflows, with what each node gave on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    each,
    entries,
    exchange,
    first,
    likeness,
    made,
    plain,
)
from labelcore.wording import Wording, in_chinese

_WRAPPINGS = ("", "data")
_RUNS = ("data.resultData.runData", "executionData.resultData.runData", "resultData.runData")
_RESULTS = ("data.resultData", "executionData.resultData", "resultData")
_ANSWERS = ("output", "response.text", "text", "response", "message.content", "answer", "reply", "content")
_QUESTIONS = ("chatInput", "body.message", "body.query", "query", "question", "message.text", "input")
_OF_MODELS = re.compile(
    r"langchain\.(?!.*(trigger|classifier|sentiment|vectorstore|memory|embedding|document|tool|retriever|"
    r"splitter|parser|lm(chat)?[a-z]))",
    re.IGNORECASE,
)
"""Types of nodes that answer: no model within another node, and nothing that passes on what it was given."""
_UNANSWERED = Wording("no node of a model gave an answer in this execution")


def _is_execution(record: Record) -> bool:
    return isinstance(first(record, *_RUNS), dict)


@tool(
    "n8n",
    "n8n executions",
    get="With the API: GET /api/v1/executions?includeData=true, or GET "
    "/api/v1/executions/ID?includeData=true for one; the executions as a list or a line each.",
    brings="The last answer of an agent, a chain or a model in each execution becomes an output, with what "
    "was asked in the chat or the webhook, model, time, session and id; executions that ended in an error "
    "before it are kept apart.",
    recognise=likeness(_is_execution, *_WRAPPINGS),
)
@each(_is_execution, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each execution."""
    runs = first(record, *_RUNS)
    nodes: Record = runs if isinstance(runs, dict) else {}
    asked = [item for name in nodes for item in _items(nodes[name], "main")]
    question = next((text for item in asked if (text := plain(first(item, *_QUESTIONS)))), "")
    answer = _answer(record, nodes)
    yield made(
        number,
        exchange(question, answer) if answer else Exchange(),
        id=first(record, "id"),
        group=next((name for item in asked if (name := first(item, "sessionId"))), ""),
        model=_model(record, nodes),
        at=first(record, "stoppedAt", "startedAt"),
        details={"workflow": first(record, "workflowData.name", "workflowId"), "mode": record.get("mode")},
        trouble=first(first(record, *_RESULTS), "error.message") or _UNANSWERED,
        raw=record,
    )


def _items(runs: Any, kind: str) -> list[Record]:
    """What a node gave on over its connections of a kind, in all its runs."""
    lists = (item for run in entries(runs) for item in first(run, f"data.{kind}") or ())
    found = (entry for item in lists if isinstance(item, list) for entry in entries(item))
    return [entry["json"] for entry in found if isinstance(entry.get("json"), dict)]


def _answer(record: Record, nodes: Record) -> str:
    """What the last agent or chain said; else what a model said to a node of another kind."""
    kinds = {
        plain(node.get("name")): plain(node.get("type"))
        for node in entries(first(record, "workflowData.nodes"))
    }
    ours = [name for name in nodes if _OF_MODELS.search(kinds.get(name, ""))]
    ours.sort(key=lambda name: max((_begun(run) for run in entries(nodes[name])), default=0.0))
    texts = [text for name in ours for item in _items(nodes[name], "main") if (text := _text(item))]
    if texts:
        return texts[-1]
    said = [item for name in nodes for item in _items(nodes[name], "ai_languageModel")]
    models = [plain(first(item, "response.generations.0.0.text")) for item in said]
    return next(filter(None, reversed(models)), "")


def _text(item: Record) -> str:
    value = first(item, *_ANSWERS)
    asked = first(item, "chatInput") != ""  # a trigger is of the same make, and says what the user said
    return "" if asked else plain(value) if value != "" else ""


def _begun(run: Record) -> float:
    started = run.get("startTime")
    return float(started) if isinstance(started, int | float) else 0.0


def _model(record: Record, nodes: Record) -> Any:
    """The model that answered, as its node's settings name it."""
    places = (
        "parameters.model.value",
        "parameters.model",
        "parameters.modelName",
        "parameters.options.model",
    )
    for node in entries(first(record, "workflowData.nodes")):
        named = first(node, *places)
        if plain(node.get("name")) in nodes and isinstance(named, str) and named:
            return named
    return ""


in_chinese(
    {
        "n8n executions": "n8n 执行记录",
        "With the API: GET /api/v1/executions?includeData=true, or GET "
        "/api/v1/executions/ID?includeData=true for one; the executions as a list or a line each.": (
            "通过 API：GET /api/v1/executions?includeData=true，单条用 GET "
            "/api/v1/executions/ID?includeData=true；可为一个列表，也可每行一条。"
        ),
        "The last answer of an agent, a chain or a model in each execution becomes an output, with what was "
        "asked in the chat or the webhook, model, time, session and id; executions that ended in an error "
        "before it are kept apart.": (
            "每次执行中智能体、链或模型的最后一个回答成为一条输出，附带聊天或 webhook 中的提问、"
            "模型、时间、会话和编号；在此之前出错的执行单独放置。"
        ),
        "no node of a model gave an answer in this execution": "这次执行中没有模型节点给出回答",
    }
)
