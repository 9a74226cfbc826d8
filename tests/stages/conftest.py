"""What tests of several stages start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labelcore.settings import settings
from tests.mock_endpoint import MockEndpoint, serving


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockEndpoint]:
    """An endpoint over HTTP that this process is told to ask."""
    with serving() as (endpoint, url):
        for name, value in (("BASE_URL", url), ("API_KEY", "k"), ("MODEL", "mock")):
            monkeypatch.setenv(f"LABELCORE_{name}", value)
        settings.cache_clear()
        yield endpoint
    settings.cache_clear()
