"""Outputs that stand inside chats and responses, taken out of the staged rows."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import duckdb

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, Staging
from labelcore.store.formats.lines import plain_json
from labelcore.store.staging import clean, expression, insert, opening, pages, replace
from labelcore.text import chats

_DEEPEST = 8
_UNKNOWN, _NOBODY = "who spoke in this chat is not known", "nobody answers in this chat"


def split_chats(
    cursor: duckdb.DuckDBPyConnection, staged: Staging, column: str, *, each: bool, texts: bool = False
) -> Staging:
    """Take the outputs out of chats: two more columns, the reply and what came before it.

    ``each``: one row for every reply and not only for the last. A chat that is not known, or in which
    nobody answers, is a broken row. ``texts``: the column is one of answers, some of which are chats; what
    is no chat is an answer by itself.
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
            pairs = _replies(text or "", each=each, texts=texts)
            replies += [
                (row, at, clean(reply), plain_json(before)) for at, (before, reply) in enumerate(pairs or [])
            ]
            if not pairs:
                reason = _UNKNOWN if pairs is None else _NOBODY
                broken.append(RejectedRow(row=row, field=column, reason=reason, raw=(text or "")[:RAW]))
        insert(cursor, "replies", replies)
    further, joined = _spread(cursor)
    cursor.execute(
        f"CREATE TEMP TABLE spoken AS SELECT s._row + {further} AS _row, {old}, c{width + 1}, c{width + 2} "
        f"FROM staged s JOIN replies USING (_row) {joined}"
    )
    replace(cursor, "spoken")
    names = (*staged.names, "(reply)", "(before the reply)")
    return Staging(names, _moved(cursor, broken) if joined else broken, staged.notes)


def _spread(cursor: duckdb.DuckDBPyConnection) -> tuple[str, str]:
    """What is added to a row's number so that no two rows share one, and the join that it needs.

    A row that gives several shifts those behind it; where none does, nothing is added.
    """
    cursor.execute(
        "CREATE TEMP TABLE spread AS SELECT _row AS line, sum(n - 1) OVER (ORDER BY _row)::BIGINT AS rows "
        "FROM (SELECT _row, count(*) AS n FROM replies GROUP BY _row HAVING count(*) > 1)"
    )
    if cursor.execute("SELECT count(*) FROM spread").fetchone() == (0,):
        return "0", ""
    return ("coalesce(spread.rows, 0) + coalesce(number, 0)", "ASOF LEFT JOIN spread ON s._row > spread.line")


def _moved(cursor: duckdb.DuckDBPyConnection, broken: Sequence[RejectedRow]) -> list[RejectedRow]:
    """The rows that were kept apart, by their numbers among the others."""
    shifts = cursor.execute("SELECT line, rows FROM spread ORDER BY line").fetchall()
    lines = [line for line, _ in shifts]
    places = ((row, bisect.bisect_left(lines, row.row)) for row in broken)
    return [row.model_copy(update={"row": row.row + (shifts[at - 1][1] if at else 0)}) for row, at in places]


def _replies(text: str, *, each: bool, texts: bool) -> list[tuple[list[dict[str, Any]], str]] | None:
    turns = None if texts and chats.opening(text) not in {"[", "{"} else chats.turns(text)
    if turns is None:
        return [([], text)] if texts else None
    if each:
        return list(chats.each_reply(turns))
    last = chats.split_last(turns)
    return [last] if last else []


def unwrap_replies(cursor: duckdb.DuckDBPyConnection, staged: Staging, column: str) -> None:
    """Where the cells of a column are a model's whole responses, keep just what it says."""
    place, width = staged.names.index(column) + 1, len(staged.names)
    cursor.execute("CREATE TEMP TABLE unwrapped (_row BIGINT, said VARCHAR)")
    for rows in pages(cursor, f"SELECT _row, c{place} FROM staged WHERE {opening(f'c{place}')} = '{{'"):
        replies = [(row, clean(reply)) for row, text in rows if (reply := reply_within(text))]
        insert(cursor, "unwrapped", replies)
    cells = ", ".join(
        f"coalesce(said, c{at}) AS c{at}" if at == place else f"c{at}" for at in range(1, width + 1)
    )
    cursor.execute(
        f"CREATE TEMP TABLE opened AS SELECT _row, {cells} FROM staged LEFT JOIN unwrapped USING (_row)"
    )
    replace(cursor, "opened")


def hold_chats(cells: Iterable[Any]) -> bool:
    """Whether a cell holds a list of messages with more than answers: the steps that led to the last one."""
    texts = (str(cell) for cell in cells if cell)
    talks = (chats.turns(text) or [] for text in texts if chats.opening(text) == "[")
    return any(chats.split_last(talk) and any(map(_is_step, talk)) for talk in talks)


def _is_step(turn: dict[str, Any]) -> bool:
    return turn["role"] != "assistant" or bool(turn.get("tool_calls"))


