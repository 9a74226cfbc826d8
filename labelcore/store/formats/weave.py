"""W&B Weave: calls of a project, with their feedback, and the rows of an evaluation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, Remark, Source, tool
from labelcore.store.formats.fields import (
    Said,
    entries,
    exchange,
    first,
    graded,
    has_roots,
    kind_of,
    likeness,
    loaded,
    made,
    plain,
    read,
    remark,
)
from labelcore.text.nested import nested
from labelcore.wording import in_chinese

_WRAPPINGS = ("", "calls")
_ANNOTATION = "wandb.annotation."
_EXAMPLE = "predict_and_score"
_NO_ANSWERS = re.compile(r"Evaluation\.(?!.*predict_and_score$)")
_SCORER = ".score"


def _is_call(record: Record) -> bool:
    named = {"op_name", "trace_id", "started_at"} <= record.keys()
    of_weave = "weave:" in plain(record.get("op_name")) or "wb_user_id" in record
    return (
        named and of_weave and ("output" in record or any(str(key).startswith("output.") for key in record))
    )


def _operation(record: Record) -> str:
    """The name of what was called: ``weave:///entity/project/op/NAME:version``."""
    return plain(record.get("op_name")).rpartition("/")[2].partition(":")[0]


def _is_example(record: Record) -> bool:
    return _operation(record).endswith(_EXAMPLE)


def _is_whole(record: Record) -> bool:
    """Whether a call stands for itself: the root of a trace, or a scored example of an evaluation."""
    return _is_example(record) or (_is_answer(record) and not first(record, "parent_id"))


def _is_answer(record: Record) -> bool:
    """Whether a call may answer somebody: not an evaluation as a whole, and no scorer inside of it."""
    operation = _operation(record)
    is_scorer = operation.endswith(_SCORER) and first(record, "parent_id")
    return not is_scorer and not _NO_ANSWERS.match(operation)


