"""What tests share: a fresh in-memory database, a project, and outputs to work on."""

from __future__ import annotations

import os

# Before numpy is loaded, as the command line does it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Callable, Iterator

import pytest

from labelcore.models import Grade, Output, Project, new_id
from labelcore.stages import projects
from labelcore.store import Database, open_database
from labelcore.store import grades as grade_table
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace

_KEYS = ("LABELCORE_API_KEY", "OPENAI_API_KEY", "LABELCORE_BASE_URL", "OPENAI_BASE_URL")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of pages are no core tests: each starts Streamlit's script runner."""
    for item in items:
        if "pages" in item.path.parts[-2:]:
            item.add_marker("page")


@pytest.fixture(autouse=True)
def no_real_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test can reach a real endpoint by accident."""
    from labelcore.settings import settings

    for name in (*_KEYS, "LABELCORE_MODEL", "OPENAI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()


@pytest.fixture
def db() -> Iterator[Database]:
    database = open_database(None)
    yield database
    database.close()


@pytest.fixture
def project(db: Database) -> Project:
    return projects.open_project(db, "test")


@pytest.fixture
def workspace(db: Database, project: Project) -> Workspace:
    return Workspace(db, project)


@pytest.fixture
def add_outputs(workspace: Workspace) -> Callable[..., list[Output]]:
    """Store outputs with the given texts; further fields by name."""

    def add(*texts: str, **fields: object) -> list[Output]:
        made = [
            Output(
                id=output_table.content_id(workspace.project.id, text, input=str(fields.get("input", ""))),
                project_id=workspace.project.id,
                text=text,
                **fields,  # type: ignore[arg-type]  # test data
            )
            for text in texts
        ]
        output_table.add(workspace.db, made)
        return made

    return add


@pytest.fixture
def give(workspace: Workspace) -> Callable[..., Grade]:
    """Grade an output."""

    def grade(output: Output, value: str, note: str = "", annotator: str = "ann", **more: object) -> Grade:
        event = Grade(
            id=new_id("grade"),
            project_id=workspace.project.id,
            output_id=output.id,
            annotator=annotator,
            value=value,
            note=note,
            **more,  # type: ignore[arg-type]
        )
        grade_table.record(workspace.db, [event])
        return event

    return grade
