"""Projects: events by name, the latest one counts."""

from __future__ import annotations

from labelcore.models import Project
from labelcore.store.connection import Database, from_json, to_json
from labelcore.store.lookups import remembered, written
from labelcore.store.rows import RowMapping

_PROJECT = RowMapping(Project, "project", leave_out=["settings"], id="project_id", at="made_at")


def save(db: Database, project: Project) -> None:
    """Store a project, or a new state of it."""
    _PROJECT.add(db, [project], settings=to_json(project.settings.stored()))
    written(db, "project")


def by_name(db: Database, name: str) -> Project | None:
    """The project of that name, if there is one."""
    return next((project for project in all_of(db) if project.name == name), None)


def all_of(db: Database) -> list[Project]:
    """Every project, by name."""

    def read() -> list[Project]:
        rows = db.rows(f"SELECT settings, {_PROJECT.select} FROM project_current ORDER BY name")
        return [_PROJECT.read(row, settings=from_json(settings) or {}) for settings, *row in rows]

    return list(remembered(db, "project", "all", read))
