"""Models' answers by the hash of the whole question: what was paid for once is never asked again.

Most questions are new: the first 63 bits of every stored hash are kept in memory (8 bytes each), and only
what may be there is read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from labelcore.arrays import Ints
from labelcore.models import PaidAnswer
from labelcore.store.connection import Database
from labelcore.store.rows import RowMapping

_ANSWER = RowMapping(PaidAnswer, "answer", key="answer_key", at="made_at")


def prefix(key: str) -> int:
    """The first 63 bits of a hash that is written in hexadecimal digits."""
    return int(key[:16], 16) >> 1


def known_prefixes(db: Database) -> Ints:
    """Those of all stored answers, sorted."""
    prefixes = db.frame("SELECT DISTINCT prefix FROM answer ORDER BY prefix")["prefix"]
    return np.asarray(prefixes, dtype=np.int64)


def find(db: Database, keys: Collection[str]) -> dict[str, PaidAnswer]:
    """Those of the answers that are stored, by their keys."""
    answers = _ANSWER.find(
        db,
        # As answer_current, but few rows are chosen before they are numbered, not after.
        "answer WHERE prefix IN (SELECT unnest($prefixes)) AND answer_key IN (SELECT unnest($keys)) "
        "QUALIFY row_number() OVER (PARTITION BY answer_key ORDER BY made_at DESC, text) = 1",
        {"prefixes": [prefix(key) for key in keys], "keys": list(keys)},
    )
    return {answer.key: answer for answer in answers}


def add(db: Database, answers: Sequence[PaidAnswer]) -> int:
    """Store answers that are not there yet, and other ones to known questions: the latest counts. Returns
    how many were new.
    """
    old = find(db, [answer.key for answer in answers]) if answers else {}
    latest = {answer.key: answer for answer in answers}
    fresh = [new for key, new in latest.items() if key not in old or old[key].text != new.text]
    append(db, fresh)
    return len(fresh)


def append(db: Database, answers: Sequence[PaidAnswer]) -> None:
    """Store answers, whether they are there or not."""
    _ANSWER.add(db, answers, prefix=lambda answer: prefix(answer.key))
