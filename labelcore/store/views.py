"""The views of the tables, made anew at an opening whenever their text is another one."""

from __future__ import annotations

import hashlib

from labelcore.store.connection import Database
from labelcore.store.tables_read import views_text

_STAMPED = "outputs"
"""The comment of this view says which text all of them were made from."""


def make(db: Database) -> None:
    """Make the views over the newest tables; 150 ms, so not where they are there already."""
    stamp = f"views {hashlib.sha256(views_text().encode()).hexdigest()[:16]}"
    stamps = db.rows(
        "SELECT comment FROM duckdb_views() WHERE view_name = ? AND database_name = current_database()",
        [_STAMPED],
    )
    if stamps != [(stamp,)]:
        with db.writing() as cursor:
            cursor.execute(f"{views_text()}; COMMENT ON VIEW {_STAMPED} IS '{stamp}'")
