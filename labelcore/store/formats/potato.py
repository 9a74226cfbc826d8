"""Potato: items as an annotator saw them, with what was said of them; and an annotator's state alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, FormatRow, Record, Remark, Source, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    each,
    exchange,
    first,
    graded,
    likeness,
    made,
    plain,
    read,
)
from labelcore.text.chats import turns
from labelcore.wording import Wording, in_chinese

_YES, _NO = {"true", "on", "yes"}, {"false", "off", ""}
_STATE = "instance_id_to_label_to_value"
_OF_SURVEY = Wording("this is a page of the survey and no item")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_SCALE = re.compile(r"(scale|likert|slider|text_?box|number|free_response)", re.IGNORECASE)


def _is_item(record: Record) -> bool:
    return "displayed_text" in record and isinstance(record.get("label_annotations"), dict)


def _is_table_row(record: Record) -> bool:
    """A row of the table that Potato writes: a column ``schema:::label`` for each label."""
    return "displayed_text" in record and any(isinstance(key, str) and ":::" in key for key in record)


def _is_either(record: Record) -> bool:
    return _is_item(record) or _is_table_row(record)


@tool(
    "potato",
    "Potato annotations",
    get="Take annotated_instances.jsonl (or .tsv) from an annotator's folder in annotation_output. Where it "
    "does not name the annotator, give the folder's name with --annotator.",
    brings="Each item becomes an output as it was shown, with its id. What the annotator chose comes as "
    "grades, one for each question; spans and the pages of a survey stay out.",
    recognise=likeness(_is_either),
)
@each(_is_either)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each item."""
    name = plain(first(record, "instance_id", "id"))
    if name.endswith(".html"):
        yield RejectedRow(row=number, field="", reason=_OF_SURVEY, raw=plain(record)[:RAW])
        return
    shown = _BREAK.sub("\n", plain(record.get("displayed_text")))
    chat = turns(shown)
    yield made(
        number,
        exchange("", {"messages": chat}) if chat else Exchange(shown),
        id=name,
        remarks=_grades(_labels(record), first(record, "user_id", "user")),
        raw=record,
    )


def _labels(record: Record) -> dict[str, dict[str, Any]]:
    """What was said, by question and label."""
    labels = record.get("label_annotations")
    found: dict[str, dict[str, Any]] = {}
    for key, value in labels.items() if isinstance(labels, dict) else ():
        found[plain(key)] = value if isinstance(value, dict) else {"": value}
    for key, value in record.items():
        question, mark, label = key.partition(":::") if isinstance(key, str) else ("", "", "")
        if mark and value not in (None, ""):
            found.setdefault(question, {})[label] = value
    return found


def _grades(labels: dict[str, dict[str, Any]], who: Any) -> list[Remark]:
    return graded(((name, _answer(values)) for name, values in labels.items()), who=who)


def _answer(values: dict[str, Any]) -> list[str] | str:
    """The labels that were chosen; of a scale or a text, what was said."""
    said = [word for label, value in values.items() if (word := _word(label, plain(value).strip()))]
    return said[0] if len(said) == 1 else said or ""


def _word(label: str, value: str) -> str:
    """What the value of a label says: the label that it marks as chosen, or itself on a scale and of a text.

    A label whose value is its name was chosen, though its name be ``False`` or ``0``.
    """
    if not label or value == label:
        return value
    is_mark = value.isdecimal() and not _SCALE.match(label)
    if value.lower() in _NO or (is_mark and not value.strip("0")):
        return ""
    return label if is_mark or value.lower() in _YES else value


def _is_state(record: Record) -> bool:
    return isinstance(record.get(_STATE), dict) and "user_id" in record


@tool(
    "potato_state",
    "Potato annotator's state",
    get="Take user_state.json from an annotator's folder in annotation_output.",
    brings="What one annotator said of items that came in before, found by the item's id: grades, one for "
    "each question. The items themselves are in the project's data files.",
    recognise=likeness(_is_state),
    alone=True,
)
def states(source: Source) -> Iterator[Said]:
    """A row for each item that was annotated."""

    def items(number: int, record: Record) -> Iterator[Said]:
        found = record.get(_STATE)
        for name, pairs in found.items() if isinstance(found, dict) else ():
            labels: dict[str, dict[str, Any]] = {}
            for pair in pairs if isinstance(pairs, list) else ():
                if isinstance(pair, list) and len(pair) == 2:
                    question, label = (plain(first(pair[0], key)) for key in ("schema", "name"))
                    labels.setdefault(question, {})[label] = pair[1]
            yield FormatRow(number, "", id=plain(name), remarks=_grades(labels, record.get("user_id")))

    yield from read(source, _is_state, items)


in_chinese(
    {
        "Potato annotations": "Potato 标注",
        "Take annotated_instances.jsonl (or .tsv) from an annotator's folder in annotation_output. Where it "
        "does not name the annotator, give the folder's name with --annotator.": (
            "从 annotation_output 中某位标注员的文件夹取 annot"
            "ated_instances.jsonl（或 .tsv）。若文件没有写明标注"
            "员，用 --annotator 给出文件夹名。"
        ),
        "Each item becomes an output as it was shown, with its id. What the annotator chose comes as grades, "
        "one for each question; spans and the pages of a survey stay out.": (
            "每个条目按显示的样子成为一条输出，附带编号。标注员"
            "所选的按问题各成为一条评分；标出的片段和问卷页不计"
            "入。"
        ),
        "Potato annotator's state": "Potato 标注员的状态",
        "Take user_state.json from an annotator's folder in annotation_output.": (
            "从 annotation_output 中某位标注员的文件夹取 user_state.json。"
        ),
        "What one annotator said of items that came in before, found by the item's id: grades, one for each "
        "question. The items themselves are in the project's data files.": (
            "一位标注员对之前导入的条目的评价，按条目编号对应："
            "按问题各成为一条评分。条目本身在项目的数据文件中。"
        ),
        "this is a page of the survey and no item": "这是问卷的一页，不是条目",
    }
)
