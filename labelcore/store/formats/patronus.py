"""Patronus: what its evaluators made of a model's outputs."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import (
    Said,
    each,
    exchange,
    first,
    likeness,
    made,
    passages,
    remark,
    truth,
)
from labelcore.wording import in_chinese

_WRAPPINGS = ("", "evaluations", "results")
_MODEL = "evaluated_model_"


def _is_evaluation(record: Record) -> bool:
    return f"{_MODEL}output" in record and bool({"evaluator_id", "evaluator_family", "pass"} & record.keys())


@tool(
    "patronus",
    "Patronus evaluations",
    get="In Patronus open the logs or an experiment and export them; or GET /v1/evaluations, a line each.",
    brings="Each evaluation brings its output with input, context and expected answer; the evaluator's "
    "result comes as a verdict under the name of its criteria, with explanation and score.",
    recognise=likeness(_is_evaluation, *_WRAPPINGS),
)
@each(_is_evaluation, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each evaluation; those of one output come together by their output."""
    name = first(record, "criteria", "profile_name", "evaluator_profile_name", "evaluator_id")
    parts = exchange(first(record, f"{_MODEL}input"), first(record, f"{_MODEL}output"))
    flag = record.get("pass")
    yield made(
        number,
        parts._replace(context=passages(first(record, f"{_MODEL}retrieved_context"))),
        model=first(record, f"{_MODEL}name"),
        at=first(record, "created_at"),
        details={"expected": first(record, f"{_MODEL}gold_answer"), "tags": record.get("tags")},
        remarks=remark(
            "verdict",
            name,
            flag if flag not in (None, "") else first(record, "score_raw"),
            meaning=truth(flag),
            reason=first(record, "explanation"),
            score=first(record, "score_raw"),
        ),
        raw=record,
    )


in_chinese(
    {
        "Patronus evaluations": "Patronus 评估",
        "In Patronus open the logs or an experiment and export them; or GET /v1/evaluations, a line each.": (
            "在 Patronus 中打开日志或实验并导出；或 GET /v1/evaluations，每行一条。"
        ),
        "Each evaluation brings its output with input, context and expected answer; the evaluator's result "
        "comes as a verdict under the name of its criteria, with explanation and score.": (
            "每次评估带来其输出，附带输入、上下文和期望答案；评估器的结果以其标准的名称成为判定，附带说明和分数。"
        ),
    }
)
