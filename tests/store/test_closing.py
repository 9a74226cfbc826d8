"""A database is given back while others still ask it."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import duckdb
import pytest

from labelcore.store.connection import Database


def test_closing_waits_for_a_call_that_is_under_way() -> None:
    entered, refused = threading.Event(), threading.Event()

    def blocking(number: int) -> int:
        entered.set()
        refused.wait()
        return number

    def watch(_frame: FrameType, event: str, _called: object) -> None:
        if event == "c_exception":  # DuckDB said no: from here on, it is waited for
            refused.set()

    connection = duckdb.connect(":memory:")
    connection.create_function("blocking", blocking, ["INTEGER"], "INTEGER")
    with ThreadPoolExecutor(1) as other:
        call = other.submit(lambda: connection.execute("SELECT blocking(1)"))
        entered.wait()
        former = sys.getprofile()
        sys.setprofile(watch)
        try:
            Database(None, connection).close()
        finally:
            sys.setprofile(former)
            refused.set()
        call.result()
    with pytest.raises(duckdb.ConnectionException):
        connection.cursor()
