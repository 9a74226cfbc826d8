"""Keep the database safe and find out what is wrong with an installation."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from labelcore.models import Project
from labelcore.operations import Outcome, operation
from labelcore.progress import Progress
from labelcore.settings import settings
from labelcore.store import Database, backups

_PACKAGES = ("labelcore", "streamlit", "duckdb", "pandas", "plotly", "openai", "pydantic")


@operation("backup")
def backup(
    db: Database, project: Project, *, author: str, progress: Progress, out: Path
) -> Outcome:
    """Write a whole copy of the database."""
    size = backups.copy_to(db, out)
    return Outcome(
        document={"out": str(out), "bytes": size},
        lines=(f"Wrote {out} ({size / 1e6:.1f} MB); open it with --db {out}.",),
    )


@operation("doctor")
def doctor(db: Database, project: Project, *, author: str, progress: Progress) -> Outcome:
    """Check versions, the database and the model endpoint's settings."""
    versions = {name: importlib.metadata.version(name) for name in _PACKAGES}
    stray = backups.integrity(db)
    healthy = not any(stray.values())
    model = settings().model if settings().has_model else None
    document = {
        "database": str(db.path), "healthy": healthy, "rows_without_output": stray,
        "model": model, "versions": versions,
    }  # fmt: skip
    lines = (
        f"Database {db.path}: {'healthy' if healthy else f'rows without their output: {stray}'}.",
        f"Model: {model or 'none configured; everything offline works without one.'}",
        *(f"{name} {version}" for name, version in versions.items()),
    )
    return Outcome(document=document, lines=lines, exit_code=0 if healthy else 1)
