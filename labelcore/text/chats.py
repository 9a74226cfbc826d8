"""Chats of all makers as one form: who spoke, what, and which tools were called.

A turn is ``{"role", "content"}``, some with ``"name"`` and ``"tool_calls": [{"name", "arguments"}]``.
An output's identity hangs on its turns: what ``store/chats.py`` reads, messages with ``role`` and ``content``
or ``from`` and ``value``, comes out as it does there, the word for who spoke as it was written.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labelcore.text.nested import nested
from labelcore.text.reading import BLANKS, well_formed

Turn = dict[str, Any]

_LARGEST_LITERAL = 1_000_000
_WORDS = {
    "user": "user human humanmessage humanmessagechunk usermessage inbound incoming customer client prompter "
    "visitor 用户 客户 顾客",
    "assistant": "assistant ai aimessage aimessagechunk apimessage outbound outgoing gpt chatgpt model bot "
    "chatbot agent claude gemini 助手 助理 客服 机器人 模型",
    "system": "system systemmessage systemmessagechunk 系统",
    "developer": "developer",
    "tool": "tool toolmessage function functionmessage tool_result toolresult tool_response observation "
    "ipython 工具",
}
_SPEAKERS = {word: role for role, words in _WORDS.items() for word in words.split()}
_SPOKEN = re.compile(
    r"^[ \t]*[*#\[]*(user|human|customer|client|assistant|ai|gpt|bot|chatbot|agent|system|tool|用户|客户|顾客"
    r"|助手|客服|机器人|系统)[*\]]*[ \t]*[:：][*]*[ \t]*",
    re.IGNORECASE | re.MULTILINE,
)
_LISTS = (
    "messages conversation conversations turns trace history chat_history chat_messages chat dialog dialogue "
    "contents input_messages"
).split()
_SYSTEM = "system instructions system_instruction systemInstruction system_instructions system_prompt".split()
_SPEAKER_KEYS = "speaker author sender participant obj type".split()
_CALLS = {"tool_use", "tool_call", "tool-call", "toolCall"}
_THOUGHTS = {"reasoning", "thinking", "redacted_thinking"}
_RESULT_KEYS = ("response", "result", "output", "tool_result")
_RESULTS = {"tool_result", "tool-result", "tool_call_response"}


def speaker(word: Any) -> str | None:
    """Which of the five roles a word for who spoke means: user, assistant, system, developer or tool."""
    return _SPEAKERS.get(word.strip().lower()) if isinstance(word, str) else None


def words_for(role: str) -> tuple[str, ...]:
    """The words, in lower case, that mean one of the five roles."""
    return tuple(_WORDS[role].split())


def opening(text: str) -> str:
    """The first sign of a text, blanks before it left out."""
    return text[:200].lstrip(BLANKS)[:1]


def loaded(value: Any) -> Any:
    """A text that is JSON, or Python's way of writing a list, as the value that it says; else as it is."""
    if not isinstance(value, str) or opening(value) not in {"[", "{", "("}:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return _literal(value)


def turns(value: Any) -> list[Turn] | None:
    """The turns of a chat, whoever wrote it; None where it is no chat, or not known who spoke."""
    try:
        chat = [] if value == "" else _chat(loaded(value))
    except RecursionError:
        return None
    plain_roles = not chat or any(speaker(turn["role"]) for turn in chat)
    return chat if plain_roles else None


def split_last(chat: Sequence[Turn]) -> tuple[list[Turn], str] | None:
    """What came before the last answer with a text, and that text; None where nothing is answered."""
    for place in range(len(chat) - 1, -1, -1):
        if _is_reply(chat[place]):
            return list(chat[:place]), chat[place]["content"]
    return None


def each_reply(chat: Sequence[Turn]) -> Iterator[tuple[list[Turn], str]]:
    """For each answer with a text: what came before it, and that text."""
    for place, turn in enumerate(chat):
        if _is_reply(turn):
            yield list(chat[:place]), turn["content"]


def plain(value: Any) -> str:
    """A value as text: a text as it is, nothing as "", anything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return well_formed(value)
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    except (TypeError, ValueError, RecursionError):
        return ""
    return well_formed(text)


def _literal(text: str) -> Any:
    if len(text) > _LARGEST_LITERAL:
        return text
    for form in (text, re.sub(r"\}\s*\n\s*\{", "}, {", text)):  # arrays of numpy have no commas
        try:
            return ast.literal_eval(form.strip())
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    return text


def _is_reply(turn: Turn) -> bool:
    return speaker(turn["role"]) == "assistant" and bool(turn["content"].strip())


def _chat(value: Any) -> list[Turn] | None:
    if isinstance(value, str):
        return _transcript(value)
    if isinstance(value, dict):
        return _wrapped(value)
    if not isinstance(value, list | tuple):
        return None
    if len(value) == 1 and isinstance(value[0], list) and not _is_pair(value[0]):
        return _chat(value[0])
    chat: list[Turn] = []
    for item in value:
        message = _message(item)
        if message is None:
            return None
        chat += message
    return chat


def _transcript(text: str) -> list[Turn] | None:
    """A chat written as text, each turn's first line with who speaks; None without both sides."""
    marks = list(_SPOKEN.finditer(text))
    if not marks or text[: marks[0].start()].strip():
        return None
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    chat = [
        {"role": _SPEAKERS[mark[1].lower()], "content": well_formed(text[mark.end() : end].strip())}
        for mark, end in zip(marks, ends, strict=True)
    ]
    return chat if {"user", "assistant"} <= {turn["role"] for turn in chat} else None


