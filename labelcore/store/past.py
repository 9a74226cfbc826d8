"""The database as it stood at an earlier moment, to be read by the same code.

Tables only hold events with their time, so the past is a filter: each table gets a view of the same name, in
a separate catalogue in memory, and on these the views of the present are made anew.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from datetime import datetime

from labelcore.errors import BadInput
from labelcore.store.connection import Database, utc
from labelcore.store.tables_read import views_text

_TIMES = ("stored_at", "made_at")
"""The first of these that a table has says when a row came in; a client's clock may run wrong."""
_TOLD_BY = {"sample_pick": ("sample_id", "sample"), "rejected_row": ("batch_id", "import_batch")}
"""Tables whose rows are stored together with a row of another."""
_TIMELESS = {"schema_migration", "embedding"}
"""What is no event: the schema, and vectors, which depend on their text alone."""


@contextlib.contextmanager
def as_of(db: Database, moment: datetime) -> Iterator[Database]:
    """The database with the events that were stored until ``moment``, which is timezone-aware.

    The handle holds while the context does. Raises BadInput when something tries to write to it.
    """
    if db.is_past:
        raise BadInput(
            "An earlier moment of an earlier moment cannot be read.",
            next_step="Leave the earlier moment out.",
        )
    catalogue = f"past_{uuid.uuid4().hex}"
    outside = db.outside()  # a transaction writes to one catalogue only
    outside.run(f"ATTACH ':memory:' AS {catalogue}")
    try:
        _make_views(outside, catalogue, utc(moment))
        yield db.looking_at(catalogue)
    finally:
        outside.run(f"DETACH {catalogue}")


def _make_views(db: Database, catalogue: str, moment: datetime) -> None:
    present = db.rows("SELECT current_database()")[0][0]
    for table, until in filters(db).items():
        condition = until.format(moment=f"TIMESTAMP '{moment.isoformat(sep=' ')}'", past=catalogue)
        db.run(
            f'CREATE VIEW {catalogue}.main."{table}" AS '
            f'SELECT * FROM "{present}".main."{table}" WHERE {condition}'
        )
    db.run(f"USE {catalogue}; {views_text()}")


def filters(db: Database) -> dict[str, str]:
    """For each table the condition that leaves the rows of the past, in an order that can be made.

    Raises:
        KeyError: a table neither has a time nor is told by another (a fault of this module).
    """
    columns: dict[str, set[str]] = {}
    for table, column in db.rows(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = "
        "current_database() AND table_name IN (SELECT table_name FROM duckdb_tables() "
        "WHERE database_name = current_database())"
    ):
        columns.setdefault(table, set()).add(column)
    conditions = {table: _condition(table, columns[table]) for table in sorted(columns)}
    return dict(sorted(conditions.items(), key=lambda filtered: filtered[0] in _TOLD_BY))


def _condition(table: str, columns: set[str]) -> str:
    if table in _TIMELESS:
        return "true"
    if table in _TOLD_BY:
        key, teller = _TOLD_BY[table]
        return f"{key} IN (SELECT {key} FROM {{past}}.main.{teller})"
    time = next((name for name in _TIMES if name in columns), None)
    if time is None:
        raise KeyError(f"{table} does not say when its rows were stored")
    return f"{time} <= {{moment}}"