@tool(
    "weave",
    "W&B Weave calls",
    get="In Weave open Traces, filter, and choose Export as JSONL or CSV; in Python: "
    "[call.to_dict() for call in client.get_calls(include_feedback=True)], written as JSON lines.",
    brings="Each trace becomes an output, its root call's, with input or conversation, model, time and ids; "
    "calls inside of it are left out. Of an evaluation each scored example becomes one, its scores come as "
    "verdicts. Annotations of people come as grades, reactions as feedback.",
    recognise=likeness(_is_call, *_WRAPPINGS, sure=0.94),
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each root call and scored example; for each call where the file holds none of them."""
    has_whole = has_roots(source, _is_call, _is_call, _is_whole, *_WRAPPINGS)

    def call(number: int, record: Record) -> Iterator[Said]:
        if _is_whole(record) or (not has_whole and _is_answer(record)):
            yield _row(number, record)

    yield from read(source, _is_call, call, *_WRAPPINGS)


def _row(number: int, record: Record) -> Said:
    record = nested({key: value for key, value in record.items() if value not in (None, "")})
    inputs, output = loaded(record.get("inputs")), loaded(record.get("output"))
    inputs = inputs if isinstance(inputs, dict) else {}
    model = first(output, "model") or first(inputs, "model")
    given = {key: value for key, value in inputs.items() if key not in ("self", "model")}
    scores: list[Remark] = []
    is_example, example = _is_example(record), ""
    if is_example:
        scores = list(_scores("", first(output, "scores")))
        given = first(given, "example", "inputs") or given
        output = first(output, "output", "model_output")
    if isinstance(given, str) and given.startswith("weave:"):  # a row of a dataset that stands elsewhere
        given, example = {}, given
    notes = entries(first(record, "feedback", "summary.weave.feedback"))
    return made(
        number,
        exchange(given, output),
        id=first(record, "id"),
        group="" if is_example else first(record, "thread_id", "trace_id"),
        model="" if plain(model).startswith("weave:") else model,
        at=first(record, "ended_at", "started_at"),
        details={"name": first(record, "display_name") or _operation(record), "example": example},
        remarks=[*scores, *_feedback(notes)],
        trouble=first(record, "exception"),
        raw=record,
    )


def _scores(name: str, value: Any) -> Iterator[Remark]:
    """Each scorer's value, or each of its values where it has several by name."""
    if not isinstance(value, dict):
        yield from remark(kind_of(name), name, value)
        return
    for part, item in value.items():
        yield from _scores(f"{name}/{part}" if name and part != name else plain(part), item)


def _is_annotation(note: Record) -> bool:
    return plain(note.get("feedback_type")).startswith(_ANNOTATION)


def _known_by(note: Record) -> list[tuple[str, str]]:
    """The ways in which others may name the author of a note: by id, or by name where either has no id."""
    user, name = plain(note.get("wb_user_id")), plain(note.get("creator"))
    ways = [("id", user), ("named alone", "" if user else name), ("name", name)]
    return [(way, word) for way, word in ways if word]


def _names(note: Record) -> list[tuple[str, str]]:
    """The ways in which a note names its author, each a way in which the author may be known."""
    user, name = plain(note.get("wb_user_id")), plain(note.get("creator"))
    ways = [("id", user), ("named alone", name)] if user else [("name", name)]
    return [(way, word) for way, word in ways if word]


def _texts(notes: list[Record]) -> dict[tuple[str, str], str]:
    """What was written in notes, by each way in which its author is known."""
    texts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for note in notes:
        if text := plain(first(note, "payload.note")):
            for way in _known_by(note):
                texts[way].append(text)
    return {way: "\n".join(parts) for way, parts in texts.items()}


def _alone(notes: list[Record]) -> Iterator[Remark]:
    """The notes of people who annotated nothing."""
    annotators = {way for note in notes if _is_annotation(note) for way in _known_by(note)}
    for note in notes:
        if annotators.isdisjoint(_names(note)):
            yield from remark("grade", "", "", reason=first(note, "payload.note"))


def _parts(name: str, worth: Any) -> list[tuple[str, Any]]:
    """The answers of an annotation, each part by its name where it has several."""
    if not isinstance(worth, dict):
        return [(name, worth)]
    return [(f"{name}/{plain(part)}" if len(worth) > 1 else name, item) for part, item in worth.items()]


def _feedback(notes: list[Record]) -> list[Remark]:
    """Annotations and reactions of people, their notes, and the scores of scorers that ran on a call."""
    remarks, texts = list(_alone(notes)), _texts(notes)
    for note in notes:
        kind = plain(note.get("feedback_type"))
        who, when = first(note, "creator", "wb_user_id"), first(note, "created_at")
        name = kind.rpartition(".")[2]
        if _is_annotation(note):
            worth = first(note, "payload.value")
            reason = "\n".join(texts[way] for way in _names(note) if way in texts)
            remarks += graded(_parts(name, worth), who=who, reason=reason, at=when)
        elif kind.startswith("wandb.runnable."):
            remarks += _scores(name, first(note, "payload.output"))
        elif kind.startswith("wandb.reaction"):
            remarks += remark("feedback", "reaction", first(note, "payload.emoji"), who=who, at=when)
    return remarks


in_chinese(
    {
        "W&B Weave calls": "W&B Weave 调用",
        "In Weave open Traces, filter, and choose Export as JSONL or CSV; in Python: "
        "[call.to_dict() for call in client.get_calls(include_feedback=True)], written as JSON lines.": (
            "在 Weave 中打开 Traces，筛选后导出为 JSONL 或 CSV；在 Python 中："
            "[call.to_dict() for call in client.get_calls(include_feedback=True)]，写成 JSON lines。"
        ),
        "Each trace becomes an output, its root call's, with input or conversation, model, time and ids; "
        "calls inside of it are left out. Of an evaluation each scored example becomes one, its scores come "
        "as verdicts. Annotations of people come as grades, reactions as feedback.": (
            "每条 trace 成为一条输出（取根调用），附带输入"
            "或对话、模型、时间和编号；其内部的调用不导入。评估中"
            "每个被打分的样例成为一条输出，分数成为判定。人的标注成为评分，表情反应成为反馈。"
        ),
    }
)
