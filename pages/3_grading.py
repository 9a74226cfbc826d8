"""Grade: one output on screen, one key for each answer, saved before it says so."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import streamlit as st

from labelcore.stages import deriving, grading
from pages.widgets import keys, shell
from pages.widgets.grading_card import CardEvents, grading_card, received
from pages.widgets.language import say
from pages.widgets.pace import show_pace
from pages.widgets.pairs import pair_items, pair_setting, store_pairs
from pages.widgets.queue import card_items, setting_of, store_events
from pages.widgets.regrading import show_regrade
from pages.widgets.shell import Place

place = shell.open_page("Grade")
if not place.annotator:
    st.info(say("Write your name on the left first: every grade carries the name of who gave it."))
    st.stop()


def grade(place: Place) -> None:
    """Outputs one by one."""

    def store(events: CardEvents) -> tuple[list[str], dict[str, str]]:
        return store_events(place.db, place.project, place.annotator, events)

    acknowledged, refused = store(received(keys.CARD))
    queue = grading.grading_queue(place.db, place.project, place.annotator)
    if not queue.total:
        st.info(say("There are no outputs to grade yet."))
        shell.go("1_importing.py", "Import outputs")
        st.stop()
    show_pace(place, queue)
    first = not acknowledged
    late = grading_card(
        card_items(place.db, place.project, place.annotator, queue, first=first),
        setting_of(place.db, place.project, place.annotator, first=first),
        place=queue.items[0].position if queue.items else queue.total + 1,
        total=queue.total, done=queue.done, acknowledged=acknowledged, refused=refused,
        key=keys.CARD,
    )  # fmt: skip
    store(late)
    if not queue.items:
        shell.go("4_deriving.py", "Next: criteria from your notes")


def compare(place: Place) -> None:
    """Two versions on the same input, side by side."""
    events = received(keys.PAIRS)
    acknowledged, refused = store_pairs(place.db, place.project, place.annotator, events)
    queue = grading.comparing_queue(place.db, place.project, place.annotator)
    late = grading_card(
        pair_items(place.project, queue), pair_setting(place.project, place.annotator),
        place=queue.items[0].position if queue.items else queue.total + 1,
        total=queue.total, done=queue.done, acknowledged=acknowledged, refused=refused,
        key=keys.PAIRS,
    )  # fmt: skip
    store_pairs(place.db, place.project, place.annotator, late)
    if not queue.items:
        shell.go("3_together.py", "See which version is better")


with shell.guard():
    ways = {"single": say("Grade one by one")}
    rules = grading.rules_of(place.project)
    if rules.compare:
        ways = {"pairs": say("Compare two versions"), **ways}
    for own in deriving.list_criteria(place.db, place.project, status="accepted"):
        if own.id in rules.regrade:
            ways[own.id] = say("Grade anew: {name}", name=shell.plain(own.name))
    way = next(iter(ways))
    if len(ways) > 1:
        way = st.segmented_control(
            say("What to do"), list(ways), format_func=ways.__getitem__, default=way,
            required=True, label_visibility="collapsed", key=keys.WAY,
        )  # fmt: skip
    if way in {"single", "pairs"}:
        (compare if way == "pairs" else grade)(place)
    else:
        show_regrade(place, way)
