"""Trees of messages: each names the one that it answers, or holds those that answer it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, FileHead, Record, Source, tool
from labelcore.store.formats.fields import Exchange, Said, entries, likeness, loaded, made, plain, read
from labelcore.text.chats import Turn, speaker, turns
from labelcore.wording import Wording, in_chinese

_KNOWN = {
    "role",
    "text",
    "message_id",
    "parent_id",
    "message_tree_id",
    "replies",
    "model_name",
    "created_date",
}
_MOST = 100_000
"""Answers in one tree."""
_LOST = Wording("the message that this one answers is not in the file above it")
_NOBODY = Wording("nobody answers in this chat")


def _is_root(record: Record) -> bool:
    """Whether a record is a tree, or holds one as its prompt."""
    prompt = loaded(record.get("prompt"))
    return _is_node(prompt if isinstance(prompt, dict) else record)


def _is_node(message: Any) -> bool:
    return (
        isinstance(message, dict) and {"role", "text", "replies"} <= message.keys() and _role(message) != ""
    )


def _role(message: Record) -> str:
    return speaker(message["role"]) or ""


def _are_linked(head: FileHead) -> bool:
    """Whether the first rows are messages that name the ones which they answer."""
    if not {"message_id", "parent_id", "role", "text"} <= set(head.columns):
        return False
    ids = {plain(record.get("message_id")) for record in head.records}
    return any(plain(record.get("parent_id")) in ids for record in head.records if record.get("parent_id"))


def _recognise(head: FileHead) -> float:
    return max(likeness(_is_root)(head), 0.95 if _are_linked(head) else 0.0)


class _Node(NamedTuple):
    """A message with the one that it answers."""

    turn: Turn
    before: _Node | None

    def path(self) -> list[Turn]:
        """What was said from the beginning up to this message."""
        path: list[Turn] = []
        node: _Node | None = self
        while node is not None:
            path.append(node.turn)
            node = node.before
        return path[::-1]


@tool(
    "message_trees",
    "Message trees (OpenAssistant)",
    get="Take the data set's trees (JSON lines), or its messages as a table in which each one names its "
    "parent.",
    brings="Each answer becomes an output with what was said on the way to it, model, time and the message's "
    "id; all answers of a tree are of one source. Ranks and labels, which are shares of several people, "
    "come as details and are no grades.",
    recognise=_recognise,
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each message of the assistant."""
    if _are_linked(source.head):
        return _of_table(source)
    return read(source, _is_root, _of_tree)


def _of_table(source: Source) -> Iterator[Said]:
    nodes: dict[str, _Node | None] = {}
    for number, record in source.records():
        if not isinstance(record, dict):
            reason = Wording("this is not an object")
            yield RejectedRow(row=number, field="", reason=reason, raw=plain(record)[:RAW])
            continue
        parent = plain(record.get("parent_id"))
        before = nodes.get(parent)
        if parent and before is None:
            yield RejectedRow(row=number, field="parent_id", reason=_LOST, raw=plain(record)[:RAW])
            continue
        node = nodes[plain(record.get("message_id"))] = _node(record, before)
        if node is None:
            reason = Wording("who spoke in this chat is not known")
            yield RejectedRow(row=number, field="role", reason=reason, raw=plain(record)[:RAW])
        elif speaker(node.turn["role"]) == "assistant":
            yield _answer(number, record, node, plain(record.get("message_tree_id")))


def _of_tree(number: int, record: Record) -> Iterator[Said]:
    prompt = loaded(record.get("prompt"))
    root = prompt if isinstance(prompt, dict) else record
    name = plain(record.get("message_tree_id") or root.get("message_id"))
    open_ones: list[tuple[Record, _Node | None]] = [(root, None)]
    answers = 0
    while open_ones and answers < _MOST:
        message, before = open_ones.pop()
        node = _node(message, before)
        if node is not None and speaker(node.turn["role"]) == "assistant":
            answers += 1
            yield _answer(number, message, node, name)
        replies: Sequence[Record] = entries(message.get("replies"))
        open_ones += [(reply, node) for reply in reversed(replies)]
    if not answers:
        yield made(number, Exchange(), trouble=_NOBODY, raw=record)


def _node(message: Record, before: _Node | None) -> _Node | None:
    said = turns([{"role": message.get("role"), "content": plain(message.get("text"))}])
    return _Node(said[0], before) if said else None


def _answer(number: int, message: Record, node: _Node, tree: str) -> Said:
    before = node.before.path() if node.before else []
    return made(
        number,
        Exchange(node.turn["content"], conversation=before),
        id=message.get("message_id"),
        group=tree,
        model=message.get("model_name"),
        at=message.get("created_date"),
        details={name: value for name, value in message.items() if name not in _KNOWN},
    )


in_chinese(
    {
        "the message that this one answers is not in the file above it": "它回复的消息不在它之前",
        "Message trees (OpenAssistant)": "消息树（OpenAssistant）",
        "Take the data set's trees (JSON lines), or its messages as a table in which each one names its "
        "parent.": "直接使用数据集的消息树（JSON Lines），或每条消息注明其上级的消息表。",
        "Each answer becomes an output with what was said on the way to it, model, time and the message's "
        "id; all answers of a tree are of one source. Ranks and labels, which are shares of several people, "
        "come as details and are no grades.": (
            "每个回答成为一条输出，附带此前的对话、模型、时间和消息编号；同一棵树的所有回答属于同一来源。"
            "排名和标签是多人的汇总，作为详情保留，不算判定。"
        ),
    }
)
