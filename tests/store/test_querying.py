"""The views for people who query keep their columns; a question reads and does nothing else."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from labelcore.errors import BadInput
from labelcore.models import Criterion, Decision, Grade, JudgeVersion, Output, Project, Verdict
from labelcore.store import (
    Database,
    close_database,
    criteria,
    grades,
    judges,
    open_database,
    outputs,
    projects,
    verdicts,
)
from labelcore.store.querying import query
from tests.databases import empty_file

COLUMNS = {
    "outputs": (
        "project VARCHAR, output_id VARCHAR, external_id VARCHAR, group_key VARCHAR, input VARCHAR, "
        "context VARCHAR, conversation JSON, output VARCHAR, prompt_version VARCHAR, model VARCHAR, "
        "metadata JSON, imported_from VARCHAR, imported_at TIMESTAMP, row_number BIGINT, batch_id VARCHAR, "
        "project_id VARCHAR"
    ),
    "grades": (
        "project VARCHAR, output_id VARCHAR, external_id VARCHAR, annotator VARCHAR, value VARCHAR, "
        "criterion VARCHAR, field VARCHAR, level BIGINT, note VARCHAR, corrected_text VARCHAR, "
        "seconds DOUBLE, judge_shown BOOLEAN, source VARCHAR, inclusion_probability DOUBLE, "
        "picked_because VARCHAR, graded_at TIMESTAMP, stored_at TIMESTAMP, grade_id VARCHAR, "
        "criterion_id VARCHAR, criterion_version BIGINT, project_id VARCHAR"
    ),
    "verdicts": (
        "project VARCHAR, output_id VARCHAR, external_id VARCHAR, judge VARCHAR, kind VARCHAR, "
        "version BIGINT, criterion VARCHAR, value VARCHAR, probability DOUBLE, reason VARCHAR, "
        "repeat BIGINT, model VARCHAR, asked_model VARCHAR, tokens_in BIGINT, tokens_out BIGINT, "
        "cost_usd DOUBLE, latency_ms DOUBLE, decided_at TIMESTAMP, judge_version_id VARCHAR, "
        "criterion_id VARCHAR, run_id VARCHAR, project_id VARCHAR"
    ),
    "feedback": (
        "project VARCHAR, output_id VARCHAR, external_id VARCHAR, signal VARCHAR, value VARCHAR, "
        "meaning VARCHAR, person VARCHAR, reason VARCHAR, given_at TIMESTAMP, stored_at TIMESTAMP, "
        "feedback_id VARCHAR, batch_id VARCHAR, project_id VARCHAR"
    ),
    "criteria": (
        "project VARCHAR, criterion_id VARCHAR, version BIGINT, name VARCHAR, statement VARCHAR, "
        "status VARCHAR, severity VARCHAR, max_false_failure_rate DOUBLE, risk VARCHAR, risk_why VARCHAR, "
        "origin VARCHAR, keywords JSON, pass_examples JSON, fail_examples JSON, parents JSON, "
        "evidence JSON, author VARCHAR, why VARCHAR, decided_at TIMESTAMP, project_id VARCHAR"
    ),
    "judges": (
        "project VARCHAR, judge VARCHAR, kind VARCHAR, version BIGINT, criterion VARCHAR, model VARCHAR, "
        "description VARCHAR, is_newest BOOLEAN, is_chosen BOOLEAN, author VARCHAR, made_at TIMESTAMP, "
        "judge_version_id VARCHAR, judge_id VARCHAR, criterion_id VARCHAR, criterion_version BIGINT, "
        "project_id VARCHAR, is_in_use BOOLEAN, why VARCHAR"
    ),
}
"""Other people's queries rest on these: a column may be added at the end, none may go or change."""


DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "querying.md").read_text(encoding="utf-8")


