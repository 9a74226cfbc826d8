"""The Outputs page: a table in the database's pages, one output beside it, and what becomes of a filter."""

from __future__ import annotations

from pathlib import Path

import pytest

from labelcore.models import Output
from labelcore.stages import grading, importing, projects, sampling
from labelcore.store import listings, outputs as output_table, searching
from labelcore.workspace import Workspace
from pages.widgets import keys, listing, shell
from tests.pages.opening import healthy, opened, press, shown
from tests.stages.measured import judge

PAGE = "1_outputs.py"
HOSTILE = "<script>alert(1)</script> **refund** ![x](http://example.org/x.png)"


@pytest.fixture
def empty(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(shell, "is_here", lambda: True)
    return place


@pytest.fixture
def forty(empty: Workspace) -> Workspace:
    made = [
        Output(
            id=f"o{n:02}",
            project_id=empty.project.id,
            text=HOSTILE if n == 7 else f"answer {n}",
            model=f"m{n % 2}",
            metadata={"city": "Rome" if n < 10 else "Oslo"},
        )
        for n in range(40)
    ]
    output_table.add(empty.db, made)
    grading.grade(empty, "o07", "fail", note="rude <b>")
    return empty


def test_an_empty_project_says_what_to_do(empty: Workspace) -> None:
    app = opened(PAGE)
    assert "Import a file first" in app.info[0].value
    for language in ("zh", "中文"):
        app = opened(PAGE, labelcore_language=language)
        assert "还没有输出" in app.info[0].value
        assert app.title[0].value == "输出"


def test_filters_come_from_the_address_and_one_output_is_open(forty: Workspace) -> None:
    app = opened(PAGE)
    assert len(app.dataframe[0].value) == 25
    assert "40 outputs match; here are 1 to 25." in shown(app)
    app.number_input(key=keys.OUTPUTS_PAGE).set_value(2).run()
    assert len(app.dataframe[0].value) == 15
    app = opened(PAGE, outputs_search="REFUND")
    assert "One output matches" in shown(app)
    assert HOSTILE in [code.value for code in app.code]
    assert "ann: fail — rude <b>" in [text.value for text in app.text]
    assert not any("<script>" in element.value for element in app.markdown)
    app.selectbox(key=keys.OUTPUTS_GRADE).set_value("pass").run()
    assert "0 outputs match" in shown(app)
    assert "change the filters" in shown(app)


def test_a_field_is_filtered_by_its_values_with_their_counts(forty: Workspace) -> None:
    app = opened(PAGE)
    app.selectbox(key=keys.OUTPUTS_FIELD).set_value("city").run()
    values = app.multiselect(key=f"{keys.OUTPUTS_FIELD}-city")
    assert values.options == ["Oslo · 30", "Rome · 10"]
    values.set_value(["Rome"]).run()
    assert not app.exception
    assert "10 outputs match" in shown(app)


def test_what_is_filtered_becomes_a_review_list_a_sample_and_a_file(forty: Workspace) -> None:
    app = press(opened(PAGE, outputs_search="answer 1"), "Put them on the review list")
    rules = projects.open_project(forty.db, forty.project.name).rules
    assert rules.review == ("o01", *(f"o{n}" for n in range(10, 20)))
    press(app, "Draw a sample of them")
    sample = sampling.samples(forty)[0]
    assert sample.parameters["filter"] == {"search": "answer 1"}
    assert len(sample.picks) == 11
    press(app, "Prepare the file")
    assert not app.error


def test_an_address_means_the_same_in_every_language(forty: Workspace) -> None:
    for language in ("en", "zh"):
        app = opened(
            PAGE,
            outputs_grade="fail",
            outputs_sort="model",
            outputs_order="down",
            labelcore_language=language,
        )
        assert len(app.dataframe[0].value) == 1
        assert app.query_params["outputs-grade"] in ("fail", ["fail"])
    app = opened(PAGE, outputs_grade="fail")
    app.selectbox(key=keys.OUTPUTS_GRADE).set_value("none").run()
    assert app.query_params["outputs-grade"] in ("none", ["none"])
    app.selectbox(key=keys.OUTPUTS_WAY).set_value("down").run()
    assert app.query_params["outputs-order"] in ("down", ["down"])
    app.selectbox(key=keys.OUTPUTS_GRADE).set_value(None).run()
    assert "outputs-grade" not in app.query_params


def test_feedback_is_filtered_and_seen_beside_its_output(forty: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("text,thumbs,user,comment\nIt is seven,down,u7,<b>wrong</b>\nIt is eight,up,u8,\n")
    importing.import_file(
        forty,
        str(file),
        described=importing.Description(
            columns={"output": "text"}, feedback={"thumbs": "thumbs"}, annotator="user", note="comment"
        ),
    )
    app = opened(PAGE)
    box = app.selectbox(key=keys.OUTPUTS_USERS)
    assert box.options == ["thumbs: complaint", "thumbs: praise", "thumbs: says nothing"]
    box.select("thumbs: complaint").run()
    assert not app.exception
    assert "One output matches" in shown(app)
    (line,) = [text.value for text in app.text if text.value.startswith("Users:")]
    assert line.startswith("Users: thumbs “down” (complaint, u7)") and line.endswith("<b>wrong</b>")
    app.toggle(key=f"{keys.OUTPUTS_USERS}-worth").set_value(True).run()
    assert not app.exception
    assert "not measurable" in shown(app)


def test_an_output_is_shown_as_it_was_for_who_has_the_key(forty: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "mails.csv"
    file.write_text("text\nAsk zoe@quill.example\n")
    importing.import_file(
        forty, str(file), described=importing.Description(redact=("all",), columns={"output": "text"})
    )
    app = opened(PAGE, outputs_search="EMAIL")
    assert "Ask zoe@quill.example" not in [code.value for code in app.code]
    press(app, "Show this output")
    assert "Ask zoe@quill.example" in [code.value for code in app.code]
    press(app, "All outputs as a file")
    assert not app.error
    assert "zoe@quill" not in repr(forty.db.rows("SELECT * FROM output"))


def test_a_long_search_says_how_far_it_is_and_what_was_found_can_be_used(
    forty: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((listings, "_FIRST_PART"), (searching, "_LARGEST_PART")):
        monkeypatch.setattr(module, name, 4)
    monkeypatch.setattr(listing, "_SECONDS", 1e-9)
    app = opened(PAGE, outputs_search="zebra")
    assert "still searching" in shown(app) or "0 outputs match" in shown(app)
    while "still searching" in shown(app):
        app.run()
    assert "0 outputs match" in shown(app)


def test_filters_behind_the_button_are_said_and_taken_away_with_a_press(forty: Workspace) -> None:
    asked = {keys.OUTPUTS_FIELD: "city", f"{keys.OUTPUTS_FIELD}-city": "Rome", keys.OUTPUTS_WHO: "ann"}
    app = opened(PAGE, **asked)
    assert "One output matches." in shown(app)
    labels = [button.label for button in app.button]
    assert "city\\: Rome" in labels
    assert "Graded by\\: ann" in labels
    press(app, "Graded by\\: ann")
    assert "10 outputs match." in shown(app)
    press(app, "city\\: Rome")
    assert "40 outputs match; here are 1 to 25." in shown(app)
    assert not any(button.label.startswith("city") for button in app.button)


def test_without_such_filters_there_is_nothing_to_take_away(forty: Workspace) -> None:
    assert not any(button.icon == ":material/close:" for button in opened(PAGE).button)


def test_what_judges_say_and_where_an_output_is_from_are_read_once_they_are_opened(forty: Workspace) -> None:
    judge(forty, "rude", {"o00": "fail", "o01": "pass"}, kind="imported")
    judge(forty, "short", {"o00": "pass"}, kind="imported")
    app = opened(PAGE)
    assert len(app.dataframe) == 1
    assert not app.table
    for key in (keys.OUTPUTS_SAID, keys.OUTPUTS_ORIGIN):
        app.session_state[key] = True
    healthy(app.run())
    (verdicts,), (_, origin) = (
        [table.value.to_dict("records") for table in tables] for tables in (app.table, app.dataframe)
    )
    assert [(row["verdict"], row["judge"]) for row in verdicts] == [
        ("fail", r"rude \(1\)"),
        ("pass", r"short \(1\)"),
    ]
    assert {"field": "city", "value": "Rome"} in origin
    app.text_input(key=keys.OUTPUTS_SEARCH).set_value("answer 1").run()
    (said,) = app.table
    assert len(said.value) == 1
