"""Tables in which people graded: marks on cells, merged cells, titles, ticks, lights, numbers with words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from labelcore.errors import BadInput
from labelcore.messages import sentence
from labelcore.stages import importing
from labelcore.stages.importing import Description
from labelcore.stages.importing.meanings import by_word, number_of
from labelcore.store import outputs
from labelcore.workspace import Workspace
from tests.bench.valid_files import workbook, zipped
from tests.stages.tables import ANSWERS, GRADES, rows_with, written
from tests.stages.test_several_graders import stored

Way = Callable[[Path, Sequence[Sequence[str]]], str]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fills><fill><patternFill/></fill><fill><patternFill patternType="gray125"/>'
    '</fill><fill><patternFill patternType="solid"><fgColor rgb="FFC6EFCE"/></patternFill></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFFF0000"/></patternFill></fill></fills>'
    '<cellXfs><xf numFmtId="0" fillId="0"/><xf numFmtId="0" fillId="2"/><xf numFmtId="0" fillId="3"/>'
    "</cellXfs></styleSheet>"
)
COMMENTS = (
    f'<comments xmlns="{MAIN}"><commentList><comment ref="C3"><text><r><t>not </t></r><r><t>on Sundays'
    "</t></r></text></comment></commentList></comments>"
)
LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="c" Target="../comments1.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'comments"/></Relationships>'
)


def sheet(
    folder: Path,
    rows: Sequence[Sequence[str]],
    *,
    styles: Sequence[int] = (),
    below: str = "",
    styled: str = STYLES,
) -> str:
    """A workbook; ``styles``: those of the last cells of the rows; the second row is hidden where styled."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            f'<c r="{"ABCDEF"[place]}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            for place, cell in enumerate(row)
            if cell
        )
        if styles and number > 1:
            last = "ABCDEF"[len(row) - 1]
            cells = cells.replace(f'r="{last}{number}"', f'r="{last}{number}" s="{styles[number - 2]}"')
        hidden = ' hidden="1"' if styles and number == 2 else ""
        lines.append(f'<row r="{number}"{hidden}>{cells}</row>')
    path = folder / "a.xlsx"
    with zipfile.ZipFile(io.BytesIO(workbook(f"<sheetData>{''.join(lines)}</sheetData>{below}"))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    parts: dict[str, str | bytes] = {"xl/styles.xml": styled, "xl/comments1.xml": COMMENTS}
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = LINKS
    path.write_bytes(zipped(files | (parts if styles else {})))
    return str(path)


def test_colours_and_comments_on_cells_become_columns_and_hidden_rows_are_said(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = sheet(tmp_path, [["question", "answer", "grade"], *rows_with(GRADES)], styles=[1, 2, 1, 1])
    seen = importing.preview(workspace, file)
    assert [row["grade colour"] for row in seen.rows] == ["green", "red", "green", "green"]
    assert seen.guessed.note == "grade comment"
    told = [sentence(warning) for warning in seen.warnings]
    assert "The colours of 4 cells are read as the column 'grade colour'." in told
    assert "The comment on one cell is read as the column 'grade comment'." in told
    assert "A hidden row, 2, is read like the others." in told
    coloured = Description(grades=("overall=grade colour",), passes=("green",), fails=("red",))
    importing.import_file(workspace, file, described=coloured)
    assert [value for _, value, _ in stored(workspace)] == ["fail", "pass", "pass", "pass"]


def test_styles_without_a_fill_and_empty_fills_are_counted_with_the_others(
    workspace: Workspace, tmp_path: Path
) -> None:
    styled = STYLES.replace('<fill><patternFill patternType="gray125"/></fill>', "<fill/>").replace(
        '<cellXfs><xf numFmtId="0" fillId="0"/>', '<dxfs><dxf><fill/></dxf></dxfs><cellXfs><xf numFmtId="0"/>'
    )
    rows = [["question", "answer", "grade"], *rows_with(GRADES)]
    file = sheet(tmp_path, rows, styles=[1, 2, 1, 0], styled=styled)
    seen = importing.preview(workspace, file)
    assert [row["grade colour"] for row in seen.rows] == ["green", "red", "green", None]


def test_the_stripes_of_a_table_grade_nothing(workspace: Workspace, tmp_path: Path) -> None:
    file = sheet(tmp_path, [["question", "answer", "grade"], *rows_with(GRADES)], styles=[1, 0, 1, 0])
    assert "grade colour" not in importing.preview(workspace, file).columns


def test_a_cell_that_is_merged_downwards_counts_for_each_of_its_rows(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [["question", "answer", "grade"], ["Where is it?", "It left.", "pass"], ["", "Nowhere.", "fail"]]
    file = sheet(tmp_path, rows, below='<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>')
    importing.import_file(workspace, file)
    known = outputs.ids(workspace.db, workspace.project.id)
    assert [one.input for one in outputs.many(workspace.db, known).values()] == ["Where is it?"] * 2


@pytest.mark.parametrize("outside", ["E2:E4", "C8:C9", "C5:E9", "H20:J22"])
def test_cells_that_are_merged_outside_the_filled_ones_hold_nothing(
    workspace: Workspace, tmp_path: Path, outside: str
) -> None:
    rows = [["question", "answer", "grade"], *rows_with(GRADES)]
    file = sheet(tmp_path, rows, below=f'<mergeCells count="1"><mergeCell ref="{outside}"/></mergeCells>')
    assert importing.import_file(workspace, file).batch.grades_new == 4


HEADERS = [
    ([["Bot evaluation", "2024", ""], ["question", "answer", "grade"]], ["question", "answer", "grade"]),
    ([["question", "answer", "2024"]], ["question", "answer", "2024"]),
]


@pytest.mark.parametrize("way", [written, sheet])
@pytest.mark.parametrize(("above", "names"), HEADERS)
def test_a_title_with_a_year_is_no_header_and_a_year_is_a_name(
    workspace: Workspace, tmp_path: Path, way: Way, above: list[list[str]], names: list[str]
) -> None:
    assert list(importing.preview(workspace, way(tmp_path, [*above, *rows_with(GRADES)])).columns) == names


TWO_ROWS = [
    [["id", "question", "answer", "Ann", "", "Ben", ""], ["(ours)", "", "", "Grade", "Why", "Grade", "Why"]],
    [["Data", "", "", "Ann", "", "Ben", ""], ["id", "question", "answer", "Grade", "Why", "Grade", "Why"]],
]


@pytest.mark.parametrize("above", TWO_ROWS)
def test_a_second_row_that_says_the_same_for_several_columns_is_a_header(
    workspace: Workspace, tmp_path: Path, above: list[list[str]]
) -> None:
    body = [[str(n), *row, f"a{n}", GRADES[-n], f"b{n}"] for n, row in enumerate(rows_with(GRADES))]
    seen = importing.preview(workspace, written(tmp_path, [*above, *body]))
    assert list(seen.columns) == [
        *("id", "question", "answer"),
        *("Ann Grade", "Ann Why", "Ben Grade", "Ben Why"),
    ]
    assert seen.rows_read == 4


def test_what_a_survey_asks_names_its_columns(workspace: Workspace, tmp_path: Path) -> None:
    names = ["ResponseId", "Q1", "Q2", "Q3"]
    wording = ["Response ID", "Question shown", "Answer of the bot", "Is the answer correct?"]
    ids = [f'{{"ImportId":"{name}"}}' for name in names]
    body = [[f"R{n}", *row] for n, row in enumerate(rows_with(["Yes", "No", "Yes", "Yes"]))]
    file = written(tmp_path, [names, wording, ids, *body])
    described = Description(grades=("overall=Q3: Is the answer correct?",))
    result = importing.import_file(workspace, file, described=described)
    assert (result.batch.outputs_new, result.batch.grades_new, result.batch.rows_rejected) == (4, 4, 1)
    assert result.batch.mapping["input"] == "Q1: Question shown"


def test_an_empty_cell_beside_ticks_has_to_be_given_a_meaning(workspace: Workspace, tmp_path: Path) -> None:
    file = written(tmp_path, [["question", "answer", "Pass?"], *rows_with(["x", "", "x", "x"])])
    assert [seen.name for seen in importing.preview(workspace, file).seen] == ["Pass?"]
    ticked = Description(grades=("overall=Pass?",), passes=("x",))
    with pytest.raises(BadInput, match=r"mean: '\(empty\)'"):
        importing.import_file(workspace, file, described=ticked)
    importing.import_file(workspace, file, described=ticked.model_copy(update={"fails": ("(empty)",)}))
    assert [value for _, value, _ in stored(workspace)] == ["fail", "pass", "pass", "pass"]


TICKED = [
    ("Pass?", "x", {"fails": ("(empty)",)}, ["fail", "pass", "pass", "pass"]),
    ("Fault", "x", {"passes": ("(empty)",)}, ["fail", "fail", "fail", "pass"]),
    ("hallucination", "✓", {"passes": ("(empty)",)}, ["fail", "fail", "fail", "pass"]),
    ("Pass?", "x", {"unsure": ("(empty)",)}, r"mean: 'x'"),
    ("correct", "yes", {"passes": ("(empty)",)}, r"mean: 'yes'"),
    ("Flag", "✓", {"passes": ("(empty)",)}, r"mean: '✓'"),
    ("correct", "x", {"passes": ("(empty)",)}, r"mean: 'x'"),
    ("correct", "x", {"fails": ("(empty)",)}, ["fail", "pass", "pass", "pass"]),
    ("hallucination", "x", {"fails": ("(empty)",)}, r"mean: 'x'"),
    ("hallucination", "x", {"fails": ("(empty)", "x")}, ["fail", "fail", "fail", "fail"]),
]


@pytest.mark.parametrize(("name", "tick", "said", "expected"), TICKED)
def test_beside_empty_cells_with_a_meaning_a_tick_says_the_contrary_where_it_says_nothing_else(
    workspace: Workspace,
    tmp_path: Path,
    name: str,
    tick: str,
    said: dict[str, tuple[str]],
    expected: list[str] | str,
) -> None:
    file = written(tmp_path, [["question", "answer", name], *rows_with([tick, "", tick, tick])])
    described = Description(grades=(f"overall={name}",), **said)
    if isinstance(expected, str):
        with pytest.raises(BadInput, match=expected):
            importing.import_file(workspace, file, described=described)
    else:
        importing.import_file(workspace, file, described=described)
    values = [] if isinstance(expected, str) else expected
    assert [value for _, value, _ in stored(workspace)] == values


def test_marks_under_a_name_that_blames_are_named_where_they_are_asked_about(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = written(tmp_path, [["question", "answer", "hallucination"], *rows_with(list("✅❌❌✅"))])
    with pytest.raises(BadInput, match="mean: '✅', '❌'"):
        importing.import_file(workspace, file, described=Description(grades=("overall=hallucination",)))


TWO_PEOPLE = ("tone@ann=tone ann", "tone@ben=tone ben")


def test_an_empty_cell_is_nobodys_where_several_people_grade_or_nobody_looked(
    workspace: Workspace, tmp_path: Path
) -> None:
    head = ["question", "answer", "tone ann", "tone ben"]
    file = written(tmp_path, [head, *rows_with(["yes", "", "yes", ""], ["yes", "no", "yes", "no"])])
    described = Description(grades=TWO_PEOPLE, passes=("yes",), fails=("no",))
    assert importing.import_file(workspace, file, described=described).batch.grades_new == 6
    assert [(who, value) for who, value, _ in stored(workspace)] == [
        *[("ann", "pass")] * 2,
        *[("ben", "fail")] * 2,
        *[("ben", "pass")] * 2,
    ]


@pytest.mark.parametrize("described", [Description(), Description(grades=("overall=correct",))])
def test_an_empty_cell_beside_no_person_is_no_grade(
    workspace: Workspace, tmp_path: Path, described: Description
) -> None:
    columns = ["yes", "", "yes", "yes"], ["ann", "", "ann", "ben"]
    file = written(tmp_path, [["question", "answer", "correct", "rater"], *rows_with(*columns)])
    importing.import_file(workspace, file, described=described)
    assert [(who, value) for who, value, _ in stored(workspace)] == [*[("ann", "pass")] * 2, ("ben", "pass")]


@pytest.mark.parametrize(
    ("people", "fails"), [(["ann", "ann", "", "ben"], ["ann"]), (["", "ann", "", "ben"], ["ann", "import"])]
)
def test_an_empty_cell_is_a_grade_of_who_stands_beside_it(
    workspace: Workspace, tmp_path: Path, people: list[str], fails: list[str]
) -> None:
    head = ["question", "answer", "Pass?", "rater"]
    file = written(tmp_path, [head, *rows_with(["x", "", "", "x"], people)])
    ticked = Description(grades=("overall=Pass?",), passes=("x",))
    with pytest.raises(BadInput, match=r"mean: '\(empty\)'"):
        importing.import_file(workspace, file, described=ticked)
    importing.import_file(workspace, file, described=ticked.model_copy(update={"fails": ("(empty)",)}))
    assert [who for who, value, _ in stored(workspace) if value == "fail"] == fails


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4 (good)", 4),
        ("4 - good", 4),
        ("4: gut", 4),
        ("4（好）", 4),
        ("2024-10", None),
        ("4 (3 of 5)", None),
    ],
)
def test_a_number_beside_its_words_is_the_number(text: str, number: float | None) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("text", "meaning"), [("✅ good", "pass"), ("❌ bad", "fail"), ("✅ bad", None), ("good deal", None)]
)
def test_a_mark_and_a_word_that_say_the_same_say_it(text: str, meaning: str | None) -> None:
    assert by_word(text) == meaning


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Ampel", ["🟢", "🔴", "🟡", "🟢"]),
        ("RAG", ["Green", "Red", "Amber", "Green"]),
        ("How good was it? (1 = terrible)", ["1", "2", "5", "4"]),
    ],
)
def test_lights_and_answers_to_how_good_are_offered(
    workspace: Workspace, tmp_path: Path, name: str, values: list[str]
) -> None:
    file = written(tmp_path, [["question", "answer", name], *rows_with(values)])
    assert [(seen.name, seen.taken) for seen in importing.preview(workspace, file).seen] == [(name, False)]


