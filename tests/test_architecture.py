"""The import contracts, and their run-time twin: static graphs miss late imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
EVERY_MODULE = """
import importlib, pkgutil, sys
import labelcore
for module in pkgutil.walk_packages(labelcore.__path__, "labelcore."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(sorted(name for name in ("streamlit", "plotly", "openai") if name in sys.modules))
"""


def test_the_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_importing_all_of_labelcore_loads_no_ui_and_no_provider() -> None:
    done = subprocess.run(
        [sys.executable, "-c", EVERY_MODULE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_only_the_store_writes_sql() -> None:
    for path in (ROOT / "labelcore").rglob("*.py"):
        if "store" in path.relative_to(ROOT).parts:
            continue
        text = path.read_text("utf-8")
        for word in ("SELECT ", "INSERT INTO", "import duckdb"):
            assert word not in text, f"{path.relative_to(ROOT)} has '{word}'"


def test_pages_are_thin() -> None:
    for page in (ROOT / "pages").glob("*.py"):
        lines = len(page.read_text("utf-8").splitlines())
        assert lines <= 130, f"{page.name} has {lines} lines"
