"""A query that is asked again is answered from memory, and never with rows older than what is stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labelcore.models import Output
from labelcore.store import backups, close_database, open_database, readings
from labelcore.store.connection import Database
from labelcore.store.readings import Readings, Rows
from labelcore.workspace import Workspace

Add = Callable[..., list[Output]]
_COUNT = "SELECT count(*) FROM output"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that the database really read."""
    queries: list[str] = []
    read = Database._rows

    def noting(db: Database, sql: str, parameters: Any) -> Rows:
        queries.append(sql)
        return read(db, sql, parameters)

    monkeypatch.setattr(Database, "_rows", noting)
    return queries


def test_a_query_is_read_once_until_something_is_stored(
    workspace: Workspace, add_outputs: Add, asked: list[str]
) -> None:
    db = workspace.db
    for n in range(1, 4):
        add_outputs(f"text {n}")
        asked.clear()
        assert [db.rows(_COUNT), db.rows(_COUNT)] == [[(n,)], [(n,)]]
        assert asked == [_COUNT]
    db.run("DELETE FROM output")
    assert db.rows(_COUNT) == [(0,)]


def test_a_transaction_reads_what_it_wrote_and_what_is_taken_back_was_never_there(
    workspace: Workspace, add_outputs: Add
) -> None:
    db = workspace.db
    assert db.rows(_COUNT) == [(0,)]
    with db.transaction():
        add_outputs("one")
        assert db.rows(_COUNT) == [(1,)]
    assert db.rows(_COUNT) == [(1,)]

    def fail() -> None:
        with db.transaction():
            add_outputs("another")
            assert db.rows(_COUNT) == [(2,)]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert db.rows(_COUNT) == [(1,)]


def test_what_is_called_after_a_commit_reads_what_was_stored(workspace: Workspace, add_outputs: Add) -> None:
    db, counts = workspace.db, list[Rows]()
    db.rows(_COUNT)
    with db.transaction():
        db.after_commit(lambda: counts.append(db.rows(_COUNT)))
        add_outputs("one")
    assert counts == [[(1,)]]


def test_nobody_changes_what_is_kept(workspace: Workspace) -> None:
    workspace.db.rows(_COUNT).clear()
    assert workspace.db.rows(_COUNT) == [(0,)]


def test_parameters_are_told_apart_by_kind_and_in_full() -> None:
    kept = Readings()
    long = np.arange(5_000)
    other = long.copy()
    other[2_500] = -1
    for at, value in enumerate([1, True, "1", 1.0, None, [1], long, other]):
        rows: Rows = [(at,)]
        assert kept.rows("SELECT ?", [value], rows.copy) == rows


def test_an_answer_that_a_write_overtook_is_not_kept() -> None:
    kept = Readings()

    def overtaken() -> Rows:
        kept.forget()
        return [("old",)]

    assert kept.rows("SELECT 1", None, overtaken) == [("old",)]
    assert kept.rows("SELECT 1", None, lambda: [("new",)]) == [("new",)]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_LARGEST": 10, "_ALL": 15, "_ANSWER": 0, "_PLACE": 0}.items():
        monkeypatch.setattr(readings, name, value)
    kept, read = Readings(), list[str]()

    def ask(sql: str, text: str) -> None:
        def answer() -> Rows:
            read.append(sql)
            return [(text,)]

        assert kept.rows(sql, None, answer) == [(text,)]

    for sql, text in [("long", "x" * 11), ("long", "x" * 11), ("a", "x" * 9), ("a", "x" * 9)]:
        ask(sql, text)
    assert read == ["long", "long", "a"]
    for sql in ("b", "b", "a"):  # the second of nine does not fit beside the first
        ask(sql, "x" * 9)
    assert read == ["long", "long", "a", "b", "a"]


def test_answers_without_rows_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "_ALL", 3_000)
    kept = Readings()
    for at in range(100):
        kept.rows("SELECT ?", [at], list)
    assert 0 < len(kept._answers) <= 10


@pytest.mark.parametrize(
    "cell", [[0.5] * 384, ([0.5] * 128, [0.5] * 256), {"vector": [0.5] * 384}, b"x" * 20_000]
)
def test_a_cell_counts_with_all_that_it_holds(monkeypatch: pytest.MonkeyPatch, cell: object) -> None:
    """A vector counted as one number, so that those of many outputs went past every bound."""
    monkeypatch.setattr(readings, "_LARGEST", 20_000)
    kept = Readings()
    kept.rows("SELECT 1", None, lambda: [(cell,)])
    assert not kept._answers
    kept.rows("SELECT 2", None, lambda: [(0.5,)])
    assert len(kept._answers) == 1


def test_the_numbers_of_a_vector_are_counted_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[object] = []
    measure = readings._size

    def noting(value: object) -> int:
        looked_at.append(value)
        return measure(value)

    monkeypatch.setattr(readings, "_size", noting)
    Readings().rows("SELECT 1", None, lambda: [([0.5] * 512,)])
    assert looked_at == [[0.5] * 512]


def test_damage_is_seen_though_everything_was_read_before(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    db = open_database(path)
    backups.read_whole(db)
    assert backups.condition(path) == "ready"
    db._connection.close()
    assert backups.condition(path) == "the database does not open"
    close_database(path)
