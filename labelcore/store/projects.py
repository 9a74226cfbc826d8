"""Projects: events by name, the latest one counts."""

from __future__ import annotations

from labelcore.models import Project
from labelcore.store.connection import Database
from labelcore.store.live.lookups import remembered, written
from labelcore.store.rows import Stored

_PROJECT = Stored(Project, id="project_id", at="made_at")
_TABLE = "project"
_SELECT = f"SELECT {_PROJECT.select} FROM project_current"


def save(db: Database, project: Project) -> None:
    """Store a project, or a new state of it."""
    db.append(_TABLE, _PROJECT.columns, [_PROJECT.row(project)])
    written(db, _TABLE)


def by_name(db: Database, name: str) -> Project | None:
    """The project of that name, if there is one."""
    return next((project for project in all_of(db) if project.name == name), None)


def all_of(db: Database) -> list[Project]:
    """Every project, by name."""

    def read() -> list[Project]:
        return [_PROJECT.read(row) for row in db.rows(f"{_SELECT} ORDER BY name")]

    return list(remembered(db, _TABLE, "all", read))
