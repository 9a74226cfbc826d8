"""HELM: the states of a scenario's requests, and what was answered."""

from __future__ import annotations

from collections.abc import Iterator

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
    name = plain(first(record, "instance.id"))
    completions = entries(first(record, "result.completions"))
    prompt = first(record, "request.messages") or first(record, "request.prompt")
    for place, completion in enumerate(completions or [{}]):
        parts = exchange(prompt, plain(completion.get("text")).strip()) if completion else Exchange()
        yield made(
            number,
            parts,
            id=f"{name}/{place + 1}" if place else name,
            group=name,
            model=first(record, "request.model"),
            details={"expected": _correct(record), "split": first(record, "instance.split")},
            trouble=first(record, "result.error"),
            raw=record,
        )


def _correct(record: Record) -> str:
    references = entries(first(record, "instance.references"))
    right = [first(one, "output.text") for one in references if "correct" in plain(one.get("tags"))]
    return "\n".join(map(plain, right))


in_chinese(
    {
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
