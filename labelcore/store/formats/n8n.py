"""n8n: executions of workflows, with what each node gave on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    at,
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
_BODY = tuple(f"body.{name}" for name in ("chatInput", "message", "query", "question", "text"))
_QUESTIONS = ("chatInput", *_BODY, "query", "question", "message.text", "input")
_SESSIONS = ("sessionId", "body.sessionId")
_MODELS = ("model.value", "model", "modelId.value", "modelId", "modelName", "options.model")
_MOST_STEPS = 100
_OF_MODELS = re.compile(
    r"langchain\.(?!.*(trigger|classifier|sentiment|vectorstore|memory|embedding|document|tool|retriever|"
    r"splitter|parser|lm(chat)?[a-z]))",
    re.IGNORECASE,
)
"""Types of nodes that answer: no model within another node, and nothing that passes on what it was given."""
_MODEL = re.compile(r"\.lm(Chat|[A-Z])")
"""Types of the nodes that lend an agent or a chain their model."""
_UNANSWERED = Wording("no node of a model gave an answer in this execution")


def _is_execution(record: Record) -> bool:
    return isinstance(first(record, *_RUNS), dict)


@tool(
    "n8n",
    "n8n executions",
    get="With the API: GET /api/v1/executions?includeData=true, or GET "
    "/api/v1/executions/ID?includeData=true for one; the executions as a list or a line each.",
    brings="The last answer of an agent, a chain or a model in each execution becomes an output, with what "
    "was asked in the chat or the webhook, model, time, session and id; of a node that answered several "
    "items each answer, with a question where n8n says of which item it is. Executions that ended in an "
    "error before it are kept apart.",
    recognise=likeness(_is_execution, *_WRAPPINGS),
)
@each(_is_execution, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each answer of an execution."""
    runs = first(record, *_RUNS)
    nodes: Record = runs if isinstance(runs, dict) else {}
    kinds = {
        plain(node.get("name")): plain(node.get("type"))
        for node in entries(first(record, "workflowData.nodes"))
    }
    answers = _answers(nodes, kinds) or [_Answer("", "", 0, {})]
    name = plain(first(record, "id"))
    session = _session([entry["json"] for node in nodes for _, entry in _given(nodes[node], "main")])
    model = _model(record, nodes, kinds, answers[0].node)  # one node said them all
    for place, answer in enumerate(answers, 1):
        item = _asked_alone(nodes) if len(answers) == 1 else {}
        item = item or _asked(nodes, answer)
        yield made(
            number,
            exchange(_question(item), answer.text) if answer.text else Exchange(),
            id=f"{name}/{place}" if name and len(answers) > 1 else name,
            group=session or _session([item]),
            model=model,
            at=first(record, "stoppedAt", "startedAt"),
            details={
                "workflow": first(record, "workflowData.name", "workflowId"),
                "mode": record.get("mode"),
            },
            trouble=first(first(record, *_RESULTS), "error.message") or _UNANSWERED,
            raw=record,
        )


class _Answer(NamedTuple):
    """What a node said in one of its runs, and the entry of the execution that holds it."""

    text: str
    node: str
    run: int
    entry: Record


def _given(runs: Any, kind: str) -> Iterator[tuple[int, Record]]:
    """What a node gave on over its connections of a kind, with the place of the run."""
    for place, run in enumerate(runs if isinstance(runs, list) else ()):
        lists = first(run, f"data.{kind}")
        for items in lists if isinstance(lists, list) else ():
            yield from ((place, entry) for entry in entries(items) if isinstance(entry.get("json"), dict))


def _answers(nodes: Record, kinds: Record) -> list[_Answer]:
    """What the last agent or chain said; else what a model said to a node of another kind."""
    ours = [name for name in nodes if _OF_MODELS.search(kinds.get(name, ""))]
    ours.sort(key=lambda name: max((_begun(run) for run in entries(nodes[name])), default=0.0))
    for name in reversed(ours):
        given = _given(nodes[name], "main")
        said = [_Answer(text, name, run, entry) for run, entry in given if (text := _text(entry["json"]))]
        if said:
            return said
    models = [
        _Answer(text, name, run, entry)
        for name in nodes
        for run, entry in _given(nodes[name], "ai_languageModel")
        if (text := plain(first(entry["json"], "response.generations.0.0.text")))
    ]
    return models[-1:]


def _text(item: Record) -> str:
    value = first(item, *_ANSWERS)
    asked = first(item, "chatInput") != ""  # a trigger is of the same make, and says what the user said
    return "" if asked else plain(value)


def _begun(run: Record) -> float:
    started = run.get("startTime")
    return started if isinstance(started, int | float) else 0.0


