"""Galileo: traces of a log stream or an experiment, with their metrics and what people annotated."""

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
    worded,
)
from labelcore.wording import in_chinese

_SCORED = ("scorer_type", "explanation", "rationale", "model_alias")
"""What a metric of a scorer has, and a mere figure, as a duration, has not."""
_REASONS = ("explanation", "rationale")


def _is_record(record: Record) -> bool:
    known = {"metric_info", "run_id", "feedback_rating_info", "metrics_batch_id"} & record.keys()
    typed = record.get("type") in ("trace", "session", "llm", "workflow", "agent")
    return (
        {"input", "output", "project_id"} <= record.keys() and typed and len(known) > 1 and _is_told(record)
    )


def _is_told(record: Record) -> bool:
    """Whether a record has a place for what scorers or people said of it."""
    return any(key in record for key in ("metric_info", "feedback_rating_info", "annotations"))


@tool(
    "galileo",
    "Galileo traces",
    get="In Python: galileo.export.export_records(project_id=…, log_stream_id=…) gives the traces, each "
    "written as a line of JSON.",
    brings="Each trace becomes an output with its input, what was expected, time, session and id. "
    "Annotations of people come as grades, one for each question and person, under the question's id; "
    "scorers' metrics as verdicts with their explanations.",
    recognise=likeness(_is_record),
)
@each(_is_record)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each trace."""
    yield made(
        number,
        exchange(record.get("input"), record.get("output")),
        id=first(record, "id"),
        group=first(record, "session_id"),
        model=first(record, "model"),
        at=first(record, "created_at"),
        details={
            "name": record.get("name"),
            "tags": record.get("tags"),
            "metadata": record.get("user_metadata"),
            "expected": record.get("dataset_output"),
            "feedback": record.get("feedback_rating_info"),
            "metrics": _untold(record),
        },
        remarks=[*_annotations(record), *_metrics(record)],
        trouble=first(record, "error_message"),
        raw=record,
    )


def _annotations(record: Record) -> Iterator[Remark]:
    """What each person answered to each question, which are known by ids."""
    questions = loaded(record.get("annotations"))
    for question, people in questions.items() if isinstance(questions, dict) else ():
        for who, answer in people.items() if isinstance(people, dict) else ():
            value, reason = first(answer, "value"), first(answer, "explanation")
            if first(answer, "annotation_type") == "text":
                value, reason = "", "\n".join(filter(None, (plain(value), plain(reason))))
            yield from remark("grade", question, worded(value), who=who, reason=reason)


def _scored(record: Record) -> Iterator[tuple[str, Record]]:
    """What scorers gave, and no mere figures, by their names."""
    metrics = loaded(record.get("metric_info"))
    for name, metric in metrics.items() if isinstance(metrics, dict) else ():
        if first(metric, *_SCORED) != "":
            yield plain(name), metric


def _is_value(metric: Record) -> bool:
    value = first(metric, "value")
    return first(metric, "status_type") == "success" and value != "" and not isinstance(value, list | dict)


def _metrics(record: Record) -> Iterator[Remark]:
    for name, metric in _scored(record):
        if _is_value(metric):
            yield from remark(kind_of(name), name, first(metric, "value"), reason=first(metric, *_REASONS))


def _untold(record: Record) -> dict[str, Record]:
    """What scorers said without a value that is one text or number."""
    rest = {name: metric for name, metric in _scored(record) if not _is_value(metric)}
    told = {
        name: {key: metric[key] for key in ("value", *_REASONS) if first(metric, key) not in ("", [], {})}
        for name, metric in rest.items()
    }
    return {name: words for name, words in told.items() if words}


in_chinese(
    {
        "Galileo traces": "Galileo 的 trace",
        "In Python: galileo.export.export_records(project_id=…, log_stream_id=…) gives the traces, each "
        "written as a line of JSON.": (
            "在 Python 中：galileo.export.export_records(project_id=…, log_stream_id=…) 给出 trace，每条写"
            "成一行 JSON。"
        ),
        "Each trace becomes an output with its input, what was expected, time, session and id. Annotations "
        "of people come as grades, one for each question and person, under the question's id; scorers' "
        "metrics as verdicts with their explanations.": (
            "每条 trace 成为一条输出，附带输入、期望答案、时间、会话和编号。人的标注按问题和人各"
            "作为一条评分导入，问题以编号命名；打分器的指标成为判定，附带说明。"
        ),
    }
)
