"""MLflow: traces, and the rows of an evaluation, with their assessments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import (
    Said,
    each,
    entries,
    exchange,
    first,
    kind_of,
    likeness,
    loaded,
    made,
    plain,
    remark,
    written,
)

_WRAPPINGS = ("", "traces", "data")
_COLUMN = re.compile(r"(.+?)(?:/v\d+)?/(value|score)$")
_METRIC = re.compile(r".+/v\d+/(score|justification)$")
_ANSWERS = ("outputs", "predictions")
_SCORER = "guidelines"
"""What was expected, and a scorer whose verdict is a mere word or number."""
_EXPECTED = ("expected_response", "expected_facts", _SCORER)
_WORD = re.compile(r"[!-~]*")
_BESIDE = {"ground_truth", "targets", "token_count", "latency", "trace_id", "request_id", "model", *_ANSWERS}
_INFO = {"request_id", "trace_id", "trace_metadata", "request_metadata", "trace_location", "assessments"}


def _is_trace(record: Record) -> bool:
    info = loaded(record.get("info"))
    return isinstance(info, dict) and "data" in record and bool(_INFO & info.keys())


def _is_row(record: Record) -> bool:
    """A row of ``search_traces`` or of an evaluation's results, which names its inputs as its data does."""
    if any(isinstance(key, str) and _METRIC.match(key) for key in record):
        return any(name in record for name in _ANSWERS)
    if "outputs" in record and "inputs" in record:
        has_scores = any(isinstance(key, str) and _COLUMN.match(key) for key in record)
        return has_scores or bool({"assessments", "expectations"} & record.keys())
    return {"request", "response"} <= record.keys() and len(_INFO & record.keys()) >= 2


def _is_either(record: Record) -> bool:
    return _is_trace(record) or _is_row(record)


@tool(
    "mlflow",
    "MLflow traces or evaluation rows",
    get="In Python: mlflow.search_traces(…) gives a table, write it with to_json('traces.jsonl', "
    "orient='records', lines=True); trace.to_json() gives one trace. The result table of "
    "mlflow.genai.evaluate is read too.",
    brings="Each trace becomes an output with its input or conversation, expectations, time and trace id. "
    "Assessments of people come as grades, one for each of them, those of models and code as verdicts.",
    recognise=likeness(_is_either, *_WRAPPINGS, sure=0.96),
)
@each(_is_either, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each trace or evaluated row."""
    yield _trace(number, record) if _is_trace(record) else _row(number, record)


def _trace(number: int, record: Record) -> Said:
    info, data = loaded(record.get("info")), loaded(record.get("data"))
    root = next(
        (span for span in entries(first(data, "spans")) if not first(span, "parent_id", "parent_span_id")), {}
    )
    attributes = root.get("attributes")
    values = attributes if isinstance(attributes, dict) else {}
    prompt = first(data, "request") or values.get("mlflow.spanInputs") or first(info, "request_preview")
    answer = first(data, "response") or values.get("mlflow.spanOutputs") or first(info, "response_preview")
    return _made(number, info, (written(prompt), written(answer)), info.get("assessments"), {})


def _row(number: int, record: Record) -> Said:
    prompt = record.get("inputs") or written(record.get("request")) or _columns_given(record)
    answers = [record[name] for name in _ANSWERS if name in record]
    answer = answers[0] if answers else written(record.get("response"))
    return _made(number, record, (prompt, answer), record.get("assessments"), record)


def _columns_given(record: Record) -> Record:
    """The columns of an evaluation that are neither its answer nor what was made of it."""
    return {
        key: value
        for key, value in record.items()
        if isinstance(key, str) and key not in _BESIDE and "/" not in key
    }


def _made(number: int, info: Record, pair: tuple[Any, Any], assessments: Any, columns: Record) -> Said:
    notes = entries(assessments)
    expected = [note for note in notes if "expectation" in note]
    expectations = {plain(_name(note)): first(note, "expectation.value", "expectation") for note in expected}
    feedback = {plain(_name(note)) for note in notes if "expectation" not in note}
    values = {name: columns.get(f"{name}/value") for name in _EXPECTED if name not in feedback}
    references = {name: value for name, value in values.items() if value and _is_expectation(name, value)}
    expectations = references | expectations
    parts = exchange(*pair)
    return made(
        number,
        parts,
        id=first(info, "trace_id", "request_id", "client_request_id"),
        group=_session(info) or first(info, "trace_id", "request_id"),
        model=first(info, "model", "model_id"),
        at=first(info, "request_time", "timestamp_ms", "timestamp"),
        details={
            "expected": _expected(expectations or loaded(first(info, "expectations")))
            or first(info, "ground_truth", "targets")
        },
        remarks=[*_assessments(notes), *_columns(columns, {plain(_name(note)) for note in notes})],
        trouble=first(info, "error"),
        raw=info,
    )


def _is_expectation(name: str, value: Any) -> bool:
    """Whether a column's value was expected; under a scorer's name, where it is a list or a sentence."""
    is_verdict = not isinstance(loaded(value), list) and _WORD.fullmatch(plain(value))
    return name in _EXPECTED and not (name == _SCORER and is_verdict)


def _expected(expectations: Any) -> str:
    """What was expected as text: the expected response where it is named, else all that was said of it."""
    if not isinstance(expectations, dict):
        return plain(expectations)
    expected = first(expectations, "expected_response", "expected", "expected_output", "ground_truth")
    only = next(iter(expectations.values())) if len(expectations) == 1 else expectations
    return plain(expected or only)


def _session(info: Record) -> Any:
    metadata = loaded(first(info, "trace_metadata", "request_metadata"))
    return metadata.get("mlflow.trace.session") if isinstance(metadata, dict) else ""


def _name(note: Record) -> Any:
    return first(note, "assessment_name", "name")


def _assessments(notes: list[Record]) -> list[Remark]:
    """People's assessments that stand; a model's stands for itself even where a person overrode it."""
    remarks: list[Remark] = []
    for note in notes:
        name = plain(_name(note))
        human = first(note, "source.source_type", "source_type") == "HUMAN"
        if "expectation" in note or (human and note.get("valid") is False):
            continue
        feedback = note.get("feedback")
        remarks += remark(
            "grade" if human else kind_of(name),
            name,
            first(note, "feedback.value") if isinstance(feedback, dict) else first(note, "value"),
            who=first(note, "source.source_id", "source_id") if human else "",
            reason=first(note, "rationale"),
            at=first(note, "last_update_time", "create_time", "create_time_ms"),
        )
    return remarks


def _columns(record: Record, said: set[str]) -> list[Remark]:
    """Verdicts in an evaluation's columns, ``correctness/value``, that no assessment said before."""
    remarks: list[Remark] = []
    for column, value in record.items():
        match = _COLUMN.match(column) if isinstance(column, str) else None
        if match and match[1] not in said and not _is_expectation(match[1], value):
            stem = column.removesuffix(match[2])
            reason = record.get(f"{stem}rationale") or record.get(f"{stem}justification")
            remarks += remark(kind_of(match[1]), match[1], value, reason=reason)
    return remarks
