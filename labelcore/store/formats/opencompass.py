"""OpenCompass: what models answered to the prompts of a data set, and the details of its results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import FileHead, Record, Source, tool
from labelcore.store.formats.fields import (
    Said,
    each,
    entries,
    exchange,
    first,
    likeness,
    made,
    of_record,
    plain,
    remark,
    truth,
)
from labelcore.wording import in_chinese

_ROLES = {"HUMAN": "user", "BOT": "assistant", "SYSTEM": "system"}
_ANSWERS = ("origin_prediction", "prediction", "predictions", "pred")
_DETAILS = "details"


def _is_answer(record: Record) -> bool:
    answered = any(key in record for key in _ANSWERS[:2])
    prompted = "origin_prompt" in record or ("prompt" in record and {"references", "correct"} & record.keys())
    return answered and bool(prompted)


def _details(document: Any) -> list[Record]:
    """The details of a file of results, by number or as a list."""
    inner = document.get(_DETAILS) if isinstance(document, dict) else None
    found = list(inner.values()) if isinstance(inner, dict) else inner
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _recognise(head: FileHead) -> float:
    details = _details(head.document)
    if details:
        return 0.95 * sum(map(_is_answer, details)) / len(details)
    return likeness(_is_answer)(head._replace(document=None))


@tool(
    "opencompass",
    "OpenCompass predictions or results",
    get="Take a data set's file from outputs/…/predictions/MODEL; those in results/MODEL say as well what "
    "was right, where the run was started with --dump-eval-details.",
    brings="Each prediction becomes an output with its prompt or conversation, the reference and its number. "
    "Whether it was right comes as a verdict, where the file says so. Predictions of a model that judged are "
    "its judgments: bring those of the model that was judged.",
    recognise=_recognise,
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each prediction."""
    if not _details(source.head.document):
        yield from each(_is_answer)(_answers)(source)
        return
    number, is_list = 0, isinstance(source.head.document[_DETAILS], list)
    for place, inner in source.records(_DETAILS):
        for name, one in [(place, inner)] if is_list else inner.items():
            if is_list or isinstance(one, dict) or str(name).isdecimal():
                number += 1
                record = {"id": name, **one} if isinstance(one, dict) else one
                yield from of_record(number, record, _answers)


def _answers(number: int, record: Record) -> Iterator[Said]:
    correct = first(record, "correct", "is_correct")
    yield made(
        number,
        exchange(_prompt(first(record, "origin_prompt", "prompt")), _text(first(record, *_ANSWERS))),
        id=first(record, "id"),
        details={
            "expected": first(record, "gold", "references", "answer", "refr"),
            "extracted": first(record, "predictions", "pred") if "origin_prediction" in record else "",
        },
        remarks=remark("verdict", "correct", correct, meaning=truth(correct)),
        raw=record,
    )


def _text(value: Any) -> str:
    inner = value[0] if isinstance(value, list) and len(value) == 1 else value
    return plain(inner)


def _prompt(value: Any) -> Any:
    """A prompt that is a list of who said what, or a text."""
    said = entries(value)
    if not said or not all(plain(message.get("role")) in _ROLES for message in said):
        return value
    return {"messages": [{"role": _ROLES[one["role"]], "content": plain(one.get("prompt"))} for one in said]}


in_chinese(
    {
        "OpenCompass predictions or results": "OpenCompass 预测或结果",
        "Take a data set's file from outputs/…/predictions/MODEL; those in results/MODEL say as well "
        "what was right, where the run was started with --dump-eval-details.": (
            "取 outputs/…/predictions/MODEL 中某个数据集的文件；运行时加 --dump-eval-details，"
            "则 results/MODEL 中的文件还说明哪些正确。"
        ),
        "Each prediction becomes an output with its prompt or conversation, the reference and its number. "
        "Whether it was right comes as a verdict, where the file says so. Predictions of a model that judged "
        "are its judgments: bring those of the model that was judged.": (
            "每个预测成为一条输出，附带提示词或对话、参考答案和序号；文件说明是否正确的，成为判定。作评判的模型的预测是它的"
            "判断：请导入被评判的模型的预测。"
        ),
    }
)
