"""Judges by name, and those that are in use."""

from __future__ import annotations

from labelcore.models import JudgeVersion
from labelcore.operations import finder
from labelcore.stages.deriving import list_criteria
from labelcore.stages.finding import Catalogue, find_named
from labelcore.stages.judging.keeping import schemas
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace


def active_judges(workspace: Workspace) -> list[JudgeVersion]:
    """The newest versions of judges whose criterion is accepted, or that decide the overall grade."""
    accepted = {criterion.id for criterion in list_criteria(workspace, status="accepted")}
    current = judge_table.current(workspace.db, workspace.project.id)
    return [
        judge
        for judge in current
        if (judge.criterion_id is None or judge.criterion_id in accepted)
        and not schemas.outdated(workspace.project, judge)
    ]


JUDGES = Catalogue[JudgeVersion](
    "judge",
    "labelcore judge list",
    ids=lambda version: (version.judge_id, version.id),
    name=lambda version: version.name,
)


@finder(JudgeVersion)
def find_judge(workspace: Workspace, word: str) -> JudgeVersion:
    """A judge by its id, its version's id, its name, or the beginning of an id; see :func:`find_named`.

    Raises:
        NotFound: none, or more than one, is called that.
    """
    return find_named(judge_table.current(workspace.db, workspace.project.id), word, JUDGES)
