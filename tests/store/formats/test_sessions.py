"""Sessions of coding agents: what the agent last said before the user spoke again, with all before it."""

from __future__ import annotations

from typing import Any

from tests.store.formats.source import apart, contents, lines, read


def claude(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    message = {"role": kind, "content": content, **({"model": "m-1"} if kind == "assistant" else {})}
    return {"type": kind, "message": message, "sessionId": "S", "timestamp": "2026-05-01T10:00:00Z", **more}


CLAUDE = [
    {"type": "summary", "summary": "Mends a test", "leafUuid": "z"},
    claude("user", "You may be told something.", isMeta=True),
    claude("user", "Mend the test."),
    claude(
        "assistant", [{"type": "text", "text": "I look."}, {"type": "tool_use", "name": "Read", "input": {}}]
    ),
    claude("user", [{"type": "tool_result", "content": "assert 1"}]),
    claude("assistant", [{"type": "text", "text": "A subagent's words."}], isSidechain=True),
    claude("assistant", [{"type": "text", "text": "Mended."}], uuid="u9"),
    claude("user", "And the docs?"),
    claude("assistant", [{"type": "text", "text": "Those too."}]),
]
CODEX = [
    {"type": "session_meta", "payload": {"id": "C", "cwd": "/x"}},
    {"type": "turn_context", "payload": {"model": "m-2"}},
    {"type": "response_item", "payload": {"type": "message", "role": "user", "content": [{"text": "List."}]}},
    {"type": "event_msg", "payload": {"type": "user_message", "message": "List."}},
    {"type": "response_item", "payload": {"type": "function_call", "name": "shell", "arguments": "{}"}},
    {"type": "response_item", "payload": {"type": "function_call_output", "output": "a.txt"}},
    {
        "type": "response_item",
        "payload": {"type": "message", "role": "assistant", "content": [{"text": "One file."}]},
    },
]
STREAM = [
    {"type": "init", "session_id": "G", "model": "m-3", "timestamp": "2026-05-01"},
    {"type": "message", "role": "user", "content": "Build it.", "timestamp": "2026-05-01"},
    {"type": "tool_use", "tool_name": "write", "tool_id": "1", "parameters": {"a": 1}},
    {"type": "tool_result", "tool_id": "1", "status": "success", "output": "written"},
    {"type": "message", "role": "assistant", "content": "It is ", "delta": True, "timestamp": "2026-05-01"},
    {"type": "message", "role": "assistant", "content": "built.", "delta": True, "timestamp": "2026-05-01"},
    {"type": "result", "status": "success", "session_id": "G"},
]
PI = [
    {"type": "session", "id": "P", "timestamp": "2026-05-01"},
    {"type": "message", "timestamp": "2026-05-01", "message": {"role": "user", "content": "Why?"}},
    {
        "type": "message",
        "timestamp": "2026-05-01",
        "message": {"role": "assistant", "content": [{"type": "toolCall", "name": "grep", "arguments": {}}]},
    },
    {
        "type": "message",
        "timestamp": "2026-05-01",
        "message": {"role": "toolResult", "content": [{"type": "text", "text": "nothing"}]},
    },
    {
        "type": "message",
        "timestamp": "2026-05-01",
        "message": {"role": "assistant", "content": [{"type": "text", "text": "No reason."}]},
    },
]
STEPS = [
    {"step_index": 0, "source": "USER_EXPLICIT", "type": "USER_INPUT", "status": "DONE", "content": "Plan."},
    {"step_index": 1, "source": "SYSTEM", "type": "CONVERSATION_HISTORY", "status": "DONE"},
    {
        "step_index": 2,
        "source": "MODEL",
        "type": "PLANNER_RESPONSE",
        "status": "DONE",
        "content": "I look.",
        "tool_calls": [{"name": "ls", "args": {}}],
    },
    {"step_index": 3, "source": "MODEL", "type": "LIST_DIRECTORY", "status": "DONE", "content": "empty"},
    {"step_index": 4, "source": "MODEL", "type": "PLANNER_RESPONSE", "status": "DONE", "content": "A plan."},
]


def test_each_answer_before_the_user_speaks_again_is_an_output() -> None:
    first, second = read("sessions", lines(CLAUDE))
    assert (first.output, first.id, first.group, first.model) == ("Mended.", "u9", "S", "m-1")
    assert contents(first) == [("user", "Mend the test."), ("assistant", "I look."), ("tool", "assert 1")]
    assert first.conversation[1]["tool_calls"][0]["name"] == "Read"
    assert (second.output, contents(second)[-1]) == ("Those too.", ("user", "And the docs?"))
    assert (first.number, second.number) == (7, 9)


def test_the_words_of_codex_are_read_once() -> None:
    (row,) = read("sessions", lines(CODEX))
    assert (row.output, row.model, row.group) == ("One file.", "m-2", "C")
    assert contents(row) == [("user", "List."), ("assistant", ""), ("tool", "a.txt")]


def test_pieces_of_a_stream_are_one_answer_and_what_a_tool_gave_is_none() -> None:
    (row,) = read("sessions", lines(STREAM))
    assert (row.output, row.model, row.group) == ("It is built.", "m-3", "G")
    assert contents(row)[1:] == [("assistant", ""), ("tool", "written")]


def test_other_agents_sessions_are_read_with_their_tools() -> None:
    (row,) = read("sessions", lines(PI))
    assert (row.output, contents(row)[-1]) == ("No reason.", ("tool", "nothing"))
    (row,) = read("sessions", lines(STEPS))
    assert (row.output, contents(row)[1:]) == ("A plan.", [("assistant", "I look."), ("tool", "empty")])


def test_a_session_without_an_answer_is_kept_apart() -> None:
    (failed,) = apart("sessions", lines(CLAUDE[:3]))
    assert (failed.row, "nobody answers" in failed.reason) == (3, True)
