"""The SQL of an output's metadata: what of its row no other column holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from labelcore.store.formats.base import Staging, literal
from labelcore.store.formats.lines import plain_json, pointer
from labelcore.store.staging import FIELDS, expression

_HOLLOW = r'([{},]|"[^"]*":)*'
"""An object, or objects in objects, without a single value."""


def metadata_sql(staged: Staging, meta: Mapping[str, Sequence[str]]) -> str:
    """An expression that gives a JSON object. ``meta``: its columns, each with the paths into it left out."""
    whole, rest = (
        "json_object({})".format(
            ", ".join(
                f"{literal(name)}, {_without(expression(staged, name), name, paths)}"
                for name, paths in meta.items()
                if name != "details" and bool(paths) == is_rest
            )
        )
        for is_rest in (False, True)
    )
    plain = f"json_merge_patch({whole}, {rest})" if any(meta.values()) else whole
    if "details" in meta and staged.names == FIELDS:
        return f"json_merge_patch(coalesce({expression(staged, 'details')}, '{{}}')::JSON, {plain})::VARCHAR"
    return f"{plain}::VARCHAR"


def _without(text: str, name: str, paths: Sequence[str]) -> str:
    """SQL for a column's object without what stands at some paths; NULL where nothing else is in it."""
    if not paths:
        return text
    patches = [text]
    for path in paths:
        steps = path.removeprefix(name).strip(".").split(".")
        patch: dict[str, Any] | None = None
        for step in reversed(steps):
            patch = {step: patch}
        # Where nothing stands, a patch would make objects on the way there, also of what is none.
        there = f"json_exists({text}, {literal(pointer(steps))})"
        patches.append(f"CASE WHEN {there} THEN {literal(plain_json(patch))} ELSE '{{}}' END::JSON")
    is_object = f"CASE WHEN json_valid({text}) THEN json_type({text}) = 'OBJECT' END"
    rest = f"json_merge_patch({', '.join(patches)})::VARCHAR"
    remainder = f"CASE WHEN {is_object} THEN {rest} ELSE {text} END"
    return f"CASE WHEN NOT regexp_full_match({remainder}, {literal(_HOLLOW)}) THEN {remainder} END"


def lost_texts(cursor: duckdb.DuckDBPyConnection, staged: Staging, name: str) -> list[int]:
    """The rows whose texts in a column of details their outputs have not: the first row gave them these."""
    text, lines = expression(staged, name), "chr(10) || {} || chr(10)"
    there = f"coalesce(json_extract_string(metadata, {literal(pointer([name]))}), '')"
    rows = cursor.execute(
        f"SELECT _row FROM staged JOIN ready USING (_row) JOIN output USING (output_id) WHERE {text} <> '' "
        f"AND NOT contains({lines.format(there)}, {lines.format(text)}) ORDER BY _row"
    ).fetchall()
    return [row for (row,) in rows]
