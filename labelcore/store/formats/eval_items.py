"""The items of an evaluation run as OpenAI's and Azure's interfaces list them, with each grader's result."""

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
    likeness,
    made,
    plain,
    remark,
    truth,
)
from labelcore.wording import in_chinese

_WRAPPINGS = ("", "data")
_ANSWERS = ("response", "answer", "output", "output_text", "sample.output_text")
_EXPECTED = ("ground_truth", "expected", "reference", "ideal", "correct_label")


def _is_item(record: Record) -> bool:
    whole = record.get("object") == "eval.run.output_item" or {"eval_id", "run_id"} <= record.keys()
    return whole and isinstance(record.get("results"), list) and "datasource_item" in record


@tool(
    "eval_items",
    "Items of an evaluation run (OpenAI, Azure)",
    get="In Python: client.evals.runs.output_items.list(run_id=…, eval_id=…), each written as a line with "
    "item.model_dump_json(); or download the run's items in the portal.",
    brings="Each item becomes an output, what was sampled or else the answer in its data, with conversation, "
    "model, time, id and what was expected. Each grader's result comes as a verdict with its reason and "
    "score; it passes or fails as the grader says.",
    recognise=likeness(_is_item, *_WRAPPINGS),
)
@each(_is_item, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each item."""
    data = first(record, "datasource_item.item", "datasource_item")
    data = data if isinstance(data, dict) else {}
    sampled = first(record, "sample.output")
    answer = first(data, *_ANSWERS)
    given = {key: value for key, value in data.items() if key not in (*_ANSWERS, *_EXPECTED, "sample")}
    yield made(
        number,
        exchange(first(record, "sample.input") or given, sampled) if sampled else exchange(given, answer),
        id=first(record, "id"),
        group=first(record, "datasource_item_id"),
        model=first(record, "sample.model"),
        at=first(record, "created_at"),
        details={"expected": first(data, *_EXPECTED), "data": given if sampled else None},
        remarks=[entry for result in entries(record.get("results")) for entry in _result(result)],
        trouble=first(record, "sample.error.message"),
        raw=record,
    )


def _result(result: Record) -> list[Remark]:
    flag = result.get("passed")
    value: Any = first(result, "label", "score") if flag is None else flag
    more = {"reason": first(result, "reason"), "score": first(result, "score")}
    more["threshold"] = first(result, "threshold")
    return remark("verdict", plain(first(result, "name", "metric")), value, meaning=truth(flag), **more)


in_chinese(
    {
        "Items of an evaluation run (OpenAI, Azure)": "评估运行的条目（OpenAI、Azure）",
        "In Python: client.evals.runs.output_items.list(run_id=…, eval_id=…), each written as a line with "
        "item.model_dump_json(); or download the run's items in the portal.": (
            "在 Python 中：client.evals.runs.output_items.list(run_id=…, eval_id=…)，用 "
            "item.model_dump_json() 逐行写出；或在门户中下载该次运行的条目。"
        ),
        "Each item becomes an output, what was sampled or else the answer in its data, with conversation, "
        "model, time, id and what was expected. Each grader's result comes as a verdict with its reason and "
        "score; it passes or fails as the grader says.": (
            "每个条目成为一条输出（取采样的回答，否则取数据中的回答），附带对话、模型、时间、编号和期望答案。"
            "每个评分器的结果成为判定，附带理由和分数，通过与否以评分器为准。"
        ),
    }
)
