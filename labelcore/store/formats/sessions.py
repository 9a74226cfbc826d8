"""Sessions of coding agents, an event a line: Claude Code, Codex, Gemini CLI, Pi and Antigravity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, Record, Source, tool
from labelcore.store.formats.fields import Said, entries, first, likeness, plain
from labelcore.store.formats.talks import Event, Talks
from labelcore.text.chats import Turn, turns
from labelcore.wording import Wording, in_chinese

_SPOKEN = {"user", "assistant", "system", "developer"}
_OF_CODEX = {"response_item", "event_msg", "session_meta", "turn_context", "compacted"}
_CALLS = ("function_call", "custom_tool_call", "local_shell_call", "web_search_call")
_STEPS = {"step_index", "source", "type", "status"}


def _is_claude(record: Record) -> bool:
    return ("sessionId" in record or "session_id" in record or "leafUuid" in record) and isinstance(
        record.get("type"), str
    )


def _is_event(record: Record) -> bool:
    kind = record.get("type")
    if not isinstance(kind, str):
        return False
    if kind in _OF_CODEX:
        return isinstance(record.get("payload"), dict)
    if kind == "message":
        role = first(record, "message.role") or record.get("role")
        return "timestamp" in record and isinstance(role, str)
    if kind in {"tool_use", "tool_result"}:
        return "tool_id" in record
    if kind in {"user", "assistant"} and isinstance(record.get("message"), dict):
        return _is_claude(record)
    return record.keys() >= _STEPS or (_is_claude(record) and not {"input", "output"} & record.keys())


def _speaks(record: Record) -> bool:
    return _is_event(record) and any(turn["content"] for turn in _event(record).turns)


def _recognise(head: Any) -> float:
    """A log in which somebody speaks; what else stands in it may be any event of the agent's."""
    return likeness(_is_event, sure=0.92)(head) if likeness(_speaks)(head) else 0.0


@tool(
    "sessions",
    "Sessions of coding agents",
    get="Take the session's file as it is: Claude Code keeps them in ~/.claude/projects, Codex in "
    "~/.codex/sessions, Gemini CLI writes one with --output-format stream-json.",
    brings="Each answer of the agent before the user speaks again becomes an output, with all that was said "
    "before it, tool calls in place, model, time and session. What subagents said among themselves is left "
    "out.",
    recognise=_recognise,
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each time that the agent has answered."""
    talks = Talks()
    session = ""
    for number, record in source.records():
        if not isinstance(record, dict):
            reason = Wording("this is not an object")
            yield RejectedRow(row=number, field="", reason=reason, raw=plain(record)[:RAW])
            continue
        session = _session(record) or session
        yield from talks.add(session, number, record, _event(record))
    yield from talks.ended()


def _session(record: Record) -> str:
    """The session that a line names; Codex, Pi and Gemini name it once, at the beginning."""
    name = first(record, "sessionId", "session_id")
    if not name and plain(record.get("type")) in {"session_meta", "session"}:
        name = first(record, "payload.id", "id")
    return plain(name)


def _event(record: Record) -> Event:
    if record.get("isSidechain") is True or record.get("isMeta") is True or record.get("isApiErrorMessage"):
        return Event()
    kind, payload = record.get("type"), record.get("payload")
    model = first(record, "message.model", "payload.model", "model")
    about = Event(
        (),
        model if isinstance(model, str) and not model.startswith("<") else "",
        first(record, "timestamp", "created_at", "ts"),
        first(record, "uuid", "message.id", "payload.id", "id"),
        record.get("delta") is not True,
    )
    if kind == "response_item" and isinstance(payload, dict):
        return about._replace(turns=_of_codex(payload))
    if isinstance(record.get("message"), dict):
        return about._replace(turns=_turns(record["message"]))
    if kind == "message":
        return about._replace(turns=_turns(record))
    if kind == "tool_use":
        call = {"name": plain(first(record, "tool_name")), "arguments": plain(first(record, "parameters"))}
        return about._replace(turns=[{"role": "assistant", "content": "", "tool_calls": [call]}])
    if kind == "tool_result":
        return about._replace(turns=[{"role": "tool", "content": plain(first(record, "output", "error"))}])
    return about._replace(turns=_step(record)) if record.keys() >= _STEPS else about


def _of_codex(payload: Record) -> list[Turn]:
    """What a line of Codex's says: words, a tool's call or its answer."""
    kind = payload.get("type")
    if kind == "message":
        return _turns(payload)
    known = isinstance(kind, str) and (kind in _CALLS or kind.endswith("_call_output"))
    return (turns([payload]) or []) if known else []


def _turns(message: Record) -> list[Turn]:
    """A message's turns; one that brings tools' answers is the tools', whoever sent it."""
    role, content = plain(message.get("role")), message.get("content")
    if role == "toolResult":
        message = {**message, "role": "tool"}
    elif role not in _SPOKEN:
        return []
    answers = [part for part in entries(content) if part.get("type") == "tool_result"]
    if answers:
        said = [part for part in entries(content) if part.get("type") == "text"]
        words = turns([{"role": role, "content": said}]) or []
        brought = turns([{"role": "tool", "content": answers}]) or []
        return [*brought, *(turn for turn in words if turn["content"])]
    return turns([{key: value for key, value in message.items() if key != "type"}]) or []


def _step(record: Record) -> list[Turn]:
    """A step of Antigravity's: the user's words, the model's with its calls, or a tool's answer."""
    content = plain(record.get("content"))
    if record.get("type") == "USER_INPUT":
        return [{"role": "user", "content": content}]
    if record.get("source") != "MODEL":
        return []
    if record.get("type") == "PLANNER_RESPONSE":
        return (
            turns([{"role": "assistant", "content": content, "tool_calls": record.get("tool_calls")}]) or []
        )
    return [{"role": "tool", "content": content}]


in_chinese(
    {
        "Sessions of coding agents": "编程智能体的会话",
        "Take the session's file as it is: Claude Code keeps them in ~/.claude/projects, Codex in "
        "~/.codex/sessions, Gemini CLI writes one with --output-format stream-json.": (
            "直接使用会话文件：Claude Code 存放在 ~/.claude/projects，Codex 存放在 ~/.codex/sessions，"
            "Gemini CLI 用 --output-format stream-json 写出。"
        ),
        "Each answer of the agent before the user speaks again becomes an output, with all that was said "
        "before it, tool calls in place, model, time and session. What subagents said among themselves is "
        "left out.": (
            "用户再次发言之前，智能体的最后一个回答成为一条输出，附带此前的全部对话（工具调用保留在原位）、"
            "模型、时间和会话。子智能体之间的对话不导入。"
        ),
    }
)
