"""lm-evaluation-harness: the samples of a run, as --log_samples writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    at,
    each,
    first,
    likeness,
    loaded,
    made,
    plain,
    remark,
)
from labelcore.wording import Wording, in_chinese

_BESIDE = {"doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"}
_RATED = Wording("the model was asked how likely given answers are, and gave none")


def _is_sample(record: Record) -> bool:
    return {"doc_id", "doc", "resps"} <= record.keys()


@tool(
    "lm_eval",
    "lm-evaluation-harness samples",
    get="Run lm_eval with --log_samples --output_path FOLDER and take the samples_TASK_….jsonl of a task in "
    "which the model writes its answer.",
    brings="Each answer becomes an output with the prompt, the target and the document's id; several "
    "answers to one document are of one source. The metrics come as verdicts.",
    recognise=likeness(_is_sample, "", "samples"),
)
@each(_is_sample, "", "samples")
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each answer; tasks in which only likelihoods are compared have none."""
    given = loaded(record.get("resps"))
    answers = _texts(given)
    document = loaded(record.get("doc"))
    name = plain(record.get("doc_id"))
    remarks = _metrics(record) if len(answers) == 1 else []
    for place, answer in enumerate(answers or [""]):
        yield made(
            number,
            Exchange(answer, _prompt(record, document)),
            id=name if not place else f"{name}/{place + 1}",
            group=name if len(answers) > 1 else "",
            details={"expected": record.get("target"), "doc": document, "filter": record.get("filter")},
            remarks=remarks,
            trouble="" if answers or not _is_rated(given) else _RATED,
            raw=record,
        )


def _texts(value: Any) -> list[str]:
    """The answers in lists in lists, empty ones too; a likelihood is none."""
    if isinstance(value, list):
        return [] if _is_rated(value) else [text for item in value for text in _texts(item)]
    return [plain(value)] if value is None or isinstance(value, str) else []


def _is_rated(value: Any) -> bool:
    """Whether a list holds likelihoods: a logarithm, and whether it is the likeliest; both may be texts."""
    if not isinstance(value, list) or not value:
        return False
    if len(value) != 2 or plain(value[1]).lower() not in {"true", "false"}:
        return all(isinstance(item, int | float) or _is_rated(item) for item in value)
    try:
        return float(plain(value[0])) <= 0
    except ValueError:
        return False


def _prompt(record: Record, document: Any) -> str:
    """The prompt as the model was given it, or else the question of the document."""
    arguments = loaded(record.get("arguments"))
    prompt = first(arguments, "gen_args_0.arg_0") or at(arguments, "0.0")
    return plain(prompt or first(document, "question", "query", "prompt", "input"))


def _metrics(record: Record) -> list[Remark]:
    """The metrics, named in newer files; else every number that is none of the harness's fields."""
    named = record.get("metrics")
    names = named if isinstance(named, list) else [key for key in record if key not in _BESIDE]
    values = ((name, record.get(name)) for name in names if isinstance(name, str))
    numbers = ((name, value) for name, value in values if isinstance(value, int | float))
    kind = plain(record.get("filter"))
    suffix = f" {kind}" if kind not in ("", "none") else ""
    return [entry for name, value in numbers for entry in remark("verdict", name + suffix, value)]


in_chinese(
    {
        "lm-evaluation-harness samples": "lm-evaluation-harness 样本",
        "Run lm_eval with --log_samples --output_path FOLDER and take the samples_TASK_….jsonl of a task "
        "in which the model writes its answer.": (
            "运行 lm_eval 时加 --log_samples --output_path FOLDER，取模型自己写出回答的任务的 "
            "samples_TASK_….jsonl。"
        ),
        "Each answer becomes an output with the prompt, the target and the document's id; several answers "
        "to one document are of one source. The metrics come as verdicts.": (
            "每个回答成为一条输出，附带提示词、标准答案和文档编号；同一文档的多个回答属于同一来源。指标成为"
            "判定。"
        ),
        "the model was asked how likely given answers are, and gave none": (
            "模型只被问到给定答案的可能性，没有作答"
        ),
    }
)
