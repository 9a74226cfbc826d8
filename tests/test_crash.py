"""A server that is killed loses no acknowledged grade (`tests/bench/grading_crash.py` kills it 50 times)."""

from __future__ import annotations

import pytest

from tests.bench import grading_crash


@pytest.mark.slow
def test_a_killed_server_keeps_every_acknowledged_grade() -> None:
    acknowledged, lost, stuck = grading_crash.run(kills=2, count=4, outputs=800)
    assert acknowledged > 0
    assert (lost, stuck) == (0, 0)
