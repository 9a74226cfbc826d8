"""Numbered, append-only changes of tables, each applied in the transaction that records it; never edited.

Views are no matter of migrations: those that early ones made are replaced at every opening. Names that an
older labelcore kept in two forms become one person's, whatever migration it was that brought the tables up.
"""

from __future__ import annotations

import re
from importlib import resources

from labelcore.errors import StoreDamaged
from labelcore.models import now
from labelcore.store import people, views
from labelcore.store.connection import Database, utc

_VIEW = re.compile(r"^(?:CREATE|CREATE OR REPLACE|DROP) VIEW\b.*?;$", re.MULTILINE | re.DOTALL)
"""A new database is spared the views of early migrations: half the time of its making."""
_NUMBERED = re.compile(r"^(\d{4})_(\w+)\.sql$")


def available() -> list[tuple[int, str, str]]:
    """All migrations that this version knows, as (number, name, SQL), in order."""
    return sorted(
        (int(match[1]), match[2], file.read_text(encoding="utf-8"))
        for file in resources.files(__name__).iterdir()
        if (match := _NUMBERED.match(file.name))
    )


def applied(db: Database) -> set[int]:
    """The numbers recorded in this database."""
    db.run("CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT, name VARCHAR, applied_at TIMESTAMP)")
    return {int(row[0]) for row in db.rows("SELECT number FROM schema_migration")}


def is_ours(db: Database) -> bool:
    """Whether the database has been migrated before."""
    return "schema_migration" in _tables(db)


def check_ours(db: Database) -> None:
    """Raises StoreDamaged: another program's tables are in it. Nothing is written into them."""
    if (tables := _tables(db)) and "schema_migration" not in tables:
        raise StoreDamaged(
            "{path} is a DuckDB file of another program: it holds '{table}' and none of labelcore's tables.",
            next_step="Name another file with --db; import takes the tables of others as CSV or Parquet.",
            path=db.path,
            table=min(tables),
        )


def _tables(db: Database) -> set[str]:
    rows = db.rows(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal"
    )
    return {str(name) for (name,) in rows}


def migrate(db: Database) -> list[int]:
    """Bring the database to the newest tables and views. Returns the numbers that were applied now.

    Raises:
        StoreDamaged: the file was written by a newer labelcore, or by another program.
    """
    check_ours(db)
    numbers = applied(db)
    migrations = available()
    if unknown := numbers - {number for number, _, _ in migrations}:
        raise StoreDamaged(
            "{path} was written by a newer labelcore (schema {unknown}).",
            next_step="Install the newest labelcore and open it again.",
            path=db.path,
            unknown=max(unknown),
        )
    pending = [migration for migration in migrations if migration[0] not in numbers]
    with db.writing() as cursor:
        for number, name, sql in pending:
            cursor.execute(sql if numbers else _VIEW.sub("", sql))
            cursor.execute("INSERT INTO schema_migration VALUES (?, ?, ?)", [number, name, utc(now())])
        views.make(db)
        if numbers and pending:
            people.unite(db)
    return [number for number, _, _ in pending]
