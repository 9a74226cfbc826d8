"""Chat logs as a table: a row for each message, with who spoke and the conversation it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, FileHead, Record, Source, tool
from labelcore.store.formats.fields import Said, at, entries, moment, plain
from labelcore.store.formats.talks import Event, Talks, spelled, talk_column
from labelcore.text.chats import Turn, speaker, turns
from labelcore.wording import Wording, in_chinese

_SPEAKERS = (
    "role speaker sender sender_type sender_role author author_type author_role speaker_role message_role "
    "participant from sent_by direction 角色 发言人 说话人"
).split()
_FLAGS = {
    "is_created_by_user": ("user", "assistant"),
    "is_user": ("user", "assistant"),
    "from_user": ("user", "assistant"),
    "is_bot": ("assistant", "user"),
    "is_assistant": ("assistant", "user"),
}
"""Columns that say of each message whether one side wrote it: who did where it says yes, and where no."""
_YES_OR_NO = {"true": True, "1": True, "false": False, "0": False}
_TEXTS = "content text message message_text body utterance msg value 内容 消息 文本".split()
_TIMES = "timestamp created_at time sent_at date datetime 时间".split()
_IDS = "message_id id uuid msg_id".split()
_MODELS = "model model_name model_id 模型".split()
_ANSWERS = {"output", "response", "answer", "completion", "prediction", "chosen", "messages"}
_ASIDES = {"verbose", "follow_up"}
"""Types of what a program writes for the page on which a chat is shown (Coze)."""
_STEPS = {"function_call", "tool_output", "tool_response", "knowledge"}
_SHOWN = 50
_WRAPPINGS = ("messages", "data", "rows", "events", "items")
"""Lists of a document in which the messages may stand."""
_OF_NONE = Wording("it is not known which conversation this belongs to")
_ASIDE = Wording("a program wrote this for the page that shows the chat: it is no answer")


class _Columns(NamedTuple):
    """The columns of a log of messages, "" where there is none."""

    speaker: str
    text: str
    talk: str
    time: str
    id: str
    model: str


def _columns(names: Sequence[str], records: Sequence[Record]) -> _Columns | None:
    """Which column is what; None where nobody says who spoke and what, or an answer has its place.

    A flag says who spoke where no word does that is known.
    """
    by_name = {spelled(name): name for name in reversed(names)}
    if _ANSWERS & by_name.keys():
        return None
    lists = (_SPEAKERS, _TEXTS, _TIMES, _IDS, _MODELS)
    who, text, *others = (next((by_name[name] for name in words if name in by_name), "") for words in lists)
    if not who or any(speaker(record.get(who)) is None for record in records):
        flags = (by_name[name] for name in _FLAGS if name in by_name)
        who = next((flag for flag in flags if _is_flag(flag, records)), who)
    return _Columns(who, text, talk_column(names), *others) if who and text else None


def _is_flag(column: str, records: Sequence[Record]) -> bool:
    return all(plain(record.get(column)).lower() in _YES_OR_NO for record in records)


def _log(head: FileHead) -> tuple[str, list[Record], _Columns | None]:
    """Where in a document the messages stand, the first ones and their columns; "" for a table or lines."""
    for path in _WRAPPINGS if isinstance(head.document, dict) else ():
        records = entries(at(head.document, path))
        if len(records) > 1:
            shown = records[:_SHOWN]
            return path, records, _columns(list(dict.fromkeys(key for row in shown for key in row)), shown)
    return "", list(head.records), _columns(head.columns, head.records[:_SHOWN])


def _recognise(head: FileHead) -> float:
    path, messages, columns = _log(head)
    records = messages[:_SHOWN]
    if columns is None or not _are_spoken(records, columns):
        return 0.0
    names = {plain(record.get(columns.talk)) for record in messages} if path else ()
    one = len(names) == 1  # a document that is one chat is read whole, with what stands beside it
    return 0.93 if columns.talk and not one and not _is_reversed(records, columns) else 0.4


def text_of_log(names: Sequence[str], records: Sequence[Record]) -> str:
    """The column of what users and a model say in turns, "" where rows are no messages of a chat."""
    columns = _columns(names, records[:_SHOWN])
    return columns.text if columns and _are_spoken(records[:_SHOWN], columns) else ""


def _are_spoken(records: Sequence[Record], columns: _Columns) -> bool:
    """Whether of every message it is known who spoke, and both sides do."""
    spoken = {speaker(_who(record, columns)) for record in records}
    return None not in spoken and {"user", "assistant"} <= spoken and _fit(records, columns)


def _who(record: Record, columns: _Columns) -> Any:
    """Who wrote a message: the word for it, or what a flag says."""
    word = record.get(columns.speaker)
    sides = _FLAGS.get(spelled(columns.speaker))
    yes = _YES_OR_NO.get(plain(word).lower())
    return word if sides is None or yes is None else sides[0 if yes else 1]


def _fit(records: Sequence[Record], columns: _Columns) -> bool:
    """Whether every message is a text or the parts of one."""
    cells = [record.get(columns.text) for record in records]
    return any(cells) and all(cell is None or isinstance(cell, str | list) for cell in cells)


def _is_reversed(records: Sequence[Record], columns: _Columns) -> bool:
    """Whether a conversation's messages stand from the newest to the oldest."""
    for before, after in pairwise(records):
        times = [moment(record.get(columns.time)) for record in (before, after)]
        if before.get(columns.talk) == after.get(columns.talk) and all(times) and times[0] > times[1]:
            return True
    return False


