"""Examples of a Phoenix data set, as its table names them: example_id, input_…, output_…, metadata_…."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labelcore.store.formats.base import FileHead, Record, tool
from labelcore.store.formats.fields import Said, each, exchange, first, likeness, made
from labelcore.wording import in_chinese


def _is_example(record: Record) -> bool:
    return "example_id" in record and _are_of_examples(list(map(str, record)))


def _are_of_examples(names: Sequence[str]) -> bool:
    return "example_id" in names and all(
        any(name.startswith(start) for name in names) for start in ("input_", "output_")
    )


def _recognise(head: FileHead) -> float:
    """By the columns: of a table with large cells just one row may be whole."""
    return 0.95 if _are_of_examples(head.columns) and likeness(_is_example)(head) else 0.0


@tool(
    "phoenix_examples",
    "Phoenix data set examples",
    get="In Phoenix open the data set and choose Download CSV.",
    brings="Each example becomes an output with its input or conversation, its metadata and id.",
    recognise=_recognise,
)
@each(_is_example)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each example; where its whole input or output is one text, that text."""

    def part(start: str) -> dict[str, object]:
        pairs = {
            name: value for name, value in record.items() if isinstance(name, str) and value not in (None, "")
        }
        return {name.removeprefix(start): value for name, value in pairs.items() if name.startswith(start)}

    yield made(
        number,
        exchange(part("input_"), part("output_")),
        id=first(record, "example_id"),
        details={"metadata": part("metadata_")},
        raw=record,
    )


in_chinese(
    {
        "Phoenix data set examples": "Phoenix 数据集样例",
        "In Phoenix open the data set and choose Download CSV.": (
            "在 Phoenix 中打开数据集，选择 Download CSV。"
        ),
        "Each example becomes an output with its input or conversation, its metadata and id.": (
            "每个样例成为一条输出，附带输入或对话、元数据和编号。"
        ),
    }
)
