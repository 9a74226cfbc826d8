"""Labelbox: data rows with the labels that people gave them, in the newer export and in the older one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    each,
    entries,
    exchange,
    first,
    graded,
    likeness,
    loaded,
    made,
    no_words,
    plain,
    remark,
    worded,
)
from labelcore.wording import Wording, in_chinese

_ELSEWHERE = Wording("its text stands in another file and not in this one")


def _is_row(record: Record) -> bool:
    labelled = isinstance(record.get("projects"), dict) or isinstance(record.get("experiments"), dict)
    return isinstance(record.get("data_row"), dict) and labelled


def _is_label(record: Record) -> bool:
    """A label of the older export."""
    return {"DataRow ID", "Labeled Data", "Label"} <= record.keys()


def _is_either(record: Record) -> bool:
    return _is_row(record) or _is_label(record)


@tool(
    "labelbox",
    "Labelbox labels",
    get="In the project choose Data rows, All, Export data, with the data row's details and its labels. In "
    "Python: project.export(params={'data_row_details': True, 'label_details': True}), a line each.",
    brings="Each data row becomes an output, a conversation's last answer, with its ids. Each person's "
    "classifications come as grades, one for each question and person, with their text as the reason, a "
    "model's as verdicts; marked stretches stay out.",
    recognise=likeness(_is_either),
)
@each(_is_either)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each data row, or for each label of the older export."""
    data = first(record, "data_row.row_data") if _is_row(record) else first(record, "Labeled Data")
    parts = _exchange(loaded(data))
    name = first(record, "data_row.global_key", "data_row.external_id", "data_row.id", "Global Key")
    yield made(
        number,
        Exchange() if no_words({"text": data}) or _is_address(data) else parts,
        id=name or first(record, "External ID", "DataRow ID"),
        at=first(record, "data_row.details.created_at"),
        details={"metadata": _metadata(record)},
        remarks=_of_projects(record) if _is_row(record) else _of_label(record),
        trouble=_ELSEWHERE if _is_address(data) else no_words({"text": data}),
        raw=record,
    )


def _is_address(data: Any) -> bool:
    return isinstance(data, str) and data.startswith(("http://", "https://", "gs://", "s3://"))


def _exchange(data: Any) -> Exchange:
    """A text, or the last answer of a conversation whose turns name who spoke."""
    messages = entries(first(data, "messages"))
    if not messages:
        return exchange("", data) if isinstance(data, dict) else Exchange(plain(data))
    said = [{"role": first(turn, "user.name"), "content": first(turn, "content")} for turn in messages]
    return exchange("", {"messages": said})


def _metadata(record: Record) -> dict[str, Any]:
    fields = entries(record.get("metadata_fields") or record.get("DataRow Metadata"))
    return {plain(first(field, "schema_name", "name")): field.get("value") for field in fields}


def _of_projects(record: Record) -> list[Remark]:
    remarks: list[Remark] = []
    for label in _labels(record, "labels"):
        when = first(label, "label_details.updated_at", "label_details.created_at")
        who = first(label, "label_details.created_by")
        remarks += _graded(entries(first(label, "annotations.classifications")), who=who, at=when)
    for label in _labels(record, "predictions"):
        for name, value in _answers(entries(first(label, "annotations.classifications"))):
            remarks += remark("verdict", name, worded(value))
    return remarks


def _labels(record: Record, kind: str) -> list[Record]:
    """All labels, or predictions, of a row: in its projects and in the runs of its experiments."""
    holders = [value for key in ("projects", "experiments") for value in _values(record.get(key))]
    runs = [run for holder in holders for run in _values(holder.get("runs"))]
    return [label for holder in [*holders, *runs] for label in entries(holder.get(kind))]


def _values(value: Any) -> list[Record]:
    inner = value.values() if isinstance(value, dict) else ()
    return [item for item in inner if isinstance(item, dict)]


def _of_label(record: Record) -> list[Remark]:
    if first(record, "Skipped") is True:
        return []
    when = first(record, "Updated At", "Created At")
    return _graded(entries(first(record, "Label.classifications")), who=first(record, "Created By"), at=when)


def _graded(classifications: list[Record], **more: Any) -> list[Remark]:
    texts = [_text(one) for one in classifications]
    return graded(_answers(classifications), reason="\n".join(filter(None, texts)), **more)


def _text(classification: Record) -> str:
    """What was written; a text of the older export is its answer."""
    answer = first(classification, "text_answer.content", "answer")
    return answer if isinstance(answer, str) else ""


def _answers(classifications: list[Record]) -> Iterator[tuple[str, Any]]:
    """(question, answer), and the questions that an answer opened."""
    for one in classifications:
        name = plain(first(one, "name", "title", "value"))
        chosen = first(one, "radio_answer", "answer")
        options = (
            [chosen]
            if isinstance(chosen, dict)
            else entries(first(one, "checklist_answers", "answers") or chosen)
        )
        if options:
            yield name, [plain(first(option, "name", "title", "value")) for option in options]
        for option in options:
            yield from _answers(entries(option.get("classifications")))


in_chinese(
    {
        "its text stands in another file and not in this one": "文本在另一个文件中，不在此文件中",
        "Labelbox labels": "Labelbox 标注",
        "In the project choose Data rows, All, Export data, with the data row's details and its labels. In "
        "Python: project.export(params={'data_row_details': True, 'label_details': True}), a line each.": (
            "在项目中选择 Data rows、All、Export data，并勾选数据行详情和标注。在 Python 中："
            "project.export(params={'data_row_details': True, 'label_details': True})，每行一条。"
        ),
        "Each data row becomes an output, a conversation's last answer, with its ids. Each person's "
        "classifications come as grades, one for each question and person, with their text as the reason, a "
        "model's as verdicts; marked stretches stay out.": (
            "每个数据行（对话则取最后一个回答）成为一条输出，附"
            "带编号。每个人的分类按问题和人各作为一条评分导入，所写"
            "文字作为理由，模型的成为判定；标出的片段不导入。"
        ),
    }
)
