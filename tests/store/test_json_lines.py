"""JSON lines are read at once where all are alike, and in two steps where one is not: with one result."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, strategies as st

from labelcore.errors import BadInput
from labelcore.store.formats import lines

_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
_VALUES = st.one_of(_TEXTS, st.integers(), st.booleans(), st.none(), st.lists(_TEXTS, max_size=2))
_OBJECTS = st.dictionaries(st.sampled_from(["a", "b/c", "d~", "", "键"]), _VALUES, max_size=4)
_ODD = st.sampled_from(
    ["", " ", "{}", "[1]", "3", "null", '{"a": NaN}', '{"a": 1', '{"a": 1, "a": 2}', "{}x"]
)
Outcome = tuple[tuple[str, ...], list[tuple[object, ...]], list[int]]


def read(text: str, folder: Path, *, at_once: bool) -> Outcome | str:
    """The columns, rows and broken rows of a file; why it is refused."""
    path = folder / "a.jsonl"
    path.write_text(text, encoding="utf-8")
    with duckdb.connect() as cursor:
        cursor.execute("BEGIN")
        try:
            staged = (lines.stage if at_once else lines._stage_any)(cursor, path)
        except BadInput as refused:
            return str(refused)
        rows = cursor.execute("SELECT * FROM staged ORDER BY _row").fetchall()
        return tuple(staged.names), rows, [row.row for row in staged.broken]


@pytest.mark.whole
@given(
    rows=st.lists(
        st.one_of(_OBJECTS.map(lambda row: json.dumps(row, ensure_ascii=False)), _ODD), min_size=1, max_size=8
    )
)
def test_a_file_reads_the_same_at_once_and_in_steps(
    rows: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_LOOKED_AT", 1)  # a key of the second line is one that comes late
        text = "\n".join(rows)
        assert read(text, folder, at_once=True) == read(text, folder, at_once=False)


def test_lines_that_are_alike_are_not_kept_beside_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"output": "answer {n}", "id": {n}}}\n' for n in range(30)))
    with duckdb.connect() as cursor:
        cursor.execute("BEGIN")
        assert lines.stage(cursor, path).names == ("output", "id")
        tables = cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        assert ("lines",) not in tables
        assert cursor.execute("SELECT min(_row), max(_row), count(*) FROM staged").fetchone() == (1, 30, 30)
