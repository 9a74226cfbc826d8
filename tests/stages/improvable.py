"""An LLM judge that asks a mock endpoint, for tests of what would improve it."""

from __future__ import annotations

from collections.abc import Callable

from labelcore.models import JudgeVersion, Output
from labelcore.stages import judging
from labelcore.stages.judging.keeping.versions import JudgeDraft
from labelcore.stages.refining.suggestions import Suggestions
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace

Add = Callable[..., list[Output]]
Give = Callable[..., object]
N = 120
REFLECTS = "You improve the prompt of a judge"


def judged(prompt: str) -> str:
    return prompt.rsplit("<<DATA output", 1)[-1]


def verdict(*, failed: bool) -> dict[str, str]:
    return {"reason": "because", "verdict": "fail" if failed else "pass"}


def made_judge(workspace: Workspace, **more: object) -> JudgeVersion:
    spec = {
        "prompt_version": "judge-v2",
        "name": "Facts",
        "statement": "Every fact is true.",
        "model": "mock",
    }
    version = JudgeDraft("llm", "Facts · LLM", spec | more, "Asks.").version(workspace.project, None)
    judge_table.save(workspace.db, [version])
    return judging.find_judge(workspace, "Facts · LLM")


def of_kind(found: Suggestions, kind: str) -> list[str]:
    return [suggestion.id for suggestion in found.offered if suggestion.kind == kind]
