"""Keep the database safe and find out what is wrong with an installation."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from labelcore.dispatch import Outcome, operation
from labelcore.settings import settings
from labelcore.store import backups
from labelcore.workspace import Workspace

_PACKAGES = ("labelcore", "streamlit", "duckdb", "pandas", "plotly", "openai", "pydantic")


@operation("backup", needs="no project")
def backup(workspace: Workspace, *, out: Path) -> Outcome:
    """Write a whole copy of the database."""
    size = backups.copy_to(workspace.db, out)
    return Outcome(
        document={"out": str(out), "bytes": size},
        lines=(f"Wrote {out} ({size / 1e6:.1f} MB); open it with --db {out}.",),
    )


@operation("vacuum", needs="no project")
def vacuum(workspace: Workspace) -> Outcome:
    """Give free space in the database file back."""
    before, after = backups.compact(workspace.db)
    return Outcome(
        document={"bytes_before": before, "bytes_after": after},
        lines=(f"{workspace.db.path}: {before / 1e6:.1f} MB before, {after / 1e6:.1f} MB after.",),
    )


def restore(source: Path, db: Path) -> Outcome:
    """Put a backup in the place of a database that nothing holds."""
    kept = backups.restore(source, db.expanduser().resolve())
    aside = f" What stood there is kept as {kept}." if kept else ""
    return Outcome(
        document={"db": str(db), "kept": str(kept) if kept else None},
        lines=(f"{db} is now the backup {source}.{aside}",),
    )


@operation("doctor", needs="no project")
def doctor(workspace: Workspace) -> Outcome:
    """Check versions, the database and the model endpoint's settings."""
    versions = {name: importlib.metadata.version(name) for name in _PACKAGES}
    stray = backups.integrity(workspace.db)
    healthy = not any(stray.values())
    model = settings().model if settings().has_model else None
    document = {
        "database": str(workspace.db.path),
        "healthy": healthy,
        "rows_without_output": stray,
        "model": model,
        "versions": versions,
    }
    lines = (
        f"Database {workspace.db.path}: {'healthy' if healthy else f'rows without their output: {stray}'}.",
        f"Model: {model or 'none configured; everything offline works without one.'}",
        *(f"{name} {version}" for name, version in versions.items()),
    )
    return Outcome(document=document, lines=lines, exit_code=0 if healthy else 1)
