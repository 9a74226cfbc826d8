"""What the cells of a file tell of its columns where their names do not: chats, and texts that are none."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from labelcore.stages.importing.mapping import Mapping
from labelcore.stages.importing.names import is_named
from labelcore.store.staging import FIELDS
from labelcore.text import chats

_ASK = {"user", "human", "用户"}
_ANSWER = {"assistant", "ai", "bot", "chatbot", "gpt", "chatgpt", "助手", "机器人"}
_TEXTS = ("summary", "text", "reply", "replies")
"""Names of texts in the narrow sense: an object under one is something else."""

_PREDICTED = re.compile(r"^pred(icted|ictions?|s)?$|^predicted[ _]|[ _]pred(icted|iction)?$", re.IGNORECASE)
"""Beside one of these a text is what a model was given, or an answer that a model judged: it is asked."""

Rows = Sequence[dict[str, Any]]


def told(mapping: Mapping, columns: Sequence[str], rows: Rows, given: Collection[str]) -> Mapping:
    """A mapping by names, set right by what the first rows hold; what a person named stays."""
    if tuple(columns) == FIELDS or {"output", "conversation", "id"} & set(given):
        return mapping
    output = mapping.output
    objects = output and _are_objects(output, rows) and (len(columns) == 1 or _is_text(output))
    if objects or (output and is_named(output, "text") and any(map(_PREDICTED.search, columns))):
        mapping = mapping.model_copy(update={"output": None})
    if mapping.output or mapping.conversation:
        return mapping
    found = _chat(columns, rows) or _sides(columns)
    return mapping.model_copy(update=found)


def _is_text(column: str) -> bool:
    return any(is_named(column, name) for name in _TEXTS)


def _are_objects(column: str, rows: Rows) -> bool:
    """Whether every cell holds a JSON object in which nobody speaks."""
    cells = [str(row[column]) for row in rows if row.get(column)]
    trees = [chats.loaded(cell) for cell in cells]
    return bool(cells) and all(isinstance(tree, dict) and not chats.turns(tree) for tree in trees)


def _chat(columns: Sequence[str], rows: Rows) -> dict[str, Any]:
    """The only column whose every cell is a chat that ends with an answer."""
    places = [column for column in columns if _ends_answered(column, rows)]
    return {"conversation": places[0], "input": None, "context": None} if len(places) == 1 else {}


def _ends_answered(column: str, rows: Rows) -> bool:
    cells = [str(row[column]) for row in rows if row.get(column)]
    if not cells or not all(cell.lstrip()[:1] in {"[", "{"} for cell in cells):
        return False
    for cell in cells:
        turns = chats.turns(cell) or []
        roles = [chats.speaker(turn["role"]) for turn in turns]
        if "user" not in roles or roles[-1] != "assistant" or not turns[-1]["content"].strip():
            return False
    return True


def _sides(columns: Sequence[str]) -> dict[str, Any]:
    """Of a table of exchanges, a column for each side."""
    asks, answers = (
        [column for column in columns if any(is_named(column, name) for name in names)]
        for names in (_ASK, _ANSWER)
    )
    return {"input": asks[0], "output": answers[0]} if len(asks) == len(answers) == 1 else {}