def _question(item: Record) -> str:
    """What a user asked by an item, if it is a text."""
    values = (first(item, path) for path in _QUESTIONS)
    return next((plain(value) for value in values if isinstance(value, str) and value.strip()), "")


def _asked_alone(nodes: Record) -> Record:
    """The item by which the only answer was asked for, where all that asks first asks the same; else {}."""
    lists: Iterable[list[Record]] = (
        [entry["json"] for _, entry in _given(nodes[name], "main")] for name in nodes
    )
    firsts = next((asking for items in lists if (asking := list(filter(_question, items)))), [])
    return firsts[0] if len(set(map(_question, firsts))) == 1 else {}


def _asked(nodes: Record, answer: _Answer) -> Record:
    """The item from which n8n says that an answer was made, {} where it does not."""
    run: Any = answer.run
    node, entry = answer.node, answer.entry
    for _ in range(_MOST_STEPS):
        node, run, entry = _before(nodes, node, run, entry)
        item = entry.get("json")
        if isinstance(item, dict) and _question(item):
            return item
    return {}


def _before(nodes: Record, node: str, run: Any, entry: Record) -> tuple[str, Any, Record]:
    """The node, run and entry that an entry was made from, if it was one."""
    pair = entry.get("pairedItem")
    pair = pair[0] if isinstance(pair, list) and len(pair) == 1 else pair
    pair = {"item": pair} if isinstance(pair, int) else pair
    if not isinstance(pair, dict):
        return "", 0, {}
    told = at(nodes.get(node), f"{plain(run)}.source.{plain(pair.get('input') or 0)}")
    source = first(pair, "sourceOverwrite") or told
    before, earlier = plain(first(source, "previousNode")), first(source, "previousNodeRun") or 0
    output = first(source, "previousNodeOutput") or 0
    path = f"{plain(earlier)}.data.main.{plain(output)}.{plain(pair.get('item'))}"
    found = at(nodes.get(before), path)
    return before, earlier, found if isinstance(found, dict) else {}


def _session(items: list[Record]) -> str:
    """The session that items are of, if it is one."""
    names = (first(item, *_SESSIONS) for item in items)
    sessions = {plain(name) for name in names if name != "" and isinstance(name, str | int)}
    return sessions.pop() if len(sessions) == 1 else ""


def _model(record: Record, nodes: Record, kinds: Record, answering: str) -> str:
    """The model of the answering node, or of those that lend it theirs; "" if these differ."""
    settings = {
        plain(node.get("name")): first(node, "parameters")
        for node in entries(first(record, "workflowData.nodes"))
    }
    links = first(record, "workflowData.connections")
    lending = [name for name in settings if _MODEL.search(kinds[name])]
    itself = _named(settings.get(answering))
    if itself or answering in lending:
        return itself
    if links:
        lending = [name for name in lending if answering in _lent_to(links, name)]
    ran = [name for name in lending if name in nodes]
    named = {_named(settings[name]) for name in ran or lending}
    return named.pop() if len(named) == 1 else ""


def _lent_to(links: Any, name: str) -> list[str]:
    """The nodes that a node lends its model, of the workflow's connections."""
    lists = first(links.get(name) if isinstance(links, dict) else {}, "ai_languageModel")
    ends = (end for items in (lists if isinstance(lists, list) else ()) for end in entries(items))
    return [plain(end.get("node")) for end in ends]


def _named(settings: Any) -> str:
    """The model that a node's settings name, no formula."""
    names = (first(settings, place) for place in _MODELS)
    return next((name for name in names if isinstance(name, str) and name and name[0] != "="), "")


in_chinese(
    {
        "n8n executions": "n8n 执行记录",
        "With the API: GET /api/v1/executions?includeData=true, or GET "
        "/api/v1/executions/ID?includeData=true for one; the executions as a list or a line each.": (
            "通过 API：GET /api/v1/executions?includeData=true，单条用 GET "
            "/api/v1/executions/ID?includeData=true；可为一个列表，也可每行一条。"
        ),
        "The last answer of an agent, a chain or a model in each execution becomes an output, with what "
        "was asked in the chat or the webhook, model, time, session and id; of a node that answered several "
        "items each answer, with a question where n8n says of which item "
        "it is. Executions that ended in an error before it are kept apart.": (
            "每次执行中智能体、链或模型的最后一个回答成为一条输出，附带聊天或 webhook 中的提问、"
            "模型、时间、会话和编号；一个节点处理了多个条目时，每个回答各成为一条，"
            "n8n 注明对应条目的附带提问。在此之前出错的执行单独放置。"
        ),
        "no node of a model gave an answer in this execution": "这次执行中没有模型节点给出回答",
    }
)
