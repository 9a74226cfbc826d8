"""Rows of a table that are none of its outputs: totals, whose figures are no grades, and further headers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, Staging
from labelcore.store.formats.headers import SURVEY
from labelcore.store.staging import leave_out
from labelcore.wording import Wording

_WORDS = (
    "quote rate share percentage number_of anteil anzahl_der "
    "total totals grand_total sub_?total sum average avg mean median count pass_rate accuracy "
    "summe gesamt gesamtsumme zwischensumme insgesamt durchschnitt mittelwert anzahl bestehensquote "
    "somme moyenne nombre suma promedio media totale somma soma média "
    "合计 总计 總計 合計 小计 小計 共计 总和 总数 平均 平均值 平均分 均值 合格率 通过率 "
    "합계 총계 소계 평균 итого всего сумма среднее المجموع الإجمالي المتوسط"
).split()
_COUNTED = (
    "scores? grades? ratings? marks? points? rows? records? outputs? answers? responses? replies questions? "
    "items? entries examples? count number rate value values results? pass passed passes fail failed fails "
    "failures good bad ok correct wrong incorrect yes no all overall per "
    "gut schlecht richtig falsch bestanden ja nein punkte noten? bewertung bewertungen antworten fragen "
    "zeilen ausgaben gesamt générale? général notes? réponses lignes general generale puntos puntuación "
    "respuestas filas pontos notas? respostas linhas punti risposte righe "
    "общий балл баллов оценка оценок ответов строк"
).split()
"""What a total may be of: with any other word behind it, it is a text like others ("Average nonsense")."""
_TOTAL = (
    rf"(?:{'|'.join(word.replace('_', '[ _-]') for word in _WORDS)})"
    rf"(?:\s(?:{'|'.join(_COUNTED)}))?"
    r"(?:\s*\([^()]*\))?\s*[:：=]?\s*[\d.,]*%?"
)
_FIGURE = r"[-+−]?(\d+(?:[.,](\d+))?)\s*%?"
_NUMBER = re.compile(_FIGURE)
_IS_TOTAL = Wording("this is a row of totals and no output")
_HEADER = Wording("this row is a further header and no output")
_INSTRUCTION = re.compile(
    r"^\W*(please|enter|paste|type|write|fill|copy|put|insert|choose|select|pick|rate|mark|tick|leave|e\.g\.|"
    r"for example|example|bitte|hier|z\. ?b\.)\b|^\W*(请|填写|粘贴|输入|选择|填入|例如|示例|写下|选填|必填|"
    r"打分|复制)|^\([^()]+\)$|^（[^（）]+）$|^\W*\w+(\s*(/|\||\bor\b|\boder\b|或)\s*\w+)+\W*$|"
    r"^\W*\d\s*([-–~～至到]|to|bis)\s*\d+\W*$",
    re.IGNORECASE,
)
"""What a cell says that tells how to fill in those below: what to write, or which answers there are."""
_LONGEST, _MOST, _BELOW = 60, 50, 6
_FULL, _FEWEST_EMPTY, _FEWEST_ROWS = 0.9, 2, 3


def set_apart(
    cursor: duckdb.DuckDBPyConnection, staged: Staging
) -> tuple[list[RejectedRow], list[RejectedRow]]:
    """Take rows of totals and further headers out of ``staged``. Returns these, and what may be a total and
    stays.

    A total holds one text, a word for it, and nothing else but numbers. It is certain where it lacks most of
    what the other rows have, or where a number is what the column above gives: the sum or the mean of its
    numbers, the count of its texts, and stands in none of its rows. A header says every column's name again.
    """
    cells = [f"c{n}" for n in range(1, len(staged.names) + 1)]
    suspects = _suspects(cursor, cells, staged.names)
    rows = [(row, texts) for row, texts in suspects if _is_total(texts)]
    certain = [_apart(row, texts, _HEADER) for row, texts in suspects if not _is_total(texts)]
    doubtful: list[RejectedRow] = []
    if rows:
        others = f"(SELECT * FROM staged WHERE _row NOT IN ({', '.join(str(row) for row, _ in suspects)}))"
        filled = cursor.execute(
            f"SELECT count(*), {', '.join(f'count({_text(c)})' for c in cells)} FROM {others}"
        ).fetchone()
        for row, texts in rows:
            sure = _lacks(texts, filled or ()) or _adds_up(cursor, others, texts)
            (certain if sure else doubtful).append(_apart(row, texts, _IS_TOTAL))
    if certain:
        leave_out(cursor, [row.row for row in certain])
    return certain, doubtful


def line_below(cursor: duckdb.DuckDBPyConnection, staged: Staging, output: str | None) -> RejectedRow | None:
    """The last row, where it holds an output and nothing else though all others hold more; it stays."""
    if output not in staged.names:
        return None
    cells = [f"c{n}" for n in range(1, len(staged.names) + 1)]
    last = cursor.execute(
        f"SELECT _row, {', '.join(cells)} FROM staged ORDER BY _row DESC LIMIT 1"
    ).fetchone()
    row, *texts = last or (0,)
    held = [name for name, text in zip(staged.names, texts, strict=False) if str(text or "").strip()]
    if held != [output]:
        return None
    counts = ", ".join(f"count({_text(cell)})" for cell in cells)
    rows, *filled = cursor.execute(f"SELECT count(*), {counts} FROM staged").fetchone() or (0,)
    full = sum(n >= rows - 1 for n in filled)
    if rows <= _FEWEST_ROWS or full <= _FEWEST_EMPTY:
        return None
    return _apart(row, [str(text or "")[:_LONGEST] for text in texts], "")


def line_above(cursor: duckdb.DuckDBPyConnection, staged: Staging) -> RejectedRow | None:
    """The first row, where its cells say what to write and those of the next rows do not; it stays."""
    cells = ", ".join(f"c{n}" for n in range(1, len(staged.names) + 1))
    rows = cursor.execute(f"SELECT _row, {cells} FROM staged ORDER BY _row LIMIT {_BELOW}").fetchall()
    found = [[bool(_INSTRUCTION.search(text)) for text in filter(None, cells)] for _, *cells in rows]
    told, *others = [2 * sum(cells) >= len(cells) and sum(cells) > 1 for cells in found] or [False]
    if not told or not others or any(others):
        return None
    row, *texts = rows[0]
    return _apart(row, [str(text or "")[:_LONGEST] for text in texts], "")


def _suspects(
    cursor: duckdb.DuckDBPyConnection, cells: Sequence[str], names: Sequence[str]
) -> list[tuple[int, list[str]]]:
    """The rows that look like totals, and those that are headers, with the texts of their cells."""
    if not cells:
        return []
    tests = [f"(strlen({c}) <= {_LONGEST} AND regexp_full_match(lower(trim({c})), $total))" for c in cells]
    given: dict[str, str] = {"total": _TOTAL, "figure": _FIGURE}
    lone = " + ".join(
        f"CAST({_text(c)} IS NOT NULL AND NOT regexp_full_match(trim({c}), $figure) AS INTEGER)"
        for c in cells
    )
    tests = [f"(({' OR '.join(tests)}) AND {lone} = 1)"]
    if len(cells) >= _FEWEST_EMPTY:
        given |= dict(zip(cells, names, strict=True))
        tests.append("(" + " AND ".join(f"trim({cell}) = trim(${cell})" for cell in cells) + ")")
        tests.append("(" + " AND ".join(f"{cell} LIKE '{SURVEY}%'" for cell in cells) + ")")
    query = f"SELECT _row, {', '.join(cells)} FROM staged WHERE {' OR '.join(tests)} ORDER BY _row DESC"
    rows = cursor.execute(f"{query} LIMIT {_MOST}", given).fetchall()[::-1]  # totals stand below the rows
    suspects = [(row, [str(cell or "").strip() for cell in texts]) for row, *texts in rows]
    return [(row, texts) for row, texts in suspects if _is_total(texts) or _is_header(texts, names)]


def _is_header(texts: Sequence[str], names: Sequence[str]) -> bool:
    is_survey = all(text.startswith(SURVEY) for text in texts)
    return is_survey or list(texts) == [name.strip() for name in names]


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


def _apart(row: int, texts: Sequence[str], reason: str) -> RejectedRow:
    return RejectedRow(row=row, field="", reason=reason, raw=", ".join(filter(None, texts))[:RAW])
