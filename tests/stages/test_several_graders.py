"""Several grades of one output in a file: each stays its person's and its criterion's, or it is asked."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest

from labelcore.errors import BadInput
from labelcore.messages import sentence
from labelcore.messages.catalogue import speaking
from labelcore.stages import importing
from labelcore.stages.importing import Description
from labelcore.store import grades
from labelcore.workspace import Workspace

HEADER = ["question", "answer", "criterion", "rater", "score", "comment"]
LONG = [
    HEADER,
    *(
        [f"Q{n}", f"A{n}", criterion, rater, score, f"{criterion} {rater} {n}"]
        for n in range(3)
        for criterion, rater, score in (
            ("tone", "ann", "5"),
            ("tone", "ben", "4"),
            ("facts", "ann", "2"),
            ("facts", "ben", "1"),
        )
    ),
]


def table(folder: Path, rows: Sequence[Sequence[str]], name: str = "a.csv") -> str:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return str(path)


def without(rows: Sequence[Sequence[str]], *columns: str) -> list[list[str]]:
    kept = [place for place, name in enumerate(rows[0]) if name not in columns]
    return [[row[place] for place in kept] for row in rows]


def stored(workspace: Workspace) -> list[tuple[str, str, str]]:
    """Who graded, with which value and note, in their order."""
    found = grades.current(workspace.db, workspace.project.id)
    return sorted((grade.annotator, grade.value, grade.note) for grade in found)


def test_grades_of_several_people_are_not_taken_as_those_of_one(workspace: Workspace, tmp_path: Path) -> None:
    rows = [["question", "answer", "correct", "comment"]]
    rows += [
        [f"Q{n}", f"A{n}", said, why] for n in range(4) for said, why in (("yes", ""), ("no", "the date"))
    ]
    file = table(tmp_path, rows)
    result = importing.import_file(workspace, file)
    assert (result.batch.outputs_new, result.batch.grades_new) == (4, 0)
    assert [seen.name for seen in result.seen if not seen.taken] == ["correct"]
    with pytest.raises(BadInput, match="4 outputs have several different grades by one person in 'correct'"):
        importing.import_file(workspace, file, described=Description(grades=("overall=correct",)))
    assert stored(workspace) == []
    asked = Description(grades=("overall=correct",), annotator="kim")
    with pytest.raises(BadInput, match="say which grade counts: --several last or --several worst"):
        importing.import_file(workspace, file, described=asked)
    asked = asked.model_copy(update={"several": "last"})
    result = importing.import_file(workspace, file, described=asked)
    assert stored(workspace) == [("kim", "fail", "the date")] * 4
    told = [sentence(warning) for warning in result.warnings if warning.code == "several_grades"]
    assert told == [
        "4 outputs have several different grades by “kim”, of which the last one in the file counts."
    ]
    with speaking("zh"):
        assert "4 条输出有“kim”给出的多个不同评分，以文件中最后一个为准" in sentence(
            next(warning for warning in result.warnings if warning.code == "several_grades")
        )


def test_where_it_is_said_which_grade_counts_the_known_column_is_taken(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [["question", "answer", "grade"], ["Q", "A", "fail"], ["Q", "A", "pass"], ["R", "B", "pass"]]
    importing.import_file(workspace, table(tmp_path, rows), described=Description(several="worst"))
    assert [value for _, value, _ in stored(workspace)] == ["fail", "pass"]


def test_grades_of_one_person_in_two_spellings_are_one_persons(workspace: Workspace, tmp_path: Path) -> None:
    rows = [["question", "answer", "grade", "rater"], ["Q", "A", "pass", "Ann"], ["Q", "A", "fail", "ann "]]
    described = Description(grades=("overall=grade",))
    with pytest.raises(BadInput, match="several different grades by one person in 'grade'"):
        importing.import_file(workspace, table(tmp_path, rows), described=described)


def test_what_tells_several_grades_apart_is_named(workspace: Workspace, tmp_path: Path) -> None:
    rows = without([HEADER, *(row for row in LONG[1:] if row[2] == "tone")], "criterion")
    file = table(tmp_path, [[*rows[0][:2], "checked_in", *rows[0][3:]], *rows[1:]])
    with pytest.raises(BadInput) as refused:
        importing.import_file(
            workspace, file, described=Description(grades=("overall=score",), passes_from=("5",))
        )
    assert "apart: checked_in." in str(refused.value)


def test_a_column_of_many_values_is_not_said_to_tell_grades_apart(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [["answer", "source_ref", "score"]]
    rows += [[f"A{n}", f"d{n}-{score}", score] for n in range(60) for score in ("1", "1", "5", "5")]
    described = Description(grades=("overall=score",), passes_from=("4",))
    with pytest.raises(BadInput, match=r"60 outputs have several") as refused:
        importing.import_file(workspace, table(tmp_path, rows), described=described)
    assert str(refused.value).endswith("--several last or --several worst.")


@pytest.mark.parametrize(("counts", "values"), [("last", ["pass", "fail"]), ("worst", ["fail", "fail"])])
def test_a_grade_that_gives_way_to_a_different_one_is_no_repeat(
    workspace: Workspace, tmp_path: Path, counts: Literal["last", "worst"], values: list[str]
) -> None:
    given = [("A", "fail"), ("A", "pass"), ("B", "fail"), ("B", "pass"), ("B", "fail")]
    file = table(tmp_path, [["question", "answer", "grade"], *(["Q", *row] for row in given)])
    described = Description(grades=("overall=grade",), annotator="ann", several=counts)
    result = importing.import_file(workspace, file, described=described)
    assert sorted(stored(workspace)) == sorted(("ann", value, "") for value in values)
    told = [sentence(warning) for warning in result.warnings if warning.code.startswith("brought")]
    assert told == [
        "2 grades give way to different ones by the same person of the same output.",
        "One grade stands in the file again, by the same person of the same output, and counts once.",
    ]


def test_who_graded_and_why_come_with_the_grades_that_are_asked_for(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = without([HEADER, *(row for row in LONG[1:] if row[2] == "tone")], "criterion")
    described = Description(grades=("overall=score",), passes_from=("5",))
    importing.import_file(workspace, table(tmp_path, rows), described=described)
    assert stored(workspace) == [
        *(("ann", "pass", f"tone ann {n}") for n in range(3)),
        *(("ben", "fail", f"tone ben {n}") for n in range(3)),
    ]


def test_a_column_that_says_what_each_row_grades_gives_a_criterion_each(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = table(tmp_path, LONG)
    told = {"passes_from": ("tone=5", "facts=2")}
    with pytest.raises(BadInput, match=r"--grades '\{criterion\}=score'"):
        importing.import_file(workspace, file, described=Description(grades=("overall=score",), **told))
    kim = Description(grades=("overall=score",), passes_from=("4",), annotator="kim")
    (said,) = [
        warning
        for warning in importing.preview(workspace, file, described=kim).warnings
        if warning.code == "several_grades"
    ]
    assert said.values["asked"]  # which of a person's grades counts is said of the person's too
    described = Description(grades=("{criterion}=score",), **told)
    seen = importing.preview(workspace, file, described=described).seen
    assert [(one.name, [value["value"] for value in one.values]) for one in seen] == [
        ("facts", ["1", "2"]),
        ("tone", ["4", "5"]),
    ]
    batch = importing.import_file(workspace, file, described=described).batch
    assert (batch.outputs_new, batch.duplicates, batch.grades_new) == (3, 9, 12)
    assert stored(workspace) == [
        *(("ann", "pass", f"{criterion} ann {n}") for criterion in ("facts", "tone") for n in range(3)),
        *(("ben", "fail", f"{criterion} ben {n}") for criterion in ("facts", "tone") for n in range(3)),
    ]
    assert {grading["criterion"] for grading in batch.mapping["gradings"]} == {"facts", "tone"}


def test_a_yes_to_what_is_graded_counts_by_the_name_of_the_criterion(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [["question", "answer", "aspect", "judged"]]
    rows += [[f"Q{n}", f"A{n}", aspect, "yes"] for n in range(2) for aspect in ("helpful", "toxic")]
    seen = importing.preview(
        workspace, table(tmp_path, rows), described=Description(grades=("{aspect}=judged",))
    ).seen
    assert {one.name: one.values[0]["meaning"] for one in seen} == {"helpful": "pass", "toxic": "fail"}


def test_a_column_of_many_different_things_says_no_criteria(workspace: Workspace, tmp_path: Path) -> None:
    rows = [["answer", "what", "score"], *([f"A{n}", f"w{n}", "1"] for n in range(60))]
    with pytest.raises(BadInput, match="more than 50 different values"):
        importing.import_file(
            workspace, table(tmp_path, rows), described=Description(grades=("{what}=score",))
        )


def test_each_grades_note_stands_in_the_column_that_bears_its_name(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [
        ["question", "answer", "Accuracy", "Accuracy comment", "Tone", "Tone comment"],
        ["Q", "A", "fail", "wrong date", "pass", ""],
        ["R", "B", "pass", "", "fail", "harsh"],
    ]
    described = Description(grades=("accuracy=Accuracy", "tone=Tone"))
    importing.import_file(workspace, table(tmp_path, rows), described=described)
    assert [note for _, value, note in stored(workspace) if value == "fail"] == ["harsh", "wrong date"]


def test_each_raters_note_stands_in_the_column_that_bears_the_name(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [
        ["问题", "回答", "张三评分", "李四评分", "张三备注", "李四备注"],
        ["问", "答", "5", "1", "好", "太短"],
    ]
    described = Description(grades=("overall@张三=张三评分", "overall@李四=李四评分"), passes_from=("4",))
    importing.import_file(workspace, table(tmp_path, rows), described=described)
    assert stored(workspace) == [("张三", "pass", "好"), ("李四", "fail", "太短")]


def test_notes_that_nobody_asked_for_may_be_missing_in_a_later_file(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [["question", "answer", "score", "comment"], ["Q", "A", "5", "fine"]]
    table(tmp_path, rows, "r1.csv")
    table(tmp_path, [["question", "answer", "score"], ["R", "B", "1"]], "r2.csv")
    described = Description(grades=("overall=score",), passes_from=("4",))
    importing.import_file(workspace, str(tmp_path / "r*.csv"), described=described)
    assert stored(workspace) == [("import", "fail", ""), ("import", "pass", "fine")]


def test_a_second_file_of_grades_by_nobody_in_particular_says_what_it_replaces(
    workspace: Workspace, tmp_path: Path
) -> None:
    described = Description(grades=("overall=score",), passes_from=("4",))
    rows = [["question", "answer", "score"], ["Q", "A", "5"], ["R", "B", "5"]]
    first = importing.import_file(workspace, table(tmp_path, rows), described=described)
    second = importing.import_file(
        workspace, table(tmp_path, [*rows[:2], ["R", "B", "1"]], "b.csv"), described=described
    )
    told = [
        [sentence(w) for w in result.warnings if w.code == "replaced_grades"] for result in (first, second)
    ]
    assert told[0] == [] and "One grade takes the place of a different one" in told[1][0]
    with speaking("zh"):
        assert "请撤回本次导入" in sentence(next(w for w in second.warnings if w.code == "replaced_grades"))
    named = described.model_copy(update={"annotator": "ben"})
    third = importing.import_file(workspace, table(tmp_path, rows, "c.csv"), described=named)
    assert not any(w.code == "replaced_grades" for w in third.warnings)
    assert len(stored(workspace)) == 4


def test_grades_of_no_criterion_are_counted_and_not_lost_without_a_word(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [["question", "answer", "criterion", "score"]]
    rows += [[f"Q{n}", f"A{n}", name, "pass"] for n in range(4) for name in ("tone", "facts", " ")]
    described = Description(grades=("{criterion}=score",))
    result = importing.import_file(workspace, table(tmp_path, rows), described=described)
    told = [sentence(warning) for warning in result.warnings if warning.code == "of_no_criterion"]
    assert result.batch.grades_new == 8 and told == [
        "4 grades were not taken: 'criterion' is empty beside them, so it is not known which criterion they "
        "are of."
    ]
    seen = importing.preview(workspace, table(tmp_path, rows), described=described)
    assert [warning.values["n"] for warning in seen.warnings if warning.code == "of_no_criterion"] == [4]
    nothing = [[*row[:2], "", "pass"] for row in rows[1:]]
    seen = importing.preview(workspace, table(tmp_path, [rows[0], *nothing]), described=described)
    assert [warning.values["n"] for warning in seen.warnings if warning.code == "of_no_criterion"] == [12]


def test_a_new_value_of_the_column_that_says_what_is_graded_is_read_in_later_files(
    workspace: Workspace, tmp_path: Path
) -> None:
    def file(name: str, *criteria: str) -> str:
        rows = [[f"{name} {n}", f"A{n}", criterion, "pass"] for n in range(2) for criterion in criteria]
        return table(tmp_path, [["question", "answer", "criterion", "score"], *rows], name)

    described = Description(grades=("{criterion}=score",))
    first = importing.import_file(workspace, file("a.csv", "tone", "facts"), described=described)
    kept = importing.keep_mapping(workspace, first.batch.id, "weekly")
    assert [(grading.criterion, grading.only) for grading in kept.gradings] == [("{criterion}", None)]
    later = file("b.csv", "safety", "tone")
    assert importing.preview(workspace, later).kept == ("weekly",)
    result = importing.import_file(workspace, later, described=Description(kept="weekly"))
    assert result.batch.grades_new == 4
    for name, criterion in (("r1.csv", "tone"), ("r2.csv", "safety")):
        file(name, criterion)
    result = importing.import_file(workspace, str(tmp_path / "r*.csv"), described=described)
    assert result.batch.grades_new == 4


@pytest.mark.parametrize(
    ("column", "who"), [("user", "import"), ("worker", "import"), ("By", "import"), ("rater", "u1")]
)
def test_a_products_user_is_not_who_graded(
    workspace: Workspace, tmp_path: Path, column: str, who: str
) -> None:
    rows = [["question", "answer", "grade", column], ["Q", "A", "pass", "u1"], ["R", "B", "fail", "u1"]]
    described = Description(grades=("overall=grade",))
    importing.import_file(workspace, table(tmp_path, rows), described=described)
    assert {name for name, *_ in stored(workspace)} == {who}
    if column == "user":
        rows[1][1] = "B"
        importing.import_file(workspace, table(tmp_path, rows, "b.csv"))
        assert {name for name, *_ in stored(workspace)} == {who}
    asked = described.model_copy(update={"annotator": column})
    importing.import_file(workspace, table(tmp_path, rows), described=asked)
    assert "u1" in {name for name, *_ in stored(workspace)}
