"""Rows of totals in a table: they are none of its outputs, and their figures none of its grades."""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, Staging
from labelcore.store.staging import leave_out
from labelcore.wording import Wording

_WORDS = (
    "total totals grand_total sub_?total sum average avg mean median count pass_rate accuracy "
    "summe gesamt gesamtsumme zwischensumme insgesamt durchschnitt mittelwert anzahl bestehensquote "
    "somme moyenne nombre suma promedio media totale somma soma média "
    "合计 总计 總計 合計 小计 小計 共计 总和 总数 平均 平均值 平均分 均值 合格率 通过率 "
    "합계 총계 소계 평균 итого всего сумма среднее المجموع الإجمالي المتوسط"
).split()
_TOTAL = (
    rf"(?:{'|'.join(word.replace('_', '[ _-]') for word in _WORDS)})"
    r"(?:\s(?:score|rating|grade|rows?|outputs?|passed|failed))?"
    r"(?:\s*\([^()]*\))?\s*[:：=]?\s*[\d.,]*%?"
)
_NUMBER = re.compile(r"[-+−]?(\d+(?:[.,](\d+))?)\s*%?")
_LONGEST, _MOST = 60, 50
_FULL, _FEWEST_EMPTY, _FEWEST_ROWS = 0.9, 2, 3


def set_apart(
    cursor: duckdb.DuckDBPyConnection, staged: Staging
) -> tuple[list[RejectedRow], list[RejectedRow]]:
    """Take the rows of totals out of ``staged``. Returns these, and those that may be outputs and stay.

    Such a row holds one text, a word for a total, and nothing else but numbers. It is certain where it lacks
    most of what the other rows have, or where a number is what the column above gives: the sum or the mean
    of its numbers, the count of its texts, and stands in none of its rows.
    """
    cells = [f"c{n}" for n in range(1, len(staged.names) + 1)]
    looks = [f"(strlen({c}) <= {_LONGEST} AND regexp_full_match(lower(trim({c})), $total))" for c in cells]
    query = f"SELECT _row, {', '.join(cells)} FROM staged WHERE {' OR '.join(looks)} ORDER BY 1 LIMIT {_MOST}"
    found = cursor.execute(query, {"total": _TOTAL}).fetchall() if cells else []
    rows = [(row, [str(cell or "").strip() for cell in told]) for row, *told in found]
    rows = [(row, told) for row, told in rows if _is_total(told)]
    if not rows:
        return [], []
    others = f"(SELECT * FROM staged WHERE _row NOT IN ({', '.join(str(row) for row, _ in rows)}))"
    filled = cursor.execute(
        f"SELECT count(*), {', '.join(f'count({_text(c)})' for c in cells)} FROM {others}"
    ).fetchone()
    certain, open_ones = list[RejectedRow](), list[RejectedRow]()
    for row, told in rows:
        sure = _lacks(told, filled or ()) or _adds_up(cursor, others, told)
        (certain if sure else open_ones).append(_apart(row, told))
    if certain:
        leave_out(cursor, [row.row for row in certain])
    return certain, open_ones


def _text(cell: str) -> str:
    return f"nullif(trim({cell}), '')"


def _is_total(cells: Sequence[str]) -> bool:
    """Whether there is one text only, the word for a total, and all else are numbers."""
    return sum(bool(cell) and not _NUMBER.fullmatch(cell) for cell in cells) == 1


def _lacks(cells: Sequence[str], filled: Sequence[int]) -> bool:
    """Whether most of the columns that all other rows fill, and more than one, are empty here."""
    others, *counts = filled
    full = [cell for cell, n in zip(cells, counts, strict=True) if n and n >= _FULL * others]
    empty = full.count("")
    return others >= _FEWEST_ROWS and empty >= _FEWEST_EMPTY and 2 * empty >= len(full)


def _adds_up(cursor: duckdb.DuckDBPyConnection, others: str, cells: Sequence[str]) -> bool:
    """Whether one of the numbers is what its column gives, and none of the column's cells."""
    for place, cell in enumerate(cells, 1):
        if not (written := _NUMBER.fullmatch(cell)):
            continue
        number = f"TRY_CAST(replace(rtrim(trim(c{place}), '% '), ',', '.') AS DOUBLE)"
        found = cursor.execute(
            f"SELECT count({_text(f'c{place}')}), count({number}), sum({number}), "
            f"count(*) FILTER (trim(c{place}) = ?) FROM {others}",
            [cell],
        ).fetchone()
        texts, numbers, total, same = found or (0, 0, None, 0)
        if same or texts < _FEWEST_ROWS:
            continue
        value = float(written[1].replace(",", "."))
        close = 0.5001 * 10.0 ** -len(written[2] or "")
        given = (total, total / numbers) if numbers == texts else () if numbers else (texts,)
        if any(abs(value - known) <= close for known in given):
            return True
    return False


def _apart(row: int, cells: Sequence[str]) -> RejectedRow:
    reason = Wording("this is a row of totals and no output")
    return RejectedRow(row=row, field="", reason=reason, raw=", ".join(filter(None, cells))[:RAW])
