"""What the running app does by itself: backups, written and read back as a restore would; notices; and what
whoever comes first would wait for.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from labelcore.errors import LabelcoreError
from labelcore.messages import sending
from labelcore.models import now
from labelcore.settings import settings
from labelcore.stages import projects
from labelcore.stages.aligning.side_by_side import judge_table
from labelcore.stages.reporting.slicing import fields_beside, slices
from labelcore.stages.reporting.trend import trend
from labelcore.stages.reporting.trust import trust
from labelcore.store import Database, backups
from labelcore.workspace import Workspace

_LOOK_SECONDS = 60.0
_SEND_SECONDS = 20.0
_ASKED_EACH = 45
"""Every so many looks, 15 minutes, it is asked whether there is something new to tell."""
_READ_AHEAD = 5
"""Of so many projects at most: reading takes the processor's time from people."""
_NAME = "labelcore-{at:%Y%m%d-%H%M%S}.duckdb"
_log = logging.getLogger(__name__)


async def keep_backups(db: Database) -> None:
    """Write a backup whenever the newest is older than the settings say, while the app lives."""
    if (folder := settings().backup_folder) is not None:
        await _repeated(lambda _: back_up_if_due(db, folder), _LOOK_SECONDS, "the backup failed")


async def send_notices(db: Database) -> None:
    """Send the notices that are due, while the app lives."""
    await _repeated(
        lambda look: sending.send_all(db, asks=look % _ASKED_EACH == 0),
        _SEND_SECONDS,
        "notices were not sent",
    )


@contextlib.contextmanager
def reading_ahead(db: Database) -> Iterator[None]:
    """Work out once what Home, Results and Judges show: their libraries are loaded, and what they count in
    large tables is known. What goes wrong is said to whoever opens the page. The end waits for the
    report that is being made, for no further one.
    """
    reader = ThreadPoolExecutor(1, "reading ahead")

    def begin() -> None:
        for project in projects.shown_projects(db)[:_READ_AHEAD]:
            for report in (trust, trend, judge_table, _slices_shown):
                reader.submit(report, Workspace(db, project))

    reader.submit(begin)
    try:
        yield
    finally:
        reader.shutdown(cancel_futures=True)


def _slices_shown(workspace: Workspace) -> None:
    """What Results counts of all outputs before anybody chooses a field."""
    if names := fields_beside(workspace, trend(workspace)):
        slices(workspace, by=names[:1])


async def _repeated(work: Callable[[int], object], seconds: float, failed: str) -> None:
    """Do it in a thread again and again, told how often it was done; what goes wrong is logged, no more."""
    for look in itertools.count():
        [trouble] = await asyncio.gather(asyncio.to_thread(work, look), return_exceptions=True)
        if isinstance(trouble, LabelcoreError | OSError):
            _log.error("%s: %s", failed, trouble)
        elif isinstance(trouble, Exception):
            _log.error(failed, exc_info=trouble)
        await asyncio.sleep(seconds)


def back_up_if_due(db: Database, folder: Path) -> Path | None:
    """A new backup that was read back, where one is due. LabelcoreError: it failed; none is let go then."""
    folder = folder.expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    kept = sorted(folder.glob("labelcore-*.duckdb"))
    due = now() - timedelta(hours=settings().backup_hours)
    if kept and kept[-1].name > _NAME.format(at=due):
        return None
    made = folder / _NAME.format(at=now())
    backups.copy_to(db, made)
    backups.rehearse(made)
    for old in [*kept, made][: -settings().backup_keep]:
        old.unlink(missing_ok=True)
    _log.info("backup written and read back: %s", made.name)
    return made
