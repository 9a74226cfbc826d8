"""Cells that hold a verdict and why: the word is the grade, the text its note, and nothing else is parted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labelcore.errors import BadInput
from labelcore.messages import sentence
from labelcore.stages import importing
from labelcore.stages.importing import Description, ImportResult, cell_notes, offering
from labelcore.stages.importing.mapping import Grading, Mapping
from labelcore.store import outputs, querying
from labelcore.store.formats.base import Staging
from labelcore.workspace import Workspace
from tests.stages.tables import GRADES, rows_with, written
from tests.stages.test_several_graders import stored

WORDED = ["FAIL: invents a date", "pass - ok", "Pass", "fail\nthe tone - too rude"]
NOTED = [("fail", "invents a date"), ("fail", "the tone - too rude"), ("pass", ""), ("pass", "ok")]


def test_a_verdict_with_a_text_behind_it_is_a_grade_with_a_note(workspace: Workspace, tmp_path: Path) -> None:
    file = written(tmp_path, [["question", "answer", "verdict"], *rows_with(WORDED)])
    result = importing.import_file(workspace, file)
    assert [(value, note) for _, value, note in stored(workspace)] == NOTED
    assert "The texts behind the verdicts in 'verdict' are read as their notes." in [
        sentence(warning) for warning in result.warnings
    ]


@pytest.mark.parametrize("name", ["verdict", "review", "comment"])
def test_one_row_is_enough_where_a_person_names_the_column(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    file = written(tmp_path, [["question", "answer", name], ["Q", "A", WORDED[0]]])
    importing.import_file(workspace, file, described=Description(grades=(f"overall={name}",)))
    assert stored(workspace) == [("import", "fail", "invents a date")]


def test_what_a_person_said_of_a_whole_cell_wins(workspace: Workspace, tmp_path: Path) -> None:
    rows = rows_with(["OK: minor", "OK: major", "OK: minor", "OK: major"])
    file = written(tmp_path, [["question", "answer", "verdict"], *rows])
    described = Description(grades=("overall=verdict",), passes=("OK: minor",))
    with pytest.raises(BadInput, match="mean: 'ok: major'"):
        importing.import_file(workspace, file, described=described)
    described = described.model_copy(update={"fails": ("OK: major",)})
    importing.import_file(workspace, file, described=described)
    assert [value for _, value, _ in stored(workspace)] == ["fail", "fail", "pass", "pass"]


def test_a_note_of_another_column_stands_below_the_text_behind_the_verdict(
    workspace: Workspace, tmp_path: Path
) -> None:
    notes = ["see page 2", "ok", "fine", ""]
    file = written(tmp_path, [["question", "answer", "verdict", "comment"], *rows_with(WORDED, notes)])
    importing.import_file(workspace, file)
    assert [(value, note) for _, value, note in stored(workspace)] == [
        ("fail", "invents a date\nsee page 2"),
        ("fail", "the tone - too rude"),
        ("pass", "fine"),
        ("pass", "ok"),
    ]


def test_a_column_that_is_not_taken_stays_whole_and_gives_no_notes(
    workspace: Workspace, tmp_path: Path
) -> None:
    reference = ["Yes: at six.", "No: never.", "Yes: on Monday.", "No"]
    head = ["question", "answer", "grade", "correct_answer"]
    file = written(tmp_path, [head, *rows_with(GRADES, reference)])
    importing.import_file(
        workspace, file, described=Description(meta=("correct_answer",), grades=("overall=grade",))
    )
    assert {note for *_, note in stored(workspace)} == {""}
    known = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id)).values()
    assert sorted(output.metadata["correct_answer"] for output in known) == sorted(reference)


@pytest.mark.parametrize("kind", ["verdicts", "feedback"])
def test_verdicts_and_feedback_keep_the_text_behind_them(
    workspace: Workspace, tmp_path: Path, kind: str
) -> None:
    file = written(tmp_path, [["question", "answer", "checker"], *rows_with(WORDED)])
    described = Description().model_copy(update={kind: {"checker": "checker"}})
    importing.import_file(workspace, file, described=described)
    told = querying.query(workspace.db, f"SELECT lower(value), reason FROM {kind} ORDER BY 1, 2").rows
    assert told == NOTED


@pytest.mark.parametrize(
    ("head", "values", "described"),
    [
        (["question", "answer", "verdict"], [*WORDED[:3], "see above: bad"], Description()),
        (["question", "answer", "verdict"], [*WORDED[:3], "Good: the tone. Bad: the date"], Description()),
        (["question", "answer", "comment"], WORDED, Description()),
        (["question", "asked", "verdict"], WORDED, Description(columns={"output": "verdict"})),
    ],
)
def test_cells_stay_whole_where_they_are_no_verdicts_with_a_text(
    workspace: Workspace, tmp_path: Path, head: list[str], values: list[str], described: Description
) -> None:
    file = written(tmp_path, [head, *rows_with(values)])
    seen = importing.preview(workspace, file, described=described)
    assert [row[head[-1]] for row in seen.rows] == values and list(seen.columns) == head
    result = importing.import_file(workspace, file, described=described)
    assert stored(workspace) == []
    assert not [warning for warning in result.warnings if warning.code == "cell_notes"]


def test_a_verdict_within_json_is_parted_too(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [
        {"question": f"Q{n}", "answer": f"A{n}", "review": {"verdict": cell}} for n, cell in enumerate(WORDED)
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    described = Description(grades=("overall=review.verdict",))
    importing.import_file(workspace, str(path), described=described)
    assert [(value, note) for _, value, note in stored(workspace)] == NOTED


def test_many_verdicts_with_texts_are_offered_by_their_words(workspace: Workspace, tmp_path: Path) -> None:
    rows = [[f"Q{n}", f"A{n}", f"{'Yes' if n % 2 else 'No'}: reason {n}"] for n in range(30)]
    seen = importing.preview(workspace, written(tmp_path, [["question", "answer", "review"], *rows])).seen
    assert [(signal.name, [value["value"] for value in signal.values]) for signal in seen] == [
        ("review", ["no", "yes"])
    ]


DOUBTFUL = [
    "Good: the tone, bad: the date",
    "Good: structure / Bad: facts",
    "Good: the tone\n- Bad: the date",
    "Good - the tone. Bad - the date",
    "好：语气，差：日期",
    "OK – but wrong date, so fail",
    "FAIL: x. Good: the tone",
]


@pytest.mark.parametrize("cell", DOUBTFUL)
def test_a_cell_with_two_headings_or_two_verdicts_is_asked_about_alone(
    workspace: Workspace, tmp_path: Path, cell: str
) -> None:
    file = written(tmp_path, [["question", "answer", "verdict"], *rows_with([cell, *WORDED[:3]])])
    importing.import_file(workspace, file)
    assert stored(workspace) == []
    described = Description(grades=("overall=verdict",))
    with pytest.raises(BadInput) as refused:
        importing.import_file(workspace, file, described=described)
    assert f"mean: {cell.lower()!r}. Nothing" in str(refused.value)
    importing.import_file(workspace, file, described=described.model_copy(update={"fails": (cell,)}))
    graded = [(value, note) for _, value, note in stored(workspace)]
    assert graded == sorted([("fail", cell), ("fail", "invents a date"), ("pass", ""), ("pass", "ok")])


PARTED = [
    ("FAIL: wrong date. Correct: 5 May", "fail", "wrong date. Correct: 5 May"),
    ("不合格：日期错了。正确：5月5日", "fail", "日期错了。正确：5月5日"),
    ("FAIL: no, true: it was May", "fail", "no, true: it was May"),
    ("不合格：没有说明可以通过官网办理", "fail", "没有说明可以通过官网办理"),
    ("FAIL: good tone, wrong date", "fail", "good tone, wrong date"),
    ("PASS: says that the payment failed", "pass", "says that the payment failed"),
    ("通过——没问题", "pass", "没问题"),
]


@pytest.mark.parametrize(("cell", "value", "note"), PARTED)
def test_what_should_have_been_said_is_no_second_heading(
    workspace: Workspace, tmp_path: Path, cell: str, value: str, note: str
) -> None:
    file = written(tmp_path, [["question", "answer", "verdict"], *rows_with([cell, "pass", "", ""])])
    importing.import_file(workspace, file)
    assert stored(workspace) == sorted([("import", value, note), ("import", "pass", "")])


@pytest.mark.parametrize("values", [["pass", "fail", "n/a", ""]])
def test_mere_verdicts_are_not_parted(workspace: Workspace, tmp_path: Path, values: list[str]) -> None:
    file = written(tmp_path, [["question", "answer", "verdict"], *rows_with(values)])
    seen = importing.preview(workspace, file)
    assert [row["verdict"] or "" for row in seen.rows] == values
    assert list(seen.columns) == ["question", "answer", "verdict"]
    warnings = importing.import_file(workspace, file).warnings
    assert not [warning for warning in warnings if warning.code == "cell_notes"]
    assert stored(workspace) == [("import", "fail", ""), ("import", "pass", "")]


@pytest.mark.parametrize("cell", ["n/a: could not read", "skip: not mine"])
def test_a_text_behind_a_word_for_no_grade_does_not_stop_the_column(
    workspace: Workspace, tmp_path: Path, cell: str
) -> None:
    file = written(tmp_path, [["question", "answer", "verdict"], *rows_with([cell, *WORDED[:3]])])
    importing.import_file(workspace, file)
    assert [value for _, value, _ in stored(workspace)] == ["fail", "pass", "pass"]
    assert kept_notes(workspace) == [cell.split(": ")[1]]


def kept_notes(workspace: Workspace) -> list[str]:
    """What people wrote without a grade, as the outputs' details have it."""
    known = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id)).values()
    return sorted(output.metadata["notes"] for output in known if output.metadata.get("notes"))