@tool(
    "chat_rows",
    "Chat log, a row for each message",
    get="Export the messages with their conversation's id and who sent each of them, in the order in which "
    "they were sent.",
    brings="Each answer before the user writes again becomes an output, with what was said before it in the "
    "same conversation, time, model and the message's id; what else stands beside the user's messages "
    "comes as beside_user_message, beside answers that another one follows as beside_earlier_answer.",
    recognise=_recognise,
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each time that a user was answered."""
    path, messages, columns = _log(source.head)
    kinds_known = columns is not None and _are_of_coze(messages, columns)
    talks = Talks()
    for number, record in source.records(path):
        if not isinstance(record, dict) or columns is None:
            reason = Wording("this is not an object")
            yield RejectedRow(row=number, field="", reason=reason, raw=plain(record)[:RAW])
            continue
        name = plain(record.get(columns.talk)).strip() if columns.talk else ""
        if columns.talk and not name:
            yield RejectedRow(row=number, field=columns.talk, reason=_OF_NONE, raw=plain(record)[:RAW])
            continue
        who = _who(record, columns)
        kind = plain(record.get("type")) if kinds_known and speaker(who) != "user" else ""
        if kind in _ASIDES:
            yield RejectedRow(row=number, field="type", reason=_ASIDE, raw=plain(record)[:RAW])
            continue
        who = "tool" if kind in _STEPS else who
        said = turns([{"role": who, "content": _content(record, columns)}])
        if said is None:
            reason = Wording("who spoke in this chat is not known")
            yield RejectedRow(row=number, field=columns.speaker, reason=reason, raw=plain(record)[:RAW])
            continue
        yield from talks.add(name, number, record, _event(record, columns, said))
    yield from talks.ended()


def _are_of_coze(records: Sequence[Record], columns: _Columns) -> bool:
    """Whether a message's type says what it is: the user's question, or the answer."""
    kinds = {(speaker(_who(record, columns)), plain(record.get("type"))) for record in records}
    return {("user", "question"), ("assistant", "answer")} <= kinds


def _event(record: Record, columns: _Columns, said: Sequence[Turn]) -> Event:
    model, when, name = (
        plain(record.get(name)) if name else "" for name in (columns.model, columns.time, columns.id)
    )
    rest = {key: value for key, value in record.items() if key not in columns}
    return Event(said, model, when, name, details=rest)


def _content(record: Record, columns: _Columns) -> Any:
    content = record.get(columns.text)
    return content if isinstance(content, list) else plain(content)


in_chinese(
    {
        "it is not known which conversation this belongs to": "不知道它属于哪个对话",
        "a program wrote this for the page that shows the chat: it is no answer": (
            "这是程序为显示对话的页面写的内容，不是回答"
        ),
        "Chat log, a row for each message": "聊天记录（每条消息一行）",
        "Export the messages with their conversation's id and who sent each of them, in the order in which "
        "they were sent.": ("按发送顺序导出消息，并附带所属对话的编号和发送者。"),
        "Each answer before the user writes again becomes an output, with what was said before it in the "
        "same conversation, time, model and the message's id; what else stands beside the user's messages "
        "comes as beside_user_message, beside answers that another one follows as beside_earlier_answer.": (
            "用户再次发言之前的最后一个回答成为一条输出，附带同一对话中此前的内容、时间、模型和消息编号；"
            "用户消息旁的其他内容以 beside_user_message 附带，"
            "后面还有回答的回答旁的以 beside_earlier_answer 附带。"
        ),
    }
)
