"""Humanloop: logs of prompts with what evaluators, models, code and people, made of them."""

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

_WRAPPINGS = ("", "records", "logs")
_JUDGED = ("evaluator_logs", "evaluation_results", "feedback")
_ASKED = {"prompt", "agent", "config", "flow"}


def _is_log(record: Record) -> bool:
    answered = "output" in record or "output_message" in record
    told = all({"type", "value"} <= note.keys() for note in entries(record.get("feedback")))
    judged = told and any(isinstance(record.get(key), list) for key in _JUDGED)
    asked = any(isinstance(record.get(key), dict) for key in _ASKED)
    return answered and judged and asked and "inputs" in record


@tool(
    "humanloop",
    "Humanloop logs",
    get="With the API: GET /logs?file_id=…, or the logs of an export, a line each.",
    brings="Each log becomes an output with its conversation, inputs, model, prompt version, time, id and "
    "trace. Judgments of people come as grades, those of models and code as verdicts; feedback of users as "
    "feedback.",
    recognise=likeness(_is_log, *_WRAPPINGS),
)
@each(_is_log, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each log."""
    given = first(record, "messages") or first(record, "inputs")
    yield made(
        number,
        exchange(given, first(record, "output") or first(record, "output_message")),
        id=first(record, "id"),
        group=first(record, "session_id", "trace_id"),
        model=first(record, "prompt.model", "agent.model", "config.model"),
        prompt_version=first(record, "prompt.version_id", "agent.version_id", "config.id"),
        at=first(record, "end_time", "start_time", "created_at"),
        details={"inputs": record.get("inputs"), "metadata": record.get("metadata")},
        remarks=_judgments(record),
        trouble=first(record, "error"),
        raw=record,
    )


def _judgments(record: Record) -> list[Remark]:
    remarks: list[Remark] = []
    for log in entries(record.get("evaluator_logs")) + entries(record.get("evaluation_results")):
        name = plain(first(log, "evaluator.path", "evaluator.name", "evaluator_name")).rpartition("/")[2]
        human = first(log, "evaluator.spec.evaluator_type", "evaluator.type") == "human"
        remarks += remark(
            "grade" if human else kind_of(name),
            name,
            first(log, "judgment", "value"),
            who=first(log, "user", "created_by") if human else "",
            reason=first(log, "output_message.content", "stdout") if not human else "",
            at=first(log, "created_at"),
        )
    for note in entries(record.get("feedback")):
        remarks += remark(
            "feedback",
            first(note, "type"),
            first(note, "value"),
            who=first(note, "user"),
            at=first(note, "created_at"),
        )
    return remarks


in_chinese(
    {
        "Humanloop logs": "Humanloop 日志",
        "With the API: GET /logs?file_id=…, or the logs of an export, a line each.": (
            "通过 API：GET /logs?file_id=…，或导出的日志，每行一条。"
        ),
        "Each log becomes an output with its conversation, "
        "inputs, model, prompt version, time, id and trace. "
        "Judgments of people come as grades, those of models and code as verdicts; feedback of users as "
        "feedback.": (
            "每条日志成为一条输出，附带对话、输入变量、模型、提示词"
            "版本、时间、编号和 trace。人的判断成为评分，模型和"
            "代码的成为判定；用户的反馈成为反馈。"
        ),
    }
)