def test_what_was_written_behind_a_value_that_is_said_to_be_no_grade_is_kept_in_the_details(
    workspace: Workspace, tmp_path: Path
) -> None:
    cells = ["unclear: cannot tell", "PASS: ok", "fail", "unclear"]
    rows = [["question", "answer", "verdict", "comment"], *rows_with(cells, ["see p. 2", "x", "", ""])]
    described = Description(grades=("overall=verdict",), no_grade=("unclear",))
    importing.import_file(workspace, written(tmp_path, rows), described=described)
    assert stored(workspace) == [("import", "fail", ""), ("import", "pass", "ok\nx")]
    assert kept_notes(workspace) == ["cannot tell\nsee p. 2"]


@pytest.mark.parametrize(
    ("cells", "notes"),
    [
        (["1: wrong date", "4 - nice", "4 - fine", "5"], ["", "fine", "nice", "wrong date"]),
        (["1 - bad", "5 - good", "5 - good", "5 - good"], ["", "", "", ""]),
        (["1: 差", "5", "4", "n/a"], ["", "", "差"]),
    ],
)
def test_texts_behind_numbers_are_notes_but_where_they_name_the_numbers(
    workspace: Workspace, tmp_path: Path, cells: list[str], notes: list[str]
) -> None:
    file = written(tmp_path, [["question", "answer", "rating"], *rows_with(cells)])
    described = Description(grades=("overall=rating",), passes_from=("4",))
    importing.import_file(workspace, file, described=described)
    assert sorted(note for *_, note in stored(workspace)) == notes
    assert [value for _, value, _ in stored(workspace)].count("fail") == 1


