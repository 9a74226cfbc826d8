"""Flat tables for other tools, written by DuckDB itself as CSV, JSON lines or Parquet."""

from __future__ import annotations

from pathlib import Path

from labelcore import files
from labelcore.errors import BadInput
from labelcore.store.connection import Database
from labelcore.store.filters import Filter, condition
from labelcore.wording import did_you_mean

TABLES = {
    "outputs": (
        "SELECT output_id, external_id, group_key, input, context, conversation, output, "
        "prompt_version, model, metadata, batch_id, imported_at "
        "FROM outputs WHERE project_id = $project ORDER BY imported_at, row_number"
    ),
    "grades": (
        "SELECT output_id, external_id, annotator, value, criterion_id, criterion_version, field, level, "
        "note, corrected_text, seconds, judge_shown, source, inclusion_probability, picked_because, "
        "graded_at FROM grades WHERE project_id = $project ORDER BY stored_at, grade_id"
    ),
    "comparisons": (
        "SELECT c.first_id, a.external_id AS first_external_id, c.second_id, "
        "b.external_id AS second_external_id, c.annotator, c.value, c.note, c.seconds, "
        "CASE c.left_id WHEN c.first_id THEN 'first' WHEN c.second_id THEN 'second' END AS on_the_left, "
        "c.made_at AS compared_at FROM comparison_current c "
        "JOIN output_current a ON a.output_id = c.first_id "
        "JOIN output_current b ON b.output_id = c.second_id "
        "WHERE c.project_id = $project ORDER BY c.stored_at, c.comparison_id"
    ),
    "verdicts": (
        "SELECT output_id, external_id, judge, kind, version, criterion_id, judge_version_id, repeat, "
        "value, probability, reason, model, asked_model, tokens_in, tokens_out, cost_usd, latency_ms, "
        "decided_at "
        "FROM verdicts WHERE project_id = $project ORDER BY judge, judge_version_id, output_id, repeat"
    ),
    "feedback": (
        "SELECT output_id, external_id, signal, value, meaning, person, reason, given_at, batch_id "
        "FROM feedback WHERE project_id = $project ORDER BY given_at, feedback_id"
    ),
    "criteria": (
        "SELECT criterion_id, version, name, statement, severity, max_false_failure_rate, risk, "
        "risk_why, origin, status, keywords, parents, evidence, author, why, decided_at "
        "FROM criteria WHERE project_id = $project ORDER BY criterion_id"
    ),
}
_OF_OUTPUTS = {"outputs", "grades", "verdicts"}
_FORMATS = {
    ".csv": "FORMAT csv, HEADER",
    ".jsonl": "FORMAT json",
    ".ndjson": "FORMAT json",
    ".parquet": "FORMAT parquet",
}


def write(db: Database, project_id: str, what: str, out: Path, wanted: Filter | None = None) -> int:
    """Write one table, or its rows of outputs that are wanted, to a file whose ending names the format.

    Returns the number of rows.

    Raises:
        BadInput: the table or the ending is not known, has no outputs to filter, or cannot be written.
    """
    if what not in TABLES:
        raise BadInput(
            "'{noun}' cannot be exported.{meant}",
            next_step="There are {tables}.",
            noun=what,
            meant=did_you_mean(what.lower(), TABLES),
            tables=list(TABLES),
        )
    form = _FORMATS.get(out.suffix.lower())
    if form is None:
        raise BadInput(
            "'{name}' does not say which format to write.",
            next_step="End the name in .csv, .jsonl or .parquet.",
            name=out.name,
        )
    if not out.parent.is_dir():
        raise BadInput(
            "There is no folder {parent}.", next_step="Make it, or name another.", parent=out.parent
        )
    sql, given = TABLES[what], {"project": project_id}
    if wanted:
        if what not in _OF_OUTPUTS:
            raise BadInput(
                "A filter on outputs says nothing of {noun}.", next_step="Leave the filter out.", noun=what
            )
        chosen = condition(db, project_id, wanted)
        some = f" AND output_id IN (SELECT output_id FROM output WHERE {chosen.sql}) ORDER BY "
        sql, given = sql.replace(" ORDER BY ", some, 1), chosen.parameters
    with files.whole(out) as partial:
        target = str(partial).replace("'", "''")
        written = db.rows(f"COPY ({sql}) TO '{target}' ({form})", given)
    return int(written[0][0])
