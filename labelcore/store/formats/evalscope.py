"""EvalScope: the reviews of a run, each with what the model answered and how it was scored."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import Said, each, entries, exchange, first, likeness, made, plain, remark
from labelcore.text.chats import speaker
from labelcore.wording import in_chinese

_SCORE = "sample_score.score"
_USER = "**User**:"


def _is_review(record: Record) -> bool:
    score = first(record, _SCORE)
    return isinstance(score, dict) and {"value", "prediction"} <= score.keys()


@tool(
    "evalscope",
    "EvalScope reviews",
    get="Take a data set's file from outputs/TIME/reviews/MODEL. The files in predictions say what was "
    "answered, without the scores.",
    brings="Each sample becomes an output with its messages, the target and its number; several answers to "
    "one sample are of one source. The metrics come as verdicts with their explanation.",
    recognise=likeness(_is_review),
)
@each(_is_review)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each sample."""
    messages = entries(record.get("messages"))
    while messages and speaker(messages[-1].get("role")) == "assistant":
        messages = messages[:-1]
    question = plain(record.get("input")).strip().removeprefix(_USER).strip()
    models = [first(message, "model") for message in entries(record.get("messages"))]
    sample, group = (plain(first(record, f"sample_score.{name}")) for name in ("sample_id", "group_id"))
    yield made(
        number,
        exchange(
            {"messages": messages} if messages else question, plain(first(record, f"{_SCORE}.prediction"))
        ),
        id=first(record, "index") if record.get("index") not in (None, "") else sample,
        group=group,
        model=next(filter(None, reversed(models)), ""),
        details={
            "expected": record.get("target"),
            "extracted": first(record, f"{_SCORE}.extracted_prediction"),
            "sample": first(record, "sample_score.sample_metadata"),
        },
        remarks=list(_scores(record)),
        raw=record,
    )


def _scores(record: Record) -> Iterator[Remark]:
    values = first(record, f"{_SCORE}.value")
    why = first(record, f"{_SCORE}.explanation")
    for name, value in values.items() if isinstance(values, dict) else ():
        yield from remark("verdict", name, value, reason=why)


in_chinese(
    {
        "EvalScope reviews": "EvalScope 评审结果",
        "Take a data set's file from outputs/TIME/reviews/MODEL. The files in predictions say what was "
        "answered, without the scores.": (
            "取 outputs/TIME/reviews/MODEL 中某个数据集的文件。predictions 中的文件只有回答，没有分数。"
        ),
        "Each sample becomes an output with its messages, the target and its number; several answers to one "
        "sample are of one source. The metrics come as verdicts with their explanation.": (
            "每个样本成为一条输出，附带消息、标准答案和序号；同一样本的多个回答属于同一来源。指标成为判定，附带说明。"
        ),
    }
)
