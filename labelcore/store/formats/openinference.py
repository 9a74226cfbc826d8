"""Spans of OpenInference, as Phoenix exports them: attributes flat or in each other, a table or objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labelcore.store.formats.base import Record, Remark, Source, tool
from labelcore.store.formats.fields import Kind, Said, first, likeness, loaded, read, remark
from labelcore.store.formats.spans import Span, remarks_of
from labelcore.text.nested import nested

_MARKS = (
    "attributes.llm",
    "attributes.gen_ai",
    "attributes.openinference",
    "attributes.input.value",
    "attributes.output.value",
)
_WRAPPINGS = ("", "data", "spans", "data.spans")
_OTHERS = {"EMBEDDING", "RETRIEVER", "RERANKER", "TOOL"}


def _opened(record: Record) -> dict[str, Any]:
    """A span with all its attributes in each other; a table's cells as what they say."""
    texts = ("value", "content")  # what was written in JSON there says so beside it
    cells = {str(key): value for key, value in record.items() if value not in (None, "")}
    return nested({key: value if key.endswith(texts) else loaded(value) for key, value in cells.items()})


def _is_span(record: Record) -> bool:
    span = _opened(record)
    name = first(span, "context.span_id", "span_id", "spanId", "id", "parent_id", "name", "span_kind")
    return name != "" and any(first(span, mark) for mark in _MARKS)


def _kind(span: Mapping[str, Any]) -> str:
    return str(first(span, "attributes.openinference.span.kind", "span_kind", "spanKind")).upper()


@tool(
    "openinference",
    "Phoenix / OpenInference spans",
    get="In Python: Client().spans.get_spans_dataframe(project_identifier=…).to_parquet('spans.parquet') "
    "with phoenix.client, or the spans of the REST interface as JSON. Phoenix gives annotations apart "
    "(get_span_annotations_dataframe): bring them as a second file, joined by span id.",
    brings="Each model's span becomes an output with its conversation and tool calls, model, time, span id "
    "and trace. Annotations that stand in the span come along: people's as grades, a model's as verdicts.",
    recognise=likeness(_is_span, *_WRAPPINGS),
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each span of a model; where a file begins without one, for each span that none called."""
    first_ones = [_opened(record) for record in source.head.records if isinstance(record, dict)]
    has_models = any(
        _kind(span) == "LLM" or (_kind(span) not in _OTHERS and first(span, "attributes.llm"))
        for span in first_ones
    )

    def spans(number: int, record: Record) -> Iterator[Said]:
        span = _opened(record)
        attributes = span.get("attributes")
        outermost = not first(span, "parent_id", "parentId")
        yield from Span(
            number,
            first(span, "context.span_id", "span_id", "spanId", "id"),
            first(span, "context.trace_id", "trace_id", "traceId"),
            attributes if isinstance(attributes, dict) else {},
            _events(span.get("events")),
            first(span, "end_time", "start_time", "endTime", "startTime"),
            [*remarks_of(first(span, "annotations", "span_annotations")), *_columns_of(span)],
            whole=_kind(span) == "LLM" or (not has_models and outermost),
        ).rows()

    yield from read(source, _is_span, spans, *_WRAPPINGS)


def _columns_of(span: Mapping[str, Any]) -> Iterator[Remark]:
    """What Arize writes in columns: ``eval.NAME.label`` of a judge, ``annotation.NAME.label`` of a person."""
    kinds: dict[str, Kind] = {"eval": "verdict", "annotation": "grade"}
    for place, kind in kinds.items():
        named = span.get(place)
        for name, said in named.items() if isinstance(named, dict) else ():
            if isinstance(said, dict):
                yield from remark(
                    kind,
                    name,
                    first(said, "label", "score"),
                    who=first(said, "updated_by") if kind == "grade" else "",
                    reason=first(said, "explanation", "text"),
                    score=first(said, "score"),
                )
            elif kind == "grade" and name == "notes":
                yield from remark(kind, "", "", reason=said)


def _events(value: Any) -> list[tuple[str, Mapping[str, Any]]]:
    items = value if isinstance(value, list) else []
    pairs = ((item.get("name"), item.get("attributes")) for item in items if isinstance(item, dict))
    return [(str(name), attributes) for name, attributes in pairs if isinstance(attributes, dict)]
