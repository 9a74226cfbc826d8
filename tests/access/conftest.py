"""A database file to sign in to, and nobody who has guessed a password before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labelcore.guesses import Guard
from labelcore.settings import settings
from labelcore.stages import projects, signing
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.databases import empty_file


@pytest.fixture(autouse=True)
def no_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "guard", Guard())


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A project of an app that people sign in to with accounts."""
    path = empty_file(tmp_path / "door.duckdb")
    monkeypatch.setenv("LABELCORE_DB", str(path))
    monkeypatch.setenv("LABELCORE_SIGN_IN", "accounts")
    settings.cache_clear()
    db = open_database(path)
    yield Workspace(db, projects.open_project(db, "test"))
    close_database(path)
    settings.cache_clear()
