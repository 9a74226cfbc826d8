"""The judge whose prompt the pages open, its endpoint and its project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labelcore.models import JudgeVersion
from labelcore.settings import settings
from labelcore.stages import judging
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests import refinable
from tests.databases import empty_file
from tests.mock_endpoint import MockEndpoint, configured


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockEndpoint]:
    with configured(monkeypatch) as endpoint:
        endpoint.answer = refinable.answer
        yield endpoint


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mock: MockEndpoint) -> Iterator[JudgeVersion]:
    """The judge that has decided all outputs."""
    path = empty_file(tmp_path / "app.duckdb")
    for name, value in (("DB", str(path)), ("PROJECT", refinable.PROJECT), ("ANNOTATOR", "ann")):
        monkeypatch.setenv(f"LABELCORE_{name}", value)
    settings.cache_clear()
    workspace, version = refinable.make(open_database(path))
    judging.run_judges(workspace)
    yield version
    close_database(path)


@pytest.fixture
def workspace(judge: JudgeVersion) -> Workspace:
    db = open_database(settings().db)
    return Workspace(db, refinable.project_of(db), "ann")
