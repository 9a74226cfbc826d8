"""What a project's people have chosen: typed here, and as every earlier version wrote it."""

from __future__ import annotations

import json

from labelcore.models import Project, ProjectSettings
from labelcore.stages import grading, projects
from labelcore.workspace import Workspace


def test_what_old_databases_hold_is_read_and_unknown_keys_are_kept(workspace: Workspace) -> None:
    old = {
        "grading": {"per_output": 2, "deadline": "2030-01-10"},
        "glossary": [{"term": "SLA", "meaning": "a promise", "at": "2026-01-02T03:04:05Z"}],
        "schema": {"type": "object"},
        "fields": {"criterion_1": "/price"},
        "pack_key": "00ff",
        "of_another_version": {"kept": [1]},
    }
    columns = "project_id, name, task, prompt_template, glossary, risk, settings, made_at"
    workspace.db.run(
        f"INSERT INTO project ({columns}) VALUES ('p', 'old', '', '', '{{}}', 'medium', ?, "
        "'2026-01-02 03:04:05')",
        [json.dumps(old)],
    )
    project = next(
        project for project in projects.list_projects(_reopened(workspace).db) if project.name == "old"
    )
    assert (project.rules.per_output, str(project.rules.deadline)) == (2, "2030-01-10")
    assert [term.term for term in projects.terms(project)] == ["SLA"]
    assert project.settings.json_schema == {"type": "object"}
    changed = grading.set_rules(workspace.with_project(project), per_output=3)
    kept = changed.settings.stored()
    assert kept["of_another_version"] == {"kept": [1]} and kept["schema"] == {"type": "object"}
    assert (kept["grading"]["per_output"], kept["pack_key"]) == (3, "00ff")
    assert "test_looks" not in kept


def _reopened(workspace: Workspace) -> Workspace:
    workspace.db.memory.clear()
    return workspace


def test_a_fresh_project_has_chosen_nothing() -> None:
    assert Project(id="p", name="p").settings == ProjectSettings()
    assert ProjectSettings().stored() == {}
