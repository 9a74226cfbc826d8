"""What upkeep says: copies, sizes, the state of an installation, and answers in rows."""

from collections.abc import Iterator, Sequence
from typing import Any

from labelcore.messages.catalogue import say
from labelcore.messages.results import lines
from labelcore.stages.upkeep import Backup, Health, QueryReport, VacuumReport
from labelcore.text.showing import columns_of, shortened
from labelcore.workspace import Workspace

_WIDEST = 40


@lines("backup")
def copied(report: Backup) -> Iterator[str]:
    yield say("Wrote {out} ({bytes:.1f} MB); open it with --db {out}.", report, bytes=report.bytes / 1e6)


@lines("vacuum")
def vacuumed(workspace: Workspace, report: VacuumReport) -> Iterator[str]:
    before, after = report.bytes_before / 1e6, report.bytes_after / 1e6
    yield say(
        "{path}: {before:.1f} MB before, {after:.1f} MB after.",
        path=workspace.db.path,
        before=before,
        after=after,
    )


@lines("doctor")
def health(report: Health) -> Iterator[str]:
    state = (
        say("healthy") if report.healthy else say("rows without their output: {rows_without_output}", report)
    )
    yield say("Database {database}: {state}.", database=report.database, state=state)
    yield say(
        "Model: {model}", model=report.model or say("none configured; everything offline works without one.")
    )
    for name, version in report.versions.items():
        yield f"{name} {version}"


@lines("sql")
def answer(report: QueryReport) -> Iterator[str]:
    if report.truncated:
        yield say("There are more than {rows:,} rows; --limit gives more.", rows=len(report.rows))
    yield from _table(report.columns, report.rows)


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    cells = [[_cell(value) for value in row] for row in [columns, *rows]]
    widths = [max(columns_of(row[at]) for row in cells) for at in range(len(columns))]
    cells.insert(1, ["-" * width for width in widths])
    for row in cells:
        padded = (cell + " " * (width - columns_of(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()


def _cell(value: Any) -> str:
    return "" if value is None else shortened(str(value), _WIDEST)
