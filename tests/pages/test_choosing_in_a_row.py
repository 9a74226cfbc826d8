"""The import page on logs: a click on a value of the first row says what it is, and what else a log says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.stages.importing import Description, Mapping, redacting
from pages.widgets import shell
from tests.pages.opening import SECONDS
from tests.pages.test_importing_page import PAGE, button, quiet, select, upload, values_of_grades

REVIEW = {"verdict": "good", "by": "kim", "comment": "fine"}


@pytest.fixture
def page(database: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(shell, "is_here", lambda: True)
    return AppTest.from_file(str(PAGE), default_timeout=SECONDS)


def lines(*rows: dict[str, object]) -> str:
    return "\n".join(map(json.dumps, rows))


def test_a_click_on_a_value_of_the_first_row_says_what_stands_there(page: AppTest) -> None:
    rows = [
        {
            "asked": {"first": f"Q{n}"},
            "said": {"parts": [{"body": f"A{n}", "n": n}]},
            "review": REVIEW | {"verdict": verdict},
        }
        for n, verdict in enumerate(["good", "bad", "good"])
    ]
    upload(page, lines(*rows), "log.jsonl")
    assert select(page, "Output").value is None
    assert "said › parts › [0]" in [caption.value.replace("\\", "") for caption in page.caption]
    for field, value in (("Output", "body: A0"), ("Input", "first: Q0"), ("Grade", "verdict: good")):
        select(page, "What is it?").select(field.lower())
        quiet(page.run())
        button(page, shell.plain(value)).click()
        quiet(page.run())
    chosen = [select(page, name).value for name in ("Output", "Input", "Grade", "Note")]
    assert chosen == ["said.parts[0].body", "asked.first", "review.verdict", "review.comment"]
    button(page, "Import 3 outputs").click()
    quiet(page.run())
    assert values_of_grades() == ["fail", "pass", "pass"]


def test_a_file_without_json_offers_no_tree(page: AppTest) -> None:
    upload(page, "question,answer\nQ,A\n")
    assert not [box for box in page.selectbox if box.label == "What is it?"]


def test_a_verdict_beside_a_call_is_taken_though_the_tool_does_not_know_it(page: AppTest) -> None:
    rows = [
        {
            "response": {"choices": [{"message": {"role": "assistant", "content": f"A{n}"}}]},
            "review": REVIEW | {"verdict": verdict},
        }
        for n, verdict in enumerate(["good", "bad", "good"])
    ]
    upload(page, lines(*rows), "log.jsonl")
    button(page, "Take it as the grade").click()
    quiet(page.run())
    assert select(page, "“bad” counts as").value == "fail"
    button(page, "Import 3 outputs").click()
    quiet(page.run())
    assert values_of_grades() == ["fail", "pass", "pass"]


def test_near_duplicates_are_counted_before_they_come_in(page: AppTest) -> None:
    upload(page, "question,answer\nQ,We are open.\nQ,we are open\nR,Closed.\n")
    said = "One output says the same as another but for case, blanks and punctuation"
    assert any(f"{said}: they can be left out" in text.value for text in page.markdown)
    next(toggle for toggle in page.toggle if toggle.label == "Leave out near duplicates").set_value(v=True)
    quiet(page.run())
    assert any(f"{said}: it is left out" in text.value for text in page.markdown)
    button(page, "Import 2 outputs").click()
    quiet(page.run())
    assert "2 new outputs" in page.success[0].value


def test_what_is_found_in_a_nested_text_counts_for_what_the_text_is() -> None:
    rows = [{"ask": '{"q": "Mail kim@example.com"}', "note": "x", "say": '{"a": "Mail lee@example.com"}'}]
    found = redacting.found_in(Description(redact=("email",)), rows, Mapping(output="say.a", input="ask.q"))
    assert found.counts == {"output": {"EMAIL": 1}, "input": {"EMAIL": 1}}
