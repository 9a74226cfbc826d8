"""Fixtures of the pages' tests: the database that the settings name, empty or with a worked project."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from labelcore.settings import settings
from labelcore.stages import projects
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.databases import made_once
from tests.pages.opening import work


@pytest.fixture(autouse=True, scope="session")
def components_are_looked_for_once() -> Iterator[None]:
    """Streamlit's test runner reads what every installed package says of itself, for each page anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests)
        )
        yield


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the pages find their database; nobody made it yet."""
    path = tmp_path / "app.duckdb"
    for name, value in (("DB", str(path)), ("PROJECT", "shop"), ("ANNOTATOR", "ann")):
        monkeypatch.setenv(f"LABELCORE_{name}", value)
    settings.cache_clear()
    yield path
    close_database(path)
    settings.cache_clear()


@pytest.fixture
def place(database: Path) -> Workspace:
    """The project that the pages open, with nothing in it, for ann."""
    db = open_database(database)
    return Workspace(db, projects.open_project(db, "shop"), "ann")


@pytest.fixture(scope="session")
def worked_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a worked project, to be copied by each test."""
    return made_once(tmp_path_factory, "worked.duckdb", work)


@pytest.fixture
def worked(database: Path, worked_file: Path) -> Workspace:
    """A worked project that the pages open, for ann."""
    shutil.copy(worked_file, database)
    db = open_database(database)
    return Workspace(db, projects.open_project(db, "shop"), "ann")
