"""Judges that were made before something changed: why they are stale, and a new version in one step.

An LLM judge holds the wording of its criterion and the glossary in its specification, whose hash is
its version: all verdicts of a version come from one prompt.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.judges.identity import version_id
from labelcore.judges.kinds import kind_of
from labelcore.models import JudgeVersion, Role, now
from labelcore.operations import Effect, operation
from labelcore.stages import projects
from labelcore.stages.deriving import glossary
from labelcore.stages.deriving.settled import same_meaning
from labelcore.stages.finding import find_criterion
from labelcore.stages.judging.keeping.binding import bound
from labelcore.stages.judging.keeping.versions import active_judges
from labelcore.store import criteria as criterion_table, judges as judge_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace

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
