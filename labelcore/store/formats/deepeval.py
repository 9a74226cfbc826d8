"""DeepEval: test runs and evaluation results with their metrics, and data sets of test cases."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, Remark, Source, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    entries,
    exchange,
    first,
    likeness,
    loaded,
    made,
    passages,
    plain,
    read_all,
    remark,
    truth,
)

_WRAPPINGS = (
    "testCases",
    "test_results",
    "testResults",
    "testRunData.testCases",
    "conversationalTestCases",
    "testRunData.conversationalTestCases",
    "goldens",
    "",
)
_BESIDE = {
    "expected_output",
    "expectedOutput",
    "retrieval_context",
    "retrievalContext",
    "metricsData",
    "metrics_data",
}


def _is_case(record: Record) -> bool:
    has_answer = bool({"actual_output", "actualOutput"} & record.keys()) and "input" in record
    has_verdicts = bool(_metrics(record)) and bool(record.get("turns"))
    return (has_answer and bool(_BESIDE & record.keys())) or has_verdicts


@tool(
    "deepeval",
    "DeepEval results or test cases",
    get="Take .deepeval/.latest_run_full.json after deepeval test run, or set DEEPEVAL_RESULTS_FOLDER and "
    "take a file from there. Test cases saved with dataset.save_as(file_type='json') or 'csv' are read too.",
    brings="Each test case becomes an output with input, context, expected output and name. Each metric "
    "comes as a verdict with its reason; it passes or fails as the metric's own threshold says.",
    recognise=likeness(_is_case, *_WRAPPINGS),
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each test case, of one turn and of several."""
    yield from read_all(source, _is_case, lambda number, record: [_case(number, record)], *_WRAPPINGS)


def _case(number: int, record: Record) -> Said:
    answer = first(record, "actual_output", "actualOutput")
    parts = exchange(first(record, "turns"), "") if not answer else Exchange()
    if parts.conversation:
        parts = exchange("", parts.conversation)
    elif answer:
        parts = exchange(first(record, "input"), answer)
    context = first(record, "retrieval_context", "retrievalContext") or first(record, "context")
    return made(
        number,
        parts._replace(context=passages(context)),
        id=first(record, "id"),
        details={
            "name": record.get("name"),
            "expected": first(record, "expected_output", "expectedOutput"),
            "metadata": first(record, "additional_metadata", "additionalMetadata", "metadata"),
        },
        remarks=[remark_ for metric in _metrics(record) for remark_ in _metric(metric)],
        raw=record,
    )


def _metrics(record: Record) -> list[Record]:
    return entries(loaded(first(record, "metricsData", "metrics_data")))


def _metric(metric: Record) -> list[Remark]:
    flag = metric.get("success")
    value = first(metric, "score") if flag is None else flag
    name = plain(metric.get("name"))
    beside = {key: first(metric, key) for key in ("reason", "score", "threshold")}
    return remark("verdict", name, value, meaning=truth(flag), **beside)
