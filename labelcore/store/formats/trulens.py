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
_OF_RECORDS = {"app_id", "app_name", "app_json", "record_json", "perf_json", "ts"}
_TAKEN = frozenset(
    "app_id app_name app_version app_json record_id record_json conversation_id input output ts".split()
)
_REASONS = ("meta.explanation", "meta.reason", "meta.reasons")


def _is_record(record: Record) -> bool:
    of_tool = len(_OF_RECORDS & record.keys()) > 1 or any(
        _is_called(record, name) for _, name in _given(record)
    )
    return {"record_id", "input", "output"} <= record.keys() and of_tool


def _given(record: Record) -> Iterator[tuple[str, str]]:
    """The columns beside which calls stand, and the names of the feedback functions that gave them."""
    for column in record:
        name = column.partition(_PART)[0] if isinstance(column, str) else ""
        if name and f"{name}{_CALLS}" in record:
            yield column, name


def _is_called(record: Record, name: str) -> bool:
    """Whether the calls of a feedback function are known as such by what they hold."""
    return any({"args", "ret", "meta"} & call.keys() for call in entries(record[f"{name}{_CALLS}"]))


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
        details={"app": first(record, "app_name", "app_id"), **_others(record)},
        remarks=list(_scores(record)),
        raw=record,
    )


def _others(record: Record) -> Record:
    """What else stands in a record, but the whole of what ran."""
    given = {name for column, function in _given(record) for name in (column, f"{function}{_CALLS}")}
    return {key: value for key, value in record.items() if key not in _TAKEN | given}


def _scores(record: Record) -> Iterator[Remark]:
    """The columns of feedback functions, beside which stand the calls that they made."""
    for column, name in _given(record):
        reasons = (plain(first(call, *_REASONS)) for call in entries(record[f"{name}{_CALLS}"]))
        reason = "\n".join(filter(None, reasons))
        yield from remark(kind_of(name), column.replace(_PART, "/"), record[column], reason=reason)


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
