"""Comparisons of two pipeline versions: the pairs that can be shown, and what people said of them."""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.models import Comparison, now
from labelcore.store import live
from labelcore.store.connection import Database, utc
from labelcore.store.lookups import remembers_of
from labelcore.store.rows import RowMapping

_COMPARISON = RowMapping(Comparison, "comparison", id="comparison_id", at="made_at")
_OF_PROJECT = "WHERE project_id = ? ORDER BY stored_at, comparison_id"
_ASKED = "(input <> '' OR context <> '' OR conversation::VARCHAR <> '[]')"
# The same case: input, context and conversation by the key that imports store, for which case and blanks make
# no difference, or, where a row has none of them, its group. A project with a row from before there were keys
# compares the texts, which is much slower.
_KEYED = "coalesce(input_key, group_key)"
_UNKEYED = f"""CASE WHEN {_ASKED}
    THEN hash(input, context, conversation) || '.' || hash(context, conversation, input) ELSE group_key END"""
_NO_KEY = f"SELECT count(*) FROM output WHERE project_id = ? AND input_key IS NULL AND {_ASKED}"
_PAIRS = """
WITH cases AS (
    SELECT output_id, prompt_version, model, made_at, row_number, {same} AS same
    FROM output WHERE project_id = $project{among}),
first AS (
    SELECT same, arg_min(output_id, (made_at, row_number)) AS id FROM cases
    WHERE same IS NOT NULL AND $first IN (prompt_version, model) GROUP BY same),
second AS (
    SELECT same, arg_min(output_id, (made_at, row_number)) AS id FROM cases
    WHERE same IS NOT NULL AND $second IN (prompt_version, model) GROUP BY same)
SELECT first.id, second.id FROM first JOIN second USING (same) WHERE first.id <> second.id
ORDER BY md5(first.id || second.id)
"""
_AMONG = """ AND {same} IN (
        SELECT {same} FROM output WHERE project_id = $project AND output_id IN (SELECT unnest($among)))"""


def versions(db: Database, project_id: str) -> dict[str, int]:
    """The names of prompt versions and models, with how many outputs each made."""
    rows = db.rows(
        "SELECT name, count(*) FROM (SELECT DISTINCT output_id, unnest([prompt_version, model]) AS name "
        "FROM output WHERE project_id = ?) WHERE name <> '' GROUP BY name ORDER BY name",
        [project_id],
    )
    return {str(name): int(n) for name, n in rows}


@remembers_of("output")
def pairs(db: Database, project_id: str, first: str, second: str) -> list[tuple[str, str]]:
    """(output of the first version, of the second) on the same input, in an order like chance."""
    return db.rows(_sql(db, project_id), {"project": project_id, "first": first, "second": second})


def pairs_among(
    db: Database, project_id: str, versions: tuple[str, str], output_ids: Sequence[str]
) -> list[tuple[str, str]]:
    """Those of the pairs that are on the input of one of these outputs."""
    first, second = versions
    parameters = {"project": project_id, "first": first, "second": second, "among": list(output_ids)}
    return db.rows(_sql(db, project_id, _AMONG), parameters)


def _sql(db: Database, project_id: str, among: str = "") -> str:
    ((without,),) = db.rows(_NO_KEY, [project_id])
    same = _UNKEYED if without else _KEYED
    return _PAIRS.format(same=same, among=among.format(same=same))


def record(db: Database, events: Sequence[Comparison]) -> list[str]:
    """Store events; durable when this returns, and each is stored once. Returns all their ids."""
    distinct = {event.id: event for event in events}
    old = stored(db, list(distinct))
    fresh = [event for id_, event in distinct.items() if id_ not in old]
    if fresh:
        _COMPARISON.add(db, fresh, stored_at=lambda _: utc(now()))
        live.follow(db, fresh)
    return list(distinct)


def stored(db: Database, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Those of the ids that are stored, with who made them in which project."""
    rows = db.rows(
        "SELECT DISTINCT comparison_id, annotator, project_id FROM comparison_unique "
        "WHERE comparison_id IN (SELECT unnest(?))",
        [list(ids)],
    )
    return {str(id_): (str(who), str(project_id)) for id_, who, project_id in rows}


def current(db: Database, project_id: str) -> list[Comparison]:
    """The comparisons that count now, oldest first."""
    return _COMPARISON.find(db, f"comparison_current {_OF_PROJECT}", [project_id])


def happened(db: Database, project_id: str) -> bool:
    """Whether any comparison counts now."""
    return bool(db.rows("SELECT 1 FROM comparison_current WHERE project_id = ? LIMIT 1", [project_id]))


def history(db: Database, project_id: str) -> list[Comparison]:
    """Every event that was ever stored, oldest first, undone ones included."""
    return _COMPARISON.find(db, f"comparison_unique {_OF_PROJECT}", [project_id])
