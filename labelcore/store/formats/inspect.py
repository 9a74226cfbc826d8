"""Inspect AI's logs: one document with samples, their scores, and the edits that people made to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, Remark, Source, tool
from labelcore.store.formats.fields import Said, entries, exchange, first, likeness, made, plain, read, remark

_MEANINGS = {"C": "pass", "I": "fail"}


def _is_sample(record: Record) -> bool:
    answered = isinstance(record.get("output"), dict) and bool(
        {"choices", "completion"} & record["output"].keys()
    )
    return (
        answered
        and {"input", "epoch"} <= record.keys()
        and bool({"scores", "score", "target"} & record.keys())
    )


@tool(
    "inspect",
    "Inspect AI log",
    get="Take the .eval file from the logs folder as it is, or write it as JSON: inspect log dump "
    "LOG.eval > log.json. A log that was written with --log-format json is read too.",
    brings="Each sample and epoch becomes an output with its messages and tool calls, model, target and "
    "time; the epochs of a sample are one source. Scores come as verdicts (C passes, I fails; what "
    "P and N count as is asked), edits that a person made to a score as that person's grade.",
    recognise=likeness(_is_sample, "samples", "", sure=0.98),
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each sample and epoch."""
    head = source.part("eval")

    def sample(number: int, record: Record) -> Iterator[Said]:
        yield _sample(number, record, record["eval"] if isinstance(record.get("eval"), dict) else head)

    yield from read(source, _is_sample, sample, "samples", "")


def _sample(number: int, record: Record, head: Any) -> Said:
    output = record.get("output")
    answer = first(output, "completion") or {"choices": first(output, "choices")}
    prompt = first(record, "input")
    messages = entries(record.get("messages"))
    name, epoch = plain(first(record, "id")), plain(first(record, "epoch"))
    whole = exchange(messages or prompt, "" if messages else answer)
    parts = exchange(prompt, answer)
    text = parts.output or whole.output
    return made(
        number,
        parts._replace(output=text, conversation=_before(whole.conversation, text, parts.input)),
        id=name if epoch in {"", "1"} else f"{name}/{epoch}",
        group=name,
        model=first(output, "model") or first(head, "model"),
        at=first(record, "completed_at", "started_at") or first(head, "created"),
        details={
            "target": first(record, "target"),
            "epoch": first(record, "epoch"),
            "task": first(head, "task"),
            "metadata": first(record, "metadata"),
        },
        remarks=_scores(record),
        trouble=first(record, "error.message"),
        raw=record,
    )


def _before(chat: Any, text: str, question: str) -> Any:
    """A sample's messages up to its answer; none where they only say the input again."""
    places = [
        place for place, turn in enumerate(chat) if turn["content"] == text and turn["role"] == "assistant"
    ]
    before = list(chat[: places[-1]] if places else chat)
    return [] if [turn["content"] for turn in before] == [question] else before


def _scores(record: Record) -> list[Remark]:
    scores = record.get("scores")
    by_name = scores if isinstance(scores, dict) else {"": record.get("score")}
    return [entry for name, score in by_name.items() for entry in _score(plain(name), score)]


def _score(name: str, score: Any) -> list[Remark]:
    """The scorer's verdict, then what each person made of it."""
    edits = entries(first(score, "history"))
    remarks = _values("verdict", name, edits[0] if edits else score)
    for edit in edits[1:]:
        if edit.get("value") != "UNCHANGED":
            provenance = {key: first(edit, f"provenance.{key}") for key in ("author", "timestamp", "reason")}
            remarks += _values("grade", name, {**edit, **provenance})
    return remarks


def _values(kind: Any, name: str, score: Any) -> list[Remark]:
    """A score's value, or each of its values where it has several by name."""
    value = first(score, "value") if isinstance(score, dict) else score
    by_name = value if isinstance(value, dict) else {"": value}
    remarks: list[Remark] = []
    for part, item in by_name.items():
        remarks += remark(
            kind,
            f"{name}/{part}" if part else name,
            item,
            meaning=_MEANINGS.get(item) if isinstance(item, str) else None,
            who=first(score, "author") if kind == "grade" else "",
            reason=first(score, "reason") or first(score, "explanation"),
            at=first(score, "timestamp"),
        )
    return remarks
