"""The SQL by which staged rows are checked and become outputs, grades, verdicts and feedback."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb

from labelcore.models import RejectedRow, name_key, now, tidy_name
from labelcore.store import remarks
from labelcore.store.chats import conversation_sql
from labelcore.store.connection import utc
from labelcore.store.formats.base import LARGEST_CELL, RAW, Staging, literal
from labelcore.store.formats.lines import plain_json
from labelcore.store.metadata_sql import metadata_sql
from labelcore.store.outputs import CONTENT_ID_SQL
from labelcore.store.sources import SOURCE_SQL, key_sql
from labelcore.store.staging import expression, insert, pages
from labelcore.text import chats
from labelcore.wording import Wording

_ROLES = "'user', 'assistant', 'system', 'tool', 'developer'"


def _key(field: str) -> str:
    """An id as people mean it: 1 and 1.0 are the same."""
    return f"regexp_replace(trim({field}), '^(-?\\d+)\\.0+$', '\\1')"


_TIME = (
    "CASE WHEN regexp_full_match({0}, '\\d{{10}}(\\.\\d+)?') THEN epoch_ms((TRY_CAST({0} AS DOUBLE) * "
    "1000)::BIGINT) "
    "WHEN regexp_full_match({0}, '\\d{{13}}') THEN epoch_ms(TRY_CAST({0} AS BIGINT)) "
    "WHEN regexp_full_match({0}, '\\d{{19}}') THEN epoch_ms(TRY_CAST({0} AS BIGINT) // 1000000) "
    "ELSE coalesce(TRY_CAST(TRY_CAST({0} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP), TRY_CAST({0} AS "
    "TIMESTAMP)) END"
)


def prepare(
    cursor: duckdb.DuckDBPyConnection,
    staged: Staging,
    project_id: str,
    mapped: Mapping[str, str],
    meta: Mapping[str, Sequence[str]],
    *,
    id_is_guess: bool,
) -> list[RejectedRow]:
    """Turn ``staged`` into ``ready`` rows with their identity. Returns the rows kept apart.

    ``meta``: the columns of the metadata, each with the paths into it that are left out.
    """

    def text(meaning: str) -> str:
        return f"coalesce({expression(staged, mapped[meaning])}, '')" if meaning in mapped else "''"

    unknown = _odd_chats(cursor, staged, mapped.get("conversation"))
    chat, conversation, rows = "conversation" in mapped, "'[]'", "staged"
    if chat:
        conversation = f"coalesce(odd.turns, {conversation_sql(text('conversation'))})"
        rows = "staged LEFT JOIN odd USING (_row) WHERE odd.turns IS DISTINCT FROM ''"
    # Rows without input, context and conversation are told apart by their group: the same short
    # answer to two documents is two outputs.
    nothing = "input = '' AND context = '' AND conversation = '[]'"
    cursor.execute(
        f"CREATE TEMP VIEW prepared AS SELECT *, CASE WHEN {nothing} AND group_key IS NOT NULL "
        "THEN chr(30) || group_key ELSE input END AS distinct_input, "
        f"CASE WHEN {nothing} THEN NULL ELSE {key_sql(with_chat=chat)} END AS input_key FROM (SELECT "
        f"_row, {literal(project_id)} AS project_id, "
        f"nullif(trim({text('id')}), '') AS external_id, nullif({text('group')}, '') AS group_key, "
        f"{text('input')} AS input, {text('output')} AS text, {text('context')} AS context, "
        f"{conversation} AS conversation, {text('prompt_version')} AS prompt_version, "
        f"{text('model')} AS model, {metadata_sql(staged, meta)} AS metadata, "
        f"{_TIME.format(text('at'))} AS produced_at FROM {rows})"
    )
    # Only keys are kept: the texts are read again from ``staged`` when they are stored.
    cursor.execute(
        "CREATE TEMP TABLE ready AS SELECT _row, external_id, model, prompt_version, group_key, input_key, "
        "length(text) AS size, NOT regexp_matches(text, '[^ ]') AS empty, "
        f"{CONTENT_ID_SQL.replace('input', 'distinct_input')} AS output_id FROM prepared"
    )
    return unknown + _kept_apart(cursor, id_is_guess=id_is_guess)


def _odd_chats(cursor: duckdb.DuckDBPyConnection, staged: Staging, column: str | None) -> list[RejectedRow]:
    """Conversations that SQL cannot tell who spoke in, read by Python into ``odd``; unknown ones go apart."""
    cursor.execute("CREATE TEMP TABLE odd (_row BIGINT, turns VARCHAR)")
    if column is None:
        return []
    text = expression(staged, column)
    plain = (
        f"CASE WHEN json_valid({text}) THEN CASE WHEN json_type({text}) = 'ARRAY' THEN len(list_filter("
        f"CAST({text} AS JSON[]), lambda m: coalesce(m->>'role', '') NOT IN ({_ROLES}) "
        "OR m->>'parts' IS NOT NULL)) = 0 END END"
    )
    odd = f"SELECT _row, {text} FROM staged WHERE coalesce({text}, '') <> '' AND NOT coalesce({plain}, false)"
    unknown: list[RejectedRow] = []
    reason = Wording("who spoke in this chat is not known")
    for rows in pages(cursor, odd):
        readings = [(row, chat, chats.turns(chat)) for row, chat in rows]
        insert(
            cursor, "odd", [(row, "" if turns is None else plain_json(turns)) for row, _, turns in readings]
        )
        unknown += [
            RejectedRow(row=row, field=column, reason=reason, raw=chat[:RAW])
            for row, chat, turns in readings
            if turns is None
        ]
    return unknown


def _kept_apart(cursor: duckdb.DuckDBPyConnection, *, id_is_guess: bool) -> list[RejectedRow]:
    checks = [
        ("output", Wording("the output is empty"), "''", "empty"),
        (
            "output",
            Wording("the output is longer than {most:,} characters", most=LARGEST_CELL),
            "''",
            f"size > {LARGEST_CELL}",
        ),
    ]
    if not id_is_guess:
        key = _key("external_id")
        first = (
            f"FROM first_of f WHERE f.key = {_key('ready.external_id')} AND f.model = ready.model "
            "AND f.prompt_version = ready.prompt_version"
        )
        cursor.execute(
            f"CREATE TEMP TABLE first_of AS SELECT {key} AS key, model, prompt_version, "
            "min(_row) AS first, arg_min(output_id, _row) AS first_id FROM ready "
            "WHERE external_id IS NOT NULL AND NOT empty GROUP BY ALL"
        )
        checks.append(
            (
                "id",
                Wording("the id {id} stands already in row {first} with a different text"),
                f"{{'id': external_id, 'first': (SELECT first {first})}}",
                f"external_id IS NOT NULL AND EXISTS (SELECT 1 {first} AND f.first_id <> ready.output_id)",
            )
        )
    rejected: list[RejectedRow] = []
    for field, reason, values, condition in checks:
        if cursor.execute(f"SELECT count(*) FROM ready WHERE {condition}").fetchone() == (0,):
            continue
        rows = cursor.execute(
            f"SELECT _row, {values}, (SELECT left(text, {RAW}) FROM prepared p WHERE p._row = ready._row "
            "LIMIT 1) "
            f"FROM ready WHERE {condition} ORDER BY _row"
        ).fetchall()
        rejected += [
            RejectedRow(row=row, field=field, reason=Wording(reason, **(details or {})), raw=raw)
            for row, details, raw in rows
        ]
        cursor.execute(f"DELETE FROM ready WHERE {condition}")
    return rejected


def _letters(text: str, some: int = 0) -> str:
    """The letters and digits of a text alone, in lower case; with ``some`` the first or last so many."""
    plain = f"regexp_replace(lower(nfc_normalize({text})), '[^\\pL\\pN]+', '', 'g')"
    return f"{'left' if some > 0 else 'right'}({plain}, {abs(some)})" if some else plain


def near_duplicates(cursor: duckdb.DuckDBPyConnection, *, leave_out: bool) -> int:
    """How many ready rows say the same as an earlier one but for case, blanks and punctuation.

    With ``leave_out`` they count as repeats of it: their grades and verdicts go to the first one.
    """
    place = "hash(coalesce(input_key, group_key, ''), model, prompt_version)"
    cursor.execute(
        f"CREATE TEMP TABLE near AS SELECT _row, output_id, {place} AS place FROM ready WHERE place IN "
        f"(SELECT {place} FROM ready GROUP BY 1 HAVING count(*) > 1)"
    )
    # Letters alone are slow to tell: of the few rows that share the rest, then their ends, then all.
    for letters in ("", _letters("left(text, 120)", 16), _letters("right(text, 120)", -16), _letters("text")):
        if cursor.execute("SELECT count(*) FROM near").fetchone() == (0,):
            return 0
        keys = (
            f"near JOIN (SELECT _row, {letters} AS letters FROM prepared) USING (_row)" if letters else "near"
        )
        cursor.execute(
            "CREATE OR REPLACE TEMP TABLE near AS WITH keyed AS (SELECT _row, output_id, "
            f"{'hash(place, letters) AS ' if letters else ''}place FROM {keys}), "
            "shared AS (SELECT place, arg_min(output_id, _row) AS first_id FROM keyed GROUP BY place "
            "HAVING min(output_id) < max(output_id)) SELECT _row, output_id, place, first_id FROM keyed "
            "JOIN shared USING (place)"
        )
    (count,) = cursor.execute(
        "SELECT count(DISTINCT output_id) FROM near WHERE first_id <> output_id"
    ).fetchone() or (0,)
    if count and leave_out:
        cursor.execute("UPDATE ready SET output_id = first_id FROM near WHERE near._row = ready._row")
    return int(count)


def store_outputs(cursor: duckdb.DuckDBPyConnection, batch_id: str) -> tuple[int, int, int]:
    """Insert the ready rows that are new.

    Returns (new outputs, outputs known from before, rows that repeat another row of the file).
    """
    counts = cursor.execute("SELECT count(*), count(DISTINCT output_id) FROM ready").fetchone()
    total, distinct = counts or (0, 0)
    cursor.execute(
        "CREATE TEMP TABLE fresh AS SELECT output_id, min(_row) AS _row, arg_min(group_key, _row) AS "
        "group_key, arg_min(input_key, _row) AS input_key FROM ready ANTI JOIN output USING (output_id) "
        "GROUP BY output_id"
    )
    (new,) = cursor.execute("SELECT count(*) FROM fresh").fetchone() or (0,)
    cursor.execute(
        "INSERT INTO output (output_id, project_id, external_id, group_key, input, text, context, "
        "conversation, prompt_version, model, metadata, batch_id, row_number, made_at, input_key, "
        "produced_at) SELECT f.output_id, project_id, external_id, coalesce(s.source, f.given), input, "
        "text, context, conversation, prompt_version, model, metadata, ?, f._row, ?, f.input_key, "
        f"produced_at FROM prepared p JOIN (SELECT *, {SOURCE_SQL} AS given FROM fresh) f USING (_row) "
        "LEFT JOIN sources s ON s.given = f.given AND s.input_key IS NOT DISTINCT FROM f.input_key",
        [batch_id, utc(now())],
    )
    if new < total:  # a row with known content adds no output, but other files may speak of it by its id
        cursor.execute(
            "INSERT INTO output_alias (external_id, project_id, output_id, batch_id, made_at) "
            "SELECT DISTINCT r.external_id, o.project_id, r.output_id, ?, ?::TIMESTAMP "
            "FROM ready r ANTI JOIN fresh USING (_row) JOIN output o ON o.output_id = r.output_id "
            "WHERE r.external_id IS NOT NULL "
            "AND NOT EXISTS (SELECT 1 FROM output_name n WHERE n.project_id = o.project_id "
            "AND n.external_id = r.external_id AND n.output_id = r.output_id)",
            [batch_id, utc(now())],
        )
    return new, distinct - new, total - distinct


def match_ids(
    cursor: duckdb.DuckDBPyConnection, staged: Staging, project_id: str, column: str
) -> list[RejectedRow]:
    """For a file of judgements alone: ``ready`` rows of known outputs, found by the importer's id."""
    name = expression(staged, column)
    cursor.execute(
        "CREATE TEMP TABLE ready AS SELECT s._row, min(o.output_id) AS output_id, count(DISTINCT "
        "o.output_id) AS found "
        f"FROM staged s JOIN output_name o ON {_key('o.external_id')} = {_key(name)} WHERE o.project_id = "
        "? GROUP BY ALL",
        [project_id],
    )
    rows = cursor.execute(
        f"SELECT _row, {name}, coalesce(found, 0) FROM staged LEFT JOIN ready USING (_row) "
        "WHERE found IS DISTINCT FROM 1 ORDER BY _row"
    ).fetchall()
    cursor.execute("DELETE FROM ready WHERE found > 1")
    return [
        RejectedRow(
            row=row,
            field=column,
            reason=Wording("{n} outputs have the id '{id}'", n=matches, id=name)
            if matches
            else Wording("no output has the id '{id}'", id=name or ""),
            raw=name or "",
        )
        for row, name, matches in rows
    ]


