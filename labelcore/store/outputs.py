"""Outputs: one row for each content, identified by its hash."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from labelcore.models import Output
from labelcore.store.connection import Database, to_json
from labelcore.store.lookups import remembers_of, written
from labelcore.store.rows import RowMapping

STORED = RowMapping(Output, "output", at="made_at", id="output_id")
# The filter stands before this window: a view's would first sort all outputs with their texts.
_FIRST = "QUALIFY row_number() OVER (PARTITION BY output_id ORDER BY made_at, batch_id) = 1"
_HASHED = ("project_id", "input", "text", "context", "conversation", "prompt_version", "model")
_CHUNK = 2_000
COLUMNS = ("model", "prompt_version", "group_key", "batch_id", "external_id")
"""The fields of an output that may be asked for like a metadata key."""
VALUE_OF_FIELD = (
    "coalesce(CASE $field "
    + " ".join(f"WHEN '{column}' THEN {column}" for column in COLUMNS)
    + " ELSE json_extract_string(metadata, $path) END, '')"
)
"""SQL for one field or metadata key of an output, '' where it is missing; see `path_of_field`."""
_MOST_KEPT, _LARGEST_KEPT = 4_000, 20_000
_keeping = threading.Lock()


def content_id(
    project_id: str,
    text: str,
    *,
    input: str = "",  # noqa: A002 - the field's name
    context: str = "",
    conversation: str = "[]",
    prompt_version: str = "",
    model: str = "",
) -> str:
    """The identity of an output: SHA-256 over its content fields, each with its length to be unambiguous.

    ``CONTENT_ID_SQL`` is the same function for rows that are already in the database.
    """
    fields = (project_id, input, text, context, conversation, prompt_version, model)
    content = "".join(f"{len(field)}:{field}" for field in fields)
    return "o_" + hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]


CONTENT_ID_SQL = (
    "'o_' || left(sha256(concat("
    + ", ".join(f"length({field}), ':', {field}" for field in _HASHED)
    + ")), 32)"
)
"""SQL expression over the columns of a staged row; ``conversation`` must be its text."""


def add(db: Database, outputs: Sequence[Output]) -> int:
    """Store the outputs that are not there yet. Returns how many were new."""
    old = existing(db, [output.id for output in outputs])
    fresh = {output.id: output for output in outputs if output.id not in old}
    rows = []
    for number, output in enumerate(fresh.values(), 1):
        # Fields that a turn does not have stay out, as they do where an import writes conversations.
        turns = [turn.model_dump(mode="json", exclude_defaults=True) for turn in output.conversation]
        row = STORED.named(output) | {"conversation": to_json(turns), "row_number": number}
        rows.append(tuple(row.values()))
    db.append("output", (*STORED.columns, "row_number"), rows)
    written(db, "output")
    return len(fresh)


def existing(db: Database, ids: Sequence[str], project_id: str | None = None) -> set[str]:
    """Those of the ids that are stored (as outputs of a project)."""
    with _keeping:
        memory = _kept(db)
        outputs = [memory[output_id] for output_id in ids if output_id in memory]
    if ids and len(outputs) == len(ids):
        return {output.id for output in outputs if project_id in {None, output.project_id}}
    sql = "SELECT DISTINCT output_id FROM output WHERE output_id IN (SELECT unnest($ids)) "
    sql += "AND coalesce(project_id = $project, true)"
    return {row[0] for row in db.rows(sql, {"ids": list(ids), "project": project_id})}


def get(db: Database, output_id: str, project_id: str) -> Output | None:
    """One output of a project by its id, by a unique beginning of it, or by the importer's id."""
    by_name = "output_id IN (SELECT output_id FROM output_name WHERE external_id = ?)"
    for condition in ("output_id = ?", by_name, "starts_with(output_id, ?)"):
        where = f"project_id = ? AND {condition}"
        outputs = STORED.find(db, f"output WHERE {where} {_FIRST} LIMIT 2", [project_id, output_id])
        if len(outputs) == 1:
            return outputs[0]
    return None


def many(db: Database, ids: Sequence[str], soon: Sequence[str] = ()) -> dict[str, Output]:
    """Outputs by their ids; the ones asked for lately come from memory, because none ever changes.

    ``soon``: ids that will be asked for next; they are read along when something must be read.
    """
    distinct = list(dict.fromkeys(ids))
    with _keeping:
        memory = _kept(db)
        outputs = {output_id: memory[output_id] for output_id in distinct if output_id in memory}
    missing = [output_id for output_id in distinct if output_id not in outputs]
    if missing:
        along = [output_id for output_id in soon if output_id not in memory]
        some = f"output WHERE output_id IN (SELECT unnest(?)) {_FIRST}"
        fresh = {output.id: output for output in STORED.find(db, some, [missing + along])}
        outputs |= fresh
        db.after_commit(lambda: _keep(db, fresh))
    return {output_id: outputs[output_id] for output_id in distinct if output_id in outputs}


def _keep(db: Database, outputs: dict[str, Output]) -> None:
    small = {key: output for key, output in outputs.items() if len(output.text) < _LARGEST_KEPT}
    if len(small) > _MOST_KEPT // 4:
        return  # a pass over everything must not push out what people are grading
    with _keeping:
        memory = _kept(db)
        memory.update(small)
        while len(memory) > _MOST_KEPT:
            memory.popitem(last=False)