def test_the_views_columns_are_told_in_the_documentation() -> None:
    for view, columns in COLUMNS.items():
        (row,) = (line for line in DOCUMENTATION.splitlines() if line.startswith(f"| `{view}`"))
        names = [column.split()[0] for column in columns.split(", ")]
        assert re.findall(r"`(\w+)`", row)[1:] == [name for name in names if not name.startswith("project")]


@pytest.mark.parametrize("view", COLUMNS)
def test_a_view_for_people_who_query_keeps_its_columns(db: Database, view: str) -> None:
    described = db.rows(f"SELECT column_name, column_type FROM (DESCRIBE {view})")
    assert ", ".join(f"{name} {kind}" for name, kind in described) == COLUMNS[view]


@pytest.fixture
def filled(db: Database) -> Database:
    projects.save(db, Project(id="p", name="first name"))
    projects.save(db, Project(id="p", name="support"))
    outputs.add(db, [Output(id="o", project_id="p", text="hello", external_id="row 1")])
    criterion = Criterion(id="c", project_id="p", version=1, name="polite", statement="It is polite.")
    criteria.save(db, [criterion, criterion.model_copy(update={"version": 2, "name": "kind"})])
    grade = Grade(id="g", project_id="p", output_id="o", annotator="ann", value="fail", note="rude")
    grades.record(db, [grade, grade.model_copy(update={"id": "h", "criterion_id": "c", "note": ""})])
    versions = [
        JudgeVersion(
            id=f"j{number}",
            judge_id="j",
            project_id="p",
            name="tone",
            kind="code",
            version=number,
            criterion_id="c",
            criterion_version=2,
            spec={},
        )
        for number in (1, 2)
    ]
    judges.save(db, versions)
    judges.save_choice(db, "p", ["j2"], {}, {})
    decision = Decision(value="pass", reason="kind words")
    verdicts.record(
        db, [Verdict(output_id="o", judge_version_id="j2", project_id="p", run_id="r", decision=decision)]
    )
    return db


@pytest.mark.parametrize(
    ("tokens", "cost", "told"),
    [(0, 0.0, 0.0), (12, 0.0, 0.0), (12, None, None), (12, 0.5, 0.5)],
    ids=["none", "free", "unknown", "price"],
)
def test_a_verdict_whose_model_has_no_price_has_no_cost(
    filled: Database, tokens: int, cost: float | None, told: float | None
) -> None:
    decision = Decision(value="pass", tokens_in=tokens, cost_usd=cost)
    verdict = Verdict(output_id="o", judge_version_id="j1", project_id="p", run_id="r", decision=decision)
    verdicts.record(filled, [verdict])
    assert query(filled, "SELECT cost_usd FROM verdicts WHERE version = 1").rows == [(told,)]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("SELECT project, external_id, output FROM outputs", [("support", "row 1", "hello")]),
        (
            "SELECT external_id, annotator, value, criterion, note FROM grades ORDER BY note",
            [("row 1", "ann", "fail", "kind", ""), ("row 1", "ann", "fail", None, "rude")],
        ),
        ("SELECT name, version FROM criteria", [("kind", 2)]),
        (
            "SELECT judge, version, criterion, is_newest, is_chosen FROM judges ORDER BY version",
            [("tone", 1, "kind", False, False), ("tone", 2, "kind", True, True)],
        ),
        (
            "SELECT judge, version, criterion, value, reason, external_id FROM verdicts",
            [("tone", 2, "kind", "pass", "kind words", "row 1")],
        ),
        (
            "WITH missed AS (SELECT output_id FROM verdicts WHERE value = 'pass') "
            "SELECT count(*) FROM grades SEMI JOIN missed USING (output_id) WHERE criterion IS NULL",
            [(1,)],
        ),
        ("FROM range(2)", [(0,), (1,)]),
        ("SELECT unnest([1, 2]) AS x -- a remark; not a statement", [(1,), (2,)]),
        ("SELECT upper(value) FROM main.grade_current LIMIT 1;", [("FAIL",)]),
        ("VALUES (1) UNION ALL SELECT 2", [(1,), (2,)]),
        (
            "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) FROM n",
            [(1,), (2,), (3,)],
        ),
        ("SELECT column_name FROM (DESCRIBE output_alias) LIMIT 1", [("external_id",)]),
        ("SELECT name FROM (SHOW TABLES) WHERE name = 'grades'", [("grades",)]),
        ("SELECT table_name FROM information_schema.tables WHERE table_name = 'verdicts'", [("verdicts",)]),
    ],
)
def test_a_question_is_answered(filled: Database, question: str, wanted: list[tuple[object, ...]]) -> None:
    assert query(filled, question).rows == wanted


