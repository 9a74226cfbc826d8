"""doccano: texts with their labels, and who gave them where the export says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import FileHead, Record, tool
from labelcore.store.formats.fields import Said, each, entries, first, graded, likeness, made, task, worded

_LABELS = ("label", "labels", "annotations")
_MARKS = {"Comments", "comments", "annotation_approver"}
_BESIDE = {"id", "meta", "entities", "relations", "cats", *_LABELS, *_MARKS}


def _labels(record: Record) -> list[Any] | None:
    return next((record[key] for key in _LABELS if isinstance(record.get(key), list)), None)


def _is_plain(record: Record) -> bool:
    """A text with a list of labels or of people's labels, as other tools have it too."""
    labels = _labels(record)
    fits = labels is not None and all(
        {"label", "user"} <= label.keys() if isinstance(label, dict) else isinstance(label, str | list)
        for label in labels
    )
    return fits and bool({"text", "data"} & record.keys()) and "id" in record


def _is_marked(record: Record) -> bool:
    return _is_plain(record) and (bool(_MARKS & record.keys()) or bool(entries(_labels(record))))


def _recognise(head: FileHead) -> float:
    return max(likeness(_is_marked, sure=0.9)(head), likeness(_is_plain, sure=0.45)(head))


@tool(
    "doccano",
    "doccano annotations",
    get="In the project choose Dataset, Actions, Export dataset and JSONL. Where annotators do not "
    "share their annotations, the zip holds a file for each person.",
    brings="Each text becomes an output with its id and other columns; its labels come as a grade whose "
    "meaning is asked. Older exports name who labelled; newer ones do not, so give the annotator of"
    " each file.",
    recognise=_recognise,
)
@each(_is_plain)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each text."""
    data = {key: value for key, value in record.items() if isinstance(key, str) and key not in _BESIDE}
    text = data.pop("data", None)
    people = _people(record)
    comment = worded(first(record, "Comments", "comments"))
    yield made(
        number,
        task(data if text is None else {"output": text, **data}),
        id=first(record, "id"),
        details={"meta": record.get("meta"), "comments": "" if len(people) == 1 else comment},
        remarks=[
            entry
            for who, values in people.items()
            for entry in graded([("", values)], who=who, reason=comment if len(people) == 1 else "")
        ],
        raw=record,
    )


def _people(record: Record) -> dict[str, list[Any]]:
    """The labels of the whole text by person, where they are named; no marked stretches.

    Comments name nobody: they are the reason of one person, and of none where several or nobody gave labels.
    """
    labels = _labels(record) or []
    people: dict[str, list[Any]] = {}
    for label in entries(labels):
        if "start_offset" not in label:
            people.setdefault(worded(first(label, "user")), []).append(first(label, "label", "text"))
    words = [label for label in labels if isinstance(label, str)]
    return {**people, "": words} if words else people
