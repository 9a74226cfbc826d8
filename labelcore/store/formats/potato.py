"""Potato: items as an annotator saw them, with what was said of them; and an annotator's state alone."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, Record, Remark, Source, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    exchange,
    first,
    graded,
    likeness,
    loaded,
    made,
    plain,
    read,
)
from labelcore.store.formats.notes import said_of
from labelcore.text.chats import turns
from labelcore.wording import Wording, in_chinese

_Labels = dict[str, dict[str, Any]]
_Way = Literal["chosen", "rated", "unsure"]
_YES, _NO = {"true", "on", "yes"}, {"false", "off", ""}
_STATE = "instance_id_to_label_to_value"
_OF_SURVEY = Wording("this is a page of the survey and no item")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_SCALE = re.compile(
    r"(scale|likert|slider|text_?box|number|select-one|confidence_level|free_response)", re.IGNORECASE
)
"""The labels whose value is what was said, and no mark that they were chosen."""
_SURE = 10
"""So many answers to a question with several marks each that never vary tell that they are marks."""


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
def rows(source: Source) -> Iterator[Said]:
    """A row for each item."""
    ways = _ways(_labels(record) for _, record in source.records() if isinstance(record, dict))

    def item(number: int, record: Record) -> Iterator[Said]:
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
            remarks=_grades(_labels(record), ways, first(record, "user_id", "user")),
            raw=record,
        )

    yield from read(source, _is_either, item)


def _labels(record: Record) -> _Labels:
    """What was said, by question and label."""
    labels = loaded(record.get("label_annotations"))
    found: _Labels = {}
    for key, value in labels.items() if isinstance(labels, dict) else ():
        found[plain(key)] = value if isinstance(value, dict) else {"": value}
    for key, value in record.items():
        question, mark, label = key.partition(":::") if isinstance(key, str) else ("", "", "")
        if mark and value not in (None, ""):
            found.setdefault(question, {})[label] = value
    return found


def _ways(items: Iterable[_Labels]) -> dict[str, _Way]:
    """How each question was answered: its labels chosen, or rated each as in a rubric.

    A mark is one character, the same for a label each time and for no other label, or ``1`` for all. In few
    answers with several of them marks may be ratings: which they are is unsure.
    """
    pairs: dict[str, set[tuple[str, str]]] = defaultdict(set)
    answers: Counter[str] = Counter()
    several: set[str] = set()
    for labels in items:
        for question, values in labels.items():
            said = {(label, word[:2]) for label, word in _ratings(question, values)}
            pairs[question] |= said
            answers[question] += bool(said)
            several |= {question} if len(said) > 1 else set()
    few = {question for question in several if answers[question] < _SURE}
    return {question: _way(said, is_few=question in few) for question, said in pairs.items()}


def _ratings(question: str, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The labels of a question and their values, where these are no yes or no and not the label."""
    for label, value in values.items():
        word = plain(value).strip()
        is_mark = word == label or word.lower() in _YES | _NO or word == "0"
        if label and label != question and not is_mark and not _SCALE.match(label):
            yield label, word


def _way(pairs: set[tuple[str, str]], *, is_few: bool) -> _Way:
    labels, words = ({pair[side] for pair in pairs} for side in (0, 1))
    if words <= {"1"}:
        return "chosen"
    if max(map(len, words)) > 1 or not len(labels) == len(words) == len(pairs):
        return "rated"
    return "unsure" if is_few else "chosen"


def _grades(labels: _Labels, ways: dict[str, _Way], who: Any) -> list[Remark]:
    answers = (
        answer
        for question, values in labels.items()
        for answer in _answers(question, values, ways.get(question, "chosen"))
    )
    return graded(answers, who=who)


def _answers(question: str, values: dict[str, Any], way: _Way) -> Iterator[tuple[str, Any]]:
    """The labels that were chosen as one answer; each that was rated, or holds a text, as an answer.

    Where it is unsure which they were, the labels are one text with their numbers.
    """
    if way == "unsure" and (ratings := dict(_ratings(question, values))):
        yield question, ", ".join(f"{label} {word}" for label, word in ratings.items())
        values = {label: value for label, value in values.items() if label not in ratings}
    is_rated = way == "rated"
    words = {label: _word(label, plain(value).strip(), is_rated=is_rated) for label, value in values.items()}
    said = {label: word for label, word in words.items() if word}
    if chosen := [word for label, word in said.items() if word == label]:
        yield question, chosen
    for label, word in said.items():
        if word != label:
            is_only = not label or label == question or (len(said) == 1 and _SCALE.match(label))
            yield question if is_only else f"{question}/{label}", word


def _word(label: str, value: str, *, is_rated: bool) -> str:
    """What the value of a label says: the label that it marks as chosen, or itself on a scale and of a text.

    A label whose value is its name was chosen, though its name be ``False`` or ``0``.
    """
    if not label or value == label or is_rated:
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
    records = (record for _, record in source.records() if isinstance(record, dict))
    ways = _ways(labels for record in records for _, labels in _items(record))

    def items(number: int, record: Record) -> Iterator[Said]:
        for name, labels in _items(record):
            yield from said_of(number, name, _grades(labels, ways, record.get("user_id")))

    yield from read(source, _is_state, items)


def _items(record: Record) -> Iterator[tuple[str, _Labels]]:
    """What an annotator said, by question and label, of each item by its id."""
    found = loaded(record.get(_STATE))
    for name, pairs in found.items() if isinstance(found, dict) else ():
        labels: _Labels = {}
        for pair in pairs if isinstance(pairs, list) else ():
            if isinstance(pair, list) and len(pair) == 2:
                question, label = (plain(first(pair[0], key)) for key in ("schema", "name"))
                labels.setdefault(question, {})[label] = pair[1]
        yield plain(name), labels


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
            "所选的按问题各作为一条评分导入；标出的片段和问卷页不"
            "导入。"
        ),
        "Potato annotator's state": "Potato 标注员的状态",
        "Take user_state.json from an annotator's folder in annotation_output.": (
            "从 annotation_output 中某位标注员的文件夹取 user_state.json。"
        ),
        "What one annotator said of items that came in before, found by the item's id: grades, one for each "
        "question. The items themselves are in the project's data files.": (
            "一位标注员对之前导入的条目的评价，按条目编号对应："
            "按问题各作为一条评分导入。条目本身在项目的数据文件中。"
        ),
        "this is a page of the survey and no item": "这是问卷的一页，不是条目",
    }
)
