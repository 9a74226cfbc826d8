"""What keeps the app's pauses short is on while it lives."""

from __future__ import annotations

import asyncio
import gc
import sys

from labelcore.api import keep_steady


def test_turns_are_short_and_what_is_loaded_is_not_looked_at_again() -> None:
    before = sys.getswitchinterval()

    async def begin() -> None:
        task = asyncio.create_task(keep_steady())
        await asyncio.sleep(0)
        task.cancel()

    try:
        asyncio.run(begin())
        assert sys.getswitchinterval() <= 0.001
        assert gc.get_freeze_count() > len(gc.get_objects(generation=2))
    finally:
        sys.setswitchinterval(before)
        gc.unfreeze()