def test_a_column_on_the_levels_of_a_rating_is_offered_with_it(workspace: Workspace, tmp_path: Path) -> None:
    head = ["question", "answer", "Fluency", "Concision", "turn"]
    file = written(tmp_path, [head, *rows_with(list("1234"), list("2331"), list("1234"))])
    assert [seen.name for seen in importing.preview(workspace, file).seen] == ["Fluency", "Concision"]


def test_beside_a_grade_of_the_whole_no_criterion_is_taken_for_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    head = ["question", "answer", "correct", "overall (1-5)", "comment"]
    file = written(tmp_path, [head, *rows_with(list("1011"), list("4152"), list("abcd"))])
    assert importing.import_file(workspace, file).batch.grades_new == 0


LINKED = [f"https://site.example/{n}" for n in range(4)]
CHOSEN = [
    ("gold_answer", ["It left.", "Until six.", "We do.", "So."], "grade", 4),
    ("gold_answer", ["yes", "no", "no", "yes"], "grade", 4),
    ("gold_answer", list("1426"), "grade", 4),
    ("gold", ["Left", "Open", "Us", "So"], "grade", 4),
    ("final_url", LINKED, "rating", 4),
    ("final status", ["open", "closed", "open", "open"], "grade", 4),
    ("overall", ["", "", "", ""], "grade", 4),
    ("gold_label", ["refund", "billing", "refund", "refund"], "human_grade", 4),
    ("final label", list("1312"), "human_grade", 4),
    ("gold label", GRADES, "human_grade", 0),
    ("final score", list("1312"), "correct", 0),
    ("rating", ["good", "good", "bad", "bad"], "verdict", 0),
    ("rating", ["good", "bad", "good", "good"], "verdict", 4),
    ("correct", ["no", "no", "no", "yes"], "verdict", 4),
    ("合格（√/×）", list("√×√√"), "remark on", 0),
    ("final_verdict", GRADES, "correct", 0),
    ("consensus", GRADES, "correct", 0),
    ("Gesamtnote", list("1421"), "correct", 0),
    ("总体", list("5415"), "correct", 0),
]


