"""LangSmith's feedback apart from the runs, as the client lists it: who said what of which run."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import Said, each, first, likeness, plain
from labelcore.store.formats.langsmith import feedback
from labelcore.store.formats.notes import said_of
from labelcore.wording import in_chinese

_WRAPPINGS = ("", "feedback")


def _is_feedback(record: Record) -> bool:
    return {"run_id", "key", "feedback_source"} <= record.keys() and bool({"score", "value"} & record.keys())


@tool(
    "langsmith_feedback",
    "LangSmith feedback on runs",
    get="In Python: [item.dict() for item in Client().list_feedback(run_ids=…)], written as JSON lines.",
    brings="What was said of runs that came in before, found by run id: what people said in LangSmith, as in "
    "an annotation queue, as grades with their comments, other scores as verdicts, those named as user "
    "feedback as feedback.",
    recognise=likeness(_is_feedback, *_WRAPPINGS),
    alone=True,
)
@each(_is_feedback, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each note, by the id of its run."""
    yield from said_of(number, plain(first(record, "run_id")), feedback([record]))


in_chinese(
    {
        "LangSmith feedback on runs": "LangSmith 的运行反馈",
        "In Python: [item.dict() for item in Client().list_feedback(run_ids=…)], written as JSON lines.": (
            "在 Python 中：[item.dict() for item in Client().list_feedback(run_ids=…)]，写成 JSON lines。"
        ),
        "What was said of runs that came in before, found by run id: what people said in LangSmith, as in "
        "an annotation queue, as grades with their comments, other scores as verdicts, those named as user "
        "feedback as feedback.": (
            "对之前导入的运行的评价，按运行编号对应：人在 LangS"
            "mith 中（如标注队列里）给出的成为评分，附带备注；其"
            "他分数成为判定，名称为用户反馈的成为反馈。"
        ),
    }
)