def test_a_text_behind_a_verdict_that_is_part_of_a_note_is_kept(workspace: Workspace, tmp_path: Path) -> None:
    cells, notes = (["FAIL: date", "PASS: ok", "pass", ""], ["update the text", "broken link", "fine", ""])
    file = written(tmp_path, [["question", "answer", "verdict", "comment"], *rows_with(cells, notes)])
    importing.import_file(workspace, file)
    assert [note for *_, note in stored(workspace)] == ["date\nupdate the text", "fine", "ok\nbroken link"]


def test_the_notes_of_equal_grades_are_joined(workspace: Workspace, tmp_path: Path) -> None:
    given = ["pass: x", "pass: y", "pass", "pass: x"]
    rows = [["question", "answer", "verdict"], *(["Q", "A", cell] for cell in given)]
    described = Description(grades=("overall=verdict",), annotator="ann")
    for _ in range(2):
        importing.import_file(workspace, written(tmp_path, rows), described=described)
        assert stored(workspace) == [("ann", "pass", "x\ny")]
    rows.append(["Q", "A", "fail: z"])
    described = described.model_copy(update={"several": "worst"})
    importing.import_file(workspace, written(tmp_path, rows), described=described)
    assert stored(workspace) == [("ann", "fail", "z")]


def test_preferences_and_counts_of_votes_are_not_offered_as_grades(
    workspace: Workspace, tmp_path: Path
) -> None:
    pair = {"history": "Shall I?", "human_ref_A": "Do.", "human_ref_B": "Wait.", "labels": 0}
    told = [
        {"score_A": 52, "score_B": 54, "score_ratio": 1.04},
        {"score_A": 9, "score_B": 3, "score_ratio": 3.0},
    ]
    likes = [
        {"prompt": "Why?", "response1": "So.", "response2": "Thus.", "overall_preference": n} for n in (-3, 2)
    ]
    for records in ([pair | more for more in told], likes):
        path = tmp_path / "a.jsonl"
        path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
        assert importing.preview(workspace, str(path)).seen == ()


@pytest.mark.parametrize("filling", ["\n", ":", ". ", "1 ", " but ", ". pass ", "\n- "])
def test_a_hostile_cell_is_read_at_once(filling: str) -> None:
    cell = f"fail{filling * 20_000}x"
    assert cell_notes.word(cell) in {"fail", cell}
    assert cell_notes.are_parted([cell, "pass"]) in {True, False}


