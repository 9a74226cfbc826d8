"""Tables as people make them: totals below, formulas that nobody computed, errors in cells, two scales."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from labelcore.errors import BadInput
from labelcore.messages import say, sentence
from labelcore.messages.catalogue import speaking
from labelcore.stages import importing
from labelcore.stages.importing import Description, ImportResult, SeveralParts
from labelcore.store import outputs
from labelcore.workspace import Workspace
from tests.bench.valid_files import workbook, zipped
from tests.stages.tables import written

ASKED = ["Where is my parcel?", "Can I cancel?", "What is VAT?", "Do you ship to Oslo?"]
ANSWERED = ["It left on Monday.", "Yes, within 14 days.", "A tax on sales.", "We do, in three days."]
SCORES = ["4", "2", "5", "1"]
TABLE = [
    ["id", "question", "answer", "score"],
    *([str(place), *cells] for place, cells in enumerate(zip(ASKED, ANSWERED, SCORES, strict=True), 1)),
]


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


@pytest.mark.parametrize("word", ["quote", "Rate", "share", "total", "平均"])
def test_totals_are_found_below_rows_that_hold_a_word_for_them_in_a_cell(
    workspace: Workspace, tmp_path: Path, word: str
) -> None:
    rows = [["question", "answer", "intent", "score"], *([f"Q{n}?", f"A{n}", word, "3"] for n in range(60))]
    result = importing.import_file(workspace, written(tmp_path, [*rows, ["", "Total", "", "180"]]))
    assert (result.batch.outputs_new, result.batch.rows_rejected) == (60, 1)


@pytest.mark.parametrize("text", ["Average nonsense", "Share holders", "Quote me", "Total loss"])
def test_a_word_for_a_total_before_any_other_word_is_an_output(
    workspace: Workspace, tmp_path: Path, text: str
) -> None:
    rows = [["question", "answer", "context", "score"], *([f"Q{n}?", f"A{n}", "c", "3"] for n in range(5))]
    result = importing.import_file(workspace, written(tmp_path, [*rows, ["", text, "", "2"]]))
    assert (result.batch.outputs_new, result.batch.rows_rejected) == (6, 0)
    result = importing.import_file(workspace, written(tmp_path, [*rows, ["", "Average score", "", "3"]]))
    assert result.batch.rows_rejected == 1


def test_a_remark_below_the_table_is_asked_about_and_never_lost(workspace: Workspace, tmp_path: Path) -> None:
    below = ["", "", "Exported by Kim", ""]
    result = importing.import_file(workspace, written(tmp_path, [*TABLE, below]))
    assert (result.batch.outputs_new, result.batch.rows_rejected) == (5, 0)
    assert "Row 6, the last one, holds nothing but “Exported by Kim” and is read as an output" in said(result)
    with speaking("zh"):
        assert "最后一行（第 6 行）只有“Exported by Kim”" in said(result)
    fewer = [[text] for text in ["answer", *ANSWERED, "Bye."]]
    for rows in (fewer, [[*row[:3], ""] for row in [*TABLE, ["5", "", "Bye.", ""]]]):
        assert "the last one" not in said(importing.import_file(workspace, written(tmp_path, rows)))


TOLD = [
    ["Paste the customer's question here", "Paste the bot's answer", "pass or fail", "why"],
    ["（粘贴用户问题）", "（粘贴模型回答）", "通过/不通过", "选填"],
]


@pytest.mark.parametrize("told", TOLD)
def test_a_first_row_that_says_how_to_fill_in_the_table_is_asked_about(
    workspace: Workspace, tmp_path: Path, told: list[str]
) -> None:
    rows = [[f"Q{n}", f"A{n}", "pass", "Please see below"] for n in range(3)]
    file = written(tmp_path, [["question", "answer", "grade", "comment"], told, *rows])
    assert "Row 2, the first one, seems to say how to fill in the others" in said(
        importing.import_file(workspace, file)
    )
    asked = [["Write a poem.", "Please wait.", "pass", ""]] * 2
    result = importing.import_file(
        workspace, written(tmp_path, [["question", "answer", "grade", "comment"], *asked, *rows])
    )
    assert "how to fill in" not in said(result)


def test_a_year_above_ratings_is_asked_about(workspace: Workspace, tmp_path: Path) -> None:
    rows = [[f"Q{n}", f"A{n}", str(n + 3)] for n in range(3)]
    file = written(tmp_path, [["question", "answer", "2024"], *rows])
    assert [(seen.name, seen.taken) for seen in importing.preview(workspace, file).seen] == [("2024", False)]


def test_a_text_beside_a_longer_one_of_unknown_meaning_is_asked_about(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [[f"Title {n}", f"A long text that answers what was asked, number {n}.", "u1"] for n in range(3)]
    file = written(tmp_path, [["text", "draft", "author"], *rows])
    with pytest.raises(BadInput, match="not known which column holds the outputs"):
        importing.import_file(workspace, file)
    short = written(
        tmp_path, [["text", "tag line", "note"], *([long, title, long] for title, long, _ in rows)]
    )
    assert importing.preview(workspace, short).guessed.output == "text"


def test_the_answer_total_to_a_question_is_an_output_like_any_other(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [*TABLE, ["5", "What is the last row called?", "Total", "12"]]
    result = importing.import_file(workspace, written(tmp_path, rows))
    assert (result.batch.outputs_new, result.batch.rows_rejected) == (5, 0)
    assert "total" not in said(result)


def test_a_header_that_stands_there_again_and_a_surveys_further_ones_are_no_outputs(
    workspace: Workspace, tmp_path: Path
) -> None:
    again = importing.import_file(workspace, written(tmp_path, [*TABLE, TABLE[0], *TABLE[3:]]))
    assert (again.batch.rows_read, again.batch.duplicates, again.batch.rows_rejected) == (7, 2, 1)
    survey = [
        ["ResponseId", "question", "answer", "Q1"],
        ["Response ID", "The question", "The answer", "Is the answer correct?"],
        ['{"ImportId":"_recordId"}', '{"ImportId":"q"}', '{"ImportId":"a"}', '{"ImportId":"QID1"}'],
        *(["R1", "Q", f"A {n}", "Yes"] for n in range(3)),
    ]
    result = importing.import_file(workspace, written(tmp_path, survey))
    assert (result.batch.outputs_new, [row.row for row in result.rejected]) == (3, [3])
    with speaking("zh"):
        assert say(result.rejected[0].reason) == "这是多出来的表头行，不是输出"


def test_grades_out_of_a_number_are_numbers_and_two_scales_are_no_one(
    workspace: Workspace, tmp_path: Path
) -> None:
    def graded(*cells: str) -> int:
        rows = [[*row[:3], cell] for row, cell in zip(TABLE, ["score", *cells], strict=True)]
        described = Description(grades=("overall=score",), passes_from=("7",))
        return importing.import_file(workspace, written(tmp_path, rows), described=described).batch.grades_new

    assert graded("8 of 10", "3 out of 10", "7 von 10", "10/10") == 4
    with pytest.raises(BadInput, match="not known what these values"):
        graded("8 of 10", "3 of 5", "7 of 10", "10/10")


def test_an_instruction_asks_where_the_input_beside_it_may_be_empty(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [
        ["instruction", "input", "output"],
        ["Translate it.", "Guten Tag", "Good day"],
        ["Name a city in Norway.", "", "Oslo"],
    ]
    importing.import_file(workspace, written(tmp_path, rows))
    found = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id)).values()
    assert {(output.input, output.context) for output in found} == {
        ("Translate it.", "Guten Tag"),
        ("Name a city in Norway.", ""),
    }
    same = [rows[0], *(["Answer briefly.", asked, said] for asked, said in zip(ASKED, ANSWERED, strict=True))]
    preview = importing.preview(workspace, written(tmp_path, same))
    assert (preview.guessed.input, preview.guessed.context) == ("input", None)


def test_every_value_in_an_object_of_scores_is_offered(workspace: Workspace, tmp_path: Path) -> None:
    scores = [{"Factuality": 1, "style": 0.4}, {"Factuality": 0.5, "style": 1}]
    path = tmp_path / "a.jsonl"
    rows = [{"input": f"Q{n}", "output": f"A{n}", "scores": told} for n, told in enumerate(scores)]
    path.write_text("\n".join(map(json.dumps, rows)))
    preview = importing.preview(workspace, str(path))
    assert {seen.name for seen in preview.seen} == {"scores.Factuality", "scores.style"}


def test_a_hidden_sheet_is_not_read_in_the_place_of_the_one_that_people_see(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(two_sheets("hidden"))
    result = importing.import_file(workspace, str(path))
    assert texts(workspace) == ["seen"]
    assert "Read from 'Seen'; the file also holds Lookup." in said(result)
    importing.import_file(workspace, str(path), described=Description(part="Lookup"))
    assert texts(workspace) == ["seen", "looked up"]
    path.write_bytes(two_sheets("visible"))
    with pytest.raises(SeveralParts):
        importing.import_file(workspace, str(path))


def two_sheets(state: str) -> bytes:
    """A workbook with a sheet of look-ups before the one of outputs."""
    cell = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>{1}</t></is></c></row>'
    first, second = (
        f"<sheetData>{cell.format(1, 'answer')}{cell.format(2, text)}</sheetData>"
        for text in ("looked up", "seen")
    )
    with zipfile.ZipFile(io.BytesIO(workbook(first))) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    book, links = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    files["xl/worksheets/sheet2.xml"] = files["xl/worksheets/sheet1.xml"].replace(first, second)
    lookup = f'<sheet name="Lookup" state="{state}" sheetId="1" r:id="a"/>'
    files[book] = re.sub("<sheet .*?/>", f'{lookup}<sheet name="Seen" sheetId="2" r:id="b"/>', files[book])
    other = re.sub("(<Relationship .*?/>)", r"\1\1", files[links])
    files[links] = other[::-1].replace('"a"=dI', '"b"=dI', 1).replace("1teehs", "2teehs", 1)[::-1]
    return zipped(files)


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


def opendocument(folder: Path, *rows: str) -> str:
    """A sheet behind another one, its cells with a bar between them: attributes, a tilde, and the text."""
    names = (
        "office:urn:oasis:names:tc:opendocument:xmlns:office:1.0 table:urn:oasis:names:tc:opendocument:xmlns:"
    )
    names += "table:1.0 text:urn:oasis:names:tc:opendocument:xmlns:text:1.0 calcext:urn:calc"
    spaces = " ".join(f'xmlns:{name.split(":", 1)[0]}="{name.split(":", 1)[1]}"' for name in names.split())
    cells = [
        "".join(
            f"<table:table-cell {cell.partition('~')[0]}><text:p>{cell.partition('~')[2]}</text:p>"
            "</table:table-cell>"
            for cell in row.split("|")
        )
        for row in rows
    ]
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    first = '<table:table table:name="notes"><table:table-row><table:table-cell table:formula="of:=1"/>'
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>{first}'
        f'</table:table-row></table:table><table:table table:name="answers">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = folder / "answers.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest/>')
        archive.writestr("content.xml", content)
    return str(path)


def test_of_an_open_document_too_formulas_without_values_and_errors_are_said(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = 'office:value-type="string"'
    file = opendocument(
        tmp_path,
        f"{text}~question|{text}~answer|{text}~score|{text}~words",
        f'{text}~Q1|{text}~A1|table:formula="of:=1+1"~|table:formula="of:=[.A1]" office:value-type="float" '
        'office:value="2"~2',
        f'{text}~Q2|{text}~A2|table:formula="of:=IF([.A1]&gt;2;1;0)"~|table:formula="of:=NA()" '
        f'{text} calcext:value-type="error"~#N/A',
    )
    result = importing.import_file(workspace, file, described=Description(part="answers"))
    assert result.batch.outputs_new == 2
    assert "2 formulas in 'score' were saved without their values and read as empty, in rows 2, 3." in said(
        result
    )
    assert "A cell in 'words' holds an error like #N/A and was read as empty, in row 3." in said(result)


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
