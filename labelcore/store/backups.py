"""Whole copies of the database, also while it is in use."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Literal

import duckdb

from labelcore import files
from labelcore.errors import BadInput, LabelcoreError, StoreDamaged
from labelcore.models import now
from labelcore.settings import settings
from labelcore.store import close_database, migrations, open_database
from labelcore.store.connection import Database, connect, damaged
from labelcore.wording import Wording

_copying = threading.Lock()
"""One copy at a time: a second would name the same place within the database."""


def copy_to(db: Database, out: Path) -> int:
    """Write a copy that labelcore can open. Returns its size in bytes.

    Raises:
        BadInput: the file exists already, or its folder does not.
    """
    if out.exists():
        raise BadInput("{out} exists already.", next_step="Name a new file for the backup.", out=out)
    if not out.parent.is_dir():
        raise BadInput(
            "There is no folder {parent}.", next_step="Make it, or name another.", parent=out.parent
        )
    with _copying, files.whole(out, replace=False) as partial:
        _copy(db.outside(), partial)
        _check_copy(partial)
    return out.stat().st_size


def _copy(db: Database, target: Path) -> None:
    name = str(target).replace("'", "''")
    source = db.rows("SELECT current_database()")[0][0]
    db.run(f"ATTACH '{name}' AS backup_copy")
    try:
        db.run(f'COPY FROM DATABASE "{source}" TO backup_copy')
    finally:
        db.run("DETACH backup_copy")


def _check_copy(copy: Path) -> None:
    """Read every block of what was written; a copy that cannot be read is none."""
    looked = connect(copy, settings().memory_limit)
    try:
        read_whole(looked)
    finally:
        looked.close()


def read_whole(db: Database) -> None:
    """Read every block. StoreDamaged: one of them is not as it was written."""
    db = db.outside()  # what was read before tells nothing about the blocks
    for (table,) in db.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal"):
        db.rows(f'SELECT count(*), bit_xor(hash(rows)) FROM "{table}" rows')


def rehearse(backup: Path) -> None:
    """Open a copy of a backup as a restore would. BadInput: it cannot be restored."""
    with tempfile.TemporaryDirectory(dir=backup.parent) as folder:
        copy = Path(folder) / backup.name
        shutil.copyfile(backup, copy)
        _check_backup(backup, copy)


def restore(source: Path, target: Path) -> Path | None:
    """Put a checked copy of ``source`` in the place of ``target``, which is kept under the name returned.

    Raises:
        BadInput: there is no such backup, it cannot be opened, or it is another program's file.
        StoreBusy: another process holds the target.
    """
    if not source.is_file():
        raise BadInput("There is no file {source}.", next_step="Check the path of the backup.", source=source)
    fresh = target.with_name(f"{target.name}.restoring")
    shutil.copyfile(source, fresh)
    try:
        _check_backup(source, fresh)
        former = _move_away(target)
        fresh.rename(target)
    finally:
        fresh.unlink(missing_ok=True)
    return former


def _check_backup(source: Path, copy: Path) -> None:
    """Open the copy, which migrates it, once it is known to hold labelcore's tables."""
    try:
        looked = connect(copy, settings().memory_limit)
        try:
            migrations.check_ours(looked)
            if not migrations.is_ours(looked):
                raise StoreDamaged("{path} is an empty database.", path=copy)
        finally:
            looked.close()
        open_database(copy)
        close_database(copy)
    except StoreDamaged as trouble:
        why = Wording(trouble.what.template, **trouble.what.values | {"path": source.name})
        raise BadInput(
            "{source} is not a labelcore backup: {why}",
            next_step="Choose a file that `backup` wrote.",
            source=source,
            why=why,
        ) from trouble


def _move_away(target: Path) -> Path | None:
    """Rename the database that is there, damaged or not, with its log."""
    if not target.exists():
        return None
    with contextlib.suppress(StoreDamaged):  # a damaged one is why people restore
        open_database(target)
        close_database(target)
    former = target.with_name(f"{target.name}.before-{now():%Y%m%d-%H%M%S}")
    log = target.with_name(f"{target.name}.wal")
    if log.exists():
        log.rename(f"{former}.wal")
    return target.rename(former)


def compact(db: Database) -> tuple[int, int]:
    """Write the log into the file and give free blocks back. Returns the sizes before and after."""
    before = db.path.stat().st_size if db.path else 0
    db.outside().run("VACUUM")
    db.outside().run("CHECKPOINT")
    db.forget_readings()  # rows may have other numbers now
    return before, db.path.stat().st_size if db.path else 0


Condition = Literal["ready", "rows are damaged", "the database does not open"]


def condition(path: Path) -> Condition:
    """How a database is as far as this process knows, by one small read: what nobody has read since it began
    may be damaged unseen. `doctor` and every backup read all.
    """
    try:
        db = open_database(path)
        db.outside().rows("SELECT max(number) FROM schema_migration")
    except (LabelcoreError, duckdb.Error):
        return "rows are damaged" if path.resolve() in damaged else "the database does not open"
    return "rows are damaged" if db.path in damaged else "ready"


def sizes(db: Database) -> dict[str, float]:
    """Figures of the whole database for those who watch it: rows by table, and bytes."""
    tables = ("output", "grade", "verdict", "judge_version", "audit_event")
    counts = {f"{table}_rows": float(db.rows(f"SELECT count(*) FROM {table}")[0][0]) for table in tables}
    return counts | {"database_bytes": float(db.path.stat().st_size if db.path else 0)}


def integrity(db: Database) -> dict[str, int]:
    """Counts of rows that should not be: grades, picks or verdicts whose output is missing."""
    tables = ("grade", "sample_pick", "verdict")
    return {
        table: int(db.rows(f"SELECT count(*) FROM {table} ANTI JOIN output USING (output_id)")[0][0])
        for table in tables
    }
