"""Columns and values in JSON that look like grades are offered, whatever they are called; none is taken."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from labelcore.errors import BadInput
from labelcore.stages import importing
from labelcore.stages.importing import Description
from labelcore.store import grades, outputs
from labelcore.workspace import Workspace

REVIEWED = [
    {
        "prompt": f"Q{n}",
        "completion": f"Answer {n}",
        "review": {"verdict": verdict, "by": by, "comment": "why"},
    }
    for n, (verdict, by) in enumerate([("bad", "kim"), ("good", "lee"), ("good", "kim")])
]


def lines(folder: Path, rows: list[Any]) -> str:
    path = folder / "a.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return str(path)


def table(folder: Path, columns: dict[str, list[str]]) -> str:
    path = folder / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["question", "answer", *columns])
        writer.writerows(
            [f"Q{n}", f"Answer {n}", *row] for n, row in enumerate(zip(*columns.values(), strict=True))
        )
    return str(path)


def offered(workspace: Workspace, file: str) -> set[str]:
    """The names that are offered; no grade is stored."""
    found = importing.preview(workspace, file)
    assert not any(seen.taken for seen in found.seen)
    result = importing.import_file(workspace, file)
    batch = result.batch
    assert batch.grades_new == 0
    assert batch.rows_read == batch.outputs_new + batch.outputs_known + batch.rows_rejected
    return {seen.name for seen in found.seen}


def test_a_verdict_within_an_object_is_offered(workspace: Workspace, tmp_path: Path) -> None:
    assert offered(workspace, lines(tmp_path, REVIEWED)) == {"review.verdict"}


@pytest.mark.parametrize("name", ["value", "label"])
def test_a_measure_that_is_an_object_is_offered_by_the_value_in_it(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    rows = [{"input": f"Q{n}", "output": f"A{n}", "score": {name: n, "by": "kim"}} for n in range(4)]
    assert offered(workspace, lines(tmp_path, rows)) == {f"score.{name}"}


def test_a_person_may_stand_within_an_object_too(workspace: Workspace, tmp_path: Path) -> None:
    described = Description(grades=("overall=review.verdict",), note="review.comment", annotator="review.by")
    importing.import_file(workspace, lines(tmp_path, REVIEWED), described=described)
    found = grades.current(workspace.db, workspace.project.id)
    assert sorted((grade.annotator, grade.value, grade.note) for grade in found) == [
        ("kim", "fail", "why"),
        ("kim", "pass", "why"),
        ("lee", "pass", "why"),
    ]


def test_a_person_whose_name_begins_like_a_column_is_a_person(workspace: Workspace, tmp_path: Path) -> None:
    described = Description(grades=("overall=review.verdict",), annotator="prompt.kim")
    importing.import_file(workspace, lines(tmp_path, REVIEWED), described=described)
    found = grades.current(workspace.db, workspace.project.id)
    assert {grade.annotator for grade in found} == {"prompt.kim"}


def test_settings_within_objects_and_what_a_model_answered_are_not_offered(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [
        {
            "input": f"Q{n}",
            "output": {"verdict": ["bad", "good"][n % 2], "n": n},
            "meta": {"stream": n % 2 == 0},
        }
        for n in range(4)
    ]
    assert offered(workspace, lines(tmp_path, rows)) == set()


def test_texts_that_stand_alone_in_objects_are_the_texts(workspace: Workspace, tmp_path: Path) -> None:
    rows = [{"input": {"text": f"Q{n}"}, "output": {"body": {"text": f"Answer {n}"}}} for n in range(3)]
    importing.import_file(workspace, lines(tmp_path, rows))
    found = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id)).values()
    assert {(output.input, output.text) for output in found} == {(f"Q{n}", f"Answer {n}") for n in range(3)}


@pytest.mark.parametrize(
    "rows",
    [
        [{"input": "Q", "output": {"text": "A"}}] * 60 + [{"input": "R", "output": "plain"}],
        [{"input": "Q", "output": {"text": "A", "sources": ["b"]}}, {"input": "R", "output": {"text": "C"}}],
        [{"input": "Q", "output": {"answer": "A", "confidence": 0.5}}],
        [{"input": "Q", "output": {"value": 5}}],
    ],
)
def test_objects_that_hold_more_or_not_always_the_same_stay_whole(
    workspace: Workspace, tmp_path: Path, rows: list[Any]
) -> None:
    assert importing.preview(workspace, lines(tmp_path, rows)).guessed.output == "output"


@pytest.mark.in_part(2)
@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Quality (1-10)", "8/10 3/10 n/a"),
        ("NPS", "10 9 3"),
        ("human_score", "1 4 5"),
        ("expertRating", "1 4 5"),
        ("Schulnote", "1 6 3"),
        ("人工评分", "1 5 4"),
        ("relevance", "0.9 0.2 0.95"),
        ("defects", "0 2 4"),
        ("turn_rating", "1 4 5"),
        ("Note", "N/A 4 5"),
        ("tone", "1 2 1"),
        ("toxicity", " ".join(f"0.{n:03}" for n in range(1, 40))),
        ("answer_rating", " ".join(["-"] * 60 + ["1", "5"])),
    ],
)
def test_a_measure_is_offered_by_any_word_of_its_name(
    workspace: Workspace, tmp_path: Path, name: str, cells: str
) -> None:
    assert offered(workspace, table(tmp_path, {name: cells.replace("-", "").split(" ")})) == {name}


@pytest.mark.in_part(2)
@pytest.mark.parametrize(
    "name", ["epoch", "attempt", "passed_turns", "passedTurns", "rating_count", "tokens"]
)
def test_what_counts_something_grades_nothing(workspace: Workspace, tmp_path: Path, name: str) -> None:
    assert offered(workspace, table(tmp_path, {name: "0 1 0 1".split()})) == set()


def test_a_rater_who_only_praised_is_offered_with_the_others(workspace: Workspace, tmp_path: Path) -> None:
    raters = {"rater_ann": ["good", "bad"], "rater_ben": ["good", "good"], "region": ["eu", "eu"]}
    assert offered(workspace, table(tmp_path, raters)) == {"rater_ann", "rater_ben"}


def test_a_measure_within_json_is_offered_however_late_it_begins(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows: list[Any] = [{"input": f"Q{n}", "output": f"A{n}", "more": {"lang": "en"}} for n in range(80)]
    rows += [{"input": f"R{n}", "output": f"B{n}", "more": {"lang": "en", "score": n}} for n in range(3)]
    assert offered(workspace, lines(tmp_path, rows)) == {"more.score"}


def test_what_is_taken_out_of_an_object_is_not_stored_in_the_details_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [
        {
            "input": {"text": f"Q{n}"},
            "output": f"Answer {n}",
            "review": {"verdict": "good", "by": "kim", "lang": "de"},
        }
        for n in range(3)
    ]
    described = Description(grades=("overall=review.verdict",), annotator="review.by")
    importing.import_file(workspace, lines(tmp_path, rows), described=described)
    found = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id)).values()
    assert [output.metadata for output in found] == [{"review": '{"lang":"de"}'}] * 3


def test_what_stands_where_others_have_an_object_stays_in_the_details(
    workspace: Workspace, tmp_path: Path
) -> None:
    marks: list[Any] = [{"value": "good", "by": "kim"}, "not rated: no source", None]
    rows = [{"input": "Q", "output": f"A{n}", "more": {"mark": mark}} for n, mark in enumerate(marks)]
    rows.append({"input": "Q", "output": "A3", "more": {"lang": "de"}})
    described = Description(grades=("overall=more.mark.value",))
    importing.import_file(workspace, lines(tmp_path, rows), described=described)
    found = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id)).values()
    left = {output.text: json.loads(str(output.metadata["more"])) for output in found}
    assert left == {
        "A0": {"mark": {"by": "kim"}},
        "A1": {"mark": "not rated: no source"},
        "A2": {"mark": None},
        "A3": {"lang": "de"},
    }


def test_a_column_of_details_that_was_asked_for_stays_whole(workspace: Workspace, tmp_path: Path) -> None:
    described = Description(grades=("overall=review.verdict",), meta=("review",))
    importing.import_file(workspace, lines(tmp_path, REVIEWED[:1]), described=described)
    (output,) = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id)).values()
    assert json.loads(str(output.metadata["review"])) == REVIEWED[0]["review"]


def rated(*marks: tuple[str, ...]) -> list[Any]:
    return [{"question": f"Q{n}", "answer": f"Answer {n}", "marks": row} for n, row in enumerate(marks)]


def test_the_entries_of_a_list_are_not_offered_one_by_one(workspace: Workspace, tmp_path: Path) -> None:
    file = lines(tmp_path, rated(("good", "bad"), ("bad", "bad"), ("good", "good")))
    assert offered(workspace, file) == set()
    found = importing.preview(workspace, file)
    (told,) = [warning for warning in found.warnings if warning.code == "offered_entries"]
    assert told.values == {"column": "marks", "columns": ["marks[0]", "marks[1]"], "first": "marks[0]"}
    said = Description(grades=("overall@ann=marks[0]", "overall@ben=marks[1]"))
    assert importing.import_file(workspace, file, described=said).batch.grades_new == 6
    people = workspace.db.rows(
        "SELECT annotator, count(*), count(*) FILTER (value = 'pass') FROM grade GROUP BY 1"
    )
    assert sorted(people) == [("ann", 3, 2), ("ben", 3, 1)]


def test_the_only_entry_of_a_list_stands_for_itself(workspace: Workspace, tmp_path: Path) -> None:
    assert offered(workspace, lines(tmp_path, rated(("good",), ("bad",), ("good",)))) == {"marks[0]"}


@pytest.mark.parametrize("column", ["rewritten_query", "edited_text"])
def test_what_users_did_something_to_is_no_signal_of_theirs(
    workspace: Workspace, tmp_path: Path, column: str
) -> None:
    texts = [f"Which of the {n} reports is about rain in the north of the country?" for n in range(3)]
    texts = [text[:30] for text in texts] if column == "rewritten_query" else texts
    assert offered(workspace, table(tmp_path, {column: texts})) == set()


def test_a_second_column_named_like_outputs_is_named(workspace: Workspace, tmp_path: Path) -> None:
    rows = [
        {
            "query": f"Is {n} safe?",
            "response": f"Yes, {n} is quite safe to eat.",
            "output": f"[safe] As {n} is food",
        }
        for n in range(3)
    ]
    file = lines(tmp_path, rows)
    told = [warning.values for warning in importing.preview(workspace, file).warnings]
    assert {"column": "response", "output": "output"} in told
    said = Description(columns={"output": "response"})
    codes = {warning.code for warning in importing.preview(workspace, file, described=said).warnings}
    assert "other_outputs" not in codes


def test_a_preview_says_that_no_outputs_are_known(workspace: Workspace, tmp_path: Path) -> None:
    file = lines(tmp_path, [{"question_id": n, "first": "a", "second": "b"} for n in range(3)])
    assert "no_output" in {warning.code for warning in importing.preview(workspace, file).warnings}
    with pytest.raises(BadInput, match="which column holds the outputs"):
        importing.import_file(workspace, file)


def test_numbers_on_the_levels_of_a_rating_are_offered_whatever_they_fit(
    workspace: Workspace, tmp_path: Path
) -> None:
    levels = ["1", "2", "3", "4", "5"]
    columns = {"rating": levels, "query fit": levels[::-1], "tone fit": levels}
    described = Description(grades=("overall=rating",), passes_from=("4",))
    found = importing.preview(workspace, table(tmp_path, columns), described=described)
    assert {seen.name for seen in found.seen if not seen.taken} == {"query fit", "tone fit"}
