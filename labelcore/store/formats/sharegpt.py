"""ShareGPT and the data sets like it: conversations of ``from`` and ``value``."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import Said, each, entries, exchange, first, likeness, made
from labelcore.text.chats import loaded
from labelcore.wording import Wording

_WRAPPINGS = ("", "data")


def _is_chat(record: Record) -> bool:
    chat = entries(loaded(first(record, "conversations", "conversation")))
    return bool(chat) and all({"from", "value"} <= turn.keys() for turn in chat)


@tool(
    "sharegpt",
    "ShareGPT conversations",
    get="Download the data set's JSON or JSON lines as it is, or write your own with conversations: "
    '[{"from": "human", "value": …}, {"from": "gpt", "value": …}].',
    brings="The last answer of each conversation becomes an output, what came before it its conversation, "
    "with the system's words first. Id and model come along where they are named.",
    recognise=likeness(_is_chat, *_WRAPPINGS),
)
@each(_is_chat, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each conversation."""
    chat = {"messages": first(record, "conversations", "conversation"), "system": record.get("system")}
    yield made(
        number,
        exchange("", chat),
        id=first(record, "id", "conversation_id"),
        model=first(record, "model"),
        trouble=Wording("the conversation has no answer, or it is not known who spoke"),
        raw=record,
    )
