"""Ragas: evaluated samples as a table, and metrics that people annotated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import FileHead, Record, Remark, Source, tool
from labelcore.store.formats.fields import (
    Said,
    entries,
    exchange,
    first,
    likeness,
    made,
    passages,
    plain,
    read,
    remark,
)

_FIELDS = {
    "user_input",
    "response",
    "retrieved_contexts",
    "reference",
    "reference_contexts",
    "rubrics",
    "question",
    "answer",
    "contexts",
    "ground_truth",
    "ground_truths",
    "multi_responses",
    "synthesizer_name",
    "id",
    "index",
    "reference_topics",
    "reference_tool_calls",
    "episode_done",
    "evolution_type",
    "metadata",
}
_REFERENCES = ("reference", "ground_truth", "ground_truths")


def _is_sample(record: Record) -> bool:
    newer = "user_input" in record and bool({"response", "retrieved_contexts"} & record.keys())
    older = {"question", "answer", "contexts"} <= record.keys() and bool({*_REFERENCES} & record.keys())
    return newer or older or (isinstance(record.get("user_input"), list) and "reference" in record)


def _is_annotation(record: Record) -> bool:
    return isinstance(record.get("metric_input"), dict) and "metric_output" in record


def _lists(head: FileHead) -> list[str]:
    """The metrics of a document of annotations, each with the list of what was annotated for it."""
    document = head.document
    names = document if isinstance(document, dict) else {}
    return [name for name, items in names.items() if any(_is_annotation(item) for item in entries(items))]


def _recognise(head: FileHead) -> float:
    annotated = likeness(_is_annotation)(head)
    return max(likeness(_is_sample, "", "samples", sure=0.9)(head), annotated, 0.95 if _lists(head) else 0.0)


@tool(
    "ragas",
    "Ragas results or annotations",
    get="In Python: evaluate(…).to_pandas().to_json('ragas.jsonl', orient='records', lines=True), or "
    "to_csv. Annotations are downloaded from the Ragas app as JSON.",
    brings="Each sample becomes an output with its question or conversation, retrieved contexts and "
    "reference. The metrics come as verdicts; what a person accepted or corrected comes as a grade "
    "of that metric.",
    recognise=_recognise,
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each sample, or for each annotation of each metric."""
    lists = _lists(source.head)

    def sample(number: int, record: Record) -> Iterator[Said]:
        yield _sample(number, record)

    for metric in lists:

        def annotation(number: int, record: Record, metric: str = metric) -> Iterator[Said]:
            yield _annotation(number, record, metric)

        yield from read(source, _is_annotation, annotation, metric)
    if not lists:
        yield from read(source, _is_sample, sample, "", "samples")


def _sample(number: int, record: Record) -> Said:
    if _is_annotation(record):
        return _annotation(number, record, "")
    scores = [
        entry
        for name, value in record.items()
        if name not in _FIELDS and _is_score(value)
        for entry in remark("verdict", name, value)
    ]
    return _made(number, record, scores)


def _annotation(number: int, record: Record, metric: str) -> Said:
    """A metric's verdict, and the grade of the person who accepted it or wrote another one."""
    verdict = record.get("metric_output")
    remarks = remark("verdict", metric, verdict)
    accepted, edited = record.get("is_accepted"), first(record, "edited_output")
    if edited != "" or accepted is True:
        remarks += remark(
            "grade", metric, edited if edited != "" else verdict, reason=first(record, "feedback")
        )
    elif accepted is False:
        remarks += remark("grade", metric, f"not {plain(verdict)}", reason=first(record, "feedback"))
    prompt = record.get("metric_input")
    return _made(number, prompt if isinstance(prompt, dict) else {}, remarks)


def _made(number: int, record: Record, remarks: list[Remark]) -> Said:
    question, answer = first(record, "user_input", "question"), first(record, "response", "answer")
    parts = exchange(question, answer) if answer else exchange("", question)
    context = passages(first(record, "retrieved_contexts", "contexts"))
    return made(
        number,
        parts._replace(context=context),
        id=first(record, "id"),
        details={"reference": first(record, *_REFERENCES), "rubrics": record.get("rubrics")},
        remarks=remarks,
        raw=record,
    )


def _is_score(value: Any) -> bool:
    """Whether a column's value can be a metric's: a number, as a number or as text."""
    try:
        return not isinstance(value, list | dict) and abs(float(value)) <= 100
    except (TypeError, ValueError, OverflowError):
        return False
