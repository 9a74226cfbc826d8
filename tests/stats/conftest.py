"""Limits in seconds are kept by a clock of this process's work, so that a busy machine is no slower."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, settings

# As in the tests' other fixtures, without which the mutants are tried.
settings.register_profile("stats", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if settings.get_current_profile_name() == "default":
    settings.load_profile("stats")


@pytest.fixture(autouse=True)
def clock_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "perf_counter", time.process_time)
