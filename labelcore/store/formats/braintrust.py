"""Braintrust: the rows of an experiment or of logs, with their scores."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import (
    Said,
    each,
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

_WRAPPINGS = ("", "events", "data", "rows")


def _is_event(record: Record) -> bool:
    known = {"root_span_id", "span_parents", "span_attributes", "is_root", "_xact_id", "experiment_id"}
    return "output" in record and "scores" in record and len(known & record.keys()) > 1


@tool(
    "braintrust",
    "Braintrust experiments or logs",
    get="Download the experiment or the logs as JSON or CSV in the app, or fetch them: POST "
    "/v1/experiment/ID/fetch, /v1/project_logs/ID/fetch.",
    brings="Each trace becomes an output, its root span's, with input or conversation, expected output, "
    "model, time and id; spans inside of it are left out. Scores come as verdicts, those named as feedback "
    "as feedback.",
    recognise=likeness(_is_event, *_WRAPPINGS, sure=0.96),
)
@each(_is_event, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each root span."""
    if loaded(record.get("span_parents")) or plain(record.get("is_root")).lower() == "false":
        return
    yield made(
        number,
        exchange(loaded(record.get("input")), loaded(record.get("output"))),
        id=first(record, "id"),
        group=first(record, "root_span_id"),
        model=first(record, "metadata.model"),
        at=first(record, "created"),
        details={name: loaded(record.get(name)) for name in ("expected", "metadata", "tags")},
        remarks=_scores(record),
        trouble=first(record, "error"),
        raw=record,
    )


def _scores(record: Record) -> list[Remark]:
    scores = loaded(record.get("scores"))
    pairs = scores.items() if isinstance(scores, dict) else ()
    return [entry for name, value in pairs for entry in remark(kind_of(plain(name)), name, value)]


in_chinese(
    {
        "Braintrust experiments or logs": "Braintrust 实验或日志",
        "Download the experiment or the logs as JSON or CSV in the app, or fetch them: POST "
        "/v1/experiment/ID/fetch, /v1/project_logs/ID/fetch.": (
            "在应用中把实验或日志下载为 JSON 或 CSV，或用接口获取：POST /v1/experiment/ID/fetch、"
            "/v1/project_logs/ID/fetch。"
        ),
        "Each trace becomes an output, its root span's, with input or conversation, expected output, "
        "model, time and id; spans inside of it are left out. Scores come as verdicts, those named as "
        "feedback as feedback.": (
            "每条 trace 成为一条输出（取其根 span），附带输入或对话、期望输出、模型、时间和编号；内部的 span "
            "不导入。分数成为判定，名称表明是用户反馈的作为反馈导入。"
        ),
    }
)
