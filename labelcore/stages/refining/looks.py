"""Every look at dev counts: which version this is of those that were compared there, and what that costs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from labelcore.models import NOTHING, Fact, Frozen, JudgeVersion, Role, fact, new_id
from labelcore.operations import operation
from labelcore.stats.changes import Change
from labelcore.stats.looks import optimism, unshared_noise
from labelcore.store import prompt_work
from labelcore.store.prompt_work import Look
from labelcore.workspace import Workspace

_TOLD_FROM = 2


class DevLooks(Frozen):
    """How often dev was looked at for one judge.

    ``looks``: comparisons that showed something new; ``versions``: how many versions were compared beside the
    one that was there first; ``n``: the dev outputs of the largest look. ``discount``: by how much the mean
    of TPR and TNR of the best of them is expected to be less on new outputs; None where it cannot be told.
    """

    looks: int
    versions: int
    n: int
    discount: float | None

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {**dict(self), "says": self.says}

    @property
    def says(self) -> Fact:
        """Which version this is, and what to expect on new outputs."""
        if self.versions < _TOLD_FROM or not self.n:
            return NOTHING
        points, values = round(100 * (self.discount or 0.0)), {"versions": self.versions, "outputs": self.n}
        return fact("dev_looks_discount", n=points, **values) if points else fact("dev_looks", **values)


def look_at(
    workspace: Workspace, present: JudgeVersion, new: JudgeVersion, change: Change, state_parts: Sequence[str]
) -> DevLooks:
    """Log a comparison on dev, unless it shows what was seen before. ``state_parts``: all that decides its
    figures.
    """
    before = prompt_work.looks_of(workspace.db, workspace.project.id, present.judge_id)
    state = hashlib.sha256("\n".join((present.id, new.id, *state_parts)).encode()).hexdigest()
    if not state_parts or any(look.state == state for look in before):
        return _counted(before)
    look = Look(
        id=new_id("look"),
        project_id=workspace.project.id,
        judge_id=present.judge_id,
        judge_version_id=new.id,
        against_id=present.id,
        state=state,
        n=len(state_parts),
        present=_mean(change.present.tpr.value, change.present.tnr.value),
        figure=_mean(change.new.tpr.value, change.new.tnr.value),
        noise=unshared_noise(change),
        author=workspace.person,
    )
    prompt_work.record_look(workspace.db, look)
    return _counted([*before, look])


@operation("judge prompt looks", role=Role.ENGINEER)
def looks_at_dev(
    workspace: Workspace, judge: Annotated[JudgeVersion, Field(description="An LLM judge.")]
) -> DevLooks:
    """Say how often versions of a judge were compared on dev, and how much that flatters the best."""
    return _counted(prompt_work.looks_of(workspace.db, workspace.project.id, judge.judge_id))


def _mean(*shares: float | None) -> float | None:
    figures = [share for share in shares if share is not None]
    return sum(figures) / len(figures) if len(figures) == len(shares) else None


def _counted(looks: Sequence[Look]) -> DevLooks:
    """Each version by its largest look; the first present one stands for those that were there before."""
    figures, noise = dict[str, float](), dict[str, float]()
    for look in sorted(looks, key=lambda look: look.n):
        for key, figure in ((look.against_id, look.present), (look.judge_version_id, look.figure)):
            if figure is not None and look.noise is not None:
                figures[key], noise[key] = figure, look.noise
    return DevLooks(
        looks=len(looks),
        versions=len({look.judge_version_id for look in looks} - {look.against_id for look in looks[:1]}),
        n=max((look.n for look in looks), default=0),
        discount=optimism(list(figures.values()), list(noise.values())) if figures else None,
    )
