"""A row's number is the line where it begins, as an editor shows it; in a document the place of its item."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labelcore.stages import importing
from labelcore.workspace import Workspace


def bring(workspace: Workspace, path: Path, content: str) -> tuple[dict[str, int], list[int]]:
    """The row of each output by its text, and the rows that were kept apart."""
    path.write_bytes(content.encode())
    result = importing.import_file(workspace, str(path))
    batch = result.batch
    assert batch.rows_read == batch.outputs_new + batch.duplicates + batch.rows_rejected
    placed = dict(workspace.db.rows("SELECT text, row_number FROM output ORDER BY row_number"))
    return placed, [row.row for row in result.rejected]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blank_lines_count(workspace: Workspace, tmp_path: Path, end: str) -> None:
    lines = ["id,output", "", "1,one", "", "", "2,two,surplus", "3,", "4,four", "", ""]
    placed, apart = bring(workspace, tmp_path / "a.csv", end.join(lines))
    assert (placed, apart) == ({"one": 3, "four": 8}, [6, 7])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_breaks_within_cells_count(workspace: Workspace, tmp_path: Path, end: str) -> None:
    lines = [
        "id,output",
        '1,"one',
        "",
        'more ""so"" far"',
        "2,two,surplus",
        '"3',
        'x",three',
        "4",
        "5,",
        "6,six",
    ]
    placed, apart = bring(workspace, tmp_path / "a.csv", end.join(lines))
    assert sorted(placed.values()) == [2, 6, 10]
    assert apart == [5, 8, 9]


@pytest.mark.parametrize(("first", "second"), [("\n", "\r\n"), ("\r\n", "\n"), ("\n", "\r"), ("\r\n", "\r")])
def test_rows_may_end_in_different_ways(
    workspace: Workspace, tmp_path: Path, first: str, second: str
) -> None:
    rows = [
        "id,output",
        '1,"one\r\nand\rmore"',
        "2,two,surplus",
        '3,"so ""far"""',
        "",
        '4,"last\n"',
        "5,five",
    ]
    ends = [first, second, first, second, second, first, second]
    content = "".join(map("".join, zip(rows, ends, strict=True)))
    placed, apart = bring(workspace, tmp_path / "a.csv", content)
    assert set(placed) == {"one\r\nand\rmore", 'so "far"', "last\n", "five"}
    assert len(apart) == 1


def test_a_header_over_several_lines_and_titles_above_it_count(workspace: Workspace, tmp_path: Path) -> None:
    content = 'Evaluation of May\n\n"the\nid",output,"what\nit said"\n\n1,one,x\n2,,y\n'
    placed, apart = bring(workspace, tmp_path / "a.csv", content)
    assert (placed, apart) == ({"one": 7}, [8])


def test_a_quotation_mark_within_a_cell_opens_nothing(workspace: Workspace, tmp_path: Path) -> None:
    content = 'id,output\n\n1,a 5" pipe\n2,\n3,"two\nlines"\n4,\n'
    placed, apart = bring(workspace, tmp_path / "a.csv", content)
    assert (placed, apart) == ({'a 5" pipe': 3, "two\nlines": 5}, [4, 7])


def test_a_repeated_id_names_the_line_where_it_stands_first(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('key,output\n\n1,"one\ntwo"\n1,other\n')
    told = importing.Description(columns={"id": "key", "output": "output"})
    (apart,) = importing.import_file(workspace, str(path), described=told).rejected
    assert (apart.row, "in row 3" in apart.reason) == (5, True)


def test_a_table_of_one_column_has_its_lines(workspace: Workspace, tmp_path: Path) -> None:
    placed, _ = bring(workspace, tmp_path / "a.csv", 'output\n\none\n"two\nlines"\n\nthree\n')
    assert placed == {"one": 3, "two\nlines": 4, "three": 7}


def test_blank_lines_among_json_lines_count(workspace: Workspace, tmp_path: Path) -> None:
    lines = ["", '{"output": "one"}', "", "  ", '{"output": ""}', "{", "", '{"output": "two"}', ""]
    assert bring(workspace, tmp_path / "a.jsonl", "\n".join(lines)) == ({"one": 2, "two": 8}, [5, 6])


def test_blank_lines_among_a_tools_json_lines_count(workspace: Workspace, tmp_path: Path) -> None:
    def line(text: str) -> str:
        said = {"choices": [{"message": {"role": "assistant", "content": text}}]}
        return json.dumps({"custom_id": text, "response": {"status_code": 200, "body": said}})

    lines = ["", line("one"), "", line(""), "{", "", line("two")]
    assert bring(workspace, tmp_path / "a.jsonl", "\n".join(lines)) == ({"one": 2, "two": 7}, [4, 5])


@pytest.mark.parametrize("wrap", [list, lambda items: {"data": items}])
def test_in_a_document_the_items_count(workspace: Workspace, tmp_path: Path, wrap: object) -> None:
    items = [{"output": "one"}, {"output": ""}, 3, {"output": "four"}]
    content = json.dumps(wrap(items), indent=2)
    placed, apart = bring(workspace, tmp_path / "a.json", content)
    assert (placed, sorted(apart)) == ({"one": 1, "four": 4}, [2, 3])
