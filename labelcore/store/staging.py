"""Bulk import in SQL: staged rows are checked and become outputs, grades and verdicts.

Everything happens on one cursor in one transaction, so a kill leaves nothing half done. Memory is
bounded: rows never pass through Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from labelcore.models import RejectedRow, now
from labelcore.store.chats import conversation_sql
from labelcore.store.connection import utc
from labelcore.store.formats.base import LARGEST_CELL, RAW, literal, quoted
from labelcore.store.outputs import CONTENT_ID_SQL

GRADE_WORDS: dict[str, str] = {
    word: value
    for value, known in {
        "pass": "pass passed 1 1.0 yes y true t good ok okay correct accept accepted 👍 通过 合格 对 是 好",
        "fail": "fail failed 0 0.0 no n false f bad incorrect wrong reject rejected "
        "👎 不通过 不合格 错 否 差",
        "unsure": "unsure unknown maybe unclear skip 不确定 不清楚",
    }.items()
    for word in known.split()
}


def columns_of(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    """The staged columns, in the order of the file."""
    described = cursor.execute("DESCRIBE staged").fetchall()
    return [name for name, *_ in described if name != "_row"]


def first_rows(cursor: duckdb.DuckDBPyConnection, limit: int) -> list[dict[str, Any]]:
    """The first staged rows as dictionaries."""
    columns = columns_of(cursor)
    names = ", ".join(quoted(name) for name in columns)
    rows = cursor.execute(f"SELECT {names} FROM staged ORDER BY _row LIMIT {limit}").fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]


def count_rows(cursor: duckdb.DuckDBPyConnection) -> int:
    """How many rows are staged."""
    found = cursor.execute("SELECT count(*) FROM staged").fetchone()
    return int(found[0]) if found else 0


def prepare(
    cursor: duckdb.DuckDBPyConnection,
    project_id: str,
    mapped: dict[str, str],
    meta: Sequence[str],
    *,
    id_is_guess: bool,
) -> list[RejectedRow]:
    """Turn ``staged`` into ``ready`` rows with their identity. Returns the rows kept apart."""

    def text(meaning: str) -> str:
        return f"coalesce({quoted(mapped[meaning])}, '')" if meaning in mapped else "''"

    pairs = ", ".join(f"{literal(name)}, {quoted(name)}" for name in meta)
    conversation = conversation_sql(text("conversation"))
    # Rows without input, context and conversation are told apart by their group: the same short
    # answer to two documents is two outputs.
    distinct_input = (
        f"CASE WHEN {text('input')} = '' AND {text('context')} = '' AND {text('conversation')} = '' "
        f"AND {text('group')} <> '' THEN chr(30) || {text('group')} ELSE {text('input')} END"
    )
    cursor.execute(
        f"CREATE TEMP VIEW prepared AS SELECT _row, {literal(project_id)} AS project_id, "
        f"nullif(trim({text('id')}), '') AS external_id, nullif({text('group')}, '') AS group_key, "
        f"{text('input')} AS input, {text('output')} AS text, {text('context')} AS context, "
        f"{conversation} AS conversation, {text('prompt_version')} AS prompt_version, "
        f"{text('model')} AS model, json_object({pairs})::VARCHAR AS metadata, "
        f"{distinct_input} AS distinct_input "
        "FROM staged"
    )
    # Only keys are kept: the texts are read again from ``staged`` when they are stored.
    cursor.execute(
        "CREATE TEMP TABLE ready AS SELECT _row, external_id, model, prompt_version, "
        "length(text) AS size, trim(text) = '' AS empty, "
        f"{CONTENT_ID_SQL.replace('input', 'distinct_input')} AS output_id FROM prepared"
    )
    return _kept_apart(cursor, id_is_guess=id_is_guess)


def _kept_apart(cursor: duckdb.DuckDBPyConnection, *, id_is_guess: bool) -> list[RejectedRow]:
    checks = [
        ("output", "'the output is empty'", "empty"),
        ("output", f"'the output is longer than {LARGEST_CELL:,} characters'", f"size > {LARGEST_CELL}"),
    ]
    if not id_is_guess:
        first = (
            "FROM first_of f WHERE f.external_id = ready.external_id AND f.model = ready.model "
            "AND f.prompt_version = ready.prompt_version"
        )
        cursor.execute(
            "CREATE TEMP TABLE first_of AS SELECT external_id, model, prompt_version, "
            "min(_row) AS first, arg_min(output_id, _row) AS first_id FROM ready "
            "WHERE external_id IS NOT NULL AND NOT empty GROUP BY ALL"
        )
        checks.append(
            (
                "id",
                f"'the id ' || external_id || ' stands already in row ' || (SELECT first {first}) "
                "|| ' with a different text'",
                f"external_id IS NOT NULL AND EXISTS (SELECT 1 {first} AND f.first_id <> ready.output_id)",
            )
        )
    found: list[RejectedRow] = []
    for field, reason, condition in checks:
        if cursor.execute(f"SELECT count(*) FROM ready WHERE {condition}").fetchone() == (0,):
            continue
        rows = cursor.execute(
            f"SELECT _row, {reason}, (SELECT left(text, {RAW}) FROM prepared p WHERE p._row = ready._row) "
            f"FROM ready WHERE {condition} ORDER BY _row"
        ).fetchall()
        found += [RejectedRow(row=row, field=field, reason=why, raw=raw) for row, why, raw in rows]
        cursor.execute(f"DELETE FROM ready WHERE {condition}")
    return found


def store_outputs(cursor: duckdb.DuckDBPyConnection, batch_id: str) -> tuple[int, int, int]:
    """Insert the ready rows that are new.

    Returns (new outputs, outputs known from before, rows that repeat another row of the file).
    """
    counts = cursor.execute("SELECT count(*), count(DISTINCT output_id) FROM ready").fetchone()
    total, distinct = counts or (0, 0)
    cursor.execute(
        "CREATE TEMP TABLE fresh AS SELECT output_id, min(_row) AS _row FROM ready "
        "ANTI JOIN output USING (output_id) GROUP BY output_id"
    )
    (new,) = cursor.execute("SELECT count(*) FROM fresh").fetchone() or (0,)
    cursor.execute(
        "INSERT INTO output (output_id, project_id, external_id, group_key, input, text, context, "
        "conversation, prompt_version, model, metadata, batch_id, row_number, made_at) "
        "SELECT f.output_id, project_id, external_id, group_key, input, text, context, conversation, "
        "prompt_version, model, metadata, ?, f._row, ? FROM prepared JOIN fresh f USING (_row)",
        [batch_id, utc(now())],
    )
    # A row with known content adds no output, but other files may speak of it by its own id.
    cursor.execute(
        "INSERT INTO output_alias (external_id, project_id, output_id, batch_id, made_at) "
        "SELECT DISTINCT r.external_id, o.project_id, r.output_id, ?, ?::TIMESTAMP "
        "FROM ready r JOIN output o USING (output_id) WHERE r.external_id IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM output_name n WHERE n.project_id = o.project_id "
        "AND n.external_id = r.external_id AND n.output_id = r.output_id)",
        [batch_id, utc(now())],
    )
    return new, distinct - new, total - distinct


def match_ids(cursor: duckdb.DuckDBPyConnection, project_id: str, id_column: str) -> list[RejectedRow]:
    """For a file of grades alone: ``ready`` rows of known outputs, found by the importer's own id."""
    cursor.execute(
        f"CREATE TEMP TABLE ready AS SELECT s._row, o.output_id FROM staged s JOIN output_name o "
        f"ON o.external_id = trim(s.{quoted(id_column)}) WHERE o.project_id = ?",
        [project_id],
    )
    rows = cursor.execute(
        f"SELECT _row, {quoted(id_column)} FROM staged ANTI JOIN ready USING (_row) ORDER BY _row"
    ).fetchall()
    return [
        RejectedRow(
            row=row, field="id", reason=f"no output has the id '{external_id or ''}'", raw=external_id or ""
        )
        for row, external_id in rows
    ]


