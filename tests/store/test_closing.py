"""A database is closed while it is being read: who reads gets the answer, and nothing is refused."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, TimeoutError as StillWaiting
from pathlib import Path

import pytest

from labelcore.store import close_database, open_database


def test_closing_waits_for_what_is_being_read(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    db = open_database(path)
    begun, released = threading.Event(), threading.Event()

    def hold(number: int) -> int:
        begun.set()
        assert released.wait(120)
        return number

    def read() -> list[tuple[int]]:
        with db.scratch() as cursor:
            cursor.create_function("hold", hold, [int], int)
            return cursor.execute("SELECT hold(17)").fetchall()

    with ThreadPoolExecutor(2) as threads:
        reading = threads.submit(read)
        try:
            assert begun.wait(120)
            closing = threads.submit(close_database, path)
            with pytest.raises(StillWaiting):
                closing.result(timeout=0.2)
        finally:
            released.set()
        assert reading.result(timeout=120) == [(17,)]
        closing.result(timeout=120)
    close_database(path)
