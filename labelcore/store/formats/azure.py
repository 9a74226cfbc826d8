"""Azure AI evaluations: rows of ``inputs.…`` with what each evaluator said under ``outputs.…``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    each,
    exchange,
    likeness,
    made,
    passages,
    plain,
    remark,
    truth,
)
from labelcore.wording import in_chinese

_WRAPPINGS = ("rows", "")
_OUTPUT = re.compile(r"outputs\.([\w-]+)\.([\w-]+)$")
_ANSWERS = ("response", "answer", "output")
_RESULTS = ("_result", "_passed")
_SUFFIXES = ("_reason", "_result", "_threshold", "_label", "_passed", "_score")
_CALL = ("_reason", "_threshold", "_tokens", "_model", "_sample_input", "_sample_output", "_status")
"""How a measure came about; some evaluators write it without the measure's name before it."""


def _is_row(record: Record) -> bool:
    names = [name for name in record if isinstance(name, str)]
    return any(name.startswith("inputs.") for name in names) and any(map(_OUTPUT.match, names))


@tool(
    "azure",
    "Azure AI evaluation results",
    get="In Python: evaluate(…, output_path='results.json') with azure-ai-evaluation, or download the rows "
    "of a run in the portal as JSON lines.",
    brings="Each row becomes an output with its query, context, conversation and ground truth. Each "
    "evaluator's result comes as a verdict with its reason and score, as its threshold says.",
    recognise=likeness(_is_row, *_WRAPPINGS),
)
@each(_is_row, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each evaluated row."""
    given = {
        name.removeprefix("inputs."): value
        for name, value in record.items()
        if isinstance(name, str) and name.startswith("inputs.") and value not in (None, "")
    }
    asked = (record.get(f"outputs.{name}") for name in _ANSWERS)  # what the target of the evaluation said
    answer = next(filter(None, asked), None) or next((given.pop(n) for n in _ANSWERS if n in given), "")
    talk = next((given.pop(name) for name in ("conversation", "messages") if name in given), "")
    parts = _of_talk(talk, answer, given) if talk else exchange(given, answer)
    expected = parts.rest.get("ground_truth", "")
    yield made(
        number,
        parts._replace(rest={key: value for key, value in parts.rest.items() if key != "ground_truth"}),
        id=given.get("id", ""),
        details={"expected": expected},
        remarks=_verdicts(record),
        raw=record,
    )


def _of_talk(talk: Any, answer: Any, given: Record) -> Exchange:
    """What was said before the answer, or before the last one, and what else was given."""
    spoken = exchange(talk, answer) if answer else exchange("", talk)
    rest = {name: value for name, value in given.items() if name not in {"query", "context"}}
    question = plain(given.get("query", "")) or spoken.input
    return spoken._replace(input=question, context=passages(given.get("context", "")), rest=rest)


def _verdicts(record: Record) -> list[Remark]:
    """One for each evaluator: what it calls its result, or else its score."""
    found = (_OUTPUT.match(name) for name in record if isinstance(name, str))
    pairs = [(match[1], match[2], record[match[0]]) for match in found if match]
    evaluators: dict[str, dict[str, object]] = {}
    for evaluator, measure, value in pairs:
        if value not in (None, ""):
            evaluators.setdefault(evaluator, {})[measure] = value
    return [entry for name, said in evaluators.items() for entry in _verdict(name, said)]


def _verdict(name: str, said: dict[str, object]) -> list[Remark]:
    """One for each of its results; where it has none, what it measured."""
    stems = [
        key.removesuffix(suffix)
        for suffix in _RESULTS
        for key in said
        if key.endswith(suffix) and truth(said[key])
    ]
    measures = [
        key
        for key in said
        if not key.endswith(_SUFFIXES) and not f"_{key}".endswith(_CALL) and not key.startswith("gpt_")
    ]
    if not stems:
        measured = [name] if name in said else measures
        return [
            entry
            for stem in measured
            for entry in remark("verdict", _called(name, stem), said[stem], **_about(said, stem))
        ]
    remarks: list[Remark] = []
    for stem in dict.fromkeys(stems):
        result = next(said[stem + suffix] for suffix in _RESULTS if stem + suffix in said)
        threshold = said.get(f"{stem}_threshold", "")
        score = said.get(stem, said.get(f"{stem}_score", said.get(name, "")))
        more = {"meaning": truth(result), "score": score, "threshold": threshold, **_about(said, stem)}
        remarks += remark("verdict", _called(name, stem), result, **more)
    return remarks


def _called(name: str, stem: str) -> str:
    """What a measure of an evaluator is called, whichever others a row has."""
    return name if stem in {name, name.removesuffix("_score")} else f"{name} {stem}"


def _about(said: dict[str, object], stem: str) -> dict[str, Any]:
    return {"reason": plain(said.get(f"{stem}_reason", said.get("reason", "")))}


in_chinese(
    {
        "Azure AI evaluation results": "Azure AI 评估结果",
        "In Python: evaluate(…, output_path='results.json') with azure-ai-evaluation, or download the rows "
        "of a run in the portal as JSON lines.": (
            "在 Python 中：用 azure-ai-evaluation 的 evaluate(…, output_path='results.json')，或在门户中把一"
            "次运行的各行下载为 JSON lines。"
        ),
        "Each row becomes an output with its query, context, conversation and ground truth. Each "
        "evaluator's result comes as a verdict with its reason and score, as its threshold says.": (
            "每一行成为一条输出，附带问题、上下文、对话和标准答案。每个评估器的结果成为判定，附带理由和分数，"
            "通过与否以评估器的阈值为准。"
        ),
    }
)