def test_the_questions_of_the_documentation_are_answered(filled: Database) -> None:
    examples = re.findall(r"(?:^    .+\n)+", DOCUMENTATION, re.MULTILINE)
    questions = [re.sub(r'labelcore sql "(.*)"', r"\1", example.strip()) for example in examples]
    assert len(questions) == 4
    for question in questions:
        assert query(filled, question).columns


def test_rows_beyond_the_limit_are_told_of(db: Database) -> None:
    few = query(db, "SELECT range AS n FROM range(10)", limit=3)
    assert (few.columns, few.rows, few.truncated) == (["n"], [(0,), (1,), (2,)], True)
    assert not query(db, "FROM range(3)", limit=3).truncated


WRITES = (
    "DELETE FROM grade",
    "INSERT INTO project (project_id) VALUES ('x')",
    "INSERT INTO project (project_id) VALUES ('x') RETURNING project_id",
    "UPDATE grade SET value = 'pass'",
    "DROP VIEW grades",
    "CREATE TABLE t (a INT)",
    "CREATE TEMP TABLE t AS SELECT 1",
    "CREATE MACRO f() AS 1",
    "ALTER TABLE grade ADD COLUMN x INT",
    "TRUNCATE grade",
    "WITH gone AS (DELETE FROM grade RETURNING *) SELECT * FROM gone",
    "WITH new AS (INSERT INTO project (project_id) VALUES ('x') RETURNING *) SELECT * FROM new",
    "MERGE INTO grade USING grade AS g ON false WHEN MATCHED THEN DELETE",
    "BEGIN; DELETE FROM grade; COMMIT",
    "SELECT 1; DELETE FROM grade",
    "SELECT 1; COMMIT; DELETE FROM grade",
    "COMMIT",
    "CHECKPOINT",
    "VACUUM",
    "EXPLAIN ANALYZE DELETE FROM grade",
    "PREPARE p AS DELETE FROM grade",
    "EXECUTE p",
    "SELECT nextval('s')",
    "SELECT write_log('x')",
    "FROM checkpoint()",
    "FROM force_checkpoint()",
    "FROM query('DELETE FROM grade')",
    "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
)
FILES = (
    "FROM '{file}'",
    'FROM "{file}"',
    "SELECT * FROM read_csv('{file}')",
    "SELECT * FROM READ_CSV_AUTO('{file}')",
    "SELECT * FROM read_text('{file}')",
    "SELECT * FROM read_blob('{file}')",
    "SELECT * FROM read_json('{file}')",
    "SELECT * FROM read_parquet('{file}')",
    "SELECT * FROM parquet_scan('{file}')",
    "SELECT * FROM parquet_metadata('{file}')",
    "SELECT * FROM sniff_csv('{file}')",
    "SELECT * FROM glob('{file}')",
    "SELECT * FROM main.read_csv('{file}')",
    "SELECT * FROM system.main.read_csv('{file}')",
    "SELECT * FROM \"read_csv\"('{file}')",
    "SELECT (SELECT any_value(a) FROM '{file}')",
    "SELECT 1 WHERE EXISTS (FROM read_csv('{file}'))",
    "SELECT * FROM grades POSITIONAL JOIN '{file}'",
    "SELECT * FROM grades, LATERAL (FROM '{file}')",
    "SELECT 1 UNION ALL FROM '{file}'",
    "WITH x AS (FROM '{file}') FROM x",
    'SELECT (WITH "{file}" AS (SELECT 1) SELECT 1), * FROM "{file}"',
    "SELECT [x FOR x IN (SELECT list(a) FROM '{file}')]",
    "SELECT * FROM range((SELECT count(*) FROM '{file}'))",
    "DESCRIBE '{file}'",
    "DESCRIBE FROM '{file}'",
    "SUMMARIZE '{file}'",
    "SHOW '{file}'",
    "PIVOT '{file}' ON a",
    "SELECT * FROM (PIVOT '{file}' ON a)",
    "FROM query('FROM ''{file}''')",
    "FROM query_table('{file}')",
    "FROM query_table(['{file}'])",
    "FROM histogram('{file}', a)",
    "COPY grade TO '{folder}/out.csv'",
    "COPY project FROM '{file}'",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}'",
    "ATTACH '{folder}/other.duckdb' AS other",
    "DETACH memory",
    "USE memory",
    "INSTALL httpfs",
    "LOAD '{file}'",
    "SET memory_limit = '1GB'",
    "RESET memory_limit",
    "SET VARIABLE x = 1",
    "PRAGMA database_size",
    "CALL pragma_version()",
    "SELECT * FROM pragma_database_size()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_databases()",
    "SELECT current_setting('temp_directory')",
    "SELECT getenv('HOME')",
    "SELECT * FROM arrow_scan(1, 2, 3)",
    "SELECT * FROM pandas_scan(1)",
    "SELECT * FROM python_frame",
    "SELECT * FROM seq_scan('x')",
    "FROM other.main.t",
    "",
    ";",
    "SELECT",
    "SELECT nothing FROM grades",
    "SELECT x FROM nowhere",
    "hello",
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("stored") / "a.duckdb"
    db = open_database(empty_file(path))
    projects.save(db, Project(id="p", name="p"))
    grades.record(db, [Grade(id="g", project_id="p", output_id="o", annotator="ann", value="fail")])
    yield db
    close_database(path)


