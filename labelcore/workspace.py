"""Where work happens and for whom: what every operation takes first."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import TypeVar, TypeVarTuple

from labelcore.models import Project, Role
from labelcore.progress import Progress, silent
from labelcore.store import Database

Asked = TypeVarTuple("Asked")
Report = TypeVar("Report", bound=Hashable)


@dataclass(frozen=True)
class Workspace:
    """One project of an open database, the person who works in it, and whom long work tells how far it is.

    ``role``: what they are in it; ``everywhere``: what they are in every project. ``here``: they sit at this
    machine, so that its files are theirs to name.
    """

    db: Database
    project: Project
    person: str = ""
    progress: Progress = silent
    role: Role = Role.ADMIN
    everywhere: Role | None = Role.ADMIN
    here: bool = True

    def may_everywhere(self, least: Role) -> bool:
        """Whether the person may do in every project what needs at least this role."""
        return self.everywhere is not None and self.everywhere.includes(least)

    def by(self, person: str) -> Workspace:
        """The same place for another person."""
        return replace(self, person=person)

    def with_project(self, project: Project) -> Workspace:
        """Another project, or a newer state of this one."""
        return replace(self, project=project)

    def reading(self, db: Database) -> Workspace:
        """The same project as another database holds it, an earlier moment for example."""
        return replace(self, db=db)

    def telling(self, progress: Progress) -> Workspace:
        """The same place; long work tells ``progress`` how far it is."""
        return replace(self, progress=progress)


def remembered(read: Callable[[Workspace, *Asked], Report]) -> Callable[[Workspace, *Asked], Report]:
    """Mark a report that reads what is stored and nothing else: it is made again once something was stored.

    All who ask get the same object, which nobody may change. What it depends on beside (a setting of the
    process, for example) is among what is asked.
    """

    @functools.wraps(read)
    def ask(workspace: Workspace, *asked: *Asked) -> Report:
        project = workspace.project.model_dump_json()  # a caller may hold it as it was
        who = (workspace.person, workspace.role, workspace.everywhere, workspace.here)
        about = (read, project, who, *asked)
        return workspace.db.report(about, lambda: read(workspace, *asked))

    return ask
