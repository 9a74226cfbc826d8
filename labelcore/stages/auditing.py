"""Who did what when from where: read, filtered, checked for changes, written to a file."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from labelcore import files
from labelcore.models import Frozen, Role
from labelcore.operations import operation
from labelcore.store import audit
from labelcore.store.connection import aware
from labelcore.workspace import Workspace

_COLUMNS = ("at", "person", "act", "subject", "origin", "detail")


class ActRow(Frozen):
    """One act. ``origin``: a command, or a page with the visitor's address."""

    at: datetime
    person: str
    act: str
    subject: str
    origin: str
    detail: dict[str, Any]


class AuditReport(Frozen):
    """The newest acts, and the chain over all: ``digest`` is its end, which can be kept elsewhere;
    ``broken_at``: the place of the first act that was changed or is missing, 0 where none is.
    """

    acts: tuple[ActRow, ...]
    sealed: int
    digest: str
    broken_at: int
    out: str | None = None

    @property
    def exit_code(self) -> int:
        """1 where the chain is broken."""
        return 1 if self.broken_at else 0

    def table(self) -> bytes:
        """The acts as CSV."""
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for row in self.acts:
            texts = (row.person, row.act, row.subject, row.origin, json.dumps(row.detail, ensure_ascii=False))
            writer.writerow((row.at.isoformat(), *map(files.for_spreadsheet, texts)))
        return file.getvalue().encode("utf-8", "replace")


def _places(workspace: Workspace) -> tuple[str, ...]:
    return (workspace.project.id, "") if workspace.everywhere is Role.ADMIN else (workspace.project.id,)


@operation(role=Role.ADMIN)
def act_names(workspace: Workspace) -> tuple[str, ...]:
    """The names of all acts that may be read."""
    return audit.names(workspace.db, _places(workspace))


@operation("audit", role=Role.ADMIN)
def read(
    workspace: Workspace,
    *,
    person: Annotated[str, Field(description="Only this person's acts.")] = "",
    act: Annotated[str, Field(description='Only this act, "criteria merge" for example.')] = "",
    since: Annotated[
        date | None, Field(description="From this day on (UTC), 2026-11-05 for example.")
    ] = None,
    until: Annotated[date | None, Field(description="Up to this day (UTC), it included.")] = None,
    limit: Annotated[int, Field(ge=1, le=1_000_000, description="So many at most.")] = 200,
    out: Annotated[Path | None, Field(description="Write them to a CSV file.")] = None,
) -> AuditReport:
    """Show who did what when from where, and whether anything of it was changed afterwards.

    What is about no project, every sign-in for example, is for who is admin in all of them.
    """
    columns = {column: value for column, value in (("author", person), ("action", act)) if value}
    days = (since or date.min, until or date.max)
    chain = audit.verify(workspace.db)
    return AuditReport(
        acts=tuple(
            ActRow(
                at=aware(row.made_at),
                person=row.author,
                act=row.action,
                subject=row.subject or "",
                origin=row.origin or "",
                detail=json.loads(row.detail or "{}"),
            )
            for row in audit.search(workspace.db, _places(workspace), columns, days, limit)
        ),
        sealed=chain.sealed,
        digest=chain.digest,
        broken_at=chain.broken_at,
        out=str(out) if out else None,
    )
