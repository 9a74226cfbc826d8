"""HELM: the states of a scenario's requests, or its predictions alone, and what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    each,
    entries,
    exchange,
    first,
    likeness,
    made,
    plain,
)
from labelcore.wording import in_chinese

_WRAPPINGS = ("request_states", "")
_DETAILS = ("mapped_output", "stats", "perturbation", "annotations", "thinking_text")


def _is_state(record: Record) -> bool:
    return isinstance(record.get("instance"), dict) and isinstance(record.get("request"), dict)


@tool(
    "helm",
    "HELM requests of a scenario",
    get="Take scenario_state.json from the folder of a run (benchmark_output/runs/…).",
    brings="Each completion becomes an output with the prompt or conversation, the correct reference, model "
    "and the instance's id; several completions of one instance are of one source.",
    recognise=likeness(_is_state, *_WRAPPINGS),
)
@each(_is_state, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each completion."""
    name, kind = plain(first(record, "instance.id")), _perturbed(first(record, "instance.perturbation"))
    completions = entries(first(record, "result.completions"))
    prompt = first(record, "request.messages") or first(record, "request.prompt")
    for place, completion in enumerate(completions or [{}]):
        parts = exchange(prompt, plain(completion.get("text")).strip()) if completion else Exchange()
        yield made(
            number,
            parts,
            id=_id(name, kind, record.get("train_trial_index"), place),
            group=name,
            model=first(record, "request.model"),
            details={"expected": _correct(record), "split": first(record, "instance.split")},
            trouble=first(record, "result.error"),
            raw=record,
        )


def _is_prediction(record: Record) -> bool:
    return {"instance_id", "predicted_text", "train_trial_index"} <= record.keys()


@tool(
    "helm_predictions",
    "HELM predictions",
    get="Take display_predictions.json from the folder of a run; scenario_state.json also says what "
    "was asked.",
    brings="Each predicted text becomes an output with the instance's id; the choice that it was taken for "
    "and its statistics come as details. It does not say what was asked.",
    recognise=likeness(_is_prediction),
)
@each(_is_prediction)
def predictions(number: int, record: Record) -> Iterator[Said]:
    """A row for each prediction."""
    yield made(
        number,
        Exchange(plain(record["predicted_text"]).strip()),
        id=id_of(record),
        group=plain(record["instance_id"]),
        details={key: record.get(key) for key in _DETAILS},
        raw=record,
    )


def id_of(record: Record) -> str:
    """How the first completion of an instance is named."""
    name, kind = plain(record.get("instance_id")), _perturbed(record.get("perturbation"))
    return _id(name, kind, record.get("train_trial_index"))


def _id(name: str, kind: str, trial: Any, place: int = 0) -> str:
    """How an output is named by the instance, its perturbation, the trial and the completion's place.

    Of trials and completions the first ones are not named.
    """
    tried = plain(trial).strip("0") and f"trial {plain(trial)}"
    return "/".join(filter(None, (name, kind, tried, str(place + 1) if place else "")))


def _perturbed(perturbation: Any) -> str:
    """What tells a perturbed instance from others of its id: the perturbation's name and settings."""
    settings = perturbation.values() if isinstance(perturbation, dict) else ()
    return " ".join(plain(value) for value in settings if value and value is not True)


def _correct(record: Record) -> str:
    references = entries(first(record, "instance.references"))
    right = [first(one, "output.text") for one in references if "correct" in plain(one.get("tags"))]
    return "\n".join(map(plain, right))


in_chinese(
    {
        "HELM predictions": "HELM 预测",
        "Take display_predictions.json from the folder of a run; scenario_state.json also says what "
        "was asked.": (
            "取一次运行的文件夹中的 display_predictions.json；scenario_state.json 还说明问了什么。"
        ),
        "Each predicted text becomes an output with the instance's id; the choice that it was taken for "
        "and its statistics come as details. It does not say what was asked.": (
            "每个预测文本成为一条输出，附带实例编号；它对应的选项和统计作为详情。文件没有说明问了什么。"
        ),
        "HELM requests of a scenario": "HELM 场景的请求",
        "Take scenario_state.json from the folder of a run (benchmark_output/runs/…).": (
            "取一次运行的文件夹（benchmark_output/runs/…）中的 scenario_state.json。"
        ),
        "Each completion becomes an output with the prompt or conversation, the correct reference, model "
        "and the instance's id; several completions of one instance are of one source.": (
            "每个补全成为一条输出，附带提示词或对话、正确的参考答案、模型和实例编号；同一实例的多个补全属于"
            "同一来源。"
        ),
    }
)
