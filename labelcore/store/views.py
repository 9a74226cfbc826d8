"""The views of the tables, made anew at an opening whenever their text is another one."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from importlib import resources

from labelcore.store.connection import Database

_STAMPED = "outputs"
"""The comment of this view says which text all of them were made from."""


@lru_cache(maxsize=1)
def text() -> str:
    """The statements that make the views over the tables of the current catalogue."""
    return resources.files("labelcore.store").joinpath("views.sql").read_text(encoding="utf-8")


def names() -> set[str]:
    """The views that it makes."""
    return set(re.findall(r"^CREATE OR REPLACE VIEW (\w+) AS", text(), re.MULTILINE))


def make(db: Database) -> None:
    """Make the views over the newest tables; 150 ms, so not where they are there already."""
    stamp = f"views {hashlib.sha256(text().encode()).hexdigest()[:16]}"
    stamps = db.rows(
        "SELECT comment FROM duckdb_views() WHERE view_name = ? AND database_name = current_database()",
        [_STAMPED],
    )
    if stamps != [(stamp,)]:
        with db.transaction() as cursor:
            cursor.execute(f"{text()}; COMMENT ON VIEW {_STAMPED} IS '{stamp}'")
