"""The grading card's Python side: what may pass between browser and page, and its words."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from streamlit.testing.v1 import AppTest

from labelcore.browser import FILES
from labelcore.messages import NAMES, Language
from labelcore.messages.card import card_words
from labelcore.stages.grading.card import MAX_TEXT, CardGrade, CardItem, CardTerm, CardTurn, read_events
from pages.widgets.deriving import codes, table
from tests.pages.opening import SECONDS

SCRIPTS = sorted(FILES.glob("*.js"))
GOOD = {
    "client_id": "0b6f6f0e-6a53-4a0f-9f57-3a3f0f1f2f3f",
    "output_id": "o1",
    "value": "fail",
    "note": "The year is wrong",
    "seconds": 3.25,
    "shown_at": "2026-11-21T10:00:00.000Z",
    "supersedes": None,
}

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_a_good_event_keeps_what_the_expert_said() -> None:
    (event,), refused = read_events({"events": [GOOD]})
    assert not refused
    assert (event.output_id, event.value, event.note) == ("o1", "fail", "The year is wrong")
    assert event.seconds == 3.25
    assert event.shown_at == datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "excellent"},
        {"output_id": ""},
        {"seconds": -1},
        {"seconds": "NaN"},
        {"note": "x" * 50_001},
        {"shown_at": "yesterday"},
        {"surprise": 1},
    ],
)
def test_a_malformed_event_is_refused_with_its_field_and_the_others_go_on(wrong: dict[str, object]) -> None:
    good_too = GOOD | {"client_id": "another-client-id"}
    events, refused = read_events({"events": [GOOD | wrong, good_too]})
    assert [event.client_id for event in events] == ["another-client-id"]
    assert next(iter(wrong)) in refused[str(GOOD["client_id"])]


@given(json_values | st.fixed_dictionaries({"events": st.lists(json_values, max_size=3)}))
def test_whatever_a_browser_sends_is_read_without_an_error(payload: object) -> None:
    events, refused = read_events(payload)
    assert all(event.client_id not in refused for event in events)


def test_a_note_with_half_a_character_can_still_be_stored() -> None:
    (event,), _ = read_events({"events": [GOOD | {"note": "half \ud83d"}]})
    assert event.note.encode("utf-8")


def test_events_keep_the_order_of_the_presses() -> None:
    sent = [GOOD | {"client_id": f"client-id-{n}"} for n in range(9)]
    events, _ = read_events({"events": sent})
    assert [event.client_id for event in events] == [press["client_id"] for press in sent]


@given(st.text(max_size=50), st.text(max_size=50))
def test_an_item_travels_as_json_with_nothing_changed(text: str, content: str) -> None:
    item = CardItem(
        output_id="o", position=3, text=text, conversation=(CardTurn(role="user", content=content),)
    )
    data = json.loads(json.dumps(item.as_data()))
    assert data["text"] == text
    assert data["conversation"] == [{"role": "user", "name": "", "content": content, "calls": []}]


def test_an_item_that_the_browser_holds_travels_without_its_texts() -> None:
    grade = CardGrade(value="pass", client_id="abc")
    item = CardItem(output_id="o", position=3, text="long", input="long", current=grade)
    data = item.as_data(known=True)
    assert data == {
        "output_id": "o",
        "position": 3,
        "current": grade.model_dump(),
        "marks": {},
        "suggestion": None,
    }


def test_terms_travel_again_when_the_browser_holds_others() -> None:
    def item(*meanings: str) -> CardItem:
        return CardItem(
            output_id="o",
            position=1,
            text="t",
            terms=tuple(CardTerm(term="T", meaning=meaning) for meaning in meanings),
        )

    old, new, none = item("old"), item("new"), item()
    assert old.terms_key != new.terms_key and none.terms_key == ""
    assert "terms" not in old.as_data(known=True, known_terms=old.terms_key)
    sent = new.as_data(known=True, known_terms=old.terms_key)
    assert (sent["terms"], sent["terms_key"]) == ([{"term": "T", "meaning": "new"}], new.terms_key)
    assert none.as_data(known=True, known_terms=old.terms_key)["terms"] == []
    assert "terms" not in none.as_data(known=True)


def test_a_cut_text_says_how_much_is_left_out() -> None:
    data = CardItem(output_id="o", position=1, text="x" * (MAX_TEXT + 7)).as_data()
    assert data["text"] == {"text": "x" * MAX_TEXT, "left_out": 7}


def test_metadata_is_small_and_text_whatever_it_was() -> None:
    many = {f"name {n}": float("nan") for n in range(100)}
    data = CardItem(output_id="o", position=1, text="", metadata=many).as_data()
    assert set(data["metadata"].values()) == {"nan"}
    assert len(data["metadata"]) == 40


def test_the_grade_in_force_travels_with_its_id() -> None:
    given_ = CardGrade(value="fail", note="why", client_id="abc")
    data = CardItem(output_id="o", position=1, text="", current=given_).as_data()
    assert data["current"] == given_.model_dump()


@pytest.mark.parametrize("language", NAMES)
def test_every_language_has_every_message_with_the_same_places_to_fill(language: Language) -> None:
    def braces(words: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", words))

    theirs, english = card_words(language), card_words("en")
    assert theirs.keys() == english.keys()
    assert all(theirs.values()) and (language == "en" or theirs != english)
    assert {k: braces(v) for k, v in theirs.items()} == {k: braces(v) for k, v in english.items()}


OTHERS = {"board.js": codes.words_of_board, "criteria.js": table.words_of_list}


def _spoken(*scripts: Path) -> set[str]:
    source = "\n".join(script.read_text() for script in scripts)
    return set(re.findall(r"""\bsay\(\s*"(\w+)\"""", source))


def test_every_message_that_the_card_says_exists() -> None:
    spoken = _spoken(*(script for script in SCRIPTS if script.name not in OTHERS))
    assert len(spoken) > 20
    assert spoken <= card_words("en").keys()


@pytest.mark.parametrize("name", OTHERS)
def test_every_message_that_a_list_says_exists(name: str) -> None:
    spoken = _spoken(FILES / name)
    assert spoken
    assert spoken <= OTHERS[name]().keys()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_no_script_can_turn_content_into_markup_or_code(script: Path) -> None:
    dangerous = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|"
        r"createContextualFragment|DOMParser|srcdoc|\.href\b|\.src\b|setHTML"
    )
    assert not re.findall(dangerous, script.read_text())


def page() -> None:
    import streamlit as st

    from labelcore.stages.grading.card import CardItem, CardNews, CardSetting
    from pages.widgets.components import grading_card, presses

    before = presses("card")
    items = (CardItem(output_id="o1", position=1, text="An answer"),)
    setting = CardSetting(annotator="a", project="p")
    late = grading_card(CardNews(items=items, setting=setting, place=1, total=1), key="card")
    st.text(f"{len(before)} {len(late)}")


def test_the_card_is_mounted_on_a_page_and_brings_nothing_before_a_press() -> None:
    app = AppTest.from_function(page, default_timeout=SECONDS).run()
    assert not app.exception
    assert app.text[0].value == "0 0"
    assert not app.run().exception