def _kept(db: Database) -> OrderedDict[str, Output]:
    outputs: OrderedDict[str, Output] = db.memory.setdefault((Output,), OrderedDict())
    return outputs


def ids(db: Database, project_id: str, limit: int | None = None) -> list[str]:
    """All output ids of a project, or the first of them, in the order of import."""
    rows = db.rows(
        "SELECT output_id FROM (SELECT output_id, min(made_at) AS first, min(row_number) AS place "
        "FROM output WHERE project_id = ? GROUP BY output_id) ORDER BY first, place LIMIT ?",
        [project_id, limit],
    )
    return [row[0] for row in rows]


def some_ids(db: Database, project_id: str, most: int) -> list[str]:
    """So many outputs at most, in an order like chance: the same while the outputs and DuckDB's hash are."""
    rows = db.rows(
        "SELECT output_id FROM output WHERE project_id = ? GROUP BY output_id "
        "ORDER BY hash(output_id), output_id LIMIT ?",
        [project_id, most],
    )
    return [row[0] for row in rows]


def first_of(db: Database, project_id: str) -> Output | None:
    """The output that came first, None where there is none."""
    rows = db.rows(
        "SELECT output_id FROM output WHERE project_id = ? ORDER BY made_at, row_number LIMIT 1", [project_id]
    )
    return get(db, rows[0][0], project_id) if rows else None


def newest_batch(db: Database, project_id: str) -> set[str]:
    """The outputs that the latest import brought in."""
    rows = db.rows(
        "SELECT output_id FROM output WHERE project_id = ? AND batch_id = (SELECT batch_id FROM output "
        "WHERE project_id = ? ORDER BY made_at DESC, batch_id DESC LIMIT 1)",
        [project_id, project_id],
    )
    return {row[0] for row in rows}


def produced(db: Database, ids: Sequence[str]) -> dict[str, datetime]:
    """When outputs were made, of those of which a file said it."""
    rows = db.rows(
        "SELECT output_id, min(produced_at) FROM output WHERE output_id IN (SELECT unnest(?)) "
        "AND produced_at IS NOT NULL GROUP BY output_id",
        [list(ids)],
    )
    return dict(rows)


def groups(db: Database, project_id: str) -> dict[str, str]:
    """The group of every output of a project (its id where none was given)."""
    rows = db.rows(
        "SELECT output_id, coalesce(group_key, output_id) FROM output_current WHERE project_id = ?",
        [project_id],
    )
    return dict(rows)


def groups_of(db: Database, output_ids: Sequence[str]) -> dict[str, str]:
    """The groups of some outputs."""
    rows = db.rows(
        f"SELECT output_id, coalesce(group_key, output_id) FROM output "
        f"WHERE output_id IN (SELECT unnest(?)) {_FIRST}",
        [list(output_ids)],
    )
    return dict(rows)


def strata(db: Database, output_ids: Sequence[str], field: str) -> dict[str, str]:
    """The value of one field or metadata key for some outputs ('' where it is missing)."""
    sql = f"SELECT output_id, {VALUE_OF_FIELD} FROM output WHERE output_id IN (SELECT unnest($ids)) {_FIRST}"
    return dict(db.rows(sql, {"ids": list(output_ids), **path_of_field(field)}))


def path_of_field(field: str) -> dict[str, str]:
    """The parameters of `VALUE_OF_FIELD`."""
    return {"field": field, "path": pointer(field)}


def pointer(key: str) -> str:
    """The JSON pointer of a metadata key, whatever is in it."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def kinds(db: Database, project_id: str) -> dict[str, str]:
    """A coarse kind for every output: model, class of length, format and script."""
    rows = db.rows(
        "SELECT output_id, concat_ws('/', model, floor(log2(length(text) + 1)), "
        "CASE WHEN ltrim(text)[1] IN ('{', '[') THEN 'json' WHEN contains(text, '\n- ') "
        "OR contains(text, '\n#') OR contains(text, '**') THEN 'markdown' ELSE 'plain' END, "
        "CASE WHEN regexp_matches(text, '[\\x{4e00}-\\x{9fff}]') THEN 'han' ELSE 'other' END) "
        "FROM output_current WHERE project_id = ?",
        [project_id],
    )
    return dict(rows)


@remembers_of("output")
def count(db: Database, project_id: str) -> int:
    """How many outputs a project has."""
    return int(
        db.rows("SELECT count(DISTINCT output_id) FROM output WHERE project_id = ?", [project_id])[0][0]
    )


def chunks(db: Database, ids: Iterable[str], size: int = _CHUNK) -> Iterator[list[Output]]:
    """Outputs by id, a bounded number at a time, in the order asked for."""
    rest = list(ids)
    for start in range(0, len(rest), size):
        part = rest[start : start + size]
        outputs = many(db, part)
        yield [outputs[output_id] for output_id in part if output_id in outputs]


def metadata_keys(db: Database, project_id: str) -> list[str]:
    """The metadata keys that a project's outputs carry, by name."""
    rows = db.rows(
        "SELECT DISTINCT unnest(json_keys(metadata)) AS name FROM output WHERE project_id = ? ORDER BY name",
        [project_id],
    )
    return [row[0] for row in rows]