@pytest.mark.parametrize("question", [*WRITES, *FILES])
def test_a_question_can_neither_write_nor_reach_a_file(stored: Database, question: str) -> None:
    python_frame = stored.frame("SELECT 'of Python' AS a")
    assert stored.path
    folder = stored.path.parent
    file = folder / "secret.csv"
    file.write_text("a\nsecret\n")
    before, files = stored.rows("FROM grade"), sorted(folder.iterdir())
    with pytest.raises(BadInput) as refusal:
        query(stored, question.format(file=file, folder=folder))
    assert "\n" not in str(refusal.value)
    assert "secret\n" not in str(refusal.value)
    assert stored.rows("FROM grade") == before
    assert len(stored.rows("FROM project")) == len(python_frame)
    assert sorted(folder.iterdir()) == files
    assert query(stored, "SELECT 1").rows == [(1,)]


def test_the_transaction_alone_refuses_writes(stored: Database) -> None:
    with stored.reading() as cursor, pytest.raises(Exception, match="read-only"):
        cursor.execute("DELETE FROM grade")
    assert len(stored.rows("FROM grade")) == 1


@pytest.mark.parametrize(
    "question",
    [
        "SELECT count(*) FROM range(1000000000000)",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
    ],
)
def test_a_question_without_end_is_given_up(db: Database, question: str) -> None:
    begun = time.monotonic()
    with pytest.raises(BadInput, match=r"took longer than 0\.2 seconds"):
        query(db, question, seconds=0.2)
    assert time.monotonic() - begun < 60
    assert query(db, "SELECT 1").rows == [(1,)]


@pytest.mark.parametrize("depth", [300, 5_000])
def test_a_deeply_nested_question_does_no_harm(db: Database, depth: int) -> None:
    with contextlib.suppress(BadInput):
        assert query(db, f"SELECT {'abs(' * depth}1{')' * depth}").rows == [(1,)]
    assert query(db, "SELECT 1").rows == [(1,)]
