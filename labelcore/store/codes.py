"""Codes of notes and the quotes that carry them: events, of which the newest counts."""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.models import Code, Quote, new_id
from labelcore.store.connection import Database
from labelcore.store.rows import Stored

_CODE = Stored(Code, id="code_id", at="made_at")
_QUOTE = Stored(Quote, text="quote", at="made_at")


def save(db: Database, codes: Sequence[Code], quotes: Sequence[Quote] = ()) -> None:
    """Store new states of codes and quotes, all or none."""
    with db.transaction():
        db.append(
            "code",
            (*_CODE.columns, "event_id"),
            [_CODE.row(code, event_id=new_id("event")) for code in codes],
        )
        db.append(
            "quote",
            (*_QUOTE.columns, "event_id"),
            [_QUOTE.row(quote, event_id=new_id("event")) for quote in quotes],
        )


def current(db: Database, project_id: str) -> list[Code]:
    """The newest state of every code, oldest code first."""
    return sorted(_codes(db, "code_current", project_id), key=lambda code: code.id)


def history(db: Database, project_id: str) -> list[Code]:
    """Every state that a code ever had, oldest first."""
    return _codes(db, "code", project_id)


def _codes(db: Database, table: str, project_id: str) -> list[Code]:
    rows = db.rows(
        f"SELECT {_CODE.select} FROM {table} WHERE project_id = ? ORDER BY made_at, code_id", [project_id]
    )
    return [_CODE.read(row) for row in rows]


def quotes(db: Database, project_id: str) -> list[Quote]:
    """The newest state of every quote, in the order of their grades."""
    rows = db.rows(
        f"SELECT {_QUOTE.select} FROM quote_current WHERE project_id = ? ORDER BY grade_id, quote",
        [project_id],
    )
    return [_QUOTE.read(row) for row in rows]
