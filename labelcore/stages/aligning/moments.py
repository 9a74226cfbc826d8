"""A report as of an earlier moment: read from the events that were stored until then.

Verdicts are dated when they are made and stored a moment later: a report made during a run may miss some.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, tzinfo
from typing import Annotated

from pydantic import BeforeValidator

from labelcore.errors import BadInput, NotFound
from labelcore.models import Frozen, JudgeVersion, now
from labelcore.operations import LocalTime
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.projects import open_project
from labelcore.store import grades as grade_table, judges as judge_table, past
from labelcore.workspace import Workspace


class CriterionUsed(Frozen):
    """An accepted criterion in the version that a report rests on."""

    criterion_id: str
    name: str
    version: int


class JudgeUsed(Frozen):
    """A judge in the version that a report rests on; its id is the hash of its content."""

    judge_version_id: str
    name: str
    kind: str
    version: int
    criterion_version: int | None


class Basis(Frozen):
    """The versions that a report was made with, and how many grades there were, in any split."""

    criteria: tuple[CriterionUsed, ...]
    judges: tuple[JudgeUsed, ...]
    grades: int
    newest_grade: datetime | None
    choice: str | None
    chosen_at: datetime | None


def basis(workspace: Workspace, versions: Sequence[JudgeVersion]) -> Basis:
    """What a report on these judges rests on, as the database stands."""
    grades, newest = grade_table.newest(workspace.db, workspace.project.id)
    choice = judge_table.chosen(workspace.db, workspace.project.id)
    return Basis(
        criteria=tuple(
            CriterionUsed(criterion_id=criterion.id, name=criterion.name, version=criterion.version)
            for criterion in list_criteria(workspace, status="accepted")
        ),
        judges=tuple(
            JudgeUsed(
                judge_version_id=version.id,
                **version.model_dump(include={"name", "kind", "version", "criterion_version"}),
            )
            for version in versions
        ),
        grades=grades,
        newest_grade=newest,
        choice=choice["id"] if choice else None,
        chosen_at=choice["at"] if choice else None,
    )


def parse_moment(text: str, zone: tzinfo | None = None) -> datetime:
    """An ISO date or date and time as a moment.

    Without an offset it is in ``zone`` (None: the machine's). A date alone is its last moment,
    or now if that is still to come.

    Raises:
        BadInput: it is no ISO date.
    """
    try:
        moment_read = datetime.fromisoformat(text.strip())
    except ValueError as trouble:
        raise BadInput(
            "'{text}' is not a date and time.",
            next_step="Write it as 2026-11-20T12:00 or 2026-11-20.",
            text=text[:40],
        ) from trouble
    whole_day = "T" not in text.upper() and ":" not in text
    try:
        moment_read = datetime.combine(moment_read, time.max) if whole_day else moment_read
        moment_read = moment_read if zone is None or moment_read.tzinfo else moment_read.replace(tzinfo=zone)
        moment = moment_read if moment_read.tzinfo else moment_read.astimezone()
        moment.astimezone(UTC)  # in which it is told
    except (OverflowError, ValueError, OSError) as trouble:  # the year 1 has no other time
        raise BadInput("{given} is not a moment of this calendar.", given=str(moment_read)) from trouble
    begun = not whole_day or datetime.combine(moment, time.min, moment.tzinfo) <= now()
    return min(moment, now()) if whole_day and begun else moment


Moment = Annotated[
    datetime,
    BeforeValidator(lambda given: parse_moment(given) if isinstance(given, str) else given),
    LocalTime(lambda text: parse_moment(text).isoformat()),
]
"""A moment as people write it."""


@contextlib.contextmanager
def at_moment(workspace: Workspace, moment: datetime | None) -> Iterator[Workspace]:
    """The place as it stood at a moment, for nobody to work in; as it is for None.

    Raises:
        BadInput: the moment is still to come.
        NotFound: the project did not exist yet.
    """
    if moment is None:
        yield Workspace(workspace.db, workspace.project)
        return
    aware = moment.astimezone(UTC)
    if aware > now():
        raise BadInput(
            "{aware:%Y-%m-%d %H:%M %Z} is still to come.", next_step="Name an earlier moment.", aware=aware
        )
    with past.as_of(workspace.db, aware) as then:
        try:
            project = open_project(then, workspace.project.name, create=False)
        except NotFound as trouble:
            raise NotFound(
                "There was no project '{name}' at {aware:%Y-%m-%d %H:%M %Z}.",
                next_step="Name a later moment.",
                name=workspace.project.name,
                aware=aware,
            ) from trouble
        yield Workspace(then, project)