def _wrapped(value: Mapping[Any, Any]) -> list[Turn] | None:
    """A request, a response or anything else that holds a chat, or a single message."""
    for key in _LISTS:
        inner = loaded(value.get(key))
        if isinstance(inner, list | dict) and inner:
            return _with_system(value, _chat(inner))
    answers = _answers(value)
    if answers is not None:
        return _chat(answers)
    if isinstance(value.get("input"), list):
        return _with_system(value, _chat(value["input"]))
    lone = len(value) == 1 and speaker(next(iter(value))) is not None  # {"model": …} says no word
    message = None if lone else _message(value)
    return message if message and speaker(message[0]["role"]) else None


def _with_system(value: Mapping[Any, Any], chat: list[Turn] | None) -> list[Turn] | None:
    words = next((value[key] for key in _SYSTEM if value.get(key)), None)
    if not chat or words is None or speaker(chat[0]["role"]) in {"system", "developer"}:
        return chat
    parts = words.get("parts", [words]) if isinstance(words, dict) else words
    text = _joined(parts) if isinstance(parts, list) else plain(parts)
    return [{"role": "system", "content": text}, *chat]


def _answers(value: Mapping[Any, Any]) -> list[Any] | None:
    """The messages of a model's response: of chat completions, Responses, Gemini or LangChain."""
    for key in ("choices", "candidates", "generations"):
        inner = value.get(key)
        while isinstance(inner, list) and inner and isinstance(inner[0], list):
            inner = inner[0]
        first = inner[0] if isinstance(inner, list) and inner else None
        if isinstance(first, dict):
            content = first.get("content")
            message = first.get("message") or (content if isinstance(content, dict) else None)
            return [message or {"role": "assistant", "content": first.get("text")}]
    output = value.get("output")
    return output if isinstance(output, list) and output and isinstance(output[0], dict) else None


def _is_pair(item: Any) -> bool:
    return (
        isinstance(item, list | tuple)
        and len(item) == 2
        and isinstance(item[1], str | list)
        and speaker(item[0]) is not None
    )


def _message(item: Any) -> list[Turn] | None:
    """The turns of one message: one as a rule, none of a thought; None where it is not known who spoke."""
    if _is_pair(item):
        content = _joined(item[1]) if isinstance(item[1], list) else plain(item[1])
        return [{"role": speaker(item[0]), "content": content}]
    if not isinstance(item, dict):
        return None
    message = _opened(item)
    if message is not item:
        return _message(message)
    kind = item.get("type")
    if isinstance(kind, str) and "role" not in item:
        if kind in _THOUGHTS:
            return []
        if kind.endswith(("_call", "_call_output")):
            return [_step(kind, item)]
    if item and all(speaker(key) and isinstance(text, str) for key, text in item.items()):
        return [{"role": speaker(key), "content": plain(text)} for key, text in item.items()]
    role = _role(item)
    text = _content(item)
    return None if role is None or text is None else [_turn(role, text, item)]


