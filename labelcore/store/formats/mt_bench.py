"""MT-Bench and Arena-Hard: models' answers to numbered questions, with a turn or two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import Exchange, Said, each, entries, first, likeness, made, plain
from labelcore.wording import in_chinese


def _is_answer(record: Record) -> bool:
    choices = entries(record.get("choices"))
    return (
        "question_id" in record
        and bool(choices)
        and all(isinstance(one.get("turns"), list) for one in choices)
    )


@tool(
    "mt_bench",
    "MT-Bench or Arena-Hard answers",
    get="Take a model's file from data/…/model_answer. It says what was answered and not what was asked.",
    brings="Each turn of each answer becomes an output with model, time and the question's number; all "
    "answers to a question are of one source.",
    recognise=likeness(_is_answer),
)
@each(_is_answer)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each turn of each choice."""
    name, question = plain(first(record, "answer_id")), plain(first(record, "question_id"))
    for choice in entries(record.get("choices")):
        turns = choice.get("turns")
        for place, turn in enumerate(turns if isinstance(turns, list) else ()):
            about = [plain(first(choice, "index")), str(place + 1)]
            yield made(
                number,
                Exchange(_text(turn)),
                id="/".join([name, *about]) if name else "",
                group=question,
                model=first(record, "model_id", "model"),
                at=first(record, "tstamp"),
                details={"question_id": question, "turn": about[1]},
                raw=record,
            )


def _text(turn: Any) -> str:
    return plain(first(turn, "content")) if isinstance(turn, dict) else plain(turn)


in_chinese(
    {
        "MT-Bench or Arena-Hard answers": "MT-Bench 或 Arena-Hard 的回答",
        "Take a model's file from data/…/model_answer. It says what was answered and not what was asked.": (
            "取 data/…/model_answer 中一个模型的文件。其中只有回答，没有问题。"
        ),
        "Each turn of each answer becomes an output with model, time and the question's number; all "
        "answers to a question are of one source.": (
            "每个回答的每一轮成为一条输出，附带模型、时间和问题编号；同一问题的所有回答属于同一来源。"
        ),
    }
)
