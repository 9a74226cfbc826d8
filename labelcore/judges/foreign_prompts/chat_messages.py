"""Messages with their roles: as data, or in a text between the marks of a model's chat format."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_ROLES = r"system|developer|user|assistant"
_SPEAKERS = frozenset((*_ROLES.split("|"), "human", "ai"))
_CLASSES = {"System": "system", "Human": "user", "AI": "assistant"}
"""How names of LangChain's classes of messages begin."""
_FORMATS = (
    re.compile(
        rf"<\|im_start\|>[ \t]*(?P<role>{_ROLES})[ \t]*\n(?P<text>.*?)(?=<\|im_end\|>|<\|im_start\|>|\Z)",
        re.DOTALL,
    ),
    re.compile(
        rf"<\|start_header_id\|>[ \t]*(?P<role>{_ROLES})[ \t]*<\|end_header_id\|>(?P<text>.*?)"
        r"(?=<\|eot_id\|>|<\|start_header_id\|>|\Z)",
        re.DOTALL,
    ),
    re.compile(
        r"<start_of_turn>[ \t]*(?P<role>user|model)[ \t]*\n(?P<text>.*?)(?=<end_of_turn>|<start_of_turn>|\Z)",
        re.DOTALL,
    ),
)
_INSTRUCTION = re.compile(
    r"\A\s*(?:<s>)?\s*\[INST\]\s*(?:<<SYS>>(?P<system>.*?)<</SYS>>)?(?P<user>.*?)\[/INST\]\s*\Z", re.DOTALL
)


def in_chat_marks(text: str) -> list[tuple[str, str]]:
    """(role, text) of each message that is not empty; [] where the text is in no such format."""
    if whole := _INSTRUCTION.match(text):
        found = [("system", whole["system"] or ""), ("user", whole["user"])]
    else:
        matches = next((list(form.finditer(text)) for form in _FORMATS if form.search(text)), [])
        found = [(match["role"], match["text"]) for match in matches]
    return [(role, words.strip()) for role, words in found if words.strip()]


def as_messages(data: Any) -> list[tuple[str, str]]:
    """A list of messages as tools write them: objects with a role, or pairs of a role and a text; a text
    alone between them is the user's.
    """
    if not isinstance(data, list) or not data:
        return []
    found = [_message(item) for item in data]
    if any(message and message[0] in _SPEAKERS for message in found):
        found = [("user", item) if isinstance(item, str) else _message(item) for item in data]
    return [message for message in found if message] if all(found) else []


def _message(item: Any) -> tuple[str, str] | None:
    if isinstance(item, Sequence) and not isinstance(item, str) and len(item) == 2:
        role, content = item
    elif isinstance(item, Mapping) and item.get("type") == "constructor":
        role, content = _constructed(item)
    elif isinstance(item, Mapping) and "role" in item:
        role, content = item["role"], item.get("content", item.get("text"))
    else:
        return None
    if isinstance(content, list):
        parts = [part.get("text", "") if isinstance(part, Mapping) else part for part in content]
        content = "".join(part for part in parts if isinstance(part, str))
    return (role.casefold(), content) if isinstance(role, str) and isinstance(content, str) else None


def _constructed(item: Mapping[str, Any]) -> tuple[str, Any]:
    """Role and text of a message as LangChain writes it: the class that is called, and with what."""
    classes = item.get("id")
    name = str(classes[-1]) if isinstance(classes, list) and classes else ""
    role = next((role for begin, role in _CLASSES.items() if name.startswith(begin)), "user")
    called = item.get("kwargs")
    while isinstance(called, Mapping) and "prompt" in called:
        prompt = called["prompt"]
        called = prompt.get("kwargs", prompt) if isinstance(prompt, Mapping) else None
    called = called if isinstance(called, Mapping) else {}
    return role, called.get("template", called.get("content"))
