"""What was read of a table stays kept until that table is stored to, and no answer is older than its rows."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from labelcore.store import Database
from labelcore.store.readings import Readings, Rows
from labelcore.store.tables_read import table_stored_to, views, words
from tests.databases import empty_database
from tests.examples import examples

ROWS = {
    "grade": ("grade_id", "project_id", "output_id", "annotator", "value", "source", "stored_at"),
    "output": ("output_id", "project_id", "text", "made_at"),
    "person": ("person_id", "name", "made_at"),
    "project": ("project_id", "name", "made_at"),
    "verdict": ("output_id", "judge_version_id", "project_id", "value"),
}
QUERIES = (
    *(f"SELECT count(*) FROM {table}" for table in ROWS),
    "SELECT grade_id, annotator FROM grade_current ORDER BY ALL",
    "SELECT output_id, project FROM outputs ORDER BY ALL",
    "SELECT * FROM grades ORDER BY ALL",
    'SELECT (SELECT count(*) FROM "Output"), (SELECT count(*) FROM VERDICT) FROM main.project_current',
    "WITH few AS (FROM grade_named) SELECT annotator, count(*) FROM few GROUP BY ALL ORDER BY ALL",
)


def rows_of(table: str, numbers: list[int]) -> list[list[Any]]:
    """Rows whose values meet each other across tables."""
    at = "2026-11-01 10:00:00"
    value = {"value": "pass", "source": "person", "made_at": at, "stored_at": at}
    return [[value.get(column, f"{column[0]}{number}") for column in ROWS[table]] for number in numbers]


@contextlib.contextmanager
def taken_back(db: Database) -> Iterator[None]:
    with contextlib.suppress(ZeroDivisionError), db.transaction():
        yield
        raise ZeroDivisionError


def store(db: Database, how: str, table: str, numbers: list[int]) -> None:
    """Store rows, or take them away, in one of the ways that there are."""
    columns, rows = ROWS[table], rows_of(table, numbers)
    match how:
        case "append":
            db.append(table, columns, rows)
        case "delete":
            db.run(f"DELETE FROM {table} WHERE {columns[0]} = ?", [rows[0][0]])
        case "update":
            db.run(f"update {table}\nSET {columns[1]} = ?", [f"changed{numbers[0]}"])
        case "cursor":
            with db.writing() as cursor:
                cursor.execute(f"DELETE FROM {table}")
        case "several":
            with db.transaction():
                db.append(table, columns, rows)
                db.append("project", ROWS["project"], rows_of("project", numbers))
        case "taken back":
            with taken_back(db):
                db.append(table, columns, rows)
                db.run(f"DELETE FROM {table}")


WAYS = ("append", "append", "delete", "update", "cursor", "several", "taken back")
acts = st.lists(
    st.tuples(
        st.sampled_from(WAYS),
        st.sampled_from(sorted(ROWS)),
        st.lists(st.integers(0, 3), min_size=1, max_size=3),
        st.lists(st.sampled_from(QUERIES), max_size=4),
    ),
    max_size=12,
)


@settings(max_examples=examples(25), deadline=None)
@given(acts=acts)
def test_whatever_is_stored_a_query_gives_what_a_fresh_handle_gives(
    acts: list[tuple[str, str, list[int], list[str]]],
) -> None:
    with empty_database() as db:
        for how, table, numbers, queries in acts:
            store(db, how, table, numbers)
            for sql in queries:
                assert db.rows(sql) == db.outside().rows(sql)
        for sql in QUERIES:
            assert db.rows(sql) == db.outside().rows(sql)


@pytest.fixture
def read(db: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that the database really read."""
    queries: list[str] = []
    rows = Database._rows

    def noting(of: Database, sql: str, parameters: Any) -> Rows:
        queries.append(sql)
        return rows(of, sql, parameters)

    monkeypatch.setattr(Database, "_rows", noting)
    return queries


