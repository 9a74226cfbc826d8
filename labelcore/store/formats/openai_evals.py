"""OpenAI evals: the events of a run, of which sampling holds an answer and match what was made of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, FileHead, Record, Remark, Source, tool
from labelcore.store.formats.fields import Said, at, exchange, first, likeness, made, plain, remark, truth
from labelcore.text.chats import speaker, turns
from labelcore.wording import Wording, in_chinese


def _is_event(record: Record) -> bool:
    return {"run_id", "sample_id", "type", "data"} <= record.keys() or bool(
        {"spec", "final_report"} & record.keys()
    )


def _recognise(head: FileHead) -> float:
    samples = likeness(lambda record: {"sample_id", "event_id"} <= record.keys())(head)
    return likeness(_is_event)(head) if samples else 0.0


@tool(
    "openai_evals",
    "OpenAI evals runs",
    get="Take the record that oaieval writes (--record_path, else /tmp/evallogs/…jsonl).",
    brings="Each answer that was sampled becomes an output with its conversation and sample; whether it "
    "matched, or what a model chose of it, comes as a verdict.",
    recognise=_recognise,
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each sample's last answer, once its match is known or the file ends."""
    model: Any = ""
    samples: dict[str, tuple[int, Record]] = {}
    results: dict[str, list[Remark]] = {}
    for number, record in source.records():
        if not isinstance(record, dict):
            reason = Wording("this is not an object")
            yield RejectedRow(row=number, field="", reason=reason, raw=plain(record)[:RAW])
            continue
        model = at(record, "spec.completion_fns.0") or model
        name, kind = plain(record.get("sample_id")), record.get("type")
        if kind == "sampling" and not _is_judge(record, samples.get(name)):
            samples[name] = (number, record)
        elif kind in ("match", "metrics", "raw_sample"):
            results.setdefault(name, []).extend(_verdicts(plain(kind), record))
    for name, (number, record) in samples.items():
        yield _answer(number, record, plain(model), results.get(name, []))


def _is_judge(record: Record, before: tuple[int, Record] | None) -> bool:
    """Whether the answer before it was put to a model: it stands within the prompt, and as no turn of it."""
    said, prompt = _sampled(before[1]) if before else "", first(record, "data.prompt")
    if not said or said not in plain(prompt):
        return False
    replies = (turn["content"] for turn in turns(prompt) or [] if speaker(turn["role"]) == "assistant")
    return said.strip() not in map(str.strip, replies)


def _sampled(record: Record) -> str:
    sampled = first(record, "data.sampled")
    return plain(sampled[0] if isinstance(sampled, list) and sampled else sampled)


def _answer(number: int, record: Record, model: str, remarks: list[Remark]) -> Said:
    return made(
        number,
        exchange(first(record, "data.prompt"), _sampled(record)),
        id=first(record, "sample_id"),
        model=model,
        at=plain(first(record, "created_at")),
        remarks=remarks,
        raw=record,
    )


def _verdicts(kind: str, record: Record) -> list[Remark]:
    if kind == "match":
        flag = first(record, "data.correct")
        return remark("verdict", "match", flag, meaning=truth(flag), reason=_expected(record))
    choice = first(record, "data.choice")
    return remark("verdict", "choice", choice) if kind == "metrics" and choice else []


def _expected(record: Record) -> str:
    expected = first(record, "data.expected")
    return f"expected {plain(expected)}" if expected != "" else ""


in_chinese(
    {
        "OpenAI evals runs": "OpenAI evals 运行记录",
        "Take the record that oaieval writes (--record_path, else /tmp/evallogs/…jsonl).": (
            "取 oaieval 写出的记录（--record_path，默认为 /tmp/evallogs/…jsonl）。"
        ),
        "Each answer that was sampled becomes an output with its conversation and sample; whether it "
        "matched, or what a model chose of it, comes as a verdict.": (
            "每个采样的回答成为一条输出，附带对话和样本；是否匹配，或模型对它的选择，成为判定。"
        ),
    }
)
