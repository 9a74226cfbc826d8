"""Codes of notes and the quotes that carry them: events, of which the newest counts."""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.models import Code, Quote, new_id
from labelcore.store.connection import Database
from labelcore.store.rows import RowMapping

_CODE = RowMapping(Code, "code", id="code_id", at="made_at")
_QUOTE = RowMapping(Quote, "quote", text="quote", at="made_at")


def save(db: Database, codes: Sequence[Code], quotes: Sequence[Quote] = ()) -> None:
    """Store new states of codes and quotes, all or none."""
    with db.transaction():
        _CODE.add(db, codes, event_id=lambda _: new_id("event"))
        _QUOTE.add(db, quotes, event_id=lambda _: new_id("event"))


def current(db: Database, project_id: str) -> list[Code]:
    """The newest state of every code, oldest code first."""
    return _CODE.find(db, "code_current WHERE project_id = ? ORDER BY code_id", [project_id])


def history(db: Database, project_id: str) -> list[Code]:
    """Every state that a code ever had, oldest first."""
    return _CODE.find(db, "code WHERE project_id = ? ORDER BY made_at, code_id", [project_id])


def quotes(db: Database, project_id: str) -> list[Quote]:
    """The newest state of every quote, in the order of their grades."""
    return _QUOTE.find(db, "quote_current WHERE project_id = ? ORDER BY grade_id, quote", [project_id])
