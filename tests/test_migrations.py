"""The schema can be brought up from nothing and from every older state, with and without rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from labelcore.errors import StoreDamaged
from labelcore.store import close_database, migrations, open_database, overview
from labelcore.store.connection import connect


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    db = open_database(path)
    assert migrations.migrate(db) == []
    assert migrations.applied(db) == {number for number, _, _ in migrations.available()}
    close_database(path)


@pytest.mark.parametrize("rows", [0, 3])
def test_every_older_schema_comes_up_with_its_rows(tmp_path: Path, rows: int) -> None:
    for oldest in range(1, len(migrations.available()) + 1):
        path = tmp_path / f"{oldest}.duckdb"
        db = connect(path, "1GB")
        migrations.applied(db)
        for number, name, sql in migrations.available()[:oldest]:
            db.run(sql)
            db.run("INSERT INTO schema_migration VALUES (?, ?, now()::TIMESTAMP)", [number, name])
        for i in range(rows):
            db.run("INSERT INTO output (output_id, project_id, text) VALUES (?, 'p', 'x')", [str(i)])
        migrations.migrate(db)
        assert db.rows("SELECT count(*) FROM output_current") == [(rows,)]
        assert overview.counts(db, "p")["graded"] == 0
        db.close()


def test_what_an_old_undo_brought_back_is_read_from_its_reason_once(tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    db = connect(path, "1GB")
    migrations.applied(db)
    for number, name, sql in migrations.available()[:13]:
        db.run(sql)
        db.run("INSERT INTO schema_migration VALUES (?, ?, now()::TIMESTAMP)", [number, name])
    versions = [("A", ""), ("B", "took version 2 back"), ("C", ""), ("B", "took version 3 back")]
    for number, (statement, why) in enumerate(versions, 1):
        db.run(
            "INSERT INTO criterion_version (criterion_id, project_id, version, name, statement, severity, "
            "status, max_false_failure_rate, why) VALUES ('c', 'p', ?, 'n', ?, 'must', 'accepted', 0.25, ?)",
            [number, statement, why],
        )
    migrations.migrate(db)
    found = db.rows("SELECT restores FROM criterion_version ORDER BY version")
    assert found == [(None,), (None,), (None,), (2,)]
    db.close()


def test_a_newer_schema_is_refused_with_the_next_step(tmp_path: Path) -> None:
    path = tmp_path / "new.duckdb"
    open_database(path).run("INSERT INTO schema_migration VALUES (9999, 'x', NULL)")
    close_database(path)
    with pytest.raises(StoreDamaged, match="newer labelcore"):
        open_database(path)


def test_numbers_are_consecutive_from_one() -> None:
    numbers = [number for number, _, _ in migrations.available()]
    assert numbers == list(range(1, len(numbers) + 1))
