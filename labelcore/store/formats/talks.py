"""Talks that a file holds message by message: the last words before the user speaks again are an output."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, Record
from labelcore.store.formats.fields import Exchange, Said, made, plain
from labelcore.text.chats import Turn, speaker
from labelcore.wording import Wording, in_chinese

_NOBODY = Wording("nobody answers in this chat")
_TOO_FAR = Wording("the beginning of its conversation stands too far above: sort the file by conversation")
_MOST, _PER_TURN = 200_000_000, 500
"""Characters that the conversations which are not at their end may hold, a turn's overhead included."""
_LONGEST = 200_000
"""Characters of a conversation that come with each answer in it, a turn's overhead included."""
MOST_TURNS = _LONGEST // _PER_TURN + 1
"""More turns than can come with an answer."""
_MOST_BESIDE = 50
"""Different values of a column that come along from beside messages which are no outputs."""
_ASKED, _EARLIER = "beside_user_message", "beside_earlier_answer"
_NAMES = (
    "conversation_id session_id thread_id chat_id dialogue_id dialog_id conv_id conversation session thread "
    "conversation_hash call_id ticket_id 会话 会话id 对话id"
).split()


_END, _MARK = re.compile(r"<br\s*/?>|</(p|div|li|h\d)>", re.IGNORECASE), re.compile(r"<[^<>]+>")


def unmarked(text: str) -> str:
    """What a text in HTML says."""
    return html.unescape(_MARK.sub("", _END.sub("\n", text))).strip()


def spelled(name: str) -> str:
    """A column's name in small letters, its words joined by underscores."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name.strip())
    return re.sub(r"[\s\-]+", "_", words).lower()


def talk_column(names: Iterable[str]) -> str:
    """The column or key that says which conversation a message belongs to, "" where none does."""
    by_name = {spelled(name): name for name in reversed(list(names))}
    return next((by_name[name] for name in _NAMES if name in by_name), "")


class Event(NamedTuple):
    """What a line of a log adds to a talk: turns, or what is known of it. ``whole``: no piece of a stream.

    ``details``: what else stands beside a turn. Of the last answer it stays as it is; what stands beside
    the user's messages and the answers before it, and is another there, comes under names of its kind.
    """

    turns: Sequence[Turn] = ()
    model: Any = ""
    at: Any = ""
    id: Any = ""
    whole: bool = True
    details: Mapping[str, Any] = {}


class _Reply(NamedTuple):
    """The last answer so far: the number of its line, its place in the talk, and what is known of it."""

    number: int
    place: int
    event: Event


@dataclass
class _Beside:
    """The different values of a column, by how they are written, and how many messages' are left out."""

    values: dict[str, Any] = field(default_factory=dict)
    left: int = 0

    def told(self) -> list[Any]:
        """The values, and at the end how many are left out."""
        note = f"[Values left out here: {self.left:,} · 此处省略 {self.left:,} 个值]"
        return [*self.values.values(), *([note] if self.left else ())]