@pytest.mark.parametrize(("whole", "values", "name", "n"), CHOSEN)
def test_only_a_column_that_grades_is_a_grade_of_the_whole(
    workspace: Workspace, tmp_path: Path, whole: str, values: list[str], name: str, n: int
) -> None:
    head = ["question", "answer", whole, name, "rater"]
    file = written(tmp_path, [head, *rows_with(values, GRADES, ["ann"] * 4)])
    assert importing.import_file(workspace, file).batch.grades_new == n


def test_why_there_are_fewer_grades_than_values_is_said(workspace: Workspace, tmp_path: Path) -> None:
    rows = [["question", "answer", "grade"], *rows_with(GRADES), *rows_with(GRADES)[:2], ["Q", "", "pass"]]
    file = written(tmp_path, [*rows, ["Q", "A", "n/a"]])
    result = importing.import_file(workspace, file)
    assert result.batch.grades_new == 4
    told = [sentence(warning) for warning in result.warnings if warning.code.startswith("brought")]
    assert told == [
        "One value counts as no grade.",
        "One grade stands in a row that was kept apart.",
        "2 grades stand in the file again, by the same person of the same output, and count once.",
    ]
    again = importing.import_file(workspace, file)
    assert "4 grades were there from before." in [sentence(warning) for warning in again.warnings]


