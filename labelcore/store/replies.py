"""Outputs that stand inside chats and responses, taken out of the staged rows."""

from __future__ import annotations

from typing import Any

import duckdb

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, Staging
from labelcore.store.formats.lines import plain_json
from labelcore.store.staging import clean, expression, insert, pages, replace
from labelcore.text import chats


def split_chats(cursor: duckdb.DuckDBPyConnection, staged: Staging, column: str, *, each: bool) -> Staging:
    """Take the outputs out of chats: two more columns, the reply and what came before it.

    ``each``: one row for every reply and not only for the last. A chat that is not known, or in which
    nobody answers, is a broken row.
    """
    place = expression(staged, column)
    width = len(staged.names)
    old = ", ".join(f"c{number}" for number in range(1, width + 1))
    cursor.execute(
        f"CREATE TEMP TABLE replies (_row BIGINT, number BIGINT, c{width + 1} VARCHAR, c{width + 2} VARCHAR)"
    )
    broken = list(staged.broken)
    for rows in pages(cursor, f"SELECT _row, {place} FROM staged"):
        replies: list[tuple[int, int, str, str]] = []
        for row, text in rows:
            pairs = _replies(text, each=each)
            replies += [
                (row, at, clean(reply), plain_json(before)) for at, (before, reply) in enumerate(pairs or [])
            ]
            if not pairs:
                reason = (
                    "who spoke in this chat is not known" if pairs is None else "nobody answers in this chat"
                )
                broken.append(RejectedRow(row=row, field=column, reason=reason, raw=(text or "")[:RAW]))
        insert(cursor, "replies", replies)
    cursor.execute(
        f"CREATE TEMP TABLE spoken AS SELECT s._row, {old}, c{width + 1}, c{width + 2} FROM staged s JOIN "
        "replies USING (_row)"
    )
    replace(cursor, "spoken")
    return Staging((*staged.names, "(reply)", "(before the reply)"), broken, staged.notes)


def _replies(text: str | None, *, each: bool) -> list[tuple[list[dict[str, Any]], str]] | None:
    turns = chats.turns(text or "")
    if turns is None:
        return None
    if each:
        return list(chats.each_reply(turns))
    last = chats.split_last(turns)
    return [last] if last else []


def unwrap_replies(cursor: duckdb.DuckDBPyConnection, staged: Staging, column: str) -> None:
    """Where the cells of a column are a model's whole responses, keep just what it says."""
    place, width = staged.names.index(column) + 1, len(staged.names)
    cursor.execute("CREATE TEMP TABLE unwrapped (_row BIGINT, said VARCHAR)")
    for rows in pages(cursor, f"SELECT _row, c{place} FROM staged WHERE c{place} LIKE '{{%'"):
        replies = [(row, clean(reply)) for row, text in rows if (reply := reply_within(text))]
        insert(cursor, "unwrapped", replies)
    cells = ", ".join(
        f"coalesce(said, c{at}) AS c{at}" if at == place else f"c{at}" for at in range(1, width + 1)
    )
    cursor.execute(
        f"CREATE TEMP TABLE opened AS SELECT _row, {cells} FROM staged LEFT JOIN unwrapped USING (_row)"
    )
    replace(cursor, "opened")


def reply_within(text: str | None) -> str:
    """What a model says in a response that is JSON and names who speaks; "" of anything else."""
    if not text or text[:1] != "{":
        return ""
    last = chats.split_last(chats.turns(text) or [])
    return last[1] if last else ""
