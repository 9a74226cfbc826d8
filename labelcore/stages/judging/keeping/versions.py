"""Judges and their versions: found by name, identified by what they are, numbered after the stored ones."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labelcore.judges.identity import version_id
from labelcore.judges.kinds import judge_of, kind_of
from labelcore.judges.kinds.feedback import FeedbackKind
from labelcore.models import Criterion, JudgeVersion, Project
from labelcore.stages.deriving.editing import criterion_names
from labelcore.stages.judging.keeping.binding import bound, is_same
from labelcore.store import Database, judges as judge_table
from labelcore.workspace import Workspace


def active_judges(workspace: Workspace) -> list[JudgeVersion]:
    """The versions in use of judges whose criterion is accepted, or that decide the overall grade; those
    that check a schema which is not the project's any more are left out.
    """
    active = {None, *criterion_names(workspace, "accepted")}
    return [
        version
        for version in judge_table.current(workspace.db, workspace.project.id)
        if version.criterion_id in active
        and kind_of(version).schema in (None, workspace.project.settings.json_schema)
    ]


def replaced_in_set(workspace: Workspace, active: Sequence[JudgeVersion]) -> list[JudgeVersion]:
    """The chosen set's versions of active judges that newer ones replaced: they decide until the set is
    chosen again.
    """
    choice = judge_table.chosen(workspace.db, workspace.project.id)
    ids, judges = {version.id for version in active}, {version.judge_id for version in active}
    members = judge_table.many(workspace.db, choice["judge_version_ids"] if choice else [])
    return [version for version in members.values() if version.id not in ids and version.judge_id in judges]


def signals_of_users(workspace: Workspace) -> list[JudgeVersion]:
    """The active judges whose verdicts are feedback of a product's users."""
    return [version for version in active_judges(workspace) if isinstance(kind_of(version), FeedbackKind)]


@dataclass(frozen=True)
class JudgeDraft:
    """A judge before it is stored: what it is called, what it is, and what shaped it.

    ``known_by``: what it is known by through all its versions; else its criterion, kind and name.
    """

    kind: str
    name: str
    spec: dict[str, Any]
    description: str
    fitted_on: Sequence[str] = ()
    author: str = ""
    known_by: str = ""

    def version(self, project: Project, criterion: Criterion | None) -> JudgeVersion:
        """The first version of this judge, identified by what it is."""
        criterion_id = criterion.id if criterion else None
        known_by = self.known_by or f"{project.id}|{criterion_id}|{self.kind}|{self.name}"
        prompts = judge_of(self.kind, self.spec).prompts
        return JudgeVersion.model_validate(
            {
                "id": version_id(project.id, criterion_id, self.kind, self.spec),
                "name": self.name,
                "kind": self.kind,
                "judge_id": judge_key(known_by),
                "project_id": project.id,
                "version": 1,
                "criterion_id": criterion_id,
                "criterion_version": criterion.version if criterion else None,
                "spec": self.spec,
                "fitted_on": tuple(self.fitted_on),
                "description": self.description,
                "model": ", ".join(dict.fromkeys(prompt.spec.model for prompt in prompts)),
                "author": self.author,
            }
        )


def judge_key(known_by: str) -> str:
    """The id that all versions of a judge share."""
    return "judge_" + hashlib.sha256(known_by.encode()).hexdigest()[:16]


def continued(db: Database, version: JudgeVersion) -> JudgeVersion:
    """The stored version that is the same, else this one with the number after the last."""
    earlier = {old.id: old for old in judge_table.history(db, version.judge_id)}
    last = max((old.version for old in earlier.values()), default=0)
    return earlier.get(version.id) or version.model_copy(update={"version": last + 1})


def stored(workspace: Workspace, versions: Sequence[JudgeVersion]) -> list[JudgeVersion]:
    """The versions, stored with numbers that follow those of their judges.

    A judge that is the same, or would be made of the same grades, notes and field again, keeps its version;
    so does one whose prompt a person changed.
    """
    now = judge_table.current(workspace.db, workspace.project.id)
    current = {judge.judge_id: judge for judge in now}
    asking = {judge.judge_id: judge for judge in bound(workspace.db, now)}
    last = judge_table.last_numbers(workspace.db, workspace.project.id)
    saved = []
    for version in versions:
        old, made_of = current.get(version.judge_id), kind_of(version).made_of
        if old and (
            is_same(asking[version.judge_id], version)
            or (old.why and kind_of(old).prompts)
            or (made_of is not None and made_of == kind_of(old).made_of)
        ):
            saved.append(old)
        else:
            saved.append(version.model_copy(update={"version": last.get(version.judge_id, 0) + 1}))
    judge_table.save(workspace.db, saved)
    return saved
