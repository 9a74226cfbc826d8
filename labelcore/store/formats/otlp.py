"""OpenTelemetry spans as OTLP writes them in JSON, with the attributes of generative models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, Source, tool
from labelcore.store.formats.fields import Said, entries, first, likeness, plain, read
from labelcore.store.formats.spans import Span
from labelcore.text.nested import nested

_WRAPPINGS = ("resourceSpans", "resource_spans", "batches")
_SCOPES = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans")
_DEEPEST = 12


def _is_resource(record: Record) -> bool:
    return isinstance(first(record, *_SCOPES), list)


def _holds_spans(record: Record) -> bool:
    return _is_resource(record) or any(
        any(_is_resource(entry) for entry in entries(record.get(key))) for key in _WRAPPINGS
    )


@tool(
    "otlp",
    "OpenTelemetry spans (OTLP JSON)",
    get="Add the file exporter to your OpenTelemetry Collector (format json), or save what is sent to "
    "/v1/traces as JSON. The spans must hold the messages: in many libraries that has to be "
    "switched on, as with OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT.",
    brings="Each span with an answer of a model becomes an output, with its conversation and tool calls, "
    "model, time, span id and trace. Evaluation results on a span come as verdicts.",
    recognise=likeness(_holds_spans, "", *_WRAPPINGS, sure=0.99),
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each span that holds an answer; of one document span by span, however large it is."""
    document = source.head.document
    names = [name for name in _WRAPPINGS if isinstance(document, dict) and name in document]
    scopes = {key for name in names for entry in entries(document[name]) for key in _SCOPES if key in entry}
    if len(names) == len(scopes) == 1:
        yield from read(source, _holds_spans, _of_span, f"{names[0]}[].{scopes.pop()}[].spans[]")
    else:
        yield from read(source, _holds_spans, _spans, *_WRAPPINGS, "")


def _of_span(number: int, record: Record) -> Iterator[Said]:
    yield from _span(number, record).rows()


def _spans(number: int, record: Record) -> Iterator[Said]:
    for resource in [record, *(entry for key in _WRAPPINGS for entry in entries(record.get(key)))]:
        for scope in entries(first(resource, *_SCOPES)):
            for span in entries(scope.get("spans")):
                yield from _span(number, span).rows()


def _span(number: int, span: Record) -> Span:
    events = [
        (plain(event.get("name")), _attributes(event.get("attributes")))
        for event in entries(span.get("events"))
    ]
    attributes = nested(_attributes(span.get("attributes")))
    return Span(
        number,
        plain(first(span, "spanId", "span_id")),
        plain(first(span, "traceId", "trace_id")),
        attributes,
        events,
        first(span, "endTimeUnixNano", "end_time_unix_nano", "startTimeUnixNano"),
        whole=first(attributes, "openinference.span.kind") == "LLM",
    )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {plain(pair.get("key")): _value(pair.get("value"), 0) for pair in entries(pairs)}


def _value(typed: Any, depth: int) -> Any:
    """An attribute's value without its type: ``{"stringValue": "a"}`` is a."""
    if not isinstance(typed, dict) or len(typed) != 1 or depth > _DEEPEST:
        return typed
    kind, value = next(iter(typed.items()))
    name = plain(kind).replace("_", "").lower()
    if name == "arrayvalue":
        items = value.get("values") if isinstance(value, dict) else None
        return [_value(item, depth + 1) for item in items] if isinstance(items, list) else []
    if name == "kvlistvalue":
        pairs = entries(value.get("values")) if isinstance(value, dict) else []
        return {plain(pair.get("key")): _value(pair.get("value"), depth + 1) for pair in pairs}
    return value
