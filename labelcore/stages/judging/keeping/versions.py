"""The versions of a judge: named by what it is, numbered after those that are stored."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from labelcore.judges.identity import version_id
from labelcore.judges.kinds import judge_of, kind_of
from labelcore.models import Criterion, JudgeVersion, Project, SplitName
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace


def first_version(
    project: Project,
    criterion: Criterion | None,
    kind: str,
    name: str,
    spec: dict[str, object],
    description: str,
    splits: Sequence[SplitName],
) -> JudgeVersion:
    """The first version of a judge, identified by what it is."""
    criterion_id = criterion.id if criterion else None
    stem = f"{project.id}|{criterion_id}|{kind}|{name}"
    return JudgeVersion.model_validate(
        {
            "id": version_id(project.id, criterion_id, kind, spec),
            "name": name,
            "kind": kind,
            "judge_id": "judge_" + hashlib.sha256(stem.encode()).hexdigest()[:16],
            "project_id": project.id,
            "version": 1,
            "criterion_id": criterion_id,
            "criterion_version": criterion.version if criterion else None,
            "spec": spec,
            "fitted_on": tuple(splits),
            "description": description,
            "model": ", ".join(dict.fromkeys(prompt.spec.model for prompt in judge_of(kind, spec).prompts)),
        }
    )


def numbered(workspace: Workspace, versions: Sequence[JudgeVersion]) -> list[JudgeVersion]:
    """Version numbers that follow the stored ones; an unchanged judge keeps its version."""
    current = {judge.judge_id: judge for judge in judge_table.current(workspace.db, workspace.project.id)}
    found = []
    for version in versions:
        old = current.get(version.judge_id)
        if old and (old.id == version.id or _same_training(old, version)):
            found.append(old)
        else:
            found.append(version.model_copy(update={"version": old.version + 1 if old else 1}))
    return found


def _same_training(old: JudgeVersion, new: JudgeVersion) -> bool:
    """Whether a judge would be made of the same grades, notes and field again."""
    made_of = kind_of(new).made_of
    return made_of is not None and made_of == kind_of(old).made_of
