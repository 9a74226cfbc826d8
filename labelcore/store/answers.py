"""Models' answers by the hash of the whole question: what was paid for once is never asked again.

Most questions are new, so a table's look-up for each would be wasted: the first 63 bits of every
stored hash are kept in memory as a sorted array (8 bytes each), and only what may be there is read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from labelcore.models import Paid
from labelcore.store.connection import Database, append_rows, aware, utc

_COLUMNS = ("answer_key", "text", "model", "tokens_in", "tokens_out", "cost_usd", "latency_ms", "made_at")


def prefix(key: str) -> int:
    """The first 63 bits of a hash that is written in hexadecimal digits."""
    return int(key[:16], 16) >> 1


def known_prefixes(db: Database) -> npt.NDArray[np.int64]:
    """Those of all stored answers, sorted."""
    found = db.frame("SELECT DISTINCT prefix FROM answer ORDER BY prefix")["prefix"]
    return np.asarray(found, dtype=np.int64)


def find(db: Database, keys: Collection[str]) -> dict[str, Paid]:
    """Those of the answers that are stored, by their keys."""
    rows = db.rows(
        # As answer_current, but few rows are chosen before they are numbered, not after.
        f"SELECT {', '.join(_COLUMNS)} FROM answer WHERE prefix IN (SELECT unnest($prefixes)) "
        "AND answer_key IN (SELECT unnest($keys)) "
        "QUALIFY row_number() OVER (PARTITION BY answer_key ORDER BY made_at DESC, text) = 1",
        {"prefixes": [prefix(key) for key in keys], "keys": list(keys)},
    )
    return {row[0]: _paid(row) for row in rows}


def add(db: Database, answers: Sequence[Paid]) -> int:
    """Store answers that are not there yet. Returns how many were new.

    Another answer to a question is new: who asked again could not use the one before, and the
    latest counts.
    """
    known = find(db, [answer.key for answer in answers]) if answers else {}
    latest = {answer.key: answer for answer in answers}
    fresh = [
        answer
        for answer in latest.values()
        if answer.key not in known or known[answer.key].text != answer.text
    ]
    with db.transaction() as cursor:
        append(cursor, fresh)
    return len(fresh)


def append(cursor: duckdb.DuckDBPyConnection, answers: Sequence[Paid]) -> None:
    """Store answers through an open transaction."""
    if answers:
        append_rows(cursor, "answer", (*_COLUMNS, "prefix"), [_row(answer) for answer in answers])


def _row(answer: Paid) -> tuple[Any, ...]:
    return (
        answer.key,
        answer.text,
        answer.model,
        answer.tokens_in,
        answer.tokens_out,
        answer.cost_usd,
        answer.latency_ms,
        utc(answer.at),
        prefix(answer.key),
    )


def _paid(row: tuple[Any, ...]) -> Paid:
    named = dict(zip(_COLUMNS, row, strict=True))
    named |= {"key": named.pop("answer_key"), "at": aware(named.pop("made_at"))}
    return Paid(**named)
