"""What the cells of a file tell of its columns where their names do not: chats, and texts that are none."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

from labelcore.stages.importing import meanings
from labelcore.stages.importing.mapping import Mapping
from labelcore.stages.importing.names import NAMES, is_named, is_note
from labelcore.stages.importing.offering import MOST_LEVELS
from labelcore.store.formats.base import Record
from labelcore.store.formats.chat_rows import text_of_log
from labelcore.store.formats.fields import moment
from labelcore.store.formats.talks import talk_column
from labelcore.store.staging import FIELDS
from labelcore.text import chats

_ASK = {"user", "human", "用户"}
_ANSWER = {"assistant", "ai", "bot", "chatbot", "gpt", "chatgpt", "助手", "机器人"}
_TEXTS = ("summary", "text", "reply", "replies")
"""Names of texts in the narrow sense: an object under one is something else."""

_PREDICTED = re.compile(r"^pred(icted|ictions?|s)?$|^predicted[ _]|[ _]pred(icted|iction)?$", re.IGNORECASE)
"""Beside one of these a text is what a model was given, or an answer that a model judged: it is asked."""

_OF_MODELS = frozenset(
    "prediction predictions pred preds predicted_answer predicted_output model_output model_answer "
    "model_response llm_output llm_answer llm_response generated_text generated_answer generated_response "
    "generated_output ai_response bot_response assistant_response agent_response hypothesis system_answer "
    "模型输出 模型回答 模型回复".split()
)
"""Names of what a model said: an ``answer`` or ``output`` beside one is what was expected."""
_EITHER = frozenset("answer answers output outputs completion completions 回答 答案 输出".split())
"""Names of what a model said, or of what it should have said."""
_ANSWERS_TO = re.compile(r"(^|[_ .])annotations?$", re.IGNORECASE)

_LONGEST_CLASS = 24
"""Characters that a class has at most, as judges name them ("not hallucinated")."""
_PHRASE = re.compile(r"^[^{\[].*\w\W*\s\W*\w|[\u3040-\u9fff\uac00-\ud7af]{4}", re.DOTALL)
"""More than a word."""
Rows = Sequence[dict[str, Any]]


def told(mapping: Mapping, columns: Sequence[str], rows: Rows, given: Collection[str]) -> Mapping:
    """A mapping by names, set right by what the first rows hold; what a person named stays."""
    if tuple(columns) == FIELDS or {"output", "conversation", "id"} & set(given):
        return mapping
    mapping = _of_the_model(mapping, columns, rows)
    output = mapping.output
    objects = output and _are_objects(output, rows) and (len(columns) == 1 or _is_text(output))
    objects = objects or (output and _are_annotations(output, rows))
    is_text = output and is_named(output, "text")
    is_said = output and output == text_of_log(columns, rows)  # by users too
    if (
        objects
        or is_said
        or (is_text and (any(map(_PREDICTED.search, columns)) or _is_outgrown(mapping, columns, rows)))
    ):
        mapping = mapping.model_copy(update={"output": None})
    if mapping.output or mapping.conversation:
        return mapping
    found = _chat(columns, rows) or _sides(columns)
    return mapping.model_copy(update=found)


def _of_the_model(mapping: Mapping, columns: Sequence[str], rows: Rows) -> Mapping:
    """What a model said is the output and no expected answer beside it; what may be a class is asked.

    A column without a text in the first rows holds no outputs where a conversation does.
    """
    output = str(mapping.output)
    if mapping.conversation and mapping.output and not any(row.get(output) for row in rows):
        return mapping.model_copy(update={"output": None})
    said = [column for column in columns if any(is_named(column, name) for name in _OF_MODELS)]
    if len(said) != 1 or not any(is_named(output, name) for name in _EITHER):
        return mapping
    if said[0] in mapping.texts().values() or all(row.get(said[0]) in (None, "") for row in rows):
        return mapping
    is_class = _may_be_classes(said[0], output, rows)
    return mapping.model_copy(update={"output": None if is_class else said[0]})


def _may_be_classes(column: str, output: str, rows: Rows) -> bool:
    """Whether what is called predicted may be a judge's class or number: no sentences, and no many words."""
    values, outputs = (
        {meanings.plain(str(row[name])) for row in rows if row.get(name) not in (None, "")}
        for name in (column, output)
    )
    if any(meanings.by_word(value) for value in values) or 2 * len(values) < len(outputs):
        return True
    if len(values) > MOST_LEVELS:
        return 2 * sum(value[:1].isalpha() for value in values) < len(values)
    return not any(len(value) > _LONGEST_CLASS and _PHRASE.search(value) for value in values)


def _are_annotations(column: str, rows: Rows) -> bool:
    """Whether every cell holds an object of what people said, as annotation platforms give it."""
    trees = [chats.loaded(str(row[column])) for row in rows if row.get(column)]
    return bool(trees) and all(
        isinstance(tree, dict) and not chats.turns(tree) and _is_annotated(tree) for tree in trees
    )


def _is_annotated(tree: dict[str, Any]) -> bool:
    """Whether an object holds labels alone, or annotations and no text that they may be about."""
    if tree and all(isinstance(value, dict) and "label" in value for value in tree.values()):
        return True
    texts = (value for value in tree.values() if isinstance(value, str))
    annotations = (value for key, value in tree.items() if _ANSWERS_TO.search(str(key)))
    held = any(value and isinstance(value, dict | list) for value in annotations)
    return held and not any(map(_PHRASE.search, texts))


def falls(columns: Sequence[str], rows: Sequence[Record]) -> set[bool]:
    """Whether time goes back from a message of a log to the next one of its conversation, here and there."""
    talk = talk_column(columns)
    names = (*NAMES["at"], "sent_at")
    times = [column for column in columns if any(is_named(column, name) for name in names)]
    moments = (
        (moment(before.get(column)), moment(after.get(column)))
        for column in times[:1]
        for before, after in pairwise(rows)
        if before.get(talk) == after.get(talk)
    )
    return {before > after for before, after in moments if before and after and before != after}


def _is_outgrown(mapping: Mapping, columns: Sequence[str], rows: Rows) -> bool:
    """Whether a text of unknown meaning is longer than the one that would be the output: that may be it."""
    free = [column for column in columns if column not in mapping.used() and not is_note(column)]
    length = _length(str(mapping.output), rows)
    return any(_length(column, rows) > length for column in free)


def _length(column: str, rows: Rows) -> int:
    """How many letters the cells of a column hold that are texts, in all."""
    cells = [str(row.get(column) or "").strip() for row in rows]
    return sum(sum(map(str.isalpha, cell)) for cell in cells if _PHRASE.search(cell))


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
    if not cells or not all(chats.opening(cell) in {"[", "{"} for cell in cells):
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