def word_table(cursor: duckdb.DuckDBPyConnection) -> None:
    """The spellings of grades as a table to join with."""
    cursor.execute("CREATE TEMP TABLE grade_word (word VARCHAR, value VARCHAR)")
    cursor.executemany("INSERT INTO grade_word VALUES (?, ?)", list(GRADE_WORDS.items()))


def store_grades(
    cursor: duckdb.DuckDBPyConnection,
    project_id: str,
    *,
    grade: str,
    note: str | None,
    annotator: str | None,
    annotator_name: str,
) -> tuple[int, list[RejectedRow]]:
    """Insert the grades beside the ready rows. Returns (new grades, values that are no grades)."""
    noted = f"coalesce({quoted(note)}, '')" if note else "''"
    who = f"coalesce(nullif(trim({quoted(annotator)}), ''), ?)" if annotator else "?"
    value = f"lower(trim(s.{quoted(grade)}))"
    cursor.execute(
        f"CREATE TEMP TABLE given AS SELECT r._row, r.output_id, {value} AS word, w.value, "
        f"{noted} AS note, {who} AS annotator FROM ready r JOIN staged s USING (_row) "
        f"LEFT JOIN grade_word w ON w.word = {value} WHERE coalesce({value}, '') <> ''",
        [annotator_name],
    )
    bad = cursor.execute("SELECT _row, word FROM given WHERE value IS NULL ORDER BY _row").fetchall()
    identity = " || '|' || ".join(
        f"length({part}) || ':' || {part}" for part in ("output_id", "annotator", "value", "note")
    )
    inserted = cursor.execute(
        "INSERT INTO grade (grade_id, project_id, output_id, annotator, value, note, spans, "
        "judge_shown, source, made_at, stored_at) "
        "SELECT grade_id, ?, output_id, annotator, value, note, '[]', false, 'import', ?, "
        "?::TIMESTAMP + to_microseconds(_row) FROM (SELECT *, "
        f"'g_' || left(sha256({identity}), 32) AS grade_id FROM given WHERE value IS NOT NULL "
        "QUALIFY row_number() OVER (PARTITION BY grade_id ORDER BY _row) = 1) "
        "ANTI JOIN grade USING (grade_id)",
        [project_id, utc(now()), utc(now())],
    ).fetchone()
    reason = "'{}' is not a grade; use pass, fail or unsure"
    rejected = [
        RejectedRow(row=row, field=grade, reason=reason.format(word[:40]), raw=word[:RAW])
        for row, word in bad
    ]
    return int(inserted[0]) if inserted else 0, rejected


