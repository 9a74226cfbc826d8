"""Argilla before version 2: data sets on the Hub with a column for each question, records with one label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.argilla import by_person, of_whole
from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    annotated,
    each,
    entries,
    first,
    graded,
    made,
    plain,
    remark,
    task,
    worded,
)
from labelcore.wording import in_chinese

_SUGGESTED, _ABOUT = "-suggestion", "-suggestion-metadata"
_ANSWER = {"user_id", "value", "status"}
_OF_LABELS = {"prediction", "prediction_agent", "annotation", "annotation_agent", "status"}
_BESIDE = {"id", "external_id", "metadata", "vectors", "inserted_at", "updated_at", "status"}


def _questions(record: Record) -> list[str]:
    """The columns that hold people's answers, or have a column of suggestions beside them."""
    return [
        name
        for name, value in record.items()
        if isinstance(name, str)
        and (f"{name}{_ABOUT}" in record or any(item.keys() >= _ANSWER for item in _answers(value)))
    ]


def _answers(value: Any) -> list[Record]:
    """A question's answers, also where a table keeps them as a list for each of their fields."""
    columns = {key: value.get(key) for key in _ANSWER} if isinstance(value, dict) else {}
    if columns and all(isinstance(column, list) for column in columns.values()):
        return [dict(zip(columns, row, strict=False)) for row in zip(*columns.values(), strict=False)]
    return entries(value)


def _is_record(record: Record) -> bool:
    return record.keys() >= _OF_LABELS or bool(_questions(record))


def _data(record: Record) -> Record:
    if record.keys() >= _OF_LABELS:
        inputs = record.get("inputs")
        return inputs if isinstance(inputs, dict) else {"text": record.get("text")}
    marks = {f"{name}{ending}" for name in _questions(record) for ending in ("", _SUGGESTED, _ABOUT)}
    return {key: value for key, value in record.items() if key not in _BESIDE | marks}


@tool(
    "argilla_old",
    "Argilla records (version 1)",
    get="In Python: dataset.push_to_huggingface(…), then its files; or rg.load(…).to_datasets().to_json(…) "
    "with the argilla of that time.",
    brings="Each record becomes an output with its other fields and id. Each person's submitted response "
    "comes as a grade, one for each question and person, suggestions and predictions as verdicts; drafts "
    "and discarded ones stay out. Where a model wrote the text, what a person wrote in its place is what "
    "was expected.",
    recognise=annotated(_is_record, _data),
)
@each(_is_record)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each record."""
    of_labels = record.keys() >= _OF_LABELS
    predicted = entries(record.get("prediction")) if of_labels else []
    parts = task(_data(record))
    details = {"metadata": record.get("metadata")}
    remarks = _of_labels(record, predicted) if of_labels else _of_questions(record)
    if predicted and "text" in predicted[0]:
        parts, remarks = Exchange(plain(predicted[0]["text"]), parts.output), []
        details["expected"] = record.get("annotation") if _is_valid(record) else None
    yield made(
        number,
        parts,
        id=first(record, "external_id", "id"),
        at=first(record, "inserted_at", "event_timestamp"),
        details=details,
        remarks=remarks,
        raw=record,
    )


def _is_valid(record: Record) -> bool:
    return plain(record.get("status")).lower() not in {"default", "discarded", "pending"}


def _of_labels(record: Record, predicted: list[Record]) -> list[Remark]:
    """The label that a person gave, and the likeliest one of a model."""
    given = record.get("annotation")
    of_whole_text = isinstance(given, str) or (not entries(given) and not _is_nested(given))
    grades = (
        graded([("", given)], who=first(record, "annotation_agent"))
        if _is_valid(record) and of_whole_text
        else []
    )
    best = max(predicted, key=_score, default={})
    return [*grades, *remark("verdict", first(record, "prediction_agent"), first(best, "label"))]


def _score(prediction: Record) -> float:
    score = prediction.get("score")
    return float(score) if isinstance(score, int | float) else 0.0


def _is_nested(value: Any) -> bool:
    """Whether a value is marked stretches of a text: a label, and where it begins and ends."""
    return isinstance(value, list) and any(isinstance(item, list) for item in value)


def _of_questions(record: Record) -> list[Remark]:
    names = _questions(record)
    answers = [
        (plain(answer.get("user_id")), name, answer.get("value"), answer.get("status"))
        for name in names
        for answer in _answers(record.get(name))
    ]
    told = (remark("verdict", name, worded(of_whole(record.get(f"{name}{_SUGGESTED}")))) for name in names)
    return [*by_person(answers), *(entry for found in told for entry in found)]


in_chinese(
    {
        "Argilla records (version 1)": "Argilla 记录（第 1 版）",
        "In Python: dataset.push_to_huggingface(…), then its files; or rg.load(…).to_datasets().to_json(…) "
        "with the argilla of that time.": (
            "在 Python 中：dataset.push_to_huggingface(…) 后取其文件；或用当时版本的 argilla 执行 "
            "rg.load(…).to_datasets().to_json(…)。"
        ),
        "Each record becomes an output with its other fields and id. Each person's submitted response comes "
        "as a grade, one for each question and person, suggestions and predictions as verdicts; drafts and "
        "discarded ones stay out. Where a model wrote the text, what a person wrote in its place is what "
        "was expected.": (
            "每条记录成为一条输出，附带其他字段和编号。每个人提"
            "交的回答按问题和人各作为一条评分导入，建议和预测成为判"
            "定；草稿和被弃用的不导入。若文本由模型写成，人改写的文本成为期望答案。"
        ),
    }
)
