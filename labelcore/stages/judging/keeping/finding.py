"""Judges by name, and those that are in use."""

from __future__ import annotations

from labelcore.errors import NotFound
from labelcore.models import JudgeVersion, Project
from labelcore.stages.deriving import list_criteria
from labelcore.stages.judging.keeping import schemas
from labelcore.store import Database
from labelcore.store import judges as judge_table


def active_judges(db: Database, project: Project) -> list[JudgeVersion]:
    """The newest versions of judges whose criterion is accepted, or that decide the overall grade."""
    accepted = {criterion.id for criterion in list_criteria(db, project, status="accepted")}
    current = judge_table.current(db, project.id)
    return [
        judge
        for judge in current
        if (judge.criterion_id is None or judge.criterion_id in accepted)
        and not schemas.outdated(project, judge)
    ]


def find_judge(db: Database, project: Project, word: str) -> JudgeVersion:
    """A judge by its id, its version's id, or its name.

    Raises:
        NotFound: none, or more than one, is called that.
    """
    current = judge_table.current(db, project.id)
    for found in (
        [judge for judge in current if word in {judge.id, judge.judge_id}],
        [judge for judge in current if judge.name.casefold() == word.casefold()],
    ):
        if len(found) == 1:
            return found[0]
    raise NotFound(f"No single judge is called '{word}'.", next_step="`labelcore judge list` shows them.")