@pytest.mark.parametrize("column", ["feedback", "Notes"])
def test_a_note_beside_no_grade_is_kept_in_the_details(
    workspace: Workspace, tmp_path: Path, column: str
) -> None:
    rows = rows_with(["fail", "", "pass", ""], ["wrong date", "not sure what was asked", "", ""])
    file = written(tmp_path, [["question", "answer", "verdict", column], *rows])
    described = Description(grades=("overall=verdict",), note=column)
    importing.import_file(workspace, file, described=described)
    assert stored(workspace) == [("import", "fail", "wrong date"), ("import", "pass", "")]
    known = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id)).values()
    kept = [
        value
        for output in known
        for key, value in output.metadata.items()
        if value and key.startswith("notes")
    ]
    assert kept == ["not sure what was asked"]


def test_a_note_that_is_a_part_of_what_another_wrote_is_kept(workspace: Workspace, tmp_path: Path) -> None:
    """Bob's was lost: it is within Ann's, though it is none of its lines."""
    head = ["question", "answer", "ann", "ann note", "bob", "bob note"]
    rows = [["Q0", "A0", "fail", "not sure", "", "sure"], ["Q1", "A1", "pass", "ok", "fail", "no"]]
    gradings = tuple(Grading(column=who, note=f"{who} note", annotator=who.title()) for who in ("ann", "bob"))
    mapping = Mapping(output="answer", input="question", gradings=gradings)
    importing.import_file(workspace, written(tmp_path, [head, *rows]), mapping=mapping)
    assert kept_notes(workspace) == ["sure"]


def lost(result: ImportResult) -> list[str]:
    return [sentence(warning) for warning in result.warnings if warning.code == "notes_lost"]


def test_a_note_beside_no_grade_that_has_no_place_is_told_with_its_row(
    workspace: Workspace, tmp_path: Path
) -> None:
    """It vanished without a word: in a second row of an output, of a known one, in judgements alone."""
    head = ["id", "question", "answer", "verdict", "comment"]
    rows = [
        ["a", "Q0", "A0", "", "first"],
        ["a", "Q0", "A0", "", "second"],
        ["b", "Q1", "A1", "pass", "ok"],
        ["a", "Q0", "A0", "", "first"],
    ]
    described = Description(grades=("overall=verdict",), note="comment")
    for _ in range(2):  # what is kept already is not lost when the file comes again
        result = importing.import_file(workspace, written(tmp_path, [head, *rows]), described=described)
        assert kept_notes(workspace) == ["first"]
        assert len(lost(result)) == 1 and lost(result)[0].endswith("was not kept: row 3.")
    later = written(tmp_path, [head, ["b", "Q1", "A1", "", "why?"], ["c", "Q2", "A2", "", "new"]])
    (told,) = lost(importing.import_file(workspace, later, described=described))
    assert told.endswith("row 2.") and kept_notes(workspace) == ["first", "new"]
    alone = [["id", "verdict", "comment"], ["b", "", "one"], ["c", "", "two"], ["d", "fail", "x"]]
    described = Description(columns={"id": "id"}, grades=("overall=verdict",), note="comment")
    (told,) = lost(importing.import_file(workspace, written(tmp_path, alone), described=described))
    assert told.startswith("2 notes") and told.endswith("were not kept: rows 2, 3.")


def test_of_a_wide_table_so_many_columns_are_read_in_whole(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    ask = offering.column_values

    def count(cursor: Any, staged: Staging, column: str, *rest: Any) -> Any:
        read.append(column)
        return ask(cursor, staged, column, *rest)

    monkeypatch.setattr(offering, "column_values", count)
    names = [f"score {number}" for number in range(100)]
    rows = [["Q", f"A{number}", *["" for _ in names]] for number in range(4)]
    importing.preview(workspace, written(tmp_path, [["question", "answer", *names], *rows]))
    assert len(read) < len(names)


def test_what_a_form_writes_into_an_empty_cell_is_neither_a_grade_nor_a_note(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = rows_with(["合格", "(跳过)", "不合格", "合格"], ["(空)", "(跳过)", "日期错了", ""])
    file = written(tmp_path, [["题目", "回答", "评分", "理由"], *rows])
    importing.import_file(workspace, file, described=Description(grades=("overall=评分",), note="理由"))
    assert stored(workspace) == [
        ("import", "fail", "日期错了"),
        ("import", "pass", ""),
        ("import", "pass", ""),
    ]
    assert kept_notes(workspace) == []


def test_a_column_that_holds_the_outputs_says_nothing_of_them(workspace: Workspace, tmp_path: Path) -> None:
    question = "1、问题：谁付房租？回答：租客。请评价该回答"
    file = written(tmp_path, [["序号", question], ["1", "好"], ["2", "差"]])
    described = Description(columns={"output": question}, grades=(f"overall={question}",))
    with pytest.raises(BadInput, match="both the outputs") as told:
        importing.import_file(workspace, file, described=described)
    assert "each row is a person" in str(told.value.next_step)
