"""Flat tables for other tools, written by DuckDB itself as CSV, JSON lines or Parquet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelcore import files
from labelcore.errors import BadInput
from labelcore.store.connection import Database
from labelcore.store.filters import Filter, condition
from labelcore.wording import did_you_mean

_LABELS = (
    '(SELECT unnest(from_json($labels::JSON, \'[{"output_id": "VARCHAR", "criterion_id": "VARCHAR", '
    '"label": "VARCHAR", "settled_by": "VARCHAR", "passes": "BIGINT", "fails": "BIGINT", '
    '"unsure": "BIGINT", "ruled_by": "VARCHAR", "reason": "VARCHAR", '
    '"ruled_at": "TIMESTAMPTZ", "about": "VARCHAR"}]\'), recursive := true))'
)
_SETTLED = "l.label, l.settled_by, l.ruled_by, l.reason AS ruling_reason"
_OF_THE_WHOLE = f"LEFT JOIN {_LABELS} l ON l.output_id = t.output_id AND l.criterion_id IS NULL"
_OF_THE_SAME = (
    f"LEFT JOIN {_LABELS} l ON l.output_id = t.output_id "
    "AND l.criterion_id IS NOT DISTINCT FROM t.criterion_id"
)
_TOLD = (
    '(SELECT unnest(from_json($told::JSON, \'[{"criterion_id": "VARCHAR", "evidence": "JSON", '
    '"pass_examples": "JSON", "fail_examples": "JSON", "passes": "BIGINT", "fails": "BIGINT", '
    '"rulings": "JSON"}]\'), recursive := true))'
)
TABLES = {
    "outputs": (
        "SELECT t.output_id, external_id, group_key, input, context, conversation, output, "
        f"prompt_version, model, metadata, batch_id, imported_at, {_SETTLED} "
        f"FROM outputs t {_OF_THE_WHOLE} WHERE project_id = $project ORDER BY imported_at, row_number"
    ),
    "grades": (
        "SELECT t.output_id, external_id, annotator, value, t.criterion_id, criterion_version, t.* EXCLUDE "
        "(output_id, external_id, annotator, value, criterion_id, criterion_version, criterion, stored_at, "
        f"grade_id, project, project_id), {_SETTLED} FROM grades t {_OF_THE_SAME} AND t.field IS NULL "
        "WHERE project_id = $project ORDER BY stored_at, grade_id"
    ),
    "comparisons": (
        "SELECT c.first_id, a.external_id AS first_external_id, c.second_id, "
        "b.external_id AS second_external_id, c.annotator, c.value, c.note, c.seconds, "
        "CASE c.left_id WHEN c.first_id THEN 'first' WHEN c.second_id THEN 'second' END AS on_the_left, "
        "c.made_at AS compared_at, x.label AS first_label, y.label AS second_label FROM comparison_current c "
        "JOIN output_current a ON a.output_id = c.first_id "
        "JOIN output_current b ON b.output_id = c.second_id "
        f"LEFT JOIN {_LABELS} x ON x.output_id = c.first_id AND x.criterion_id IS NULL "
        f"LEFT JOIN {_LABELS} y ON y.output_id = c.second_id AND y.criterion_id IS NULL "
        "WHERE c.project_id = $project ORDER BY c.stored_at, c.comparison_id"
    ),
    "verdicts": (
        "SELECT t.output_id, external_id, judge, kind, version, t.criterion_id, judge_version_id, repeat, "
        "value, probability, t.reason, model, asked_model, tokens_in, tokens_out, cost_usd, latency_ms, "
        f"decided_at, {_SETTLED} FROM verdicts t {_OF_THE_SAME} "
        "WHERE project_id = $project ORDER BY judge, judge_version_id, output_id, repeat"
    ),
    "feedback": (
        "SELECT t.output_id, external_id, signal, value, meaning, person, t.reason, given_at, batch_id, "
        f"{_SETTLED} FROM feedback t {_OF_THE_WHOLE} "
        "WHERE project_id = $project ORDER BY given_at, feedback_id"
    ),
    "criteria": (
        "SELECT t.criterion_id, version, name, statement, severity, max_false_failure_rate, risk, "
        "risk_why, origin, status, keywords, parents, k.evidence, author, why, decided_at, "
        "k.pass_examples, k.fail_examples, k.passes, k.fails, k.rulings "
        f"FROM criteria t LEFT JOIN {_TOLD} k USING (criterion_id) "
        "WHERE project_id = $project ORDER BY t.criterion_id"
    ),
    "labels": (
        "SELECT t.output_id, external_id, t.criterion_id, c.name AS criterion, label, settled_by, passes, "
        "fails, unsure, ruled_by, t.reason AS ruling_reason, t.about AS unclear_criterion_id, t.ruled_at "
        f"FROM {_LABELS} t JOIN output_current o ON o.output_id = t.output_id "
        "LEFT JOIN criterion_current c ON c.criterion_id = t.criterion_id "
        "WHERE o.project_id = $project ORDER BY o.made_at, o.row_number, t.criterion_id NULLS FIRST"
    ),
}
_OF_OUTPUTS = {"outputs", "grades", "labels", "verdicts"}
_FORMATS = {
    ".csv": "FORMAT csv, HEADER",
    ".jsonl": "FORMAT json",
    ".ndjson": "FORMAT json",
    ".parquet": "FORMAT parquet",
}


@dataclass(frozen=True)
class ExportFacts:
    """What stages say of outputs and criteria, as JSON: rows of the columns of `_LABELS` and of `_TOLD`."""

    labels: str = "[]"
    told: str = "[]"


NOTHING_TOLD = ExportFacts()


def write(
    db: Database,
    project_id: str,
    what: str,
    out: Path,
    *,
    facts: ExportFacts = NOTHING_TOLD,
    selection: Filter | None = None,
) -> int:
    """Write one table, or its rows of outputs that are wanted, to a file whose ending names the format.

    Returns the number of rows.

    Raises:
        BadInput: the table or the ending is not known, has no outputs to filter, or cannot be written.
    """
    _check_table(what, filtered=bool(selection))
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
    sql = TABLES[what]
    parameters: dict[str, Any] = {"project": project_id}
    parameters |= {name: text for name, text in vars(facts).items() if f"${name}" in sql}
    if selection:
        where = condition(db, project_id, selection)
        some = f" AND t.output_id IN (SELECT output_id FROM output WHERE {where.sql}) ORDER BY "
        sql, parameters = sql.replace(" ORDER BY ", some, 1), parameters | where.parameters
    if form.startswith("FORMAT csv"):
        sql = _for_spreadsheets(db, sql, parameters)
    with files.whole(out) as partial:
        target = str(partial).replace("'", "''")
        count = db.rows(f"COPY ({sql}) TO '{target}' ({form})", parameters)
    return int(count[0][0])


def _for_spreadsheets(db: Database, sql: str, parameters: dict[str, Any]) -> str:
    """The same rows, with texts as ``files.for_spreadsheet`` has them."""
    columns = db.rows(f"SELECT column_name, column_type FROM (DESCRIBE {sql})", parameters)
    texts = [f'"{name}"' for name, kind in columns if kind == "VARCHAR"]
    replacements = ", ".join(
        f"CASE WHEN regexp_matches({name}, '{files.FORMULA.pattern}') AND TRY_CAST({name} AS DOUBLE) IS NULL "
        f"THEN '''' || {name} ELSE {name} END AS {name}"
        for name in texts
    )
    return f"SELECT * REPLACE ({replacements}) FROM ({sql})"


def _check_table(what: str, *, filtered: bool) -> None:
    if what not in TABLES:
        raise BadInput(
            "'{noun}' cannot be exported.{meant}",
            next_step="There are {tables}.",
            noun=what,
            meant=did_you_mean(what.lower(), TABLES),
            tables=list(TABLES),
        )
    if filtered and what not in _OF_OUTPUTS:
        raise BadInput(
            "A filter on outputs says nothing of {noun}.", next_step="Leave the filter out.", noun=what
        )