@pytest.mark.parametrize("how", ["append", "several", "delete"])
def test_what_was_read_of_other_tables_stays(db: Database, read: list[str], how: str) -> None:
    of_verdicts, of_grades = "SELECT count(*) FROM verdicts", "SELECT count(*) FROM grade_current"
    db.rows(of_verdicts), db.rows(of_grades)
    read.clear()
    if how == "several":
        with db.transaction():
            db.append("grade", ROWS["grade"], rows_of("grade", [1]))
            db.append("reservation", ("project_id", "output_id"), [("p", "o"), ("p", "o2")])
    else:
        store(db, how, "grade", [1, 2])
    db.rows(of_verdicts), db.rows(of_grades)
    assert read == [of_grades]
    db.forget_readings()  # another handle stored something
    db.rows(of_verdicts)
    assert read == [of_grades, of_verdicts]


def test_a_view_of_a_view_is_stale_with_its_tables(db: Database) -> None:
    assert db.rows("SELECT count(*) FROM grades") == [(0,)]
    db.append("grade", ROWS["grade"], rows_of("grade", [1]))
    db.append("output", ROWS["output"], rows_of("output", [1]))
    assert db.rows("SELECT annotator FROM grades") == [("a1",)]
    db.append("person", ROWS["person"], [["p", "a1", "2026-11-01"], ["p", "Ann", "2026-11-02"]])
    assert db.rows("SELECT annotator FROM grades") == [("Ann",)]


@pytest.mark.parametrize(
    ("stored", "kept"), [(["verdict"], False), (["grade"], True), ([], True), (None, False)]
)
def test_an_answer_is_not_kept_when_its_tables_were_stored_to_meanwhile(
    stored: list[str] | None, *, kept: bool
) -> None:
    readings = Readings()

    def overtaken() -> Rows:
        readings.forget(stored)
        return [("old",)]

    readings.rows("FROM verdicts", None, overtaken)
    assert readings.rows("FROM verdicts", None, lambda: [("new",)]) == [("old" if kept else "new",)]


@pytest.mark.parametrize("stored", [["grade"], [], None])
def test_a_report_holds_until_anything_is_stored_or_told(stored: list[str] | None) -> None:
    readings = Readings()
    assert readings.report("about", lambda: 1) == readings.report("about", lambda: 2) == 1
    readings.forget(stored)
    assert readings.report("about", lambda: 3) == 3

    def overtaken() -> int:
        readings.forget(stored)
        return 4

    assert readings.report("another", overtaken) == 4
    assert readings.report("another", lambda: 5) == 5


def test_everything_that_a_view_reads_is_among_its_words(db: Database) -> None:
    """By DuckDB's parser, not by ours."""

    def named(node: object) -> Iterator[str]:
        if isinstance(node, dict):
            if node.get("type") == "BASE_TABLE":
                yield node["table_name"].lower()
            node = list(node.values())
        for part in node if isinstance(node, list) else ():
            yield from named(part)

    def tables(name: str) -> set[str]:
        if name not in views():
            return {name}
        (tree,) = db.rows("SELECT json_serialize_sql(?)", [views()[name].strip()])[0]
        return {name}.union(*map(tables, named(json.loads(tree))))

    stored = {name for (name,) in db.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal")}
    assert stored == views().keys()
    for name in stored:
        assert tables(name) <= words(f"SELECT * FROM {name}")


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("INSERT INTO grade (a) VALUES (?)", "grade"),
        ("  delete from Grade WHERE a = ';' or b", None),
        ("DELETE FROM Grade WHERE a = 1", "grade"),
        ("UPDATE grade SET a = 1", "grade"),
        ("UPDATE grade SET a = 1; DROP TABLE output", None),
        ("INSERT INTO main.grade VALUES (1)", None),
        ('INSERT INTO "grade" VALUES (1)', None),
        ("WITH a AS (SELECT 1) INSERT INTO grade FROM a", None),
        ("COPY FROM DATABASE a TO b", None),
        ("CREATE TABLE grade (a INT)", None),
    ],
)
def test_only_a_plain_statement_says_what_it_changes(sql: str, table: str | None) -> None:
    assert table_stored_to(sql) == table
