"""How conflicts were settled, what is said of them, who looks again: events, remembered until some come."""

from __future__ import annotations

from typing import Generic, TypeVar

from labelcore.models import Comment, CourtRuling, Relook, Ruling
from labelcore.store.connection import Database
from labelcore.store.lookups import remembered, written
from labelcore.store.people import register
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


_COMMENT = RowMapping(Comment, "comment", id="comment_id", at="made_at")
_RELOOK = RowMapping(Relook, "relook", id="relook_id", at="made_at")


def save(db: Database, row: Comment | Relook) -> None:
    """Append one."""
    match row:
        case Comment():
            _COMMENT.add(db, [row])
        case Relook():
            _RELOOK.add(db, [row])
    written(db, "settling")


def comments(db: Database, project_id: str) -> tuple[Comment, ...]:
    """Everything that was said, oldest first."""
    source = "comment WHERE project_id = ? ORDER BY made_at, comment_id"
    rows = remembered(
        db, "settling", ("comments", project_id), lambda: _COMMENT.find(db, source, [project_id])
    )
    names = register(db).present_name
    return tuple(row.model_copy(update={"author": names(row.author)}) for row in rows)


def relooks(db: Database, project_id: str) -> tuple[Relook, ...]:
    """Every request to look again, oldest first."""
    source = "relook WHERE project_id = ? ORDER BY made_at, relook_id"
    rows = remembered(db, "settling", ("relooks", project_id), lambda: _RELOOK.find(db, source, [project_id]))
    names = register(db).present_name
    updates = ({"author": names(row.author), "people": tuple(map(names, row.people))} for row in rows)
    return tuple(row.model_copy(update=update) for row, update in zip(rows, updates, strict=True))
