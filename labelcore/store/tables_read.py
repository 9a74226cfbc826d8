"""Which tables a query may read and a statement stores to, as its text says: what was read of other tables
stays as it was.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

_WORD = re.compile(r"\w+")
_REMARK = re.compile(r"--.*")
_VIEW = re.compile(r"^CREATE OR REPLACE VIEW (\w+) AS([^;]+);", re.MULTILINE)
_STORING = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)\s[^;]*", re.IGNORECASE)


@lru_cache(maxsize=1)
def views_text() -> str:
    """The statements that make the views over the tables of the current catalogue."""
    return resources.files("labelcore.store").joinpath("views.sql").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def views() -> dict[str, str]:
    """The query of each view, by its name."""
    return dict(_VIEW.findall(_REMARK.sub("", views_text())))


@lru_cache(maxsize=2_000)
def words(sql: str) -> frozenset[str]:
    """Every word of a query and of the views that it names, in small letters: all tables that it reads are
    among them.
    """
    found = set(_WORD.findall(sql.lower()))
    return frozenset(found.union(*(words(views()[name]) for name in found & views().keys())))


@lru_cache(maxsize=2_000)
def table_stored_to(sql: str) -> str | None:
    """The one table that a statement changes; None where it may be another, or several, or their form."""
    statement = _STORING.fullmatch(sql)
    return statement[1].lower() if statement else None
