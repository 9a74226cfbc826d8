"""Trees of messages: each names the one that it answers, or holds those that answer it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, FileHead, Record, Source, tool
from labelcore.store.formats.fields import Exchange, Said, entries, likeness, loaded, made, plain, read
from labelcore.store.formats.talks import MOST_TURNS, end, talk_column
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
_LOST = Wording("the message that this one answers is not above it in the file, or was kept apart")
_TWICE = Wording("another message above has the same id")
_UNKNOWN = Wording("who spoke in this chat is not known")
_NOBODY = Wording("nobody answers in this chat")


def _is_root(record: Record) -> bool:
    """Whether a record is a tree, or holds one as its prompt."""
    prompt = loaded(record.get("prompt"))
    return _is_node(prompt if isinstance(prompt, dict) else record)


def _is_node(message: Any) -> bool:
    is_message = isinstance(message, dict) and {"role", "text", "replies"} <= message.keys()
    return is_message and bool(speaker(message["role"]))


def _are_linked(head: FileHead) -> bool:
    """Whether the first rows are messages that name the ones which they answer."""
    if not {"message_id", "parent_id", "role", "text"} <= set(head.columns):
        return False
    ids = {plain(record.get("message_id")) for record in head.records}
    return any(plain(record.get("parent_id")) in ids for record in head.records if record.get("parent_id"))


def _recognise(head: FileHead) -> float:
    return max(likeness(_is_root)(head), 0.95 if _are_linked(head) else 0.0)


class _Node(NamedTuple):
    """A message with the one that it answers, its tree, and how many stand above it.

    ``asked``: the last message of the user, up to this one.
    """

    turn: Turn
    before: _Node | None
    tree: str
    depth: int
    asked: _Node | None

    def path(self) -> list[Turn]:
        """What was said before this message; of a long path the end."""
        path: list[Turn] = []
        node = self.before
        while node is not None and len(path) < MOST_TURNS:
            path.append(node.turn)
            node = node.before
        asked = self.before and self.before.asked
        if node and asked and asked.depth <= node.depth:
            path.append(asked.turn)
        return end(path[::-1], self.depth - len(path))


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
    talk = talk_column(source.head.columns)
    for number, record in source.records():
        if not isinstance(record, dict):
            reason = Wording("this is not an object")
            yield RejectedRow(row=number, field="", reason=reason, raw=plain(record)[:RAW])
            continue
        name, parent = plain(record.get("message_id")), plain(record.get("parent_id"))
        before, node = nodes.get(parent) if parent else None, None
        if name in nodes:
            field, reason = "message_id", _TWICE
        elif parent and before is None:
            field, reason = "parent_id", _LOST
        else:
            tree = plain(record.get("message_tree_id") or (talk and record.get(talk)))
            field, reason = "role", _UNKNOWN
            node = _node(record, before, tree or (before.tree if before else name))
        if name:
            nodes[name] = node
        if node is None:
            yield RejectedRow(row=number, field=field, reason=reason, raw=plain(record)[:RAW])
        elif speaker(node.turn["role"]) == "assistant":
            yield _answer(number, record, node)


def _of_tree(number: int, record: Record) -> Iterator[Said]:
    prompt = loaded(record.get("prompt"))
    root = prompt if isinstance(prompt, dict) else record
    name = plain(record.get("message_tree_id") or root.get("message_id"))
    open_ones: list[tuple[Record, _Node | None]] = [(root, None)]
    answers = 0
    while open_ones and answers < _MOST:
        message, before = open_ones.pop()
        node = _node(message, before, name)
        if node is None:
            yield RejectedRow(row=number, field="role", reason=_UNKNOWN, raw=plain(message)[:RAW])
        elif speaker(node.turn["role"]) == "assistant":
            answers += 1
            yield _answer(number, message, node)
        replies: Sequence[Record] = entries(message.get("replies"))
        open_ones += [(reply, node or before) for reply in reversed(replies)]
    if open_ones:
        reason = Wording(
            "of one tree {most:,} answers are read: what stands behind them is left out", most=_MOST
        )
        yield RejectedRow(row=number, field="replies", reason=reason, raw=plain(open_ones[-1][0])[:RAW])
    if not answers:
        yield made(number, Exchange(), trouble=_NOBODY, raw=record)


def _node(message: Record, before: _Node | None, tree: str) -> _Node | None:
    said = turns([{"role": message.get("role"), "content": plain(message.get("text"))}])
    if not said:
        return None
    node = _Node(said[0], before, tree, before.depth + 1 if before else 0, before and before.asked)
    return node._replace(asked=node) if speaker(said[0]["role"]) == "user" else node


def _answer(number: int, message: Record, node: _Node) -> Said:
    return made(
        number,
        Exchange(node.turn["content"], conversation=node.path()),
        id=message.get("message_id"),
        group=node.tree,
        model=message.get("model_name"),
        at=message.get("created_date"),
        details={name: value for name, value in message.items() if name not in _KNOWN},
    )


in_chinese(
    {
        "the message that this one answers is not above it in the file, or was kept apart": (
            "它回复的消息不在它之前，或已单独存放"
        ),
        "another message above has the same id": "前面已有编号相同的消息",
        "of one tree {most:,} answers are read: what stands behind them is left out": (
            "每棵树读取 {most:,} 个回答：其后的内容未导入"
        ),
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
