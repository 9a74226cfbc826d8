"""A migrated database is made once in a process: each test gets it empty, or a copy of its file."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from labelcore import store
from labelcore.store import Database, close_database, migrations, open_database
from labelcore.store.connection import connect


@cache
def _shared() -> Database:
    """A query has one thread: two workers share two cores, so more would only wait for each other. Those of
    files, which pages, commands and journeys have, get as many as the machine has.
    """
    db = open_database(None)
    db.run("SET threads = 1")
    return db


@contextmanager
def empty_database() -> Iterator[Database]:
    """A database in memory with all tables and views, not a row, and nothing remembered; one at a time."""
    shared = _shared()
    db = Database(None, shared._fresh_cursor())
    try:
        yield db
    except BaseException:
        _shared.cache_clear()  # a thread may still be in a transaction
        raise
    db.close()
    attached = shared.rows("SELECT database_name FROM duckdb_databases() WHERE NOT internal")
    filled = shared.rows(
        "SELECT table_name FROM duckdb_tables() WHERE estimated_size > 0 AND table_name <> 'schema_migration'"
    )
    emptying = [f"TRUNCATE {table}" for (table,) in filled]
    emptying += [f"DETACH {name}" for (name,) in attached if name != "memory"]
    shared.run("; ".join([*emptying, "CHECKPOINT"]))


@cache
def _scratch() -> Path:
    """Where this process has the files that it copies; it goes with the process."""
    return Path(tempfile.mkdtemp(prefix="labelcore-"))


@cache
def _template() -> Path:
    path = _scratch() / "empty.duckdb"
    db = connect(path, "1GB")
    migrations.migrate(db)
    db.close()
    return path


def connect_copying(path: Path | None, memory_limit: str) -> Database:
    """As the store connects, but what would be a new file has the newest schema already."""
    if path and path.parent.is_dir() and not path.exists():
        empty_file(path)
    return connect(path, memory_limit)


def empty_file(path: Path) -> Path:
    """A migrated database file at this path, which nobody has open."""
    return Path(shutil.copy(_template(), path))


def made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A file that the first of all workers to need it makes; whoever needs it changes a copy."""
    folder = folders.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    path = folder / name
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            begun = Path(tempfile.mkdtemp(dir=folder)) / name  # a worker that died left its log behind too
            make(begun)
            begun.rename(path)
    return path


def at_schema(path: Path, newest: int) -> Database:
    """A database as an earlier labelcore left it."""
    return connect(Path(shutil.copy(_older(newest), path)), "1GB")


@cache
def _older(newest: int) -> Path:
    """Its empty file, made from the one before."""
    path = _scratch() / f"schema-{newest}.duckdb"
    if newest:
        shutil.copy(_older(newest - 1), path)
    db = connect(path, "1GB")
    migrations.applied(db)
    for number, name, sql in migrations.available()[max(0, newest - 1) : newest]:
        db.run(sql)
        db.run("INSERT INTO schema_migration VALUES (?, ?, now()::TIMESTAMP)", [number, name])
    db.close()
    return path


@atexit.register
def _close() -> None:
    """Before the interpreter is torn down: DuckDB would name what is left as leaked. What was copied goes."""
    if _shared.cache_info().currsize:
        _shared().close()
        _shared.cache_clear()
    for path in list(store._open):
        close_database(path)
    if _scratch.cache_info().currsize:
        shutil.rmtree(_scratch(), ignore_errors=True)
        for made in (_scratch, _template, _older):
            made.cache_clear()
