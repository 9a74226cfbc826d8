"""Projects: events by name, the latest one counts."""

from __future__ import annotations

from typing import Any

from labelcore.models import Project
from labelcore.store.connection import Database, aware, from_json, to_json, utc
from labelcore.store.remembering import remembered, written

_COLUMNS = ("project_id", "name", "task", "prompt_template", "glossary", "risk", "settings", "made_at")
_TABLE = "project"
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM project_current"


def save(db: Database, project: Project) -> None:
    """Store a project, or a new state of it."""
    row = (
        project.id,
        project.name,
        project.task,
        project.prompt_template,
        to_json(project.glossary),
        project.risk,
        to_json(project.settings),
        utc(project.at),
    )
    db.append("project", _COLUMNS, [row])
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
    return Project(
        id=row[0],
        name=row[1],
        task=row[2],
        prompt_template=row[3],
        glossary=from_json(row[4]),
        risk=row[5],
        settings=from_json(row[6]),
        at=aware(row[7]),
    )