@dataclass
class Talk:
    """What was said so far in one session."""

    name: str
    turns: list[Turn] = field(default_factory=list)
    reply: _Reply | None = None
    model: Any = ""
    first: tuple[int, Record] | None = None
    answered: bool = False
    size: int = 0
    beside: dict[str, dict[str, _Beside]] = field(default_factory=dict)
    beside_size: int = 0

    def add(self, number: int, record: Record, event: Event) -> Iterator[Said]:
        """Take a line; where the user speaks again, what was answered before is an output."""
        self.model = event.model or self.model
        self.size += sum(map(_size, event.turns))
        for turn in event.turns:
            role = speaker(turn["role"])
            if role == "user":
                yield from self.finished()
                self.first = self.first or (number, record)
                self._keep(_ASKED, event)
            if role == "assistant" and turn["content"].strip():
                turn = self._joined(turn, event)
                if self.reply and event.whole:
                    self._keep(_EARLIER, self.reply.event)
                self.reply = _Reply(number, len(self.turns), event._replace(model=self.model))
            self.turns.append(turn)

    def _keep(self, kind: str, event: Event) -> None:
        """What stands beside a message that is no output: each of several different things."""
        known = self.beside.setdefault(kind, {})
        for name, value in event.details.items():
            if value in (None, ""):
                continue
            word, kept = repr(value), known.setdefault(name, _Beside())
            if word not in kept.values and len(kept.values) == _MOST_BESIDE:
                kept.left += 1
            elif word not in kept.values:
                kept.values[word] = value
                self.size += len(word)
                self.beside_size += len(word)

    def _joined(self, turn: Turn, event: Event) -> Turn:
        """A piece of a stream with the pieces before it."""
        last = self.turns[-1] if self.turns else None
        if event.whole or self.reply is None or self.reply.event.whole or last is None:
            return turn
        if self.reply.place != len(self.turns) - 1:
            return turn
        self.turns.pop()
        return {**turn, "content": last["content"] + turn["content"]}

    def finished(self) -> Iterator[Said]:
        """The output of the last answer, where there is one."""
        if self.reply is None:
            return
        number, place, event = self.reply
        parts = Exchange(self.turns[place]["content"], conversation=end(self.turns[:place]))
        self.reply, self.answered = None, True
        about = {"id": event.id, "group": self.name, "model": event.model, "at": event.at}
        beside = {kind: _others(known, event.details) for kind, known in self.beside.items()}
        self.size -= self.beside_size
        self.beside, self.beside_size = {}, 0
        yield made(number, parts, details={**beside, **event.details}, **about)

    def ended(self) -> Iterator[Said]:
        """What is left when the file ends: an answer, or a talk in which nobody answers."""
        yield from self.finished()
        if not self.answered and self.first:
            number, record = self.first
            yield made(number, Exchange(), trouble=_NOBODY, raw=record)


def _others(known: Mapping[str, _Beside], details: Mapping[str, Any]) -> dict[str, Any]:
    """What stands beside other messages and not beside this one; a list only where there are several."""
    told = {name: kept.told() for name, kept in known.items()}
    others = {name: values for name, values in told.items() if values != [details.get(name)]}
    return {name: values[0] if len(values) == 1 else values for name, values in others.items()}


def _size(turn: Turn) -> int:
    return len(turn["content"]) + _PER_TURN + sum(len(plain(call)) for call in turn.get("tool_calls", ()))


def end(turns: list[Turn], earlier: int = 0) -> list[Turn]:
    """The last turns of a long conversation, and the question; a turn says how many are left out.

    ``earlier``: turns that were left out before.
    """
    start, room = len(turns), _LONGEST
    while start and (room := room - _size(turns[start - 1])) >= 0:
        start -= 1
    if start == 0:
        return turns
    places = reversed(range(len(turns)))
    asked = next((place for place in places if speaker(turns[place]["role"]) == "user"), start)
    question = turns[asked : asked + 1] if asked < start else []
    count = start - len(question) + earlier
    note = f"[Turns left out here: {count:,} · 此处省略 {count:,} 轮]"
    return [*question, {"role": "system", "content": note}, *turns[start:]] if count else turns


class Talks:
    """The talks of a file by name, in bounded memory: those that nobody spoke in for longest end first."""

    def __init__(self) -> None:
        self._open: dict[str, Talk] = {}
        self._ended: set[str] = set()
        self._size = 0

    def add(self, name: str, number: int, record: Record, event: Event) -> Iterator[Said]:
        """Take a line of a talk; one of a talk that had to end is kept apart."""
        if name in self._ended:
            yield RejectedRow(row=number, field="", reason=_TOO_FAR, raw=plain(record)[:RAW])
            return
        talk = self._open.pop(name, None) or Talk(name)
        before = talk.size
        yield from talk.add(number, record, event)
        self._open[name] = talk
        self._size += talk.size - before
        while self._size > _MOST and len(self._open) > 1:
            oldest = self._open.pop(next(iter(self._open)))
            self._ended.add(oldest.name)
            self._size -= oldest.size
            yield from oldest.ended()

    def ended(self) -> Iterator[Said]:
        """What is left when the file ends."""
        for talk in self._open.values():
            yield from talk.ended()


in_chinese(
    {
        "the beginning of its conversation stands too far above: sort the file by conversation": (
            "所属对话的开头离得太远：请按对话给文件排序"
        )
    }
)
