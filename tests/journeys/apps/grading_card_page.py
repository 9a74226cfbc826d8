"""The smallest page with a grading card, of the trial in its address; its store is a JSON-lines file."""

import json
import os
import threading
from pathlib import Path

import streamlit as st

from labelcore.stages.grading.card import CardEvent, CardGrade, CardItem, CardNews, CardSetting
from pages.widgets.components import grading_card, presses

KEY = "card"
TRIAL = Path(os.environ["CARD_TRIALS"]) / st.query_params["trial"]
STORE = TRIAL / "store.jsonl"
ITEMS = json.loads((TRIAL / "items.json").read_text())
SETTINGS = json.loads((TRIAL / "settings.json").read_text())
GIVEN = {name: value for name, value in SETTINGS.items() if name != "layout"}
WINDOW = 11


def stored() -> dict[str, CardEvent]:
    lines = STORE.read_text().splitlines() if STORE.exists() else []
    events = [CardEvent.model_validate_json(line) for line in lines]
    return {event.client_id: event for event in events}


@st.cache_resource
def one_at_a_time() -> threading.Lock:
    """The last lines of one run may overlap with the next run of the same session."""
    return threading.Lock()


def store(events: tuple[CardEvent, ...]) -> list[str]:
    with one_at_a_time(), STORE.open("a") as file:
        known = stored()
        for event in events:
            if event.client_id not in known:
                file.write(event.model_dump_json() + "\n")
    return [event.client_id for event in events]


def current() -> dict[str, CardGrade]:
    events = stored().values()
    undone = {event.supersedes for event in events if event.value == "undone"}
    return {
        event.output_id: CardGrade(**event.model_dump(include=set(CardGrade.model_fields)))
        for event in events
        if event.value != "undone"
        and event.client_id not in undone
        and not (event.criterion_id or event.field)
    }


def marks(output_id: str) -> dict[str, CardGrade]:
    events = stored().values()
    undone = {event.supersedes for event in events if event.value == "undone"}
    return {
        event.criterion_id or event.field or "": CardGrade(value=event.value, client_id=event.client_id)
        for event in events
        if (event.criterion_id or event.field)
        and event.output_id == output_id
        and event.value != "undone"
        and event.client_id not in undone
    }


st.set_page_config(layout=SETTINGS.get("layout", "wide"), initial_sidebar_state="collapsed")
refused = {e.client_id: "this output was deleted" for e in presses(KEY) if e.output_id == "gone"}
acknowledged = store(tuple(e for e in presses(KEY) if e.client_id not in refused))
grades = current()
items = [
    CardItem(
        **{"position": place, **raw}, current=grades.get(raw["output_id"]), marks=marks(raw["output_id"])
    )
    for place, raw in enumerate(ITEMS, start=1)
]
open_ = [item for item in items if item.current is None]
place = open_[0].position if open_ else len(items) + 1
shown = [item for item in items if item.current and place - 4 < item.position < place]
news = CardNews(
    items=(*shown, *open_[:WINDOW]),
    setting=CardSetting(annotator="ada", project="trial", **GIVEN),
    place=place,
    total=len(items),
    done=len(grades),
    acknowledged=tuple(acknowledged),
    refused=refused,
)
late = grading_card(news, key=KEY)
store(late)
