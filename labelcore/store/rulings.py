"""Rulings: how it was settled where people differ, or a judge and people, by whom, and why."""

from __future__ import annotations

from typing import Generic, TypeVar

from labelcore.models import CourtRuling, Ruling
from labelcore.store.connection import Database
from labelcore.store.lookups import remembered, written
from labelcore.store.rows import RowMapping

AnyRuling = TypeVar("AnyRuling", Ruling, CourtRuling)


class Rulings(Generic[AnyRuling]):
    """The rulings of one table; earlier ones on the same conflict stay in it."""

    def __init__(self, model: type[AnyRuling], table: str) -> None:
        self._stored: RowMapping[AnyRuling] = RowMapping(model, table, id="ruling_id", at="made_at")
        self._current = f"{table}_current"

    def save(self, db: Database, ruling: AnyRuling) -> None:
        """Store a ruling."""
        self._stored.add(db, [ruling])
        written(db, self._current)

    def current(self, db: Database, project_id: str) -> list[AnyRuling]:
        """The rulings that count now, oldest first."""
        counting = "project_id = ? AND value <> 'withdrawn' ORDER BY made_at, ruling_id"
        source = f"{self._current} WHERE {counting}"
        return list(
            remembered(db, self._current, project_id, lambda: self._stored.find(db, source, [project_id]))
        )


rulings = Rulings(Ruling, "ruling")
court = Rulings(CourtRuling, "court_ruling")
