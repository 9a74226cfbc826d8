"""Delimited text: CSV and its relatives, whatever separates the fields."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from labelcore.errors import BadInput
from labelcore.models import RejectedRow
from labelcore.store.formats.base import LARGEST_CELL, RAW, literal, number_rows, reads

_SNIFF = 20_480


@reads("csv", "CSV", ".csv", ".tsv", ".txt", ".psv")
def stage_csv(cursor: duckdb.DuckDBPyConnection, path: Path) -> list[RejectedRow]:
    """Read a delimited file into ``staged``, every column as text. Returns the broken rows.

    Raises:
        BadInput: no way to read the file as a table was found.
    """
    options = (
        "all_varchar=true, header=true, store_rejects=true, rejects_limit=0, "
        f"max_line_size={LARGEST_CELL * 2}, sample_size={_SNIFF}, delim='{_delimiter(path)}', "
        "quote='\"', escape='\"', null_padding=false, strict_mode=true"
    )
    try:
        if not _is_detected(path, options):
            options += f", auto_detect=false, columns={_header(path)}"
        cursor.execute(f"CREATE TEMP TABLE file_rows AS SELECT * FROM read_csv(?, {options})", [str(path)])
        number_rows(cursor)
    except (duckdb.Error, csv.Error) as trouble:
        raise BadInput(
            f"{path.name} cannot be read as a table: {str(trouble).splitlines()[0]}",
            next_step="Check its delimiter and quotes, or save it as JSONL.",
        ) from trouble
    broken = cursor.execute(
        "SELECT line, any_value(column_name), any_value(error_message), any_value(csv_line) "
        "FROM reject_errors GROUP BY line ORDER BY line"
    ).fetchall()
    return [
        RejectedRow(
            row=int(line) - 1, field=column or "", reason=_plain_reason(message), raw=(raw or "")[:RAW]
        )
        for line, column, message, raw in broken
    ]


def _is_detected(path: Path, options: str) -> bool:
    """Whether the reader's look ahead succeeds; an unclosed quotation mark in a row defeats it.

    Asked on a connection of its own: a failure would end the transaction that the rows go into.
    """
    with duckdb.connect() as apart:
        try:
            apart.execute(f"DESCRIBE SELECT * FROM read_csv(?, {options})", [str(path)])
        except duckdb.Error:
            return False
    return True


def _header(path: Path) -> str:
    """The first line's names, told apart where two are the same, as the reader wants them."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        names = next(csv.reader(file, delimiter=_delimiter(path)), [])
    seen: dict[str, None] = {}
    for place, name in enumerate(names):
        column = name or f"column{place}"
        seen[column if column not in seen else f"{column}_{place}"] = None
    return "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in seen) + "}"


def _delimiter(path: Path) -> str:
    """The separator that splits the first line into the most fields outside quotes."""
    with path.open(encoding="utf-8", errors="replace") as file:
        first = file.readline()
    outside = "".join(first.split('"')[::2])
    counts = {mark: outside.count(mark) for mark in (",", ";", "\t", "|")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","


def _plain_reason(message: str) -> str:
    text = message.lower()
    if "expected number of columns" in text:
        found = message.split("Expected Number of Columns:")[-1].split()
        wanted, given = found[0], message.rsplit("Found:", 1)[-1].split()[0]
        return f"the row has {given} fields, the header has {wanted}"
    if "unterminated" in text or "quote" in text:
        return "a quotation mark is not closed, so what follows cannot be told from it"
    if "maximum line size" in text:
        return "the row is too long"
    if "unicode" in text or "utf-8" in text:
        return "the row is not valid UTF-8"
    return message.splitlines()[0]
