"""Which rows come from one source: those of one group, and those that ask the same, however it is written."""

from __future__ import annotations

import itertools

import duckdb

from labelcore.store.connection import Database
from labelcore.store.filters import kept
from labelcore.store.formats.base import literal
from labelcore.text import chats

_BLANKS = "' ', chr(9), chr(10), chr(13), chr(160), chr(12288)"
_SAID = "json_extract_string(conversation, '/0/content')"
_USERS = ", ".join(map(literal, chats.words_for("user")))
_ONE_QUESTION = (
    "json_array_length(conversation) = 1 AND "
    f"lower(json_extract_string(conversation, '/0/role')) IN ({_USERS}) AND input IN ('', {_SAID})"
)

SOURCE_SQL = "coalesce(group_key, 'i' || left(input_key, 15))"
"""What a ready row says of its source: its group, or its input."""


def key_sql(*, with_chat: bool) -> str:
    """SQL over input, context and conversation: a key that is the same where they differ in case, white
    space or Unicode form only, and where a chat is nothing but the question.
    """
    question, chat = "input", "''"
    if with_chat:
        question = f"CASE WHEN {_ONE_QUESTION} THEN {_SAID} ELSE input END"
        chat = f"CASE WHEN conversation = '[]' OR {_ONE_QUESTION} THEN '' ELSE conversation END"
    text = f"{question} || chr(31) || context || chr(31) || {chat}"
    for blank in _BLANKS.split(", "):
        text = f"replace({text}, {blank}, '')"
    return f"md5(nfc_normalize(lower({text})))"


def join_sources(cursor: duckdb.DuckDBPyConnection, project_id: str) -> None:
    """The sources of ready rows in ``sources``: rows of one group, or with the same input, share one. Where
    no row has a group, only those that are not called as their input says.

    The same input in two groups makes one source of both; one that is stored already keeps its name.
    """
    known = (
        "SELECT input_key, min(group_key) AS source FROM output WHERE project_id = $project AND input_key IS "
        "NOT NULL AND group_key IS NOT NULL GROUP BY input_key"
    )
    (n_groups,) = cursor.execute("SELECT count(group_key) FROM ready").fetchone() or (0,)
    cursor.execute(
        f"CREATE TEMP TABLE sources AS WITH known AS ({known}) SELECT DISTINCT {SOURCE_SQL} AS given, "
        f"input_key, coalesce(known.source, given) AS source FROM ready {'LEFT' if n_groups else ''} JOIN "
        "known USING (input_key) WHERE group_key IS NOT NULL OR input_key IS NOT NULL",
        {"project": project_id},
    )
    for field in itertools.cycle(("given", "input_key")) if n_groups else ():
        (count,) = cursor.execute(
            f"UPDATE sources SET source = least.source FROM (SELECT {field} AS shared, min(source) AS source "
            f"FROM sources WHERE {field} IS NOT NULL GROUP BY {field}) least "
            f"WHERE least.shared = sources.{field} AND least.source < sources.source"
        ).fetchone() or (0,)
        if not count and field == "input_key":
            return


def _meant(text: str) -> str:
    """What a text says but for case, blanks and punctuation; a minus, a sign and a point in a number stay."""
    kept_points = f"regexp_replace(lower(nfc_normalize({text})), '(\\pN)[.,:/](\\pN)', '\\1p\\2', 'g')"
    kept_minus = f"regexp_replace({kept_points}, '[-−](\\pN)', 'm\\1', 'g')"
    return f"regexp_replace({kept_minus}, '[^\\pL\\pN\\pS%]+', '', 'g')"


def near_families(db: Database, project_id: str) -> dict[str, tuple[str, ...]]:
    """Output id -> itself and the near-identical outputs of its source, the first imported first.

    Near-identical: they ask and say the same but for case, blanks and punctuation.
    """
    shared = "SELECT group_key FROM output WHERE project_id = $project GROUP BY group_key HAVING count(*) > 1"
    keys = ", ".join(_meant(part) for part in ("text", "input", "context", "conversation"))
    query = (
        "SELECT list(output_id ORDER BY made_at, row_number, output_id) FROM output "
        f"WHERE project_id = $project AND group_key IN ({shared}) AND {_meant('text')} <> '' "
        f"GROUP BY group_key, {keys} HAVING count(DISTINCT output_id) > 1"
    )

    def read() -> dict[str, tuple[str, ...]]:
        families = (tuple(dict.fromkeys(ids)) for (ids,) in db.rows(query, {"project": project_id}))
        return {output_id: family for family in families for output_id in family}

    return kept(db, project_id, "near families", read)
