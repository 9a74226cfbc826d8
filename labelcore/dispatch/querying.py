"""Questions in SQL, answered wherever the database is open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from labelcore.dispatch import Outcome, operation
from labelcore.store import querying
from labelcore.workspace import Workspace

_SCREENFUL = 30
_WIDEST = 40


@operation("sql", needs="no project")
def sql(
    workspace: Workspace,
    *,
    query: str,
    limit: Annotated[int, Field(ge=1, le=100_000)] = 1_000,
    show_all: bool = False,
) -> Outcome:
    """Answer one question in SQL on the stored rows; nothing can be changed by it."""
    found = querying.query(workspace.db, query, limit)
    rows = [[_plain(value) for value in row] for row in found.rows]
    shown = rows if show_all else rows[:_SCREENFUL]
    lines = [*_table(found.columns, shown)]
    if len(shown) < len(rows):
        lines.append(f"… {len(rows) - len(shown):,} more rows; --all prints them.")
    if found.truncated:
        lines.append(f"There are more than {limit:,} rows; --limit gives more.")
    document = {"columns": found.columns, "rows": rows, "truncated": found.truncated}
    return Outcome(document=document, lines=tuple(lines))


def _plain(value: Any) -> Any:
    """A value as JSON has it: bytes as hexadecimal digits, times in ISO's form, no infinities."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    cells = [[_cell(value) for value in row] for row in [columns, *rows]]
    widths = [max(len(row[at]) for row in cells) for at in range(len(columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    return [line.rstrip() for line in (lines[0], "  ".join("-" * width for width in widths), *lines[1:])]


def _cell(value: Any) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
