"""Projects: events by name, the latest one counts."""

from __future__ import annotations

from typing import Any

from labelcore.models import Project
from labelcore.store.connection import Database, from_json, to_json
from labelcore.store.live.lookups import remembered, written
from labelcore.store.rows import Stored

_PROJECT = Stored(Project, leave_out=["settings"], id="project_id", at="made_at")
_TABLE = "project"
_SELECT = f"SELECT {_PROJECT.select}, settings FROM project_current"


def save(db: Database, project: Project) -> None:
    """Store a project, or a new state of it."""
    row = _PROJECT.row(project, settings=to_json(project.settings.stored()))
    db.append(_TABLE, [*_PROJECT.columns, "settings"], [row])
    written(db, _TABLE)


def by_name(db: Database, name: str) -> Project | None:
    """The project of that name, if there is one."""
    return next((project for project in all_of(db) if project.name == name), None)


def all_of(db: Database) -> list[Project]:
    """Every project, by name."""

    def read() -> list[Project]:
        return [_project(row) for row in db.rows(f"{_SELECT} ORDER BY name")]

    return list(remembered(db, _TABLE, "all", read))


def _project(row: tuple[Any, ...]) -> Project:
    return _PROJECT.read(row[:-1], settings=from_json(row[-1]) or {})
