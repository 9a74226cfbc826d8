"""A small part of the coverage simulation (tests/bench/coverage.py), so that no change breaks it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "coverage_bench", Path(__file__).parents[1] / "bench" / "coverage.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_intervals_cover_what_they_promise_and_are_narrower_than_judgys() -> None:
    module = bench()
    runs = 250
    table = module.simulate(runs, settings=module.SETTINGS[::3], sizes=(100,))
    for (rule, method, n), cover, _, _, offered in module.rows_of(table):
        if cover is not None and "judgy" not in method:
            assert 0.92 <= cover <= 0.98, (rule, method, n, cover)
            assert offered > 0.5, (rule, method, n, offered)
    ours = table["random", "corrected, post-stratified", 100].width
    theirs = table["random", "judgy's algorithm", 100].width
    assert np.mean(theirs) >= 2 * np.mean(ours)
