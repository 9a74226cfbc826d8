"""Criteria, outputs, grades and judges from elsewhere, as tests of several stages want them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from labelcore.judges.identity import version_id
from labelcore.judges.judge_prompt import AskingOptions, make_spec
from labelcore.models import Criterion, Decision, Grade, JudgeVersion, Output, Project, Verdict, new_id
from labelcore.stages import grading
from labelcore.store import (
    criteria as criterion_table,
    judges as judge_table,
    outputs as output_table,
    verdicts,
)
from labelcore.workspace import Workspace

Say = Callable[[Output, bool], str | None]


def accepted(workspace: Workspace, name: str, statement: str, **more: object) -> Criterion:
    told = {"id": "c1", "project_id": workspace.project.id, "version": 1, "status": "accepted"}
    criterion = Criterion.model_validate(told | {"name": name, "statement": statement} | more)
    criterion_table.save(workspace.db, [criterion])
    return criterion


def made(workspace: Workspace, n: int, per_source: int = 1) -> list[Output]:
    found = []
    for i in range(n):
        text = f"answer {i}"
        found.append(
            Output(
                id=output_table.content_id(workspace.project.id, text),
                project_id=workspace.project.id,
                text=text,
                group_key=f"source {i // per_source}" if per_source > 1 else None,
            )
        )
    output_table.add(workspace.db, found)
    return found


def grade(workspace: Workspace, output: Output, value: str, who: str = "ann", **more: object) -> None:
    grade_all(workspace, [output], [value], who, **more)


def grade_all(
    workspace: Workspace, outputs: Sequence[Output], values: Iterable[str], who: str = "ann", **more: object
) -> None:
    grades = [
        Grade(
            id=new_id("g"),
            project_id=workspace.project.id,
            output_id=output.id,
            annotator=who,
            value=value,
            **more,
        )
        for output, value in zip(outputs, values, strict=False)
    ]
    grading.record(workspace, grades)


def tool(workspace: Workspace, name: str, **more: object) -> JudgeVersion:
    """A judge that came from elsewhere, stored; its ids are its name where ``more`` says no others."""
    told = {"id": name, "judge_id": name, "kind": "imported", "version": 1, "spec": {"from": "another tool"}}
    told |= {"criterion_id": None, "criterion_version": None, "project_id": workspace.project.id}
    version = JudgeVersion.model_validate(told | {"name": name} | more)
    judge_table.save(workspace.db, [version])
    return version


def add_judge(workspace: Workspace, kind: str, spec: dict[str, object], name: str = "judge") -> JudgeVersion:
    """A judge of the criterion c1, stored under the id that its specification gives it."""
    return tool(
        workspace,
        name,
        id=version_id(workspace.project.id, "c1", kind, spec),
        judge_id=f"judge_{name}",
        kind=kind,
        criterion_id="c1",
        criterion_version=1,
        spec=spec,
    )


def asking(
    project: Project, ident: str, name: str, statement: str = "No invented price.", **more: object
) -> JudgeVersion:
    """A judge that asks the mock model; ``more``: what else its specification says."""
    told = {"id": "c", "project_id": project.id, "version": 1, "name": "Prices", "statement": statement}
    spec = make_spec(Criterion.model_validate(told), AskingOptions("mock"), ()) | more
    return JudgeVersion(
        id=ident,
        judge_id=ident,
        project_id=project.id,
        name=name,
        kind="llm",
        version=1,
        criterion_id="c",
        criterion_version=1,
        model="mock",
        spec=spec,
    )


def decides(
    workspace: Workspace, judge: str, values: Iterable[tuple[str, str]], repeat: int = 0, **more: object
) -> None:
    """A judge's verdicts, each an output's id with its value; ``more``: what else they all say."""
    found = [
        Verdict(
            output_id=output_id,
            judge_version_id=judge,
            project_id=workspace.project.id,
            run_id="r",
            repeat=repeat,
            decision=Decision.model_validate({"value": value} | more),
        )
        for output_id, value in values
    ]
    verdicts.record(workspace.db, found)


def judge(
    workspace: Workspace,
    name: str,
    values: dict[str, str],
    criterion: Criterion | None = None,
    kind: str = "llm",
) -> JudgeVersion:
    """A judge that came with its verdicts, as from another tool."""
    version = tool(
        workspace,
        name,
        id=f"jv_{name}",
        judge_id=f"j_{name}",
        kind=kind,
        spec={"tool": name},
        criterion_id=criterion.id if criterion else None,
        criterion_version=criterion.version if criterion else None,
    )
    decides(workspace, version.id, values.items())
    return version
