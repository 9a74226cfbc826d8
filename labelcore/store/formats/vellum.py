"""Vellum: executions of a workflow or of a test suite, with their metrics and the actuals sent back."""

from __future__ import annotations

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
)
from labelcore.wording import in_chinese

_WRAPPINGS = ("", "results")


def _is_execution(record: Record) -> bool:
    """An execution of a workflow, or of a test case."""
    typed = _are_typed(record.get("outputs")) and (not record.get("inputs") or _are_typed(record["inputs"]))
    of_test = "test_case_id" in record and isinstance(record.get("metric_results"), list)
    of_workflow = "span_id" in record and isinstance(record.get("inputs"), list)
    return typed and (of_test or of_workflow)


def _are_typed(variables: Any) -> bool:
    """Whether a value is a list of variables with names and types, and holds some."""
    found = loaded(variables)
    known = {"name", "type", "value"}
    return (
        isinstance(found, list)
        and bool(found)
        and len(found) == sum(known <= variable.keys() for variable in entries(found))
    )


@tool(
    "vellum",
    "Vellum executions",
    get="In Python: client.test_suite_runs.list_executions(…), or the executions of a workflow's deployment "
    "with client.workflow_deployments, each written as a line with .json().",
    brings="Each execution becomes an output, what its outputs hold, with inputs, time and id. Metrics come "
    "as verdicts with what they say beside their number; the quality of an actual that was sent back comes "
    "as feedback, its text as what was expected.",
    recognise=likeness(_is_execution, *_WRAPPINGS),
)
@each(_is_execution, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each execution."""
    quality, when = first(record, "latest_actual.quality"), first(record, "latest_actual.timestamp")
    actual = remark("feedback", "quality", quality, at=when)
    yield made(
        number,
        exchange(_values(record.get("inputs")), _values(record.get("outputs"))),
        id=first(record, "id", "span_id"),
        group=first(record, "test_case_id"),
        at=first(record, "end", "start"),
        details={
            "expected": first(record, "latest_actual.output.value"),
            "metrics": {
                label: "\n".join(texts) for label, given, texts in _results(record) if texts and not given
            },
        },
        remarks=[*_metrics(record), *actual],
        trouble=first(record, "error.message"),
        raw=record,
    )


def _values(variables: Any) -> dict[str, Any]:
    """Variables by their names, chats as messages."""
    return {plain(variable.get("name")): _value(variable) for variable in entries(variables)}


def _value(variable: Record) -> Any:
    value = variable.get("value")
    if variable.get("type") != "CHAT_HISTORY":
        return value
    return [
        {"role": turn.get("role"), "content": first(turn, "text", "content.value")} for turn in entries(value)
    ]


def _metrics(record: Record) -> Iterator[Remark]:
    """Each metric's numbers, with its texts as their reason; its texts alone where it has no number."""
    for label, given, texts in _results(record):
        for output in given:
            name = label if len(given) == 1 else f"{label}/{plain(output.get('name'))}"
            yield from remark(kind_of(name), name, output.get("value"), reason="\n".join(texts))


def _results(record: Record) -> Iterator[tuple[str, list[Record], list[str]]]:
    """Each metric's name, what it gave, and its texts beside that; it gave nothing where a number lacks."""
    for result in entries(record.get("metric_results")):
        outputs = [output for output in entries(result.get("outputs")) if output.get("type") != "ERROR"]
        numbers = [output for output in outputs if output.get("type") != "STRING"]
        words = [
            output for output in outputs if output.get("type") == "STRING" and first(output, "value") != ""
        ]
        label = plain(first(result, "metric_label", "label", "metric_definition.label", "metric_id"))
        if numbers:
            given = [output for output in numbers if first(output, "value") != ""]
            yield label, given, [plain(output.get("value")) for output in words]
        else:
            yield label, words, []


in_chinese(
    {
        "Vellum executions": "Vellum 执行记录",
        "In Python: client.test_suite_runs.list_executions(…), or the executions of a workflow's deployment "
        "with client.workflow_deployments, each written as a line with .json().": (
            "在 Python 中：client.test_suite_runs.list_executions(…)，或用 client.workflow_deployments 取某"
            "个工作流部署的执行记录，每条用 .json() 写成一行。"
        ),
        "Each execution becomes an output, what its outputs hold, with inputs, time and id. Metrics come as "
        "verdicts with what they say beside their number; the quality of an actual that was sent back comes "
        "as feedback, its text as what was expected.": (
            "每次执行成为一条输出（取其输出变量），附带输入、时间和编号。指标成为判定，附带数字旁边的说明；"
            "回传的 actual 的 quality 成为反馈，其文本成为期望答案。"
        ),
    }
)
