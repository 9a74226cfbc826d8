"""The import page: what is what, what each value means, and no grade without a confirmed meaning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.settings import settings
from labelcore.stages import grading, importing, projects
from labelcore.store import grades, listings, open_database
from labelcore.store.filters import Filter
from labelcore.workspace import Workspace
from pages.widgets import shell
from tests.pages.opening import SECONDS

PAGE = Path(__file__).parent.parent.parent / "pages" / "1_importing.py"
RATED = "reply,customer_message,rating,reviewer comment\n" + "".join(
    f"answer {n},question {n // 2},{n % 5 + 1},comment {n}\n" for n in range(20)
)


@pytest.fixture
def page(database: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(shell, "is_here", lambda: True)
    return AppTest.from_file(str(PAGE), default_timeout=SECONDS)


def upload(page: AppTest, text: str, name: str = "answers.csv") -> AppTest:
    page.run()
    page.get("file_uploader")[0].set_value((name, text.encode(), "text/csv"))
    return quiet(page.run())


def quiet(page: AppTest) -> AppTest:
    assert not page.exception and not page.error, [*page.exception, *page.error]
    return page


def select(page: AppTest, label: str) -> Any:
    return next(box for box in page.selectbox if box.label == label)


def button(page: AppTest, label: str) -> Any:
    return next(found for found in page.button if found.label == label)


def workspace() -> Workspace:
    db = open_database(settings().db)
    return Workspace(db, projects.open_project(db, "shop"), "ann")


def values_of_grades() -> list[str]:
    place = workspace()
    return sorted(grade.value for grade in grades.current(place.db, place.project.id))


def test_ratings_are_offered_and_no_grade_comes_in_without_a_confirmed_meaning(page: AppTest) -> None:
    upload(page, RATED)
    assert (select(page, "Output").value, select(page, "Grade").value) == ("reply", None)
    button(page, "Take it as the grade").click()
    quiet(page.run())
    assert (select(page, "Grade").value, select(page, "Note").value) == ("rating", "reviewer comment")
    assert button(page, "Import 20 outputs").disabled
    select(page, "Good from").select(4.0)
    quiet(page.run())
    counts = [badge.value for badge in page.markdown if "pass" in badge.value and "8" in badge.value]
    assert counts
    assert select(page, "“3” counts as").value == "fail"
    select(page, "“3” counts as").select("")
    quiet(page.run())
    button(page, "Import 20 outputs").click()
    quiet(page.run())
    assert "16 grades" in page.success[0].value
    assert values_of_grades() == ["fail"] * 8 + ["pass"] * 8


def test_under_a_name_that_blames_less_is_better_and_it_can_be_turned(page: AppTest) -> None:
    upload(page, RATED.replace("rating", "severity"))
    button(page, "Take it as the grade").click()
    quiet(page.run())
    assert next(toggle for toggle in page.toggle if toggle.label == "Less is better").value
    select(page, "Good up to").select(1.0)
    quiet(page.run())
    assert [select(page, f"“{n}” counts as").value for n in (1, 2, 5)] == ["pass", "fail", "fail"]
    next(toggle for toggle in page.toggle if toggle.label == "Less is better").set_value(v=False)
    quiet(page.run())
    select(page, "Good from").select(5.0)
    quiet(page.run())
    assert [select(page, f"“{n}” counts as").value for n in (1, 2, 5)] == ["fail", "fail", "pass"]
    button(page, "Import 20 outputs").click()
    quiet(page.run())
    assert values_of_grades() == ["fail"] * 16 + ["pass"] * 4


def test_a_verdict_within_json_is_taken_with_the_note_and_the_person_beside_it(page: AppTest) -> None:
    rows = [
        {
            "input": f"Q{n}",
            "output": f"A{n}",
            "review": {"verdict": ["bad", "good"][n % 2], "by": "kim", "note": "x"},
        }
        for n in range(4)
    ]
    upload(page, "\n".join(map(json.dumps, rows)), "answers.jsonl")
    button(page, "Take it as the grade").click()
    quiet(page.run())
    assert (select(page, "Grade").value, select(page, "Note").value) == ("review.verdict", "review.note")
    button(page, "Import 4 outputs").click()
    quiet(page.run())
    place = workspace()
    found = grades.current(place.db, place.project.id)
    assert sorted((grade.value, grade.annotator, grade.note) for grade in found) == [
        ("fail", "kim", "x"),
        ("fail", "kim", "x"),
        ("pass", "kim", "x"),
        ("pass", "kim", "x"),
    ]


def test_without_a_click_the_offered_column_stays_a_detail(page: AppTest) -> None:
    upload(page, RATED)
    button(page, "Import 20 outputs").click()
    quiet(page.run())
    assert "0 grades" in page.success[0].value
    assert values_of_grades() == []


def test_a_value_of_words_that_nobody_explained_holds_the_import(page: AppTest) -> None:
    upload(page, "answer,verdict\na,ja\nb,nein\nc,vielleicht\n")
    select(page, "Grade").select("verdict")
    quiet(page.run())
    for value, meaning in (("ja", "pass"), ("nein", "fail")):
        select(page, f"“{value}” counts as").select(meaning)
        quiet(page.run())
    assert button(page, "Import 3 outputs").disabled
    select(page, "“vielleicht” counts as").select("unsure")
    quiet(page.run())
    button(page, "Import 3 outputs").click()
    quiet(page.run())
    assert values_of_grades() == ["fail", "pass", "unsure"]


def test_a_nested_field_is_chosen_from_the_first_row(page: AppTest) -> None:
    upload(page, '{"id": 1, "body": {"choices": [{"text": "Hello <b>there</b>"}]}}\n', "log.jsonl")
    box = select(page, "Output")
    assert "body.choices[0].text" in box.options
    box.select("body.choices[0].text")
    quiet(page.run())
    button(page, "Import one output").click()
    quiet(page.run())
    assert "one new output" in page.success[0].value


def test_pasted_text_of_two_lists_asks_which_one(page: AppTest) -> None:
    page.run()
    page.radio[0].set_value("paste")
    page.run()
    page.text_area[0].set_value('{"a": [{"x": 1}], "b": [{"y": "text"}, {"y": "more"}]}')
    page.run()
    box = select(page, "Which table or file of it?")
    box.select("b")
    quiet(page.run())
    select(page, "Output").select("y")
    quiet(page.run())
    assert button(page, "Import 2 outputs")


def test_an_import_is_kept_as_a_mapping_proposed_again_and_taken_back(page: AppTest) -> None:
    upload(page, RATED)
    select(page, "Grade").select("rating")
    page.run()
    select(page, "Good from").select(4.0)
    page.run()
    button(page, "Import 20 outputs").click()
    quiet(page.run())
    next(field for field in page.text_input if field.label == "Keep this mapping as").set_value("weekly")
    button(page, "Keep").click()
    quiet(page.run())
    button(page, "Import another file").click()
    page.run()
    page.get("file_uploader")[0].set_value(
        ("next.csv", RATED.replace("answer", "later").encode(), "text/csv")
    )
    quiet(page.run())
    assert (select(page, "Grade").value, select(page, "Good from").value) == ("rating", 4.0)
    button(page, "Import 20 outputs").click()
    quiet(page.run())
    assert len(importing.imports(workspace())) == 2
    button(page, "Take this import back").click()
    quiet(page.run())
    assert [batch.file_name for batch in importing.imports(workspace())] == ["answers.csv"]
    (told,) = page.toast
    assert told.value.replace("\\", "") == "next.csv was taken back: 20 outputs are gone."


def test_a_project_is_begun_where_its_first_outputs_come_in(page: AppTest) -> None:
    page.run()
    by_label = {field.label: field for field in page.text_input}
    by_label["Project name"].set_value("Support replies")
    by_label["What the outputs are for"].set_value("Answers to customers")
    button(page, "Begin").click()
    quiet(page.run())
    assert page.sidebar.selectbox[0].value == "Support replies"
    assert "import its first outputs" in page.success[0].value
    begun = projects.open_project(open_database(settings().db), "Support replies", create=False)
    assert begun.task == "Answers to customers"


def test_a_path_is_only_for_who_sits_at_this_machine(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    page.run()
    assert "A path on this machine" in str(page.radio[0].proto)
    monkeypatch.setattr(shell, "is_here", lambda: False)
    page.run()
    assert [option for option in page.radio[0].options if "path" in option] == []


def test_from_elsewhere_a_path_outside_the_named_folders_is_refused(
    page: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_one, other = tmp_path / "open", tmp_path / "other"
    for folder in (open_one, other):
        folder.mkdir()
        (folder / "a.csv").write_text("answer\nwhat is said\n")
    monkeypatch.setattr(shell, "is_here", lambda: False)
    monkeypatch.setenv("LABELCORE_FOLDERS", str(open_one))
    settings.cache_clear()
    page.run()
    page.radio[0].set_value("path")
    page.run()
    for place in (other / "a.csv", open_one / ".." / "other" / "a.csv", other / "*.csv"):
        page.text_input(key="import-0-path").set_value(str(place))
        page.run()
        assert "FOLDERS" in page.error[0].value
        assert not any("a.csv" in text.value for text in page.text)
    page.text_input(key="import-0-path").set_value(str(open_one / "a.csv"))
    assert button(quiet(page.run()), "Import one output")


PERSONAL = "answer,question\n" + "".join(f"Write to zoe{n}@quill.example.,Who is it? {n}\n" for n in range(3))


def test_personal_data_is_taken_out_counted_and_given_back_with_the_key(page: AppTest) -> None:
    upload(page, PERSONAL)
    next(box for box in page.toggle if "PERSON" in box.label).set_value(True)
    quiet(page.run())
    assert page.dataframe[0].value.values.tolist() == [["Output", "e-mail addresses", 3]]
    button(page, "Import 3 outputs").click()
    quiet(page.run())
    assert page.dataframe[0].value.values.tolist() == [["Output", "e-mail addresses", 3]]
    place = workspace()
    texts = [
        output.text for output, _ in listings.page(place.db, place.project.id, Filter(), start=0, limit=9)
    ]
    assert texts == [f"Write to [EMAIL-{n}]." for n in (1, 2, 3)]
    key = next(Path(str(settings().db)).parent.glob("*.key"))
    assert any(str(key) in text.value for text in page.text)


def test_a_pattern_that_is_none_is_said_and_nothing_comes_in(page: AppTest) -> None:
    upload(page, PERSONAL)
    next(box for box in page.toggle if "PERSON" in box.label).set_value(True)
    page.run()
    next(field for field in page.text_input if field.label == "and find it by this pattern").set_value("(")
    page.run()
    assert not page.exception and page.error
    assert not importing.imports(workspace())


def test_feedback_is_offered_as_such_and_a_value_that_nobody_knows_does_not_hold_it(page: AppTest) -> None:
    upload(page, "answer,thumbs,user\na,up,u1\nb,down,u2\nc,opened,u3\n")
    button(page, "Take it as feedback").click()
    quiet(page.run())
    assert [select(page, f"“{value}” counts as").value for value in ("up", "down", "opened")] == [
        "pass",
        "fail",
        "",
    ]
    assert select(page, "Who graded, or which user").value == "user"
    button(page, "Import 3 outputs").click()
    quiet(page.run())
    assert "3 pieces of user feedback" in page.success[0].value
    place = workspace()
    events = place.db.rows("SELECT value, meaning, person FROM signal ORDER BY value")
    assert events == [("down", "fail", "u2"), ("opened", None, "u3"), ("up", "pass", "u1")]


def test_a_tools_scores_are_offered_as_verdicts_and_its_peoples_as_grades(page: AppTest) -> None:
    people = {"name": "tone", "value": 1, "dataType": "BOOLEAN", "source": "ANNOTATION"}
    judge = {"name": "toxicity", "value": 0.25, "dataType": "NUMERIC", "source": "EVAL"}
    trace: dict[str, Any] = {
        "id": "t1",
        "timestamp": "2026-11-01T10:00:00Z",
        "input": "When?",
        "output": "On Monday.",
    }
    trace |= {"userId": "u", "tags": [], "observations": [], "scores": [people, judge]}
    upload(page, json.dumps([trace]), "traces.json")
    offers = [text.value for text in page.text if text.value.startswith("“")]
    assert offers == ["“tone” looks like grades: 1 (1)", "“toxicity” is another tool's verdict: 0.25 (1)"]


def test_counts_of_one_are_words(page: AppTest) -> None:
    upload(page, 'answer\na\n""\nb\n')
    button(page, "Import 2 outputs").click()
    quiet(page.run())
    assert page.success[0].value.endswith("2 new outputs, 0 grades, one row kept apart.")


def test_an_import_that_people_graded_is_taken_back_after_a_warning_and_their_grades_are_kept(
    page: AppTest,
) -> None:
    upload(page, "answer\na\nb\n")
    button(page, "Import 2 outputs").click()
    quiet(page.run())
    place = workspace()
    (output, _), *_ = listings.page(place.db, place.project.id, Filter(), start=0, limit=1)
    grading.grade(place, output.id, "pass")
    button(page, "Take this import back").click()
    quiet(page.run())
    assert any("their grades stay" in warning.value for warning in page.warning)
    assert len(importing.imports(place)) == 1
    button(page, "Take it back all the same").click()
    quiet(page.run())
    assert not importing.imports(place)
    assert place.db.rows("SELECT value FROM grade") == [("pass",)]


@pytest.mark.parametrize("noted", [True, False])
def test_what_is_next_after_an_import_is_what_home_says(page: AppTest, noted: bool) -> None:
    rows = (
        f"answer {n},{['good', 'bad'][n < 9]},{'too long' if noted and n < 9 else ''}\n" for n in range(60)
    )
    ungraded = "".join(f"more {n},,\n" for n in range(40))
    upload(page, "reply,grade,comment\n" + "".join(rows) + ungraded)
    button(page, "Import 100 outputs").click()
    offered = [found.label for found in quiet(page.run()).button if found.key == "next-step"]
    assert offered == ["Make criteria from the notes" if noted else "Grade 40 more outputs"]
    home = AppTest.from_file(str(PAGE.parent / "0_home.py"), default_timeout=SECONDS).run()
    assert [found.label for found in home.button if found.key == "next-step"] == offered


def test_answers_in_a_list_come_in_one_by_one_where_that_is_said(page: AppTest) -> None:
    upload(page, '{"question": "Three tags?", "response": ["red", "big"]}\n', "lists.jsonl")
    next(box for box in page.toggle if box.label == "Each answer of a list is an output").set_value(True)
    quiet(page.run())
    button(page, "Import 2 outputs").click()
    quiet(page.run())
    place = workspace()
    texts = place.db.rows("SELECT text FROM output WHERE project_id = ?", [place.project.id])
    assert {text for (text,) in texts} == {"red", "big"}


def test_an_empty_cell_that_may_speak_is_named_in_the_language_of_the_page(page: AppTest) -> None:
    page.query_params["labelcore-language"] = "zh"
    upload(page, "question,answer,Pass?\nQ1,A1,x\nQ2,A2,\nQ3,A3,x\n")
    assert any("（空） (1)" in told.value for told in page.text)
