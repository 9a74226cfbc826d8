"""Annotations of spans, as Phoenix gives them apart from the spans: who said what of which span."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import Said, each, first, likeness, plain
from labelcore.store.formats.notes import said_of
from labelcore.store.formats.spans import remarks_of
from labelcore.text.nested import nested

_WRAPPINGS = ("", "data", "annotations")


def _is_annotation(record: Record) -> bool:
    name = first(record, "name", "annotation_name")
    return {"span_id", "annotator_kind"} <= record.keys() and bool(name)


@tool(
    "phoenix_annotations",
    "Phoenix annotations of spans",
    get="In Python: Client().spans.get_span_annotations_dataframe(…).to_parquet('annotations.parquet') with "
    "phoenix.client, or the annotations of the REST interface as JSON.",
    brings="What was said of spans that came in before, found by span id: people's annotations as grades, "
    "those of a model or of code as verdicts, with their explanations.",
    recognise=likeness(_is_annotation, *_WRAPPINGS),
    alone=True,
)
@each(_is_annotation, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each annotation, by the id of its span."""
    note = nested({key: value for key, value in record.items() if value not in (None, "")})
    yield from said_of(number, plain(first(note, "span_id")), remarks_of([note]))
