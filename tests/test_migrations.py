"""The schema can be brought up from nothing and from every older state, with and without rows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from labelcore.errors import StoreDamaged
from labelcore.store import Database, close_database, codes, migrations, open_database, projects, runs
from tests.databases import at_schema

pytestmark = pytest.mark.whole


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    db = open_database(path)
    assert migrations.migrate(db) == []
    assert migrations.applied(db) == {number for number, _, _ in migrations.available()}
    close_database(path)


def schema(db: Database) -> list[tuple[object, ...]]:
    """Every column of every table and view."""
    return db.rows(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() AND NOT internal ORDER BY ALL"
    )


@pytest.mark.parametrize("rows", [0, 3])
def test_every_older_schema_comes_up_with_its_rows(tmp_path: Path, rows: int) -> None:
    fresh = open_database(None)
    newest = schema(fresh)
    fresh.close()
    for oldest in range(1, len(migrations.available()) + 1):
        db = at_schema(tmp_path / f"{oldest}.duckdb", oldest)
        for i in range(rows):
            db.run("INSERT INTO output (output_id, project_id, text) VALUES (?, 'p', 'x')", [str(i)])
        migrations.migrate(db)
        assert db.rows("SELECT count(*) FROM output_current") == [(rows,)]
        assert projects.counts(db, "p")["graded"] == 0
        assert schema(db) == newest
        db.close()


_AT = "TIMESTAMP '2026-01-02 03:04:05'"
_OLD_CODES = (
    f"INSERT INTO code VALUES ('c0', 'p', 'too long', 'offline', 'ann', {_AT})",
    f"INSERT INTO code_evidence VALUES ('c0', 'g0', 'o0', 'very long', 'k0', {_AT})",
)
_EVENTS = (
    f"INSERT INTO code_event VALUES ('e1', 'c1', 'p', 'rude', 'accepted', NULL, 'person', 'ann', '', {_AT})",
    f"INSERT INTO quote_event VALUES ('e2', 'p', 'g1', 'o1', 'so rude', 'c1', 0.5, 'ann', {_AT}, true)",
    "INSERT INTO run_event BY NAME SELECT 'r1' AS run_id, 'p' AS project_id, "
    "'[\"j1\"]' AS judge_version_ids, 7 AS n_outputs, 'finished' AS state, 0 AS verdicts_new, "
    "0 AS verdicts_cached, 0 AS errors, 0 AS requests, 0 AS cost_usd, 0 AS seconds, '' AS message, "
    f"'e4' AS event_id, {_AT} AS made_at",
    "INSERT INTO batch_job_event VALUES ('b1', 'p', 'https://host', 'm', 'x', 'with the provider', "
    f"'[\"q1\"]', '', 'e3', {_AT})",
)


@pytest.mark.parametrize("killed", [False, True])
def test_tables_that_were_renamed_keep_their_rows(tmp_path: Path, killed: bool) -> None:
    path = tmp_path / "old.duckdb"
    db = at_schema(path, 4)
    for sql in _OLD_CODES:
        db.run(sql)
    for _, _, sql in migrations.available()[4:14]:
        db.run(sql)
    for number in range(5, 15):
        db.run("INSERT INTO schema_migration VALUES (?, '', now()::TIMESTAMP)", [number])
    for sql in _EVENTS:
        db.run(sql)
    db.close()
    if killed:
        program = (
            f"import os; from labelcore.store import open_database; open_database({str(path)!r}); os._exit(9)"
        )
        subprocess.run([sys.executable, "-c", program], check=False)
    db = open_database(path)
    assert [(code.id, code.label, code.criterion_id) for code in codes.current(db, "p")] == [
        ("c0", "too long", "k0"),
        ("c1", "rude", None),
    ]
    assert [(quote.text, quote.code_id, quote.marked) for quote in codes.quotes(db, "p")] == [
        ("very long", "c0", False),
        ("so rude", "c1", True),
    ]
    assert [(run.id, run.n_outputs, run.judge_version_ids) for run in runs.all_of(db, "p")] == [
        ("r1", 7, ("j1",))
    ]
    assert [(job.id, job.questions) for job in runs.under_way(db, "p")] == [("b1", ("q1",))]
    close_database(path)


def test_views_are_made_again_where_their_text_was_another(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    db = open_database(path)
    whole = schema(db)
    db.run("DROP VIEW grade_current")
    db.run("CREATE OR REPLACE VIEW outputs AS SELECT 1 AS x")
    db.run("COMMENT ON VIEW outputs IS 'views of another version'")
    close_database(path)
    assert schema(open_database(path)) == whole
    close_database(path)


def test_a_view_says_by_its_name_what_it_shows(db: Database) -> None:
    tables = {name for (name,) in db.rows("SELECT table_name FROM duckdb_tables()")}
    shown = {name for (name,) in db.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal")}
    assert {name for name in tables if name.endswith(("_event", "_current", "_unique"))} == {"audit_event"}
    for_people = {"outputs", "grades", "verdicts", "feedback", "criteria", "judges"}
    odd = {name for name in shown if not name.endswith(("_current", "_unique"))}
    assert odd == for_people | {
        *("output_name", "probe_opinion_by_person", "signal_by_output", "person_name", "grade_named")
    }


def test_a_newer_schema_is_refused_with_the_next_step(tmp_path: Path) -> None:
    path = tmp_path / "new.duckdb"
    open_database(path).run("INSERT INTO schema_migration VALUES (9999, 'x', NULL)")
    close_database(path)
    with pytest.raises(StoreDamaged, match="newer labelcore"):
        open_database(path)


def test_numbers_are_consecutive_from_one() -> None:
    numbers = [number for number, _, _ in migrations.available()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_verdict_that_an_older_labelcore_stored_twice_is_there_once_and_the_first_one_stays(
    tmp_path: Path,
) -> None:
    db = at_schema(tmp_path / "old.duckdb", 33)
    for value, hour, repeat in (("pass", 9, 0), ("fail", 10, 0), ("fail", 11, 1)):
        db.run(
            "INSERT INTO verdict (output_id, judge_version_id, repeat, project_id, run_id, value, made_at) "
            "VALUES ('o', 'j', ?, 'p', 'r', ?, make_timestamp(2026, 11, 1, ?, 0, 0))",
            [repeat, value, hour],
        )
    migrations.migrate(db)
    assert db.rows("SELECT repeat, value FROM verdict ORDER BY ALL") == [(0, "pass"), (1, "fail")]


def test_what_took_tokens_and_cost_nothing_in_an_older_store_costs_nobody_knows_what(tmp_path: Path) -> None:
    db = at_schema(tmp_path / "old.duckdb", 35)
    for key, tokens, cost in (("free or unpriced", 9, 0.0), ("a code judge's", 0, 0.0), ("priced", 9, 0.5)):
        db.run(
            "INSERT INTO verdict (output_id, tokens_in, tokens_out, cost_usd) VALUES (?, ?, 0, ?)",
            [key, tokens, cost],
        )
        db.run(
            "INSERT INTO answer (answer_key, tokens_in, tokens_out, cost_usd) VALUES (?, ?, 0, ?)",
            [key, tokens, cost],
        )
        detail = json.dumps({"tokens_in": tokens, "tokens_out": 0})
        db.run("INSERT INTO run (run_id, cost_usd, detail) VALUES (?, ?, ?)", [key, cost, detail])
    for judge, kind in (("j1", "llm"), ("j2", "code")):
        db.run("INSERT INTO judge_version (judge_version_id, kind) VALUES (?, ?)", [judge, kind])
        db.run("INSERT INTO hardness_result (judge_version_id, cost_usd) VALUES (?, 0)", [judge])
    migrations.migrate(db)
    for table in ("verdict", "answer", "run"):
        costs = db.rows(f"SELECT cost_usd FROM {table} ORDER BY ALL NULLS FIRST")
        assert costs == [(None,), (0.0,), (0.5,)]
    assert db.rows("SELECT cost_usd FROM hardness_result ORDER BY judge_version_id") == [(None,), (0.0,)]
