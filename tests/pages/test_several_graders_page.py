"""The import page where one output has several grades: who graded, or what, is one press."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.store import grades
from pages.widgets import shell
from tests.pages.opening import SECONDS
from tests.pages.test_importing_page import PAGE, button, quiet, select, upload, workspace

LONG = "question,answer,aspect,checker,score,comment\n" + "".join(
    f"Q{n},A{n},{aspect},{place},{score},{aspect} {place}\n"
    for n in range(4)
    for aspect, place, score in (
        ("tone", "Oslo", 5),
        ("tone", "Bonn", 4),
        ("facts", "Oslo", 2),
        ("facts", "Bonn", 1),
    )
)

RATED = (("Oslo", "pass", "fail"), ("Bonn", "fail", "pass"))


def key_of(page: AppTest, label: str) -> str:
    return next(str(box.key) for box in page.multiselect if box.label == label)


@pytest.fixture
def page(database: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(shell, "is_here", lambda: True)
    return AppTest.from_file(str(PAGE), default_timeout=SECONDS)


def test_what_tells_several_grades_of_an_output_apart_is_asked_and_pressed(page: AppTest) -> None:
    rows = LONG.splitlines()
    upload(page, "\n".join([rows[0], *(row for row in rows[1:] if ",tone," in row)]))
    button(page, "Take it as the grade").click()
    quiet(page.run())
    select(page, "Good from").select(5.0)
    quiet(page.run())
    assert any("4 outputs have several different grades by “import”" in told.value for told in page.warning)
    assert button(page, "Import 4 outputs").disabled
    button(page, "“checker” says who graded").click()
    quiet(page.run())
    assert not any("several different grades" in told.value for told in page.warning)
    button(page, "Import 4 outputs").click()
    quiet(page.run())
    place = workspace()
    found = grades.current(place.db, place.project.id)
    assert sorted({(grade.annotator, grade.value, grade.note) for grade in found}) == [
        ("Bonn", "fail", "tone Bonn"),
        ("Oslo", "pass", "tone Oslo"),
    ]


def test_a_column_that_tells_two_criteria_apart_is_offered_once(page: AppTest) -> None:
    upload(page, LONG)
    button(page, "Take it as the grade").click()
    quiet(page.run())
    button(page, "“aspect” says what was graded").click()
    quiet(page.run())
    told = [warning.value for warning in page.warning if "several different grades" in warning.value]
    assert len(told) == 2
    button(page, "“checker” says who graded").click()
    quiet(page.run())
    assert not any("several different grades" in warning.value for warning in page.warning)


@pytest.mark.parametrize("who", ["rater", "checker"])
def test_who_graded_is_asked_of_criteria_without_a_grade_of_the_whole_too(page: AppTest, who: str) -> None:
    rows = [f"Q{n},A{n},{place},{tone},{facts}" for n in range(3) for place, tone, facts in RATED]
    upload(page, "\n".join([f"question,answer,{who},Tone,Facts", *rows]))
    page.multiselect(key=key_of(page, "Grades on one criterion each")).select("Tone").select("Facts")
    quiet(page.run())
    if who == "checker":
        assert any("several different grades" in warning.value for warning in page.warning)
        button(page, "“checker” says who graded").click()
        quiet(page.run())
    assert select(page, "Who graded, or which user").value == who
    assert not any("several different grades" in warning.value for warning in page.warning)
    button(page, "Import 3 outputs").click()
    quiet(page.run())
    found = grades.current(workspace().db, workspace().project.id)
    assert {grade.annotator for grade in found} == {"Bonn", "Oslo"} and len(found) == 12


def test_what_each_row_grades_gives_a_criterion_each_and_can_be_taken_back(page: AppTest) -> None:
    rows = LONG.replace("checker", "rater")
    upload(page, rows)
    button(page, "Take it as the grade").click()
    quiet(page.run())
    assert select(page, "Who graded, or which user").value == "rater"
    button(page, "“aspect” says what was graded").click()
    quiet(page.run())
    titles = [title.value for title in page.subheader]
    assert "2 What does each value of “facts” mean?" in titles
    assert any("values have no meaning yet" in warning.value for warning in page.warning)
    button(page, "Not so").click()
    quiet(page.run())
    button(page, "“aspect” says what was graded").click()
    quiet(page.run())
    for place, limit in enumerate((2.0, 5.0)):
        [box for box in page.selectbox if box.label == "Good from"][place].select(limit)
        quiet(page.run())
    button(page, "Import 4 outputs").click()
    quiet(page.run())
    assert "16 grades" in page.success[0].value
