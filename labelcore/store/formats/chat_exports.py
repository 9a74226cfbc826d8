"""Conversations that people download from ChatGPT: each a tree of messages with the end that was shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import Said, each, exchange, first, likeness, made, plain
from labelcore.text.chats import Turn, speaker, turns
from labelcore.wording import Wording, in_chinese

_WRAPPINGS = ("", "conversations")
_MOST_STEPS = 100_000


def _is_tree(record: Record) -> bool:
    nodes = record.get("mapping")
    return isinstance(nodes, dict) and any(
        isinstance(node, dict) and "children" in node for node in nodes.values()
    )


@tool(
    "chat_exports",
    "ChatGPT conversations",
    get="In ChatGPT choose Settings, Data controls, Export data; the zip that is sent holds "
    "conversations.json.",
    brings="The last answer of each conversation becomes an output, what came before it its conversation, "
    "as it was shown last, with model, title and time; answers that were replaced by later ones are left "
    "out.",
    recognise=likeness(_is_tree, *_WRAPPINGS),
)
@each(_is_tree, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each conversation."""
    messages = _branch(record)
    said = [turn for message in messages for turn in _turns(message)]
    models = [slug for message in messages if (slug := first(message, "metadata.model_slug"))]
    yield made(
        number,
        exchange("", {"messages": said}),
        id=first(record, "conversation_id", "id"),
        model=models[-1] if models else first(record, "default_model_slug"),
        at=first(record, "update_time", "create_time"),
        details={"title": record.get("title")},
        trouble=Wording("nobody answers in this chat"),
        raw=record,
    )


def _branch(record: Record) -> list[Record]:
    """The messages from the beginning to the end that was shown, or else to the last one that there is."""
    mapping = record.get("mapping")
    nodes: dict[Any, Any] = mapping if isinstance(mapping, dict) else {}
    ends = [key for key, node in nodes.items() if isinstance(node, dict) and not node.get("children")]
    place = plain(record.get("current_node")) or (ends[-1] if ends else "")
    messages: list[Record] = []
    for _ in range(min(len(nodes), _MOST_STEPS)):
        node = nodes.get(place)
        if not isinstance(node, dict):
            break
        if isinstance(node.get("message"), dict):
            messages.append(node["message"])
        place = plain(node.get("parent"))
    return messages[::-1]


def _turns(message: Record) -> list[Turn]:
    """What a message says; its hidden ones and thoughts say nothing."""
    role = plain(first(message, "author.role"))
    hidden = first(message, "metadata.is_visually_hidden_from_conversation") is True
    if speaker(role) is None or hidden or first(message, "content.content_type") == "thoughts":
        return []
    content = first(message, "content.parts", "content.text")
    parts = content if isinstance(content, list) else [plain(content)]
    texts = [plain(first(part, "text") or part) if isinstance(part, dict) else plain(part) for part in parts]
    text = "\n\n".join(filter(None, texts))
    recipient = plain(first(message, "recipient"))
    if role == "assistant" and recipient not in ("", "all"):
        call = {"name": recipient, "arguments": text}
        return [{"role": role, "content": "", "tool_calls": [call]}]
    return (turns([{"role": role, "content": text}]) or []) if text.strip() else []


in_chinese(
    {
        "ChatGPT conversations": "ChatGPT 对话",
        "In ChatGPT choose Settings, Data controls, Export data; the zip that is sent holds "
        "conversations.json.": (
            "在 ChatGPT 中选择设置、数据管理、导出数据；收到的 zip 中有 conversations.json。"
        ),
        "The last answer of each conversation becomes an output, what came before it its conversation, as "
        "it was shown last, with model, title and time; answers that were replaced by later ones are left "
        "out.": (
            "每段对话的最后一个回答成为一条输出，此前的内容是其对话（以最后显示的为准），附带模型、标题和时"
            "间；被之后的回答替换掉的不导入。"
        ),
    }
)
