"""What tests of several stages start from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from labelcore.models import Criterion, Output
from labelcore.settings import settings
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint, configured
from tests.stages.lengths import planting
from tests.stages.measured import accepted


@pytest.fixture
def criterion(workspace: Workspace) -> Criterion:
    return accepted(workspace, "Short", "No filler.")


@pytest.fixture
def no_embeddings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder takes 50 ms a text, and not every test of learned judges is about it."""
    monkeypatch.setattr("labelcore.stages.judging.proposing.subjects.MOST_EMBEDDED", 0)


@pytest.fixture
def plant(workspace: Workspace) -> Callable[..., list[Output]]:
    return planting(workspace)


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that a model did not answer is asked again at once."""
    monkeypatch.setattr("labelcore.llm.client.waiting", lambda *_: 0.0)


@pytest.fixture
def set_(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Changes settings for one test."""

    def change(**names: object) -> None:
        for name, value in names.items():
            monkeypatch.setenv(f"LABELCORE_{name}", str(value))
        settings.cache_clear()

    yield change
    settings.cache_clear()


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockEndpoint]:
    """An endpoint over HTTP that this process is told to ask."""
    with configured(monkeypatch) as endpoint:
        yield endpoint
