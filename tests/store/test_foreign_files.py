"""Files of other programs are named as such and left as they are; nothing is fetched to open them."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from labelcore.errors import BadInput, LabelcoreError, StoreDamaged
from labelcore.store import Database, backups, close_database, open_database
from tests.databases import empty_file


def sqlite(place: Path) -> None:
    with sqlite3.connect(place) as file:
        file.execute("CREATE TABLE other (a)")
    file.close()


def foreign(place: Path) -> None:
    with duckdb.connect(str(place)) as file:
        file.execute("CREATE TABLE other (a INT)")


def empty(place: Path) -> None:
    duckdb.connect(str(place)).close()


@pytest.mark.parametrize(
    ("made", "words"), [(sqlite, "SQLite"), (foreign, "another program: it holds 'other'"), (empty, "empty")]
)
def test_a_file_without_our_tables_is_not_restored(
    tmp_path: Path, made: Callable[[Path], object], words: str
) -> None:
    target, source = tmp_path / "work.duckdb", tmp_path / "other.db"
    open_database(target)
    close_database(target)
    before = target.read_bytes()
    made(source)
    with pytest.raises(BadInput, match=words) as trouble:
        backups.restore(source, target)
    assert ".restoring" not in str(trouble.value)
    assert target.read_bytes() == before
    assert sorted(place.name for place in tmp_path.iterdir()) == ["other.db", "work.duckdb"]


@pytest.mark.parametrize(("made", "words"), [(sqlite, "is a SQLite file"), (foreign, "another program")])
def test_a_foreign_file_is_named_and_not_written(
    tmp_path: Path, made: Callable[[Path], object], words: str
) -> None:
    place = tmp_path / "other.db"
    made(place)
    before = place.read_bytes()
    with pytest.raises(StoreDamaged, match=words):
        open_database(place)
    assert place.read_bytes() == before


def test_a_backup_is_restored(tmp_path: Path) -> None:
    source, target = tmp_path / "backup.duckdb", tmp_path / "work.duckdb"
    open_database(source)
    close_database(source)
    assert backups.restore(source, target) is None
    assert target.read_bytes()


@pytest.mark.parametrize("name", ["autoinstall_known_extensions", "autoload_known_extensions"])
def test_no_extension_comes_by_itself(db: Database, tmp_path: Path, name: str) -> None:
    stored = open_database(tmp_path / "a.duckdb")
    for opened in (db, stored):
        assert opened.rows("SELECT current_setting(?)", [name]) == [(False,)]
    with pytest.raises(duckdb.Error, match="xtension"):
        stored.rows("SELECT * FROM 'https://localhost:9/a.parquet'")
    close_database(tmp_path / "a.duckdb")


@pytest.mark.in_part(4)
@pytest.mark.parametrize("seed", range(50))
def test_a_corrupted_file_is_said_or_read_and_a_backup_takes_its_place(tmp_path: Path, seed: int) -> None:
    chance, place, backup = random.Random(seed), tmp_path / "work.duckdb", tmp_path / "backup.duckdb"
    whole = empty_file(backup).read_bytes()
    torn = bytearray(whole)
    for _ in range(chance.choice([1, 8, 200])):
        at = chance.randrange(len(torn) - 64)
        torn[at : at + 64] = chance.randbytes(64)
    place.write_bytes(torn[: chance.randrange(len(torn))] if seed % 5 == 0 else torn)
    told = str(place)
    try:
        open_database(place)
        close_database(place)
    except LabelcoreError as trouble:
        told = str(trouble)
    assert str(place) in told
    backups.restore(backup, place)
    open_database(place)
    close_database(place)
