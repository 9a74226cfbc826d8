"""Cells that hold a verdict and why: the word is the grade, the text its note, and nothing else is parted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labelcore.errors import BadInput
from labelcore.messages import sentence
from labelcore.stages import importing
from labelcore.stages.importing import Description
from labelcore.store import outputs, querying
from labelcore.workspace import Workspace
from tests.stages.tables import written
from tests.stages.test_graded_tables import GRADES, rows_with
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
