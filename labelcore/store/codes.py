"""Codes of notes and the quotes that carry them: events, of which the newest counts."""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.models import Code, Quote, new_id
from labelcore.store.connection import Database, append_rows, aware, utc

_CODE = ("code_id", "project_id", "label", "state", "criterion_id", "origin", "author", "why", "made_at")
_QUOTE = ("project_id", "grade_id", "output_id", "quote", "code_id", "sure", "author", "made_at", "marked")


def save(db: Database, codes: Sequence[Code], quotes: Sequence[Quote] = ()) -> None:
    """Store new states of codes and quotes, all or none."""
    with db.transaction() as cursor:
        if codes:
            heads = [
                (
                    new_id("event"),
                    code.id,
                    code.project_id,
                    code.label,
                    code.state,
                    code.criterion_id,
                    code.origin,
                    code.author,
                    code.why,
                    utc(code.at),
                )
                for code in codes
            ]
            append_rows(cursor, "code", ("event_id", *_CODE), heads)
        if quotes:
            rows = [
                (
                    new_id("event"),
                    quote.project_id,
                    quote.grade_id,
                    quote.output_id,
                    quote.text,
                    quote.code_id,
                    quote.sure,
                    quote.author,
                    utc(quote.at),
                    quote.marked,
                )
                for quote in quotes
            ]
            append_rows(cursor, "quote", ("event_id", *_QUOTE), rows)


def current(db: Database, project_id: str) -> list[Code]:
    """The newest state of every code, oldest code first."""
    return _codes(db, "code_current", project_id)


def history(db: Database, project_id: str) -> list[Code]:
    """Every state that a code ever had, oldest first."""
    return _codes(db, "code", project_id)


def _codes(db: Database, table: str, project_id: str) -> list[Code]:
    rows = db.rows(
        f"SELECT {', '.join(_CODE)} FROM {table} WHERE project_id = ? ORDER BY made_at, code_id", [project_id]
    )
    found = []
    for row in rows:
        named = dict(zip(_CODE, row, strict=True))
        named |= {"id": named.pop("code_id"), "at": aware(named.pop("made_at"))}
        found.append(Code(**named))
    return sorted(found, key=lambda code: code.id) if table == "code_current" else found


def quotes(db: Database, project_id: str) -> list[Quote]:
    """The newest state of every quote, in the order of their grades."""
    rows = db.rows(
        f"SELECT {', '.join(_QUOTE)} FROM quote_current WHERE project_id = ? ORDER BY grade_id, quote",
        [project_id],
    )
    found = []
    for row in rows:
        named = dict(zip(_QUOTE, row, strict=True))
        named |= {"text": named.pop("quote"), "at": aware(named.pop("made_at"))}
        named["marked"] = bool(named["marked"])
        found.append(Quote(**named))
    return found