def store_verdicts(
    cursor: duckdb.DuckDBPyConnection, project_id: str, judge_version_id: str, batch_id: str, column: str
) -> tuple[int, list[RejectedRow]]:
    """Insert another tool's verdicts from a column. Returns (new ones, values that are none)."""
    value = f"lower(trim(s.{quoted(column)}))"
    rows = (
        f"SELECT r._row, r.output_id, {value} AS word, w.value FROM ready r JOIN staged s USING (_row) "
        f"LEFT JOIN grade_word w ON w.word = {value} WHERE coalesce({value}, '') <> ''"
    )
    bad = cursor.execute(f"SELECT _row, word FROM ({rows}) WHERE value IS NULL ORDER BY _row").fetchall()
    inserted = cursor.execute(
        "INSERT INTO verdict (output_id, judge_version_id, repeat, project_id, run_id, value, reason, "
        "raw, model, tokens_in, tokens_out, cost_usd, latency_ms, made_at) "
        "SELECT output_id, ?, 0, ?, ?, CASE value WHEN 'unsure' THEN 'abstain' ELSE value END, '', word, "
        f"'', 0, 0, 0, 0, ? FROM ({rows}) n WHERE value IS NOT NULL AND NOT EXISTS (SELECT 1 FROM verdict v "
        "WHERE v.output_id = n.output_id AND v.judge_version_id = ?) "
        "QUALIFY row_number() OVER (PARTITION BY output_id ORDER BY _row) = 1",
        [judge_version_id, project_id, batch_id, utc(now()), judge_version_id],
    ).fetchone()
    reason = "'{}' is not a verdict; use pass, fail or abstain"
    rejected = [RejectedRow(row=r, field=column, reason=reason.format(w[:40]), raw=w[:RAW]) for r, w in bad]
    return int(inserted[0]) if inserted else 0, rejected


def clear(cursor: duckdb.DuckDBPyConnection) -> None:
    """Drop the temporary tables of one file."""
    cursor.execute("DROP VIEW IF EXISTS temp.prepared")
    kind = cursor.execute(
        "SELECT table_type FROM information_schema.tables WHERE table_name = 'staged'"
    ).fetchone()
    if kind:
        cursor.execute(f"DROP {'VIEW' if kind[0] == 'VIEW' else 'TABLE'} temp.staged")
    for table in ("file_rows", "lines", "broken", "ready", "fresh", "first_of", "given", "grade_word"):
        cursor.execute(f"DROP TABLE IF EXISTS temp.{table}")
    for table in ("reject_errors", "reject_scans"):
        cursor.execute(f"DROP TABLE IF EXISTS temp.{table}")
