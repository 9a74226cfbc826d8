"""Opik: traces with their feedback scores."""

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

_WRAPPINGS = ("", "content", "traces", "data")


def _is_trace(record: Record) -> bool:
    known = {"feedback_scores", "project_id", "project_name", "thread_id", "last_updated_at"} & record.keys()
    return (
        {"id", "input", "output", "start_time"} <= record.keys()
        and "feedback_scores" in known
        and len(known) > 1
    )


@tool(
    "opik",
    "Opik traces",
    get="In Python: opik.Opik().search_traces(project_name=…), each written as a line with "
    "trace.model_dump_json(); or opik export.",
    brings="Each trace becomes an output with its input or conversation, model, time, id and thread. Scores "
    "that people gave in Opik come as grades, other ones as verdicts, those named as feedback as feedback.",
    recognise=likeness(_is_trace, *_WRAPPINGS, sure=0.96),
)
@each(_is_trace, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each trace."""
    yield made(
        number,
        exchange(record.get("input"), record.get("output")),
        id=first(record, "id"),
        group=first(record, "thread_id"),
        model=first(record, "model", "metadata.model", "metadata.ls_model_name"),
        at=first(record, "start_time"),
        details={"name": record.get("name"), "tags": record.get("tags"), "metadata": record.get("metadata")},
        remarks=[
            entry
            for score in entries(record.get("feedback_scores"))
            for part in _by_author(score)
            for entry in _score(part)
        ],
        trouble=first(record, "error_info.message", "error_info.exception_type"),
        raw=record,
    )


def _by_author(score: Record) -> list[Record]:
    """A score that several people gave as one of each of them."""
    authors = score.get("value_by_author")
    told = authors.items() if isinstance(authors, dict) else ()
    given = [(name, value) for name, value in told if isinstance(value, dict)]
    base = score if len(given) == 1 else {key: score.get(key) for key in ("name", "source")}
    by_author: list[Record] = [
        {**base, **{key: part for key, part in value.items() if part is not None}, "last_updated_by": name}
        for name, value in given
    ]
    return by_author or [score]


def _score(score: Record) -> list[Remark]:
    """A score that was given in the interface is a person's."""
    name, human = plain(score.get("name")), plain(score.get("source")).lower() == "ui"
    kind = kind_of(name, "grade" if human else "verdict")
    label = first(score, "category_name", "value")
    who = first(score, "last_updated_by", "created_by") if kind == "grade" else ""
    more = {"who": who, "reason": score.get("reason"), "score": score.get("value")}
    return remark(kind, name, label, at=first(score, "last_updated_at"), **more)


in_chinese(
    {
        "Opik traces": "Opik 的 trace",
        "In Python: opik.Opik().search_traces(project_name=…), each written as a line with "
        "trace.model_dump_json(); or opik export.": (
            "在 Python 中：opik.Opik().search_traces(project_name=…)，用 trace.model_dump_json() 逐行写出；"
            "或使用 opik export。"
        ),
        "Each trace becomes an output with its input or conversation, model, time, id and thread. Scores "
        "that people gave in Opik come as grades, other ones as verdicts, those named as feedback as "
        "feedback.": (
            "每条 trace 成为一条输出，附带输入或对话、模型、时间、编号和线程。在 Opik 中由人给出的分数成为评"
            "分，其他的成为判定，名称表明是用户反馈的作为反馈导入。"
        ),
    }
)
