"""Tables as people make them: totals below, formulas that nobody computed, errors in cells, two scales."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from labelcore.messages import sentence
from labelcore.messages.catalogue import speaking
from labelcore.stages import importing
from labelcore.stages.importing import Description, ImportResult
from labelcore.store import outputs
from labelcore.workspace import Workspace
from tests.bench.valid_files import workbook

ASKED = ["Where is my parcel?", "Can I cancel?", "What is VAT?", "Do you ship to Oslo?"]
ANSWERED = ["It left on Monday.", "Yes, within 14 days.", "A tax on sales.", "We do, in three days."]
SCORES = ["4", "2", "5", "1"]
TABLE = [
    ["id", "question", "answer", "score"],
    *([str(place), *cells] for place, cells in enumerate(zip(ASKED, ANSWERED, SCORES, strict=True), 1)),
]


def written(folder: Path, rows: Sequence[Sequence[str]]) -> str:
    path = folder / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return str(path)


def texts(workspace: Workspace) -> list[str]:
    known = outputs.ids(workspace.db, workspace.project.id)
    found = outputs.many(workspace.db, known)
    return [found[output_id].text for output_id in known]


def said(result: ImportResult) -> str:
    return "\n".join(map(sentence, result.warnings))


@pytest.mark.parametrize(
    "below",
    [
        [["Total", "", "", "12"]],
        [["", "", "Total", ""]],
        [["", "", "Total:", "12"]],
        [["", "4", "Grand total", "12"]],
        [["", "Average", "4", "3,0"], ["", "合计", "", ""]],
        [["", "", "Pass rate", "75%"]],
        [["Durchschnitt (n=4)", "", "", "3"]],
        [["", "", "平均分", "3.0"]],
    ],
)
@pytest.mark.parametrize("at", [5, 3])
def test_a_row_of_totals_is_kept_apart_and_its_figures_are_no_grades(
    workspace: Workspace, tmp_path: Path, below: list[list[str]], at: int
) -> None:
    file = written(tmp_path, [*TABLE[:at], *below, *TABLE[at:]])
    described = Description(grades=("overall=score",), passes_from=("3",))
    assert [
        value["value"] for value in importing.preview(workspace, file, described=described).seen[0].values
    ] == ["1", "2", "4", "5"]
    batch = importing.import_file(workspace, file, described=described).batch
    assert (batch.rows_read, batch.outputs_new, batch.rows_rejected) == (4 + len(below), 4, len(below))
    assert batch.grades_new == 4
    assert texts(workspace) == ANSWERED


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["answer"], *([text] for text in ANSWERED), ["Total"]], "6"),
        ([*TABLE, ["5", "", "Total", "4"]], "6"),
        ([["id", "output"], *([str(n), text] for n, text in enumerate(ANSWERED)), ["4", "Total"]], "6"),
        ([["output", "score"], ["Total", "3"], ["VAT", "3"], ["Sum", "2"]], "2, 4"),
    ],
)
def test_an_output_that_may_be_a_total_is_asked_about_and_never_lost(
    workspace: Workspace, tmp_path: Path, rows: list[list[str]], told: str
) -> None:
    result = importing.import_file(workspace, written(tmp_path, rows))
    assert (result.batch.outputs_new, result.batch.rows_rejected) == (len(rows) - 1, 0)
    assert f" {told} may be" in said(result)


def test_the_answer_total_to_a_question_is_an_output_like_any_other(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [*TABLE, ["5", "What is the last row called?", "Total", "12"]]
    result = importing.import_file(workspace, written(tmp_path, rows))
    assert (result.batch.outputs_new, result.batch.rows_rejected) == (5, 0)
    assert "total" not in said(result)


def sheet(folder: Path, *rows: str) -> str:
    """A workbook of rows, their cells between bars: a text, or the XML of a cell that holds no text."""
    lines = []
    for at, row in enumerate(rows, 1):
        cells = []
        for place, cell in enumerate(row.split("|")):
            kind, content = "inlineStr", f"<is><t>{cell}</t></is>"
            if cell[:1] == "<":
                kind, content = ("e", cell) if "#" in cell else ("n", cell)
            cells.append(f'<c r="{"ABCDEF"[place]}{at}" t="{kind}">{content}</c>' if cell else "")
        lines.append(f'<row r="{at}">{"".join(cells)}</row>')
    path = folder / "a.xlsx"
    path.write_bytes(workbook(f"<sheetData>{''.join(lines)}</sheetData>"))
    return str(path)


def test_formulas_without_their_values_and_errors_are_said_by_row_and_column(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = sheet(
        tmp_path,
        "question|answer|score|words",
        "Q1|A1|<f>1+1</f><v></v>|<f>LEN(B2)</f><v>2</v>",
        "Q2|A2|<f>2+1</f>|<v>#N/A</v>",
        "Q3|<f>B2</f><v/>|<v>3</v>|<f>LEN(B4)</f><v>#REF!</v>",
    )
    result = importing.import_file(workspace, file)
    assert (result.batch.outputs_new, result.batch.rows_rejected) == (2, 1)
    assert "2 formulas in 'score' were saved without their values and read as empty, in rows 2, 3." in said(
        result
    )
    assert "A formula in 'answer' was saved without its value and read as empty, in row 4." in said(result)
    assert "2 cells in 'words' hold errors like #N/A and were read as empty, in rows 3, 4." in said(result)
    with speaking("zh"):
        assert "“score”中有 2 个公式保存时没有带上计算结果" in said(result)


def test_a_workbook_whose_formulas_have_values_is_read_without_a_word(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = sheet(
        tmp_path, "question|answer|words", "Q1|A1|<f>LEN(B2)</f><v>2</v>", "Q2|A2|<f>LEN(B3)</f><v>2</v>"
    )
    result = importing.import_file(workspace, file)
    assert (result.batch.outputs_new, said(result)) == (2, "")


def test_where_the_header_was_found_is_said_in_both_languages(workspace: Workspace, tmp_path: Path) -> None:
    result = importing.import_file(workspace, written(tmp_path, [["Report of May"], [], *TABLE]))
    assert "The header was found in line 3." in said(result)
    with speaking("zh"):
        assert "表头在第 3 行。" in said(result)


@pytest.mark.parametrize(
    ("cells", "mixed"),
    [
        ("0.8 85 0.4 30", True),
        ("0,9 95 1 100", True),
        ("0.8 0.85 1 0", False),
        ("80 85 1 0", False),
        ("0.5 1 3 5", False),
        ("0.5 7.5 30 88.5", False),
    ],
)
def test_shares_and_per_cent_in_one_column_are_warned_of(
    workspace: Workspace, tmp_path: Path, cells: str, mixed: bool
) -> None:
    rows = [[*row[:3], cell] for row, cell in zip(TABLE, ["score", *cells.split()], strict=True)]
    file = written(tmp_path, rows)
    offered = said(importing.import_file(workspace, file))
    described = Description(grades=("overall=score",), passes_from=("0.5",))
    taken = said(importing.import_file(workspace, file, described=described))
    assert [("'score' seems to mix two scales" in told) for told in (offered, taken)] == [mixed, mixed]
