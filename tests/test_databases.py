"""The files that tests copy: a worker that dies leaves nothing in the next one's, and a process nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from labelcore.store import close_database, open_database
from tests.app_server import ROOT
from tests.databases import made_once


def test_a_file_has_nothing_of_a_worker_that_died_while_it_made_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    def die(path: Path) -> None:
        path.with_name(f"{path.name}.wal").write_bytes(b"rows of another file")
        raise KeyboardInterrupt

    def make(path: Path) -> None:
        assert list(path.parent.iterdir()) == []
        open_database(path)
        close_database(path)

    with pytest.raises(KeyboardInterrupt):
        made_once(tmp_path_factory, "dying.duckdb", die)
    assert made_once(tmp_path_factory, "dying.duckdb", make).is_file()


def test_a_process_leaves_none_of_the_files_that_it_copied(tmp_path: Path) -> None:
    code = """
from pathlib import Path
from tests.databases import at_schema, empty_file
at_schema(Path("older.duckdb"), 3).close()
empty_file(Path("empty.duckdb"))
"""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    env = {"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, check=True)
    assert (tmp_path / "older.duckdb").is_file() and list(temporary.iterdir()) == []
