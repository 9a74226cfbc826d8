"""Headers as people and their tools write them: over two rows, wider than the table, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from labelcore.errors import BadInput
from labelcore.stages import importing
from labelcore.stages.importing import Description
from labelcore.store.formats.headers import joined
from labelcore.workspace import Workspace
from tests.bench.valid_files import workbook
from tests.stages.tables import written
from tests.stages.test_several_graders import stored
from tests.stages.test_tables_people_make import said, texts

TOP = ["Respondent ID", "Question", "Answer", "How was it?", "", "Any comments?"]
BELOW = ["", "", "", "Accuracy", "Tone", "Open-Ended Response"]
ROWS = [["11", "Q1", "A1", "5", "2", ""], ["12", "Q2", "A2", "1", "4", "the date"]]
NAMES = ["Respondent ID", "Question", "Answer", "How was it? Accuracy", "How was it? Tone", "Any comments?"]


def sheet(folder: Path, rows: Sequence[Sequence[str]]) -> str:
    """The same rows as a workbook, in which what is empty is no cell."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = (
            f'<c r="{"ABCDEF"[place]}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            for place, cell in enumerate(row)
            if cell
        )
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    path = folder / "a.xlsx"
    path.write_bytes(workbook(f"<sheetData>{''.join(lines)}</sheetData>"))
    return str(path)


@pytest.mark.parametrize("above", [[], [["Survey of March", "", "", "", "", ""]]])
@pytest.mark.parametrize("way", [written, sheet])
def test_a_question_over_several_columns_names_each_of_them(
    workspace: Workspace,
    tmp_path: Path,
    way: Callable[[Path, Sequence[Sequence[str]]], str],
    above: list[list[str]],
) -> None:
    file = way(tmp_path, [*above, TOP, BELOW, *ROWS])
    seen = importing.preview(workspace, file)
    assert list(seen.columns) == NAMES
    described = Description(grades=("accuracy=How was it? Accuracy",), passes_from=("4",))
    result = importing.import_file(workspace, file, described=described)
    assert (result.batch.rows_read, result.batch.rows_rejected) == (2, 0)
    assert stored(workspace) == [("import", "fail", "the date"), ("import", "pass", "")]


@pytest.mark.parametrize(
    "rows",
    [
        [["id", "", "output"], ["1", "x", "a"]],
        [["id", "output", "note"], ["1", "a", ""]],
        [["id", "", "output"], ["", "2", "a"]],
        [["", "output", ""], ["a", "", "b"]],
        [["id", "output"]],
    ],
)
def test_rows_below_a_header_with_gaps_are_no_second_header(rows: list[list[str]]) -> None:
    assert joined(rows) is None


def test_a_header_that_is_wider_than_its_rows_is_the_header(workspace: Workspace, tmp_path: Path) -> None:
    rows = [["system", "input", "output", "rater", "comment"]]
    rows += [["m1", f"Q{n}", f"A{n}", "ann"] for n in range(6)] + [
        ["m1", "Q7", "A7\nand more", "ann", "late"]
    ]
    result = importing.import_file(workspace, written(tmp_path, rows, "\t"))
    assert (result.batch.rows_read, result.batch.rows_rejected) == (7, 0)
    assert texts(workspace) == [*(f"A{n}" for n in range(6)), "A7\nand more"]


def test_what_stands_below_in_its_column_again_is_no_name(workspace: Workspace, tmp_path: Path) -> None:
    rows = [["system score seg"], *([name, f"{n}.5 {n}"] for name in ("m1", "m2") for n in range(4))]
    file = written(tmp_path, rows, "\t")
    with pytest.raises(BadInput, match="looks like data"):
        importing.import_file(workspace, file)


def test_a_table_whose_columns_blanks_keep_apart_holds_no_outputs(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("system score seg\n" + "".join(f"m{n % 2} -{n}.5 {n}\n" for n in range(9)))
    with pytest.raises(BadInput, match="not known which column"):
        importing.import_file(workspace, str(path))


def test_short_cells_in_old_japanese_encoding_are_read(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("質問,回答,評価,評価者\n配送は?,明日です,◎,佐藤\n返品は?,三十日,×,鈴木\n", "cp932")
    seen = importing.preview(workspace, str(path))
    assert [signal.name for signal in seen.seen] == ["評価"]
    importing.import_file(workspace, str(path))
    assert texts(workspace) == ["明日です", "三十日"]


def test_a_count_below_the_table_is_no_output(workspace: Workspace, tmp_path: Path) -> None:
    rows = [["Nr", "Frage", "Antwort", "Note"], *([str(n), f"F{n}", f"A{n}", "1"] for n in range(5))]
    file = written(tmp_path, [*rows, ["", "", "Anzahl gut:", "3"], ["", "", "Quote", "50%"]], ";")
    result = importing.import_file(workspace, file)
    assert (result.batch.outputs_new, result.batch.rows_rejected, "total" in said(result)) == (5, 2, False)


TEAS = ["black", "green"]
UNNAMED = [
    ["question", "answer", "", "comment"],
    ["What is tea?", "A plant.", "checked", ""],
    ["Where is Rome?", "In Italy.", "checked", "good"],
    ["Who wrote it?", "Nobody knows.", "open", ""],
]


@pytest.mark.parametrize("way", [written, sheet])
@pytest.mark.parametrize(
    "rows",
    [
        UNNAMED,
        [["id", *UNNAMED[0]], ["", *UNNAMED[1]], *(["7", *row] for row in UNNAMED[2:])],
        [["id", *UNNAMED[0]], *(["", *row] for row in UNNAMED[1:])],
        [["id", "answer", "", "comment"], *(["", tea, "x", ""] for tea in TEAS), ["4", "coffee", "x", ""]],
    ],
)
def test_below_a_column_without_a_name_the_first_row_is_no_header(
    workspace: Workspace,
    tmp_path: Path,
    rows: list[list[str]],
    way: Callable[[Path, Sequence[Sequence[str]]], str],
) -> None:
    result = importing.import_file(workspace, way(tmp_path, rows), described=Description(columns=OUTPUT))
    assert (result.batch.rows_read, result.batch.rows_rejected) == (len(rows) - 1, 0)
    assert texts(workspace) == [row[rows[0].index("answer")] for row in rows[1:]]


OUTPUT = {"output": "answer"}


@pytest.mark.parametrize("names", [["question", "answer"], ["Frage", "Antwort"], ["User query", "Bot reply"]])
def test_a_title_with_commas_above_the_table_is_no_header(
    workspace: Workspace, tmp_path: Path, names: list[str]
) -> None:
    path = tmp_path / "a.csv"
    lines = ["Survey results, Berlin, March 2024", ",".join(names), "q,a", "r,b", "s,c"]
    path.write_text("\n".join(lines))
    assert importing.preview(workspace, str(path)).columns == tuple(names)
    assert importing.import_file(workspace, str(path)).batch.outputs_new == 3


def test_a_header_wider_than_rows_of_single_words_is_the_header(workspace: Workspace, tmp_path: Path) -> None:
    rows = [["input", "output", "comment"], ["tea", "plant"], ["rome", "town"], ["oslo", "city"]]
    assert importing.preview(workspace, written(tmp_path, rows)).columns == ("input", "output", "comment")
