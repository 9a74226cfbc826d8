"""One person's part: what they graded, what the team did, and what came of their work."""

from __future__ import annotations

from typing import Any

from labelcore.models import Frozen, Notice, Role
from labelcore.operations import operation
from labelcore.stages.grading import Wait, contributions, grading_queue
from labelcore.stages.grading.talking import readable
from labelcore.stages.notifying import notices_for
from labelcore.stages.reporting.effort import Effort, effort_of
from labelcore.stats.rate import Rate, proportion
from labelcore.store.live import live
from labelcore.wording import Wording
from labelcore.workspace import Workspace


class PersonProgress(Frozen):
    """``left``: about how many outputs are still to grade; ``skipped``: so many were skipped before.
    ``team``: (person, graded), the most first. ``waiting``: why there is nothing to grade now.
    ``steadiness``: the share of silent repeats graded as the first time. ``notices``: the newest first.
    """

    person: str
    graded: int
    passes: int
    fails: int
    unsure: int
    notes: int
    left: int
    skipped: int
    waiting: Wait | None
    team: tuple[tuple[str, int], ...]
    steadiness: Rate
    effort: Effort
    notices: tuple[Notice, ...]

    def document(self) -> dict[str, Any]:
        """As an answer in JSON: what came of the work stands beside the counts."""
        return self.model_dump(exclude={"effort"}) | self.effort.model_dump()


@operation("progress", role=Role.EXPERT)
def progress(workspace: Workspace) -> PersonProgress:
    """Say what a person graded, what the team did, and what came of the person's notes."""
    people = contributions(workspace)
    mine = next((row for row in people if row.annotator == workspace.person), None)
    queue = grading_queue(workspace)
    return PersonProgress(
        person=workspace.person,
        graded=mine.graded if mine else 0,
        passes=mine.passes if mine else 0,
        fails=mine.fails if mine else 0,
        unsure=mine.unsure if mine else 0,
        notes=mine.notes if mine else 0,
        left=queue.left,
        skipped=len(live(workspace.db, workspace.project.id).skipped(workspace.person)),
        waiting=queue.waiting,
        team=tuple((row.annotator, row.graded) for row in people),
        steadiness=mine.steadiness if mine else proportion(0, 0, what=Wording("silent repeats")),
        effort=effort_of(workspace, mine.graded if mine else 0),
        notices=tuple(readable(workspace, notices_for(workspace))),
    )
