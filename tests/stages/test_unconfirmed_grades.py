"""No grade without a confirmed meaning: columns that look like grades and mean something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from labelcore.errors import BadInput
from labelcore.stages import grading, importing
from labelcore.stages.importing import Description
from labelcore.stages.importing.meanings import polarity
from labelcore.store import grades, outputs
from labelcore.workspace import Workspace


def table(folder: Path, column: str, cells: str, answers: str = "") -> str:
    """A file of questions, answers and one more column; cells and answers stand between blanks."""
    given = cells.split()
    said = answers.split() or [f"Answer {number}" for number in range(len(given))]
    rows = [("question", "answer", column)]
    rows += [
        (f"Q{place}", answer, cell) for place, (answer, cell) in enumerate(zip(said, given, strict=True))
    ]
    path = folder / "a.csv"
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows), "utf-8")
    return str(path)


def given(workspace: Workspace) -> str:
    """The grades in the order of the file."""
    found = {grade.output_id: grade.value for grade in grades.current(workspace.db, workspace.project.id)}
    return " ".join(found.get(output, "-") for output in outputs.ids(workspace.db, workspace.project.id))


UNASKED = [
    ("rating", "1 2 3 4 5", ""),
    ("score", "0 1 1 0", ""),
    ("Bewertung", "1 2 5 6", ""),
    ("grade", "1 1 1", ""),
    ("correct (1 = no, 0 = yes)", "1 0 1", ""),
    ("pass (1=fail)", "1 0 1", ""),
    ("是否合格（1不合格，0合格）", "1 0 1", ""),
    ("correct", "yes no yes", "yes yes no"),
    ("correct", "False True True", "True True False"),
    ("label", "right wrong wrong", "right right wrong"),
    ("label", "up down up", ""),
    ("rating", "4/5 1/5 5/5", ""),
    ("score", "100% 0% 50%", ""),
    ("grade", "2024-05-01 2024-05-02 2024-05-02", ""),
    ("verdict", "17 18 19", ""),
    ("rating", "😀 😡 😀", ""),
    ("correct", "tak nie tak", ""),
    ("label", "good bad neutral", ""),
    ("pass", "1 2 3", ""),
    ("correct", "A T F", ""),
    ("safe", "yes no yes", ""),
    ("toxic", "ja nein nein", ""),
    ("verdict", "true false true", ""),
    ("pass [y means it fails]", "y n y", ""),
    ("Correct (y: wrong)", "y n y", ""),
    ("grade", "good 1 bad 0", ""),
    ("grade", "+ - +", ""),
    ("label", "1 0 1", ""),
    ("correct", "yes no yes", ""),
    ("passed", "true false true", ""),
    ("Korrekt?", "ja nein ja", ""),
    ("是否通过", "是 否 是", ""),
    ("is_good", "1 0 1", ""),
    ("等级", "优 良 差", ""),
    ("您觉得这个回答好吗？", "满意 不满意 满意", ""),
    ("Status", "i.O. n.i.O. i.O.", ""),
    ("Feedback", "👍 👎 👍", ""),
]


@pytest.mark.in_part(4)
@pytest.mark.parametrize(("column", "cells", "answers"), UNASKED)
def test_what_nobody_confirmed_is_offered_and_not_taken(
    workspace: Workspace, tmp_path: Path, column: str, cells: str, answers: str
) -> None:
    result = importing.import_file(workspace, table(tmp_path, column, cells, answers))
    assert (result.batch.grades_new, result.batch.outputs_new) == (0, len(cells.split()))
    assert column in {seen.name for seen in result.seen if not seen.taken}


def test_numbers_on_the_projects_scale_are_taken_when_they_are_asked_for(
    workspace: Workspace, tmp_path: Path
) -> None:
    rules = {"scale": ["1", "2", "3", "4", "5"], "passing_from": 4}
    workspace = workspace.with_project(grading.set_rules(workspace, **rules))
    file = table(tmp_path, "Bewertung", "1 5 4")
    assert importing.import_file(workspace, file).batch.grades_new == 0
    importing.import_file(workspace, file, described=Description(grades=("overall=Bewertung",)))
    assert given(workspace) == "fail pass pass"


@pytest.mark.in_part(4)
@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("hallucination", "✅ ❌ ❌"),
        ("toxic", "👍 👎 👎"),
        ("has_errors", "✓ ✗ ✗"),
        ("error", "correct wrong wrong"),
        ("correct (1 = no)", "1 0 0"),
        ("isn't good", "1 0 0"),
        ("never wrong", "1 0 0"),
        ("lacks accuracy", "yes no no"),
        ("missing_relevant_info", "yes no no"),
        ("error_fixed", "yes no no"),
        ("缺少相关内容", "是 否 否"),
        ("should be rejected", "yes no no"),
    ],
)
def test_a_name_that_does_not_tell_what_a_value_affirms_is_asked_about(
    workspace: Workspace, tmp_path: Path, column: str, cells: str
) -> None:
    told = {"grades": (f"overall={column}",)}
    file = table(tmp_path, column, cells)
    with pytest.raises(BadInput, match="not known what these values"):
        importing.import_file(workspace, file, described=Description(**told))
    first, second, _ = cells.split()
    importing.import_file(workspace, file, described=Description(**told, fails=(first,), passes=(second,)))
    assert given(workspace) == "fail pass pass"


@pytest.mark.parametrize("name", ["correct (yes/no)", "correct yes/no", "Is it correct? (y/n)", "通过 (0/1)"])
def test_the_answers_that_a_name_lists_turn_nothing_round(name: str) -> None:
    assert polarity(name) == 1


def graded(workspace: Workspace, folder: Path, *rows: str) -> str:
    """The grades of a file with these rows."""
    path = folder / "a.csv"
    path.write_text("\n".join(rows), "utf-8")
    importing.import_file(workspace, str(path))
    return given(workspace)


@pytest.mark.in_part(4)
@pytest.mark.parametrize(
    "rows",
    [
        ("question,answer,judge_model,verdict", "Q,A,gpt-4o,pass", "R,B,gpt-4o,fail"),
        ("question,answer,LLM judge,grade", "Q,A,tone v2,pass", "R,B,tone v2,fail"),
        ("question,answer,annotator,label", "Q,A,claude-sonnet-4,good", "R,B,claude-sonnet-4,bad"),
        ("question,answer,graded_by,label", "Q,A,AI grader,good", "R,B,AI grader,bad"),
        ("question,answer,graded_by,label", "Q,A,phi-4,good", "R,B,phi-4,bad"),
        ("question,answer,AI grader name,label", "Q,A,tone v2,good", "R,B,tone v2,bad"),
    ],
)
def test_what_a_model_said_is_no_persons_grade(
    workspace: Workspace, tmp_path: Path, rows: tuple[str, ...]
) -> None:
    assert graded(workspace, tmp_path, *rows) == "- -"


@pytest.mark.parametrize(
    "rows",
    [
        ("question,answer,annotator,label", "Q,A,Claude Monet,good", "R,B,Mistral,bad"),
        ("question,answer,annotator,label", "Q,A,sophie_1,good", "R,B,Philip 2,bad"),
        ("question,answer,grader_name,label", "Q,A,Kim,good", "R,B,Lee,bad"),
    ],
)
def test_a_person_may_be_called_like_a_model(
    workspace: Workspace, tmp_path: Path, rows: tuple[str, ...]
) -> None:
    assert graded(workspace, tmp_path, *rows) == "pass fail"


@pytest.mark.parametrize(
    "rows",
    [
        ("question,answer,correct,annotator", "Q,A,yes,kim", "R,B,no,lee"),
        ("question,answer,correct,comment", "Q,A,1,fine", "R,B,0,the wrong city"),
        ("问题,回答,是否合格,评审人", "Q,A,是,王", "R,B,否,李"),
        ("question,answer,human_label,correct", "Q,A,pass,no", "R,B,fail,yes"),
    ],
)
def test_a_yes_or_no_is_a_grade_where_something_beside_it_tells_of_a_person(
    workspace: Workspace, tmp_path: Path, rows: tuple[str, ...]
) -> None:
    assert graded(workspace, tmp_path, *rows) == "pass fail"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("等级", "是否通过"),
        ("评级", "is_good"),
        ("等级", "评分"),
        ("标注结果", "是否合格"),
        ("评测结果", "是否正确"),
        ("评价结果", "等级"),
        ("评分", "是否通过"),
    ],
)
def test_a_level_beside_what_else_looks_like_a_grade_is_offered_with_it_and_not_taken(
    workspace: Workspace, tmp_path: Path, name: str, other: str
) -> None:
    said = {"is_good": "001", "评分": "225", "等级": "差差优"}.get(other, "否否是")
    rows = [f"{key},A{key},{level},{cell}" for key, level, cell in zip("QRS", "优差优", said, strict=True)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join((f"question,answer,{name},{other}", *rows)), "utf-8")
    result = importing.import_file(workspace, str(path))
    assert result.batch.grades_new == 0
    assert {seen.name for seen in result.seen if not seen.taken} == {name, other}


@pytest.mark.parametrize("name", ["human_label", "Human verdict"])
def test_of_two_columns_that_which_is_said_to_be_peoples_is_taken(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    rows = (f"question,answer,label,{name}", "Q,A,good,bad", "R,B,bad,good")
    assert graded(workspace, tmp_path, *rows) == "fail pass"


def test_where_people_did_not_say_pass_or_fail_nothing_else_speaks_for_them(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = ("question,answer,label,human_score", "Q,A,good,2", "R,B,bad,5")
    assert graded(workspace, tmp_path, *rows) == "- -"


def test_a_minus_beside_a_plus_has_a_meaning_to_be_said(workspace: Workspace, tmp_path: Path) -> None:
    file = table(tmp_path, "grade", "+ - +")
    (seen,) = importing.preview(workspace, file).seen
    assert {value["value"]: value["meaning"] for value in seen.values} == {"+": None, "-": None}
    described = Description(grades=("overall=grade",), passes=("+",), fails=("-",))
    importing.import_file(workspace, file, described=described)
    assert given(workspace) == "pass fail pass"
    with pytest.raises(BadInput, match="'-'"):
        importing.import_file(
            workspace, file, described=described.model_copy(update={"fails": (), "passes": ("+",)})
        )
