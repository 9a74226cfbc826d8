"""Langfuse: traces with their observations and scores, or observations alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, Remark, Source, tool
from labelcore.store.formats.fields import (
    Said,
    entries,
    exchange,
    first,
    kind_of,
    likeness,
    loaded,
    made,
    place_of,
    plain,
    read,
    remark,
    written,
)

_TYPES = {"GENERATION", "SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING"}
_WRAPPINGS = ("", "data", "traces", "observations")
_TRACE_KEYS = {"sessionId", "session_id", "userId", "user_id", "release", "bookmarked", "public", "tags"}
_OTHER_KEYS = set(
    "id timestamp name input output metadata version observations scores environment externalId htmlPath "
    "latency totalCost projectId createdAt updatedAt".split()
)


def unquoted(record: Record, *, is_twice: bool = False) -> Record:
    """A table's row in which every text was written as JSON, known by its id or time, as the texts."""
    if not _is_quoted(first(record, "id", "timestamp", "traceId")):
        return record
    texts = {key: written(value) for key, value in record.items()}
    return {key: written(value) if is_twice else loaded(value) for key, value in texts.items()}


def _is_quoted(value: Any) -> bool:
    return isinstance(value, str) and value.startswith('"') and value.endswith('"')


def _is_twice(source: Source) -> bool:
    """Whether every input and output of a table that is a text was written as JSON twice.

    In other tables a text that still has quotation marks around it holds them.
    """
    is_found = False
    for _, record in source.records(place_of(source, _is_either, *_WRAPPINGS)):
        if not isinstance(record, dict) or not _is_quoted(first(record, "id", "timestamp", "traceId")):
            return False
        cells = (written(record[key]) for key in ("input", "output") if _is_quoted(record.get(key)))
        texts = [cell for cell in cells if isinstance(loaded(cell), str)]
        if not all(map(_is_quoted, texts)):
            return False
        is_found = is_found or bool(texts)
    return is_found


def _is_trace(record: Record) -> bool:
    trace = _trace(record)
    if isinstance(first(record, "observations"), list) and first(trace, "id", "timestamp"):
        return isinstance(first(record, "trace"), dict) or len(_TRACE_KEYS & trace.keys()) >= 1
    if not {"id", "timestamp", "input", "output"} <= trace.keys():
        return False
    return len(_TRACE_KEYS & trace.keys()) >= 3 or _is_scored(trace) or _is_observed(trace)


def _is_scored(trace: Record) -> bool:
    """Whether a list of scores, be it empty, names and values each."""
    scores = trace.get("scores")
    return isinstance(scores, list) and all(
        isinstance(score, dict) and "name" in score and ("value" in score or "stringValue" in score)
        for score in scores
    )


def _is_observed(trace: Record) -> bool:
    observations = trace.get("observations")
    return isinstance(observations, list) and any(
        isinstance(step, dict) and step.get("type") in _TYPES for step in observations
    )


def _is_observation(record: Record) -> bool:
    kind = record.get("type")
    trace = first(record, "traceId", "trace_id", "traceName", "trace_name")
    has_output = first(record, "startTime", "start_time") and "output" in record
    return isinstance(kind, str) and kind in _TYPES and bool(trace) and bool(has_output)


def _is_either(record: Record) -> bool:
    record = unquoted(record)
    return _is_trace(record) or _is_observation(record)


def _trace(record: Record) -> Record:
    inner = record.get("trace")
    return inner if isinstance(inner, dict) else record


@tool(
    "langfuse",
    "Langfuse traces or observations",
    get="In Langfuse open Tracing, filter, and choose Export as JSON or CSV; or open a trace and choose"
    " Download JSON. With the API: GET /api/public/traces?fields=core,io,scores,observations.",
    brings="Each trace becomes an output with its input or conversation, model, prompt version, time, id "
    "and session; where it has no output of its own, the last generation's. Scores come along: from"
    " annotation as people's grades, other ones as verdicts, those named as feedback as feedback.",
    recognise=likeness(_is_either, *_WRAPPINGS),
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each trace, or for each generation of a file of observations."""
    is_twice = _is_twice(source)

    def row(number: int, record: Record) -> Iterator[Said]:
        return _rows(number, unquoted(record, is_twice=is_twice))

    yield from read(source, _is_either, row, *_WRAPPINGS)


def _rows(number: int, record: Record) -> Iterator[Said]:
    if _is_observation(record):
        if record["type"] == "GENERATION":
            yield _generation(number, record)
        return
    trace = _trace(record)
    generations = [one for one in entries(record.get("observations")) if one.get("type") == "GENERATION"]
    last = max(generations, key=lambda one: plain(first(one, "startTime", "start_time")), default={})
    parts = exchange(first(trace, "input"), first(trace, "output"))
    if not parts.output.strip():
        parts = exchange(first(last, "input") or first(trace, "input"), first(last, "output"))
    scores = [*entries(record.get("scores")), *(entries(trace.get("scores")) if trace is not record else ())]
    yield made(
        number,
        parts,
        id=first(trace, "id"),
        group=first(trace, "sessionId", "session_id") or first(trace, "id"),
        model=first(last, "model", "providedModelName", "provided_model_name", "internalModelId"),
        prompt_version=_prompt(last) or first(trace, "version"),
        at=first(trace, "timestamp"),
        details=_details(trace),
        remarks=scores_of(scores) or _table_scores(trace.get("scores")),
        raw=trace,
    )


def _details(trace: Record) -> Record:
    """What labels a trace, and what somebody added to it that Langfuse does not know."""
    more = {key: value for key, value in trace.items() if key not in _TRACE_KEYS | _OTHER_KEYS}
    return {key: trace.get(key) for key in ("name", "tags", "release", "metadata")} | more


def _generation(number: int, record: Record) -> Said:
    trace = first(record, "traceId", "trace_id")
    return made(
        number,
        exchange(first(record, "input"), first(record, "output")),
        id=first(record, "id"),
        group=first(record, "sessionId", "session_id") or trace,
        model=first(record, "providedModelName", "provided_model_name", "model"),
        prompt_version=_prompt(record),
        at=first(record, "endTime", "end_time", "startTime", "start_time"),
        details={"name": record.get("name"), "trace": trace, "metadata": record.get("metadata")},
        remarks=scores_of(entries(record.get("scores"))) or _table_scores(record.get("scores")),
        trouble=first(record, "statusMessage", "status_message"),
        raw=record,
    )


def _prompt(observation: Record) -> str:
    name = plain(first(observation, "promptName", "prompt_name"))
    version = plain(first(observation, "promptVersion", "prompt_version"))
    return f"{name} {version}".strip() if name else ""


def scores_of(scores: list[Record]) -> list[Remark]:
    """Scores as the interface gives them: those of annotation as people's grades."""
    remarks: list[Remark] = []
    for score in scores:
        name, human = plain(score.get("name")), score.get("source") == "ANNOTATION"
        value = first(score, "stringValue", "string_value", "value")
        who = first(score, "authorUserId", "author_user_id", "author", "authorUserName") if human else ""
        when, number = first(score, "timestamp", "createdAt"), first(score, "value")
        kind = "grade" if human else kind_of(name)
        reason = first(score, "comment")
        remarks += remark(kind, name, value, who=who, reason=reason, at=when, score=number)
    return remarks


def _table_scores(scores: Any) -> list[Remark]:
    """The scores of a table's export, by name; it does not say who gave them."""
    if not isinstance(scores, dict):
        return []
    remarks: list[Remark] = []
    for name, values in scores.items():
        for value in values if isinstance(values, list) else [values]:
            remarks += remark(kind_of(plain(name)), name, value)
    return remarks
