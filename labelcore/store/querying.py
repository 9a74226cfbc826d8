"""Questions in SQL of whoever may read everything: one statement that reads stored rows, nothing else.

Its syntax tree may name only tables and views of this database and functions that touch neither files nor
settings. DuckDB refuses to write in its transaction (except to temporary tables, which the tree cannot make),
and that is taken back. Extensions are never fetched, nor variables of Python found (see ``connect``).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import duckdb

from labelcore.errors import BadInput
from labelcore.store.connection import Database
from labelcore.store.shortages import tell_shortage
from labelcore.store.tables_read import views
from labelcore.wording import Wording

_NODES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
_TABLE_FUNCTIONS = set(
    "duckdb_columns duckdb_tables duckdb_views generate_series json_each json_tree range unnest".split()
)
_REFUSED = set(
    "current_setting currval getenv getvariable nextval pg_sleep setseed setval sleep_ms write_log".split()
)
_SECRET = {"credential", "notice_rules", "project", "project_current", "project_unique"}
"""Where it stands what proves who somebody is, and what posts, packs and cards' names are signed with."""
_LISTS = {"tables", "__show_tables_expanded"}
_READ_ONLY = Wording("Only one statement that reads is run: SELECT, WITH, FROM, SHOW TABLES or DESCRIBE.")
_NEXT = Wording(
    "`SHOW TABLES` names what there is; docs/querying.md describes the views meant for questions."
)


class QueryRows(NamedTuple):
    """The rows of a question, at most as many as were asked for; ``truncated``: there are more."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    truncated: bool


def query(db: Database, sql: str, limit: int = 1_000, seconds: float = 30) -> QueryRows:
    """Answer a question.

    Raises:
        BadInput: it is not one statement that only reads, or is wrong, or takes longer than ``seconds``.
    """
    with db.reading() as cursor:
        _check(cursor, sql)
        timer = threading.Timer(seconds, cursor.interrupt)
        timer.start()
        try:
            cursor.execute(sql)
            rows = cursor.fetchmany(limit + 1)
        except duckdb.InterruptException:
            raise BadInput(
                "The question took longer than {seconds:g} seconds.",
                next_step="Ask for fewer rows, or for one project with WHERE project = '…'.",
                seconds=seconds,
            ) from None
        except duckdb.Error as trouble:
            tell_shortage(trouble)
            raise _wrong(str(trouble)) from trouble
        finally:
            timer.cancel()
        columns = [str(column[0]) for column in cursor.description or ()]
    return QueryRows(columns, rows[:limit], len(rows) > limit)


def _check(cursor: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as trouble:
        raise _wrong(str(trouble)) from trouble
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise _refused()
    serialized = cursor.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
    try:
        tree = json.loads(serialized[0]) if serialized else {"error": True}
    except RecursionError:
        raise _wrong(Wording("it is nested too deeply.")) from None
    if tree["error"]:  # PIVOT and the like are several statements
        raise _refused()
    parts = list(_parts(tree["statements"]))
    ctes = {entry["key"] for part in parts for entry in part.get("cte_map", {}).get("map", ())}
    tables = _known(cursor, ctes)
    schemas = {"", "main", *cursor.execute("SELECT current_database()").fetchall()[0]}
    for part in parts:
        _check_part(part, tables, schemas)


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a syntax tree."""
    rest = [tree]
    while rest:
        node = rest.pop()
        if isinstance(node, dict):
            yield node
            rest += node.values()
        elif isinstance(node, list):
            rest += node


def _known(cursor: duckdb.DuckDBPyConnection, ctes: Iterable[str]) -> set[str]:
    """What may be asked: the database's tables, the views that labelcore made of them, and what a WITH names.

    Within its definition a WITH's name is still that of a table or view, so where there is one it adds none.
    """
    rows = cursor.execute(
        "SELECT table_name, database_name = current_database() AND NOT temporary FROM duckdb_tables() "
        "UNION ALL SELECT view_name, false FROM duckdb_views()"
    ).fetchall()
    new = {name.lower() for name in ctes if name.isidentifier()} - {name for name, _ in rows}
    return ({name for name, is_table in rows if is_table} | views().keys()) - _SECRET | new


def _check_part(part: dict[str, Any], tables: set[str], schemas: set[str]) -> None:
    kind, function = str(part.get("type", "")), str(part.get("function_name", "")).lower()
    if kind.endswith("_NODE") and kind not in _NODES:
        raise _refused()
    if kind in {"BASE_TABLE", "SHOW_REF"}:
        _check_table(part, tables, schemas)
    if kind == "TABLE_FUNCTION" and part["function"].get("function_name", "").lower() not in _TABLE_FUNCTIONS:
        raise _refused(str(part["function"].get("function_name")))
    if function in _REFUSED or function.startswith(("read_", "write_")):
        raise _refused(function)


def _check_table(part: dict[str, Any], tables: set[str], schemas: set[str]) -> None:
    name = str(part.get("table_name") or "").strip('"').lower()
    if part["type"] == "SHOW_REF" and (part.get("query") or name in _LISTS):
        return  # what is described is a part of the tree too
    schema, catalog = str(part.get("schema_name") or ""), str(part.get("catalog_name") or "")
    if schema == "information_schema" and not catalog and name.isidentifier():
        return
    if name not in tables or schema not in schemas or catalog not in schemas:
        full_name = ".".join(filter(None, [catalog, schema, part.get("table_name")]))
        raise BadInput("There is no table or view '{shown}' to ask.", next_step=_NEXT, shown=full_name)


def _refused(function: str = "") -> BadInput:
    if not function:
        return BadInput(_READ_ONLY, next_step=_NEXT)
    return BadInput(
        "{function}() is not for questions. {read_only}",
        next_step=_NEXT,
        function=function,
        read_only=_READ_ONLY,
    )


def _wrong(message: str) -> BadInput:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return BadInput(
        "The question cannot be answered: {reason}",
        next_step=_NEXT,
        reason=message if isinstance(message, Wording) else lines[0],
    )
