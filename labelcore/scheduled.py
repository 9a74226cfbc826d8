"""What the running app does by itself: backups, written and read back as a restore would; and notices."""

from __future__ import annotations

import asyncio
import itertools
import logging
from datetime import timedelta
from pathlib import Path

from labelcore.errors import LabelcoreError
from labelcore.messages import sending
from labelcore.models import now
from labelcore.settings import settings
from labelcore.store import Database, backups

_LOOK_SECONDS = 60.0
_SEND_SECONDS = 20.0
_ASKED_EACH = 45
"""Every so many looks, 15 minutes, it is asked whether there is something new to tell."""
_NAME = "labelcore-{at:%Y%m%d-%H%M%S}.duckdb"
_log = logging.getLogger(__name__)


async def keep_backups(db: Database) -> None:
    """Write a backup whenever the newest is older than the settings say, while the app lives."""
    folder = settings().backup_folder
    while folder is not None:
        try:
            await asyncio.to_thread(back_up_if_due, db, folder)
        except (LabelcoreError, OSError) as trouble:
            _log.error("the backup failed: %s", trouble)
        await asyncio.sleep(_LOOK_SECONDS)


async def send_notices(db: Database) -> None:
    """Send the notices that are due, while the app lives."""
    for look in itertools.count():
        try:
            await asyncio.to_thread(sending.send_all, db, asks=look % _ASKED_EACH == 0)
        except (LabelcoreError, OSError) as trouble:
            _log.error("notices were not sent: %s", trouble)
        await asyncio.sleep(_SEND_SECONDS)


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
