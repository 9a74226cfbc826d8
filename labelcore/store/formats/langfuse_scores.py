"""Langfuse's scores apart from the traces, as its table of scores and its interface give them."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import Said, each, first, likeness, plain
from labelcore.store.formats.langfuse import scores_of, unquoted
from labelcore.store.formats.notes import said_of
from labelcore.wording import in_chinese

_WRAPPINGS = ("", "data", "scores")
_ABOUT = ("observationId", "observation_id", "traceId", "trace_id")
_BESIDE = {"dataType", "data_type", "observationId", "authorUserId", "traceName", "configId"}
_SOURCES = {"API", "EVAL", "ANNOTATION"}


def _is_score(record: Record) -> bool:
    record = unquoted(record)
    about = any(key in record for key in _ABOUT) and bool(_BESIDE & record.keys())
    valued = {"name", "value", "source"} <= record.keys() and not {"input", "output"} & record.keys()
    return about and valued and plain(record.get("source")) in _SOURCES


@tool(
    "langfuse_scores",
    "Langfuse scores",
    get="In Langfuse open Scores, filter, and choose Export as JSON or CSV. With the API: GET "
    "/api/public/v2/scores.",
    brings="What was said of traces or observations that came in before, found by their ids: scores from "
    "annotation as people's grades with their comments, other ones as verdicts, those named as feedback as "
    "feedback.",
    recognise=likeness(_is_score, *_WRAPPINGS),
    alone=True,
)
@each(_is_score, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each score, by the id of its observation or trace."""
    record = unquoted(record)
    yield from said_of(number, plain(first(record, *_ABOUT)), scores_of([record]))


in_chinese(
    {
        "Langfuse scores": "Langfuse 分数",
        "In Langfuse open Scores, filter, and choose Export as JSON or CSV. With the API: GET "
        "/api/public/v2/scores.": (
            "在 Langfuse 中打开 Scores，筛选后导出为 JSON 或 CSV。通过 API：GET /api/public/v2/scores。"
        ),
        "What was said of traces or observations that came in before, found by their ids: scores from "
        "annotation as people's grades with their comments, other ones as verdicts, those named as feedback "
        "as feedback.": (
            "对之前导入的 trace 或 observation 的评价，按编号对应：来自人工标注的成为评分，附带备注；其他成为"
            "判定，名称表明是用户反馈的作为反馈导入。"
        ),
    }
)
