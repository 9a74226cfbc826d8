"""UltraFeedback: several models' answers to an instruction, each with what a judge made of it."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import (
    Said,
    each,
    entries,
    exchange,
    first,
    likeness,
    loaded,
    made,
    plain,
    remark,
)
from labelcore.wording import in_chinese

_WRAPPINGS = ("", "data", "rows")
_REASONS = ("Rationale For Rating", "Rationale")


def _is_record(record: Record) -> bool:
    answers = entries(record.get("completions"))
    known = {"annotations", "critique", "overall_score"}
    return "instruction" in record and any(
        "response" in answer and known & answer.keys() for answer in answers
    )


@tool(
    "ultrafeedback",
    "UltraFeedback completions",
    get="Take the data set's JSON lines or Parquet as it is: an instruction a row, with its completions.",
    brings="Each completion becomes an output with its instruction, model and principle; those of a row are "
    "of one source. The ratings are a model's and come as verdicts with their rationales, one for each "
    "aspect, the overall score with the critique.",
    recognise=likeness(_is_record, *_WRAPPINGS),
)
@each(_is_record, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each completion."""
    name = plain(first(record, "id", "prompt_id"))
    for place, answer in enumerate(entries(record.get("completions")), 1):
        yield made(
            number,
            exchange(record.get("instruction"), answer.get("response")),
            id=f"{name}/{place}" if name else "",
            group=name,
            model=first(answer, "model"),
            details={
                "source": record.get("source"),
                "principle": answer.get("principle"),
                "system_prompt": answer.get("custom_system_prompt"),
            },
            remarks=list(_ratings(answer)),
            raw=answer,
        )


def _ratings(answer: Record) -> Iterator[Remark]:
    aspects = loaded(answer.get("annotations"))
    for aspect, note in aspects.items() if isinstance(aspects, dict) else ():
        yield from remark("verdict", aspect, first(note, "Rating"), reason=first(note, *_REASONS))
    yield from remark("verdict", "overall", first(answer, "overall_score"), reason=first(answer, "critique"))


in_chinese(
    {
        "UltraFeedback completions": "UltraFeedback 回答",
        "Take the data set's JSON lines or Parquet as it is: an instruction a row, with its completions.": (
            "直接使用数据集的 JSON lines 或 Parquet：每行一条指令，附带其各个回答。"
        ),
        "Each completion becomes an output with its instruction, model and principle; those of a row are of "
        "one source. The ratings are a model's and come as verdicts with their rationales, one for each "
        "aspect, the overall score with the critique.": (
            "每个回答成为一条输出，附带指令、模型和原则；同一行的回答属于同一来源。评分出自模型，按方面各成"
            "为一条判定，附带理由；总分附带说明。"
        ),
    }
)
