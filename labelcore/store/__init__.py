"""The only place that speaks SQL: one DuckDB file, append-only events, views for the present."""

from __future__ import annotations

import threading
from pathlib import Path

from labelcore.settings import settings
from labelcore.store.connection import Database, connect
from labelcore.store.migrations import migrate

__all__ = ["Database", "close_database", "open_database"]

_open: dict[Path, Database] = {}
_opening = threading.Lock()


def open_database(path: Path | str | None) -> Database:
    """The migrated database at ``path``, the same within a process; ``None`` gives a fresh one in memory.

    Raises:
        StoreBusy: another process holds the file.
        StoreDamaged: the file cannot be opened or is newer than this labelcore.
    """
    if path is None:
        return _migrated(connect(None, settings().memory_limit))
    with _opening:
        if db := _open.get(Path(path)):  # as the app names it, at each press
            return db
        place = Path(path).expanduser().resolve()
        if place not in _open:
            _open[place] = _migrated(connect(place, settings().memory_limit))
        return _open[place]


def close_database(path: Path | str) -> None:
    """Give a file back, so that another process can open it."""
    with _opening:
        if db := _open.pop(Path(path).expanduser().resolve(), None):
            db.close()


def _migrated(db: Database) -> Database:
    try:
        migrate(db)
    except BaseException:
        db.close()
        raise
    return db