def join_chats(cursor: duckdb.DuckDBPyConnection, staged: Staging, before: str, column: str) -> Staging:
    """Where a column holds the rest of the chats in another: the last answer, and all before it.

    What is no chat is an answer as it is; one in which nobody answers is a broken row.
    """
    first, last = (staged.names.index(name) + 1 for name in (before, column))
    broken = list(staged.broken)
    cursor.execute("CREATE TEMP TABLE joined_chats (_row BIGINT, earlier VARCHAR, said VARCHAR)")
    lists = f"SELECT _row, c{first}, c{last} FROM staged WHERE {opening(f'c{last}')} = '['"
    for rows in pages(cursor, lists):
        found = [(row, _joined(begun, ended), ended) for row, begun, ended in rows]
        insert(cursor, "joined_chats", [(row, *whole) for row, whole, _ in found if whole])
        broken += [
            RejectedRow(row=row, field=column, reason=_NOBODY, raw=ended[:RAW])
            for row, whole, ended in found
            if whole == (None, None)
        ]
    told = {first: "earlier", last: "said"}
    cells = ", ".join(
        f"coalesce({told[at]}, c{at}) AS c{at}" if at in told else f"c{at}"
        for at in range(1, len(staged.names) + 1)
    )
    cursor.execute(
        f"CREATE TEMP TABLE opened AS SELECT s._row, {cells} FROM staged s LEFT JOIN joined_chats j "
        "USING (_row) WHERE j._row IS NULL OR said IS NOT NULL"
    )
    replace(cursor, "opened")
    return Staging(staged.names, broken, staged.notes)


def _joined(begun: str | None, ended: str) -> tuple[str | None, str | None] | None:
    """What was said before the last answer, and that answer; nothing of each where nobody answers.

    The rest may begin with what the beginning ends with.
    """
    first, rest = chats.turns(begun or "[]"), chats.turns(ended)
    if first is None or rest is None:
        return None
    shared = next(n for n in range(min(len(first), len(rest)), -1, -1) if first[len(first) - n :] == rest[:n])
    last = chats.split_last([*first, *rest[shared:]]) if chats.split_last(rest) else None
    return (plain_json(last[0]), clean(last[1])) if last else (None, None)


def reply_within(text: str | None) -> str:
    """What a model says in a response that is JSON and names who speaks; "" of anything else."""
    if not text or chats.opening(text) != "{":
        return ""
    last = chats.split_last(chats.turns(text) or [])
    return last[1] if last else ""


def hold_lists(cells: Sequence[Any]) -> bool:
    """Whether all cells hold lists of answers."""
    texts = [str(cell) for cell in cells if cell]
    answers = [_answers(text) for text in texts]
    return bool(texts) and all(answers)


def split_lists(
    cursor: duckdb.DuckDBPyConnection, staged: Staging, column: str
) -> tuple[list[RejectedRow], bool]:
    """Of a cell with several answers each becomes a row; a cell without a list stays as it is.

    Returns the rows that were kept apart, by their numbers now, and whether any cell held several.
    """
    place, width = staged.names.index(column) + 1, len(staged.names)
    cursor.execute("CREATE TEMP TABLE replies (_row BIGINT, number BIGINT, said VARCHAR)")
    for rows in pages(cursor, f"SELECT _row, c{place} FROM staged WHERE {opening(f'c{place}')} = '['"):
        answers = [(row, at, clean(answer)) for row, text in rows for at, answer in enumerate(_answers(text))]
        insert(cursor, "replies", answers)
    cells = ", ".join(
        f"coalesce(said, c{at}) AS c{at}" if at == place else f"c{at}" for at in range(1, width + 1)
    )
    further, joined = _spread(cursor)
    cursor.execute(
        f"CREATE TEMP TABLE opened AS SELECT s._row + {further} AS _row, {cells} FROM staged s "
        f"LEFT JOIN replies USING (_row) {joined}"
    )
    replace(cursor, "opened")
    return (_moved(cursor, staged.broken), True) if joined else (staged.broken, False)


def _answers(text: str) -> list[str]:
    """The answers in a list of them; none where it is no list, or holds anything else."""
    items = chats.loaded(text) if chats.opening(text) == "[" else None
    answers = [_answer(item) for item in _flat(items, 0)] if isinstance(items, list) else []
    return answers if all(answer.strip() for answer in answers) else []


def _flat(items: list[Any], depth: int) -> Iterator[Any]:
    """The entries of a list, and of the lists in it, as samples of several runs have them.

    Lists of two may be what a user said and the answer to it, and others chats: they stay as they are.
    """
    are_pairs = all(isinstance(item, list) and len(item) == 2 for item in items)
    for item in items:
        if isinstance(item, list) and item and depth < _DEEPEST and not are_pairs and not _is_talk(item):
            yield from _flat(item, depth + 1)
        else:
            yield item


def _is_talk(items: list[Any]) -> bool:
    return any(map(_is_step, chats.turns(items) or []))


def _answer(item: Any) -> str:
    if isinstance(item, str):
        return item
    if not isinstance(item, dict):
        return ""
    last = chats.split_last(chats.turns(item) or [])
    texts = (item.get(key) for key in ("text", "content", "output", "response", "generated_text"))
    return last[1] if last else next((text for text in texts if isinstance(text, str)), "")
