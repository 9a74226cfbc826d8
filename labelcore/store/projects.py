"""Projects: events by name, the latest one counts; and what each holds, in numbers."""

from __future__ import annotations

from labelcore.models import Project
from labelcore.store import criteria as criterion_table
from labelcore.store.connection import Database, from_json, to_json
from labelcore.store.lookups import remembers, remembers_of, written
from labelcore.store.rows import RowMapping

_PROJECT = RowMapping(Project, "project", leave_out=["settings"], id="project_id", at="made_at")


def save(db: Database, project: Project) -> None:
    """Store a project, or a new state of it."""
    _PROJECT.add(db, [project], settings=to_json(project.settings.stored()))
    written(db, "project")


def by_name(db: Database, name: str) -> Project | None:
    """The project of that name, if there is one."""
    return next((project for project in all_of(db) if project.name == name), None)


@remembers("project")
def all_of(db: Database) -> list[Project]:
    """Every project, by name."""
    rows = db.rows(f"SELECT settings, {_PROJECT.select} FROM project_current ORDER BY name")
    return [_PROJECT.read(row, settings=from_json(settings) or {}) for settings, *row in rows]


def last_compared(db: Database, project_id: str) -> tuple[str, str] | None:
    """The two versions of the newest rules that named any to compare."""
    rows = db.rows(
        "SELECT settings ->> '$.grading.compare[0]', settings ->> '$.grading.compare[1]' FROM project "
        "WHERE project_id = ? AND settings ->> '$.grading.compare[1]' IS NOT NULL "
        "ORDER BY made_at DESC LIMIT 1",
        [project_id],
    )
    return next(((str(first), str(second)) for first, second in rows), None)


_COUNTS = {
    "samples": "SELECT count(*) FROM sample WHERE project_id = $project",
    "graded": "SELECT count(DISTINCT output_id) FROM given",
    "only_on_criteria": "SELECT count(*) FROM (SELECT output_id FROM given EXCEPT SELECT output_id FROM mine "
    "WHERE value <> 'skipped')",
    "passes": "SELECT count(DISTINCT output_id) FROM told WHERE value = 'pass'",
    "fails": "SELECT count(DISTINCT output_id) FROM told WHERE value = 'fail'",
    "unsure": "SELECT count(DISTINCT output_id) FROM told WHERE value = 'unsure'",
    "annotators": "SELECT count(DISTINCT annotator) FROM (FROM mine UNION ALL FROM given)",
    "criteria_proposed": "SELECT count(*) FROM criterion_current "
    "WHERE project_id = $project AND status = 'proposed'",
    "criteria_accepted": "SELECT count(*) FROM criterion_current "
    "WHERE project_id = $project AND status = 'accepted'",
    "judges": "SELECT count(*) FROM judge_current WHERE project_id = $project",
    "chosen": "SELECT coalesce(sum(json_array_length(judge_version_ids)), 0) FROM choice_current "
    "WHERE project_id = $project",
}


def counts(db: Database, project_id: str, only_of: str | None = None) -> dict[str, int]:
    """Numbers of rows by name; an output with passes and fails counts in both. Grades of a criterion count
    in its present meaning.

    ``only_of``: the person whose values alone are counted, who does not read those of others.
    """
    columns = ", ".join(f"({query}) AS {name}" for name, query in _COUNTS.items())
    rows = db.rows(
        "WITH every AS (SELECT * FROM grade_current WHERE project_id = $project AND field IS NULL), "
        "given AS (SELECT output_id, annotator, value FROM every "
        f"WHERE value <> 'skipped' AND {criterion_table.PRESENT}), "
        "mine AS (SELECT output_id, annotator, value FROM every WHERE criterion_id IS NULL), "
        f"told AS (SELECT * FROM mine WHERE annotator = coalesce($person, annotator)) SELECT {columns}",
        {"project": project_id, "person": only_of, "meant": criterion_table.meant(db, project_id)},
    )
    numbers = {name: int(value) for name, value in zip(_COUNTS, rows[0], strict=True)}
    return {**numbers, "verdicts": _verdicts(db, project_id)}


@remembers_of("verdict")
def _verdicts(db: Database, project_id: str) -> int:
    rows = db.rows("SELECT count(*) FROM verdict WHERE project_id = ?", [project_id])
    return int(rows[0][0])
