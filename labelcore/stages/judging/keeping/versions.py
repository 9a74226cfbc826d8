"""Judges and their versions: found by name, identified by what they are, numbered after the stored ones;
why those are stale that were made before something changed, and a new version in one step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.judges.identity import version_id
from labelcore.judges.kinds import judge_of, kind_of
from labelcore.judges.kinds.feedback import FeedbackKind
from labelcore.models import Criterion, JudgeVersion, Project, Role, now
from labelcore.operations import Effect, operation
from labelcore.stages import projects
from labelcore.stages.deriving import glossary
from labelcore.stages.deriving.editing import criterion_names
from labelcore.stages.finding import find_criterion
from labelcore.stages.judging.keeping.binding import bound, is_same
from labelcore.store import Database, criteria as criterion_table, judges as judge_table
from labelcore.store.criteria import same_meaning
from labelcore.wording import Wording
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


_NAMED = 5
_AGAIN = "again"  # a key of a specification that differs from an earlier one in nothing else


class Staleness:
    """Why judges are stale, with what must be read for it kept."""

    def __init__(self, workspace: Workspace) -> None:
        self._db = workspace.db
        self.terms = glossary.terms(projects.open_project(workspace.db, workspace.project.name))
        self._same: dict[str, set[int]] = {}

    def reasons(self, version: JudgeVersion) -> tuple[str, ...]:
        """What changed since a judge was made, in words; () where nothing did."""
        reasons = []
        if (criterion_id := version.criterion_id) and version.criterion_version is not None:
            if criterion_id not in self._same:
                self._same[criterion_id] = same_meaning(criterion_table.history(self._db, criterion_id))
            if self._same[criterion_id] and version.criterion_version not in self._same[criterion_id]:
                reasons.append(Wording("the criterion changed its meaning"))
        prompts = kind_of(version).prompts
        names = sorted({name for prompt in prompts for name in prompt.changed_terms(self.terms)})
        if names:
            more = Wording(" and {n} more", n=len(names) - _NAMED) if len(names) > _NAMED else ""
            reasons.append(Wording("the glossary changed ({names}{more})", names=names[:_NAMED], more=more))
        return tuple(reasons)


@operation("judge refresh", role=Role.ENGINEER, effect=Effect.WRITES, listed_as="judges")
def refresh_judges(
    workspace: Workspace,
    *,
    judge: Annotated[JudgeVersion | None, Field(description="Only this judge.")] = None,
) -> list[JudgeVersion]:
    """Make stale LLM judges anew, with the present glossary and wording; then run them.

    Raises:
        BadInput: the judge that is named is no LLM judge, or not stale.
    """
    if judge and not (kind := kind_of(judge)).prompts:
        why, advice = kind.no_prompt
        raise BadInput(why, next_step=advice, name=judge.name)
    staleness = Staleness(workspace)
    fresh = [
        _refreshed(workspace, version, staleness)
        for version in bound(workspace.db, [judge] if judge else active_judges(workspace))
        if kind_of(version).prompts and staleness.reasons(version)
    ]
    if judge and not fresh:
        raise BadInput("{name} is up to date.", next_step="`labelcore judge run` runs it.", name=judge.name)
    judge_table.save(workspace.db, fresh)
    return fresh


def _refreshed(workspace: Workspace, old: JudgeVersion, staleness: Staleness) -> JudgeVersion:
    """The next version; its examples, model and endpoint stay, and so do the verdicts of the old one."""
    criterion = find_criterion(workspace, old.criterion_id) if old.criterion_id else None
    judge = kind_of(old)
    spec = judge.rewritten(lambda prompt: prompt.present(criterion, staleness.terms))
    spec.pop(_AGAIN, None)
    history = judge_table.history(workspace.db, old.judge_id)
    ids = {version.id for version in history}
    number = 1
    while (new_id := version_id(workspace.project.id, old.criterion_id, old.kind, spec)) in ids:
        # What changed was changed back; the newest version must be the newest all the same.
        number += 1
        spec |= {_AGAIN: number}
    description = old.description
    if criterion and (statement := judge.prompts[0].spec.statement):
        description = description.replace(statement, criterion.statement)
    return old.model_copy(
        update={
            "id": new_id,
            "version": max(version.version for version in history) + 1,
            "spec": spec,
            "description": description,
            "criterion_version": criterion.version if criterion else None,
            "author": workspace.person,
            "at": now(),
        }
    )