def test_of_several_faults_that_one_person_found_the_worst_counts_where_it_is_said(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [["question", "answer", "severity", "rater"]]
    rows += [["Q", "A", "major", "ann"], ["Q", "A", "minor", "ann"], ["Q", "A", "minor", "ben"]]
    asked = Description(grades=("overall=severity",), passes=("minor",), fails=("major",))
    file = written(tmp_path, rows)
    with pytest.raises(BadInput, match="--several worst"):
        importing.import_file(workspace, file, described=asked)
    importing.import_file(workspace, file, described=asked.model_copy(update={"several": "worst"}))
    assert [(who, value) for who, value, _ in stored(workspace)] == [("ann", "fail"), ("ben", "pass")]


def test_who_graded_may_be_said_without_the_column_of_grades(workspace: Workspace, tmp_path: Path) -> None:
    file = written(tmp_path, [["question", "answer", "grade"], *rows_with(GRADES)])
    importing.import_file(workspace, file, described=Description(annotator="Anna"))
    assert {who for who, *_ in stored(workspace)} == {"Anna"}


@pytest.mark.parametrize(
    "head",
    [
        ["Question 问题", "Answer 回答"],
        ["What was the question?", "What did the bot answer?"],
        ["INPUT:question", "INPUT:answer"],
    ],
)
def test_columns_of_forms_and_in_two_languages_are_known(
    workspace: Workspace, tmp_path: Path, head: list[str]
) -> None:
    seen = importing.preview(workspace, written(tmp_path, [head, *map(list, ANSWERS)]))
    assert [seen.guessed.input, seen.guessed.output] == head
