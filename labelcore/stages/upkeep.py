"""Keep the database safe, ask it in SQL, and find out what is wrong with an installation."""

from __future__ import annotations

import importlib.metadata
import math
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from labelcore.models import Frozen, Role
from labelcore.operations import Effect, operation
from labelcore.settings import settings
from labelcore.store import backups, querying
from labelcore.workspace import Workspace

_PACKAGES = ("labelcore", "streamlit", "duckdb", "pandas", "plotly", "openai", "pydantic")


class Backup(Frozen):
    """A copy of the database, and its size in bytes."""

    out: str
    bytes: int


class VacuumReport(Frozen):
    """The file's size in bytes."""

    bytes_before: int
    bytes_after: int


class Health(Frozen):
    """``rows_without_output``: by table, rows that should not be. ``versions``: of the packages."""

    database: str
    healthy: bool
    rows_without_output: dict[str, int]
    model: str | None
    versions: dict[str, str]

    @property
    def exit_code(self) -> int:
        """1 where something is wrong with the database."""
        return 0 if self.healthy else 1


class QueryReport(Frozen):
    """The rows of a question; ``truncated``: there are more."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool


@operation("backup", role=Role.ADMIN, project="all")
def backup(workspace: Workspace, out: Path) -> Backup:
    """Write a whole copy of the database, also while the app runs.

    Raises:
        BadInput: the file exists already, or its folder does not.
    """
    return Backup(out=str(out), bytes=backups.copy_to(workspace.db, out))


@operation("vacuum", role=Role.ADMIN, effect=Effect.GRADUAL, project="none")
def vacuum(workspace: Workspace) -> VacuumReport:
    """Give free space in the database file back."""
    before, after = backups.compact(workspace.db)
    return VacuumReport(bytes_before=before, bytes_after=after)


@operation("doctor", role=Role.ENGINEER, project="none")
def doctor(workspace: Workspace) -> Health:
    """Check the installation, the database, every block of it, and the model endpoint."""
    backups.read_whole(workspace.db)
    stray = backups.integrity(workspace.db)
    return Health(
        database=str(workspace.db.path),
        healthy=not any(stray.values()),
        rows_without_output=stray,
        model=settings().model if settings().has_model else None,
        versions={name: importlib.metadata.version(name) for name in _PACKAGES},
    )


@operation("sql", role=Role.ENGINEER, project="all")
def sql(
    workspace: Workspace,
    query: str,
    *,
    limit: Annotated[int, Field(ge=1, le=100_000, description="At most so many rows.")] = 1_000,
) -> QueryReport:
    """Ask the stored rows in SQL, also while the app runs; nothing can be changed by it.

    QUERY is one SELECT; `SHOW TABLES` says what there is to ask.

    Raises:
        BadInput: it is not one statement that only reads, or it is wrong.
    """
    found = querying.query(workspace.db, query, limit)
    rows = tuple(tuple(_plain(value) for value in row) for row in found.rows)
    return QueryReport(columns=tuple(found.columns), rows=rows, truncated=found.truncated)


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
