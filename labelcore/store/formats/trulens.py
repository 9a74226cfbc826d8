"""TruLens: records of an app with what its feedback functions made of them."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import (
    Said,
    each,
    entries,
    exchange,
    first,
    kind_of,
    likeness,
    made,
    plain,
    remark,
)
from labelcore.wording import in_chinese

_CALLS, _PART = "_calls", ":::"
_OF_RECORDS = {"record_json", "app_json", "cost_json", "perf_json"}
_REASONS = ("meta.explanation", "meta.reason", "meta.reasons")


def _is_record(record: Record) -> bool:
    has_calls = any(isinstance(key, str) and key.endswith(_CALLS) for key in record)
    return {"record_id", "input", "output"} <= record.keys() and (
        has_calls or bool(_OF_RECORDS & record.keys())
    )


@tool(
    "trulens",
    "TruLens records",
    get="In Python: records, _ = TruSession().get_records_and_feedback(), then records.to_json("
    "'records.jsonl', orient='records', lines=True), or to_csv.",
    brings="Each record becomes an output with its input, app version, time, conversation and id. What the "
    "feedback functions gave comes as verdicts with their explanations.",
    recognise=likeness(_is_record),
)
@each(_is_record)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each record."""
    yield made(
        number,
        exchange(record.get("input"), record.get("output")),
        id=first(record, "record_id"),
        group=first(record, "conversation_id"),
        prompt_version=first(record, "app_version"),
        at=first(record, "ts"),
        details={"app": first(record, "app_name", "app_id"), "tags": record.get("tags")},
        remarks=list(_scores(record)),
        raw=record,
    )


def _scores(record: Record) -> Iterator[Remark]:
    """The columns of feedback functions, beside which stand the calls that they made."""
    names = {key.removesuffix(_CALLS) for key in record if isinstance(key, str) and key.endswith(_CALLS)}
    for column, value in record.items():
        name = column.partition(_PART)[0] if isinstance(column, str) else ""
        if name in names:
            reasons = (plain(first(call, *_REASONS)) for call in entries(record.get(f"{name}{_CALLS}")))
            reason = "\n".join(filter(None, reasons))
            yield from remark(kind_of(name), column.replace(_PART, "/"), value, reason=reason)


in_chinese(
    {
        "TruLens records": "TruLens 记录",
        "In Python: records, _ = TruSession().get_records_and_feedback(), then records.to_json("
        "'records.jsonl', orient='records', lines=True), or to_csv.": (
            "在 Python 中：records, _ = TruSession().get_records_and_feedback()，再用 "
            "records.to_json('records.jsonl', orient='records', lines=True) 或 to_csv 写出。"
        ),
        "Each record becomes an output with its input, app version, time, conversation and id. What the "
        "feedback functions gave comes as verdicts with their explanations.": (
            "每条记录成为一条输出，附带输入、应用版本、时间、对话和编号。feedback function 给出的成为判定，"
            "附带说明。"
        ),
    }
)
