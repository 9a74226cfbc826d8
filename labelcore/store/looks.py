"""Looks at dev: every comparison of two versions of a judge there, in the order in which they were made."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from labelcore.models import now
from labelcore.models.base import ProjectItem
from labelcore.store.connection import Database
from labelcore.store.rows import RowMapping


class Look(ProjectItem):
    """One comparison on n dev outputs: the mean of TPR and TNR of the ``present`` version (``against_id``)
    and
    of the new one (``figure``), and the new one's ``noise`` (a standard deviation); None: not measurable.

    ``state``: a hash of all that there was to see.
    """

    judge_id: str
    judge_version_id: str
    against_id: str
    state: str
    n: int
    present: float | None = None
    figure: float | None = None
    noise: float | None = None
    author: str = ""
    at: datetime = Field(default_factory=now)


_LOOK = RowMapping(Look, "prompt_look", id="look_id", at="made_at")
_FIRST = "QUALIFY row_number() OVER (PARTITION BY state ORDER BY made_at, look_id) = 1"


def record(db: Database, look: Look) -> None:
    """Log a look."""
    _LOOK.add(db, [look])


def of_judge(db: Database, project_id: str, judge_id: str) -> list[Look]:
    """The looks at one judge's versions, the oldest first; what was seen before is no look."""
    source = f"prompt_look WHERE project_id = ? AND judge_id = ? {_FIRST} ORDER BY made_at, look_id"
    return _LOOK.find(db, source, [project_id, judge_id])