def _opened(item: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """What stands in a message's wrapping: OpenInference, Label Studio, LangChain; else the item itself."""
    if "role" in item:
        return item
    if any(isinstance(key, str) and key.startswith("message.") for key in item):
        item = nested(item)
    for key in ("message", "chatmessage", "value"):
        inner = item.get(key)
        if isinstance(inner, dict) and ("from" not in item or key != "value"):
            return inner
    for key in ("data", "kwargs"):
        inner = item.get(key)
        if isinstance(inner, dict) and "content" not in item:
            name = item.get("id")
            kind = name[-1] if isinstance(name, list) and name else item.get("type")
            return {**inner, "type": kind}
    return item


def _step(kind: str, item: Mapping[Any, Any]) -> Turn:
    """A call of a tool, or its answer, as the Responses API lists them beside the messages."""
    if kind.endswith("_output"):
        output = item.get("output")
        return {"role": "tool", "content": _joined(output) if isinstance(output, list) else plain(output)}
    arguments = next((item[key] for key in ("arguments", "input", "action", "queries") if item.get(key)), "")
    name = plain(item.get("name")) or kind.removesuffix("_call")
    return {"role": "assistant", "content": "", "tool_calls": [{"name": name, "arguments": plain(arguments)}]}


def _role(item: Mapping[Any, Any]) -> str | None:
    word = next((item[key] for key in ("role", "from") if item.get(key) is not None), None)
    if word is not None:
        if not isinstance(word, str):
            return None
        parts = _parts(item)
        if parts and _are_results(parts):
            return "tool"
        return (
            word
            if any(item.get(key) is not None for key in ("content", "text", "value"))
            else (speaker(word) or word)
        )
    for key in _SPEAKER_KEYS:
        word = item.get(key)
        role = speaker(word.get("role") if isinstance(word, dict) else word)
        if role is not None:
            return role
    return None


def _parts(item: Mapping[Any, Any]) -> list[Any] | None:
    for key in ("content", "contents", "parts", "value"):
        parts = item.get(key)
        if isinstance(parts, dict):
            parts = parts.get("parts")
        if isinstance(parts, list):
            return [part.get("message_content", part) if isinstance(part, dict) else part for part in parts]
        if parts is not None:
            return None
    return None


def _are_results(parts: Sequence[Any]) -> bool:
    """Whether all parts are answers of tools, in a form that was not read before."""
    results = [part for part in parts if isinstance(part, dict) and _is_result(part)]
    plain_ones = [part for part in results if isinstance(part.get("content"), str)]
    return len(results) == len(parts) and len(plain_ones) < len(parts)


def _is_result(part: Mapping[Any, Any]) -> bool:
    kind = part.get("type")
    return (isinstance(kind, str) and kind in _RESULTS) or any(
        key in part for key in ("functionResponse", "function_response", "toolResult")
    )


def _content(item: Mapping[Any, Any]) -> str | None:
    parts = _parts(item)
    if parts is not None:
        return _joined(parts)
    for key in ("content", "text", "value", "message"):
        if item.get(key) is not None:
            return plain(item[key])
    if "content" in item or _calls(item):
        return plain(item.get("refusal"))
    return None


def _joined(parts: Sequence[Any]) -> str:
    texts = (_part_text(part) for part in parts)
    return "\n\n".join(text for text in texts if text is not None)


def _part_text(part: Any) -> str | None:
    """A part's text, a tool's answer, or what cannot be shown as JSON; None of calls and thoughts."""
    if not isinstance(part, dict):
        return None if part is None else plain(part)
    kind = part.get("type")
    if _call(part) or (isinstance(kind, str) and kind in _THOUGHTS) or part.get("thought") is True:
        return None
    for key in ("text", "content"):
        inner = part.get(key)
        if isinstance(inner, dict):
            inner = inner.get("value", inner.get("content", inner))
        if isinstance(inner, list):
            return _joined(inner)
        if inner is not None:
            return plain(inner)
    return _result_text(part)


def _result_text(part: Mapping[Any, Any]) -> str:
    for key in ("functionResponse", "function_response", "toolResult"):
        inner = part.get(key)
        if isinstance(inner, dict):
            content = inner.get("response", inner.get("content"))
            return _joined(content) if isinstance(content, list) else plain(content)
    if _is_result(part):
        content = next((part[key] for key in _RESULT_KEYS if part.get(key) is not None), None)
        value = content.get("value", content) if isinstance(content, dict) else content
        return plain(value)
    return plain(part)


def _call(part: Any) -> dict[str, str] | None:
    """The call of a tool that a part of a content is."""
    if not isinstance(part, dict):
        return None
    for key in ("functionCall", "function_call", "toolUse"):
        if isinstance(part.get(key), dict):
            return _called(part[key])
    kind = part.get("type")
    return _called(part) if isinstance(kind, str) and kind in _CALLS else None


def _called(call: Mapping[Any, Any]) -> dict[str, str]:
    inner = call.get("tool_call", call)
    call = inner if isinstance(inner, dict) else call
    function = call.get("function")
    if isinstance(function, str):  # Inspect writes the function's name here
        call = {"name": function, **call}
    places = [place for place in (function, call) if isinstance(place, dict)]
    names = ((place, key) for place in places for key in ("name", "toolName"))
    pairs = ((place, key) for place in places for key in ("arguments", "input", "args"))
    return {
        "name": next((plain(place[key]) for place, key in names if place.get(key) is not None), "?"),
        "arguments": next((plain(place[key]) for place, key in pairs if place.get(key) is not None), ""),
    }


def _calls(item: Mapping[Any, Any]) -> list[dict[str, str]]:
    more = item.get("additional_kwargs")
    for place in (item, more if isinstance(more, dict) else {}):
        calls = place.get("tool_calls", place.get("toolCalls"))
        if isinstance(calls, list) and calls:
            return [_called(call) if isinstance(call, dict) else _called({}) for call in calls]
        if isinstance(place.get("function_call"), dict):
            return [_called(place["function_call"])]
    found = [_call(part) for part in _parts(item) or ()]
    return [call for call in found if call]


def _turn(role: str, content: str, item: Mapping[Any, Any]) -> Turn:
    turn: Turn = {"role": role, "content": content}
    if item.get("name") is not None:
        turn["name"] = plain(item["name"])
    calls = _calls(item)
    if calls:
        turn["tool_calls"] = calls
    return turn
