"""What upkeep says: copies, sizes, the state of an installation, and answers in rows."""

from collections.abc import Iterator, Sequence
from typing import Any

from labelcore.messages.results import lines
from labelcore.stages.upkeep import Answer, Backup, Health, Vacuumed
from labelcore.workspace import Workspace

_WIDEST = 40


@lines("backup")
def copied(found: Backup) -> Iterator[str]:
    yield f"Wrote {found.out} ({found.bytes / 1e6:.1f} MB); open it with --db {found.out}."


@lines("vacuum")
def vacuumed(workspace: Workspace, found: Vacuumed) -> Iterator[str]:
    before, after = found.bytes_before / 1e6, found.bytes_after / 1e6
    yield f"{workspace.db.path}: {before:.1f} MB before, {after:.1f} MB after."


@lines("doctor")
def health(found: Health) -> Iterator[str]:
    state = "healthy" if found.healthy else f"rows without their output: {found.rows_without_output}"
    yield f"Database {found.database}: {state}."
    yield f"Model: {found.model or 'none configured; everything offline works without one.'}"
    for name, version in found.versions.items():
        yield f"{name} {version}"


@lines("sql")
def answer(found: Answer) -> Iterator[str]:
    if found.truncated:
        yield f"There are more than {len(found.rows):,} rows; --limit gives more."
    yield from _table(found.columns, found.rows)


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    cells = [[_cell(value) for value in row] for row in [columns, *rows]]
    widths = [max(len(row[at]) for row in cells) for at in range(len(columns))]
    cells.insert(1, ["-" * width for width in widths])
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cell(value: Any) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