def matched(cursor: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """(rows, outputs) that were found by their ids."""
    counts = cursor.execute("SELECT count(*), count(DISTINCT output_id) FROM ready").fetchone()
    return (int(counts[0]), int(counts[1])) if counts else (0, 0)


def first_prepared(cursor: duckdb.DuckDBPyConnection, limit: int) -> list[dict[str, Any]]:
    """The first prepared rows as what people would see of them."""
    names = ("input", "context", "conversation", "text", "model", "external_id", "metadata")
    columns = ", ".join(names)
    rows = cursor.execute(
        f"SELECT {columns} FROM prepared SEMI JOIN ready USING (_row) ORDER BY _row LIMIT {limit}"
    ).fetchall()
    return [dict(zip(names, row, strict=True)) for row in rows]


def ready_counts(cursor: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many outputs the ready rows are, how many rows repeat one, how many outputs share their input."""
    return {
        "repeated": _count(cursor, "SELECT count(*) - count(DISTINCT output_id) FROM ready"),
        "outputs": _count(cursor, "SELECT count(DISTINCT output_id) FROM ready"),
        "same_input": _count(
            cursor,
            "SELECT coalesce(sum(n), 0) FROM (SELECT count(DISTINCT output_id) AS n FROM ready "
            "WHERE input_key IS NOT NULL GROUP BY input_key HAVING n > 1)",
        ),
    }


def _count(cursor: duckdb.DuckDBPyConnection, query: str) -> int:
    (n,) = cursor.execute(query).fetchone() or (0,)
    return int(n)


def spell_names(
    cursor: duckdb.DuckDBPyConnection, project_id: str, present_name: Callable[[str], str]
) -> None:
    """Write who graded as they were written first: "anna" is the Anna who signs in, or who graded before."""
    before = "SELECT annotator FROM grade_current WHERE project_id = ? GROUP BY 1 ORDER BY min(stored_at)"
    spelled: dict[str, str] = {}
    for (name,) in cursor.execute(before, [project_id]).fetchall():
        spelled.setdefault(name_key(name), name)

    def spelling(name: str) -> str:
        present = present_name(name)
        return present if present != name else spelled.setdefault(name_key(name), tidy_name(name) or name)

    remarks.spell(cursor, spelling)


def store_grades(
    cursor: duckdb.DuckDBPyConnection,
    project_id: str,
    batch_id: str,
    criteria: Mapping[str, tuple[str, int]],
    *,
    worst: bool = False,
) -> remarks.GradeCounts:
    """Insert the grades among the remarks that have a meaning.

    ``criteria``: the id and version of each criterion by its name among the remarks. A grade that is the
    person's current one already is not new; going back to an earlier one is. ``worst``: of a person's
    several grades of an output the worst counts, else the last one; the notes of equal ones are joined.
    """
    first = "array_position(['fail', 'unsure', 'pass'], value), " if worst else ""
    rows = [(name, *criterion) for name, criterion in criteria.items()]
    cursor.execute("CREATE TEMP TABLE asked (name VARCHAR, criterion_id VARCHAR, criterion_version BIGINT)")
    insert(cursor, "asked", rows)
    identity = " || '|' || ".join(
        f"length({part}) || ':' || {part}"
        for part in ("output_id", "annotator", "value", "note", "coalesce(criterion_id, '')", "batch")
    )
    inserted = cursor.execute(
        "INSERT INTO grade (grade_id, project_id, output_id, annotator, value, criterion_id, "
        "criterion_version, note, spans, judge_shown, source, made_at, stored_at, batch_id) "
        f"SELECT 'g_' || left(sha256({identity}), 32), $project, output_id, annotator, value, criterion_id, "
        "criterion_version, note, '[]', false, 'import', coalesce(moment, $now), $now::TIMESTAMP + "
        "to_microseconds(_row), $batch FROM (SELECT DISTINCT ON (output_id, annotator, criterion_id) "
        "max(last) AS _row, output_id, annotator, value, coalesce(string_agg(nullif(note, ''), chr(10) ORDER "
        "BY first), '') AS note, criterion_id, criterion_version, $batch AS batch, "
        f"{_TIME.format('arg_max(said_at, last)')} AS moment FROM (SELECT r.output_id, m.who AS annotator, "
        "m.meaning AS value, m.reason AS note, a.criterion_id, a.criterion_version, min(m._row) AS first, "
        "max(m._row) AS last, arg_max(m.said_at, m._row) AS said_at FROM remarks m JOIN ready r USING (_row) "
        "LEFT JOIN asked a USING (name) WHERE m.kind = 'grade' AND m.meaning IS NOT NULL GROUP BY ALL) GROUP "
        f"BY output_id, annotator, value, criterion_id, criterion_version ORDER BY {first}_row DESC) n "
        "WHERE NOT EXISTS (SELECT 1 FROM grade_current c WHERE "
        "c.output_id = n.output_id AND c.annotator = n.annotator AND c.criterion_id IS NOT DISTINCT FROM "
        "n.criterion_id AND c.value = n.value AND coalesce(c.note, '') = n.note)",
        {"project": project_id, "now": utc(now()), "batch": batch_id},
    ).fetchone()
    return remarks.counted_grades(cursor, int(inserted[0]) if inserted else 0)


def store_verdicts(
    cursor: duckdb.DuckDBPyConnection, project_id: str, judge_version_id: str, batch_id: str, name: str
) -> int:
    """Insert another tool's verdicts of one name that have a meaning. Returns how many are new."""
    inserted = cursor.execute(
        "INSERT INTO verdict (output_id, judge_version_id, repeat, project_id, run_id, value, reason, raw, "
        "model, tokens_in, tokens_out, cost_usd, latency_ms, made_at) "
        "SELECT output_id, $judge, 0, $project, $batch, CASE meaning WHEN 'unsure' THEN 'abstain' ELSE "
        "meaning END, reason, value, '', 0, 0, 0, 0, $now FROM (SELECT DISTINCT ON (output_id) r.output_id, "
        "m.meaning, m.reason, m.value FROM remarks m JOIN ready r USING (_row) WHERE m.kind = 'verdict' AND "
        "m.name = $name "
        "AND m.meaning IS NOT NULL ORDER BY m._row) n WHERE NOT EXISTS (SELECT 1 FROM verdict v "
        "WHERE v.output_id = n.output_id AND v.judge_version_id = $judge)",
        {
            "judge": judge_version_id,
            "project": project_id,
            "batch": batch_id,
            "now": utc(now()),
            "name": name,
        },
    ).fetchone()
    return int(inserted[0]) if inserted else 0


def store_feedback(cursor: duckdb.DuckDBPyConnection, project_id: str, batch_id: str) -> int:
    """Insert the signals of a product's users. Returns how many are new, or have a meaning that is new."""
    inserted = cursor.execute(
        "INSERT INTO signal (feedback_id, project_id, output_id, name, value, meaning, person, "
        "reason, batch_id, made_at, stored_at) "
        "SELECT * FROM (SELECT DISTINCT ON (feedback_id) 'f_' || left(sha256(concat_ws(chr(31), r.output_id, "
        "m.name, m.value, m.who, m.reason, m.said_at)), 32) AS feedback_id, $project, r.output_id, m.name, "
        "m.value, m.meaning, m.who, m.reason, $batch, "
        f"coalesce({_TIME.format('m.said_at')}, $now), $now::TIMESTAMP "
        "FROM remarks m JOIN ready r USING (_row) WHERE m.kind = 'feedback') n "
        "WHERE NOT EXISTS (SELECT 1 FROM signal_current c WHERE c.feedback_id = n.feedback_id "
        "AND coalesce(n.meaning, c.meaning) IS NOT DISTINCT FROM c.meaning)",
        {"project": project_id, "batch": batch_id, "now": utc(now())},
    ).fetchone()
    return int(inserted[0]) if inserted else 0
